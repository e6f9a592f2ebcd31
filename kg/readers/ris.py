"""RIS: what reference managers and databases such as Scopus export.

The text is cut at each ``TY``, and rispy parses the pieces, so that damage spoils one record alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from kg.markup import clean
from kg.readers.chunks import lines
from kg.readers.fields import MESSAGE, paper_of
from kg.records import Paper, Skipped

START = re.compile(r"\s*TY {1,2}-")
TAG = re.compile(r"\s*([A-Z][A-Z0-9]) {1,2}- ?(.*)")
LONGEST_RECORD = 2**17


def read_ris(chunks: Iterable[str], source: str) -> Iterator[Paper | Skipped]:
    """Yield the papers of an export and the records that are none; the row is the line where a record begins.

    >>> record = "TY  - JOUR\\nTI  - On X\\nAB  - We study X.\\nAU  - Li, A.\\nPY  - 2024\\nER  - "
    >>> [(p.title, p.authors, p.date) for p in read_ris([record], "x.ris")]
    [('On X', ('A. Li',), '2024')]
    """
    import rispy
    from rispy.parser import ParseError

    for row, text in _records(chunks):
        if len(text) > LONGEST_RECORD:
            yield Skipped(source=source, row=row, reason=f"record of {len(text):,} characters is no paper's")
            continue
        try:
            [record] = rispy.loads(text, skip_unknown_tags=True) or [{}]
        except (ParseError, KeyError, TypeError, AttributeError, ValueError) as e:
            yield Skipped(source=source, row=row, reason=f"broken RIS: {clean(str(e))[:MESSAGE]}")
            continue
        yield _paper(record, row, source)


def _records(chunks: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Yield the records in the form of the specification, each with its end, and the line where it begins."""
    began, parts, size = 0, list[str](), 0
    for row, line in lines(chunks):
        if START.match(line):
            if parts:
                yield began, "\n".join((*parts, "ER  - "))
            began, parts, size = row, [], 0
        tag = TAG.match(line)
        if tag and tag[1] == "ER":
            if parts:
                yield began, "\n".join((*parts, "ER  - "))
            began, parts, size = 0, [], 0
        elif began and size <= LONGEST_RECORD:
            parts.append(f"{tag[1]}  - {tag[2]}" if tag else f" {line}")
            size += len(line)
    if parts:
        yield began, "\n".join((*parts, "ER  - "))


def _paper(record: dict[str, Any], row: int, source: str) -> Paper | Skipped:
    def get(*names: str) -> list[Any]:
        values = [record.get(name) for name in names]
        return [one for value in values for one in (value if isinstance(value, list) else [value]) if one]

    return paper_of(
        source,
        row,
        title=get("title", "primary_title", "short_title"),
        abstract=get("abstract", "notes_abstract"),
        authors=get("authors") or get("first_authors"),
        date=get("date", "year", "publication_year"),
        venue=get("secondary_title", "journal_name", "alternate_title3", "alternate_title2", "alternate_title1"),
        categories=get("keywords"),
        links=get("urls", "file_attachments1", "file_attachments2"),
        arxiv=get("number", "accession_number", "urls"),
        doi=get("doi"),
    )
