"""BibTeX: entries with a title and an abstract.

The text is cut at each line that begins an entry, and pybtex parses the pieces, so that a brace that is missing spoils
one entry alone. Definitions (``@string``) hold for what follows. Braces are dropped, commands of LaTeX become text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from kg.markup import clean
from kg.readers.chunks import lines
from kg.readers.fields import MESSAGE, paper_of
from kg.records import Paper, Skipped

START = re.compile(r"\s*@\s*([A-Za-z]+)\s*[{(]")
NO_ENTRY = ("comment", "preamble")
COMMON = ("year", "booktitle")
LONGEST_ENTRY = 2**17
MONTH = re.compile(r"[A-Za-z]{3,}")


def read_bibtex(chunks: Iterable[str], source: str) -> Iterator[Paper | Skipped]:
    """Yield the papers of a bibliography and the entries that are none; the row is the line where an entry begins.

    >>> entry = "@article{x, title={On {X}}, abstract={We study {\\\\'e}lan.}, author={Li, A and Wu, B}, year=2024}"
    >>> [(p.title, p.abstract, p.authors, p.date) for p in read_bibtex([entry], "x.bib")]
    [('On X', 'We study élan.', ('A Li', 'B Wu'), '2024')]
    """
    from pybtex.database import BibliographyDataError
    from pybtex.database.input.bibtex import Parser, month_names
    from pybtex.exceptions import PybtexError

    macros = dict(month_names)
    volume: dict[str, str] = {}
    for row, text in _entries(chunks):
        kind = START.match(text)
        if kind is None or kind[1].lower() in NO_ENTRY:
            continue
        if len(text) > LONGEST_ENTRY:
            yield Skipped(source=source, row=row, reason=f"entry of {len(text):,} characters is no paper's")
            continue
        parser = Parser(macros=macros, person_fields=())
        try:
            data = parser.parse_string(text)
        except (PybtexError, BibliographyDataError, RecursionError, ValueError, KeyError) as e:
            reason = clean(str(e))[:MESSAGE]
            yield Skipped(source=source, row=row, reason=f"broken BibTeX: {reason}; is a brace missing?")
            continue
        macros = dict(parser.macros)
        for entry in data.entries.values():
            if entry.type == "proceedings" and "abstract" not in entry.fields:
                # its papers may leave to it what they have in common
                volume = {name: entry.fields[name] for name in COMMON if name in entry.fields}
            else:
                yield _paper({**volume, **entry.fields.lower()}, row, source)


def _entries(chunks: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Yield the pieces that begin with an entry and the line where each begins."""
    began, parts, size = 1, list[str](), 0
    for row, line in lines(chunks):
        if START.match(line):
            if parts:
                yield began, "\n".join(parts)
            began, parts, size = row, [line], len(line)
        elif size <= LONGEST_ENTRY:
            parts.append(line)
            size += len(line) + 1
    if parts:
        yield began, "\n".join(parts)


def _paper(fields: Any, row: int, source: str) -> Paper | Skipped:
    def get(name: str) -> str:
        return str(fields.get(name, ""))

    month = MONTH.search(get("month"))
    dates = [get("date"), f"{month.group()} {get('year')}" if month else f"{get('year')}-{get('month')}", get("year")]
    of_archive = get("archiveprefix").lower() in ("", "arxiv")
    return paper_of(
        source,
        row,
        title=_unbraced(get("title")),
        abstract=_unbraced(get("abstract")),
        authors=[_unbraced(a) for a in re.split(r"\s+and\s+", get("author")) if a.strip().lower() != "others"],
        date=[_unbraced(d) for d in dates],
        venue=[_unbraced(get(n)) for n in ("journal", "booktitle", "journaltitle", "series", "publisher")],
        categories=[*re.split(r"\s*[,;]\s*", _unbraced(get("keywords"))), get("primaryclass")],
        links=[_unbraced(get(n)) for n in ("url", "pdf", "link", "openreview", "software")],
        arxiv=[get("eprint") if of_archive else "", get("arxiv"), get("arxivid"), get("journal"), get("volume")],
        doi=_unbraced(get("doi")),
    )


def _unbraced(text: str) -> str:
    r"""Return a value with its LaTeX as text and without the braces that guard capitals.

    >>> _unbraced(r"{BERT} and {G}\"odel: 5{\%}")
    'BERT and Gödel: 5%'
    """
    from kg.latex import without_latex

    return re.sub(r"[{}]", "", without_latex(text))
