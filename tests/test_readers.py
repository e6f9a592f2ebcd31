"""Inputs of every kind, and papers that several of them hold."""

from __future__ import annotations

import codecs
import io
import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import InputError
from kg.readers import FORMATS, detect_format, merge_papers, read_papers
from kg.records import Paper, Skipped
from kg.text import paper_id

LISTING = "On Foo\n\nWe study foo and find that it is good.\n"
ROWS = json.dumps({"title": "On Bar", "abstract": "We study bar."}) + "\n"


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("text", "name"),
    [(LISTING, "listing"), (ROWS, "rows"), (f" \n{ROWS}", "rows"), (f"[{ROWS}]", "rows"), ("", "listing")],
)
def test_readers_detect_the_format_by_content(text: str, name: str) -> None:
    assert detect_format(text) == name
    assert name in FORMATS


def test_readers_do_not_go_by_the_name_of_a_file(tmp_path: Path) -> None:
    rows, listing = write(tmp_path / "a.txt", ROWS), write(tmp_path / "b.json", LISTING)
    assert sorted(p.title for p in read_papers([rows, listing]).papers) == ["On Bar", "On Foo"]


def test_readers_take_the_listings_of_a_folder(tmp_path: Path) -> None:
    write(tmp_path / "page.txt", LISTING)
    write(tmp_path / "ROWS.JSONL", ROWS)
    write(tmp_path / "README.md", "On Readme\n\nWe study what should not be read here.\n")
    (tmp_path / "gold").mkdir()
    write(tmp_path / "gold" / "more.txt", "On Gold\n\nWe study what should not be read here.\n")
    reading = read_papers([tmp_path])
    assert sorted((p.title, p.pages) for p in reading.papers) == [
        ("On Bar", ("ROWS.JSONL",)),
        ("On Foo", ("page.txt",)),
    ]
    assert reading.skipped == ()


def test_readers_take_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(LISTING.encode())))
    [paper] = read_papers(["-"]).papers
    assert (paper.title, paper.pages) == ("On Foo", ("stdin",))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_readers_take_the_encodings_of_editors(tmp_path: Path, encoding: str) -> None:
    text = "On Füü and “Bär”\r\n\r\nWe study füü — and find that it is good.\r\n"
    [paper] = read_papers([write(tmp_path / "page.txt", text.encode(encoding))]).papers
    assert (paper.title, paper.abstract) == ("On Füü and “Bär”", "We study füü — and find that it is good.")


def test_readers_say_where_bytes_are_damaged_and_go_on(tmp_path: Path) -> None:
    path = write(tmp_path / "page.txt", LISTING.encode() + b"On Caf\xe9\nWe study caf\xe9 and find that it is good.\n")
    reading = read_papers([path])
    assert sorted(p.title for p in reading.papers) == ["On Caf\ufffd", "On Foo"]
    assert [(s.source, s.row) for s in reading.skipped] == [("page.txt", 4), ("page.txt", 5)]
    assert all("UTF-8" in s.reason for s in reading.skipped)


def test_readers_order_what_was_skipped_by_row(tmp_path: Path) -> None:
    path = write(tmp_path / "page.txt", b"Title One\nTitle Tw\xf6\nTitle Three\n" + LISTING.encode())
    assert [s.row for s in read_papers([path]).skipped] == [1, 2, 2, 3]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \n\n ", "empty"),
        (codecs.BOM_UTF8, "no papers found"),
        (bytes(range(256)), "binary"),
        (b"\x1f\x8b\x08\x00gz" + bytes(100), "packed data is damaged"),
        (b"Only a Title\n", "title without an abstract"),
        (b"{}", "no title"),
    ],
    ids=["empty", "blank", "bom", "bytes", "gzip", "title", "object"],
)
def test_readers_say_why_an_input_holds_no_paper(tmp_path: Path, content: bytes, reason: str) -> None:
    path = write(tmp_path / "page.txt", content)
    with pytest.raises(InputError) as caught:
        read_papers([path])
    message = str(caught.value)
    assert message.startswith(f"{path}: no papers found")
    assert reason in message
    assert "give listings" in message
    assert "\n" not in message


@pytest.mark.parametrize("name", ["gone.txt", "gone/deep.txt", "page.txt/below"])
def test_readers_say_that_an_input_does_not_exist(tmp_path: Path, name: str) -> None:
    good = write(tmp_path / "page.txt", LISTING)
    with pytest.raises(InputError, match="no such file") as caught:
        read_papers([good, tmp_path / name])
    assert str(tmp_path / name) in str(caught.value)


def test_readers_say_that_a_folder_has_no_listings(tmp_path: Path) -> None:
    write(tmp_path / "README.md", LISTING)
    with pytest.raises(InputError, match=r"no listings in this folder; expected files .*\.txt") as caught:
        read_papers([tmp_path])
    assert str(caught.value).startswith(str(tmp_path))


def test_readers_merge_the_copies_of_a_paper(tmp_path: Path) -> None:
    first = write(tmp_path / "a.txt", "On FOO!\nWe study foo in few words.\n" + LISTING)
    second = write(tmp_path / "b.txt", "On Foo\nWe study foo and find that it is good, at some length.\n")
    [paper] = read_papers([first, second, first]).papers
    assert paper.title == "On Foo"
    assert paper.abstract == "We study foo and find that it is good, at some length."
    assert paper.pages == ("a.txt", "b.txt")


papers = st.builds(
    Paper,
    title=st.sampled_from(["On Foo", "On FOO", "On foo.", "On Bar", "On Baz"]),
    abstract=st.sampled_from(["A.", "B.", "Long.", "Longer."]),
    pages=st.sets(st.sampled_from("xyz"), max_size=2).map(lambda s: tuple(sorted(s))),
    identifiers=st.sets(st.sampled_from([("isbn", "1"), ("isbn", "2")]), max_size=2).map(lambda s: tuple(sorted(s))),
)


@given(st.lists(papers, max_size=8), st.randoms(use_true_random=False))
def test_readers_merge_whatever_the_order(found: list[Paper], random: object) -> None:
    shuffled = sorted(found, key=lambda _: random.random())  # type: ignore[attr-defined]
    merged = tuple(merge_papers(found))
    assert tuple(merge_papers(shuffled)) == tuple(merge_papers(merged)) == merged
    ids = [paper_id(p.title) for p in merged]
    assert ids == sorted({paper_id(p.title) for p in found})
    for paper, node in zip(merged, ids, strict=True):
        copies = [p for p in found if paper_id(p.title) == node]
        assert set(paper.pages) == {page for p in copies for page in p.pages}
        assert set(paper.identifiers) == {i for p in copies for i in p.identifiers}
        assert len(paper.abstract) == max(len(p.abstract) for p in copies)
        assert (paper.title, paper.abstract) in {(p.title, p.abstract) for p in copies}


def test_readers_skipped_rows_read_as_place_and_reason() -> None:
    assert str(Skipped(source="page.txt", row=3, reason="no title")) == "page.txt:3: no title"
