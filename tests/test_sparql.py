"""Tests of `kg.sparql`: errors say where and what to do, and no query leaves the machine."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import cast

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import QueryError
from kg.sparql import explain, read_prefixes, read_terms, run_query, shorten, tokens, within


def test_sparql_knows_the_prefixes_of_the_ontology(tiny: pyoxigraph.Store) -> None:
    solutions = cast(
        "pyoxigraph.QuerySolutions", run_query(tiny, "SELECT ?l { model:b skos:prefLabel ?l }", read_prefixes())
    )
    assert [solution["l"].value for solution in solutions] == ["B"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT ?s WHERE {\n  ?s ?p\n}", "line 3, column 2: what stands before the last } is incomplete"),
        ("SELECT ?s WHERE { ?s nope:x ?o }", "line 1, column 22: unknown prefix nope:; known prefixes: .*kg, .*skos"),
        ("SELECT ?s WHERE { ?s sko:broader ?o }", "unknown prefix sko:; did you mean skos:"),
        ("SELECT", "line 1, column 7: the query ends too early after SELECT"),
        ("DELETE WHERE { ?s ?p ?o }", "line 1, column 1: DELETE is an update; the graph is only read"),
        ("LOAD <http://example.org/>", "line 1, column 1: LOAD is an update"),
        ("", "line 1, column 1: the query is empty"),
        ("SELCT * { ?s ?p ?o }", "line 1, column 1: SELCT is no word of SPARQL; did you mean SELECT"),
        ("SELECT * {\n ?s ?p ?o FILTR(?s = 1) }", "line 2, column 11: FILTR is no word .* FILTER"),
        ("SELECT * { ?p kg:improveOn ?o }", "line 1, column 15: kg:improveOn .* did you mean kg:improvesOn"),
        ("SELECT * { ?p kg:zzz ?o }", "kg:zzz is no term of the ontology; the terms are Claim"),
        ("PREFIX my: <https://w3id.org/mlkg/ontology#> SELECT * { ?p my:use ?o }", "did you mean my:uses"),
        ("SELECT * { ?s ?p ?o ", "line 1, column 10: { is never closed"),
        ("SELECT * { ?s ?p ?o) }", "line 1, column 20: [)] closes nothing: { of line 1, column 10 is open"),
        ("SELECT * { ?s ?p 'abc }", "line 1, column 18: the string that begins here never ends"),
        ("SELECT * { ?s <a b> ?o }", "<a b> is no IRI"),
        ("SELECT ?s (COUNT(?o) AS ?n) { ?s ?p ?o }", "neither in GROUP BY nor inside an aggregate"),
        ("SELECT COUNT(?s) { ?s ?p ?o }", r"stands in parentheses and has a name: \(COUNT"),
        ("SELECT ?s WHERE ?s ?p ?o", "column 17: [?]s is not expected after WHERE; possible here: {"),
        ("SELECT * { FILTER(<urn:f>(1)) }", "urn:f"),
    ],
)
def test_sparql_that_is_wrong_says_where_and_what(text: str, message: str, tiny: pyoxigraph.Store) -> None:
    with pytest.raises(QueryError, match=f"^query.*{message}") as error:
        list(cast("pyoxigraph.QuerySolutions", run_query(tiny, text, read_prefixes())))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * {" + "{" * 3000 + "?s ?p ?o" + "}" * 3001,
        "SELECT (" + "(" * 20_000 + "1" + ")" * 20_000 + " AS ?x) {}",
        "SELECT (1" + "+1" * 30_000 + " AS ?x) {}",
        "SELECT * { ?s kg:uses" + "/kg:uses" * 20_000 + " ?o }",
        "SELECT (" + "!" * 20_000 + "true AS ?x) {}",
        "SELECT * { ?s ?p ?o " + "OPTIONAL { ?s ?q ?r } " * 3000 + "}",
    ],
    ids=["groups", "brackets", "sums", "paths", "negations", "optionals"],
)
def test_sparql_that_would_break_its_parser_is_refused(text: str, tiny: pyoxigraph.Store) -> None:
    with pytest.raises(QueryError, match=r"nested more than 200 deep|more than 1,000 operators"):
        run_query(tiny, text, read_prefixes())


@pytest.mark.parametrize(
    "text",
    [
        'SELECT * { ?s skos:prefLabel "kg:nothing" }',
        "SELECT * { ?s ?p ?o } # kg:nothing",
        "SELECT * { ?s ?p <http://example.org/kg:nothing> }",
        "SELECT * { ?s ?p '''a kg:nothing 'x' ''' }",
        "PREFIX kg: <http://example.org/> SELECT * { ?s kg:nothing ?o }",
        "SELECT * { ?s kg:uses ?o . ?o a kg:Technique. }",
    ],
)
def test_sparql_minds_its_terms_in_names_alone(text: str, tiny: pyoxigraph.Store) -> None:
    run_query(tiny, text, read_prefixes())


@given(st.text())
def test_sparql_pieces_are_those_of_the_text(text: str) -> None:
    at = 0
    for token in tokens(text):
        assert text[token.start : token.start + len(token.text)] == token.text
        assert token.start >= at
        at = token.start + len(token.text)


@given(st.text(alphabet="SELECT ?s{}().;'\"<>#:kg\\\n@1a") | st.text())
def test_sparql_of_any_text_answers_or_says_in_one_line_what_is_wrong(text: str) -> None:
    with contextlib.suppress(QueryError):
        run_query(pyoxigraph.Store(), text, read_prefixes())
    assert "\n" not in explain(text, "error at 1:1: expected [_]", read_prefixes())


def test_sparql_names_the_terms_of_the_ontology() -> None:
    assert {"Paper", "introduces", "improvesOn", "confidence"} <= set(read_terms())


def test_sparql_is_given_up_after_a_time() -> None:
    with pytest.raises(QueryError, match=r"longer than 0\.05 s; .*--timeout"):
        within(0.05, lambda: time.sleep(5))


def test_sparql_within_its_time_gives_its_answer_or_its_error() -> None:
    assert within(None, lambda: 5) == 5
    with pytest.raises(ZeroDivisionError):
        within(5, lambda: 1 // 0)


# ---- SERVICE ---------------------------------------------------------------------------------------

CONTACTS = {
    "plain": "SELECT * { SERVICE %s {} }",
    "lower case": "SELECT * { service %s {} }",
    "mixed case": "SELECT * { SeRvIcE %s {} }",
    "silent": "SELECT * { SERVICE SILENT %s {} }",
    "no spaces": "SELECT * {SERVICE%s{}}",
    "silent without spaces": "SELECT * {SERVICESILENT%s{}}",
    "line breaks": "SELECT * { SERVICE\n\t%s\r\n{} }",
    "comments between": "SELECT * { SERVICE # one {\n %s # two\n {} }",
    "prefixed name": "SELECT * { SERVICE there: {} }",
    "glued to a prefixed name": "SELECT * { SERVICEthere:x{} }",
    "escape in the name": "SELECT * { SERVICE there:a\\#b {} }",
    "variable": "SELECT * { BIND(%s AS ?u) SERVICE ?u {} }",
    "after a number": "SELECT * { <urn:a> <urn:b> 1SERVICE %s {} }",
    "after a truth value": "SELECT * { <urn:a> <urn:b> trueSERVICE %s {} }",
    "in EXISTS": "ASK { FILTER EXISTS { SERVICE %s {} } }",
    "in a subquery": "SELECT * { { SELECT * { SERVICE %s {} } } }",
    "in CONSTRUCT": "CONSTRUCT { <urn:a> <urn:b> 1 } WHERE { SERVICE %s {} }",
    "after a comment ended by a carriage return": "SELECT * { # x\r SERVICE %s {} \n}",
    "after an escaped number sign": "SELECT * { OPTIONAL { ?s ?p there:a\\# SERVICE %s {} \n } }",
    "between strings with escapes": "SELECT * { OPTIONAL { ?s ?p '''a\\'''' . SERVICE %s {} ?s ?p 'b' } }",
    "after less-than and a comment": "SELECT * { ?s ?p ?c FILTER(?p<1#>'''\n || true) SERVICE %s {} #'''\n}",
}


@pytest.fixture(scope="module")
def listener() -> Iterator[tuple[str, list[str]]]:
    """Yield the address of a SPARQL endpoint on this machine and the list of requests it got."""
    requests: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            requests.append(self.path)
            body = b'{"head": {"vars": []}, "results": {"bindings": [{}]}}'
            self.send_response(200)
            self.send_header("Content-Type", "application/sparql-results+json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", requests
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("text", CONTACTS.values(), ids=CONTACTS)
def test_sparql_never_contact_another_machine(
    text: str, tiny: pyoxigraph.Store, listener: tuple[str, list[str]]
) -> None:
    address, requests = listener
    query = text.replace("%s", f"<{address}>")
    with pytest.raises(QueryError, match="SERVICE is not allowed"):
        run_query(tiny, query, {"there": address})
    assert requests == []


def test_sparql_the_listener_would_hear_them(tiny: pyoxigraph.Store, listener: tuple[str, list[str]]) -> None:
    address, requests = listener
    assert len(list(cast("pyoxigraph.QuerySolutions", tiny.query(f"SELECT * {{ SERVICE <{address}> {{}} }}")))) == 1
    assert requests
    requests.clear()


@pytest.mark.parametrize(
    "text",
    [
        'SELECT * { ?s skos:prefLabel ?l FILTER(?l != "SERVICE") }',
        'SELECT * { ?s skos:prefLabel ?l FILTER(CONTAINS(?l, "a service for <http://x>")) }',
        "SELECT * { ?s <http://example.org/service/x> ?o }",
        "SELECT * { ?service skos:prefLabel ?SERVICE }",
        "SELECT * { ?s skos:service ?o }",
        "# SERVICE is not used here\nSELECT * { ?s ?p ?o }",
    ],
)
def test_sparql_may_speak_of_services(text: str, tiny: pyoxigraph.Store) -> None:
    run_query(tiny, text, read_prefixes())


def test_sparql_refuse_long_text_fast(tiny: pyoxigraph.Store) -> None:
    text = "SELECT * { " + "SERVICE # # # #\n" * 5_000 + "# " * 50_000
    with pytest.raises(QueryError):
        run_query(tiny, text, {})


@pytest.mark.parametrize(
    ("iri", "short"),
    [
        ("https://w3id.org/mlkg/ontology#Paper", "kg:Paper"),
        ("https://w3id.org/mlkg/paper/x", "paper:x"),
        ("http://example.org/x", "http://example.org/x"),
    ],
)
def test_sparql_shortens_by_the_longest_prefix(iri: str, short: str) -> None:
    assert shorten(iri, {**read_prefixes(), "base": "https://w3id.org/mlkg/"}) == short


@pytest.mark.parametrize("text", ["SELECT * WHERE { " + "<<" * 20_000, "ASK { ?s ?p ?o FILTER(1" + " < 1" * 2_000])
def test_sparql_quoted_triples_are_not_nested_without_end(tiny: pyoxigraph.Store, text: str) -> None:
    with pytest.raises(QueryError, match="more than 1,000 operators"):
        run_query(tiny, text, read_prefixes())


@pytest.mark.parametrize(
    "piece", ["'\\", "'", '"', "'''\\", "SERVICE # ", "SERVICE <", "SERVICE ", "<a", "<", "a ", "?x ", "a\n"]
)
def test_sparql_long_queries_are_refused_in_no_time(tiny: pyoxigraph.Store, piece: str) -> None:
    began = time.process_time()
    with pytest.raises(QueryError) as caught:
        run_query(tiny, piece * (100_000 // len(piece)), read_prefixes())
    assert time.process_time() - began < 3
    assert "\n" not in str(caught.value)


def test_sparql_complaints_name_the_line() -> None:
    text = "SELECT ?x\nWHERE {\n\n  ?x a foo:Bar }\n"
    assert explain(text, "", {"kg": ""}) == "query, line 4, column 8: unknown prefix foo:; known prefixes: kg"
