"""Tables."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.markup import readable
from kg.readers.fields import ABSENT
from kg.readers.table import delimiter_of, read_table
from kg.records import Paper, Skipped


def read(text: str) -> tuple[list[Paper], list[Skipped]]:
    found = list(read_table([text], "x.csv"))
    return [f for f in found if isinstance(f, Paper)], [f for f in found if isinstance(f, Skipped)]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_table_reads_all_that_a_row_says(delimiter: str) -> None:
    columns = ("No.", "Title", "Abstract", "Author(s)", "Publication Year", "DOI", "URL", "Source title", "arXiv ID")
    said = ("1", "On Foo", 'We "study" foo.\nIt is good.', "Lovelace, A.; Li, B.", "2024", "10.1000/ABC")
    row = (*said, "https://a.org/x", "J. Foo", "2401.00001v1")
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter).writerows([columns, row])
    papers, skipped = read(file.getvalue().replace("\r\n", "\n"))
    assert skipped == []
    assert papers == [
        Paper(
            title="On Foo", abstract='We "study" foo. It is good.', pages=("x.csv",),
            identifiers=(("arxiv", "2401.00001"), ("doi", "10.1000/abc")), authors=("A. Lovelace", "B. Li"),
            date="2024", venue="J. Foo", links=("https://a.org/x",),
        )
    ]  # fmt: skip


@pytest.mark.parametrize("formula", ['=HYPERLINK("http://a.org")', "+1+1", "@SUM(A1)", "-2", "=cmd|' /C calc'!A0"])
def test_table_formulas_are_text(formula: str) -> None:
    file = io.StringIO()
    csv.writer(file).writerows([("title", "abstract"), (formula, "We study foo.")])
    assert [p.title for p in read(file.getvalue())[0]] == [formula]


def test_table_rows_that_are_none_are_told_by_their_line() -> None:
    papers, skipped = read("sep=,\ntitle,abstract\nOn Foo,We study foo.\nOn Bar\n,\n\nOn Baz,We study baz.,more\n")
    assert [p.title for p in papers] == ["On Foo", "On Baz"]
    assert [str(s) for s in skipped] == ["x.csv:4: no abstract: 'On Bar'"]


def test_table_quotation_mark_that_is_missing_spoils_what_is_near() -> None:
    rows = "".join(f"On Foo {i},We study foo.\n" for i in range(20_000))
    papers, skipped = read(f'title,abstract\nOn Bar,"We study bar.\n{rows}')
    assert len(papers) > 10_000
    assert "quotation mark" in skipped[0].reason


def test_table_without_columns_of_these_names_is_told() -> None:
    assert [s.reason for s in read("a,b\n1,2\n")[1]] == [
        "no columns with the names title and abstract in the first line"
    ]
    assert delimiter_of("Title: a study, with an abstract") == ""


def is_said(text: str) -> bool:
    return not ABSENT.fullmatch(readable(text))


WORDS = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), min_size=1, max_size=30).filter(
    is_said
)


@given(st.lists(st.tuples(WORDS, WORDS), max_size=5), st.sampled_from(",\t;|"))
def test_table_comes_back_as_it_was_written(pairs: list[tuple[str, str]], delimiter: str) -> None:
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter, lineterminator="\n").writerows([("title", "abstract"), *pairs])
    assert [(p.title, p.abstract) for p in read(file.getvalue())[0]] == [(readable(t), readable(a)) for t, a in pairs]
