"""Overrides by hand: what is one, what is not, and mistakes in the file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kg.errors import OntologyError
from kg.files import ontology_folder
from kg.overrides import Overrides, read_overrides
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
    ],
)
def test_overrides_mistakes_are_named_in_one_line(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "resolution.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(OntologyError, match=said) as error:
        read_overrides(path)
    assert "\n" not in str(error.value)
    assert read_overrides(tmp_path / "none.toml") == Overrides()
