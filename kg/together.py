"""Files that take their places in a folder together, all of them or none.

No system moves several files at once. So those that belong together are written to a hidden folder, which is then
given the name `READY`: from that moment on they count as written, and are moved to their places one by one. Whoever
comes next, a build or a query, goes on where a killed process left off (`settle`). What stood there before is kept
until all are moved, and is put back where one of them cannot be (`UNDO`). A lock on the folder keeps two builds from
moving at once; it is gone with the process that holds it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from kg.files import CANNOT, STAGING, not_written, remove_leftovers, sync_folder

# folders beside the places: all is written and on its way there, or on its way back
READY, UNDO = ".exports-ready", ".exports-undo"
# in both: what stood in the places before, a folder for a place where nothing stood
FORMER = "former"


@contextlib.contextmanager
def write_together(folder: Path) -> Iterator[Path]:
    """Give an empty folder; the files that are written to it take their places in `folder`, all of them or none.

    Whatever goes wrong, the former files stay and nothing else is left behind, by a killed process until the next.

    Raises:
        OutputError: a file cannot be written or moved to its place.
    """
    staging: Path | None = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _locked(folder):
            _settle(folder)
        remove_leftovers(folder, f"{STAGING}*")
        staging = Path(tempfile.mkdtemp(prefix=f"{STAGING}{os.getpid()}-", dir=folder))
        yield staging
        with _locked(folder):
            _settle(folder)
            _keep_former(staging, folder)
            sync_folder(staging)
            staging.rename(folder / READY)
            _settle(folder)
    except OSError as e:
        raise not_written(folder, e) from e
    finally:
        if staging is not None:
            shutil.rmtree(staging, ignore_errors=True)


def settle(folder: Path) -> None:
    """Finish what a killed process began to move to its places in `folder`, if that can be done now."""
    if (folder / READY).is_dir() or (folder / UNDO).is_dir():
        with contextlib.suppress(OSError), _locked(folder, wait=False):
            _settle(folder)


def _settle(folder: Path) -> None:
    if (folder / UNDO).is_dir():
        _take_back(folder)
    if (folder / READY).is_dir():
        try:
            _move(folder)
        except OSError:
            (folder / READY).rename(folder / UNDO)
            _take_back(folder)
            raise


def _move(folder: Path) -> None:
    ready = folder / READY
    for path in sorted(ready.iterdir()):
        if path.name != FORMER:
            path.replace(folder / path.name)
    sync_folder(folder)
    shutil.rmtree(ready, ignore_errors=True)


def _take_back(folder: Path) -> None:
    undo = folder / UNDO
    for kept in sorted((undo / FORMER).glob("*")):
        if (undo / kept.name).exists():  # not moved yet
            continue
        if kept.is_dir():
            (folder / kept.name).unlink(missing_ok=True)
        else:
            kept.replace(folder / kept.name)
    sync_folder(folder)
    # in this order: what is left over, if this is cut off, is never taken for something to put back
    shutil.rmtree(undo / FORMER, ignore_errors=True)
    shutil.rmtree(undo, ignore_errors=True)


def _keep_former(staging: Path, folder: Path) -> None:
    """Keep in `staging` what the files there are going to replace: links, which take no space, or copies."""
    names = [path.name for path in staging.iterdir()]
    (staging / FORMER).mkdir()
    for name in names:
        place, kept = folder / name, staging / FORMER / name
        if not os.path.lexists(place):
            kept.mkdir()
            continue
        try:
            kept.hardlink_to(place)
        except OSError:
            shutil.copy2(place, kept, follow_symlinks=False)


@contextlib.contextmanager
def _locked(folder: Path, *, wait: bool = True) -> Iterator[None]:
    """Keep other processes from moving files in `folder`, where the system has locks on folders.

    Raises:
        OSError: the folder cannot be opened, or is locked and this shall not wait.
    """
    if os.name != "posix":
        yield
        return
    import fcntl

    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except OSError as e:
            if e.errno not in CANNOT:
                raise
        yield
    finally:
        os.close(handle)
