"""Daily lists of arXiv papers in Markdown: a heading for each title, then fields such as ``**Abstract**:``.

A field in another language (``**Abstract (ZH)**``) does not count. A heading without an abstract below it, such as that
of a section, is passed over where no field follows it at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from kg.readers.chunks import lines
from kg.readers.fields import LONGEST, paper_of
from kg.records import Paper, Skipped

# possessive: spaces are not to be shared out in all ways among the places where some may stand
HEADING = re.compile(r"\s{0,3}#{1,6}\s++(?:\d+[.)]\s++)?(.*)")
COLON = r"\s*+[:：]?\s*+"
NAME = r"(?:\*\*|__)([A-Za-z][A-Za-z ]{0,30}?)\s*+(\([^)]{0,20}\))?"
FIELD = re.compile(rf"\s*+(?:[-*+]\s++)?(?:<summary>)?\s*+{NAME}{COLON}(?:\*\*|__){COLON}(.*)")
FIELD_BELOW = re.compile(
    rf"\s*+(?:#{{2,6}}|<summary>|\*)\s*+(Abstract|Summary){COLON}(?:</summary>|\*)?\s*+", re.IGNORECASE
)
LINK = re.compile(r"\[([^\[\]]{0,300})\]\(\s*<?(https?://[^\s()<>]{1,1000})>?(?:\s[^()]{0,100})?\)")
BARE_LINK = re.compile(r"https?://[^\s()<>\]]{1,1000}")
RULE = re.compile(r"\s*(?:-{3,}|\*{3,}|_{3,}|</?details>|<br\s*/?>)\s*")
NAMES = {
    "title": "title", "abstract": "abstract", "summary": "abstract", "authors": "authors", "author": "authors",
    "link": "links", "links": "links", "url": "links", "pdf": "links", "paper": "links", "code": "links",
    "arxiv": "links",
    "date": "date", "published": "date", "publish date": "date", "submitted": "date", "updated": "date", "year": "date",
    "categories": "categories", "category": "categories", "subjects": "categories", "tags": "categories",
    "venue": "venue", "journal": "venue", "conference": "venue", "doi": "doi", "arxiv id": "arxiv", "id": "arxiv",
}  # fmt: skip


def read_markdown(chunks: Iterable[str], source: str) -> Iterator[Paper | Skipped]:
    """Yield the papers of a list in Markdown and the headings with fields but no abstract.

    >>> text = "# On X\\n**Authors**: A Li\\n**Link**: [PDF](https://arxiv.org/pdf/2401.00001)\\n**Abstract**: We."
    >>> [(p.title, p.abstract, p.identifiers) for p in read_markdown([text], "x.md")]
    [('On X', 'We.', (('arxiv', '2401.00001'),))]
    """
    began, title, fields, name, size = 0, "", dict[str, list[str]](), "", 0
    for row, line in lines(chunks):
        below = FIELD_BELOW.fullmatch(line)
        heading = None if below else HEADING.fullmatch(line[:LONGEST])
        field = None if heading or below else FIELD.fullmatch(line[: 4 * LONGEST])
        if heading:
            yield from _finished(began, title, fields, source)
            began, title, fields, name = row, heading[1].rstrip().rstrip("#").rstrip(), {}, ""
        elif below:
            name, began, size = "abstract", began or row, 0
        elif field and not (name == "abstract" and field[1].lower() not in NAMES and not field[2]):
            name = "" if field[2] else NAMES.get(field[1].strip().lower(), "")
            if name:
                began, size = began or row, len(field[3])
                fields.setdefault(name, []).append(field[3])
        elif RULE.fullmatch(line):
            name = ""
        elif name and line.strip() and size < 4 * LONGEST:
            fields.setdefault(name, []).append(line.strip())
            size += len(line)
    yield from _finished(began, title, fields, source)


def _finished(row: int, title: str, fields: dict[str, list[str]], source: str) -> Iterator[Paper | Skipped]:
    if not fields:
        return
    linked = LINK.search(title)
    text = {name: " ".join(parts) for name, parts in fields.items()}
    found = [title, *fields.get("links", ())]
    links = [m[2] for t in found for m in LINK.finditer(t)] + [m.group() for t in found for m in BARE_LINK.finditer(t)]
    yield paper_of(
        source,
        row,
        title=_without_marks(
            text.get("title") or (linked[1] if linked and len(linked[1]) > 10 else LINK.sub(r"\1", title))
        ),
        abstract=text.get("abstract"),
        authors=_without_marks(text.get("authors", "")),
        date=text.get("date"),
        venue=text.get("venue"),
        categories=re.split(r"[\s,;`]+", text.get("categories", "")),
        links=links,
        arxiv=text.get("arxiv"),
        doi=text.get("doi"),
    )


def _without_marks(text: str) -> str:
    """Return `text` without the marks of links and of bold.

    >>> _without_marks("**[On X](https://a.org)**")
    'On X'
    """
    return re.sub(r"\*\*|__(?=\W|$)|(?<!\w)__", "", LINK.sub(r"\1", text)).strip()
