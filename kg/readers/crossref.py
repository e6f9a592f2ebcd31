"""Crossref works: answers of its REST API, whose titles are lists and whose abstracts are JATS."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kg.readers.fields import each, get, paper_of
from kg.readers.objects import objects
from kg.records import Paper, Skipped


def read_crossref(chunks: Iterable[str], source: str) -> Iterator[Paper | Skipped]:
    """Yield the papers among Crossref works and the rows that are none.

    >>> work = '{"DOI": "10.1000/X", "title": ["On <i>X</i>"], "abstract": "<jats:p>We study X.</jats:p>"}'
    >>> [(p.title, p.abstract, p.identifiers) for p in read_crossref([work], "x")]
    [('On X', 'We study X.', (('doi', '10.1000/x'),))]
    """
    for found in objects(chunks, source):
        if isinstance(found, Skipped):
            yield found
            continue
        row, item = found
        dates = ("issued", "published", "published-online", "published-print", "posted", "created")
        yield paper_of(
            source,
            row,
            title=_with_subtitle(item.get("title"), item.get("subtitle")),
            abstract=item.get("abstract"),
            authors=item.get("author"),
            date=[get(item, name) for name in dates],
            venue=[item.get("container-title"), get(item, "event", "name"), get(item, "institution", "name")],
            categories=item.get("subject"),
            links=[item.get("URL"), *each(item.get("link"), "URL")],
            doi=item.get("DOI"),
        )


def _with_subtitle(title: object, subtitle: object) -> object:
    """Return the title with its subtitle, which Crossref keeps apart."""
    first, second = (v[0] if isinstance(v, list) and v else v for v in (title, subtitle))
    if isinstance(first, str) and isinstance(second, str) and second.strip() and second.strip() not in first:
        return f"{first.strip().rstrip(':')}: {second.strip()}"
    return first
