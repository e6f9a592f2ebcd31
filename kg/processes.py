"""Processes that work beside this one, forked from it, and end when it ends, however it does."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import ParamSpec, Protocol, TypeVar

from kg.errors import KGError

P = ParamSpec("P")
T = TypeVar("T")
# a forked process has already what this one has read; elsewhere it would have to be made anew
CAN_FORK = sys.platform == "linux"
# seconds between two looks for the process that it works for
WATCH = 1.0


class Submit(Protocol):
    """Has one of the processes do something."""

    def __call__(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Return the future result of `work`."""


@contextmanager
def processes_beside(count: int, prepare: Callable[..., object] | None = None, *arguments: object) -> Iterator[Submit]:
    """Start up to `count` processes when they are needed, each with a call of `prepare`; give what has them work.

    Raises:
        KGError: one was killed, as it is where there is not enough memory.
    """
    context = multiprocessing.get_context("fork")
    pool = ProcessPoolExecutor(
        count, mp_context=context, initializer=_begin, initargs=(os.getpid(), prepare, arguments)
    )

    def submit(work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        with warnings.catch_warnings():
            # Python warns of forking beside threads; the processes touch nothing that a thread may hold
            warnings.simplefilter("ignore", DeprecationWarning)
            return pool.submit(work, *args, **kwargs)

    try:
        yield submit
    except BrokenExecutor as e:
        raise KGError(
            "a process was killed, perhaps for want of memory; build again with fewer --workers: "
            "what was extracted is kept"
        ) from e
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(parent: int, prepare: Callable[..., object] | None, arguments: tuple[object, ...]) -> None:
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    if prepare is not None:
        prepare(*arguments)


def _end_with(parent: int) -> None:
    """End this process once `parent` is gone: killed, it could not tell."""
    while os.getppid() == parent:
        time.sleep(WATCH)
    os._exit(1)
