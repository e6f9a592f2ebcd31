"""Rows: JSON lines, or a JSON array, of objects with a title and an abstract under any of their usual names.

An object nested under ``paper`` is read as the row itself. Tables (`kg.readers.table`) are read by the same names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from kg.readers.fields import as_text, each, paper_of
from kg.readers.objects import objects
from kg.records import Paper, Skipped

# the usual names, without case, spaces and signs, the best first
NAMES = {
    "title": "title papertitle documenttitle articletitle titles papername name",
    "abstract": "abstract summary abstracts description abstractnote abstracttext paperabstract tldr",
    "authors": "authors author authornames authorfullnames authorlist creators creator",
    "date": "published publicationdate publishedat publisheddate date issued datepublished created submitted"
    " submitteddate publicationyear year pubyear updatedate updated",
    "venue": "journalref venue journal booktitle sourcetitle publicationtitle containertitle conference journalbook"
    " conferencename proceeding",
    "categories": "categories category subjects fieldsofstudy topics keywords tags authorkeywords primarycategory"
    " manualtags",
    "links": "url link urls links pdfurl pdf abstracturl absurl paperurl pdflink codelinks code githubrepo projectpage",
    "arxiv": "arxivid arxiv entryid id paperid url",
    "doi": "doi doilink url",
}
SPLIT = re.compile(r"\s*[;|]\s*|\s*,\s*")


def read_rows(chunks: Iterable[str], source: str) -> Iterator[Paper | Skipped]:
    """Yield the papers of JSON lines or of a JSON array, and the rows that are none.

    >>> next(read_rows(['{"Title": "On X", "Abstract": "We study X."}'], "x.jsonl")).title
    'On X'
    """
    for found in objects(chunks, source):
        if isinstance(found, Skipped):
            yield found
            continue
        row, item = found
        paper = item.get("paper", item)
        if isinstance(paper, dict):
            yield paper_of_row(row, paper, source)
        else:
            yield Skipped(source=source, row=row, reason="no JSON object; expected an object with title and abstract")


def paper_of_row(row: int, item: Mapping[str, object], source: str) -> Paper | Skipped:
    """Return the paper of a row whose fields have any of the usual names."""
    named = {plain_name(name): value for name, value in reversed(list(item.items()))}
    found = {field: [named[n] for n in names.split() if n in named] for field, names in NAMES.items()}
    authors = next((a for a in found["authors"] if a), None)
    links = [link for value in found["links"] for link in (value if isinstance(value, list) else [value])]
    return paper_of(
        source,
        row,
        title=found["title"],
        abstract=found["abstract"],
        authors=authors,
        date=found["date"],
        venue=found["venue"],
        categories=_several(next((c for c in found["categories"] if c), None)),
        links=links,
        arxiv=found["arxiv"],
        doi=found["doi"],
    )


def plain_name(name: object) -> str:
    """Return the name of a field without case, spaces and signs.

    >>> plain_name("Author(s)"), plain_name("arxiv_id"), plain_name("DOI")
    ('authors', 'arxivid', 'doi')
    """
    return re.sub(r"[\W_]+", "", str(name)[:100]).casefold()


def _several(value: object) -> object:
    if isinstance(value, str):
        # arXiv's own categories stand with spaces between them
        return (
            value.split()
            if re.fullmatch(r"(?:[a-z-]+(?:\.[A-Za-z-]{2,})?\s+)+\S+", value.strip())
            else SPLIT.split(value)
        )
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [as_text([n, t]) for n, t in zip(each(value, "name"), each(value, "display_name"), strict=True)]
    return value
