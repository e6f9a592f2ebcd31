"""Tests of `kg.facts`: on disk and in memory they are the same, and a part of them is whole."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from spacy.language import Language

from kg.facts import choose, in_memory
from kg.pipeline import extract
from kg.readers import read_papers
from kg.records import Claim, Entity, Evidence, Paper, Resolution
from kg.resolution import resolve_on_disk
from kg.vocabulary import Vocabulary
from tests.small import small_facts

CORPUS = Path(__file__).parent.parent / "corpus"


def evidence(paper: str) -> Evidence:
    return Evidence(id=f"evidence/{paper}", paper=paper, start=0, end=1, surface="T", quote="T", rule="hand")


def claim(subject: str, relation: str, target: str, *papers: str) -> Claim:
    return Claim(
        id=f"claim/{subject}-{relation}-{target}", subject=subject, predicate=relation, object=target, confidence=0.5,
        evidence=tuple(evidence(p) for p in papers),
    )  # fmt: skip


def test_facts_on_disk_are_those_in_memory(nlp: Language, vocabulary: Vocabulary) -> None:
    papers = read_papers([CORPUS]).papers[::12]
    facts = resolve_on_disk(extract(nlp, papers), vocabulary)
    held = in_memory(facts)
    assert [node for node, _ in held.papers] == sorted(node for node, _ in held.papers)
    assert len(held.papers) == len(facts.papers) == len(papers)
    assert [c.id for c in held.claims] == sorted({c.id for c in held.claims})
    assert [o.id for o in held.outcomes] == sorted({o.id for o in held.outcomes})
    assert [e.id for e in held.entities] == sorted({e.id for e in held.entities})
    assert list(facts.edges()) == list(held.edges())
    assert list(facts.evidence()) == list(held.evidence())


def test_facts_few_enough_are_all_chosen() -> None:
    assert choose(small_facts()) == small_facts()


# P0 introduces what both others use; P1 says more than P2
MANY = Resolution(
    papers=tuple((f"paper/{i}", Paper(title=f"P{i}", abstract="")) for i in range(3)),
    entities=(
        Entity(id="technique/above", type="Technique", label="above", broader=("technique/top",)),
        Entity(id="technique/new", type="Technique", label="new", broader=("technique/above",)),
        Entity(id="technique/other", type="Technique", label="other"),
        Entity(id="technique/top", type="Technique", label="top"),
    ),
    claims=(
        claim("paper/0", "introduces", "technique/new", "paper/0"),
        claim("paper/1", "uses", "technique/new", "paper/1"),
        claim("paper/1", "uses", "technique/other", "paper/1"),
        claim("paper/2", "introduces", "technique/other", "paper/2"),
        claim("technique/new", "improvesOn", "technique/other", "paper/0", "paper/2"),
        claim("technique/other", "improvesOn", "technique/new", "paper/2"),
    ),
    outcomes=(),
)


def test_facts_chosen_are_of_papers_that_introduce_what_others_name() -> None:
    named = replace(MANY, claims=(*MANY.claims, claim("paper/2", "uses", "technique/new", "paper/2")))
    assert [node for node, _ in choose(named, 1).papers] == ["paper/0"]
    assert [node for node, _ in choose(named, 2).papers] == ["paper/0", "paper/2"]


def test_facts_chosen_are_whole() -> None:
    chosen = choose(MANY, 1)
    assert [node for node, _ in chosen.papers] == ["paper/0"]
    # what is improved on comes along, and what is broader; evidence of other papers does not
    assert [e.id for e in chosen.entities] == [e.id for e in MANY.entities]
    assert [(c.edge, [e.paper for e in c.evidence]) for c in chosen.claims] == [
        (("paper/0", "introduces", "technique/new"), ["paper/0"]),
        (("technique/new", "improvesOn", "technique/other"), ["paper/0"]),
    ]
