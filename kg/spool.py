"""Rows on disk, read back in the order of their keys: an external sort, for what may not fit in memory.

The rows lie in a private temporary database of SQLite (https://www.sqlite.org/inmemorydb.html#temp_db), which is in
memory while it is small and vanishes with the process, however that ends. It goes to the folder that ``SQLITE_TMPDIR``
or ``TMPDIR`` names, by default ``/var/tmp``.
"""

from __future__ import annotations

import pickle
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby, islice
from typing import Generic, TypeVar

from kg.errors import OutputError

T = TypeVar("T")
# rows that are written at a time
BATCH = 1000


class Spool(Generic[T]):
    """Rows of a key and a value; iteration gives the values by key (code points), those of one key as they came."""

    def __init__(self) -> None:
        self._file = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._file.execute("PRAGMA journal_mode = OFF")
        self._file.execute("PRAGMA cache_size = -8000")
        self._file.execute("CREATE TABLE line (key TEXT, value BLOB)")
        self._count = 0

    def add(self, rows: Iterable[tuple[str, T]]) -> None:
        """Add `rows`.

        Raises:
            OutputError: there is no room on the disk.
        """
        packed = ((key, pickle.dumps(value, protocol=5)) for key, value in rows)
        while batch := list(islice(packed, BATCH)):
            with _on_disk():
                self._file.execute("BEGIN")
                self._file.executemany("INSERT INTO line VALUES (?, ?)", batch)
                self._file.execute("COMMIT")
            self._count += len(batch)

    def items(self) -> Iterator[tuple[str, T]]:
        """Yield the rows by key.

        Raises:
            OutputError: there is no room on the disk to sort them.
        """
        with _on_disk():
            found = self._file.execute("SELECT key, value FROM line ORDER BY key, rowid")
        while True:
            with _on_disk():
                batch = found.fetchmany(BATCH)
            if not batch:
                return
            for key, value in batch:
                yield key, pickle.loads(value)

    def __iter__(self) -> Iterator[T]:
        """Yield the values by key."""
        return (value for _, value in self.items())

    def __len__(self) -> int:
        """Return how many rows there are."""
        return self._count


def united(spool: Spool[T], unite: Callable[[list[T]], T]) -> Iterator[T]:
    """Yield of the rows of each key the only one, or what `unite` makes of them."""
    for _, same in groupby(spool.items(), key=lambda row: row[0]):
        values = [value for _, value in same]
        yield values[0] if len(values) == 1 else unite(values)


@contextmanager
def _on_disk() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as e:
        raise OutputError(
            f"the working files cannot be written: {e}; make room, or name another folder in SQLITE_TMPDIR"
        ) from e
