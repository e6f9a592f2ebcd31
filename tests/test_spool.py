"""Tests of `kg.spool`: what goes in comes out by key, however much, and a full disk is one clear line."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import OutputError
from kg.spool import BATCH, Spool, united

ROWS = st.lists(st.tuples(st.text(st.characters(exclude_categories=["Cs"]), max_size=4), st.integers()))


@given(ROWS, ROWS)
def test_spool_gives_rows_by_key_as_they_came(some: list[tuple[str, int]], more: list[tuple[str, int]]) -> None:
    spool = Spool[int]()
    spool.add(some)
    spool.add(more)
    expected = sorted([*some, *more], key=lambda row: row[0])
    assert list(spool.items()) == expected
    assert list(spool) == [value for _, value in expected]
    assert len(spool) == len(expected)


def test_spool_is_gone_through_twice_side_by_side() -> None:
    spool = Spool[int]()
    spool.add((f"{i:05}", i) for i in range(3 * BATCH))
    first, second = iter(spool), iter(spool)
    assert [next(first), next(first)] == [0, 1]
    assert list(second) == list(range(3 * BATCH))
    assert list(first) == list(range(2, 3 * BATCH))


def test_spool_rows_of_one_key_are_united() -> None:
    spool = Spool[int]()
    spool.add([("b", 1), ("a", 2), ("b", 3), ("c", 4)])
    assert list(united(spool, sum)) == [2, 4, 4]


def test_spool_on_a_full_disk_is_one_clear_line() -> None:
    spool = Spool[str]()
    spool.add([("a", "b")])
    spool._file.execute("PRAGMA max_page_count = 4")
    with pytest.raises(OutputError, match="cannot be written: database or disk is full; make room") as caught:
        spool.add((str(i), "x" * 1000) for i in range(100))
    assert isinstance(caught.value.__cause__, sqlite3.Error)
    assert "\n" not in str(caught.value)
