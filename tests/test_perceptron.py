"""The committee of perceptrons: the mean of its members, written and read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kg.errors import OntologyError
from kg.finders.clues import BAGS, SINGLES
from kg.finders.roles import COMMITTEE
from kg.finders.things import MEASURES
from kg.perceptron import Perceptron, read_perceptron, write_perceptron
from kg.records import ROLES
from kg.tagger import WEIGHTS


def committee(trust: tuple[float, ...] = (1.0,)) -> Perceptron:
    """Return two members over two numbers: one says that the first is high, the other that the second is."""
    return Perceptron(
        classes=("low", "high"),
        mean=np.array([1.0, 1.0]),
        deviation=np.array([2.0, 2.0]),
        inner=np.array([[[1.0], [0.0]], [[0.0], [1.0]]]),
        inner_bias=np.zeros((2, 1)),
        outer=np.array([[[0.0, 4.0]], [[0.0, 4.0]]]),
        outer_bias=np.array([[1.0, 0.0], [1.0, 0.0]]),
        trust=trust,
    )


def test_perceptron_gives_the_mean_of_its_members() -> None:
    both, one, neither = committee().probabilities([[9.0, 9.0], [9.0, 1.0], [1.0, 1.0]])
    assert both["high"] > 0.99
    assert neither["high"] == pytest.approx(1 / (1 + np.e))
    assert one["high"] == pytest.approx((both["high"] + neither["high"]) / 2)


def test_perceptron_confidence_weighs_the_reasons() -> None:
    odds = float(np.log(4))
    assert committee().confidence((odds, 1.0)) == 0.8
    assert committee((0.5, 0.0)).confidence((odds, 1.0)) == pytest.approx(2 / 3, abs=1e-3)
    assert committee((1.0, -1.0)).confidence((odds, 1.0)) < 0.8


def test_perceptron_is_written_and_read(tmp_path: Path) -> None:
    path = tmp_path / "committee.npz"
    write_perceptron(committee((0.75, 0.25)), path)
    again = read_perceptron(path)
    assert (again.classes, again.trust) == (("low", "high"), (0.75, 0.25))
    assert again.probabilities([[3.0, 2.0]]) == committee().probabilities([[3.0, 2.0]])
    before = path.read_bytes()
    write_perceptron(again, path)
    assert path.read_bytes() == before


def test_perceptron_shipped_takes_the_measures_of_things() -> None:
    shipped = read_perceptron(WEIGHTS / COMMITTEE)
    told = (len(SINGLES) + len(BAGS)) * len(shipped.classes)
    assert shipped.mean.shape == (len(MEASURES) + told,)
    assert set(shipped.classes) == {"none", *ROLES}


def test_perceptron_that_is_broken_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "broken.npz"
    path.write_bytes(b"PK")
    with pytest.raises(OntologyError, match="train them with: kg train") as error:
        read_perceptron(path)
    assert "\n" not in str(error.value)
