"""Files that take their places together: killed at every single step, refused, without space, by two at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kg import together
from kg.errors import OutputError
from kg.files import STAGING, write_whole
from kg.together import READY, UNDO, settle, write_together
from tests.disks import immutable

NAMES = ("a.html", "b.js", "c.ttl")
FORMER = {"a.html": b"former a", "b.js": b"former b", "other": b"untouched"}
NEW = {name: f"new {name}".encode() for name in NAMES} | {"other": b"untouched"}

# Writes the files in a process of its own for each step, that is killed right before the step: whatever touches a file
# or a folder there is told to an audit hook. What is left is printed, and what it is after the next run.
KILLED = f"""
import json, os, shutil, signal, sys
from pathlib import Path
from kg.files import write_whole
from kg.together import settle, write_together

folder, refuse = Path(sys.argv[1]), sys.argv[2]
steps, last = 0, None

def watch(event, arguments):
    global steps
    there = any(isinstance(a, (str, os.PathLike)) and str(folder) in str(a) for a in arguments)
    # what is removed is named within its folder
    if last is not None and (event in ("os.remove", "os.rmdir") or there and event.startswith(("open", "os."))):
        steps += 1
        if steps == last:
            os.kill(os.getpid(), signal.SIGKILL)
        if event == "os.rename" and str(arguments[1]) == refuse:
            raise PermissionError(1, "Operation not permitted")

def write():
    with write_together(folder) as staging:
        for name in {NAMES!r}:
            with write_whole(staging / name) as file:
                file.write(f"new {{name}}".encode())

def found():
    return {{p.name: p.read_text() if p.is_file() else None for p in folder.iterdir()}}

os.fsync = lambda handle: None  # a process is killed here, not the machine
sys.addaudithook(watch)
for number in range(1, 1000):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, content in {FORMER!r}.items():
        (folder / name).write_bytes(content)
    child = os.fork()
    if not child:
        last = number
        try:
            write()
        except Exception as e:
            os._exit(3 if "cannot be written" in str(e) else 4)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    left = found()
    settle(folder)
    settled = found()
    refuse, before = "", refuse
    write()
    refuse = before
    print(json.dumps([status, left, settled, found()]))
    if not os.WIFSIGNALED(status):
        break
