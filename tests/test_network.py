"""The network: whole numbers, so that the order of adding makes no difference, and papers apart."""

from __future__ import annotations

import numpy as np
import pytest

from kg.network import (
    FULL,
    SAME_WORD,
    TOP,
    Floats,
    Layer,
    Network,
    pack_network,
    project,
    same_words,
    score_tokens,
    unpack_network,
)

WIDTH, LABELS = 8, 5


@pytest.fixture(scope="module")
def network() -> Network:
    chance = np.random.default_rng(7)

    def whole(*shape: int) -> Floats:
        return chance.integers(-FULL, FULL + 1, shape).astype(np.float32)

    return Network(
        rows={"a=x": 0, "a=ü": 1},
        table=whole(2, WIDTH).astype(np.int8),
        projection=whole(4, WIDTH),
        projected=0.01,
        start=whole(WIDTH),
        entry=0.6,
        layers=tuple(
            Layer(dilation=d, weights=whole(3 * WIDTH, WIDTH), bias=whole(WIDTH), factor=0.004)
            for d in (1, SAME_WORD, 2)
        ),
        output=whole(WIDTH, LABELS),
        bias=whole(LABELS),
        factor=0.001,
    )


def by_hand(network: Network, paper: Floats, atoms: str) -> list[list[float]]:
    """Return the scores of a paper in Python's whole numbers."""
    seen = [
        [round(max(0.0, float(v + s)) * network.entry) for v, s in zip(row, network.start, strict=True)]
        for row in paper
    ]
    for layer in network.layers:
        told = []
        for i in range(len(seen)):
            around = []
            places = (i - layer.dilation, i, i + layer.dilation)
            if layer.dilation == SAME_WORD:
                places = (atoms.rfind(atoms[i], 0, i), i, atoms.find(atoms[i], i + 1))
            for j in places:
                around += [min(v, TOP) for v in seen[j]] if 0 <= j < len(seen) else [0] * WIDTH
            sums = [
                sum(a * int(w) for a, w in zip(around, column, strict=True)) + int(b)
                for column, b in zip(layer.weights.T, layer.bias, strict=True)
            ]
            told.append([round(float(np.float32(max(0, s)) * np.float32(layer.factor))) for s in sums])
        seen = [[a + b for a, b in zip(x, y, strict=True)] for x, y in zip(seen, told, strict=False)]
    return [
        [
            (sum(min(v, TOP) * int(w) for v, w in zip(row, column, strict=True)) + int(b)) * network.factor
            for column, b in zip(network.output.T, network.bias, strict=True)
        ]
        for row in seen
    ]


def test_network_computes_what_whole_numbers_give(network: Network) -> None:
    paper = np.random.default_rng(1).integers(-99, 99, (7, WIDTH)).astype(np.float32)
    for atoms in ("abcabba", "abcdefg"):
        [scores] = score_tokens(network, [paper], [atoms])
        assert np.allclose(scores, by_hand(network, paper, atoms), rtol=1e-6)


def test_network_papers_do_not_see_each_other(network: Network) -> None:
    chance = np.random.default_rng(2)
    papers = [chance.integers(-99, 99, (n, WIDTH)).astype(np.float32) for n in (3, 0, 9, 1)]
    atoms = ["aab", "", "abbbbcdea", "a"]
    for paper, words, scores in zip(papers, atoms, score_tokens(network, papers, atoms), strict=True):
        assert np.array_equal(scores, score_tokens(network, [paper], [words])[0])


def moved(network: Network, paper: Floats, other: Floats, atoms: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Tell for each token whether its scores differ between two papers of the same words."""
    [first], [second] = (score_tokens(network, [p], [atoms]) for p in (paper, other))
    changed: np.ndarray[tuple[int], np.dtype[np.bool_]] = np.abs(first - second).sum(axis=1) > 0
    return changed


def test_network_sees_a_neighbour(network: Network) -> None:
    paper = np.zeros((9, WIDTH), dtype=np.float32)
    other = paper.copy()
    other[4] = 50
    changed = moved(network, paper, other, "abcdefghi")
    assert changed[4]
    assert changed[3] or changed[5]
    assert not changed[0]


def test_network_sees_the_other_places_of_a_word(network: Network) -> None:
    paper = np.zeros((30, WIDTH), dtype=np.float32)
    other = paper.copy()
    other[2] = 50
    apart = "abcdefghijklmnopqrstuvwxyzABCD"
    assert not moved(network, paper, other, apart)[20:].any()
    changed = moved(network, paper, other, apart.replace("y", "c"))
    assert changed[24]
    assert not changed[10:20].any()


def test_network_finds_the_places_of_a_word() -> None:
    assert same_words(()) == ([], [])
    assert same_words(["kv", "cache", "kv", "kv"]) == ([4, 4, 0, 2], [2, 4, 3, 4])


def test_network_is_packed_and_unpacked(network: Network) -> None:
    again = unpack_network(pack_network(network))
    paper = np.full((3, WIDTH), 9, dtype=np.float32)
    assert again.rows == network.rows
    assert np.array_equal(score_tokens(again, [paper], ["aba"])[0], score_tokens(network, [paper], ["aba"])[0])
    vector = np.array([1, -2, 3, 127], dtype=np.int8)
    assert np.array_equal(project(again, vector), project(network, vector))
