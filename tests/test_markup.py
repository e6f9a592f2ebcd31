"""Titles and abstracts as plain text, and evidence at its offsets in it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.markup import clean, readable
from kg.records import Extraction


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("R&amp;D &lt;3 &#945; &amp;lt;i&amp;gt;x&lt;/i&gt;", "R&D <3 α x"),
        ("<i>E. coli</i> and H<sub>2</sub>O, 10<sup>6</sup>, 5<sup>th</sup>", "E. coli and H2O, 10^6, 5th"),
        ("<jats:title>Abstract</jats:title><jats:p>We <jats:italic>do</jats:italic>.</jats:p>", "We do."),
        ("<p>One.</p><p>Two.<br/>Three.</p>", "One. Two. Three."),
        ("the <s> token, <mask>, a<b and b>c, <unk> <p> alone", "the <s> token, <mask>, a<b and b>c, <unk> <p> alone"),
        ("AT&T, R&D; ?a=1&copy=2 &c.", "AT&T, R&D; ?a=1&copy=2 &c."),
        ("Lo\u200bRA \u202egnp.exe\u202c \ufeffX\u00ady", "LoRA gnp.exe Xy"),
        ("cafe\u0301 Z" + "\u0335" * 50, "café Z" + "\u0335" * 4),
        ("nul\x00 bell\x07 tab\t line\n", "nul bell tab line"),
        ("👩\u200d🔬 می\u200cخواهم 漢字 العربية", "👩\u200d🔬 می\u200cخواهم 漢字 العربية"),
        (
            "</script><script>alert(1)</script> <img src=x onerror=y>",
            "</script><script>alert(1)</script> <img src=x onerror=y>",
        ),
    ],
)
def test_markup_reads_as_it_would_be_shown(written: str, read: str) -> None:
    assert readable(written) == read


@given(st.text(max_size=80))
def test_markup_gives_one_line_that_cleaning_does_not_change(text: str) -> None:
    read = readable(text)
    assert clean(read) == read
    assert not re.search("[\n\r\x00-\x1f\u200b\u202a-\u202e\u2066-\u2069\ufeff]", read)
    assert unicodedata.is_normalized("NFC", read)


@given(st.text(st.characters(categories=["Lu", "Ll", "Nd", "Po", "Pd"], exclude_characters="&\\<", codec="ascii")))
def test_markup_leaves_plain_words(text: str) -> None:
    assert readable(text) == text


def test_markup_keeps_evidence_at_its_offsets(extract_text: Callable[[str, str], Extraction]) -> None:
    abstract = readable(
        r"We propose \textbf{F\'ooNet}, a pruning method with $\alpha$-decay &amp; <i>LoRA</i>. It is 2$\times$ faster"
        r" than {\it GPTQ} on ImageNet, at 63\% of the cost."
    )
    extraction = extract_text(readable(r"F\'ooNet: $\beta$ Pruning"), abstract)
    text = extraction.paper.text
    assert "FóoNet" in text
    assert extraction.mentions
    for mention in extraction.mentions:
        assert text[mention.start : mention.end] == mention.surface
    for quote in (*(r.quote for r in extraction.relations), *(r.quote for r in extraction.results)):
        assert text[quote.start : quote.end] == quote.text
