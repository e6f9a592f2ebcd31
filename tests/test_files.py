"""Files that appear whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import OutputError
from kg.files import write_whole


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def write_half(path: Path, error: type[BaseException]) -> None:
    with write_whole(path) as file:
        file.write(b"half of")
        raise error


@given(content=st.binary(max_size=100))
def test_files_hold_what_was_written(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("out") / "new" / "folder" / "x.ttl"
    with write_whole(path) as file:
        file.write(content)
        assert not path.exists()
    assert path.read_bytes() == content
    assert names(path.parent) == ["x.ttl"]


def test_files_replace_a_former_one_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "x.ttl"
    path.write_bytes(b"a longer former content")
    with write_whole(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"a longer former content"
    assert path.read_bytes() == b"new"


@pytest.mark.parametrize("error", [KeyError, KeyboardInterrupt])
def test_files_leave_the_former_one_when_the_writer_fails(tmp_path: Path, error: type[BaseException]) -> None:
    path = tmp_path / "x.ttl"
    path.write_bytes(b"former")
    with pytest.raises(error):
        write_half(path, error)
    assert path.read_bytes() == b"former"
    assert names(tmp_path) == ["x.ttl"]


def test_files_leave_nothing_where_nothing_was(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        write_half(tmp_path / "x.ttl", KeyError)
    assert names(tmp_path) == []


def test_files_can_be_read_by_whom_the_umask_allows(tmp_path: Path) -> None:
    former = os.umask(0o027)
    try:
        with write_whole(tmp_path / "x.ttl") as file:
            file.write(b"x")
    finally:
        os.umask(former)
    assert (tmp_path / "x.ttl").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("place", ["blocked/x.ttl", "blocked/deeper/x.ttl", "folder"])
def test_files_that_cannot_be_written_name_the_place_and_the_remedy(tmp_path: Path, place: str) -> None:
    (tmp_path / "blocked").write_bytes(b"a file where a folder is wanted")
    (tmp_path / "folder").mkdir()
    path = tmp_path / place
    with pytest.raises(OutputError) as caught, write_whole(path) as file:
        file.write(b"x")
    message = str(caught.value)
    assert message.startswith(f"{path}: cannot be written")
    assert "-o" in message
    assert "\n" not in message
    assert names(tmp_path) == ["blocked", "folder"]
    assert (tmp_path / "blocked").read_bytes() == b"a file where a folder is wanted"
