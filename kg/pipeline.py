"""The extraction as a spaCy pipeline: one component for each finder, in the order of their needs.

    kg_words → kg_abbreviations → kg_terms → kg_names → kg_compositions → kg_mentions → kg_tagger
             → kg_roles → kg_improvements → kg_results

Each component is a function on a `Doc` that leaves its records in `doc.user_data` under its own name, so
that any of them can be replaced (`nlp.replace_pipe`) or looked at. The ontology and the trained weights
are given by their folders, as configuration that spaCy can write down. Without the model, `kg_tagger` is
left out and `kg_roles` goes by rules.
"""

from __future__ import annotations

import gc
import itertools
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from spacy.language import Language
from spacy.tokens import Doc

from kg.classifier import Classifier, read_classifier
from kg.cues import Cues, forget_texts
from kg.extractions import Extract, extract_new
from kg.facts import FactsOnDisk, Rows
from kg.files import ontology_folder
from kg.finders.abbreviations import Abbreviation, find_abbreviations, find_spelt
from kg.finders.compositions import find_compositions
from kg.finders.improvements import find_improvements
from kg.finders.mentions import propose_mentions, select_mentions
from kg.finders.names import find_names
from kg.finders.results import find_results
from kg.finders.roles import decide_roles, find_roles, read_roles
from kg.finders.terms import find_terms
from kg.finders.words import Words, read_words
from kg.ontology import read_ontology
from kg.processes import CAN_FORK, processes_beside
from kg.progress import Progress, unseen
from kg.records import Extraction, Mention, Paper, Relation, Result
from kg.resolution import resolve_on_disk
from kg.tagger import IMPROVEMENTS, WEIGHTS, Tagging, read_tagger, tag
from kg.text import blank_pipeline
from kg.tokens import Described, describe
from kg.vocabulary import Vocabulary

Component = Callable[[Doc], Doc]
# things made before the collector looks for garbage
COLLECTED = 50_000
# papers that a worker process takes at a time, and the tokens that the tagger takes; of one paper all
PART, MOST_TOKENS = 20, 30_000
# what is kept of texts longer than this, in characters, would fill the memory
LONG = 6_000
# the pipeline of a worker process
_adopted: Language | None = None
STAGES = (
    "kg_words",
    "kg_abbreviations",
    "kg_terms",
    "kg_names",
    "kg_compositions",
    "kg_mentions",
    "kg_tagger",
    "kg_roles",
    "kg_improvements",
    "kg_results",
)


def build_pipeline(ontology: Path | None = None, *, model: bool = True, weights: Path = WEIGHTS) -> Language:
    """Return the pipeline that extracts with the ontology in that folder, by default the one that came along.

    Without `model` the trained weights are not used, and rules alone decide.
    """
    nlp = blank_pipeline()
    config = {"ontology": str(ontology or ontology_folder()), "weights": str(weights) if model else ""}
    for stage in STAGES:
        if model or stage != "kg_tagger":
            nlp.add_pipe(stage, config=config)
    return nlp


def lasting_pipeline(*, model: bool) -> Language:
    """Return the pipeline for a process that does little else: the collector of garbage leaves it alone."""
    nlp = build_pipeline(model=model)
    # what is known stays, and the papers leave hardly any garbage: the collector need not look for it so often
    gc.freeze()
    gc.set_threshold(COLLECTED)
    return nlp


def extract(nlp: Language, papers: Iterable[Paper]) -> Iterator[Extraction]:
    """Yield what `nlp`, made by `build_pipeline`, finds in each of `papers`, in their order.

    >>> paper = Paper(title="FooNet: Fast Pruning", abstract="We propose FooNet, a pruning method.")
    >>> [extraction] = extract(build_pipeline(), [paper])
    >>> [(r.predicate, r.target.surface) for r in extraction.relations if r.target.start < 10]
    [('introduces', 'FooNet')]
    """
    pairs = ((paper.text, paper) for paper in papers)
    for doc, paper in nlp.pipe(pairs, as_tuples=True):
        yield Extraction(
            paper=paper,
            mentions=kept_mentions(relations(doc)),
            relations=all_relations(doc),
            results=cast("tuple[Result, ...]", doc.user_data["kg_results"]),
        )
        if len(paper.text) > LONG:
            forget_texts()


