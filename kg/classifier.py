"""Multinomial logistic regression over sets of features, with weights read from JSON.

The score of a class is the sum of its weights for the features that hold; the softmax of the scores are
its probabilities (Bishop, Pattern Recognition and Machine Learning, 4.3.4). Training is in `kg.training`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from kg.errors import OntologyError


@dataclass(frozen=True, slots=True, kw_only=True)
class Classifier:
    """Weights by feature, one for each of `classes`; ``""`` is the bias."""

    classes: tuple[str, ...]
    weights: Mapping[str, Sequence[float]]

    def probabilities(self, features: Iterable[str]) -> dict[str, float]:
        """Return the probability of each class.

        >>> Classifier(classes=("no", "yes"), weights={"": (0, 0), "x": (0, 2)}).probabilities(["x"])["yes"] > 0.8
        True
        """
        scores = list(self.weights[""])
        for feature in sorted(set(features)):
            weights = self.weights.get(feature)
            if weights is not None:
                for i, weight in enumerate(weights):
                    scores[i] += weight
        highest = max(scores)
        powers = [math.exp(s - highest) for s in scores]
        total = sum(powers)
        return {name: power / total for name, power in zip(self.classes, powers, strict=True)}


@lru_cache(maxsize=4)
def read_classifier(path: Path) -> Classifier:
    """Read the weights that `kg.training` wrote to `path`.

    Raises:
        OntologyError: the file is missing or broken.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return Classifier(classes=tuple(data["classes"]), weights=data["weights"])
    except (OSError, ValueError, KeyError) as e:
        raise OntologyError(f"{path}: the trained weights cannot be read ({e!r}); train them with: kg train") from e
