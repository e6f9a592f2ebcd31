"""Extractions kept from earlier builds: a build extracts what is new alone, and one that was killed goes on.

They lie in an SQLite file in the user's cache folder, each under a hash of the paper's text and with a checksum, for
one version of the program: of its modules, its weights, the ontology and the libraries it computes with. Whatever is
wrong with the file, the papers are extracted anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import pickle
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import is_dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeAlias

from kg import records
from kg.files import content_digest, ontology_folder
from kg.kept import cache_folder
from kg.records import Extraction, Paper

Extract: TypeAlias = Callable[[Iterable[Paper]], Iterable[Extraction]]
# how many are written at a time
BATCH = 64
# bytes before each one that tell whether it is as it was written
CHECKSUM = 8
NOBODY = Paper(title="", abstract="")


class _Records(pickle.Unpickler):
    """Makes nothing but the records of the program, whatever a file says."""

    def find_class(self, module: str, name: str) -> Any:
        found = getattr(records, name, None) if module == records.__name__ else None
        # not what that module imports
        if not is_dataclass(found):
            raise pickle.UnpicklingError(f"{module}.{name} is none of ours")
        return found


def extract_new(papers: Iterable[Paper], extract: Extract, *, model: bool) -> Iterator[Extraction]:
    """Yield the extraction of each of `papers`, in order: the kept one, or what `extract` gives, which is then kept.

    `papers` are gone through twice, side by side: by `extract`, for those that are new, and here.
    """
    folder = cache_folder()
    try:
        if folder is None:
            raise OSError("there is no folder to keep anything in")
        folder.mkdir(parents=True, exist_ok=True)
        file, known = _open(folder / f"extractions-{'model' if model else 'rules'}.sqlite", program_digest())
    except (OSError, sqlite3.Error):
        yield from extract(papers)
        return
    with contextlib.closing(file):
        made = iter(extract(paper for paper in papers if _key(paper) not in known))
        batch: list[tuple[bytes, bytes]] = []
        for paper in papers:
            if (key := _key(paper)) in known:
                yield replace(_kept(file, key) or next(iter(extract([paper]))), paper=paper)
                continue
            extraction = next(made)
            packed = zlib.compress(pickle.dumps(replace(extraction, paper=NOBODY), protocol=5), 1)
            batch.append((key, _checksum(key, packed) + packed))
            if len(batch) == BATCH:
                _keep(file, batch)
            yield extraction
        _keep(file, batch)


def _key(paper: Paper) -> bytes:
    """Return what stands for the text of `paper`."""
    return hashlib.sha256(paper.text.encode("utf-8", "surrogatepass")).digest()


def program_digest() -> str:
    """Return what stands for all that an extraction depends on beside the paper."""
    here = Path(__file__).parent
    others = " ".join(f"{name} {version(name)}" for name in ("numpy", "spacy"))
    # the ontology lies elsewhere in a checkout than in a package, of the same program
    folders = (here.rglob("*.py"), (here / "weights").iterdir(), ontology_folder().rglob("*.t*"))
    return content_digest([path for found in folders for path in sorted(found)], others)


def _open(path: Path, program: str) -> tuple[sqlite3.Connection, frozenset[bytes]]:
    """Return the file at `path` for this `program` and its keys, none where it is of another program or damaged."""
    try:
        return _prepared(path, program)
    except sqlite3.OperationalError:  # somebody else is writing, or nobody may
        raise
    except sqlite3.DatabaseError:
        path.unlink(missing_ok=True)
        return _prepared(path, program)


def _prepared(path: Path, program: str) -> tuple[sqlite3.Connection, frozenset[bytes]]:
    file = sqlite3.connect(path, timeout=5)
    file.text_factory = bytes  # a text that is none is damaged, not an error
    try:
        file.execute("PRAGMA synchronous = OFF")  # a file that a crash of the machine breaks is made anew
        file.execute("CREATE TABLE IF NOT EXISTS program (version TEXT PRIMARY KEY)")
        file.execute("CREATE TABLE IF NOT EXISTS extraction (key BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID")
        if file.execute("SELECT version FROM program").fetchall() != [(program.encode(),)]:
            file.execute("DELETE FROM extraction")
            file.execute("DELETE FROM program")
            file.execute("INSERT INTO program VALUES (?)", (program,))
            file.commit()
            file.execute("VACUUM")
        return file, frozenset(key for (key,) in file.execute("SELECT key FROM extraction"))
    except sqlite3.Error:
        file.close()
        raise


def _checksum(key: bytes, packed: bytes) -> bytes:
    return hashlib.blake2b(key + packed, digest_size=CHECKSUM).digest()


def _kept(file: sqlite3.Connection, key: bytes) -> Extraction | None:
    """Return the extraction under `key`, nothing where it cannot be read."""
    try:
        [(value,)] = file.execute("SELECT value FROM extraction WHERE key = ?", (key,))
        checksum, packed = value[:CHECKSUM], value[CHECKSUM:]
        found = _Records(io.BytesIO(zlib.decompress(packed))).load() if checksum == _checksum(key, packed) else None
    except (sqlite3.Error, zlib.error, pickle.UnpicklingError, ValueError, EOFError, AttributeError, TypeError):
        return None
    return found if isinstance(found, Extraction) else None


def _keep(file: sqlite3.Connection, batch: list[tuple[bytes, bytes]]) -> None:
    """Write `batch` and empty it; what cannot be written is not kept."""
    with contextlib.suppress(sqlite3.Error), file:
        file.executemany("INSERT OR REPLACE INTO extraction VALUES (?, ?)", batch)
    batch.clear()
