"""Text in pieces: what every reader reads, so that no input need be in memory as a whole.

Bytes are unpacked (gzip and Zstandard, told by their first bytes), decoded and freed of ``\\r``. What is kept at a time
is one piece, one line up to `LONGEST_LINE`, or, for formats that must be seen whole, `LONGEST_DOCUMENT`. Packed data
may unpack to `HIGHEST_RATIO` times its size; text hardly reaches a tenth of that.
"""

from __future__ import annotations

import codecs
import gzip
import io
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO, cast

PIECE = 2**16
LONGEST_LINE = 2**24
LONGEST_DOCUMENT = 2**26
HIGHEST_RATIO = 200
# what any input may unpack to before its ratio counts, in bytes
FREE = 2**22
# the window of Zstandard's own program
WIDEST_WINDOW = 2**27

UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
GZIP, ZSTANDARD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
UNDECODED = re.compile("[\udc80-\udcff]")


@dataclass(slots=True)
class _Packed:
    """Packed bytes as the unpackers want them: a file, of which is known how much was read."""

    file: BinaryIO
    head: bytes
    count: int = 0

    def read(self, size: int = PIECE) -> bytes:
        piece, self.head = (self.head[:size], self.head[size:]) if self.head else (self.file.read(size), b"")
        self.count += len(piece)
        return piece


def unpacked(file: BinaryIO, tell: Callable[[str], None]) -> Iterator[bytes]:
    """Yield the bytes of `file` in pieces, unpacked where they are packed; `tell` is told what ends them early."""
    head = file.read(PIECE)
    if not head.startswith((GZIP, ZSTANDARD)):
        yield from chain([head] if head else [], iter(lambda: file.read(PIECE), b""))
        return
    import zstandard

    packed = _Packed(file, head)
    if head.startswith(GZIP):
        stream = cast(BinaryIO, gzip.GzipFile(fileobj=cast(BinaryIO, packed), mode="rb"))
    else:
        unpacker = zstandard.ZstdDecompressor(max_window_size=WIDEST_WINDOW)
        stream = cast(BinaryIO, unpacker.stream_reader(cast(BinaryIO, packed), read_across_frames=True))
    written = 0
    while True:
        try:
            piece = stream.read(PIECE)
        except (OSError, EOFError, zlib.error, zstandard.ZstdError) as e:
            tell(f"the packed data is damaged or breaks off ({e}); what came before is read")
            return
        if not piece:
            return
        written += len(piece)
        if written > FREE and written > HIGHEST_RATIO * packed.count:
            tell(f"unpacks to more than {HIGHEST_RATIO} times its size, as no listing does; what came before is read")
            return
        yield piece


def decoded(pieces: Iterable[bytes], tell: Callable[[int], None]) -> Iterator[str]:
    """Yield `pieces` as text with ``\\n`` for all line ends; `tell` is told each row that is no UTF-8.

    >>> rows = []
    >>> "".join(decoded([b"caf\\xe9\\r", b"\\nbar"], rows.append)), rows
    ('caf\ufffd\\nbar', [1])
    """
    decoder: codecs.IncrementalDecoder | None = None
    newlines = io.IncrementalNewlineDecoder(None, translate=True)
    row = 1
    for piece in chain(pieces, [b""]):
        if decoder is None:
            wide = piece.startswith(UTF16)
            decoder = codecs.getincrementaldecoder("utf-16" if wide else "utf-8-sig")(
                "replace" if wide else "surrogateescape"
            )
        text = newlines.decode(decoder.decode(piece, not piece), not piece)
        at, told = 0, 0
        for match in UNDECODED.finditer(text):
            row += text.count("\n", at, match.start())
            at = match.start()
            if row != told:
                tell(row)
                told = row
        row += text.count("\n", at)
        if text:
            yield UNDECODED.sub("\ufffd", text) if told else text


def lines(chunks: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Yield the lines of a text with their numbers; of one beyond `LONGEST_LINE` only so much.

    >>> list(lines(["a\\nb", "c\\n", "\\nd"]))
    [(1, 'a'), (2, 'bc'), (3, ''), (4, 'd')]
    """
    row, parts, size = 1, list[str](), 0
    for chunk in chunks:
        *ended, rest = chunk.split("\n")
        for piece in ended:
            yield row, "".join((*parts, piece))[:LONGEST_LINE] if parts else piece
            row += 1
            parts, size = [], 0
        if rest and size < LONGEST_LINE:
            parts.append(rest)
            size += len(rest)
    if parts:
        yield row, "".join(parts)[:LONGEST_LINE]


def whole(chunks: Iterable[str], most: int = LONGEST_DOCUMENT) -> tuple[str, bool]:
    """Return a text, cut soon after `most` characters, and whether that is all of it."""
    parts, size = list[str](), 0
    for chunk in chunks:
        parts.append(chunk)
        size += len(chunk)
        if size > most:
            return "".join(parts), False
    return "".join(parts), True
