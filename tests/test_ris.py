"""RIS."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.readers.ris import read_ris
from kg.records import Paper, Skipped

RECORD = """TY  - JOUR
TI  - On Foo
AU  - Lovelace, Ada
AU  - Li, B.
T2  - J. of Foo
PY  - 2024
DA  - 2024/01/05
DO  - 10.1000/ABC
KW  - foo
KW  - bar
UR  - https://a.org/x
AB  - We study foo
 and find it good.
N1  - Export Date: 12 March 2024
ER  -
"""


def read(text: str) -> tuple[list[Paper], list[Skipped]]:
    found = list(read_ris([text], "x.ris"))
    return [f for f in found if isinstance(f, Paper)], [f for f in found if isinstance(f, Skipped)]


def test_ris_reads_all_that_a_record_says() -> None:
    papers, skipped = read("\ufeffProvider: Foo\n\n" + RECORD)
    assert skipped == []
    assert papers == [
        Paper(
            title="On Foo", abstract="We study foo and find it good.", pages=("x.ris",),
            identifiers=(("doi", "10.1000/abc"),), authors=("Ada Lovelace", "B. Li"), date="2024-01-05",
            venue="J. of Foo", categories=("bar", "foo"), links=("https://a.org/x",),
        )
    ]  # fmt: skip


@pytest.mark.parametrize("between", ["", "\n", "\n\n", "noise\n", "ER  -\n", "AB  - no record\n"])
def test_ris_separates_records_whatever_is_between(between: str) -> None:
    assert len(read(RECORD + between + RECORD)[0]) == 2


def test_ris_record_without_its_end_spoils_no_other() -> None:
    papers, skipped = read("TY  - JOUR\nTI  - Cut\n" + RECORD + "TY  - JOUR\nTI  - Off\nAB  - We break")
    assert [p.title for p in papers] == ["On Foo", "Off"]
    assert [str(s) for s in skipped] == ["x.ris:1: no abstract: 'Cut'"]


WORDS = (
    st.text(st.sampled_from("abc XYZ 123.,:-é漢"), min_size=1, max_size=30)
    .map(str.strip)
    .filter(lambda t: any(map(str.isalpha, t)))
)


@given(st.lists(st.tuples(WORDS, WORDS), max_size=4))
def test_ris_comes_back_as_it_was_written(pairs: list[tuple[str, str]]) -> None:
    text = "".join(f"TY  - JOUR\r\nT1  - {t}\r\nN2  - {a}\r\nER  - \r\n" for t, a in pairs).replace("\r", "")
    assert [(p.title, p.abstract) for p in read(text)[0]] == [
        (" ".join(t.split()), " ".join(a.split())) for t, a in pairs
    ]


@given(
    st.lists(
        st.sampled_from(["TY  - ", "ER  - ", "AB  - ", "x", "\n", "  ", "AU  - ,", "KW  - ;", "UR  - "]), max_size=20
    )
)
def test_ris_takes_anything(pieces: list[str]) -> None:
    read("".join(pieces))
