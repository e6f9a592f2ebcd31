"""Saved listing pages as the HTML that a browser saves.

A page of Hugging Face carries its papers as JSON for its own script; where that is there, it is read. Of any other page
the blocks of text are read: a heading, or what is marked as a title, begins a paper, and the long prose that follows it
before the next one is its abstract. The page of a single paper says what it is about in its head (``citation_title``).
lxml parses the page, however damaged; scripts are not run and nothing is fetched.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urljoin

from kg.markup import clean
from kg.readers.chunks import whole
from kg.readers.fields import LONGEST, MESSAGE, paper_of
from kg.readers.huggingface import paper_of_item
from kg.readers.listing import is_abstract
from kg.records import Paper, Skipped

HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
BLOCKS = frozenset(
    "p div li td dd dt blockquote section article pre main body table tr ul ol dl header footer nav form figure".split()
)
SKIPPED = frozenset("script style noscript template svg button select option nav footer head iframe object".split())
TITLE_CLASS = re.compile(r"(?:^|[\s_-])(?:list-)?title(?:$|[\s_-])", re.IGNORECASE)
LABEL = re.compile(r"(?:Title|Abstract|Summary)\s*:\s*", re.IGNORECASE)
# a page in memory takes some twenty times its size
LONGEST_PAGE = 2**24


def read_html(chunks: Iterable[str], source: str) -> Iterator[Paper | Skipped]:
    """Yield the papers of a saved page and the titles without an abstract; the row is the line of the page.

    >>> page = "<h3><a href='/papers/2401.00001'>On X</a></h3><p>We study X, and find it to be good.</p>"
    >>> [(p.title, p.abstract, p.identifiers) for p in read_html([page], "x.html")]
    [('On X', 'We study X, and find it to be good.', (('arxiv', '2401.00001'),))]
    """
    from lxml import etree

    text, complete = whole(chunks, LONGEST_PAGE)
    if not complete:
        reason = f"page of more than {LONGEST_PAGE:,} characters; what comes behind them is not read"
        yield Skipped(source=source, row=1, reason=reason, kept=True)
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    parser.feed(re.sub(r"^\s*<\?xml[^>]{0,200}\?>", "", text).replace("\0", " ").encode())
    try:
        root = parser.close()
    except etree.XMLSyntaxError as e:
        yield Skipped(source=source, row=1, reason=f"broken HTML: {clean(e.msg)[:MESSAGE]}")
        return
    if root is None:
        yield Skipped(source=source, row=1, reason="a page without any text")
        return
    carried = list(_carried(root, source))
    if any(isinstance(found, Paper) for found in carried):
        yield from carried
        return
    single = _of_head(root, source)
    if single is not None:
        yield single
        return
    yield from _of_blocks(root, source)


def _carried(root: Any, source: str) -> Iterator[Paper | Skipped]:
    """Yield the papers that a page of Hugging Face carries for its script."""
    for element in root.iter():
        carried = element.get("data-props") if isinstance(element.tag, str) else None
        if carried and "aper" in carried:
            try:
                props = json.loads(carried)
            except (ValueError, RecursionError):
                continue
            rows = props.get("dailyPapers") or props.get("papers") or [props] if isinstance(props, dict) else []
            for row, item in enumerate(rows if isinstance(rows, list) else [], 1):
                if isinstance(item, dict) and isinstance(item.get("paper", item), dict):
                    yield paper_of_item(row, item, source)


def _of_head(root: Any, source: str) -> Paper | Skipped | None:
    """Return the paper that a page is about as a whole, None where it does not say so."""
    told: dict[str, list[str]] = {}
    for element in root.iter("meta"):
        name = str(element.get("name") or element.get("property") or "").lower()
        told.setdefault(name, []).append(str(element.get("content") or ""))
    if not told.get("citation_title") or not told.get("citation_abstract"):
        return None
    links = [
        link for name in ("citation_abstract_html_url", "citation_pdf_url", "og:url") for link in told.get(name, ())
    ]
    return paper_of(
        source,
        1,
        title=told["citation_title"],
        abstract=told["citation_abstract"],
        authors=told.get("citation_author"),
        date=[*told.get("citation_date", ()), *told.get("citation_publication_date", ())],
        venue=[*told.get("citation_journal_title", ()), *told.get("citation_conference_title", ())],
        categories=told.get("citation_keywords"),
        links=links,
        arxiv=told.get("citation_arxiv_id"),
        doi=told.get("citation_doi"),
    )


def _of_blocks(root: Any, source: str) -> Iterator[Paper | Skipped]:
    base = next((str(e.get("href")) for e in root.iter("base") if e.get("href")), "https://huggingface.co/")
    title: tuple[int, str] | None = None
    parts: list[str] = []
    links: list[str] = []

    def finished() -> Iterator[Paper | Skipped]:
        if title and parts:
            addresses = [_absolute(base, link) for link in dict.fromkeys(links)]
            yield paper_of(source, title[0], title=title[1], abstract=" ".join(parts), links=addresses[:50])

    for row, is_title, text, hrefs in _blocks(root):
        bare = LABEL.sub("", text, count=1) if LABEL.match(text) else text
        if is_title:
            yield from finished()
            title, parts, links = (row, bare), [], list(hrefs)
        elif title:
            links += hrefs
            if is_abstract(bare) and not parts and len(bare) <= LONGEST:
                parts.append(bare)
    yield from finished()


def _absolute(base: str, link: str) -> str:
    try:
        return urljoin(base, link)
    except ValueError:
        return ""


def _blocks(root: Any) -> Iterator[tuple[int, bool, str, list[str]]]:
    """Yield the blocks of text in their order: line, whether it is a title, text, links."""
    stack: list[tuple[Any, bool]] = [(root, False)]
    parts: list[str] = []
    links: list[str] = []
    row, titled = 1, False

    def block() -> Iterator[tuple[int, bool, str, list[str]]]:
        text = clean("".join(parts))
        if text:
            yield row, titled, text, list(links)

    while stack:
        element, leaving = stack.pop()
        tag = element.tag if isinstance(element.tag, str) else ""
        is_title = tag in HEADINGS or (tag in BLOCKS and bool(TITLE_CLASS.search(element.get("class") or "")))
        bounds = is_title or tag in BLOCKS
        if bounds:
            yield from block()
            parts, links, row = [], [], element.sourceline or row
            titled = is_title and not leaving
        if leaving:
            parts.append(element.tail or "")
            continue
        if tag in SKIPPED or not tag:
            parts.append(element.tail or "")
            continue
        if tag == "br":
            parts.append(" ")
        if tag == "a" and element.get("href"):
            links.append(str(element.get("href"))[:1000])
        parts.append(element.text or "")
        stack.append((element, True))
        stack += [(child, False) for child in reversed(element)]
    yield from block()
