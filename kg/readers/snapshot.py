"""The arXiv metadata snapshot: JSON lines, millions of them, one a paper.

The date is that of the first version, names are taken from the parsed ones where they are there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kg.readers.fields import get, paper_of
from kg.readers.objects import objects
from kg.records import Paper, Skipped


def read_snapshot(chunks: Iterable[str], source: str) -> Iterator[Paper | Skipped]:
    """Yield the papers of a snapshot and the rows that are none.

    >>> line = '{"id": "0704.0001", "title": "On X", "abstract": "We study X.", "categories": "cs.LG stat.ML"}'
    >>> [(p.title, p.categories) for p in read_snapshot([line], "x")]
    [('On X', ('cs.LG', 'stat.ML'))]
    """
    for found in objects(chunks, source):
        if isinstance(found, Skipped):
            yield found
            continue
        row, item = found
        versions, parsed, categories = item.get("versions"), item.get("authors_parsed"), item.get("categories")
        yield paper_of(
            source,
            row,
            title=item.get("title"),
            abstract=item.get("abstract"),
            authors=_names(parsed) if isinstance(parsed, list) and parsed else item.get("authors"),
            date=[
                get(versions[0], "created") if isinstance(versions, list) and versions else None,
                item.get("update_date"),
            ],
            venue=item.get("journal-ref"),
            categories=categories.split() if isinstance(categories, str) else categories,
            arxiv=item.get("id"),
            doi=_first(item.get("doi")),
        )


def _names(parsed: list[object]) -> list[str]:
    """Return names from triples of family, given and suffix."""
    triples = ([str(part).strip() for part in one[:3]] for one in parsed if isinstance(one, list) and one)
    return [" ".join(p for p in (*triple[1:2], triple[0], *triple[2:]) if p) for triple in triples]


def _first(doi: object) -> object:
    """Return the first DOI where several stand in one field."""
    return doi.split()[0] if isinstance(doi, str) and doi.strip() else doi
