"""Tests of `kg.extractions`: what is kept is what was extracted, and nothing else is believed."""

from __future__ import annotations

import pickle
import sqlite3
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from random import Random

import pytest
from spacy.language import Language

import kg.extractions
from kg.extractions import _checksum, extract_new
from kg.pipeline import extract
from kg.records import Extraction, Paper
from tests.disks import read_only, small_disk
from tests.stand_in import MANY, stand_in

ROOT = Path(kg.extractions.__file__).parent.parent

PAPERS = tuple(
    Paper(title=f"FooTune {i}: Tuning Made Cheap", abstract=f"We propose FooTune. It outperforms LoRA by {i}%.")
    for i in range(1, 5)
)
Keep = Callable[[Sequence[Paper]], list[Extraction]]


@pytest.fixture
def asked() -> list[int]:
    """Return the numbers of papers that were extracted, run by run."""
    return []


@pytest.fixture
def keep(nlp: Language, asked: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Keep:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    def run(papers: Iterable[Paper]) -> Iterator[Extraction]:
        if given := tuple(papers):
            asked.append(len(given))
        yield from extract(nlp, given)

    return lambda papers: list(extract_new(papers, run, model=False))


def kept(tmp_path: Path) -> Path:
    return tmp_path / "mlkg" / "extractions-rules.sqlite"


def test_extractions_are_kept_and_the_same(keep: Keep, asked: list[int], nlp: Language) -> None:
    expected = list(extract(nlp, PAPERS))
    assert keep(PAPERS[1:3]) == expected[1:3]
    assert keep(PAPERS) == expected
    assert keep(PAPERS[::-1]) == expected[::-1]
    assert asked == [2, 2]


def test_extractions_of_the_same_text_know_their_paper(keep: Keep) -> None:
    keep(PAPERS)
    [found] = keep([Paper(title=PAPERS[0].title, abstract=PAPERS[0].abstract, pages=("another",))])
    assert found.paper.pages == ("another",)


def test_extractions_of_a_killed_run_are_kept(
    keep: Keep, asked: list[int], nlp: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kg.extractions, "BATCH", 2)

    def killed(papers: Iterable[Paper]) -> Iterator[Extraction]:
        yield from extract(nlp, tuple(papers)[:3])
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(extract_new(PAPERS, killed, model=False))
    keep(PAPERS)
    assert asked == [2]


def test_extractions_of_another_program_are_not_believed(
    keep: Keep, asked: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(PAPERS)
    monkeypatch.setattr(kg.extractions, "program_digest", lambda: "another")
    keep(PAPERS)
    assert asked == [4, 4]


def test_extractions_in_a_damaged_file_are_made_anew(
    keep: Keep, asked: list[int], tmp_path: Path, nlp: Language
) -> None:
    keep(PAPERS)
    kept(tmp_path).write_bytes(b"damaged " * 1000)
    assert keep(PAPERS) == list(extract(nlp, PAPERS))
    assert asked == [4, 4]


def run(papers: Sequence[Paper] = MANY) -> list[Extraction]:
    return list(extract_new(papers, stand_in, model=False))


@pytest.mark.parametrize("damage", ["cut", "zeros", "noise", "bits"])
def test_extractions_damaged_anywhere_are_made_anew(
    damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(kg.extractions, "program_digest", lambda: "program")
    expected = list(stand_in(MANY))
    assert run() == expected
    good = kept(tmp_path).read_bytes()
    random = Random(damage)
    for _ in range(15):
        content, place = bytearray(good), random.randrange(len(good))
        if damage == "cut":
            del content[place:]
        elif damage == "zeros":
            start = place // 4096 * 4096
            content[start : start + 4096] = bytes(4096)
        elif damage == "noise":
            content[place : place + 512] = random.randbytes(len(content[place : place + 512]))
        else:
            for _ in range(50):
                content[random.randrange(len(good))] ^= 1 << random.randrange(8)
        kept(tmp_path).write_bytes(content)
        assert run() == expected
        assert run() == expected


KILLED = """
import sys
import kg.extractions
from tests.stand_in import MANY, stand_in

kg.extractions.program_digest, kg.extractions.BATCH = (lambda: "program"), 1
print("ready", flush=True)
while True:
    list(kg.extractions.extract_new(MANY, stand_in, model=False))
    kg.extractions.cache_folder().joinpath("extractions-rules.sqlite").unlink()
"""


def test_extractions_written_by_killed_runs_are_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(kg.extractions, "program_digest", lambda: "program")
    expected = list(stand_in(MANY))
    for wait in (0.01, 0.023, 0.047):
        with subprocess.Popen([sys.executable, "-c", KILLED], cwd=ROOT, stdout=subprocess.PIPE) as process:
            assert process.stdout
            process.stdout.readline()
            time.sleep(wait)
            process.kill()
        assert run() == expected


def test_extractions_on_a_full_disk_and_where_nobody_may_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "disk"))
    monkeypatch.setattr(kg.extractions, "program_digest", lambda: "program")
    expected = list(stand_in(MANY))
    for size in (4096, 32_768):
        with small_disk(tmp_path / "disk", size):
            assert run() == expected
            assert run() == expected
    assert run(MANY[:100]) == expected[:100]
    with read_only(tmp_path / "disk"):
        assert run() == expected


class Evil:
    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return pytest.fail, ("this was run",)


@pytest.mark.parametrize("value", [b"nothing", zlib.compress(b"nothing"), zlib.compress(pickle.dumps(Evil()))])
def test_extractions_that_are_none_are_neither_run_nor_believed(
    value: bytes, keep: Keep, tmp_path: Path, nlp: Language
) -> None:
    keep(PAPERS)
    with sqlite3.connect(kept(tmp_path)) as file:
        for (key,) in file.execute("SELECT key FROM extraction").fetchall():
            file.execute("UPDATE extraction SET value = ? WHERE key = ?", (_checksum(key, value) + value, key))
    file.close()
    assert keep(PAPERS) == list(extract(nlp, PAPERS))


def test_extractions_where_nothing_can_be_kept(
    keep: Keep, asked: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mlkg").write_text("a file where a folder is wanted", encoding="utf-8")
    keep(PAPERS)
    monkeypatch.setattr(kg.extractions, "cache_folder", lambda: None)
    keep(PAPERS)
    assert asked == [4, 4]
