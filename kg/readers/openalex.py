"""OpenAlex works: answers of its API and lines of its snapshot.

The abstract comes as an index from words to their places; it is put back into the order of the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kg.readers.fields import LONGEST, each, get, paper_of
from kg.readers.objects import objects
from kg.records import Paper, Skipped


def read_openalex(chunks: Iterable[str], source: str) -> Iterator[Paper | Skipped]:
    """Yield the papers among OpenAlex works and the rows that are none.

    >>> work = '{"title": "On X", "abstract_inverted_index": {"X": [2], "We": [0], "study": [1]}}'
    >>> next(read_openalex([work], "x")).abstract
    'We study X'
    """
    for found in objects(chunks, source):
        if isinstance(found, Skipped):
            yield found
            continue
        row, item = found
        places = [get(item, "primary_location"), *_list(item.get("locations"))]
        yield paper_of(
            source,
            row,
            title=[item.get("title"), item.get("display_name")],
            abstract=[in_order(item.get("abstract_inverted_index")), item.get("abstract")],
            authors=each(item.get("authorships"), "author", "display_name"),
            date=[item.get("publication_date"), item.get("publication_year")],
            venue=[*(get(p, "source", "display_name") for p in places), get(item, "host_venue", "display_name")],
            categories=each(item.get("topics"), "display_name"),
            links=[get(item, "open_access", "oa_url"), *(get(p, "landing_page_url") for p in places)],
            doi=[item.get("doi"), get(item, "ids", "doi")],
        )


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def in_order(index: object) -> str:
    """Return the text of an inverted index, words by the places where they stand.

    >>> in_order({"b": [1], "a": [0, 2]}), in_order(None)
    ('a b a', '')
    """
    if not isinstance(index, dict):
        return ""
    placed = sorted(
        (place, word)
        for word, places in index.items()
        for place in _list(places)
        if isinstance(place, int) and 0 <= place < LONGEST
    )
    return " ".join(word for _, word in placed)
