"""Tests of `kg.graphml`: what is written can be read back, whatever the texts hold."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.graph import Graph, build_graph
from kg.graphml import read_graphml, write_graphml
from kg.records import Claim, Entity, Evidence, Paper, Resolution


def small_graph(title: str = "Foo", quote: str = "We use bar.", aliases: tuple[str, ...] = ("F", "G")) -> Graph:
    """Return a graph with two relations between the same nodes and an edge without a claim."""
    piece = Evidence(id="evidence/1", paper="paper/p", start=0, end=3, surface="Foo", quote=quote, rule="hand")
    return build_graph(
        Resolution(
            papers=(("paper/p", Paper(title=title, abstract="We use bar.", pages=("a.txt", "b.txt"), date="2024-05")),),
            entities=(
                Entity(id="model/bar", type="Model", label="bar"),
                Entity(id="model/foo", type="Model", label="Foo", aliases=aliases, broader=("model/bar",)),
            ),
            claims=tuple(
                Claim(
                    id=f"claim/{predicate}",
                    subject="paper/p",
                    predicate=predicate,
                    object="model/foo",
                    confidence=confidence,
                    evidence=(piece,),
                )
                for predicate, confidence in (("improvesOn", 0.25), ("uses", 0.9))
            ),
            outcomes=(),
        )
    )


def test_graphml_gives_back_ids_keys_and_attributes(tmp_path: Path) -> None:
    write_graphml(small_graph(), tmp_path / "graph.graphml")
    back = read_graphml(tmp_path / "graph.graphml")
    assert {node: back.nodes[node] for node in back} == {
        "paper/p": {"label": "Foo", "type": "Paper", "pages": "a.txt|b.txt", "year": 2024},
        "model/bar": {"label": "bar", "type": "Model", "aliases": ""},
        "model/foo": {"label": "Foo", "type": "Model", "aliases": "F|G"},
    }
    assert {(s, t, key): data for s, t, key, data in back.edges(keys=True, data=True)} == {
        ("paper/p", "model/foo", "improvesOn"): {
            "relation": "improvesOn",
            "confidence": 0.25,
            "quote": "We use bar.",
        },
        ("paper/p", "model/foo", "uses"): {"relation": "uses", "confidence": 0.9, "quote": "We use bar."},
        ("model/foo", "model/bar", "broader"): {"relation": "broader"},
    }
    assert back.is_directed()
    assert back.is_multigraph()


@pytest.mark.parametrize(
    "text",
    [
        'say "hi" & <b>bye</b>',
        "]]></data></script>",
        "naïve — 注意 🚀",
        "back\\slash",
        "line\nbreak\ttab",
        "  spaces  ",
    ],
)
def test_graphml_gives_back_hostile_text(text: str, tmp_path: Path) -> None:
    write_graphml(small_graph(title=text, quote=text, aliases=(text,)), tmp_path / "graph.graphml")
    back = read_graphml(tmp_path / "graph.graphml")
    assert back.nodes["paper/p"]["label"] == text
    assert back.nodes["model/foo"]["aliases"] == text
    assert back.edges["paper/p", "model/foo", "uses"]["quote"] == text


@given(text=st.text())
def test_graphml_is_well_formed_whatever_the_text(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("graphml") / "graph.graphml"
    write_graphml(small_graph(title=text, quote=text), path)
    assert "paper/p" in read_graphml(path)


def test_graphml_marks_characters_that_xml_cannot_hold(tmp_path: Path) -> None:
    write_graphml(small_graph(title="a\x00b\x1bc"), tmp_path / "graph.graphml")
    assert read_graphml(tmp_path / "graph.graphml").nodes["paper/p"]["label"] == "a�b�c"


def test_graphml_declares_types_for_other_programs(tmp_path: Path) -> None:
    write_graphml(small_graph(), tmp_path / "graph.graphml")
    root = ET.parse(tmp_path / "graph.graphml").getroot()
    declared = {(e.get("for"), e.get("attr.name")): e.get("attr.type") for e in root if e.tag.endswith("key")}
    assert declared == {
        ("node", "label"): "string",
        ("node", "type"): "string",
        ("node", "pages"): "string",
        ("node", "year"): "long",
        ("node", "aliases"): "string",
        ("edge", "relation"): "string",
        ("edge", "confidence"): "double",
        ("edge", "quote"): "string",
    }


def test_graphml_is_the_same_each_time(tmp_path: Path) -> None:
    write_graphml(small_graph(), tmp_path / "a")
    write_graphml(small_graph(), tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
