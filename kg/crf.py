"""Linear-chain conditional random fields over tokens: the probabilities of spans.

The method is Lafferty, McCallum and Pereira, "Conditional Random Fields" (ICML 2001). Weights are learned by
CRFsuite (in `kg.training`); here they are applied with numpy to many documents at a time. The labels are B-X and
I-X for each kind X of span, and O. From the forward and backward scores of a document the probability of any span
is exact: that its tokens are one span of kind X, summed over all labellings of the other tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
# the longest span, in tokens
LONGEST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Crf:
    """A random field of L labels: `transitions` (L by L) scores the step from each label to each."""

    labels: tuple[str, ...]
    transitions: Floats

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of span, in the order of their labels."""
        return tuple(label[2:] for label in self.labels if label[0] == "B")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lattice:
    """The probabilities of spans in a document of n tokens, by their K `kinds`.

    `table` (`LONGEST` by n by K) has the probability of the span that begins with a token and holds so many more.
    `weights` (alike) is the same without the share of all that follows that does not go on with the span: what a longer
    span is computed from, by `goes` for each further token and that share, `lasts` (n by K). `outside` (n) is the
    probability that a token is part of no span.
    """

    kinds: tuple[str, ...]
    table: Doubles
    weights: Doubles
    goes: Doubles
    lasts: Doubles
    outside: Doubles

    def rows(self, firsts: Sequence[int], lasts: Sequence[int]) -> Doubles:
        """Return the probabilities that tokens `firsts` to `lasts` (excluded), m of each, are one span (m by K)."""
        begins, ends = np.array(firsts, dtype=np.int64), np.array(lasts, dtype=np.int64)
        found: Doubles = self.table[np.minimum(ends - begins, LONGEST) - 1, begins]
        for i in np.flatnonzero(ends - begins > LONGEST).tolist():
            weights = self.weights[LONGEST - 1, firsts[i]]
            for goes in self.goes[firsts[i] + LONGEST : lasts[i]]:
                weights = weights * goes
            found[i] = weights * self.lasts[lasts[i] - 1]
        return found

    def spans(self, least: float) -> list[tuple[int, int]]:
        """Return (first, last) of every span that has probability `least` or more for one kind."""
        begins = np.flatnonzero((self.weights[0] >= least).any(axis=1))
        alive = np.logical_and.accumulate(self.weights[:, begins] >= least, axis=0)
        more, places = np.nonzero(np.any(alive & (self.table[:, begins] >= least), axis=2))
        firsts = begins[places]
        lasts = firsts + more + 1
        return [span for span in zip(firsts.tolist(), lasts.tolist(), strict=True) if span[1] <= len(self.outside)]


def find_lattices(crf: Crf, emissions: Sequence[Floats | Doubles]) -> list[Lattice]:
    """Return the lattice of each document from its `emissions` (tokens by L), all documents at once.

    Documents are sorted by their length, so that at each token those that have one there stand first.
    """
    if not any(map(len, emissions)):
        nothing = np.zeros((0, len(crf.labels)))
        return _lattices(crf, [0 for _ in emissions], nothing, nothing, nothing, nothing)
    order = sorted(range(len(emissions)), key=lambda d: -len(emissions[d]))
    lengths = [len(emissions[d]) for d in order]
    rows, places = np.concatenate([np.arange(n) for n in lengths]), np.repeat(np.arange(len(order)), lengths)
    scores = np.concatenate([emissions[d] for d in order]).astype(np.float64)
    potentials = np.zeros((lengths[0], len(order), len(crf.labels)))
    potentials[rows, places] = np.exp(scores - scores.max(axis=1, keepdims=True))
    there = np.bincount(rows).tolist()
    steps = np.exp(crf.transitions.astype(np.float64))
    forward, scales = np.zeros_like(potentials), np.ones((*potentials.shape[:2], 1))
    forward[0, : there[0]] = potentials[0, : there[0]]
    forward[0, : there[0]] /= np.add.reduce(potentials[0, : there[0]], axis=1, keepdims=True, out=scales[0, : there[0]])
    for i, n in enumerate(there[1:], 1):
        weights = np.matmul(forward[i - 1, :n], steps, out=forward[i, :n])
        weights *= potentials[i, :n]
        weights /= np.add.reduce(weights, axis=1, keepdims=True, out=scales[i, :n])
    potentials /= scales
    # `onward` is what goes on at the next token
    backward, onward, back = np.ones_like(potentials), np.zeros_like(potentials), steps.T
    for i in range(len(there) - 1, 0, -1):
        n = there[i]
        np.multiply(backward[i, :n], potentials[i, :n], out=onward[i - 1, :n])
        np.matmul(onward[i - 1, :n], back, out=backward[i - 1, :n])
    scored = [values[rows, places] for values in (forward, potentials, backward, onward)]
    found = _lattices(crf, lengths, *scored)
    return [lattice for _, lattice in sorted(zip(order, found, strict=True), key=lambda pair: pair[0])]


def _lattices(
    crf: Crf, lengths: Sequence[int], forward: Doubles, potentials: Doubles, backward: Doubles, onward: Doubles
) -> list[Lattice]:
    """Return the lattices of documents of these `lengths` from their scores, one document after the other."""
    first = [crf.labels.index(f"B-{kind}") for kind in crf.kinds]
    inner = [crf.labels.index(f"I-{kind}") for kind in crf.kinds]
    outside = forward[:, crf.labels.index("O")] * backward[:, crf.labels.index("O")]
    steps = np.exp(crf.transitions.astype(np.float64))
    enter, go = steps[first, inner], steps[inner, inner]
    bounds = list(pairwise(accumulate(lengths, initial=0)))
    begun = [start for start, end in bounds if start < end]
    enters, goes = potentials[:, inner] * enter, potentials[:, inner] * go
    # no span goes on from a document to the next
    enters[begun] = goes[begun] = 0
    weights = np.zeros((LONGEST, len(forward), len(first)))
    table = np.zeros_like(weights)
    lasts = np.maximum(backward[:, inner] - onward[:, inner] * go, 0)
    weights[0] = forward[:, first]
    table[0] = weights[0] * np.maximum(backward[:, first] - onward[:, inner] * enter, 0)
    for more in range(1, min(LONGEST, len(forward))):
        np.multiply(weights[more - 1, :-more], (enters if more == 1 else goes)[more:], out=weights[more, :-more])
        np.multiply(weights[more, :-more], lasts[more:], out=table[more, :-more])
    return [
        Lattice(
            kinds=crf.kinds,
            table=table[:, start:end],
            weights=weights[:, start:end],
            goes=goes[start:end],
            lasts=lasts[start:end],
            outside=outside[start:end],
        )
        for start, end in bounds
    ]
