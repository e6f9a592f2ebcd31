"""Objects of JSON, damaged or not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.readers.chunks import LONGEST_LINE
from kg.readers.objects import objects
from kg.records import Skipped

A, B, C = {"title": "A", "n": [{"x": 1}]}, {"title": "B"}, {"title": "C", "of": {"deep": [1, "]}"]}}


def read(*chunks: str) -> tuple[list[tuple[int, dict[str, Any]]], list[Skipped]]:
    found = list(objects(chunks, "x"))
    return [f for f in found if not isinstance(f, Skipped)], [f for f in found if isinstance(f, Skipped)]


FORMS = {
    "lines": "\n".join(map(json.dumps, (A, B, C))),
    "array": json.dumps([A, B, C]),
    "indented": json.dumps([A, B, C], indent=2),
    "answer": json.dumps({"total": 3, "data": [A, B, C]}),
    "indented answer": json.dumps({"total": 3, "results": [A, B, C]}, indent=1),
    "message": json.dumps({"status": "ok", "message": {"total-results": 3, "items": [A, B, C]}}),
    "one after another": "\n".join(json.dumps(o, indent=1) for o in (A, B, C)),
    "reprs": "\n".join(map(repr, (A, B, C))),
    "array of reprs": json.dumps([repr(o) for o in (A, B, C)]),
    "lines of reprs": "\n".join(json.dumps(repr(o)) for o in (A, B, C)),
    "array of texts": json.dumps([json.dumps(o) for o in (A, B, C)]),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_objects_are_found_in_every_form_wherever_it_is_cut(form: str, size: int) -> None:
    text = FORMS[form]
    found, skipped = read(*(text[i : i + size] for i in range(0, len(text), size)))
    assert [item for _, item in found] == [A, B, C]
    assert [row for row, _ in found] == [1, 2, 3]
    assert skipped == []


@pytest.mark.parametrize("form", ["array", "indented", "answer", "indented answer", "lines"])
def test_objects_before_the_place_where_a_file_breaks_off_are_kept(form: str) -> None:
    text = FORMS[form]
    cut = text.index('"B"') + 2
    found, skipped = read(text[:cut])
    assert [item for _, item in found] == [A]
    [one] = skipped
    assert one.row == 2
    assert "broken JSON" in one.reason


@pytest.mark.parametrize("form", ["indented", "indented answer", "lines"])
def test_objects_behind_a_broken_one_are_kept(form: str) -> None:
    found, skipped = read(FORMS[form].replace('"B"', '"B'))
    assert [item for _, item in found] == [A, C]
    assert [s.row for s in skipped] == [2]


def test_objects_of_a_program_are_never_run() -> None:
    evil = "{'title': __import__('os').system('touch /tmp/kg-was-here')}"
    found, skipped = read(json.dumps([evil, repr(A)]))
    assert [item for _, item in found] == [A]
    assert len(skipped) == 1


def test_objects_of_a_program_may_hold_dates_and_ids() -> None:
    text = "{'at': datetime.datetime(2024, 1, 5, 3, 4, tzinfo=datetime.timezone.utc), '_id': ObjectId('a1'), 'x': nan}"
    assert read(json.dumps([text]))[0] == [(1, {"at": "2024-01-05", "_id": "a1", "x": None})]


@pytest.mark.parametrize(
    "text",
    [
        "[" * 200_000,
        '{"a":' * 200_000,
        "[" + "9" * 10_000 + "]",
        "{'a': " + "(" * 5000,
        "{'a': " + "-" * 100_000 + "1}",
    ],
    ids=["arrays", "objects", "digits", "parentheses", "signs"],
)
def test_objects_that_are_too_deep_are_told(text: str) -> None:
    found, skipped = read(text)
    assert found == []
    assert skipped


def test_objects_line_that_is_too_long_is_told_and_passed_over() -> None:
    long = ("x" * 2**20 for _ in range(LONGEST_LINE // 2**20 + 1))
    found, skipped = read(json.dumps(A) + "\n", '{"title": "', *long, '"}\n', json.dumps(B))
    assert [row for row, _ in found] == [1, 3]
    assert [(s.row, "characters" in s.reason) for s in skipped] == [(2, True)]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.lists(st.dictionaries(st.text(max_size=5), JSON, min_size=1, max_size=3), min_size=2, max_size=5),
    st.integers(0, 3),
)
def test_objects_come_back_as_they_were_written(items: list[dict[str, Any]], indent: int) -> None:
    assert [item for _, item in read(json.dumps(items, indent=indent or None))[0]] == items
    assert [item for _, item in read("\n".join(map(json.dumps, items)))[0]] == items


@given(st.lists(st.sampled_from([*"[]{}\"':,\\ \na1", '{"a": 1}']), max_size=40).map("".join))
def test_objects_take_anything(text: str) -> None:
    for found in objects([text], "x"):
        assert isinstance(found, Skipped) or isinstance(found[1], dict)


def test_objects_behind_a_first_line_that_is_too_long_are_kept() -> None:
    long = ("x" * 2**22 for _ in range(17))
    found, skipped = read('{"title": "', *long, '"}\n', json.dumps(B), "\n")
    assert found == [(2, B)]
    assert [(s.row, "characters" in s.reason) for s in skipped] == [(1, True)]


@pytest.mark.filterwarnings("always")
def test_objects_of_a_program_are_read_without_a_word_of_the_compiler(recwarn: pytest.WarningsRecorder) -> None:
    found, skipped = read("{'a': 1if 1else 2}\n", "{'a': 'b'}\n")
    assert (found, len(skipped)) == ([(2, {"a": "b"})], 1)
    assert not recwarn.list


@pytest.mark.parametrize("text", ['[8.01, {"a": 1}]', '[1e-5,\n{"a": 1}]'])
def test_objects_behind_a_number_are_found_wherever_it_is_cut(text: str) -> None:
    for at in range(1, len(text)):
        found, skipped = read(text[:at], text[at:])
        assert (found, [s.row for s in skipped]) == ([(2, {"a": 1})], [1])
