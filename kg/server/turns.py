"""Whose turn it is: idle workers go to those who wait, the oldest first.

What is known to be quick may take any worker. Free queries never take the last one, so that the quick ones go on while
they are slow; one that may not go yet is passed by, and keeps its place.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class Waiting(Generic[T]):
    """One who waits for a worker."""

    quick: bool
    turn: asyncio.Future[T]


@dataclass(slots=True, eq=False)
class Turns(Generic[T]):
    """The `idle` workers, those who wait for one, and how many of the `most` free queries go."""

    most: int
    going: int = 0
    idle: list[T] = field(default_factory=list)
    queue: list[Waiting[T]] = field(default_factory=list)

    def give(self, worker: T) -> None:
        """Let `worker` be idle, or go to one who waits."""
        self.idle.append(worker)
        self._assign()

    def leave(self, *, quick: bool) -> None:
        """End what `take` began, before the worker is given back, lest another one is passed by."""
        self.going -= not quick
        self._assign()

    async def take(self, *, quick: bool) -> T:
        """Wait for a worker; a free query counts as going from here on, until it leaves."""
        waiting = Waiting(quick, asyncio.get_running_loop().create_future())
        self.queue.append(waiting)
        self._assign()
        try:
            worker: T = await waiting.turn
        except asyncio.CancelledError:
            if waiting in self.queue:
                self.queue.remove(waiting)
            elif waiting.turn.done() and not waiting.turn.cancelled():  # it came just too late
                self.leave(quick=quick)
                self.give(waiting.turn.result())
            raise
        else:
            return worker

    def _assign(self) -> None:
        for waiting in list(self.queue):
            if not self.idle:
                return
            if waiting.turn.done() or not (waiting.quick or self.going < self.most):
                continue
            self.queue.remove(waiting)
            self.going += not waiting.quick
            waiting.turn.set_result(self.idle.pop())
