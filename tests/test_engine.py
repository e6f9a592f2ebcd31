"""Extraction on a Dask cluster of processes: the same bytes, whatever happens to the workers."""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from click.testing import CliRunner
from spacy.language import Language

import kg.engine
from kg.build import EXPORTS, build
from kg.cli import main
from kg.engine import extract_on
from kg.errors import EngineError
from kg.extractions import extract_new
from kg.pipeline import extract
from kg.readers import read_papers
from kg.records import Extraction, Paper

if TYPE_CHECKING:
    from distributed import Client, LocalCluster

T = TypeVar("T")
ROOT = Path(__file__).parent.parent
NO_DASHBOARD = {"dashboard": False, "dashboard_address": "127.0.0.1:0"}
DEADLY = "A Paper That Takes All Memory"


@pytest.fixture(scope="module", autouse=True)
def _quiet() -> None:
    """Let Dask not tell of the workers and schedulers that are brought down here."""
    pytest.importorskip("distributed")
    logging.getLogger("distributed").setLevel(logging.CRITICAL)


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    """Return three worker processes."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=3,
        threads_per_worker=1,
        host="127.0.0.1",
        memory_limit=None,
        scheduler_kwargs=NO_DASHBOARD,
        silence_logs=logging.CRITICAL,
    ) as started:
        yield started


@pytest.fixture
def address(cluster: LocalCluster) -> str:
    return str(cluster.scheduler_address)


@pytest.fixture
def client(cluster: LocalCluster) -> Iterator[Client]:
    from distributed import Client

    with Client(cluster.scheduler_address, set_as_default=False) as connected:
        connected.wait_for_workers(3)
        yield connected


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kg.engine, "PART", 2)


def holdings(client: Client) -> dict[str, int]:
    """Return how many tasks each worker is at or has the result of."""
    return {worker: len(keys) + len(client.has_what()[worker]) for worker, keys in client.processing().items()}


def is_gone(group: int) -> bool:
    """Wait some seconds for the last process of `group` to be gone."""
    for _ in range(50):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.2)
    return False


def papers(count: int) -> list[Paper]:
    return [
        Paper(title=f"FooTune {i}: Tuning Made Cheap", abstract=f"We propose FooTune. It outperforms LoRA by {i}%.")
        for i in range(count)
    ]


@pytest.fixture(scope="module")
def listing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a listing of some of the papers that come along."""
    path = tmp_path_factory.mktemp("listing") / "papers.jsonl"
    rows = [{"title": p.title, "abstract": p.abstract} for p in read_papers([ROOT / "corpus"]).papers[:40]]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def test_engine_of_this_machine_writes_what_the_local_build_writes(listing: Path, tmp_path: Path) -> None:
    build([listing], tmp_path / "local", model=False, anew=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "kg.cli", *f"build {listing} --no-model --anew --engine dask --workers 2".split()],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    _, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    for name in EXPORTS:
        assert (tmp_path / "exports" / name).read_bytes() == (tmp_path / "local" / name).read_bytes(), name
    # a summary of five lines, the place, and nothing of Dask's
    assert len(said.splitlines()) == 6, said
    assert is_gone(process.pid)


@pytest.mark.usefixtures("small_parts")
def test_engine_writes_the_same_where_a_worker_is_killed_in_the_middle(
    listing: Path, address: str, client: Client, tmp_path: Path
) -> None:
    build([listing], tmp_path / "local", anew=True)
    killed: list[int] = []

    def kill_one(items: Iterable[T], what: str, total: int | None = None) -> Iterator[T]:
        for number, item in enumerate(items):
            if what == "Extracting" and number == 4:
                assert total is not None
                assert total > 4 + kg.engine.PART * kg.engine.AHEAD * 3  # some are not even sent
                victim = max(held := holdings(client), key=lambda worker: held[worker])
                assert held[victim]
                killed.append(client.run(os.getpid, workers=[victim])[victim])
                os.kill(killed[0], signal.SIGKILL)
            yield item

    build([listing], tmp_path / "dask", engine=address, anew=True, progress=kill_one)
    assert killed
    assert killed[0] not in client.run(os.getpid).values()
    for name in EXPORTS:
        assert (tmp_path / "dask" / name).read_bytes() == (tmp_path / "local" / name).read_bytes(), name


@pytest.mark.usefixtures("client", "small_parts")
def test_engine_gives_extractions_in_order_and_draws_few_papers_ahead(address: str, nlp: Language) -> None:
    given, drawn = papers(100), 0

    def draw() -> Iterator[Paper]:
        nonlocal drawn
        for paper in given:
            drawn += 1
            yield paper

    found = extract_on(address, draw(), model=False)
    first = next(found)
    # three threads of workers, three parts of two papers for each
    assert drawn == 18
    assert [first, *found] == list(extract(nlp, given))


def test_engine_is_not_started_for_nothing() -> None:
    assert list(extract_on("tcp://127.0.0.1:1", [])) == []


