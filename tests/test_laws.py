"""The laws of the fuzzer hold of its own seeds, whole and cut, and a law that is broken is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.fuzz import guarded, place
from benchmarks.laws import TARGETS, hold
from kg.readers import FORMATS


def test_laws_are_there_for_every_format() -> None:
    assert set(FORMATS) <= set(TARGETS)


@pytest.mark.parametrize("name", [n for n in TARGETS if n != "model"])
def test_laws_hold_of_the_seeds(name: str) -> None:
    law, seeds = TARGETS[name]()
    assert seeds
    for seed in seeds[:6]:
        for text in (seed, seed[: len(seed) * 2 // 3], b"", seed[::-1]):
            law(text)


def test_laws_that_are_broken_are_told_once_for_each_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = guarded(lambda data: hold(data != b"bad", "is good", data), tmp_path)
    for data in (b"good", b"bad", b"bad"):
        run(data)
    [told] = capsys.readouterr().err.splitlines()
    assert told.startswith("FINDING tests/test_laws.py:")
    assert "is good" in told
    assert (tmp_path / "finding-1").read_bytes() == b"bad"
    assert place(AssertionError()) == "?"
