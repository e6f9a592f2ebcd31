"""Daily papers of Hugging Face: its API's answer, or an archive of it, as JSON.

A row holds the paper under ``paper``; what the row itself says of title and summary fills the gaps. The id is arXiv's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kg.readers.fields import each, get, paper_of
from kg.readers.objects import objects
from kg.records import Paper, Skipped


def read_huggingface(chunks: Iterable[str], source: str) -> Iterator[Paper | Skipped]:
    """Yield the papers of a Hugging Face list and the rows that are none.

    >>> rows = '[{"paper": {"id": "2401.00001", "title": "On X", "summary": "We study X."}}]'
    >>> next(read_huggingface([rows], "x")).identifiers
    (('arxiv', '2401.00001'),)
    """
    for item in objects(chunks, source):
        yield item if isinstance(item, Skipped) else paper_of_item(*item, source)


def paper_of_item(row: int, item: dict[str, object], source: str) -> Paper | Skipped:
    """Return the paper of one row."""
    paper = item["paper"] if isinstance(item.get("paper"), dict) else item
    return paper_of(
        source,
        row,
        title=[get(paper, "title"), item.get("title")],
        abstract=[get(paper, "summary"), get(paper, "abstract"), item.get("summary")],
        authors=each(get(paper, "authors"), "name")
        if isinstance(get(paper, "authors"), list)
        else get(paper, "authors"),
        date=[get(paper, "publishedAt"), item.get("publishedAt")],
        links=[get(paper, "githubRepo"), get(paper, "projectPage")],
        arxiv=get(paper, "id"),
    )
