"""Pieces of text: unpacked, decoded, cut into lines, with bounds on all of it."""

from __future__ import annotations

import gzip
import io
import tracemalloc

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from kg.readers.chunks import LONGEST_LINE, decoded, lines, unpacked, whole


def unpack(data: bytes) -> tuple[bytes, list[str]]:
    told: list[str] = []
    return b"".join(unpacked(io.BytesIO(data), told.append)), told


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress, lambda data: data], ids=["gzip", "zstd", "none"])
@pytest.mark.parametrize("size", [0, 1, 200_000])
def test_chunks_unpack_by_content(pack: object, size: int) -> None:
    data = bytes(i * 7919 % 251 for i in range(size))
    assert unpack(pack(data)) == (data, [])  # type: ignore[operator]


def test_chunks_unpack_several_members() -> None:
    assert unpack(gzip.compress(b"a") + gzip.compress(b"b")) == (b"ab", [])
    assert unpack(zstandard.compress(b"a") + zstandard.compress(b"b")) == (b"ab", [])


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress], ids=["gzip", "zstd"])
def test_chunks_of_packed_data_that_breaks_off_are_kept(pack: object) -> None:
    data = b"".join(b"%d is a number\n" % (i * i) for i in range(50_000))
    packed = pack(data)  # type: ignore[operator]
    found, told = unpack(packed[: len(packed) // 2])
    assert data.startswith(found)
    assert len(told) == 1 or pack is zstandard.compress
    assert len(found) > 1000


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress], ids=["gzip", "zstd"])
def test_chunks_of_a_bomb_end_early(pack: object) -> None:
    bomb = pack(b" " * 300_000_000)  # type: ignore[operator]
    tracemalloc.start()
    told: list[str] = []
    size = sum(map(len, unpacked(io.BytesIO(bomb), told.append)))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size < 150_000_000
    assert most < 20_000_000
    assert "200 times its size" in told[0]


@given(st.lists(st.binary(min_size=2, max_size=8), max_size=6))
def test_chunks_are_decoded_whatever_the_bytes_and_wherever_they_are_cut(pieces: list[bytes]) -> None:
    rows: list[int] = []
    text = "".join(decoded(pieces, rows.append))
    once: list[int] = []
    assert text == "".join(decoded([b"".join(pieces)], once.append))
    assert "\r" not in text
    assert sorted(set(rows)) == sorted(set(once))
    assert all(1 <= row <= text.count("\n") + 1 for row in rows)


@given(st.lists(st.text(st.sampled_from("ab\n"), max_size=6), max_size=6))
def test_chunks_give_the_lines_of_their_text(chunks: list[str]) -> None:
    text = "".join(chunks)
    expected = text.split("\n")
    found = list(lines(chunks))
    assert [line for _, line in found] == (expected[:-1] if expected[-1] == "" else expected)
    assert [row for row, _ in found] == list(range(1, len(found) + 1))


def test_chunks_of_a_line_without_end_are_cut() -> None:
    piece = "x" * 2**20
    tracemalloc.start()
    [(row, line), (_, after)] = lines(piece if i < 64 else "\nafter" for i in range(65))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (row, len(line), after) == (1, LONGEST_LINE, "after")
    assert most < 5 * LONGEST_LINE


def test_chunks_of_a_document_are_bounded() -> None:
    assert whole(["a", "b"]) == ("ab", True)
    text, complete = whole("x" * 2**24 for _ in range(6))
    assert (len(text), complete) == (2**26 + 2**24, False)
