"""The texts of the table in ``nasty.py`` through the whole program: nothing breaks, and no markup is alive."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from lxml import etree, html
from playwright.sync_api import Browser
from rdflib import DCTERMS, RDF
from rdflib import Graph as RdfGraph

from kg.cli import main
from kg.files import ontology_folder
from kg.page import page_html
from kg.statements import KG
from kg.validation import find_violations, read_turtle
from tests.browsing import Watched, watching
from tests.nasty import NASTY
from tests.small import small_graph

# what is read of those whose signs say how the text looks, not what it is, or are markup themselves
READ = {
    "bidirectional": "FooNet tuptuO isolate right left",
    "zero-width": "FooNet BarNet BazNet softhyphen",
    "combining": "Z\u0351\u036b\u0313a\u0324l\u0317g\u033bo\u0322 caf\u00e9 \u00e0\u0301\u0302\u0303",
    "controls": "Foo Net bell [31mred [0m",
    "surrogate": "Foo Net BERT",
    "spaces": "Foo Net Bar Baz line paragraph next tab",
    "entities": "<b> <i> & &copy \ufffd",
    "latex": "a/b x \\input{/etc/passwd} 50% é ~",
    "json": NASTY["json"].replace('\\"', '"'),
}
# identifiers that contradict each other: one id of two papers, two ids of one title
IDENTIFIERS: list[dict[str, Any]] = [
    {"title": "On One Thing", "arxiv_id": "2401.00001", "doi": "10.1000/one"},
    {"title": "On Another Thing", "arxiv_id": "2401.00001", "doi": "10.1000/another"},
    {"title": "On One Thing", "arxiv_id": "2401.00002", "doi": "10.1000/<one>\"'{}|\\^`%"},
    {"title": "On a Third Thing", "doi": "10.48550/arXiv.2401.00001", "links": ["https://a.org/?x[]=50%&y=<b>#a#b"]},
]


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the exports of a listing of all of them."""
    folder = tmp_path_factory.mktemp("nasty")
    rows = [
        {
            "title": f"{name}: {text}",
            "abstract": f"We propose FooNet {text}. It outperforms BERT by 2.5x on ImageNet. {text}",
            "authors": [text, f"{text}, {text}"],
            "venue": text,
            "categories": [text],
            "links": [text, f"https://a.org/{text}"],
        }
        for name, text in NASTY.items()
    ]
    rows += [{"abstract": f"We propose FooNet for {row['title']}, 2x faster than BERT.", **row} for row in IDENTIFIERS]
    listing = folder / "rows.jsonl"
    listing.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    done = CliRunner().invoke(main, ["build", str(listing), "-o", str(folder / "out"), "--no-model", "--workers", "1"])
    assert done.exit_code == 0, done.output
    assert all(line.isprintable() for line in done.stderr.splitlines())
    return folder / "out"


def test_nasty_papers_are_all_there_and_conform(exports: Path) -> None:
    rdf = read_turtle([exports / "graph.ttl"])
    papers = set(rdf.subjects(RDF.type, KG.Paper))
    assert len(papers) == len(NASTY) + len({row["title"] for row in IDENTIFIERS})
    assert [str(v) for v in find_violations(rdf, read_turtle([ontology_folder() / "shapes.ttl"]))] == []


def test_nasty_titles_are_read_as_they_are_written(exports: Path) -> None:
    rdf = RdfGraph().parse(exports / "graph.ttl", format="turtle")
    titles = {str(title) for title in rdf.objects(None, DCTERMS.title)}
    assert {f"{name}: {READ.get(name, text)}" for name, text in NASTY.items()} - titles == set()


def test_nasty_text_leaves_all_exports_whole(exports: Path) -> None:
    found = read_turtle([exports / "graph.ttl"])
    lines = gzip.decompress((exports / "graph.nt.gz").read_bytes()).decode()
    assert set(RdfGraph().parse(data=lines, format="nt")) == set(found)
    document = json.loads((exports / "graph.jsonld").read_text(encoding="utf-8"))
    assert len(document["@graph"]) == len(set(found.subjects()))
    labels = {e.text for e in etree.parse(exports / "graph.graphml").iter() if e.text}
    assert {f"script: {NASTY['script']}", f"chinese: {NASTY['chinese']}"} <= labels
    script = (exports / "graph-query.js").read_text(encoding="utf-8")
    assert re.fullmatch(r"/\*.*?\*/\nreceiveGraph\(\{[^<>&\u2028\u2029]*\}\);\n", script, re.DOTALL)


def test_nasty_markup_is_no_part_of_the_page(exports: Path) -> None:
    page = html.document_fromstring((exports / "graph.html").read_text(encoding="utf-8"))
    plain = html.document_fromstring(page_html(small_graph()))
    assert Counter(e.tag for e in page.iter()) == Counter(e.tag for e in plain.iter())
    assert [sorted(e.attrib) for e in page.iter()] == [sorted(e.attrib) for e in plain.iter()]


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    with watching(browser) as seen:
        yield seen
    assert [url for url in seen.requests if not url.startswith(("file:", "data:"))] == []


def test_nasty_markup_is_text_wherever_the_page_shows_it(watched: Watched, exports: Path) -> None:
    page = watched.open((exports / "graph.html").as_uri())
    data = json.loads(page.locator("#data").text_content() or "")
    titles = {node: about["label"] for node, about in zip(data["ids"], data["nodes"], strict=True)}
    kinds = "[...document.querySelectorAll('*')].map((e) => e.localName)"
    foreign = {"img", "script", "iframe", "object", "embed", "style", "animate", "form", "base", "meta", "link"}
    before = [kind for kind in page.evaluate(kinds) if kind in foreign]
    for node, title in titles.items():
        if not node.startswith("paper/"):
            continue
        page.evaluate("(id) => { location.hash = id }", node)
        page.wait_for_function("(title) => document.querySelector('#content h1')?.textContent === title", arg=title)
        assert [kind for kind in page.evaluate(kinds) if kind in foreign] == before, title
        bad = "[...document.querySelectorAll('#content a')].map((a) => a.protocol)"
        assert set(page.evaluate(bad)) <= {"file:", "https:", "http:"}, title
        handlers = "[...document.querySelectorAll('#content *')].flatMap((e) => [...e.attributes]).map((a) => a.name)"
        assert not [name for name in page.evaluate(handlers) if name.startswith("on")], title
    for typed in ("<img", "</script", "${", "\u05e8", "我们", "\\"):
        page.locator("#search").fill(typed)
        assert [kind for kind in page.evaluate(kinds) if kind in foreign] == before, typed
