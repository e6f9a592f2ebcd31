"""Multinomial logistic regression over sets of features, with weights read from JSON.

The score of a class is the sum of its weights for the features that hold; the softmax of the scores are
its probabilities (Bishop, Pattern Recognition and Machine Learning, 4.3.4). How often a decision of that probability
is right is told by a logistic curve over its log odds (Platt, "Probabilistic outputs for support vector machines",
1999). Training is in `kg.training`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kg.files import reading_weights, write_whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Classifier:
    """Weights by feature, one for each of `classes`; ``""`` is the bias. `curve` is slope and offset of Platt's."""

    classes: tuple[str, ...]
    weights: Mapping[str, Sequence[float]]
    curve: tuple[float, float] = (1.0, 0.0)
    rows: Mapping[str, int] = field(init=False, repr=False, compare=False)
    table: NDArray[np.float64] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the weights."""
        names = sorted(self.weights)
        object.__setattr__(self, "rows", {name: i for i, name in enumerate(names)})
        object.__setattr__(self, "table", np.array([self.weights[name] for name in names], dtype=np.float64))

    def confidence(self, probability: float) -> float:
        """Return how likely a decision is right to which the classifier gives that probability.

        >>> Classifier(classes=(), weights={}).confidence(0.9)
        0.9
        """
        return on_curve(self.curve, probability)

    def probabilities(self, features: Iterable[str]) -> dict[str, float]:
        """Return the probability of each class.

        >>> Classifier(classes=("no", "yes"), weights={"": (0, 0), "x": (0, 2)}).probabilities(["x"])["yes"] > 0.8
        True
        """
        # in an order of their own, so that sums are the same in every run
        rows = sorted(row for f in {*features, ""} if (row := self.rows.get(f)) is not None)
        scores: list[float] = self.table[rows].sum(axis=0).tolist()
        highest = max(scores)
        powers = [math.exp(s - highest) for s in scores]
        total = sum(powers)
        return {name: power / total for name, power in zip(self.classes, powers, strict=True)}


def on_curve(curve: tuple[float, float], probability: float) -> float:
    """Return the share that is right of decisions with that `probability`, by slope and offset of Platt's curve.

    >>> on_curve((1.0, 0.0), 0.9), on_curve((0.5, 0.0), 0.9)
    (0.9, 0.75)
    """
    slope, offset = curve
    odds = min(max(probability, 1e-6), 1 - 1e-6)
    return round(1 / (1 + math.exp(-(slope * math.log(odds / (1 - odds)) + offset))), 4)


@lru_cache(maxsize=4)
def read_classifier(path: Path) -> Classifier:
    """Read the weights that `kg.training` wrote to `path`.

    Raises:
        OntologyError: the file is missing or broken.
    """
    with reading_weights(path):
        data = json.loads(path.read_text(encoding="utf-8"))
        slope, offset = data["curve"]
        return Classifier(classes=tuple(data["classes"]), weights=data["weights"], curve=(slope, offset))


def write_classifier(classifier: Classifier, path: Path) -> None:
    """Write `classifier` to `path`, the inverse of `read_classifier`."""
    data = {"classes": classifier.classes, "curve": classifier.curve, "weights": dict(classifier.weights)}
    with write_whole(path) as file:
        file.write((json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n").encode())
