"""Overrides by hand: what is one, what is not, and mistakes in the file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kg.errors import OntologyError
from kg.files import ontology_folder
from kg.overrides import Overrides, check_overrides, read_overrides
from kg.records import Extraction
from kg.resolution import resolve
from kg.vocabulary import Vocabulary

Extract = Callable[[str, str], Extraction]


def objects(extraction: Extraction, vocabulary: Vocabulary, overrides: Overrides) -> set[str]:
    return {c.object for c in resolve([extraction], vocabulary, overrides).claims}


def test_overrides_make_two_nodes_one(extract_text: Extract, vocabulary: Vocabulary) -> None:
    extraction = extract_text("Notes", "We propose FooQuant and BarQuant, which outperforms GPTQ by 2x.")
    overrides = Overrides(same={"technique/barquant": "technique/fooquant"})
    assert {"technique/fooquant", "technique/barquant"} <= objects(extraction, vocabulary, Overrides())
    assert "technique/barquant" not in objects(extraction, vocabulary, overrides)
    resolution = resolve([extraction], vocabulary, overrides)
    assert {o.subject for o in resolution.outcomes} <= {e.id for e in resolution.entities} | {resolution.papers[0][0]}


def test_overrides_keep_a_name_from_a_node(extract_text: Extract, vocabulary: Vocabulary) -> None:
    extraction = extract_text("Notes", "Sensors send data over LoRa radio.")
    overrides = read_overrides(ontology_folder() / "resolution.toml")
    assert "technique/low-rank-adaptation" in objects(extraction, vocabulary, Overrides())
    assert "technique/low-rank-adaptation" not in objects(extraction, vocabulary, overrides)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("same = [", "not valid TOML"),
        ('same = [["model/bert"]]', "two node ids or more"),
        ('same = [["BERT", "model/bert"]]', "two node ids or more"),
        ('same = [["model/a", "model/b"], ["model/b", "model/c"]]', "model/b stays in one entry and goes in another"),
        ('apart = [["LoRa"]]', "a name and a node id"),
        ('apart = [[" ", "model/bert"]]', "a name and a node id"),
        ("same = 5", "same should be a list of lists, not 5"),
        ('[apart]\nLoRa = "model/bert"', "apart should be a list of lists"),
        ('smae = [["model/a", "model/b"]]', "unknown entry 'smae'; known are same and apart"),
        ('same = [["model/a", "dataset/b"]]', "model/a and dataset/b are of two types"),
        ('same = [["model/a", "model/c"], ["model/b", "model/c"]]', "model/c becomes model/a and model/b"),
        (f"same = {'[' * 3000}", "not valid TOML"),
        (f"same = {'9' * 5000}", "not valid TOML"),
    ],
)
def test_overrides_mistakes_are_named_in_one_line(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "resolution.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(OntologyError, match=said) as error:
        read_overrides(path)
    assert str(error.value).startswith(f"{path}: ")
    assert str(error.value).isprintable()
    assert read_overrides(tmp_path / "none.toml") == Overrides()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('same = [["technique/flash-atention", "technique/fa"]]', "did you mean technique/flashattention?"),
        (
            'same = [["technique/coined", "technique/flashattention"]]',
            "knows technique/flashattention and not technique/coined",
        ),
        ('apart = [["LoRa", "technique/low-rank-adaption"]]', "did you mean technique/low-rank-adaptation?"),
    ],
)
def test_overrides_of_mistyped_nodes_are_refused(text: str, said: str, tmp_path: Path, vocabulary: Vocabulary) -> None:
    path = tmp_path / "resolution.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(OntologyError) as error:
        check_overrides(read_overrides(path), vocabulary, path)
    assert str(error.value).startswith(f"{path}: ")
    assert said in str(error.value)


@pytest.mark.parametrize(
    "text",
    [
        'same = [["technique/flashattention-2", "technique/fa2"]]',
        'same = [["technique/flashattention-9", "technique/fa9"]]',
        'same = [["model/coined-by-a-paper", "model/cbap"]]',
        'apart = [["CoinedByAPaper", "model/coined-by-a-paper"]]',
    ],
)
def test_overrides_may_name_what_papers_coin(text: str, tmp_path: Path, vocabulary: Vocabulary) -> None:
    path = tmp_path / "resolution.toml"
    path.write_text(text, encoding="utf-8")
    check_overrides(read_overrides(path), vocabulary, path)


def test_overrides_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "resolution.toml").mkdir()
    with pytest.raises(OntologyError, match="cannot be read: Is a directory"):
        read_overrides(tmp_path / "resolution.toml")
