"""Tests of the experience: what annotated papers tell of the things of another."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kg.errors import OntologyError
from kg.experience import Experience, read_experience, tell, write_experience
from kg.finders.clues import BAGS, SINGLES, Clues
from kg.finders.roles import CLASSES as ROLES_OR_NONE
from kg.finders.roles import EXPERIENCE, read_roles
from kg.finders.things import MEASURES
from kg.records import TYPES
from kg.tagger import WEIGHTS
from kg.training.experience import PAPERS, Measured, learn_experience, numbers

CLASSES = ("none", "uses")
# of clues 1 and 2; of clue 0 nothing is known
TABLE = np.array([[0.0, 0.0, 0.0], [1.0, -1.0, 1.0], [3.0, -3.0, 1.0]])


def clues(singles: list[list[int]], begins: list[int], bags: list[list[int]] | None = None) -> Clues:
    """Return clues of places with the same stretch of text in all bags: that of all tokens."""
    tokens = np.array(bags or [[0] * len(BAGS)], dtype=np.int64)
    return Clues(
        singles=np.array([row + [0] * (len(SINGLES) - len(row)) for row in singles], dtype=np.int64),
        bags=tokens,
        windows=np.array([[(0, len(tokens))] * len(BAGS) for _ in singles], dtype=np.int64),
        begins=np.array(begins, dtype=np.int64),
    )


def test_experience_tells_the_mean_of_what_is_known() -> None:
    told = tell(TABLE, clues([[1], [2], [0]], [0, 2]))
    assert told.shape == (2, len(SINGLES) + len(BAGS), 2)
    assert told[0, 0].tolist() == [2.0, -2.0]
    assert not told[1].any()
    # of three tokens, one is unknown
    stretched = tell(TABLE, clues([[0]], [0], [[1] * len(BAGS), [2] * len(BAGS), [0] * len(BAGS)]))
    assert stretched[0, len(SINGLES) :].tolist() == [[2.0, -2.0]] * len(BAGS)


def test_experience_is_written_and_read(tmp_path: Path) -> None:
    path = tmp_path / "experience.npz"
    written = Experience(rows={"k=a": 1, "l=Tb c": 2}, table=TABLE)
    write_experience(written, path)
    again = read_experience(path)
    assert again.rows == written.rows
    assert (again.number("l=Tb c"), again.number("k=?")) == (2, 0)
    assert again.table.tolist() == TABLE.tolist()
    path.write_bytes(b"PK")
    read_experience.cache_clear()
    with pytest.raises(OntologyError, match="train them with: kg train"):
        read_experience(path)


def test_experience_shipped_fits_the_committees() -> None:
    shipped = read_roles(WEIGHTS)
    slots, measures = len(SINGLES) + len(BAGS), len(MEASURES)
    assert shipped.committee.classes == ROLES_OR_NONE
    assert sorted(shipped.types.classes) == sorted(TYPES)
    assert shipped.experience.table.shape[1] == len(ROLES_OR_NONE) + len(TYPES) + 1
    assert not shipped.experience.table[0].any()
    assert shipped.committee.mean.shape[0] == measures + slots * len(ROLES_OR_NONE)
    assert shipped.types.mean.shape[0] == measures + slots * (len(ROLES_OR_NONE) + len(TYPES))
    assert read_experience(WEIGHTS / EXPERIENCE).number("k=pruning") > 0


def paper(name: str, clue: int, role: str, kind: str = "Model") -> Measured:
    return Measured(
        paper=name,
        measures=np.zeros((1, 1)),
        roles=(role,),
        types=("" if role == "none" else kind,),
        further=False,
        clues=clues([[clue]], [0]),
    )


def test_experience_learned_leaves_out_what_the_paper_added() -> None:
    known = {"k=a": 1, "k=b": 2, "k=rare": 3}
    papers = [paper(f"a{i}", 1, "uses") for i in range(8)] + [paper(f"b{i}", 2, "none") for i in range(8)]
    odd = [paper("odd", 1, "none"), paper("odd", 1, "none"), paper("rare", 3, "uses")]
    experience, told = learn_experience([*papers, *odd], known, CLASSES)
    assert PAPERS > 1
    assert sorted(experience.rows) == ["k=a", "k=b"]
    none, uses = tell(experience.table, clues([[experience.number("k=a")]], [0]))[0, 0, :2]
    assert uses > 0 > none
    # the others with its clue all are used, and so it is told of both copies
    first = told[len(papers)][0, 0, :2]
    assert first[0] < none
    assert first.tolist() == told[len(papers) + 1][0, 0, :2].tolist()
    assert not told[-1].any()


def test_experience_tells_of_types_by_what_is_an_entity() -> None:
    known = {"k=a": 1, "k=b": 2}
    papers = [paper(f"a{i}", 1, "uses", "Dataset") for i in range(4)] + [paper(f"b{i}", 2, "uses") for i in range(8)]
    experience, _ = learn_experience([*papers, *(paper(f"n{i}", 1, "none") for i in range(9))], known, CLASSES)
    table = dict(zip(TYPES, experience.table[experience.number("k=a"), len(CLASSES) : -1].tolist(), strict=True))
    assert max(table, key=lambda kind: table[kind]) == "Dataset"
    assert table["Dataset"] > 0 > table["Model"]
    # many are no entity, and these say nothing of types
    assert experience.table[experience.number("k=a"), 0] > 0


def test_experience_numbers_clues_as_they_come() -> None:
    known: dict[str, int] = {}
    number = numbers(known)
    assert [number(c) for c in ("k=b", "k=a", "k=b")] == [1, 2, 1]
    assert known == {"k=b": 1, "k=a": 2}
