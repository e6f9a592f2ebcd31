"""Readers: one module per format, each a function from text to papers.

`stream_papers` takes files, folders, patterns and standard input, packed or not, detects the format of each by its
content, and yields papers one by one, however many there are. `gather_papers` merges those that several inputs hold, on
disk; `read_papers` has them in memory. To add a format, write ``read_<format>(chunks, source)`` in a module of its own,
add a line to `FORMATS` and to `kg.readers.detection` what it is told by.
"""

from __future__ import annotations

import glob
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Generic, TypeVar

from kg.errors import InputError
from kg.markup import clean
from kg.progress import Progress, unseen
from kg.readers.atom import read_atom
from kg.readers.bibtex import read_bibtex
from kg.readers.chunks import UTF16, decoded, unpacked
from kg.readers.crossref import read_crossref
from kg.readers.csl import read_csl
from kg.readers.detection import HEAD, detect_format
from kg.readers.html import read_html
from kg.readers.huggingface import read_huggingface
from kg.readers.listing import read_listing
from kg.readers.markdown import read_markdown
from kg.readers.merging import merge_papers
from kg.readers.openalex import read_openalex
from kg.readers.ris import read_ris
from kg.readers.rows import read_rows
from kg.readers.semanticscholar import read_semanticscholar
from kg.readers.snapshot import read_snapshot
from kg.readers.table import read_table
from kg.records import Paper, Skipped
from kg.spool import Spool

__all__ = ["FORMATS", "Reading", "detect_format", "gather_papers", "merge_papers", "read_papers", "stream_papers"]

P = TypeVar("P", bound=Iterable[Paper])
Reader = Callable[[Iterable[str], str], Iterator[Paper | Skipped]]
SUFFIXES = frozenset(".atom .bib .csv .htm .html .json .jsonl .markdown .md .ndjson .ris .text .tsv .txt .xml".split())
PACKED = frozenset((".gz", ".zst"))
# files that lie in a folder beside the listings
NO_LISTINGS = frozenset("readme license licence changelog contributing notice authors requirements".split())
# rows skipped for one reason that are told one by one
TOLD = 5


@dataclass(frozen=True, slots=True)
class Reading(Generic[P]):
    """What an input holds: its papers, and the rows that are none, with reasons."""

    papers: P
    skipped: tuple[Skipped, ...]


FORMATS: dict[str, Reader] = {
    "listing": read_listing,
    "html": read_html,
    "huggingface": read_huggingface,
    "atom": read_atom,
    "snapshot": read_snapshot,
    "semanticscholar": read_semanticscholar,
    "openalex": read_openalex,
    "crossref": read_crossref,
    "bibtex": read_bibtex,
    "ris": read_ris,
    "csl": read_csl,
    "markdown": read_markdown,
    "table": read_table,
    "rows": read_rows,
}
"""Reader by format name."""


def read_papers(inputs: Sequence[str | Path], form: str | None = None) -> Reading[tuple[Paper, ...]]:
    """Read all `inputs` as `gather_papers` does, the papers into memory."""
    found = gather_papers(inputs, form)
    return Reading(tuple(found.papers), found.skipped)


def gather_papers(
    inputs: Sequence[str | Path], form: str | None = None, progress: Progress = unseen
) -> Reading[Spool[Paper]]:
    """Read all `inputs` (files, folders, patterns, ``-``) and merge the copies of a paper; the papers lie on disk.

    Raises:
        InputError: an input does not exist, or none of them holds a paper.
        OutputError: there is no room for them on the disk.
    """
    skipped: list[Skipped] = []
    counts: Counter[tuple[str, str]] = Counter()
    last: dict[tuple[str, str], Skipped] = {}

    def read() -> Iterator[Paper]:
        for found in stream_papers(inputs, form):
            if isinstance(found, Paper):
                yield found
                continue
            kind = found.source, found.reason.partition(":")[0]
            counts[kind] += 1
            if counts[kind] <= TOLD:
                skipped.append(found)
            else:
                last.setdefault(kind, found)

    papers = merge_papers(progress(read(), "Reading papers"))
    for (source, reason), first in last.items():
        more = counts[source, reason] - TOLD
        skipped.append(replace(first, reason=f"{reason}, here and in {more - 1:,} rows below", count=more))
    if not len(papers):
        reasons = f" ({skipped[0]})" if skipped else ""
        raise InputError(
            f"{', '.join(str(i) for i in inputs)}: no papers found{reasons}; "
            "give listings with a line for each title and one for its abstract, or any other of the formats that "
            f"kg build --format names: {', '.join(FORMATS)}"
        )
    order = {source: i for i, source in enumerate(dict.fromkeys(s.source for s in skipped))}
    return Reading(papers, tuple(sorted(skipped, key=lambda s: (order[s.source], s.row))))