def finish(
    paper: Paper, found: Words, roles: tuple[Relation, ...], cues: Cues, classifier: Classifier | None = None
) -> Extraction:
    """Return the extraction of `paper` once the roles of its things are known; `classifier` is of improvements."""
    kept = kept_mentions(roles)
    improvements = find_improvements(found, kept, roles, cues, classifier)
    results = find_results(found, kept, (*roles, *improvements), cues)
    return Extraction(paper=paper, mentions=kept, relations=(*roles, *improvements), results=results)


def resolve_papers(
    papers: Rows[Paper],
    *,
    model: bool = True,
    workers: int | None = None,
    engine: Extract | None = None,
    anew: bool = True,
    progress: Progress = unseen,
) -> FactsOnDisk:
    """Return what is known of `papers`, extracted and resolved with the ontology that came along.

    It is the same for any number of `workers`, by default one for each processor, where an `engine` extracts instead of
    them, and where what an earlier run has extracted is not extracted `anew`.
    """
    ontology = read_ontology(ontology_folder())

    def found(some: Iterable[Paper]) -> Iterator[Extraction]:
        waiting = iter(some)
        if (one := next(waiting, None)) is not None:
            nlp = lasting_pipeline(model=model)
            yield from extract_parallel(nlp, itertools.chain([one], waiting), workers)

    by = engine or found
    extractions = by(papers) if anew else extract_new(papers, by, model=model)
    shown = progress(extractions, "Extracting", len(papers))
    return resolve_on_disk(shown, ontology.vocabulary, ontology.overrides, progress)


