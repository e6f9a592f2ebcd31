"""Tests of `kg.jsonld`: any processor reads the triples of the Turtle file, and a person reads plain JSON."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import Graph as RdfGraph

from kg.facts import Facts
from kg.jsonld import CLASSES, context, jsonld_chunks, write_jsonld
from kg.rdf import build_rdf, write_turtle
from kg.records import Paper, Resolution
from kg.sparql import read_terms
from kg.vocabulary import BASE
from tests.engines import node_environment, node_has
from tests.small import HOSTILE, small_facts

XSD = "http://www.w3.org/2001/XMLSchema#"
KG = "https://w3id.org/mlkg/ontology#"


def written(facts: Facts, folder: Path, base: str = BASE) -> tuple[Path, list[pyoxigraph.Triple]]:
    """Write `facts` and return the JSON-LD file and the triples of the Turtle file."""
    write_turtle(facts, folder / "graph.ttl", base)
    write_jsonld(folder / "graph.ttl", folder / "graph.jsonld", base)
    triples = pyoxigraph.parse(path=folder / "graph.ttl", format=pyoxigraph.RdfFormat.TURTLE)
    return folder / "graph.jsonld", [quad.triple for quad in triples]


def read(path: Path) -> list[pyoxigraph.Triple]:
    return [quad.triple for quad in pyoxigraph.parse(path=path, format=pyoxigraph.RdfFormat.JSON_LD)]


def nodes(path: Path) -> dict[str, dict[str, Any]]:
    return {node["id"]: node for node in json.loads(path.read_text(encoding="utf-8"))["@graph"]}


# rdflib makes use of what it declares to be outdated itself
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
@pytest.mark.parametrize("base", [BASE, "http://example.org/x#", "urn:kg:"])
def test_jsonld_says_what_the_turtle_file_says(base: str, tmp_path: Path) -> None:
    path, triples = written(small_facts(), tmp_path, base)
    found = read(path)
    assert set(found) == set(triples)
    assert len(found) == len(triples)
    assert set(RdfGraph().parse(path, format="json-ld")) == set(build_rdf(small_facts(), base))


@settings(max_examples=50, deadline=None)
@given(text=st.text(min_size=1))
def test_jsonld_any_text_comes_back(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    papers = (("paper/p", Paper(title=text, abstract=text)),)
    facts = Resolution(papers=papers, entities=(), claims=(), outcomes=())
    path, triples = written(facts, tmp_path_factory.mktemp("jsonld"))
    assert set(read(path)) == set(triples)


def test_jsonld_reads_like_plain_json(tmp_path: Path) -> None:
    path, _ = written(small_facts(), tmp_path)
    by_id = nodes(path)
    assert by_id["technique:beta"] == {
        "id": "technique:beta",
        "type": ["Concept", "Entity", "Technique"],
        "label": "Beta",
        "altLabel": ["<b>bold</b>", "B-method"],
        "definition": "An older method.",
        "broader": ["technique:method"],
        "inScheme": f"{BASE}vocabulary",
    }
    assert by_id["paper:second"]["title"] == HOSTILE
    assert by_id["paper:second"]["uses"] == ["technique:beta"]
    assert by_id["paper:second"]["source"] == ["one.txt", "two.txt"]
    result = by_id["result:1"]
    assert (result["resultOf"], result["number"], result["confidence"]) == ("technique:alpha", "2", "0.8")
    [piece] = result["evidence"]
    assert by_id[piece]["quote"][by_id[piece]["quote"].index("2x") :].startswith(by_id[piece]["surface"])
    assert isinstance(by_id[piece]["start"], int)
    [better] = [n for n in by_id.values() if n.get("predicate") == "improvesOn"]
    assert (better["subject"], better["object"]) == ("technique:alpha", "technique:beta")
    graph = by_id[f"{BASE}graph"]
    assert (graph["triples"], graph["type"]) == (len(read(path)), ["void:Dataset", "dcat:Dataset"])


def test_jsonld_has_the_context_first_and_a_node_on_a_line(tmp_path: Path) -> None:
    path, triples = written(small_facts(), tmp_path)
    first, opening, *lines, last = path.read_text(encoding="utf-8").splitlines()
    assert json.loads(f"{first}0}}".replace(",0}", "}")) == {"@context": context()}
    assert (opening, last) == ('"@graph":[', "]}")
    subjects = dict.fromkeys(triple.subject.value for triple in triples)  # type: ignore[union-attr]
    ids = [json.loads(line.rstrip(","))["id"] for line in lines]
    spaces = context()
    assert [re.sub(r"^(\w+):(?!//)", lambda m: spaces[m[1]], i) for i in ids] == list(subjects)


def test_jsonld_names_every_term_of_the_ontology() -> None:
    named = {v["@id"] if isinstance(v, dict) else v for v in context().values()}
    # a label of the vocabulary alone
    assert {f"kg:{term}" for term in read_terms()} - named == {"kg:ambiguousLabel"}
    assert set(CLASSES) == {term for term in read_terms() if term[0].isupper()}


def test_jsonld_uses_names_of_the_context_alone(tmp_path: Path) -> None:
    path, _ = written(small_facts(), tmp_path)
    known = context()
    for node in nodes(path).values():
        assert set(node) <= set(known)
        assert not [value for value in node.values() if isinstance(value, dict)]


@pytest.mark.parametrize(
    ("predicate", "value", "said"),
    [
        (f"{KG}start", pyoxigraph.Literal("7", datatype=pyoxigraph.NamedNode(f"{XSD}nonNegativeInteger")), 7),
        (f"{KG}start", pyoxigraph.Literal("07", datatype=pyoxigraph.NamedNode(f"{XSD}nonNegativeInteger")), "07"),
        (f"{KG}start", pyoxigraph.Literal("7"), {"@value": "7", "@type": f"{XSD}string"}),
        (f"{KG}number", pyoxigraph.Literal("1.50", datatype=pyoxigraph.NamedNode(f"{XSD}decimal")), "1.50"),
        (f"{KG}number", pyoxigraph.Literal(1), {"@value": "1", "@type": f"{XSD}integer"}),
        (f"{KG}quote", pyoxigraph.Literal("oui", language="fr"), {"@value": "oui", "@language": "fr"}),
        (f"{KG}quote", pyoxigraph.NamedNode("urn:a"), {"@id": "urn:a"}),
        (f"{KG}uses", pyoxigraph.NamedNode("urn:a"), ["urn:a"]),
        (f"{KG}uses", pyoxigraph.Literal("a"), [{"@value": "a", "@type": f"{XSD}string"}]),
        (f"{KG}uses", pyoxigraph.BlankNode("b"), ["_:b"]),
    ],
)
def test_jsonld_holds_what_the_context_does_not_foresee(
    predicate: str, value: pyoxigraph.Literal | pyoxigraph.NamedNode, said: object
) -> None:
    triple = pyoxigraph.Triple(pyoxigraph.NamedNode("urn:s"), pyoxigraph.NamedNode(predicate), value)
    text = "".join(jsonld_chunks([triple]))
    [node] = json.loads(text)["@graph"]
    assert list(node.values()) == ["urn:s", said]
    back = [q.triple for q in pyoxigraph.parse(text, format=pyoxigraph.RdfFormat.JSON_LD)]
    assert back == [triple] or isinstance(value, pyoxigraph.BlankNode)


def test_jsonld_of_no_triples_is_a_document() -> None:
    assert json.loads("".join(jsonld_chunks([]))) == {"@context": context(), "@graph": []}


def test_jsonld_is_read_by_the_reference_implementation(tmp_path: Path) -> None:
    if not node_has("jsonld"):
        pytest.skip("no Node.js with the package jsonld of `make engines`")
    path, triples = written(small_facts(), tmp_path)
    script = (
        "const text = require('fs').readFileSync(process.argv[1], 'utf8');"
        "const options = { format: 'application/n-quads', safe: true };"
        "require('jsonld').toRDF(JSON.parse(text), options).then((quads) => process.stdout.write(quads))"
    )
    command = ["node", "-e", script, str(path)]
    run = subprocess.run(command, env=node_environment(), capture_output=True, check=True)
    found = pyoxigraph.parse(run.stdout, format=pyoxigraph.RdfFormat.N_TRIPLES)
    assert {quad.triple for quad in found} == set(triples)
