"""Answers of the arXiv API."""

from __future__ import annotations

import time
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.markup import readable
from kg.readers.atom import read_atom
from kg.readers.fields import ABSENT
from kg.records import Paper, Skipped

ENTRY = """<entry><id>http://arxiv.org/abs/2401.00001v2</id><title>On
  Foo &amp; {n}</title><updated>2024-02-02T00:00:00Z</updated><published>2024-01-05T01:02:03Z</published>
<summary> We study $\\alpha$. </summary><author><name>Ada Lovelace</name></author><author><name>李明</name></author>
<category term="cs.LG"/><category term="stat.ML"/><arxiv:journal_ref>J. Foo 1</arxiv:journal_ref>
<arxiv:doi>10.1000/ABC</arxiv:doi><link href="http://arxiv.org/abs/2401.00001v2" rel="alternate"/>
<link title="doi" href="https://doi.org/10.1000/ABC"/><link href="https://a.org/code"/></entry>"""
TOP = '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom"><title>Query</title>'


def feed(*entries: str) -> str:
    return f"<?xml version='1.0' encoding='UTF-8'?>\n{TOP}{''.join(entries)}</feed>"


def read(*chunks: str) -> tuple[list[Paper], list[Skipped]]:
    found = list(read_atom(chunks, "x.xml"))
    return [f for f in found if isinstance(f, Paper)], [f for f in found if isinstance(f, Skipped)]


@pytest.mark.parametrize("size", [1, 10, 10_000])
def test_atom_reads_all_that_an_entry_says(size: int) -> None:
    text = feed(ENTRY.replace("{n}", "Bar"))
    papers, skipped = read(*(text[i : i + size] for i in range(0, len(text), size)))
    assert skipped == []
    assert papers == [
        Paper(
            title="On Foo & Bar", abstract="We study α.", pages=("x.xml",), authors=("Ada Lovelace", "李明"),
            identifiers=(("arxiv", "2401.00001"), ("doi", "10.1000/abc")), date="2024-01-05", venue="J. Foo 1",
            categories=("cs.LG", "stat.ML"), links=("https://a.org/code",),
        )
    ]  # fmt: skip


def test_atom_without_entries_is_told() -> None:
    papers, [one] = read(feed())
    assert papers == []
    assert "without entries" in one.reason


def test_atom_that_breaks_off_keeps_the_entries_before() -> None:
    text = feed(ENTRY.replace("{n}", "1"), ENTRY.replace("{n}", "2"))
    papers, [one] = read(text[: text.rindex("<summary>")])
    assert [p.title for p in papers] == ["On Foo & 1"]
    assert "broken XML" in one.reason
    assert "1 entries were read" in one.reason


SHORT = "<entry><title>x</title><summary>x</summary></entry>"
LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 12))
EVIL = {
    "laughs": f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]>{TOP}{SHORT.replace("x", "&l11;")}</feed>',
    "file": f'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>{TOP}{SHORT.replace("x", "&f;")}</feed>',
    "deep": TOP + "<a>" * 1_000_000,
    "attributes": TOP + "<a " + "b='c' " * 100_000,
}  # fmt: skip


@pytest.mark.parametrize("name", EVIL)
def test_atom_that_is_evil_is_refused_at_once(name: str) -> None:
    began = time.process_time()
    papers, skipped = read(EVIL[name])
    assert papers == []
    assert skipped
    assert time.process_time() - began < 5


def is_said(text: str) -> bool:
    return not ABSENT.fullmatch(readable(text))


WORDS = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"]), min_size=1, max_size=40).filter(is_said)


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=4))
def test_atom_comes_back_as_it_was_written(pairs: list[tuple[str, str]]) -> None:
    entries = (f"<entry><title>{escape(t)}</title><summary>{escape(a)}</summary></entry>" for t, a in pairs)
    assert [(p.title, p.abstract) for p in read(feed(*entries))[0]] == [(readable(t), readable(a)) for t, a in pairs]


@pytest.mark.parametrize("cut", range(1, len("<!DOCTYPE")))
def test_atom_refuses_a_document_type_wherever_the_pieces_meet(cut: int) -> None:
    text = f"<!DOCTYPE x SYSTEM 'x.dtd'>{TOP}{SHORT}</feed>"
    [found] = read_atom([text[:cut], text[cut:]], "x")
    assert isinstance(found, Skipped)
    assert "document type" in found.reason


def test_atom_tells_of_damage_without_the_control_characters_in_it() -> None:
    _, [skipped] = read("<feed xmlns='http://w\x7f\u202ew.org/'>")
    assert "not a valid URI" in skipped.reason
    assert skipped.reason.isprintable()
