"""Saved pages."""

from __future__ import annotations

import html
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.readers.html import read_html
from kg.records import Paper, Skipped

LISTING = """<!DOCTYPE html><html><head><title>Daily Papers - Hugging Face</title>
<script>var title = "<h3>No</h3>";</script>
<style>h3 { color: red }</style></head><body><nav><h2>Models</h2>
<p>We host models, and they are all very good.</p></nav>
<main><h1>Trending Papers</h1><section><article><a href="/papers/2401.00001"><img alt="x"></a>
<h3><a href="/papers/2401.00001" class="line-clamp-3">On <i>Foo</i>
 &amp; Bar</a></h3><ul><li>3 authors</li></ul><p class="line-clamp-2">We study foo, and find that<br>it is good.</p>
<a href="https://github.com/a/b">GitHub</a></article>
<article><h3><a href="/papers/2401.00002">On Baz</a></h3>
<div><div><p>Baz is <b>hard</b>. We ask why.</p></div></div></article>
<article><h3>Without an abstract</h3></article></section></main>
<footer><p>We thank you all for reading this page.</p></footer>
</body></html>"""


def read(text: str) -> tuple[list[Paper], list[Skipped]]:
    found = list(read_html([text], "x.html"))
    return [f for f in found if isinstance(f, Paper)], [f for f in found if isinstance(f, Skipped)]


def test_html_reads_headings_and_the_prose_below_them() -> None:
    papers, skipped = read(LISTING)
    assert skipped == []
    assert [(p.title, p.abstract, p.identifiers, p.links) for p in papers] == [
        (
            "On Foo & Bar",
            "We study foo, and find that it is good.",
            (("arxiv", "2401.00001"),),
            ("https://github.com/a/b",),
        ),
        ("On Baz", "Baz is hard. We ask why.", (("arxiv", "2401.00002"),), ()),
    ]


def test_html_that_is_cut_off_keeps_what_is_there() -> None:
    titles = ["On Foo & Bar", "On Baz"]
    for end in range(0, len(LISTING), 37):
        found = [p.title for p in read(LISTING[:end])[0]]
        assert found == titles[: len(found)]


def test_html_reads_what_a_page_carries_for_its_script() -> None:
    paper = {
        "id": "2401.00001",
        "title": "On Foo",
        "summary": 'We study <foo> & "bar".',
        "publishedAt": "2024-01-05T01:00:00Z",
    }
    props = html.escape(json.dumps({"dailyPapers": [{"paper": paper}, {"paper": {"title": "No"}}]}))
    page = f'<body><div class="SVELTE_HYDRATER" data-props="{props}"></div><h3>On Foo</h3></body>'
    papers, skipped = read(page)
    assert [(p.title, p.abstract, p.date) for p in papers] == [("On Foo", 'We study <foo> & "bar".', "2024-01-05")]
    assert [s.row for s in skipped] == [2]


def test_html_reads_the_page_of_one_paper() -> None:
    page = """<html><head><meta name="citation_title" content="On Foo"/>
    <meta name="citation_author" content="Lovelace, Ada"/>
    <meta name="citation_author" content="Li, Bo"/><meta name="citation_date" content="2024/01/05"/>
    <meta name="citation_arxiv_id" content="2401.00001"/><meta name="citation_abstract" content="We study foo."/></head>
    <body><h1>Something else</h1><p>This is the help, and no abstract at all.</p></body></html>"""
    assert read(page)[0] == [
        Paper(
            title="On Foo", abstract="We study foo.", pages=("x.html",), identifiers=(("arxiv", "2401.00001"),),
            authors=("Ada Lovelace", "Bo Li"), date="2024-01-05",
        )
    ]  # fmt: skip


def test_html_reads_a_listing_of_arxiv() -> None:
    page = """<dl><dt><a href="/abs/2401.00001">arXiv:2401.00001</a></dt><dd>
    <div class="list-title mathjax"><span>Title:</span>
    On Foo</div><div class="list-authors">Ada Lovelace</div>
    <p class="mathjax">We study foo, and find it to be good.</p></dd></dl>"""
    assert [(p.title, p.abstract) for p in read(page)[0]] == [("On Foo", "We study foo, and find it to be good.")]


@pytest.mark.parametrize(
    "piece", ["<div>", "<a ", "<!--", "<h3>x", "</p>", "&", "<![CDATA[", "<p class='", "<script>", "<table><tr><td>"]
)
def test_html_that_is_evil_takes_no_time(piece: str) -> None:
    began = time.process_time()
    read(piece * (1_000_000 // len(piece)))
    assert time.process_time() - began < 15


@given(
    st.lists(
        st.sampled_from(
            [
                "<h3>",
                "</h3>",
                "<p>",
                "</p>",
                "<div class=title>",
                "x",
                "We see it all here.",
                "<",
                "&#0;",
                "\0",
                "<a href='//['>",
            ]
        ),
        max_size=20,
    )
)
def test_html_takes_anything(pieces: list[str]) -> None:
    read("".join(pieces))
