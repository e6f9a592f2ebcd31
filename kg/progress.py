"""Progress: how those who run a long stage watch it go by.

A stage that goes through many things lets a `Progress` pass them on and tell of it; by default `unseen`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

T = TypeVar("T")


class Progress(Protocol):
    """Yields `items` one by one and shows how far they are, as `what`, of `total` where it is known."""

    def __call__(self, items: Iterable[T], what: str, total: int | None = None) -> Iterable[T]:
        """Return `items`."""


def unseen(items: Iterable[T], what: str, total: int | None = None) -> Iterable[T]:  # noqa: ARG001 - shows nothing
    """Return `items`, and show nothing."""
    return items
