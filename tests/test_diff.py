"""Tests of `kg.diff`, which is behind ``kg diff``."""

from __future__ import annotations

import pyoxigraph

from kg.diff import compare_graphs
from kg.sparql import read_prefixes

OLD = """
paper:p a kg:Paper ; dcterms:title "P" ; dcterms:abstract "We use Loom." .
paper:q a kg:Paper ; dcterms:title "Q" ; dcterms:abstract "Q." .
technique:loom a kg:Technique, kg:Entity, skos:Concept ; skos:prefLabel "Loom" ; skos:broader technique:tool .
technique:tool a kg:Technique, kg:Entity, skos:Concept ; skos:prefLabel "tool" .
claim:1 a kg:Claim ; rdf:subject paper:p ; rdf:predicate kg:uses ; rdf:object technique:loom ; kg:confidence 0.8 .
claim:2 a kg:Claim ; rdf:subject paper:p ; rdf:predicate kg:uses ; rdf:object technique:tool ; kg:confidence 0.8 .
"""


def store(turtle: str) -> pyoxigraph.Store:
    found = pyoxigraph.Store()
    head = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in read_prefixes().items())
    found.load((head + turtle).encode(), format=pyoxigraph.RdfFormat.TURTLE)
    return found


def changes(new: str) -> list[str]:
    return [str(change) for change in compare_graphs(store(OLD), store(new))]


def test_diff_of_a_graph_and_itself_is_empty() -> None:
    assert changes(OLD) == []
    assert changes(OLD.replace("0.8", "0.805")) == []


def test_diff_says_what_is_added_and_removed() -> None:
    new = OLD.replace('paper:q a kg:Paper ; dcterms:title "Q"', 'paper:r a kg:Paper ; dcterms:title "R"')
    assert changes(new) == ["- paper: Q", "+ paper: R"]
    added = 'model:m a kg:Model, kg:Entity ; skos:prefLabel "M" .\n' + OLD.replace(
        "kg:uses ; rdf:object technique:tool", "kg:uses ; rdf:object model:m"
    )
    assert changes(added) == ["+ entity: M (Model)", "+ edge: P uses M", "- edge: P uses tool"]


def test_diff_says_what_is_changed() -> None:
    assert changes(OLD.replace("We use Loom.", "We like Loom.")) == ["~ paper: P: another abstract"]
    assert changes(OLD.replace(" ; skos:broader technique:tool", "")) == [
        "~ entity: Loom (Technique): other broader terms"
    ]
    assert changes(OLD.replace('"tool"', '"Tool"'))[0] == "~ entity: Tool (Technique), was tool (Technique)"
    assert changes(
        OLD.replace("rdf:object technique:loom ; kg:confidence 0.8", "rdf:object technique:loom ; kg:confidence 0.9")
    ) == ["~ edge: P uses Loom  [0.80 → 0.90]"]