def extract_parallel(nlp: Language, papers: Iterable[Paper], most: int | None = None) -> Iterator[Extraction]:
    """Yield what `extract` does, in the same order, by processes where that pays: `most`, or one for each processor.

    Raises:
        KGError: a process was killed, as it is where there is not enough memory.
    """
    waiting = iter(papers)
    parts = iter(lambda: list(itertools.islice(waiting, PART)), [])
    most = most or os.cpu_count() or 1
    begun = list(itertools.islice(parts, 2 * most))
    workers = min(most, len(begun) // 2)
    if workers < 2 or not CAN_FORK:
        yield from extract(nlp, itertools.chain.from_iterable(itertools.chain(begun, parts)))
        return
    with processes_beside(workers, _adopt, nlp) as submit:
        asked = deque(submit(_extract_part, part) for part in begun)
        while asked:
            found = asked.popleft().result()
            asked += (submit(_extract_part, part) for part in itertools.islice(parts, 1))
            yield from found


def _adopt(nlp: Language) -> None:
    """Let this worker process use the pipeline it was forked with."""
    global _adopted
    _adopted = nlp


def _extract_part(papers: Sequence[Paper]) -> list[Extraction]:
    assert _adopted is not None
    return list(extract(_adopted, papers))


def words(doc: Doc) -> Words:
    """Return what `kg_words` left."""
    return cast("Words", doc.user_data["kg_words"])


def abbreviations(doc: Doc) -> tuple[Abbreviation, ...]:
    """Return what `kg_abbreviations` left."""
    return cast("tuple[Abbreviation, ...]", doc.user_data["kg_abbreviations"])


def rule_mentions(doc: Doc) -> tuple[Mention, ...]:
    """Return what `kg_mentions` left: the mentions that the rules choose."""
    return cast("tuple[Mention, ...]", doc.user_data["kg_mentions"])


def relations(doc: Doc) -> tuple[Relation, ...]:
    """Return what `kg_roles` left: the role of each mention."""
    return cast("tuple[Relation, ...]", doc.user_data["kg_roles"])


def all_relations(doc: Doc) -> tuple[Relation, ...]:
    """Return what `kg_roles` and `kg_improvements` left."""
    return (*relations(doc), *cast("tuple[Relation, ...]", doc.user_data["kg_improvements"]))


def candidates(doc: Doc) -> tuple[Mention, ...]:
    """Return all that `kg_terms`, `kg_names` and `kg_compositions` left, overlaps included."""
    found: tuple[Mention, ...] = ()
    for stage in ("kg_terms", "kg_names", "kg_compositions"):
        found += cast("tuple[Mention, ...]", doc.user_data.get(stage, ()))
    return found


def kept_mentions(roles: Iterable[Relation]) -> tuple[Mention, ...]:
    """Return the mentions that have a role, sorted; the classifier takes the others for none."""
    return tuple(sorted({r.target for r in roles}))


def _abbreviations(text: str, vocabulary: Vocabulary) -> tuple[Abbreviation, ...]:
    expanded = find_abbreviations(text)
    shorts = {a.short for a in expanded}
    return (*expanded, *find_spelt(text, lambda short: short in shorts or vocabulary.means_one(short)))


def _roles(doc: Doc, known: Knowledge) -> tuple[Relation, ...]:
    if known.weights is None:
        return find_roles(words(doc), rule_mentions(doc), known.cues, known.vocabulary)
    model = read_roles(known.weights)
    tagging = cast("Tagging", doc.user_data["kg_tagger"])
    found = propose_mentions(words(doc), candidates(doc), abbreviations(doc), tagging, known.cues, known.vocabulary)
    return decide_roles(words(doc), found, tagging, known.cues, known.vocabulary, model)


def _improvements(doc: Doc, known: Knowledge) -> tuple[Relation, ...]:
    roles = relations(doc)
    classifier = read_classifier(known.weights / IMPROVEMENTS) if known.weights else None
    return find_improvements(words(doc), kept_mentions(roles), roles, known.cues, classifier)


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """What the components know: the ontology, and where the weights are, None without the model."""

    vocabulary: Vocabulary
    cues: Cues
    weights: Path | None


def _component(name: str, find: Callable[[Doc, Knowledge], object]) -> None:
    """Register a component that keeps what `find` returns."""

    def factory(nlp: Language, name: str, ontology: str, weights: str) -> Component:  # noqa: ARG001
        read = read_ontology(Path(ontology))
        known = Knowledge(vocabulary=read.vocabulary, cues=read.cues, weights=Path(weights) if weights else None)

        def component(doc: Doc) -> Doc:
            doc.user_data[name] = find(doc, known)
            return doc

        return component

    Language.factory(name, func=factory)


_component("kg_words", lambda doc, _: read_words(doc))
_component("kg_abbreviations", lambda doc, o: _abbreviations(words(doc).text, o.vocabulary))
_component("kg_terms", lambda doc, o: find_terms(words(doc), o.vocabulary, o.cues, abbreviations(doc)))
_component("kg_names", lambda doc, o: find_names(words(doc), o.vocabulary, o.cues, abbreviations(doc)))
_component("kg_compositions", lambda doc, o: find_compositions(words(doc), doc.user_data["kg_terms"], o.cues))
_component("kg_mentions", lambda doc, _: select_mentions(words(doc), candidates(doc), abbreviations(doc)))
_component("kg_roles", _roles)
_component("kg_improvements", _improvements)
_component(
    "kg_results", lambda doc, o: find_results(words(doc), kept_mentions(relations(doc)), all_relations(doc), o.cues)
)


def _batches(docs: Iterable[Doc]) -> Iterator[list[Doc]]:
    """Yield `docs` in batches of `PART`, or of fewer with `MOST_TOKENS` together."""
    batch, size = list[Doc](), 0
    for doc in docs:
        if batch and (len(batch) == PART or size + len(doc) > MOST_TOKENS):
            yield batch
            batch, size = [], 0
        batch.append(doc)
        size += len(doc)
    if batch:
        yield batch


class _TaggerComponent:
    """The tagger takes many documents at once: its random fields are computed for all of them together."""

    def __init__(self, known: Knowledge) -> None:
        self.known = known
        self.tagger = read_tagger(known.weights or WEIGHTS)

    def __call__(self, doc: Doc) -> Doc:
        return next(self.pipe([doc]))

    def pipe(self, docs: Iterable[Doc], **_: object) -> Iterator[Doc]:
        for batch in _batches(docs):
            found = tag(self.tagger, [self._described(doc) for doc in batch])
            for doc, tagging in zip(batch, found, strict=True):
                doc.user_data["kg_tagger"] = tagging
                yield doc

    def _described(self, doc: Doc) -> Described:
        return describe(words(doc), candidates(doc), rule_mentions(doc), abbreviations(doc), self.known.cues)


@Language.factory("kg_tagger")
def _tagger_component(nlp: Language, name: str, ontology: str, weights: str) -> _TaggerComponent:  # noqa: ARG001
    read = read_ontology(Path(ontology))
    return _TaggerComponent(Knowledge(vocabulary=read.vocabulary, cues=read.cues, weights=Path(weights)))
