"""Tests of `kg.store`: what is kept beside the Turtle file is made once, follows its content and breaks nothing."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
from pathlib import Path

import pyoxigraph
import pytest

import kg.store
from kg.errors import InputError
from kg.store import file_prefixes, open_store
from tests.disks import read_only, small_disk

ROOT = Path(kg.store.__file__).parent.parent
MANY = "".join(f"<urn:a> <urn:b> {i} .\n" for i in range(9999))


@pytest.fixture
def turtle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a Turtle file of one triple, with stores kept for files of any size."""
    monkeypatch.setattr(kg.store, "SMALL", 0)
    path = tmp_path / "graph.ttl"
    path.write_text("<urn:a> <urn:b> 1 .", encoding="utf-8")
    return path


def kept(path: Path) -> list[str]:
    return sorted(p.name for p in path.parent.iterdir() if p != path)


def test_store_on_a_missing_or_broken_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.ttl: no such file.*kg build"):
        open_store(tmp_path / "none.ttl")
    (tmp_path / "bad.ttl").write_text("<urn:a> nonsense", encoding="utf-8")
    with pytest.raises(InputError, match=r"bad\.ttl: not valid Turtle"):
        open_store(tmp_path / "bad.ttl")
    with pytest.raises(InputError, match=r"a folder; give the Turtle file in it"):
        open_store(tmp_path)
    (tmp_path / "graph.nt.gz").write_bytes(gzip.compress(b"<urn:a> <urn:b> 1 .", mtime=0))
    with pytest.raises(InputError, match=r"graph\.nt\.gz: packed; give the Turtle file"):
        open_store(tmp_path / "graph.nt.gz")


def test_store_of_a_broken_file_leaves_nothing_behind(turtle: Path) -> None:
    turtle.write_text("<urn:a> <urn:b> 1 . <urn:a> nonsense", encoding="utf-8")
    with pytest.raises(InputError, match="not valid Turtle"):
        open_store(turtle)
    assert kept(turtle) == []


def test_store_is_kept_and_opened_again(turtle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(open_store(turtle)) == 1
    [name] = kept(turtle)
    monkeypatch.setattr(kg.store, "_loaded", lambda *_: pytest.fail("parsed again"))
    assert len(open_store(turtle)) == 1
    assert kept(turtle) == [name]


def test_store_follows_the_content_of_the_file(turtle: Path) -> None:
    open_store(turtle)
    former = kept(turtle)
    turtle.write_text("<urn:a> <urn:b> 1, 2 .", encoding="utf-8")
    assert len(open_store(turtle)) == 2
    assert len(kept(turtle)) == 1
    assert kept(turtle) != former


def test_store_is_only_read(turtle: Path) -> None:
    with pytest.raises(RuntimeError):
        open_store(turtle).add(pyoxigraph.Quad(*[pyoxigraph.NamedNode("urn:x")] * 3))


def test_store_in_a_folder_that_cannot_be_written_is_in_memory(turtle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> Path:
        raise PermissionError("no")

    monkeypatch.setattr(kg.store, "kept_store", refuse)
    assert len(open_store(turtle)) == 1


def test_store_on_a_full_disk_and_where_nobody_may_write_is_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kg.store, "SMALL", 0)
    disk = tmp_path / "disk"
    with small_disk(disk, len(MANY) + 2**17):
        (disk / "graph.ttl").write_text(MANY, encoding="utf-8")
        assert len(open_store(disk / "graph.ttl")) == 9999
        assert kept(disk / "graph.ttl") == []
    (disk / "graph.ttl").write_text(MANY, encoding="utf-8")
    with read_only(disk):
        assert len(open_store(disk / "graph.ttl")) == 9999
        assert kept(disk / "graph.ttl") == []


def test_store_of_a_file_that_is_replaced_meanwhile_is_not_kept(turtle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load = kg.store._loaded

    def replaced(path: Path, store: pyoxigraph.Store) -> pyoxigraph.Store:
        path.write_text("<urn:a> <urn:b> 1, 2 .", encoding="utf-8")
        return load(path, store)

    monkeypatch.setattr(kg.store, "_loaded", replaced)
    assert len(open_store(turtle)) == 2
    assert kept(turtle) == []


KILLED = """
import os, signal, sys
from pathlib import Path
import kg.store

kg.store.SMALL, steps = 0, 0

def watch(event, arguments):
    global steps
    if event in ("os.rename", "os.remove", "shutil.rmtree"):
        steps += 1
        if steps == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(watch)
kg.store.open_store(Path(sys.argv[1]))
"""


@pytest.mark.parametrize("step", [1, 2])
def test_store_of_a_killed_run_is_made_anew(turtle: Path, step: int) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, turtle, str(step)], cwd=ROOT)
    assert done.returncode == -signal.SIGKILL
    assert len(kept(turtle)) == 1
    assert len(open_store(turtle)) == 1
    assert [name for name in kept(turtle) if ".part-" in name] == []
    assert len(kept(turtle)) == 1


def test_store_that_is_damaged_is_not_believed(turtle: Path) -> None:
    open_store(turtle)
    for file in (turtle.parent / kept(turtle)[0]).iterdir():
        file.write_bytes(b"")
    assert len(open_store(turtle)) == 1
    assert kept(turtle) == []


def test_store_left_half_made_by_a_killed_run_is_removed(turtle: Path) -> None:
    (turtle.parent / ".graph.ttl.part-999999999").mkdir()
    (turtle.parent / f".graph.ttl.part-{os.getppid()}").mkdir()
    open_store(turtle)
    assert [name for name in kept(turtle) if ".part-" in name] == [f".graph.ttl.part-{os.getppid()}"]


def test_store_small_file_is_not_kept(tmp_path: Path) -> None:
    (tmp_path / "graph.ttl").write_text("<urn:a> <urn:b> 1 .", encoding="utf-8")
    assert len(open_store(tmp_path / "graph.ttl")) == 1
    assert kept(tmp_path / "graph.ttl") == []


def test_store_file_says_its_prefixes(tmp_path: Path) -> None:
    (tmp_path / "graph.ttl").write_text(
        "@prefix a: <urn:a:> .\n@prefix b-c: <urn:b> .\na:x a b-c:y .\n", encoding="utf-8"
    )
    assert file_prefixes(tmp_path / "graph.ttl") == {"a": "urn:a:", "b-c": "urn:b"}
