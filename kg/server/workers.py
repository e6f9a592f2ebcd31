"""A pool of worker processes: each answers one request at a time, and one that takes too long is killed.

A request waits for its turn in a queue of bounded length. What a caller gives up (it goes away, or its time is over)
costs the worker its life; another one takes its place in a tenth of a second. When the Turtle file changes, workers
with the new graph take the place of the old ones, which finish what they are at; where the new file is broken the old
ones stay.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kg.errors import ServerError
from kg.files import content_digest
from kg.server.protocol import Reply, refuse
from kg.server.turns import Turns
from kg.version import VERSION

PACKAGES = Path(__file__).resolve().parents[2]
KILL = 9  # SIGKILL, where there are signals
STARTING = 60.0  # seconds that a worker has to open the store


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a request may take: `seconds` of work and of waiting, bytes of a result, of a query and of memory.

    `workers` is how many requests are worked on at a time, `waiting` how many more wait for their turn.
    """

    workers: int = 3
    waiting: int = 200
    seconds: float = 30.0
    largest: int = 32 * 2**20
    longest: int = 64 * 2**10
    memory: int = 2**30


@dataclass(slots=True, eq=False)
class Worker:
    """A process with the graph of a `digest`; `spent` once it must not be used again."""

    process: asyncio.subprocess.Process
    digest: str
    spent: bool = False


