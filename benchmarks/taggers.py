"""Compare taggers for what no list knows, by cross-validation on annotated papers.

Run by hand: ``python benchmarks/taggers.py corpus/gold/train.jsonl [PARTS]``; it takes ten to twenty minutes for each
of the three parts, or as many as PARTS says, and needs ``pip install mlkg[train]``. Every tagger learns from the
other parts and is scored on the part left out: the F1 of the
places of entities in the text, exact to the token, and of places with their type. As in training, a share of the
vocabulary's concepts is hidden, since it was written with these papers at hand. spaCy's components see the words
alone; the others also see what the rules found, as in the pipeline.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.tokens import Span as SpacySpan
from spacy.training import Example as Annotated
from spacy.util import filter_spans, fix_random_seed, minibatch

from kg.detached import read_rows
from kg.files import ontology_folder
from kg.network import Network
from kg.ontology import read_ontology
from kg.records import TYPES
from kg.tagger import WEIGHTS, Tagger, build_tagger, tag
from kg.tokens import describe
from kg.training import FOLDS, HIDDEN_LATER, TOLD
from kg.training.examples import Example, hide, label_tokens, read_examples
from kg.training.fields import Fields, label_variants, train_linear, train_tagger
from kg.training.network import train_network
from kg.vectors import read_vectors

EPOCHS = {"ner": 30, "spancat": 20}
# the least probability of a span that counts as found
LEAST = 0.4
Spans = set[tuple[int, int, str]]
Tag = Callable[[Sequence[Example]], list[Spans]]
ONTOLOGY = read_ontology(ontology_folder())
VECTORS = read_vectors(WEIGHTS)


def annotated_spans(example: Example) -> Spans:
    """Return (first, last, type) of the annotated spans of `example`, in tokens."""
    labels = [*label_tokens(example, example.types), "O"]
    found, first = set(), None
    for i, label in enumerate(labels):
        if first is not None and label[0] in "OB":
            found.add((first, i, labels[first][2:]))
            first = None
        if label[0] == "B":
            first = i
    return found


def doc_of(nlp: Language, example: Example) -> Doc:
    """Return the tokens of `example` as a spaCy document, the same as the rules see."""
    words = example.words
    texts = [words.text[s:e] for s, e in zip(words.starts, words.ends, strict=True)]
    return Doc(nlp.vocab, words=texts, spaces=[words.text[e : e + 1].isspace() for e in words.ends])


def train_spacy(kind: str, examples: Sequence[Example]) -> Tag:
    """Train spaCy's `ner` or `spancat` from scratch and return it as a tagger."""
    nlp = spacy.blank("en")
    pipe = nlp.add_pipe(kind, config={"threshold": LEAST} if kind == "spancat" else {})
    for label in TYPES:
        pipe.add_label(label)
    papers = []
    for example in examples:
        gold = doc_of(nlp, example)
        spans = [SpacySpan(gold, first, last, label=kind) for first, last, kind in sorted(annotated_spans(example))]
        if kind == "ner":
            gold.ents = filter_spans(spans)
        else:
            gold.spans["sc"] = spans
        papers.append(Annotated(doc_of(nlp, example), gold))
    fix_random_seed(1)
    optimizer = nlp.initialize(lambda: papers)
    chance = random.Random(1)
    for _ in range(EPOCHS[kind]):
        chance.shuffle(papers)
        for batch in minibatch(papers, size=8):
            nlp.update(batch, sgd=optimizer, drop=0.3)

    def tagged(held: Sequence[Example]) -> list[Spans]:
        docs = [nlp.get_pipe(kind)(doc_of(nlp, e)) for e in held]
        found = [doc.ents if kind == "ner" else filter_spans(doc.spans["sc"]) for doc in docs]
        return [{(s.start, s.end, s.label_) for s in spans} for spans in found]

    return tagged


def train_parts(examples: Sequence[Example]) -> tuple[Tagger, Tagger, Tagger]:
    """Return the linear model alone, the network alone, and the mean of both."""
    variants = label_variants(examples, ONTOLOGY.cues, VECTORS)
    linear = train_linear(variants[0])
    labels = linear.types.labels, linear.roles.labels
    network, types, roles = train_network(variants, VECTORS, labels, lambda _: None)
    silent = replace(network, output=network.output * 0, bias=network.bias * 0)
    # `tag` takes the mean: one that is silent halves the other
    alone = build_tagger(linear.types, linear.roles, linear.features, linear.weights * 2, silent, VECTORS)
    nothing = Fields(types=types, roles=roles, features=("",), weights=np.zeros_like(linear.weights[:1]))
    deep: Network = replace(network, factor=network.factor * 2)
    only = build_tagger(types, roles, nothing.features, nothing.weights, deep, VECTORS)
    return alone, only, train_tagger(examples, ONTOLOGY.cues, VECTORS)


def tag_with(tagger: Tagger) -> Tag:
    """Return `tagger` as a function from papers to spans."""

    def tagged(held: Sequence[Example]) -> list[Spans]:
        chance = random.Random(TOLD)
        described = [describe(e.words, *hide(e, chance, HIDDEN_LATER), e.abbreviations, ONTOLOGY.cues) for e in held]
        found = []
        for tagging in tag(tagger, described):
            spans: Spans = set()
            for first, last in tagging.types.spans(LEAST / 2):
                likely = tagging.span_types(first, last)
                if sum(likely.values()) >= LEAST:
                    spans.add((first, last, max(likely, key=lambda k: likely[k])))
            found.append(spans)
        return found

    return tagged


def f1(found: Sequence[Spans], wanted: Sequence[Spans]) -> float:
    """Return the F1 of sets of spans."""
    right = sum(len(a & b) for a, b in zip(found, wanted, strict=True))
    return 2 * right / max(1, sum(map(len, found)) + sum(map(len, wanted)))


def main(path: str, most: int = FOLDS) -> None:
    """Print a table of the taggers, scored on the first parts, so many at `most`."""
    examples = read_examples(read_rows(Path(path)))
    parts = [[e for i, e in enumerate(examples) if i % FOLDS == fold] for fold in range(FOLDS)]
    wanted = [annotated_spans(e) for part in parts[:most] for e in part]
    found: dict[str, list[Spans]] = {}
    for held in parts[:most]:
        rest = [e for part in parts if part is not held for e in part]
        tags = {f"spaCy {kind}": train_spacy(kind, rest) for kind in EPOCHS}
        names = ("linear model", "network", "mean of both")
        tags.update(zip(names, map(tag_with, train_parts(rest)), strict=True))
        for name, tagged in tags.items():
            found.setdefault(name, []).extend(tagged(held))
    print(f"{'':24}{'places':>9}{'typed':>9}")
    for name, spans in found.items():
        places = [{(first, last, "") for first, last, _ in s} for s in spans]
        apart = [{(first, last, "") for first, last, _ in s} for s in wanted]
        print(f"{name:24}{f1(places, apart):9.3f}{f1(spans, wanted):9.3f}")


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
