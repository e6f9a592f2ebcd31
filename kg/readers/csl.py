"""CSL-JSON: what Zotero, Pandoc and DOI resolvers give."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kg.readers.fields import paper_of
from kg.readers.objects import objects
from kg.records import Paper, Skipped


def read_csl(chunks: Iterable[str], source: str) -> Iterator[Paper | Skipped]:
    """Yield the papers of a CSL-JSON bibliography and the items that are none.

    >>> item = '{"title": "On X", "abstract": "We study X.", "author": [{"family": "Li", "given": "A"}], "id": 1}'
    >>> next(read_csl([item], "x")).authors
    ('A Li',)
    """
    for found in objects(chunks, source):
        if isinstance(found, Skipped):
            yield found
            continue
        row, item = found
        keywords = item.get("keyword") or item.get("categories")
        yield paper_of(
            source,
            row,
            title=item.get("title"),
            abstract=item.get("abstract"),
            authors=item.get("author"),
            date=[item.get("issued"), item.get("submitted")],
            venue=[
                item.get("container-title"),
                item.get("event-title"),
                item.get("event"),
                item.get("collection-title"),
            ],
            categories=[k.strip() for k in keywords.split(",")] if isinstance(keywords, str) else keywords,
            links=item.get("URL"),
            arxiv=[item.get("arxiv"), item.get("number"), item.get("id")],
            doi=[item.get("DOI"), item.get("id")],
        )
