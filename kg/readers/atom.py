"""Answers of the arXiv API: Atom, with one entry a paper.

The parser is lxml's, fed piece by piece; what is read is forgotten. It follows no entities and fetches nothing; a
feed with a document type, where entities would be declared, is refused. Of a feed that breaks off, the entries before
the place are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from kg.markup import clean
from kg.readers.fields import MESSAGE, paper_of
from kg.records import Paper, Skipped

ATOM = "{http://www.w3.org/2005/Atom}"
ARXIV = "{http://arxiv.org/schemas/atom}"
DECLARATION = re.compile(r"^\s*<\?xml\b[^>]{0,200}\?>")
DOCTYPE = re.compile(r"<!(?:DOCTYPE|ENTITY)\b", re.IGNORECASE)
LONGEST_DECLARATION, LONGEST_NAME = 256, len("<!DOCTYPE")
# what XML cannot hold
NOT_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read_atom(chunks: Iterable[str], source: str) -> Iterator[Paper | Skipped]:
    """Yield the papers of an Atom feed and the entries that are none; the row is the line of the entry.

    >>> entry = "<entry><title>On X</title><summary>We.</summary></entry>"
    >>> feed = f'<feed xmlns="http://www.w3.org/2005/Atom">{entry}</feed>'
    >>> [(p.title, p.abstract) for p in read_atom([feed], "x")]
    [('On X', 'We.')]
    """
    from lxml import etree

    parser = etree.XMLPullParser(
        events=("end",), tag=f"{ATOM}entry", resolve_entities=False, no_network=True, load_dtd=False, encoding="utf-8"
    )
    broken, seen, before = "", 0, ""
    pieces, head = iter(chunks), ""
    while len(head) < LONGEST_DECLARATION and (chunk := next(pieces, None)) is not None:
        head = (head + chunk).lstrip("\ufeff \n\t")
    for text in chain([DECLARATION.sub("", head)], pieces):
        if DOCTYPE.search(before + text):
            broken = "a document type or entities are declared, which is refused"
        else:
            try:
                parser.feed(NOT_XML.sub(" ", text).encode())
            except etree.XMLSyntaxError as e:
                broken = f"broken XML: {clean(e.msg)[:MESSAGE]}"
        # where two pieces meet it may stand as well
        before = (before + text)[-LONGEST_NAME:]
        for _, entry in parser.read_events():
            seen += 1
            yield _paper(entry, source)
            _forget(entry)
        if broken:
            break
    if not broken:
        try:
            parser.close()
        except etree.XMLSyntaxError as e:
            broken = f"broken XML: {clean(e.msg)[:MESSAGE]}"
    if broken or not seen:
        yield Skipped(source=source, row=1, reason=f"{broken or 'a feed without entries'}; {seen:,} entries were read")


def _paper(entry: Any, source: str) -> Paper | Skipped:
    links = [(link.get("title"), link.get("href")) for link in entry.iterfind(f"{ATOM}link")]
    address = _text(entry.find(f"{ATOM}id"))
    return paper_of(
        source,
        entry.sourceline or 1,
        title=_text(entry.find(f"{ATOM}title")),
        abstract=_text(entry.find(f"{ATOM}summary")) or _text(entry.find(f"{ATOM}content")),
        authors=[_text(name) for name in entry.iterfind(f"{ATOM}author/{ATOM}name")],
        date=[_text(entry.find(f"{ATOM}published")), _text(entry.find(f"{ATOM}updated"))],
        venue=_text(entry.find(f"{ARXIV}journal_ref")),
        categories=[category.get("term") for category in entry.iterfind(f"{ATOM}category")],
        links=[href for title, href in links if title != "doi"],
        arxiv=address,
        doi=[*_text(entry.find(f"{ARXIV}doi")).split(), *(href for title, href in links if title == "doi")],
    )


def _text(element: Any) -> str:
    return "".join(element.itertext()) if element is not None else ""


def _forget(entry: Any) -> None:
    """Free the memory of what was read, and of all before it."""
    entry.clear()
    while (before := entry.getprevious()) is not None:
        entry.getparent().remove(before)
