"""Training of the statistical part: the tagger and the classifier of roles, from annotated papers.

The papers are parted in `FOLDS`: each part is tagged by weights trained on the others. From these taggings the
classifiers learn (`kg.training.classifiers`) and the whole is scored.

Training needs scikit-learn, scipy, CRFsuite and PyTorch (``pip install mlkg[train]``).
"""

from __future__ import annotations

import importlib.util
import multiprocessing
import os
import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from kg.classifier import write_classifier
from kg.detached import attach_rows, read_rows, read_written
from kg.errors import KGError
from kg.evaluation import Evaluation
from kg.files import ontology_folder
from kg.finders.mentions import propose_mentions
from kg.finders.roles import write_roles
from kg.ontology import Ontology, read_ontology
from kg.readers import read_papers
from kg.records import Paper
from kg.tagger import IMPROVEMENTS, WEIGHTS, Tagger, tag, write_tagger
from kg.tokens import describe
from kg.training.classifiers import Fold, Proposal, cross_validate
from kg.training.examples import Example, hide, read_examples
from kg.training.fields import train_tagger
from kg.vectors import Vectors, read_vectors

FOLDS = 3
# the share of concepts hidden where the classifier learns and is scored, from papers of the gold file and further ones
HIDDEN_LATER, HIDDEN_FURTHER_LATER = 0.3, 0.1
SEEDS = (3, 4)
TOLD = 9
NEEDED = ("sklearn", "scipy", "pycrfsuite", "torch")


def train(
    gold: Path,
    output: Path = WEIGHTS,
    *,
    further: Path | None = None,
    text: Path | None = None,
    tell: Callable[[str], None] = print,
) -> Evaluation:
    """Train on the annotated papers `gold`, write the weights to `output` and return the cross-validated scores.

    `further` are annotations apart from their texts, which are sought in `text`, a file of papers; with `text`, the
    word vectors are learned anew from it.

    Raises:
        InputError: a file cannot be read.
        OutputError: `output` cannot be written.
    """
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise KGError(f"training needs {', '.join(missing)}; install what is missing with: pip install 'mlkg[train]'")
    papers = read_papers([text]).papers if text else ()
    vectors = _vectors(papers, tell)
    ontology = read_ontology(ontology_folder())
    examples = read_examples(read_rows(gold))
    if further:
        rows = read_rows(further)
        found = list(attach_rows(rows, read_written(text) if text else ()))
        tell(f"{len(found):,} of {len(rows):,} further annotated papers have their text")
        examples += read_examples(found, further=True)
    folds, tagger = train_folds(examples, ontology, vectors, tell)
    evaluation, (roles, improvements) = cross_validate(folds, ontology)
    write_tagger(tagger, output)
    write_roles(roles, output)
    write_classifier(improvements, output / IMPROVEMENTS)
    return evaluation


def _vectors(papers: Sequence[Paper], tell: Callable[[str], None]) -> Vectors:
    if not papers:
        return read_vectors(WEIGHTS)
    from kg.training.vectors import learn_vectors

    tell(f"learning word vectors from {len(papers):,} papers")
    return learn_vectors(papers)


def train_folds(
    examples: Sequence[Example], ontology: Ontology, vectors: Vectors, tell: Callable[[str], None]
) -> tuple[list[Fold], Tagger]:
    """Return each part of `examples` tagged by weights trained on the others, and a tagger trained on all."""
    parts = [[e for i, e in enumerate(examples) if i % FOLDS == fold] for fold in range(FOLDS)]
    jobs = [([e for part in parts if part is not held for e in part], held) for held in parts]
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(os.cpu_count() or 1, mp_context=context) as pool:
        whole = pool.submit(_train, examples, ontology, vectors, None)
        folds = [pool.submit(_train_fold, rest, held, ontology, vectors) for rest, held in jobs]
        for i, fold in enumerate(folds, 1):
            fold.result()
            tell(f"trained without part {i} of {FOLDS}")
        return [fold.result() for fold in folds], whole.result()


def _train(
    examples: Sequence[Example], ontology: Ontology, vectors: Vectors, tell: Callable[[str], None] | None
) -> Tagger:
    import torch

    # sums in an order of their own, whatever the machine
    torch.set_num_threads(1)
    return train_tagger(examples, ontology.cues, vectors, tell or (lambda _: None))


def _train_fold(rest: Sequence[Example], held: Sequence[Example], ontology: Ontology, vectors: Vectors) -> Fold:
    tagger = _train(rest, ontology, vectors, None)
    gold = [e for e in held if not e.further]
    more = [e for e in held if e.further]
    learned = [p for seed in SEEDS for p in propose(gold, tagger, ontology, seed)]
    return Fold(
        learned=learned + list(propose(more, tagger, ontology, SEEDS[0])),
        scored=list(propose(gold, tagger, ontology, TOLD)),
    )


def propose(examples: Sequence[Example], tagger: Tagger, ontology: Ontology, seed: int) -> Iterator[Proposal]:
    """Yield the likely mentions in each of `examples`, by rules that miss a share of the concepts."""
    chance = random.Random(seed)
    seen = [hide(e, chance, HIDDEN_FURTHER_LATER if e.further else HIDDEN_LATER) for e in examples]
    described = [
        describe(e.words, *found, e.abbreviations, ontology.cues) for e, found in zip(examples, seen, strict=True)
    ]
    for example, (found, _), tagging in zip(examples, seen, tag(tagger, described), strict=True):
        mentions = propose_mentions(
            example.words, found, example.abbreviations, tagging, ontology.cues, ontology.vocabulary
        )
        yield example, mentions, tagging
