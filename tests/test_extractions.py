"""Tests of `kg.extractions`: what is kept is what was extracted, and nothing else is believed."""

from __future__ import annotations

import pickle
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import pytest
from spacy.language import Language

import kg.extractions
from kg.extractions import extract_new
from kg.pipeline import extract
from kg.records import Extraction, Paper

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


class Evil:
    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return pytest.fail, ("this was run",)


@pytest.mark.parametrize("value", [b"nothing", zlib.compress(b"nothing"), zlib.compress(pickle.dumps(Evil()))])
def test_extractions_that_are_none_are_neither_run_nor_believed(
    value: bytes, keep: Keep, tmp_path: Path, nlp: Language
) -> None:
    keep(PAPERS)
    with sqlite3.connect(kept(tmp_path)) as file:
        file.execute("UPDATE extraction SET value = ?", (value,))
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
