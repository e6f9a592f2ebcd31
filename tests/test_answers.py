"""Tests of `kg.answers`: rows for people, and the result formats of the W3C as Oxigraph writes them."""

from __future__ import annotations

import json
from typing import cast

import pyoxigraph
import pytest
from rdflib import Graph as RdfGraph

from kg.answers import answer_chunks, label, rows
from kg.errors import QueryError
from kg.sparql import read_prefixes, run_query

LABELS = "SELECT ?s ?l ?n { ?s skos:prefLabel ?l OPTIONAL { ?s kg:number ?n } } ORDER BY ?s"


def test_answers_as_rows_shorten_iris_and_leave_gaps_empty(tiny: pyoxigraph.Store) -> None:
    prefixes = read_prefixes()
    solutions = cast("pyoxigraph.QuerySolutions", run_query(tiny, LABELS, prefixes))
    assert list(rows(solutions, prefixes)) == [["model:a", 'A, "quoted"', "2.5"], ["model:b", "B", ""]]


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (
            "csv",
            's,l,n\r\nhttps://w3id.org/mlkg/model/a,"A, ""quoted""",2.5\r\nhttps://w3id.org/mlkg/model/b,B,\r\n',
        ),
        (
            "tsv",
            '?s\t?l\t?n\n<https://w3id.org/mlkg/model/a>\t"A, \\"quoted\\""\t2.5\n'
            '<https://w3id.org/mlkg/model/b>\t"B"\t\n',
        ),
    ],
)
def test_answers_as_csv_and_tsv(form: str, expected: str, tiny: pyoxigraph.Store) -> None:
    assert "".join(answer_chunks(run_query(tiny, LABELS, read_prefixes()), form)) == expected


def test_answers_as_json(tiny: pyoxigraph.Store) -> None:
    answer = json.loads("".join(answer_chunks(run_query(tiny, LABELS, read_prefixes()), "json")))
    assert answer["head"]["vars"] == ["s", "l", "n"]
    assert [b["l"]["value"] for b in answer["results"]["bindings"]] == ['A, "quoted"', "B"]


def test_answers_that_construct_give_turtle(tiny: pyoxigraph.Store) -> None:
    text = "CONSTRUCT { ?s a kg:Model } WHERE { ?s skos:prefLabel ?l }"
    made = "".join(answer_chunks(run_query(tiny, text, read_prefixes())))
    assert len(RdfGraph().parse(data=made, format="turtle")) == 2


@pytest.mark.parametrize(("form", "expected"), [(None, "true\n"), ("tsv", "true\n"), ("json", '"boolean":true')])
def test_answers_that_ask_give_a_truth_value(form: str | None, expected: str, tiny: pyoxigraph.Store) -> None:
    assert expected in "".join(answer_chunks(run_query(tiny, "ASK { ?s ?p ?o }", {}), form))


@pytest.mark.parametrize(
    ("text", "form"),
    [("SELECT * { ?s ?p ?o }", "ttl"), ("ASK {}", "ttl"), ("CONSTRUCT WHERE { ?s ?p ?o }", "csv")],
)
def test_answers_in_a_format_that_does_not_fit_say_which_does(text: str, form: str, tiny: pyoxigraph.Store) -> None:
    with pytest.raises(QueryError, match="use --format"):
        list(answer_chunks(run_query(tiny, text, {}), form))


def test_answers_as_rows_say_what_iris_name(tiny: pyoxigraph.Store) -> None:
    solutions = cast("pyoxigraph.QuerySolutions", run_query(tiny, "SELECT ?s { ?s kg:number ?n }", read_prefixes()))
    assert list(rows(solutions, read_prefixes(), tiny)) == [['model:a  A, "quoted"']]
    assert label(tiny, pyoxigraph.NamedNode("urn:none")) is None


def test_answers_as_rows_do_not_say_a_label_twice(tiny: pyoxigraph.Store) -> None:
    solutions = cast("pyoxigraph.QuerySolutions", run_query(tiny, LABELS, read_prefixes()))
    assert next(rows(solutions, read_prefixes(), tiny))[0] == "model:a"


EVERY_TERM = """SELECT ?a ?b ?c ?d ?e ?f ?g ?h { VALUES (?a ?b ?c ?d ?e ?f ?g ?h) {
  (<urn:a> "x\\ty\\n\\"q\\"" "l"@en 1 2.50 1e0 UNDEF true) ("," UNDEF "" -1 "1"^^<urn:t> "é\\r" <urn:é> false)
} }"""


@pytest.mark.parametrize(
    ("form", "syntax"),
    [
        ("csv", pyoxigraph.QueryResultsFormat.CSV),
        ("tsv", pyoxigraph.QueryResultsFormat.TSV),
        ("json", pyoxigraph.QueryResultsFormat.JSON),
    ],
)
def test_answers_are_those_of_oxigraph(
    form: str, syntax: pyoxigraph.QueryResultsFormat, tiny: pyoxigraph.Store
) -> None:
    theirs = cast("pyoxigraph.QuerySolutions", tiny.query(EVERY_TERM)).serialize(format=syntax)
    ours = "".join(answer_chunks(run_query(tiny, EVERY_TERM, {}), form))
    assert theirs is not None
    assert (json.loads(ours) == json.loads(theirs)) if form == "json" else ours == theirs.decode()


@pytest.mark.parametrize(("form", "lines"), [("csv", 2), ("tsv", 2)])
def test_answers_are_cut_at_the_limit(form: str, lines: int, tiny: pyoxigraph.Store) -> None:
    text = "".join(answer_chunks(run_query(tiny, LABELS, read_prefixes()), form, limit=1))
    assert len(text.splitlines()) == lines


@pytest.mark.parametrize("form", ["nt", "jsonld"])
def test_answers_of_triples_in_other_formats(form: str, tiny: pyoxigraph.Store) -> None:
    text = "".join(answer_chunks(run_query(tiny, "CONSTRUCT WHERE { ?s ?p ?o }", {}), form))
    syntax = {"nt": pyoxigraph.RdfFormat.N_TRIPLES, "jsonld": pyoxigraph.RdfFormat.JSON_LD}[form]
    assert len(list(pyoxigraph.parse(text, format=syntax))) == 3
