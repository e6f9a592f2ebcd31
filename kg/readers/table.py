"""Tables: CSV, TSV and the like, with columns for title and abstract under any of their usual names."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator

from kg.readers.chunks import lines
from kg.readers.rows import NAMES, paper_of_row, plain_name
from kg.records import Paper, Skipped

DELIMITERS = ",\t;|"
# rows above the names of the columns, such as those some databases export
ABOVE = 10


def read_table(chunks: Iterable[str], source: str) -> Iterator[Paper | Skipped]:
    """Yield the papers of a table and the rows that are none; the row is the line where it ends.

    >>> [p.title for p in read_table(["Title,Abstract\\n", '"On X, Y","We study X."'], "x.csv")]
    ['On X, Y']
    """
    numbered = lines(chunks)
    columns: list[str] = []
    delimiter = ""
    for row, line in numbered:
        delimiter = delimiter_of(line)
        if delimiter:
            columns = next(csv.reader([line], delimiter=delimiter))
            break
        if row > ABOVE:
            break
    if not delimiter:
        yield Skipped(source=source, row=1, reason="no columns with the names title and abstract in the first line")
        return
    place = row

    def below() -> Iterator[str]:
        nonlocal place
        for place, line in numbered:  # noqa: B007
            yield line + "\n"

    table = csv.reader(below(), delimiter=delimiter)
    while True:
        try:
            cells = next(table)
        except StopIteration:
            return
        except csv.Error as e:
            yield Skipped(source=source, row=place, reason=f"broken table: {e}; is a quotation mark missing above?")
            continue
        if any(cell.strip() for cell in cells):
            yield paper_of_row(place, dict(zip(columns, cells, strict=False)), source)


def delimiter_of(line: str) -> str:
    """Return what stands between the names of columns with a title and an abstract, nothing where there are none.

    >>> delimiter_of("id,Title,Abstract"), delimiter_of("A title, and an abstract")
    (',', '')
    """
    for delimiter in DELIMITERS:
        if delimiter in line[:10_000]:
            names = {plain_name(cell) for cell in next(csv.reader([line[:10_000]], delimiter=delimiter))}
            if names & set(NAMES["title"].split()) and names & set(NAMES["abstract"].split()):
                return delimiter
    return ""
