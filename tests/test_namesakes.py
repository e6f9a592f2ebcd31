"""Tests of `kg.namesakes`: one name for several things makes several nodes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from kg.records import Extraction
from kg.resolution import resolve
from kg.text import paper_id
from kg.vocabulary import Vocabulary
from tests.test_resolution import edges, extraction, mention

Extract = Callable[[str, str], Extraction]


def test_namesakes_that_several_papers_introduce_are_kept_apart(vocabulary: Vocabulary) -> None:
    def named(title: str, date: str, role: str = "introduces") -> Extraction:
        found = extraction(title, (role, mention("SAGE")))
        return replace(found, paper=replace(found.paper, date=date))

    papers = [named("A", "2024"), named("B", "2023-05"), named("C", ""), named("D", "2025", "uses")]
    resolution = resolve(papers, vocabulary)
    of = {subject: target for subject, _, target in edges(resolution)}
    # the paper of the earliest date has the name for itself, and what does not introduce it means that one
    assert of[paper_id("B")] == of[paper_id("D")] == "technique/sage"
    assert len({of[paper_id(title)] for title in "ABC"}) == 3
    assert {e.label for e in resolution.entities} == {"SAGE"}
    # a later paper of the same name changes nothing of what was there
    assert edges(resolve(papers[:2], vocabulary)) <= edges(resolution)


def test_namesakes_in_plain_words_stay_one(vocabulary: Vocabulary) -> None:
    papers = [extraction(title, ("introduces", mention("reward function of a kind"))) for title in "AB"]
    assert len(resolve(papers, vocabulary).entities) == 1


@pytest.mark.parametrize(
    ("title", "abstract", "node"),
    [
        ("SAGE: Sampling Graph Edges", "We propose SAGE, a method for sampling.", "technique/sage"),
        (
            "SAGE: Feature Importance",
            "We propose SAGE (Shapley Additive Global importancE), a method.",
            "technique/shapley-additive-global-importance",
        ),
        ("LoRA: Low-Rank Adaptation of Nets", "We propose LoRA, a method.", "technique/low-rank-adaptation"),
    ],
)
def test_namesakes_of_concepts_are_told_by_the_longer_name(
    extract_text: Extract, vocabulary: Vocabulary, title: str, abstract: str, node: str
) -> None:
    claims = resolve([extract_text(title, abstract)], vocabulary).claims
    assert {c.object for c in claims if c.predicate == "introduces"} == {node}


def test_namesakes_of_concepts_are_told_apart_in_a_paper_that_introduces_them_alone(
    extract_text: Extract, vocabulary: Vocabulary
) -> None:
    claims = resolve([extract_text("On Importance", "We compare SAGE with other methods.")], vocabulary).claims
    assert "technique/shapley-additive-global-importance" in {c.object for c in claims}
