"""Tests of `kg.node`, which is behind ``kg show``."""

from __future__ import annotations

import pyoxigraph
import pytest

from kg.errors import NotFoundError
from kg.node import describe_node, find_nodes, justify_names
from kg.sparql import read_prefixes
from kg.store import open_store

TURTLE = """
paper:loom-1 a kg:Paper ; dcterms:title "Loom: Weaving Faster" ;
    dcterms:abstract "We present Loom. It is good." .
paper:other-2 a kg:Paper ; dcterms:title "On Weaving" ; dcterms:abstract "Weaving matters. Loom does not." .
technique:loom a kg:Technique, kg:Entity ; skos:prefLabel "Loom" ; skos:altLabel "LOOM-1", "Power Loom" ;
    skos:broader technique:weaving ; skos:definition "A way to weave." .
technique:weaving a kg:Technique, kg:Entity ; skos:prefLabel "weaving" .
model:loom a kg:Model, kg:Entity ; skos:prefLabel "loom" .

claim:1 a kg:Claim ; rdf:subject paper:loom-1 ; rdf:predicate kg:introduces ; rdf:object technique:loom ;
    kg:confidence 0.9 ; kg:evidence evidence:1 .
claim:2 a kg:Claim ; rdf:subject technique:loom ; rdf:predicate kg:improvesOn ; rdf:object technique:weaving ;
    kg:confidence 0.75 ; kg:evidence evidence:2, evidence:3 .
claim:3 a kg:Claim ; rdf:subject paper:other-2 ; rdf:predicate kg:comparesWith ; rdf:object technique:loom ;
    kg:confidence 0.5 ; kg:evidence evidence:4 .
evidence:1 a kg:Evidence ; kg:quote "We present Loom." ; kg:start 10 ; kg:surface "Loom" ;
    kg:rule "proposed-name/coined" ; kg:statedIn paper:loom-1 .
evidence:2 a kg:Evidence ; kg:quote "Loom beats weaving." ; kg:start 20 ; kg:aspect "cost" .
evidence:3 a kg:Evidence ; kg:quote "It is 3x faster than weaving." ; kg:start 30 ;
    kg:aspect "speed" ; kg:value "3x" .
evidence:4 a kg:Evidence ; kg:quote "Loom does not." ; kg:start 40 .
result:1 a kg:Result ; kg:reportedIn paper:loom-1 ; kg:subject paper:loom-1 ;
    kg:metric "speed" ; kg:value "3x" ;
    kg:evidence evidence:3 .
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> pyoxigraph.Store:
    path = tmp_path_factory.mktemp("node") / "graph.ttl"
    head = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in read_prefixes().items())
    path.write_text(head + TURTLE, encoding="utf-8")
    return open_store(path)


def shown(store: pyoxigraph.Store, name: str) -> str:
    return "\n".join(describe_node(store, find_nodes(store, name)[0]))


@pytest.mark.parametrize(
    ("name", "iri"),
    [
        ("Loom", "technique/loom"),
        ("loom", "model/loom"),
        ("LOOM-1", "technique/loom"),
        ("power looms", "technique/loom"),
        ("Weaving", "technique/weaving"),
        ("Loom: weaving FASTER", "paper/loom-1"),
        ("paper/other-2", "paper/other-2"),
        ("https://w3id.org/mlkg/model/loom", "model/loom"),
    ],
)
def test_node_is_found_by_any_of_its_names(name: str, iri: str, store: pyoxigraph.Store) -> None:
    assert find_nodes(store, name)[0].iri == f"https://w3id.org/mlkg/{iri}"


def test_node_of_an_ambiguous_name_brings_the_others_too(store: pyoxigraph.Store) -> None:
    assert [(n.name, n.kind) for n in find_nodes(store, "LOOM")] == [("loom", "Model"), ("Loom", "Technique")]


def test_node_that_is_not_there_proposes_similar_names(store: pyoxigraph.Store) -> None:
    with pytest.raises(NotFoundError, match=r"weavin: nothing.*similar: weaving"):
        find_nodes(store, "weavin")
    with pytest.raises(NotFoundError, match=r"nothing in the graph has this name$"):
        find_nodes(store, "qqqqqq")


def test_node_entity_is_shown_with_names_relations_and_evidence(store: pyoxigraph.Store) -> None:
    assert shown(store, "technique/loom").splitlines() == [
        "Loom  (Technique)",
        "  https://w3id.org/mlkg/technique/loom",
        "  A way to weave.",
        "  also: LOOM-1, Power Loom",
        "  broader: weaving",
        "",
        "improves on:",
        "  weaving  [0.75]  (speed, 3x)",
        "      “It is 3x faster than weaving.”",
        "",
        "introduced by:",
        "  Loom: Weaving Faster  [0.90]",
        "      “We present Loom.”",
        "",
        "baseline of:",
        "  On Weaving  [0.50]",
        "      “Loom does not.”",
    ]


def test_node_broader_entity_is_shown_with_what_is_narrower(store: pyoxigraph.Store) -> None:
    text = shown(store, "weaving")
    assert "  narrower: Loom\n" in text
    assert "improved on by:\n  Loom  [0.75]  (speed, 3x)\n" in text


def test_node_paper_is_shown_with_its_abstract_and_each_result_once(store: pyoxigraph.Store) -> None:
    assert shown(store, "Loom: Weaving Faster").splitlines() == [
        "Loom: Weaving Faster  (Paper)",
        "  https://w3id.org/mlkg/paper/loom-1",
        "  We present Loom. It is good.",
        "",
        "introduces:",
        "  Loom  [0.90]",
        "      “We present Loom.”",
        "",
        "results:",
        "  speed: 3x",
        "      “It is 3x faster than weaving.”",
    ]


def test_node_says_what_justifies_each_of_its_names(store: pyoxigraph.Store) -> None:
    assert list(justify_names(store, find_nodes(store, "technique/loom")[0])) == [
        "LOOM-1  [vocabulary]",
        "Loom  [proposed-name/coined]  Loom: Weaving Faster",
        "    “We present Loom.”",
        "Power Loom  [vocabulary]",
    ]