def stream_papers(inputs: Sequence[str | Path], form: str | None = None) -> Iterator[Paper | Skipped]:
    """Yield the papers of all `inputs` as they stand, and the rows that are none; nothing is merged or kept.

    Without `form`, a name in `FORMATS`, the format is detected.

    Raises:
        InputError: an input does not exist or cannot be read.
    """
    for source in [s for given in inputs for s in _sources(given)]:
        name = "stdin" if source == "-" else clean(os.fsencode(Path(source).name).decode("utf-8", "replace")) or "input"
        try:
            if source == "-":
                yield from _read_source(sys.stdin.buffer, name, form)
            else:
                with Path(source).open("rb") as file:
                    yield from _read_source(file, name, form)
        except OSError as e:
            raise InputError(f"{source}: cannot be read: {e.strerror or e}") from e


def _sources(given: str | Path) -> list[str | Path]:
    if str(given) == "-":
        return ["-"]
    path = Path(given)
    try:
        folder, exists = path.is_dir(), path.exists() and str(given) != ""
    except OSError as e:
        raise InputError(f"{str(given)[:80]}: {e.strerror or e}; give a listing or a folder of listings") from e
    except ValueError as e:
        raise InputError(f"{str(given)[:80]!r}: {e}; give a listing or a folder of listings") from e
    if folder and exists:
        found = [p for p in sorted(path.iterdir()) if p.is_file() and _is_listing(p)]
        if not found:
            raise InputError(f"{path}: no listings in this folder; expected files {', '.join(sorted(SUFFIXES))}")
        return list(found)
    if not exists:
        if glob.has_magic(str(given)):
            # not Path.glob: it knows no patterns that begin at the root
            matched = sorted(glob.glob(str(given), recursive=True))  # noqa: PTH207
            if files := [p for p in map(Path, matched) if p.is_file()]:
                return list(files)
            raise InputError(f"{given}: no file matches this pattern")
        raise InputError(f"{given}: no such file; give a listing, a folder of listings, or - for standard input")
    return [path]


def _is_listing(path: Path) -> bool:
    inner = path.with_suffix("") if path.suffix.lower() in PACKED else path
    return inner.suffix.lower() in SUFFIXES and inner.stem.lower() not in NO_LISTINGS and not path.name.startswith(".")


def _read_source(file: BinaryIO, name: str, form: str | None) -> Iterator[Paper | Skipped]:
    damage: list[Skipped] = []

    def kept(reason: str, row: int) -> None:
        damage.append(Skipped(source=name, row=row, reason=reason, kept=True))

    pieces = unpacked(file, lambda reason: kept(reason, 1))
    first = next(pieces, b"")
    while first and not first.strip() and (more := next(pieces, None)) is not None:
        first = more
    if not first.strip():
        yield from damage
        yield Skipped(source=name, row=1, reason="the file is empty")
        return
    if reason := _no_text(first):
        yield Skipped(source=name, row=1, reason=reason)
        return
    unreadable = "not valid UTF-8; unreadable bytes are shown as \ufffd"
    chunks = decoded(chain([first], pieces), lambda row: kept(unreadable, row))
    head = next(chunks, "")
    while len(head) < HEAD and (chunk := next(chunks, None)) is not None:
        head += chunk
    if _share_unreadable(head) > 0.1:
        yield Skipped(source=name, row=1, reason=BINARY)
        return
    form = form or detect_format(head)
    nothing = True
    for found in FORMATS[form](chain([head], chunks), name):
        yield from damage
        damage.clear()
        yield found
        nothing = False
    yield from damage
    if nothing:
        yield Skipped(source=name, row=1, reason=f"no title with an abstract in it, read as {form}")


BINARY = "binary, not text; save the listing as UTF-8 text"
ARCHIVES = {b"PK\x03\x04": "a zip archive", b"\xfd7zXZ": "packed by xz", b"BZh": "packed by bzip2"}


def _no_text(data: bytes) -> str:
    """Return why `data` begins no text, nothing where it does."""
    for sign, kind in ARCHIVES.items():
        if data.startswith(sign):
            return f"{kind}; unpack it first, or pack it by gzip or zstd"
    head = data[:8192]
    return BINARY if head.count(0) > len(head) // 20 and not data.startswith(UTF16) else ""


def _share_unreadable(text: str) -> float:
    head = text[:100_000]
    return sum(c == "\ufffd" or (c < " " and c not in "\t\n\f") for c in head) / max(1, len(head))
