"""The vocabulary that is kept is the one that is read, whatever becomes of the files."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.files import ontology_folder
from kg.kept import cache_folder, open_vocabulary, pack_vocabulary, unpack_vocabulary
from kg.vocabulary import Vocabulary

CONCEPT = """<https://w3id.org/mlkg/model/{name}> a <https://w3id.org/mlkg/ontology#Model> ;
    <http://www.w3.org/2004/02/skos/core#prefLabel> "{label}" .
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("kg.kept.SMALL", 1)
    (tmp_path / "vocabulary").mkdir()
    write(tmp_path / "vocabulary", "Foo net")
    return tmp_path / "vocabulary"


def write(folder: Path, label: str) -> None:
    (folder / "models.ttl").write_text(CONCEPT.format(name="foo", label=label), encoding="utf-8")


def kept() -> list[Path]:
    cache = cache_folder()
    return sorted(cache.iterdir()) if cache and cache.exists() else []


def test_kept_vocabulary_that_came_along_is_the_same(vocabulary: Vocabulary) -> None:
    again = unpack_vocabulary(pack_vocabulary(vocabulary))
    assert again == vocabulary
    assert list(again.labels) == list(vocabulary.labels)


def test_kept_vocabulary_is_used(folder: Path) -> None:
    first = open_vocabulary(folder)
    [file] = kept()
    file.write_text(file.read_text(encoding="utf-8").replace("Foo net", "Bar net"), encoding="utf-8")
    assert first.concepts["model/foo"].label == "Foo net"
    assert open_vocabulary(folder).concepts["model/foo"].label == "Bar net"


def test_kept_vocabulary_follows_its_files(folder: Path) -> None:
    open_vocabulary(folder)
    before = kept()
    write(folder, "Baz net")
    assert open_vocabulary(folder).concepts["model/foo"].label == "Baz net"
    assert len(kept()) == 1
    assert kept() != before


def test_kept_vocabulary_half_written_by_a_killed_run_is_removed(folder: Path) -> None:
    cache = cache_folder()
    assert cache
    cache.mkdir(parents=True)
    (cache / ".vocabulary-0123456789abcdef.json-999999999").write_text("{", encoding="utf-8")
    open_vocabulary(folder)
    assert [path.name[0] for path in kept()] == ["v"]


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"concepts": [[1]], "labels": [], "lengths": {}}', "\udcff"])
def test_kept_vocabulary_that_is_broken_is_made_anew(folder: Path, content: str) -> None:
    whole = open_vocabulary(folder)
    [file] = kept()
    good = file.read_bytes()
    file.write_bytes(content.encode("utf-8", "surrogateescape"))
    assert open_vocabulary(folder) == whole
    assert file.read_bytes() == good


def test_kept_vocabulary_is_read_where_nothing_can_be_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "file"))
    assert open_vocabulary(folder).named("foo nets")


def test_kept_vocabulary_is_for_large_ones(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.kept.SMALL", 2**18)
    open_vocabulary(folder)
    assert not kept()
    assert sum(p.stat().st_size for p in (ontology_folder() / "vocabulary").glob("*.ttl")) > 2**18


def test_kept_vocabulary_needs_no_home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr("os.path.expanduser", lambda path: path)
    assert cache_folder() is None
    assert open_vocabulary(folder).named("Foo net")
