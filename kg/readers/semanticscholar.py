"""The Semantic Scholar Graph API, and its datasets of the same fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kg.readers.fields import each, get, paper_of
from kg.readers.objects import objects
from kg.records import Paper, Skipped


def read_semanticscholar(chunks: Iterable[str], source: str) -> Iterator[Paper | Skipped]:
    """Yield the papers of an answer of Semantic Scholar and the rows that are none.

    >>> answer = '{"data": [{"title": "On X", "abstract": "We study X.", "externalIds": {"ArXiv": "2401.00001"}}]}'
    >>> next(read_semanticscholar([answer], "x")).identifiers
    (('arxiv', '2401.00001'),)
    """
    for found in objects(chunks, source):
        if isinstance(found, Skipped):
            yield found
            continue
        row, item = found
        # answers on citations and references hold the paper one level down
        nested = next((item[k] for k in ("citedPaper", "citingPaper") if isinstance(item.get(k), dict)), item)
        yield paper_of(
            source,
            row,
            title=nested.get("title"),
            abstract=nested.get("abstract"),
            authors=each(nested.get("authors"), "name"),
            date=[nested.get("publicationDate"), nested.get("year")],
            venue=[get(nested, "publicationVenue", "name"), nested.get("venue"), get(nested, "journal", "name")],
            categories=nested.get("fieldsOfStudy"),
            links=[nested.get("url"), get(nested, "openAccessPdf", "url")],
            arxiv=get(nested, "externalIds", "ArXiv"),
            doi=get(nested, "externalIds", "DOI"),
        )
