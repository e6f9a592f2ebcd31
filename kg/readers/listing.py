"""Saved listing pages: text with a line for each title and a line for each abstract.

Such a page, saved from a Hugging Face paper listing, also holds furniture: invitations to subscribe,
dates, counts. Furniture is dropped; of the other lines, long prose is an abstract and belongs to the
title right before it. Blank lines do not matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from kg.markup import clean
from kg.readers.chunks import lines
from kg.readers.fields import EXCERPT, LONGEST, paper_of
from kg.records import Paper, Skipped
from kg.text import find_sentences

MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.?"
FURNITURE = re.compile(
    rf"(?:new|Papers|(?:Daily|Trending) Papers|Get trending papers in your email inbox.*|Subscribe"
    rf"|by\s*AK and the research community|{MONTH} \d{{1,2}}(?:, \d{{4}})?|(?:Published|Submitted) (?:on|by)\b.{{0,60}}"
    r"|Upvote|\W*\d+(?:\W+authors?)?|\W+)",
    re.IGNORECASE,
)
# the button's caption runs into the first title where a page was saved without line breaks
GLUED = re.compile(r"^Subscribe(?=[A-Z0-9])")
INVITATION = re.compile(r"Get trending papers", re.IGNORECASE)


def read_listing(chunks: Iterable[str], source: str) -> Iterator[Paper | Skipped]:
    """Yield the papers of a saved listing page and the lines that are neither furniture nor a paper's.

    >>> page = "Get trending papers in your email inbox!\\nSubscribeOn X\\nWe study X in depth. It works."
    >>> [(p.title, p.abstract) for p in read_listing([page], "page.txt")]
    [('On X', 'We study X in depth. It works.')]
    """
    title: tuple[int, str] | None = None
    parts: list[str] = []

    def finished() -> Iterator[Paper | Skipped]:
        if title and parts:
            yield paper_of(source, title[0], title=title[1], abstract=" ".join(parts))
        elif title:
            reason = f"title without an abstract: {title[1][:EXCERPT]!r}"
            yield Skipped(source=source, row=title[0], reason=reason)

    for row, line in _lines(chunks):
        if len(line) > LONGEST:
            reason = f"line of {len(line):,} characters is no abstract; put each paper's on a line of its own"
            yield Skipped(source=source, row=row, reason=reason)
        elif (title and not parts and is_abstract(line)) or (parts and _goes_on(parts[-1], line)):
            parts.append(line)
        elif len(line) >= 200 and is_abstract(line):
            yield Skipped(source=source, row=row, reason=f"abstract without a title: {line[:EXCERPT]!r}")
        else:
            yield from finished()
            title, parts = (row, line), []
    yield from finished()
    if title and parts and parts[-1][-1].isalnum():
        reason = f"the last abstract breaks off: …{parts[-1][-40:]!r}; save the whole page"
        yield Skipped(source=source, row=title[0], reason=reason, kept=True)


def is_abstract(line: str) -> bool:
    """Tell whether a line that follows a title is its abstract: long, or sentences.

    >>> is_abstract("FLUX that Plays Music"), is_abstract("We present FLUX, which plays music.")
    (False, True)
    """
    if len(line) >= 200:
        return True
    if len(line.split()) >= 5 and line.endswith((".", ".)", '."', "؟", "।")):
        return True
    if len(line) >= 15 and line.endswith(("。", "！", "？")):
        return True
    return len(line) >= 120 and len(find_sentences(line)) > 1


def _goes_on(before: str, line: str) -> bool:
    return before[-1] not in ".!?)\"'。！？؟।" and is_abstract(line) and (line[0].islower() or len(line) >= 200)


def _lines(chunks: Iterable[str]) -> Iterator[tuple[int, str]]:
    invited = False
    for row, raw in lines(chunks):
        line = clean(raw)
        if invited:
            line = GLUED.sub("", line)
        if not line or FURNITURE.fullmatch(line):
            invited = bool(INVITATION.match(line)) or (invited and not line)
            continue
        invited = False
        yield row, line
