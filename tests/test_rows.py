"""Rows: JSON lines and JSON arrays."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.markup import readable
from kg.readers.fields import ABSENT
from kg.readers.objects import looks_like_objects
from kg.readers.rows import read_rows as stream_rows
from kg.records import Paper, Skipped

GOOD = {"title": "On Foo", "abstract": "We study foo."}
PAPER = Paper(title="On Foo", abstract="We study foo.", pages=("x.jsonl",))


def read_rows(text: str, source: str) -> tuple[list[Paper], list[Skipped]]:
    found = list(stream_rows([text], source))
    return [f for f in found if isinstance(f, Paper)], [f for f in found if isinstance(f, Skipped)]


@pytest.mark.parametrize(
    "row",
    [
        GOOD,
        {"title": "On Foo", "summary": "We study foo."},
        {"title": "On Foo", "abstract": "", "summary": "We study foo."},
        {"title": "On Foo", "abstract": None, "description": "We study foo."},
        {"paper": GOOD, "publishedAt": "2024-01-01"},
        {"paper": GOOD, "title": "a title of the row"},
        {
            "title": " On\n  Foo ",
            "abstract": "We\tstudy\u0000 foo.\n",
            "upvotes": 3,
        },
    ],
)
def test_rows_find_title_and_abstract_under_their_names(row: dict[str, Any]) -> None:
    assert read_rows(json.dumps(row), "x.jsonl") == ([PAPER], [])
    assert read_rows(json.dumps([row], indent=2), "x.jsonl") == ([PAPER], [])


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"title": "On', "broken JSON"),
        ("not JSON", "broken JSON"),
        ("[" * 100_000, "broken JSON"),
        ("9" * 10_000, "broken JSON"),
        ("3", "no JSON object"),
        ('"text"', "no JSON object"),
        ("null", "no JSON object"),
        ('{"paper": 1}', "no JSON object"),
        ("{}", "no title"),
        ('{"abstract": "We study bar."}', "no title: 'We study bar.'"),
        ('{"title": "On Bar"}', "no abstract: 'On Bar'"),
        ('{"title": "On Bar", "abstract": "  \\n"}', "no abstract: 'On Bar'"),
        ('{"title": null, "abstract": null}', "no title"),
    ],
    ids=lambda v: v[:30],
)
def test_rows_tell_what_is_no_paper_and_keep_the_others(line: str, reason: str) -> None:
    good = json.dumps(GOOD)
    papers, skipped = read_rows(f"{good}\n\n{line}\n{good}\n", "x.jsonl")
    assert papers == [PAPER, PAPER]
    [one] = skipped
    assert (one.source, one.row) == ("x.jsonl", 3)
    assert one.reason.startswith(reason)
    assert "\n" not in str(one)


def test_rows_of_an_array_are_numbered_from_one() -> None:
    papers, skipped = read_rows(json.dumps([GOOD, 3, GOOD, {"title": "T"}]), "x.json")
    assert len(papers) == 2
    assert [(s.row, s.reason.split(";")[0]) for s in skipped] == [
        (2, "no JSON object"),
        (4, "no abstract: 'T'"),
    ]


def test_rows_of_a_broken_array_name_the_place() -> None:
    papers, skipped = read_rows('[{"title": "On Foo",\n "abstract": ]', "x.json")
    assert papers == []
    [one] = skipped
    assert "broken JSON" in one.reason
    assert "line 2" in one.reason


@pytest.mark.parametrize(
    ("text", "whether"),
    [('{"title": 1}', True), ('\n [{"title": 1}]', True), ("On Foo\n\nWe study foo.", False), ("", False)],
)
def test_rows_are_told_from_pages(text: str, whether: bool) -> None:
    assert looks_like_objects(text) is whether


def is_said(text: str) -> bool:
    return not ABSENT.fullmatch(readable(text))


@given(st.lists(st.tuples(st.text(), st.text()), max_size=5), st.booleans())
def test_rows_come_back_as_they_were_written(rows: list[tuple[str, str]], array: bool) -> None:
    objects = [{"title": title, "abstract": abstract} for title, abstract in rows]
    text = json.dumps(objects) if array else "\n".join(json.dumps(o, ensure_ascii=False) for o in objects)
    papers, skipped = read_rows(text, "x.jsonl")
    kept = [(readable(t), readable(a)) for t, a in rows if is_said(t) and is_said(a)]
    assert [(p.title, p.abstract) for p in papers] == kept
    assert len(skipped) == len(rows) - len(kept)
