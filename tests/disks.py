"""Disks that are full and folders that nobody may write to, for a system that lets the tests have them."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest


@contextlib.contextmanager
def small_disk(place: Path, size: int) -> Iterator[Path]:
    """Make the folder `place` a disk of `size` bytes."""
    place.mkdir(exist_ok=True)
    with _mounted(place, "-t", "tmpfs", "-o", f"size={size}", "tmpfs"):
        yield place


@contextlib.contextmanager
def read_only(place: Path) -> Iterator[Path]:
    """Let nobody write to the folder `place`, root neither."""
    with _mounted(place, "--bind", str(place)):
        made = subprocess.run(["mount", "-o", "remount,bind,ro", place], capture_output=True, text=True)
        if made.returncode:
            pytest.skip(f"no folder can be made read-only here: {made.stderr.strip()}")
        yield place


@contextlib.contextmanager
def immutable(path: Path) -> Iterator[Path]:
    """Let nobody replace or remove the file `path`, root neither."""
    if shutil.which("chattr") is None or subprocess.run(["chattr", "+i", path], capture_output=True).returncode:
        pytest.skip("no file can be made immutable here: chattr +i needs root and a file system that knows it")
    try:
        yield path
    finally:
        subprocess.run(["chattr", "-i", path], check=True)


@contextlib.contextmanager
def _mounted(place: Path, *how: str) -> Iterator[None]:
    if shutil.which("mount") is None:
        pytest.skip("nothing can be mounted here")
    made = subprocess.run(["mount", *how, place], capture_output=True, text=True)
    if made.returncode:
        pytest.skip(f"nothing can be mounted here: {made.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", place], check=True)
