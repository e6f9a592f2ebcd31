"""Detection: which format a text is in, by how it begins and never by the name of its file."""

from __future__ import annotations

import re

from kg.readers.objects import looks_like_objects
from kg.readers.table import delimiter_of

# characters that are looked at
HEAD = 2**16

ANY = r"(?s:.)"
# the names of fields that tell the formats of JSON from each other, in either kind of quotation mark; all of one line
OBJECTS = (
    ("openalex", r"(['\"])abstract_inverted_index\1\s*:|['\"]https://openalex\.org/[A-Z]\d"),
    ("semanticscholar", r"(['\"])(?:paperId|externalIds)\1\s*:"),
    ("crossref", r"\"message-(?:type|version)\"\s*:"),
    ("crossref", r"\"DOI\"\s*:", r"\"title\"\s*:\s*\["),
    ("csl", r"\"(?:issued|container-title|accessed|date-parts)\"\s*:"),
    ("csl", r"\"type\"\s*:\s*\"(?:article-journal|article|chapter|paper-conference|report|thesis|webpage)\""),
    ("snapshot", r"\"(?:authors_parsed|journal-ref|report-no|update_date)\"\s*:"),
    ("huggingface", r"(['\"])(?:submittedOnDailyBy|submittedOnDailyAt|submittedBy|discussionId|numComments)\1\s*:"),
    ("huggingface", r"(['\"])paper\1\s*:\s*\{", r"(['\"])summary\1\s*:"),
)
# the beginning of a line; not the blank lines before it, which would be tried from each of them
LINE = r"^[^\S\n]*+"
TAGS = "!doctype html|html|head|body|main|article|section|div|table|h[1-6]|meta|p|ul|ol|span|a"
MARKED = r"(?:[-*+]\s+)?(?:\*\*|__)(?:Abstract|Summary)\s*[:：]?\s*(?:\*\*|__)|#{2,6}\s*Abstract\b"
TEXTS = (
    ("atom", rf"(?:<\?xml{ANY}{{0,1000}}?)?<(?:\w+:)?(?:feed|entry)\b"),
    ("html", rf"(?:<\?xml[^>]*>\s*)?(?:<!--{ANY}{{0,2000}}?-->\s*)*<(?:{TAGS})\b"),
    ("bibtex", rf"{ANY}*?{LINE}@\s*[A-Za-z]+\s*[{{(]\s*[^\s,{{}}()=]+\s*,"),
    ("ris", rf"{ANY}*?{LINE}TY {{1,2}}- ?\S"),
    ("markdown", rf"{ANY}*?{LINE}(?:{MARKED})"),
)


def detect_format(head: str) -> str:
    """Return the name in `kg.readers.FORMATS` of the format of a text that begins with `head`.

    >>> detect_format('{"title": "T", "abstract": "A"}'), detect_format("A Title\\n\\nAn abstract.")
    ('rows', 'listing')
    >>> detect_format("@article{a,\\n title={T}}"), detect_format("title,abstract\\nT,A"), detect_format("TY  - JOUR")
    ('bibtex', 'table', 'ris')
    """
    head = head[:HEAD].lstrip("\ufeff \t\n")
    if looks_like_objects(head):
        return next((name for name, *signs in OBJECTS if all(re.search(s, head) for s in signs)), "rows")
    if any(map(delimiter_of, head.split("\n", 3)[:3])):
        return "table"
    found = (name for name, sign in TEXTS if re.match(sign, head, re.IGNORECASE | re.MULTILINE))
    return next(found, "listing")
