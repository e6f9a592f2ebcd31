"""Random fields: the probability of a span is what summing over all labellings gives."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.crf import LONGEST, Crf, Floats, Lattice, find_lattices

LABELS = ("O", "B-Model", "I-Model", "B-Task", "I-Task")
SCORES = st.floats(min_value=-3, max_value=3, width=16)


def field(values: list[float]) -> Crf:
    return Crf(labels=LABELS, transitions=np.array(values, dtype=np.float32).reshape(5, 5))


def by_hand(crf: Crf, scores: Floats, kind: str, first: int, last: int) -> float:
    """Return the share of all labellings in which tokens `first` to `last` are one span of that kind."""
    total = held = 0.0
    for labels in itertools.product(range(len(LABELS)), repeat=len(scores)):
        score = sum(float(scores[i, label]) for i, label in enumerate(labels))
        score += sum(float(crf.transitions[a, b]) for a, b in itertools.pairwise(labels))
        weight = math.exp(score)
        total += weight
        names = [LABELS[label] for label in labels]
        inside = names[first] == f"B-{kind}" and all(n == f"I-{kind}" for n in names[first + 1 : last])
        if inside and names[last : last + 1] != [f"I-{kind}"]:
            held += weight
    return held / total


@settings(max_examples=25, deadline=None)
@given(st.lists(SCORES, min_size=25, max_size=25), st.lists(SCORES, min_size=20, max_size=20))
def test_crf_span_probability_is_the_share_of_labellings(steps: list[float], scores: list[float]) -> None:
    crf, emissions = field(steps), np.array(scores, dtype=np.float32).reshape(4, 5)
    [lattice] = find_lattices(crf, [emissions])
    for kind, (first, last) in itertools.product((0, 1), itertools.combinations(range(5), 2)):
        expected = by_hand(crf, emissions, lattice.kinds[kind], first, last)
        assert lattice.rows([first], [last])[0, kind] == pytest.approx(expected, abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(SCORES, min_size=25, max_size=25), st.lists(st.integers(0, 9), min_size=1, max_size=5), st.integers(0, 99)
)
def test_crf_documents_do_not_see_each_other(steps: list[float], lengths: list[int], seed: int) -> None:
    crf, chance = field(steps), np.random.default_rng(seed)
    papers = [chance.normal(size=(n, 5)).astype(np.float32) for n in lengths]
    together = find_lattices(crf, papers)
    for paper, lattice in zip(papers, together, strict=True):
        [alone] = find_lattices(crf, [paper])
        assert np.allclose(alone.table, lattice.table)
        assert np.allclose(alone.outside, lattice.outside)
        assert alone.spans(0.0) == lattice.spans(0.0)
        assert all(last <= len(paper) for _, last in lattice.spans(0.0))


def test_crf_likely_spans_are_found() -> None:
    scores = np.zeros((5, 5), dtype=np.float32)
    for token, label in enumerate(("O", "B-Model", "I-Model", "O", "B-Task")):
        scores[token, LABELS.index(label)] = 6
    [lattice] = find_lattices(field([0.0] * 25), [scores])
    assert sorted(lattice.spans(0.5)) == [(1, 3), (4, 5)]
    assert lattice.outside[0] > 0.9 > 0.1 > lattice.outside[1]


def test_crf_spans_longer_than_the_table_are_computed() -> None:
    length = LONGEST + 3
    scores = np.zeros((length + 1, 5), dtype=np.float32)
    scores[0, 1], scores[1:length, 2], scores[length, 0] = 2, 2, 2
    crf = field([0.0] * 25)
    [lattice] = find_lattices(crf, [scores])
    # without transitions tokens are independent of each other
    label = math.exp(2) / (math.exp(2) + 4)
    expected = label**length * (1 - 1 / (math.exp(2) + 4))
    assert lattice.rows([0, 1], [length, 2])[0, 0] == pytest.approx(expected, rel=1e-6)
    assert (0, length) not in lattice.spans(expected / 2)


def test_crf_of_no_tokens_has_no_spans() -> None:
    found: list[Lattice] = find_lattices(field([0.0] * 25), [np.zeros((0, 5), dtype=np.float32)])
    assert list(found[0].spans(0.0)) == []
    assert find_lattices(field([0.0] * 25), []) == []
