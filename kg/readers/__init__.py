"""Readers: one module per format, each a function from text to papers.

`read_papers` takes files, folders and standard input, detects the format of each by its content, and
merges papers that several inputs hold. To add a format, write ``read_<format>(text, source)`` in a
module of its own and add a line to `FORMATS`.
"""

from __future__ import annotations

import codecs
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kg.errors import InputError
from kg.readers.listing import read_listing
from kg.readers.rows import looks_like_rows, read_rows
from kg.records import Paper, Skipped
from kg.text import paper_id, title_key

Reader = Callable[[str, str], tuple[list[Paper], list[Skipped]]]
SUFFIXES = frozenset({".txt", ".text", ".json", ".jsonl", ".ndjson"})


@dataclass(frozen=True, slots=True)
class Reading:
    """What an input holds: its papers, and the rows that are none, with reasons."""

    papers: tuple[Paper, ...]
    skipped: tuple[Skipped, ...]


FORMATS: dict[str, Reader] = {
    "listing": read_listing,
    "rows": read_rows,
}
"""Reader by format name."""


def detect_format(text: str) -> str:
    """Return the name in `FORMATS` of the format of `text`.

    >>> detect_format('{"title": "T", "abstract": "A"}'), detect_format("A Title\\n\\nAn abstract.")
    ('rows', 'listing')
    """
    return "rows" if looks_like_rows(text) else "listing"


def read_papers(inputs: Sequence[str | Path]) -> Reading:
    """Read all `inputs` (files, folders, ``-``) and merge papers with one title.

    Raises:
        InputError: an input does not exist, or none of them holds a paper.
    """
    papers: list[Paper] = []
    skipped: list[Skipped] = []
    for source in [s for given in inputs for s in _sources(given)]:
        found, passed = _read_source(source)
        papers += found
        skipped += passed
    if not papers:
        reasons = f" ({skipped[0]})" if skipped else ""
        raise InputError(
            f"{', '.join(str(i) for i in inputs)}: no papers found{reasons}; "
            "give listings with a line for each title and one for its abstract, or JSON rows with both"
        )
    return Reading(merge_papers(papers), tuple(skipped))


def merge_papers(papers: Iterable[Paper]) -> tuple[Paper, ...]:
    """Return one paper per title, with the pages and identifiers of all its copies, sorted by id.

    Of differing copies the one with the longest abstract speaks for the paper.
    """
    copies: dict[str, list[Paper]] = {}
    for paper in papers:
        copies.setdefault(title_key(paper.title) or paper.title, []).append(paper)
    merged = (
        replace(
            max(same, key=lambda p: (len(p.abstract), p.abstract, p.title)),
            pages=tuple(sorted({page for p in same for page in p.pages})),
            identifiers=tuple(sorted({i for p in same for i in p.identifiers})),
        )
        for same in copies.values()
    )
    return tuple(sorted(merged, key=lambda p: paper_id(p.title)))


def _sources(given: str | Path) -> list[str | Path]:
    if str(given) == "-":
        return ["-"]
    path = Path(given)
    try:
        folder, exists = path.is_dir(), path.exists() and str(given) != ""
    except OSError as e:
        raise InputError(f"{str(given)[:80]}: {e.strerror or e}; give a listing or a folder of listings") from e
    if folder and exists:
        found = [p for p in sorted(path.iterdir()) if p.is_file() and p.suffix.lower() in SUFFIXES]
        if not found:
            raise InputError(f"{path}: no listings in this folder; expected files {', '.join(sorted(SUFFIXES))}")
        return list(found)
    if not exists:
        raise InputError(f"{given}: no such file; give a listing, a folder of listings, or - for standard input")
    return [path]


def _read_source(source: str | Path) -> tuple[list[Paper], list[Skipped]]:
    name = "stdin" if source == "-" else os.fsencode(Path(source).name).decode("utf-8", "replace")
    try:
        data = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    except OSError as e:
        raise InputError(f"{source}: cannot be read: {e.strerror or e}") from e
    if not data.strip():
        return [], [Skipped(source=name, row=1, reason="the file is empty")]
    if data[:8192].count(0) > len(data[:8192]) // 20 and not data.startswith(
        (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    ):
        return [], [Skipped(source=name, row=1, reason="binary, not text; save the listing as UTF-8 text")]
    utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = data.decode("utf-16" if utf16 else "utf-8-sig", errors="replace")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _share_unreadable(text) > 0.1:
        return [], [Skipped(source=name, row=1, reason="binary, not text; save the listing as UTF-8 text")]
    damaged = [
        Skipped(source=name, row=row, reason="not valid UTF-8; unreadable bytes are shown as \ufffd", kept=True)
        for row, line in enumerate(text.split("\n") if not _is_utf8(data) else (), 1)
        if "\ufffd" in line
    ]
    papers, skipped = FORMATS[detect_format(text)](text, name)
    return papers, sorted([*damaged, *skipped], key=lambda s: s.row)


def _share_unreadable(text: str) -> float:
    head = text[:100_000]
    return sum(c == "\ufffd" or (c < " " and c not in "\t\n\f") for c in head) / max(1, len(head))


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return True
