"""Tests of the notes on what a query asks for that the graph does not have."""

from __future__ import annotations

import pyoxigraph
import pytest

from kg.missing import missing_parts
from kg.sparql import read_prefixes


def test_missing_nodes_are_named(tiny: pyoxigraph.Store) -> None:
    tiny.update("INSERT DATA { <https://w3id.org/mlkg/model/bert> a <https://w3id.org/mlkg/ontology#Model> }")
    text = "SELECT * { model:bart ?p task:x . model:a ?q ?r }"
    assert list(missing_parts(tiny, text, read_prefixes())) == [
        "query, line 1, column 12: model:bart is not in this graph; did you mean model:bert?",
        "query, line 1, column 26: task:x is not in this graph; kg show NAME gives the IRI of a thing",
    ]


def test_missing_default_of_a_named_query_says_what_to_ask(tiny: pyoxigraph.Store) -> None:
    text = "# ?model (Model): a model\nSELECT * { VALUES ?model { model:bert } ?model ?p ?o }"
    [note] = missing_parts(tiny, text, read_prefixes())
    assert note == "query, line 2, column 28: model:bert is not in this graph; ask about another with --set model=…"


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("SELECT * { ?x skos:prefLable ?l }",
         "query, line 1, column 15: skos:prefLable is not in this graph; did you mean skos:prefLabel?"),
        ("SELECT * { ?x a skos:Something }", "query, line 1, column 17: skos:Something is not in this graph"),
        ("SELECT * FROM <http://example.org/g> { ?x ?p ?o }",
         "query, line 1, column 10: FROM asks for a graph by name; all is in one graph without a name: leave it out"),
        ("SELECT * { graph ?g { ?x ?p ?o } }",
         "query, line 1, column 12: graph asks for a graph by name; all is in one graph without a name: leave it out"),
    ],
)  # fmt: skip
def test_missing_terms_and_graphs_are_named(tiny: pyoxigraph.Store, text: str, note: str) -> None:
    tiny.update("INSERT DATA { <urn:x> <http://www.w3.org/2004/02/skos/core#prefLabel> 'x' }")
    assert list(missing_parts(tiny, text, read_prefixes())) == [note]


def test_missing_is_nothing_where_all_is_there(tiny: pyoxigraph.Store) -> None:
    tiny.update("INSERT DATA { <urn:x> <http://www.w3.org/2004/02/skos/core#prefLabel> 'FROM' }")
    assert not list(missing_parts(tiny, "SELECT * { ?x skos:prefLabel 'FROM' }", read_prefixes()))
