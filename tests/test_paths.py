"""Tests of `kg.paths`, which is behind ``kg path``."""

from __future__ import annotations

import pyoxigraph
import pytest

from kg.errors import NotFoundError
from kg.node import find_node
from kg.paths import describe_path, find_paths
from kg.sparql import read_prefixes

CLAIMS = (
    ("paper:p", "introduces", "technique:loom", 0.9, "We present Loom."),
    ("paper:q", "uses", "technique:loom", 0.8, "We weave with Loom."),
    ("paper:q", "uses", "dataset:wool", 0.7, "We weave wool."),
    ("paper:r", "uses", "technique:loom", 0.6, "Loom is used."),
    ("paper:r", "comparesWith", "dataset:wool", 0.6, "Unlike wool."),
    ("technique:loom", "improvesOn", "technique:needle", 0.8, "Loom is 3x faster than the needle."),
)
LABELS = {
    "technique:loom": "Loom", "technique:needle": "needle", "dataset:wool": "Wool", "task:alone": "solitude",
    "technique:tool": "tool",
}  # fmt: skip


@pytest.fixture(scope="module")
def store() -> pyoxigraph.Store:
    lines = [f"@prefix {name}: <{iri}> ." for name, iri in read_prefixes().items()]
    lines += [f'{p} a kg:Paper ; dcterms:title "Paper {p[-1].upper()}" .' for p in ("paper:p", "paper:q", "paper:r")]
    for name, label in LABELS.items():
        lines.append(f'{name} a kg:{name.split(":")[0].capitalize()} ; skos:prefLabel "{label}" .')
    lines.append("technique:needle skos:broader technique:tool .")
    for i, (subject, relation, target, confidence, quote) in enumerate(CLAIMS):
        lines.append(f"{subject} kg:{relation} {target} .")
        lines.append(
            f"claim:{i} a kg:Claim ; rdf:subject {subject} ; rdf:predicate kg:{relation} ; rdf:object {target} ;"
            f' kg:confidence {confidence} ; kg:evidence evidence:{i} . evidence:{i} kg:quote "{quote}" ; kg:start {i} .'
        )
    lines.append('evidence:5 kg:aspect "speed" ; kg:value "3x" .')
    found = pyoxigraph.Store()
    found.load("\n".join(lines).encode(), format=pyoxigraph.RdfFormat.TURTLE)
    return found


def ways(store: pyoxigraph.Store, start: str, end: str, count: int = 3) -> list[list[str]]:
    ends = find_node(store, start), find_node(store, end)
    return [[iri.rsplit("/", 1)[-1] for iri in way] for way in find_paths(store, *ends, count=count)]


def test_paths_shortest_first_and_of_those_the_surer(store: pyoxigraph.Store) -> None:
    assert ways(store, "Loom", "Wool") == [["loom", "q", "wool"], ["loom", "r", "wool"]]
    assert ways(store, "Loom", "Wool", count=1) == [["loom", "q", "wool"]]


def test_paths_go_along_edges_in_either_direction(store: pyoxigraph.Store) -> None:
    assert ways(store, "Paper P", "Wool", count=1) == [["p", "loom", "q", "wool"]]
    assert ways(store, "tool", "Loom") == [["tool", "needle", "loom"]]


def test_paths_say_each_step_with_its_evidence(store: pyoxigraph.Store) -> None:
    [way] = find_paths(store, find_node(store, "Paper P"), find_node(store, "tool"), count=3)
    assert list(describe_path(store, way)) == [
        "Paper P",
        "  introduces Loom  [0.90]",
        "      “We present Loom.”",
        "  improves on needle  [0.80]  (speed, 3x)",
        "      “Loom is 3x faster than the needle.”",
        "  is a kind of tool",
    ]
    [back] = find_paths(store, find_node(store, "tool"), find_node(store, "Loom"), count=1)
    assert list(describe_path(store, back))[:3] == [
        "tool",
        "  covers needle",
        "  improved on by Loom  [0.80]  (speed, 3x)",
    ]


def test_paths_where_there_is_none(store: pyoxigraph.Store) -> None:
    with pytest.raises(NotFoundError, match="no way leads from Loom to solitude"):
        ways(store, "Loom", "solitude")
    with pytest.raises(NotFoundError, match="give two different names"):
        ways(store, "Loom", "Loom")
