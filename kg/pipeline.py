"""The extraction as a spaCy pipeline: one component for each finder, in the order of their needs.

    kg_words → kg_abbreviations → kg_terms → kg_names → kg_compositions → kg_mentions
             → kg_roles → kg_improvements → kg_results

Each component is a function on a `Doc` that leaves its records in `doc.user_data` under its own name, so
that any of them can be replaced (`nlp.replace_pipe`) or looked at. The ontology is given by its folder,
as configuration that spaCy can write down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

from spacy.language import Language
from spacy.tokens import Doc

from kg.finders.abbreviations import Abbreviation, find_abbreviations
from kg.finders.compositions import find_compositions
from kg.finders.improvements import find_improvements
from kg.finders.mentions import select_mentions
from kg.finders.names import find_names
from kg.finders.results import find_results
from kg.finders.roles import find_roles
from kg.finders.terms import find_terms
from kg.finders.words import Words, read_words
from kg.ontology import ontology_folder, read_ontology
from kg.records import Extraction, Mention, Paper, Relation, Resolution, Result
from kg.resolution import resolve
from kg.text import blank_pipeline

if TYPE_CHECKING:
    from kg.ontology import Ontology

Component = Callable[[Doc], Doc]
STAGES = (
    "kg_words",
    "kg_abbreviations",
    "kg_terms",
    "kg_names",
    "kg_compositions",
    "kg_mentions",
    "kg_roles",
    "kg_improvements",
    "kg_results",
)


def build_pipeline(ontology: Path | None = None) -> Language:
    """Return the pipeline that extracts with the ontology in that folder, by default the one that came along."""
    nlp = blank_pipeline()
    for stage in STAGES:
        nlp.add_pipe(stage, config={"ontology": str(ontology or ontology_folder())})
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
            mentions=mentions(doc),
            relations=(*relations(doc), *cast("tuple[Relation, ...]", doc.user_data["kg_improvements"])),
            results=cast("tuple[Result, ...]", doc.user_data["kg_results"]),
        )


def resolve_papers(papers: Iterable[Paper]) -> Resolution:
    """Return the entities and claims of `papers`, extracted and resolved with the ontology that came along."""
    vocabulary = read_ontology(ontology_folder()).vocabulary
    return resolve(extract(build_pipeline(), papers), vocabulary)


def words(doc: Doc) -> Words:
    """Return what `kg_words` left."""
    return cast("Words", doc.user_data["kg_words"])


def abbreviations(doc: Doc) -> tuple[Abbreviation, ...]:
    """Return what `kg_abbreviations` left."""
    return cast("tuple[Abbreviation, ...]", doc.user_data["kg_abbreviations"])


def mentions(doc: Doc) -> tuple[Mention, ...]:
    """Return what `kg_mentions` left: the mentions of the paper."""
    return cast("tuple[Mention, ...]", doc.user_data["kg_mentions"])


def relations(doc: Doc) -> tuple[Relation, ...]:
    """Return what `kg_roles` left: the role of each mention."""
    return cast("tuple[Relation, ...]", doc.user_data["kg_roles"])


def _candidates(doc: Doc) -> tuple[Mention, ...]:
    found: tuple[Mention, ...] = ()
    for stage in ("kg_terms", "kg_names", "kg_compositions"):
        found += cast("tuple[Mention, ...]", doc.user_data.get(stage, ()))
    return found


def _component(name: str, find: Callable[[Doc, Ontology], object]) -> None:
    """Register a component that keeps what `find` returns."""

    def factory(nlp: Language, name: str, ontology: str) -> Component:  # noqa: ARG001
        known = read_ontology(Path(ontology))

        def component(doc: Doc) -> Doc:
            doc.user_data[name] = find(doc, known)
            return doc

        return component

    Language.factory(name, func=factory)


_component("kg_words", lambda doc, _: read_words(doc))
_component("kg_abbreviations", lambda doc, _: find_abbreviations(doc.text))
_component("kg_terms", lambda doc, o: find_terms(words(doc), o.vocabulary, o.cues, abbreviations(doc)))
_component("kg_names", lambda doc, o: find_names(words(doc), o.vocabulary, o.cues, abbreviations(doc)))
_component("kg_compositions", lambda doc, o: find_compositions(words(doc), doc.user_data["kg_terms"], o.cues))
_component("kg_mentions", lambda doc, _: select_mentions(words(doc), _candidates(doc), abbreviations(doc)))
_component("kg_roles", lambda doc, o: find_roles(words(doc), mentions(doc), o.cues))
_component("kg_improvements", lambda doc, o: find_improvements(words(doc), mentions(doc), relations(doc), o.cues))
_component("kg_results", lambda doc, o: find_results(words(doc), mentions(doc), relations(doc), o.cues))
