"""Linear-chain conditional random fields over tokens: the probabilities of spans.

The method is Lafferty, McCallum and Pereira, "Conditional Random Fields" (ICML 2001). Weights are learned by
CRFsuite (in `kg.training`); here they are applied with numpy to many documents at a time. The labels are B-X and
I-X for each kind X of span, and O. From the forward and backward scores of a document the probability of any span
is exact: that its tokens are one span of kind X, summed over all labellings of the other tokens.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Lattice:
    """The scores of the n tokens of a document by kind of span, scaled so that products are probabilities.

    A span that begins with a token weighs `begins`, is multiplied by `enters` at its second token and by `goes` at
    each further one, and by the share `ends` (one token) or `lasts` (more) of what follows that does not go on
    with it. `outside` is the probability that a token is part of no span.
    """

    kinds: tuple[str, ...]
    begins: list[list[float]]
    enters: list[list[float]]
    goes: list[list[float]]
    ends: list[list[float]]
    lasts: list[list[float]]
    outside: list[float]

    def span(self, kind: int, first: int, last: int) -> float:
        """Return the probability that tokens `first` to `last` (excluded) are one span of that kind."""
        weight = self.begins[kind][first]
        if last - first == 1:
            return weight * self.ends[kind][first]
        weight *= self.enters[kind][first + 1]
        goes = self.goes[kind]
        for i in range(first + 2, last):
            weight *= goes[i]
        return weight * self.lasts[kind][last - 1]

    def spans(self, least: float) -> Iterator[tuple[int, int]]:
        """Yield (first, last) of every span that has probability `least` or more for one kind."""
        for kind in range(len(self.kinds)):
            enters, goes, ends, lasts = self.enters[kind], self.goes[kind], self.ends[kind], self.lasts[kind]
            for first, weight in enumerate(self.begins[kind]):
                if weight < least:
                    continue
                if weight * ends[first] >= least:
                    yield first, first + 1
                for i in range(first + 1, min(first + LONGEST, len(enters))):
                    weight *= enters[i] if i == first + 1 else goes[i]
                    if weight < least:
                        break
                    if weight * lasts[i] >= least:
                        yield first, i + 1


def find_lattices(crf: Crf, emissions: Sequence[Floats | Doubles]) -> list[Lattice]:
    """Return the lattice of each document from its `emissions` (tokens by L), all documents at once."""
    lengths = np.array([len(e) for e in emissions], dtype=np.int64)
    longest = int(lengths.max(initial=0))
    scores = np.zeros((len(emissions), longest, len(crf.labels)))
    for row, emission in zip(scores, emissions, strict=True):
        row[: len(emission)] = emission
    potentials = np.exp(scores - scores.max(axis=2, keepdims=True)) if longest else scores
    steps = np.exp(crf.transitions.astype(np.float64))
    forward, backward = np.empty_like(potentials), np.ones_like(potentials)
    weights = potentials[:, :1].squeeze(1) if longest else potentials
    for i in range(longest):
        if i:
            weights = (forward[:, i - 1] @ steps) * potentials[:, i]
        scale = weights.sum(axis=1, keepdims=True)
        potentials[:, i] /= scale
        forward[:, i] = weights / scale
    for i in range(longest - 2, -1, -1):
        ahead = (backward[:, i + 1] * potentials[:, i + 1]) @ steps.T
        backward[:, i] = np.where((i < lengths - 1)[:, None], ahead, 1.0)
    return [
        _lattice(crf, steps, forward[d, :n], backward[d, :n], potentials[d, :n]) for d, n in enumerate(lengths.tolist())
    ]


def _lattice(crf: Crf, steps: Doubles, forward: Doubles, backward: Doubles, potentials: Doubles) -> Lattice:
    first = [crf.labels.index(f"B-{kind}") for kind in crf.kinds]
    inner = [crf.labels.index(f"I-{kind}") for kind in crf.kinds]
    outside = crf.labels.index("O")
    # what goes on with the span at the next token; the rest of `backward` ends it
    onward = np.zeros_like(backward)
    onward[:-1] = potentials[1:] * backward[1:]
    enter, go = steps[first, inner], steps[inner, inner]

    def columns(values: Doubles) -> list[list[float]]:
        found: list[list[float]] = values.T.tolist()
        return found

    return Lattice(
        kinds=crf.kinds,
        begins=columns(forward[:, first]),
        enters=columns(potentials[:, inner] * enter),
        goes=columns(potentials[:, inner] * go),
        ends=columns(np.maximum(backward[:, first] - onward[:, inner] * enter, 0)),
        lasts=columns(np.maximum(backward[:, inner] - onward[:, inner] * go, 0)),
        outside=(forward[:, outside] * backward[:, outside]).tolist(),
    )
