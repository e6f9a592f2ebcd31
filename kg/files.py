"""Where the ontology lies, and files that appear whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import glob
import hashlib
import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from kg.errors import OntologyError, OutputError

# folder for files that take their places together (`kg.together`) while they are written
STAGING = ".build-"
# what a file system says that can do no such thing with a folder
CANNOT = (errno.EINVAL, errno.EBADF, errno.ENOTSUP, errno.ENOLCK)


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


@contextlib.contextmanager
def reading_weights(path: Path) -> Iterator[None]:
    """Say what to do where the trained weights that are read from `path` are missing or broken.

    Raises:
        OntologyError: what is done meanwhile fails as it does then.
    """
    try:
        yield
    except (OSError, EOFError, ValueError, KeyError, TypeError, IndexError, zipfile.BadZipFile) as e:
        raise OntologyError(f"{path}: the trained weights cannot be read ({e!r}); train them with: kg train") from e


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
    """Open a new file in the folder of `path` that takes its place once all is written and on the disk.

    Whatever goes wrong, the former file stays and nothing else is left behind, by a killed process until the next.

    Raises:
        OutputError: the folder or the file cannot be written.
    """
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        remove_leftovers(path.parent, f".{glob.escape(path.name)}.new-*")
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.new-{os.getpid()}-", dir=path.parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            temporary.chmod(0o666 & ~_umask())
            os.fsync(file.fileno())
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError as e:
        raise not_written(_place(path), e) from e
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Have the disk know which files are in `folder`, where the system can do that.

    Raises:
        OSError: the disk fails.
    """
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as e:
        if e.errno not in CANNOT:
            raise
    finally:
        os.close(handle)


def _place(path: Path) -> Path:
    """Return where a file that is written to `path` goes in the end."""
    return path.parent.parent / path.name if path.parent.name.startswith(STAGING) else path


def not_written(path: Path, error: OSError) -> OutputError:
    """Return the error that says why `path` is not written, and what to do."""
    full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    remedy = f"{'free some space or ' if full else ''}choose another folder with -o"
    return OutputError(f"{path}: cannot be written: {error.strerror or error}; {remedy}")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def remove_leftovers(folder: Path, pattern: str) -> None:
    """Remove what matches `pattern` in `folder` and whose process is gone, the last number in its name."""
    for left in folder.glob(pattern):
        numbers = re.findall(r"-(\d+)(?:-|$)", left.name)
        if not numbers or not _is_running(int(numbers[-1])):
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                with contextlib.suppress(OSError):
                    left.unlink()


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