"""


Left = dict[str, str | None]


def run_killed(folder: Path, refuse: str = "") -> list[tuple[int, Left, Left, Left]]:
    """Return for each step how the process ended, what it left, what that was once settled, and after the next run."""
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(folder), refuse],
        env={**os.environ, "PYTHONPATH": str(Path(together.__file__).parent.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def found(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in FORMER.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def write_new(folder: Path) -> None:
    with write_together(folder) as staging:
        for name in NAMES:
            with write_whole(staging / name) as file:
                file.write(NEW[name])


def texts(files: dict[str, bytes]) -> Left:
    return {name: content.decode() for name, content in files.items()}


def is_whole(left: Left) -> bool:
    """Tell whether each file is the former or the new one."""
    return all(n.startswith(".") or content in (texts(FORMER).get(n), texts(NEW)[n]) for n, content in left.items())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system cannot fork")
def test_together_killed_at_every_step_all_are_former_or_all_new(tmp_path: Path) -> None:
    runs = run_killed(tmp_path / "out")
    assert len(runs) > 25, len(runs)
    assert runs[-1][0] == 0
    for _, left, settled, again in runs:
        assert is_whole(left)
        assert {n: c for n, c in settled.items() if not n.startswith(STAGING)} in (texts(FORMER), texts(NEW))
        assert again == texts(NEW)
    kinds = [str(settled["a.html"]) for _, _, settled, _ in runs]
    assert kinds == sorted(kinds)  # once written, they are never former again
    # a kill between two moves was among them, and what was left was mixed until it was settled
    assert any(left["a.html"] == "new a.html" and left["b.js"] == "former b" for _, left, _, _ in runs)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system cannot fork")
def test_together_killed_while_what_cannot_be_moved_is_taken_back(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    runs = run_killed(folder, str(folder / "c.ttl"))
    assert os.waitstatus_to_exitcode(runs[-1][0]) == 3
    assert runs[-1][1] == texts(FORMER)
    for _, left, settled, again in runs:
        assert is_whole(left)
        assert {n: c for n, c in settled.items() if not n.startswith(STAGING)} in (texts(FORMER), texts(NEW))
        assert again == texts(NEW)


def test_together_that_cannot_be_moved_are_taken_back(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace = Path.replace

    def refuse(self: Path, target: Path) -> Path:
        if self.name == "c.ttl" and target.parent == folder:
            raise PermissionError(1, "Operation not permitted")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OutputError, match=r"cannot be written: Operation not permitted; choose another folder with -o"):
        write_new(folder)
    assert found(folder) == FORMER


def test_together_where_there_are_no_links_copies_are_put_back(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", no_links)
    test_together_that_cannot_be_moved_are_taken_back(folder, monkeypatch)


def test_together_beside_a_file_that_nobody_may_replace(folder: Path) -> None:
    with immutable(folder / "b.js"), pytest.raises(OutputError, match="cannot be written: Operation not permitted"):
        write_new(folder)
    assert found(folder) == FORMER
    write_new(folder)
    assert found(folder) == NEW


@pytest.mark.parametrize("error", [KeyError, KeyboardInterrupt, OSError])
def test_together_leave_the_former_ones_when_the_writer_fails(folder: Path, error: type[BaseException]) -> None:
    def write_half() -> None:
        with write_together(folder) as staging:
            (staging / "a.html").write_bytes(b"half")
            raise error

    with pytest.raises((OutputError, error)):
        write_half()
    assert found(folder) == FORMER


def test_together_two_at_once_do_not_mix(folder: Path) -> None:
    with write_together(folder) as first:
        for name in NAMES:
            (first / name).write_bytes(b"first")
        write_new(folder)
        assert found(folder).items() >= NEW.items()
    assert {content for name, content in found(folder).items() if name in NAMES} == {b"first"}
    assert sorted(p.name for p in folder.iterdir()) == sorted(NEW)


def test_together_what_another_one_is_moving_is_left_to_it(folder: Path) -> None:
    fcntl = pytest.importorskip("fcntl")
    (folder / READY).mkdir()
    (folder / READY / "c.ttl").write_bytes(b"moving")
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        settle(folder)
        assert not (folder / "c.ttl").exists()
    finally:
        os.close(handle)
    settle(folder)
    assert found(folder) == {**FORMER, "c.ttl": b"moving"}


def test_together_settle_where_nothing_can_be_moved_says_nothing(folder: Path) -> None:
    for state in (READY, UNDO):
        (folder / state / "former").mkdir(parents=True)
    (folder / READY / "a.html").mkdir()
    settle(folder)
    assert (folder / "a.html").read_bytes() == b"former a"
    settle(folder / "none")


def test_together_are_on_the_disk_before_they_are_moved(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[tuple[str, str]] = []
    fsync, rename, replace = os.fsync, Path.rename, Path.replace

    def synced(handle: int) -> None:
        done.append(("sync", Path(f"/proc/self/fd/{handle}").readlink().name))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", synced)

    def renamed(path: Path, target: Path) -> Path:
        done.append(("ready", path.name))
        return rename(path, target)

    def replaced(path: Path, target: Path) -> Path:
        done.append(("move", target.name))
        return replace(path, target)

    monkeypatch.setattr(Path, "rename", renamed)
    monkeypatch.setattr(Path, "replace", replaced)
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("the system does not tell which file a handle is of")
    write_new(folder)
    ready = next(i for i, (what, _) in enumerate(done) if what == "ready")
    staging = done[ready][1]
    before = [name for what, name in done[:ready] if what == "sync"]
    assert sum(name.split(".new-")[0].lstrip(".") in NAMES for name in before) == len(NAMES)
    assert before[-1] == staging
    assert [name for what, name in done[ready:] if what == "move"] == sorted(NAMES)
    assert done[-1] == ("sync", folder.name)
