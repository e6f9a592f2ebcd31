"""The Turtle export in a store of Oxigraph, parsed once and kept beside the file.

What is kept lies in a hidden folder that is named for the file's content and the release of Oxigraph, so that it
never answers for another file. It is written under another name and moved to its place whole. Where the folder of the
Turtle file cannot be written, the store is in memory and is parsed anew each time.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import InputError
from kg.files import content_digest, remove_leftovers
from kg.sparql import PREFIX, read_prefixes
from kg.together import settle

if TYPE_CHECKING:
    import pyoxigraph

# a smaller file is parsed faster than its store is made, in bytes
SMALL = 2**20


def open_store(path: Path) -> pyoxigraph.Store:
    """Return the Turtle file `path` in a store, for reading.

    Raises:
        InputError: the file does not exist or is no Turtle.
    """
    import pyoxigraph

    settle(path.parent)
    if path.is_dir():
        raise InputError(f"{path}: a folder; give the Turtle file in it, such as {path / 'graph.ttl'}")
    if not path.is_file():
        raise InputError(f"{path}: no such file; build the graph first: kg build")
    try:
        if path.stat().st_size < SMALL:
            return _loaded(path, pyoxigraph.Store())
        return _opened(kept_store(path)) or _loaded(path, pyoxigraph.Store())
    except (SyntaxError, ValueError) as e:
        if path.suffix == ".gz":
            raise InputError(f"{path}: packed; give the Turtle file, graph.ttl") from e
        raise InputError(f"{path}: not valid Turtle: {e}") from e
    except OSError as e:
        if not os.access(path, os.R_OK):
            raise InputError(f"{path}: cannot be read: {e.strerror or e}") from e
        return _loaded(path, pyoxigraph.Store())


def file_prefixes(path: Path) -> dict[str, str]:
    """Return the prefixes at the top of the Turtle file `path`: they say what its nodes begin with."""
    found = {}
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            match = PREFIX.match(line)
            if match is None:
                break
            found[match[1]] = match[2]
    return found


def known_prefixes(path: Path) -> dict[str, str]:
    """Return the prefixes that queries on the Turtle file `path` know: its own before those of the ontology."""
    return {**read_prefixes(), **file_prefixes(path)}


def kept_store(path: Path) -> Path:
    """Return the folder with the store of the Turtle file `path`, made where it is not there yet.

    Raises:
        SyntaxError, ValueError: the file is no Turtle.
        OSError: the folder cannot be written.
    """
    import pyoxigraph

    digest = content_digest([path], pyoxigraph.__version__)
    folder = path.parent / f".{path.name}.store-{digest}"
    if folder.is_dir():
        return folder
    staging = path.parent / f".{path.name}.part-{os.getpid()}"
    try:
        store = _loaded(path, pyoxigraph.Store(str(staging)))
        store.flush()
        del store  # closes its files
        if content_digest([path], pyoxigraph.__version__) != digest:
            raise OSError("the file was replaced while it was read")
        with contextlib.suppress(OSError):  # another process was faster
            staging.rename(folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    remove_leftovers(path.parent, f".{path.name}.part-*")
    for former in path.parent.glob(f".{path.name}.store-*"):
        if former != folder:
            shutil.rmtree(former, ignore_errors=True)
    return folder


def _opened(folder: Path) -> pyoxigraph.Store | None:
    """Return the store in `folder`, or remove it where it is damaged."""
    import pyoxigraph

    try:
        return pyoxigraph.Store.read_only(str(folder))
    except (RuntimeError, OSError):
        shutil.rmtree(folder, ignore_errors=True)
        return None


def _loaded(path: Path, store: pyoxigraph.Store) -> pyoxigraph.Store:
    import pyoxigraph

    store.bulk_load(path=str(path), format=pyoxigraph.RdfFormat.TURTLE)
    return store