@dataclass(slots=True, eq=False)
class Pool:
    """The workers of the Turtle file `path`; `digest` stands for its content."""

    path: Path
    limits: Limits
    tell: Callable[[str], None]
    watched: float = 2.0  # seconds between looks at the file
    digest: str = ""
    closing: bool = False
    everyone: set[Worker] = field(default_factory=set)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    turns: Turns[Worker] = field(init=False)

    def __post_init__(self) -> None:
        self.turns = Turns(max(1, self.limits.workers - 1))

    async def ask(self, request: Mapping[str, Any], *, quick: bool = False) -> Reply:
        """Return the reply of a worker to `request`, or the refusal where it takes too long or too much.

        A `quick` request may take the last free worker. To cancel this ends the work.
        """
        if self.closing or len(self.turns.queue) >= self.limits.waiting:
            return busy()
        try:
            async with asyncio.timeout(self.limits.seconds):
                worker = await self.turns.take(quick=quick)
        except TimeoutError:
            return busy()
        return await self._work(worker, request, quick=quick)

    async def _work(self, worker: Worker, request: Mapping[str, Any], *, quick: bool) -> Reply:
        """Return the reply of `worker`; whatever happens, it is either idle again or on its way out."""
        seconds = self.limits.seconds
        worker.spent = True
        try:
            async with asyncio.timeout(seconds):
                head, body = await _exchange(worker.process, {**request, "seconds": seconds})
            worker.spent = head["spent"]
            return Reply(status=head["status"], media=head["media"], body=body, headers=head["headers"])
        except TimeoutError:
            return refuse(504, f"the query took longer than {seconds:g} s and was stopped; narrow it, or add LIMIT")
        except (asyncio.IncompleteReadError, ConnectionError):
            if self.closing:
                return refuse(503, "the server is stopping; ask again when it runs", Retry_After="5")
            size = f"{self.limits.memory / 2**20:g} MB"
            return refuse(
                500, f"the query ended its process: more than {size} of memory, or nested too deep; ask for less"
            )
        finally:
            self.turns.leave(quick=quick)
            if worker.spent or self.closing or worker.digest != self.digest:
                self._replace(worker)
            else:
                self.turns.give(worker)

    def _replace(self, worker: Worker) -> None:
        _kill(worker)
        self._later(self._renew(worker))

    async def _mourn(self, worker: Worker) -> None:
        """Replace `worker` when it ends while it is idle."""
        await worker.process.wait()
        if worker in self.turns.idle:
            self.turns.idle.remove(worker)
            self._replace(worker)

    async def _renew(self, worker: Worker) -> None:
        await worker.process.wait()
        self.everyone.discard(worker)
        await self._add()

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _add(self) -> None:
        """Start a worker and let it be idle; try again until there is one."""
        pause = 0.1
        while not self.closing:
            worker = await self._start(self.digest)
            if worker is not None and worker.digest == self.digest:
                self.turns.give(worker)
                return
            if worker is not None:  # the graph has changed meanwhile
                _kill(worker)
                continue
            self.tell(f"a worker did not start; trying again in {pause:g} s")
            await asyncio.sleep(pause)
            pause = min(pause * 2, 10.0)

    async def _start(self, digest: str) -> Worker | None:
        arguments = map(str, (self.path.absolute(), self.limits.largest, self.limits.memory))
        # this very package, whatever lies in the working directory
        paths = os.pathsep.join(filter(None, (str(PACKAGES), os.environ.get("PYTHONPATH"))))
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "kg.server.worker", *arguments, env={**os.environ, "PYTHONPATH": paths},
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=2**20,
        )  # fmt: skip
        worker = Worker(process, digest)
        self.everyone.add(worker)
        try:
            async with asyncio.timeout(STARTING):
                await _read(process)
        except (TimeoutError, asyncio.IncompleteReadError, ConnectionError):
            _kill(worker)
            await process.wait()  # or its end would be told to a loop that may be closed by then
            self.everyone.discard(worker)
            return None
        else:
            self._later(self._mourn(worker))
            return worker
        finally:
            if self.closing:
                _kill(worker)

    async def _watch(self) -> None:
        """Serve the Turtle file anew whenever it changes."""
        seen = _state(self.path)
        while True:
            await asyncio.sleep(self.watched)
            now = _state(self.path)
            if now == seen or now is None:
                continue
            seen = now
            digest = await asyncio.to_thread(content_digest, [self.path], VERSION)
            if digest == self.digest:
                continue
            probe = await self._start(digest)
            if probe is None:
                self.tell(f"{self.path} has changed and cannot be read; still serving what it was")
                continue
            _kill(probe)
            await probe.process.wait()
            self.everyone.discard(probe)
            self.digest = digest
            while self.turns.idle:
                self._replace(self.turns.idle.pop())
            self.tell(f"{self.path} has changed; serving it as it is now")

    async def open(self) -> None:
        """Start the workers.

        Raises:
            ServerError: one of them does not start.
        """
        self.digest = await asyncio.to_thread(content_digest, [self.path], VERSION)
        started = await asyncio.gather(*(self._start(self.digest) for _ in range(self.limits.workers)))
        for worker in started:
            if worker is None:
                raise ServerError("a worker process did not start; what it said stands above")
            self.turns.give(worker)
        self._later(self._watch())

    def halt(self) -> None:
        """Let all who wait for an answer have none."""
        self.closing = True
        for waiting in self.turns.queue:
            if not waiting.turn.done():
                waiting.turn.set_exception(TimeoutError())
        self.turns.queue.clear()
        for worker in self.everyone:
            _kill(worker)

    async def close(self) -> None:
        """End all workers, whatever they are at."""
        self.halt()
        tasks = list(self.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*(worker.process.wait() for worker in self.everyone))


def busy() -> Reply:
    """Return the refusal of a request whose turn does not come."""
    return refuse(503, "all workers are busy; try again in a moment", Retry_After="5")


def _state(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _kill(worker: Worker) -> None:
    worker.spent = True
    if worker.process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(worker.process.pid, KILL)  # the method of the process would reap a dead one unseen


async def _exchange(process: asyncio.subprocess.Process, request: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
    assert process.stdin is not None
    process.stdin.write(json.dumps(request).encode() + b"\n")
    await process.stdin.drain()
    return await _read(process)


async def _read(process: asyncio.subprocess.Process) -> tuple[dict[str, Any], bytes]:
    """Return head and body of the next reply of a worker."""
    assert process.stdout is not None
    head: dict[str, Any] = json.loads(await process.stdout.readuntil(b"\n"))
    return head, await process.stdout.readexactly(head["length"])
