"""Where the ontology lies, and files that appear whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from kg.errors import OntologyError, OutputError


def ontology_folder() -> Path:
    """Return the folder of the ontology that came with the program.

    In an installed package it lies beside the modules, in a checkout at the top.

    Raises:
        OntologyError: the folder is in neither of its two places.
    """
    here = Path(__file__).resolve().parent
    for folder in (here / "ontology", here.parent / "ontology"):
        if (folder / "kg.ttl").is_file():
            return folder
    raise OntologyError(f"{here}: the ontology is missing from this installation; install the package again")


def content_digest(paths: Iterable[Path], also: str = "") -> str:
    """Return 16 hexadecimal digits that stand for the names and contents of `paths`, and for what is `also` told apart.

    Raises:
        OSError: one of them cannot be read.
    """
    found = hashlib.sha256(also.encode())
    for path in paths:
        with path.open("rb") as file:
            found.update(f"{path.name}\0{os.fstat(file.fileno()).st_size}\0".encode())
            hashlib.file_digest(file, lambda: found)
    return found.hexdigest()[:16]


@contextlib.contextmanager
def write_whole(path: Path) -> Iterator[BinaryIO]:
    """Open a new file in the folder of `path` that takes its place once all is written.

    Whatever goes wrong, the former file stays and nothing else is left behind.

    Raises:
        OutputError: the folder or the file cannot be written.
    """
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except OSError as e:
        raise OutputError(f"{path}: cannot be written: {e.strerror or e}; choose another folder with -o") from e
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def remove_leftovers(folder: Path, pattern: str) -> None:
    """Remove the folders in `folder` that match `pattern` and whose process is gone, the first number in their name."""
    for left in folder.glob(pattern):
        process = re.search(r"-(\d+)(?:-|$)", left.name)
        if process is None or not _is_running(int(process[1])):
            shutil.rmtree(left, ignore_errors=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