def test_engine_is_asked_for_what_is_not_kept_alone(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    found = list(extract_new(papers(10), partial(extract_on, address, model=False), model=False))
    nowhere = partial(extract_on, "tcp://127.0.0.1:1", model=False)
    assert list(extract_new(papers(10), nowhere, model=False)) == found
    monkeypatch.setattr(kg.engine, "REACHABLE", 0.5)
    with pytest.raises(EngineError):
        list(extract_new(papers(11), nowhere, model=False))


def test_engine_names_the_paper_that_brings_down_every_worker(
    cluster: LocalCluster, address: str, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from distributed import WorkerPlugin

    class Deadly(WorkerPlugin):  # type: ignore[misc]  # sent by value, and to workers that start anew too
        name = "deadly"

        def setup(self, worker: object) -> None:  # noqa: ARG002
            import importlib
            import os

            engine: Any = importlib.import_module("kg.engine")
            harmless = engine.extract

            def extract(nlp: Language, papers: tuple[Paper, ...]) -> Iterator[Extraction]:
                if any("All Memory" in paper.title for paper in papers):
                    os._exit(1)
                yield from harmless(nlp, papers)

            engine.extract = extract

        def teardown(self, worker: object) -> None:  # noqa: ARG002
            import importlib

            engine: Any = importlib.import_module("kg.engine")
            engine.extract = importlib.import_module("kg.pipeline").extract

    monkeypatch.setattr(kg.engine, "PART", 4)
    monkeypatch.setattr(cluster.scheduler, "allowed_failures", 0)  # one worker stands for every worker
    client.register_plugin(Deadly())
    given = papers(10)
    given[5] = Paper(title=DEADLY, abstract="It is too much.")
    found = extract_on(address, given, model=False)
    assert [next(found).paper for _ in range(5)] == given[:5]
    with pytest.raises(EngineError, match=f"^{DEADLY}: every worker dies that extracts this paper;"):
        next(found)
    client.unregister_worker_plugin("deadly")
    assert len(list(extract_on(address, given, model=False))) == len(given)


def test_engine_refuses_workers_of_another_program(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kg.engine, "program_digest", lambda: "another")
    with pytest.raises(EngineError, match=r"^tcp://127\.0\.0\.1:\d+: this worker has not the program that is here;"):
        list(extract_on(address, papers(1), model=False))


def test_engine_refuses_workers_without_the_program(address: str, client: Client) -> None:
    def forget(name: str | None) -> None:
        import sys

        if name:
            sys.modules[name] = None  # type: ignore[assignment]  # as if it were not installed
        else:
            del sys.modules["kg.engine"]

    client.run(forget, "kg.engine")
    with pytest.raises(EngineError, match=r"^tcp://.*'mlkg\[cluster\]==\d"):
        list(extract_on(address, papers(1), model=False))
    client.run(forget, None)


def test_engine_without_workers_says_how_to_start_some(monkeypatch: pytest.MonkeyPatch) -> None:
    from distributed import LocalCluster

    monkeypatch.setattr(kg.engine, "STAFFED", 0)
    monkeypatch.setattr(kg.engine, "PATIENCE", 0.2)
    with (
        LocalCluster(n_workers=0, host="127.0.0.1", scheduler_kwargs=NO_DASHBOARD) as empty,
        pytest.raises(EngineError, match="no worker is there; start some with: dask worker tcp://"),
    ):
        list(extract_on(empty.scheduler_address, papers(1), model=False))


def test_engine_whose_scheduler_goes_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    from distributed import LocalCluster

    monkeypatch.setattr(kg.engine, "PATIENCE", 0.2)
    with LocalCluster(n_workers=0, host="127.0.0.1", scheduler_kwargs=NO_DASHBOARD) as passing:
        threading.Timer(1, passing.close).start()
        with pytest.raises(EngineError, match=r"^tcp://127\.0\.0\.1:\d+: the scheduler is gone;"):
            list(extract_on(passing.scheduler_address, papers(1), model=False))


@pytest.mark.parametrize("listening", [True, False], ids=["silent", "closed"])
def test_engine_that_cannot_be_reached_is_said_in_one_line(listening: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kg.engine, "REACHABLE", 0.5)
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        if listening:
            server.listen()
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(EngineError, match=f"^{address}: no Dask scheduler answers there; .*dask scheduler$"):
            list(extract_on(address, papers(1)))


def test_engine_that_is_not_installed_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dask", None)
    with pytest.raises(EngineError, match=r"pip install 'mlkg\[cluster\]'$"):
        list(extract_on("dask", papers(1)))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--engine", "ray"], "the address of a scheduler, such as tcp://host:8786"),
        (["--engine", "host:8786"], "the address of a scheduler"),
        (["--engine", "tcp://host:8786", "--workers", "2"], "--workers: tcp://host:8786 has the workers"),
    ],
)
def test_engine_of_no_kind_is_misuse(options: list[str], message: str) -> None:
    result = CliRunner().invoke(main, ["build", *options])
    assert result.exit_code == 2
    assert message in result.output
