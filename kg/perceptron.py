"""A small committee of perceptrons with one hidden layer: probabilities of classes from numbers.

The members differ in the chance of their training; the mean of their probabilities is what counts (Hansen and
Salamon, "Neural network ensembles", PAMI 1990). How often a decision is right is told by a logistic regression over
what speaks for it, its log odds first (after Platt, "Probabilistic outputs for support vector machines", 1999).
Training is in `kg.training`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kg.files import reading_weights, write_whole

Doubles = NDArray[np.float64]
NUMBERS = ("mean", "deviation", "inner", "inner_bias", "outer", "outer_bias")


@dataclass(frozen=True, slots=True, kw_only=True)
class Perceptron:
    """M members over n numbers with h hidden units for c `classes`.

    A number is taken in units of its `deviation` from its `mean` (n each). `inner` (M by n by h) and `outer` (M by h
    by c) are weights, `inner_bias` (M by h) and `outer_bias` (M by c) what is added. `trust` are the weights of what
    speaks for a decision.
    """

    classes: tuple[str, ...]
    mean: Doubles
    deviation: Doubles
    inner: Doubles
    inner_bias: Doubles
    outer: Doubles
    outer_bias: Doubles
    trust: tuple[float, ...] = (1.0,)

    def probabilities(self, rows: Sequence[Sequence[float]] | Doubles) -> list[dict[str, float]]:
        """Return the probability of each class for each of `rows` (n numbers each)."""
        if not len(rows):
            return []
        numbers = (np.array(rows, dtype=np.float64) - self.mean) / self.deviation
        hidden = np.maximum(numbers @ self.inner + self.inner_bias[:, None], 0)
        scores = hidden @ self.outer + self.outer_bias[:, None]
        powers = np.exp(scores - scores.max(axis=2, keepdims=True))
        # rounded, since processors differ in the last bits
        likely = np.round((powers / powers.sum(axis=2, keepdims=True)).mean(axis=0), 9)
        return [dict(zip(self.classes, row, strict=True)) for row in likely.tolist()]

    def confidence(self, reasons: Sequence[float]) -> float:
        """Return how likely a decision is right for which the `reasons` speak, its log odds first."""
        score = sum(weight * reason for weight, reason in zip(self.trust, reasons, strict=False))
        return round(1 / (1 + math.exp(-score)), 4)


@lru_cache(maxsize=4)
def read_perceptron(path: Path) -> Perceptron:
    """Read the weights that `write_perceptron` wrote to `path`.

    Raises:
        OntologyError: the file is missing or broken.
    """
    with reading_weights(path), np.load(path) as parts:
        numbers = {name: parts[name].astype(np.float64) for name in NUMBERS}
        trust = tuple(map(float, parts["trust"]))
        return Perceptron(classes=tuple(map(str, parts["classes"])), trust=trust, **numbers)


def write_perceptron(perceptron: Perceptron, path: Path) -> None:
    """Write `perceptron` to `path` in single precision, the inverse of `read_perceptron`."""
    with write_whole(path) as file:
        np.savez_compressed(
            file,
            allow_pickle=False,
            classes=np.array(perceptron.classes),
            trust=np.array(perceptron.trust, dtype=np.float64),
            **{name: getattr(perceptron, name).astype(np.float32) for name in NUMBERS},
        )
