"""A build under attack, killed, without space or permission: the former exports stay whole, the next run cleans up.

What happens when it is killed between two moves is tried at every step in ``test_together.py``.
"""

from __future__ import annotations

import base64
import contextlib
import functools
import json
import os
import re
import signal
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pyoxigraph
import pytest

import kg.build
import kg.facts
import kg.version
from kg.build import EXPORTS, write_exports
from kg.graphml import read_graphml
from kg.store import open_store
from kg.together import READY
from kg.vocabulary import BASE
from tests.disks import immutable, read_only, small_disk
from tests.small import small_facts

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the system cannot fork")
FORMER = "FooNet: Pruning Nets Fast\nWe propose FooNet, a pruning method. It is 2x faster than BarNet.\n"
NEW = FORMER + "BazNet: Growing Nets\nWe propose BazNet, which outperforms FooNet by 3% on ImageNet.\n"
Exports = dict[str, bytes]
There = Callable[[Path], bool]

# Runs commands, each in a process of its own that has all modules and the ontology from its parent: what takes a build
# of two papers most of its time is done once. It is told a command by a line, and says the process and how it ended.
RUNNER = """
import json, os, resource, sys
from kg.cli import main
from kg.pipeline import build_pipeline
import kg.build, pyvis.network, jinja2

build_pipeline(model=False)
for line in sys.stdin:
    folder, arguments, limit, cache = json.loads(line)
    process = os.fork()
    if not process:
        os.chdir(folder)
        os.dup2(os.open("told", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
        if limit:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        if cache:
            os.environ["XDG_CACHE_HOME"] = cache
        main(arguments)
    print(process, flush=True)
    print(os.waitpid(process, 0)[1], flush=True)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """Runs `kg build` on ``papers.txt`` in a folder."""

    orders: IO[str]
    answers: IO[str]

    def __call__(
        self, folder: Path, *more: str, limit: int = 0, cache: Path | None = None, until: There | None = None
    ) -> tuple[int, str]:
        """Return how it ended and what it told; `limit` is of the size of a file.

        It is killed as soon as something is there in the folder of the exports.
        """
        arguments = ["build", "papers.txt", "--no-model", "--workers", "1", *more]
        print(json.dumps([str(folder), arguments, limit, cache and str(cache)]), file=self.orders, flush=True)
        process = int(self.answers.readline())
        if until is not None:
            last = time.monotonic() + 30
            while not until(folder / "exports") and time.monotonic() < last and Path(f"/proc/{process}/fd").exists():
                pass
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        status = int(self.answers.readline())
        return os.waitstatus_to_exitcode(status), (folder / "told").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def kg_build() -> Iterator[Runner]:
    with subprocess.Popen(
        [sys.executable, "-c", RUNNER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment(), text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        yield Runner(orders=process.stdin, answers=process.stdout)
        process.stdin.close()


@pytest.fixture(scope="module")
def made(kg_build: Runner, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Exports]:
    """Return the exports of the two listings, as builds that nothing happens to make them."""
    exports = {}
    for name, text in (("former", FORMER), ("new", NEW)):
        folder = tmp_path_factory.mktemp(name)
        (folder / "papers.txt").write_text(text, encoding="utf-8")
        ended, told = kg_build(folder)
        assert ended == 0, told
        exports[name] = files(folder / "exports")
        assert sorted(exports[name]) == sorted(EXPORTS)
    return exports


@pytest.fixture
def folder(made: dict[str, Exports], tmp_path: Path) -> Path:
    """Return a folder with the new listing and the former exports."""
    (tmp_path / "papers.txt").write_text(NEW, encoding="utf-8")
    put_former(tmp_path / "exports", made)
    return tmp_path


def put_former(exports: Path, made: dict[str, Exports]) -> None:
    exports.mkdir(exist_ok=True)
    for name, content in made["former"].items():
        (exports / name).write_bytes(content)


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(kg.version.__file__).parent.parent)}


def files(folder: Path) -> Exports:
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()}


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


MOMENTS: dict[str, There] = {
    "graph.ttl": lambda exports: any(exports.glob(".build-*/.graph.ttl.new-*")),
    "graph.html": lambda exports: any(exports.glob(".build-*/.graph.html.new-*")),
    "graph-query.js": lambda exports: any(exports.glob(".build-*/.graph-query.js.new-*")),
    "ready": lambda exports: (exports / READY).exists(),
}


TRIES = 5


@pytest.mark.parametrize("moment", MOMENTS)
def test_build_killed_leaves_the_exports_whole(
    moment: str, kg_build: Runner, folder: Path, made: dict[str, Exports]
) -> None:
    for _ in range(TRIES):
        ended, _ = kg_build(folder, until=MOMENTS[moment])
        if ended == -signal.SIGKILL or moment == "ready":
            break
        put_former(folder / "exports", made)  # on a busy machine the moment may pass unseen
    if moment != "ready":  # all is moved in less than a thousandth of a second
        assert ended == -signal.SIGKILL
        assert files(folder / "exports") == made["former"]
    for name, content in files(folder / "exports").items():
        assert content in (made["former"][name], made["new"][name])
    open_store(folder / "exports" / "graph.ttl")
    assert files(folder / "exports") in (made["former"], made["new"])
    if moment == "graph-query.js":  # the next build is the same for all of them
        assert kg_build(folder)[0] == 0
        assert files(folder / "exports") == made["new"]
        assert names(folder / "exports") == sorted(EXPORTS)


def test_build_moved_in_part_is_finished_by_the_next_query(folder: Path, made: dict[str, Exports]) -> None:
    exports = folder / "exports"
    (exports / READY / "former").mkdir(parents=True)
    for name, content in made["new"].items():
        (exports / name if name < "graph.html" else exports / READY / name).write_bytes(content)
    assert len({files(exports)[name] == made["new"][name] for name in EXPORTS}) == 2
    query = [
        sys.executable,
        "-m",
        "kg.cli",
        "query",
        "SELECT (COUNT(*) AS ?n) WHERE { ?p a kg:Paper }",
        "--format",
        "csv",
    ]
    done = subprocess.run(query, cwd=folder, env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["n", "2"]
    assert files(exports) == made["new"]
    assert names(exports) == sorted(EXPORTS)


def test_build_without_permission_to_replace_one_file(kg_build: Runner, folder: Path, made: dict[str, Exports]) -> None:
    with immutable(folder / "exports" / "graph.html"):
        ended, told = kg_build(folder)
    assert ended == 1
    assert told == "kg: exports: cannot be written: Operation not permitted; choose another folder with -o\n"
    assert files(folder / "exports") == made["former"]
    assert names(folder / "exports") == sorted(EXPORTS)


def test_build_whose_files_may_not_grow(kg_build: Runner, folder: Path, made: dict[str, Exports]) -> None:
    ended, told = kg_build(folder, limit=max(map(len, made["new"].values())) // 2)
    assert ended == 1
    [line] = told.splitlines()
    assert line.startswith("kg: exports/graph")
    assert line.endswith(": cannot be written: File too large; free some space or choose another folder with -o")
    assert files(folder / "exports") == made["former"]
    assert names(folder / "exports") == sorted(EXPORTS)


def test_build_on_a_full_disk(kg_build: Runner, folder: Path, made: dict[str, Exports]) -> None:
    # room for the former exports and for most of the new ones
    size = sum(map(len, made["former"].values())) + sum(map(len, made["new"].values())) - 300_000
    with small_disk(folder / "disk", size) as place:
        put_former(place, made)
        ended, told = kg_build(folder, "-o", "disk")
        assert ended == 1
        [line] = told.splitlines()
        assert line.startswith("kg: disk/graph")
        assert line.endswith(
            "cannot be written: No space left on device; free some space or choose another folder with -o"
        )
        assert files(place) == made["former"]
        assert names(place) == sorted(EXPORTS)


def test_build_to_a_folder_that_nobody_may_write_to(kg_build: Runner, folder: Path, made: dict[str, Exports]) -> None:
    with read_only(folder / "exports"):
        ended, told = kg_build(folder)
    assert ended == 1
    assert told == "kg: exports: cannot be written: Read-only file system; choose another folder with -o\n"
    assert files(folder / "exports") == made["former"]


def test_build_whose_cache_is_full_or_read_only_is_the_same(
    kg_build: Runner, folder: Path, made: dict[str, Exports]
) -> None:
    with small_disk(folder / "cache", 8192):
        assert kg_build(folder, cache=folder / "cache")[0] == 0
    assert files(folder / "exports") == made["new"]
    put_former(folder / "exports", made)
    with read_only(folder / "cache"):
        assert kg_build(folder, cache=folder / "cache")[0] == 0
    assert files(folder / "exports") == made["new"]


def test_build_of_very_many_papers_shows_a_part_and_writes_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kg.build, "choose", functools.partial(kg.facts.choose, most=1))
    facts = small_facts()
    write_exports(facts, tmp_path)
    assert names(tmp_path) == sorted(EXPORTS)
    triples = {str(q.triple) for q in pyoxigraph.parse(path=str(tmp_path / "graph.ttl"))}
    assert {t for t in triples if f"{BASE}paper/third" in t}
    page = (tmp_path / "graph.html").read_text(encoding="utf-8")
    assert "This page holds 1 of 3 papers" in page
    assert "Nothing shared" not in page
    shown = read_graphml(tmp_path / "graph.graphml")
    assert {node for node in shown if node.startswith("paper/")} == {"paper/first"}
    packed = re.search(r'"graph":"([\w+/=]*)"', (tmp_path / "graph-query.js").read_text(encoding="utf-8"))
    assert packed
    assert b"paper:first" in (part := zlib.decompress(base64.b64decode(packed[1])))
    assert b"paper:third" not in part
