"""Resolution: one node for each thing, whatever the papers and their order."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language

from kg.naming import entity_id, identity, is_distinctive
from kg.pipeline import extract
from kg.readers import read_papers
from kg.records import ROLES, TYPES, Extraction, Mention, Paper, Quote, Relation, Resolution
from kg.resolution import resolve
from kg.text import paper_id
from kg.vocabulary import Vocabulary

Extract = Callable[[str, str], Extraction]
CORPUS = Path(__file__).parent.parent / "corpus"


@pytest.fixture(scope="module")
def extractions(nlp: Language) -> tuple[Extraction, ...]:
    """Return what is found in some sixty papers of the corpus, from all its pages."""
    papers = read_papers([CORPUS]).papers
    return tuple(extract(nlp, papers[:: max(1, len(papers) // 60)][:60]))


def ids(resolution: Resolution) -> set[str]:
    return {
        *(i for i, _ in resolution.papers),
        *(e.id for e in resolution.entities),
        *(c.id for c in resolution.claims),
        *(o.id for o in resolution.outcomes),
        *(e.id for e in resolution.evidence()),
    }


def mention(name: str, kind: str = "Technique", start: int = 0, concept: str | None = None) -> Mention:
    return Mention(
        start=start,
        end=start + len(name),
        surface=name,
        name=name,
        type=kind,
        rule="term",
        confidence=0.5,
        concept=concept,
    )


def extraction(title: str, *roles: tuple[str, Mention]) -> Extraction:
    """Return an extraction made by hand with one role for each mention."""
    quote = Quote(start=0, end=len(title), text=title)
    relations = tuple(Relation(predicate=r, target=m, quote=quote, rule="hand", confidence=0.5) for r, m in roles)
    return Extraction(
        paper=Paper(title=title, abstract=""),
        mentions=tuple(m for _, m in roles),
        relations=relations,
        results=(),
    )


def edges(resolution: Resolution) -> set[tuple[str, str, str]]:
    return {(c.subject, c.predicate, c.object) for c in resolution.claims}


@settings(max_examples=12, deadline=None)
@given(order=st.permutations(range(60)))
def test_resolution_ignores_the_order_of_papers(
    extractions: tuple[Extraction, ...], vocabulary: Vocabulary, order: list[int]
) -> None:
    shuffled = [extractions[i] for i in order if i < len(extractions)]
    assert resolve(shuffled, vocabulary) == resolve(extractions, vocabulary)


def test_resolution_is_idempotent(extractions: tuple[Extraction, ...], vocabulary: Vocabulary) -> None:
    once = resolve(extractions, vocabulary)
    assert ids(resolve([*extractions, *extractions], vocabulary)) == ids(once)
    assert edges(resolve([*extractions, *extractions], vocabulary)) == edges(once)


@settings(max_examples=20, deadline=None)
@given(chosen=st.sets(st.integers(0, 59), max_size=40))
def test_resolution_of_more_papers_renames_nothing(
    extractions: tuple[Extraction, ...], vocabulary: Vocabulary, chosen: set[int]
) -> None:
    few = resolve([e for i, e in enumerate(extractions) if i in chosen], vocabulary)
    assert ids(few) <= ids(resolve(extractions, vocabulary))


def test_resolution_is_whole_and_sorted(extractions: tuple[Extraction, ...], vocabulary: Vocabulary) -> None:
    resolution = resolve(extractions, vocabulary)
    papers = dict(resolution.papers)
    entities = {e.id: e for e in resolution.entities}
    assert len(papers) == len(extractions)
    assert list(papers) == sorted(papers)
    assert list(entities) == sorted(entities)
    assert all(a.id < b.id for a, b in pairwise(resolution.claims))
    assert all(a.id < b.id for a, b in pairwise(resolution.outcomes))
    for entity in resolution.entities:
        assert entity.type in TYPES
        assert entity.id.startswith(f"{entity.type.lower()}/")
        assert entity.label not in entity.aliases
        assert set(entity.broader) <= entities.keys() - {entity.id}
    for claim in resolution.claims:
        assert claim.subject in papers or claim.subject in entities
        assert claim.object in entities
        assert claim.evidence
        assert 0 < claim.confidence <= 1
    for evidence in resolution.evidence():
        text = papers[evidence.paper].text
        assert text[evidence.start : evidence.end] == evidence.surface
        assert evidence.quote in text
    for outcome in resolution.outcomes:
        linked = (outcome.baseline, outcome.dataset, outcome.hardware)
        assert outcome.paper in papers
        assert all(node is None or node in entities for node in linked)
        assert outcome.subject in papers or outcome.subject in entities
        float(outcome.number)


def test_resolution_gives_each_paper_one_role_for_each_thing(
    extractions: tuple[Extraction, ...], vocabulary: Vocabulary
) -> None:
    roles = [(c.subject, c.object) for c in resolve(extractions, vocabulary).claims if c.predicate in ROLES]
    assert len(roles) == len(set(roles))


def test_resolution_joins_the_paper_that_introduces_and_the_one_that_uses(
    extract_text: Extract, vocabulary: Vocabulary
) -> None:
    first = extract_text("FooTune: Cheap Tuning", "We propose FooTune, a method.")
    second = extract_text("Notes", "We use FooTune.")
    assert {e[1:] for e in edges(resolve([first, second], vocabulary))} >= {
        ("introduces", "technique/footune"),
        ("uses", "technique/footune"),
    }


def test_resolution_joins_spellings_of_one_name(vocabulary: Vocabulary) -> None:
    spellings = ("Foo-Tuning", "foo tuning", "Foo Tunings", "FOO TUNING")
    resolution = resolve([extraction(f"P{i}", ("uses", mention(s))) for i, s in enumerate(spellings)], vocabulary)
    assert [e.id for e in resolution.entities] == ["technique/foo-tuning"]
    assert len(resolution.claims) == 4


def test_resolution_joins_a_known_thing_under_all_its_labels(extract_text: Extract, vocabulary: Vocabulary) -> None:
    texts = ("We use LoRA.", "We use low-rank adaptation.", "We use Low Rank Adaptation (LoRA).")
    found = resolve([extract_text(f"Notes {i}", t) for i, t in enumerate(texts)], vocabulary)
    assert {c.object for c in found.claims} == {"technique/low-rank-adaptation"}


def test_resolution_keeps_types_apart(vocabulary: Vocabulary) -> None:
    resolution = resolve(
        [
            extraction("A", ("uses", mention("Wombat", "Dataset"))),
            extraction("B", ("uses", mention("Wombat", "Model"))),
        ],
        vocabulary,
    )
    assert [(e.id, e.label) for e in resolution.entities] == [
        ("dataset/wombat", "Wombat"),
        ("model/wombat", "Wombat"),
    ]


def test_resolution_keeps_equal_acronyms_of_different_things_apart(
    extract_text: Extract, vocabulary: Vocabulary
) -> None:
    first = extract_text("A", "We propose Zany Quick Sorting (ZQS), a method.")
    second = extract_text("B", "We propose Zonal Quiet Stacking (ZQS), a method.")
    introduced = {c.object for c in resolve([first, second], vocabulary).claims if c.predicate == "introduces"}
    assert introduced == {"technique/zany-quick-sorting", "technique/zonal-quiet-stacking"}


@pytest.mark.parametrize("weaker", ["uses", "comparesWith", "mentions"])
def test_resolution_keeps_the_strongest_role(vocabulary: Vocabulary, weaker: str) -> None:
    both = extraction("A", (weaker, mention("Foo")), ("introduces", mention("Foo", start=5)))
    resolution = resolve([both], vocabulary)
    assert edges(resolution) == {(paper_id("A"), "introduces", "technique/foo")}
    assert len(resolution.claims[0].evidence) == 2


def test_resolution_brings_in_all_broader_concepts(extract_text: Extract, vocabulary: Vocabulary) -> None:
    resolution = resolve([extract_text("Notes", "We use LoRA.")], vocabulary)
    known = {e.id for e in resolution.entities}
    assert known == {"technique/low-rank-adaptation", *vocabulary.ancestors("technique/low-rank-adaptation")}
    assert len(known) > 1


def test_resolution_draws_improvements_from_paper_and_from_what_it_introduces(
    extract_text: Extract, vocabulary: Vocabulary
) -> None:
    found = resolve(
        [extract_text("FooTune: Cheap Tuning", "We propose FooTune. FooTune beats LoRA by 2%.")], vocabulary
    )
    improving = {c.subject: c for c in found.claims if c.predicate == "improvesOn"}
    assert set(improving) == {paper_id("FooTune: Cheap Tuning"), "technique/footune"}
    assert {e.value for c in improving.values() for e in c.evidence} == {"2%"}


def test_resolution_gives_ids_that_millions_can_have(
    extractions: tuple[Extraction, ...], vocabulary: Vocabulary
) -> None:
    resolution = resolve(extractions, vocabulary)
    hashed = [*(c.id for c in resolution.claims), *(o.id for o in resolution.outcomes)]
    hashed += [e.id for e in resolution.evidence()]
    assert hashed
    assert all(re.fullmatch(r"(?:claim|evidence|result)/[0-9a-f]{16}", node) for node in hashed)


def test_resolution_of_nothing_is_empty(vocabulary: Vocabulary) -> None:
    assert resolve([], vocabulary) == Resolution(papers=(), entities=(), claims=(), outcomes=())


@pytest.mark.parametrize("name", ["QLoRA", "HAWQ-V2", "FooTune", "GPT4All"])
def test_resolution_knows_a_distinctive_short_form(name: str) -> None:
    assert is_distinctive(name)
    assert identity("a long name of it", (name,)) == name


@pytest.mark.parametrize("name", ["SPA", "MTRB", "LLMs", "low-rank adaptation", "Wombat"])
def test_resolution_does_not_trust_other_short_forms(name: str) -> None:
    assert not is_distinctive(name)
    assert identity("a long name of it", (name,)) == "a long name of it"


@given(st.text(min_size=1, max_size=30))
@settings(max_examples=200, deadline=None)
def test_resolution_gives_any_name_an_id(name: str) -> None:
    node = entity_id(mention(name))
    assert node.startswith("technique/")
    assert len(node) > len("technique/")
    assert node == entity_id(mention(name))
    assert not set(node) & set(' \t\n"<>{}|\\^`')
