"""Whose turn it is."""

from __future__ import annotations

import asyncio

import pytest

from kg.server.protocol import Reply
from kg.server.recent import Recent
from kg.server.turns import Turns
from tests.apart import run_apart


async def settle() -> None:
    for _ in range(3):
        await asyncio.sleep(0)


def test_turns_go_to_the_oldest_that_may() -> None:
    async def run() -> list[str]:
        turns: Turns[str] = Turns(1)
        order: list[str] = []

        async def one(name: str, *, quick: bool) -> None:
            worker = await turns.take(quick=quick)
            order.append(name)
            await settle()
            turns.leave(quick=quick)
            turns.give(worker)

        async with asyncio.TaskGroup() as tasks:
            for name, quick in (("free 1", False), ("free 2", False), ("quick 1", True), ("quick 2", True)):
                tasks.create_task(one(name, quick=quick))
            await settle()
            turns.give("a")
            turns.give("b")
        assert sorted(turns.idle) == ["a", "b"]
        assert (turns.going, turns.queue) == (0, [])
        return order

    assert run_apart(run()) == ["free 1", "quick 1", "free 2", "quick 2"]


@pytest.mark.parametrize("late", [False, True])
def test_turns_lose_no_worker_when_one_gives_up(late: bool) -> None:
    async def run() -> None:
        turns: Turns[str] = Turns(1)
        waiting = asyncio.create_task(turns.take(quick=False))
        await settle()
        if late:
            turns.give("a")
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        if not late:
            turns.give("a")
        assert (turns.idle, turns.going, turns.queue) == (["a"], 0, [])

    run_apart(run())


def test_recent_answers_have_a_bound() -> None:
    recent = Recent(1000)
    for name in "abcdefghij":
        recent.keep(name, Reply(media="text/plain", body=bytes(120)))
        recent.get("a")
    assert recent.get("a")
    assert recent.get("b") is None
    assert recent.size == sum(len(r.body) for r in recent.replies.values()) <= 1000
    recent.keep("big", Reply(media="text/plain", body=bytes(126)))
    assert recent.get("big") is None
