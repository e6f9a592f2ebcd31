"""Extraction by the workers of a Dask cluster, on this machine or on many.

    papers → parts → tasks in flight, some for each thread of a worker → extractions, in the order of the papers

A part travels as bytes, papers there and extractions back, and its result is let go once it is here, so that no side
ever holds more than the parts in flight. Each worker process makes the pipeline once, of the program that is installed
there: one that is not the same program as here is refused, for its extractions might be others. What a worker that died
was at, Dask gives to another one.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import itertools
import logging
import os
import pickle
import signal
import tempfile
import threading
import time
import uuid
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import resource_tracker
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, cast

from spacy.language import Language

from kg.errors import EngineError
from kg.extractions import program_digest
from kg.files import remove_leftovers
from kg.pipeline import extract, lasting_pipeline
from kg.records import Extraction, Paper
from kg.version import VERSION

if TYPE_CHECKING:
    from distributed import Client, Future

Part: TypeAlias = tuple[Paper, ...]

# the engine that is a cluster of processes on this machine
LOCAL = "dask"
# papers that a task holds
PART = 40
# tasks in flight for each thread of a worker: one that is done, one in work, one that waits
AHEAD = 3
# seconds until a scheduler counts as unreachable, and until a cluster counts as one that no worker will join
REACHABLE, STAFFED = 10.0, 60.0
# seconds between two looks at the cluster while a task is not done
PATIENCE = 5.0
# what Dask says by itself, where the user has not set it otherwise
QUIET = dict.fromkeys(("distributed", "distributed.client", "tornado", "tornado.application"), "critical")
# a pipeline serves one thread at a time
_alone = threading.Lock()


def extract_on(
    engine: str, papers: Iterable[Paper], *, model: bool = True, workers: int | None = None
) -> Iterator[Extraction]:
    """Yield what `kg.pipeline.extract` does, in the same order, by the workers of `engine`.

    That is the address of a running Dask scheduler, such as tcp://host:8786, or `LOCAL`, which starts `workers`
    processes here, by default one for each processor.

    Raises:
        EngineError: Dask is not installed, the scheduler cannot be reached or is gone, no worker is there or one has
            another program, or a paper brings down every worker that it comes to.
    """
    parts = _parts(papers)
    first = next(parts, None)
    if first is None:
        return
    program = program_digest()
    with _connected(engine, workers) as cluster:

        def send(part: Part) -> Future:
            return cluster.client.submit(
                pickle.loads,
                pickle.dumps(_Task(papers=part, program=program, model=model)),
                key=f"kg-extract-{uuid.uuid4()}",
            )

        flying: deque[tuple[Part, Future]] = deque()
        for part in itertools.chain((first,), parts):
            flying.append((part, send(part)))
            if len(flying) >= AHEAD * max(_threads(cluster), 1):
                yield from _landed(cluster, *flying.popleft(), send)
        while flying:
            yield from _landed(cluster, *flying.popleft(), send)


def _parts(papers: Iterable[Paper]) -> Iterator[Part]:
    rest = iter(papers)
    while part := tuple(itertools.islice(rest, PART)):
        yield part


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cluster:
    address: str
    client: Client


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """A pickle that is read by doing it, so that a worker without this program fails the task, not its connection."""

    papers: Part
    program: str
    model: bool

    def __reduce__(self) -> tuple[Callable[[bytes, str, bool], bytes], tuple[bytes, str, bool]]:
        return _extract_part, (pickle.dumps(self.papers, protocol=5), self.program, self.model)


def _extract_part(papers: bytes, program: str, model: bool) -> bytes:
    """Extract on a worker: pickled papers in, pickled extractions out."""
    if _program() != program:
        from distributed import get_worker

        raise EngineError(_foreign(get_worker().address))
    with _alone:
        return pickle.dumps(tuple(extract(_pipeline(model), pickle.loads(papers))), protocol=5)


@functools.cache
def _program() -> str:
    return program_digest()


@functools.lru_cache(maxsize=1)
def _pipeline(model: bool) -> Language:
    return lasting_pipeline(model=model)


def _landed(cluster: _Cluster, part: Part, future: Future, send: Callable[[Part], Future]) -> Iterator[Extraction]:
    """Wait for the extractions of `part` and yield them."""
    from distributed import KilledWorker

    try:
        found = _wait(cluster, future)
    except KilledWorker as e:
        if len(part) == 1:
            raise EngineError(
                f"{part[0].title}: every worker dies that extracts this paper; leave it out or give the workers more "
                "memory"
            ) from e
    except (ImportError, AttributeError):
        _refuse_others(cluster.client)
        raise
    else:
        yield from cast("tuple[Extraction, ...]", pickle.loads(found))
        return
    # another part may have killed them: all that a worker holds when it dies is suspected
    for paper in part:
        yield from _landed(cluster, (paper,), send((paper,)), send)


def _wait(cluster: _Cluster, future: Future) -> bytes:
    """Return the result of `future`, with a look at the cluster now and then.

    Raises:
        EngineError: no worker is there for a while, or the scheduler is gone.
    """
    from distributed import CancelledError
    from distributed.comm import CommClosedError

    last = time.monotonic()
    while True:
        try:
            return cast("bytes", future.result(timeout=PATIENCE))
        except (CancelledError, CommClosedError) as e:
            raise EngineError(f"{cluster.address}: the scheduler is gone; build again once it runs again") from e
        except TimeoutError:
            if _threads(cluster):
                last = time.monotonic()
            elif time.monotonic() - last > STAFFED:
                start = f"dask worker {cluster.address} --nthreads 1"
                raise EngineError(f"{cluster.address}: no worker is there; start some with: {start}") from None


def _threads(cluster: _Cluster) -> int:
    return int(cluster.client.scheduler_info(n_workers=0).get("total_threads", 0))


def _refuse_others(client: Client) -> None:
    """Look for workers on which this module cannot be had.

    Raises:
        EngineError: there is one.
    """
    for address, answer in sorted(client.run(_program, on_error="return").items()):
        if isinstance(answer, Exception):
            raise EngineError(_foreign(address))


def _foreign(address: str) -> str:
    return (
        f"{address}: this worker has not the program that is here; install the same versions of mlkg, numpy and spacy "
        f"there and start it again, such as: pip install 'mlkg[cluster]=={VERSION}'"
    )


@contextlib.contextmanager
def _connected(engine: str, workers: int | None) -> Iterator[_Cluster]:
    try:
        import dask

        with dask.config.set({"logging": dask.config.get("logging", QUIET)}):
            from distributed import Client
    except ImportError as e:
        raise EngineError("Dask is not installed here; install it with: pip install 'mlkg[cluster]'") from e
    with contextlib.ExitStack() as stack:
        address = engine
        if engine == LOCAL:
            address = stack.enter_context(_cluster(workers or os.cpu_count() or 1))
        else:
            _reach(engine)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of libraries that are not the same there: the program is compared
            client = Client(address, timeout=REACHABLE, set_as_default=False)
        yield _Cluster(address=address, client=stack.enter_context(client))


@contextlib.contextmanager
def _cluster(workers: int) -> Iterator[str]:
    """Start `workers` processes on this machine, for nobody outside it, and give the address of their scheduler."""
    from distributed import LocalCluster

    remove_leftovers(Path(tempfile.gettempdir()), "kg-dask-*")
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix=f"kg-dask-{os.getpid()}-"))
        resource_tracker.ensure_running()  # it would take the block from the first thread that starts a process
        with _uninterrupted():
            cluster = stack.enter_context(
                LocalCluster(
                    n_workers=workers,
                    threads_per_worker=1,
                    host="127.0.0.1",
                    memory_limit=None,
                    scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
                    local_directory=folder,
                    silence_logs=logging.CRITICAL,
                )
            )
        yield cluster.scheduler_address


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Keep Ctrl-C waiting, and for good from the threads and processes that are started: they are stopped in order."""
    if not hasattr(signal, "pthread_sigmask"):  # on Windows
        yield
        return
    former = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, former)


def _reach(address: str) -> None:
    """Ask who is at `address`: the client itself would wait without end for one who says nothing.

    Raises:
        EngineError: it is no scheduler.
    """
    from distributed import Security, rpc

    async def ask() -> str:
        to = Security().get_connection_args("client")
        async with rpc(address, connection_args=to, timeout=REACHABLE) as there:
            return str((await there.identity())["type"])

    why = ""
    try:
        # in a thread, for where there is a loop in this one, as in a notebook
        with ThreadPoolExecutor(1) as pool:
            if pool.submit(asyncio.run, asyncio.wait_for(ask(), REACHABLE)).result() == "Scheduler":
                return
    # the first bytes of a server that is none of Dask's are taken for a size
    except (OSError, ValueError, TypeError, MemoryError, OverflowError) as e:
        why = f" ({e})" if isinstance(e, ValueError | TypeError) else ""
    raise EngineError(f"{address}: no Dask scheduler answers there{why}; start one with: dask scheduler")
