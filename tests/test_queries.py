"""Tests of `kg.queries`: the named queries answer, two engines agree, and no query leaves the machine."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import cast

import pyoxigraph
import pytest
from rdflib import Graph as RdfGraph
from spacy.language import Language

from kg.errors import InputError, NotFoundError, QueryError
from kg.graph import build_graph
from kg.pipeline import extract
from kg.queries import (
    NamedQuery,
    load_store,
    query_text,
    read_named_queries,
    read_prefixes,
    rows,
    run_query,
    serialize_answer,
    shorten,
)
from kg.rdf import write_turtle
from kg.readers import read_papers
from kg.resolution import resolve
from kg.vocabulary import Vocabulary

ROOT = Path(__file__).resolve().parent.parent
NAMED = read_named_queries()
# titles of some fifty shipped papers that together answer every named query
TOPICS = re.compile(
    r"Flash|Lean Attention|Context Sharding|DyLoRA|Quantiz|Pruning|BERT|ImageNet|CIFAR|Classification|GPU"
    r"|Metrics for"
)
TURTLE = """@prefix kg: <https://w3id.org/mlkg/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<https://w3id.org/mlkg/model/a> skos:prefLabel "A, \\"quoted\\"" ; kg:number 2.5 .
<https://w3id.org/mlkg/model/b> skos:prefLabel "B" .
"""


@pytest.fixture(scope="module")
def turtle(nlp: Language, vocabulary: Vocabulary, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the Turtle file of the papers on `TOPICS`."""
    papers = [p for p in read_papers([ROOT / "corpus"]).papers if TOPICS.search(p.title)]
    path = tmp_path_factory.mktemp("queries") / "graph.ttl"
    write_turtle(build_graph(resolve(extract(nlp, papers), vocabulary)), path)
    return path


@pytest.fixture(scope="module")
def store(turtle: Path) -> pyoxigraph.Store:
    return load_store(turtle)


@pytest.fixture(scope="module")
def rdf(turtle: Path) -> RdfGraph:
    return RdfGraph().parse(turtle, format="turtle")


@pytest.fixture
def tiny(tmp_path: Path) -> pyoxigraph.Store:
    (tmp_path / "tiny.ttl").write_text(TURTLE, encoding="utf-8")
    return load_store(tmp_path / "tiny.ttl")


def value(term: object) -> str | Decimal | None:
    """Return a term of either engine as a number or a text."""
    if term is None:
        return None
    text = str(getattr(term, "value", term) if isinstance(term, pyoxigraph.NamedNode | pyoxigraph.Literal) else term)
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


def answers(store: pyoxigraph.Store, text: str) -> list[tuple[str | Decimal | None, ...]]:
    solutions = cast("pyoxigraph.QuerySolutions", run_query(store, text, read_prefixes()))
    return [tuple(map(value, solution)) for solution in solutions]


# ---- named queries ---------------------------------------------------------------------------------


def test_queries_there_are_a_dozen_and_more() -> None:
    assert len(NAMED) >= 12
    assert list(NAMED) == sorted(NAMED)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in NAMED)


@pytest.mark.parametrize("query", NAMED.values(), ids=NAMED)
def test_queries_have_a_question_for_a_title(query: NamedQuery) -> None:
    assert re.fullmatch(r"[A-Z].{15,110}\?", query.title)


@pytest.mark.parametrize("name", NAMED)
def test_queries_run_without_predeclared_prefixes(name: str) -> None:
    pyoxigraph.Store().query(NAMED[name].text)


@pytest.mark.parametrize("name", NAMED)
def test_queries_declare_the_prefixes_of_the_ontology(name: str) -> None:
    declared = dict(re.findall(r"^PREFIX (\w+): <(.*)>$", NAMED[name].text, re.MULTILINE))
    assert declared.items() <= read_prefixes().items()


@pytest.mark.parametrize("name", NAMED)
def test_queries_answer_and_two_engines_agree(name: str, store: pyoxigraph.Store, rdf: RdfGraph) -> None:
    ours = answers(store, NAMED[name].text)
    theirs = [tuple(map(value, row)) for row in cast("Iterator[tuple[object, ...]]", rdf.query(NAMED[name].text))]
    assert ours
    # the order too: it is total, so that an answer is the same on every engine
    assert ours == theirs


# ---- finding and running ---------------------------------------------------------------------------


def test_queries_by_name_by_file_and_by_text(tmp_path: Path) -> None:
    (tmp_path / "mine.rq").write_text("ASK {}", encoding="utf-8")
    assert query_text("tasks-by-papers") == NAMED["tasks-by-papers"].text
    assert query_text(str(tmp_path / "mine.rq")) == "ASK {}"
    assert query_text("ASK { ?s ?p ?o }") == "ASK { ?s ?p ?o }"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("task-by-papers", "did you mean tasks-by-papers"),
        ("nonsense", "--list"),
        ("nowhere/q.rq", "nowhere/q.rq: cannot be read"),
    ],
)
def test_queries_that_do_not_exist(name: str, message: str) -> None:
    with pytest.raises(NotFoundError, match=message):
        query_text(name)


def test_queries_know_the_prefixes_of_the_ontology(tiny: pyoxigraph.Store) -> None:
    assert answers(tiny, "SELECT ?l { model:b skos:prefLabel ?l }") == [("B",)]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("SELECT ?s WHERE {\n  ?s ?p\n}", "3:"),
        ("SELECT ?s WHERE { ?s nope:x ?o }", "1:"),
        ("SELECT", "1:7"),
        ("DELETE WHERE { ?s ?p ?o }", "1:1"),
        ("", "1:1"),
    ],
)
def test_queries_that_are_wrong_say_where(text: str, place: str, tiny: pyoxigraph.Store) -> None:
    with pytest.raises(QueryError, match=rf"^query: .*\b{place}") as error:
        run_query(tiny, text, read_prefixes())
    assert "\n" not in str(error.value)


def test_queries_with_an_unknown_prefix_list_the_known_ones(tiny: pyoxigraph.Store) -> None:
    with pytest.raises(QueryError, match=r"known prefixes: .*\bkg\b.*\bskos\b"):
        run_query(tiny, "SELECT ?s WHERE { ?s nope:x ?o }", read_prefixes())


def test_queries_on_a_missing_or_broken_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.ttl: no such file.*kg build"):
        load_store(tmp_path / "none.ttl")
    (tmp_path / "bad.ttl").write_text("<urn:a> nonsense", encoding="utf-8")
    with pytest.raises(InputError, match=r"bad\.ttl: not valid Turtle"):
        load_store(tmp_path / "bad.ttl")


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
def test_queries_never_contact_another_machine(
    text: str, tiny: pyoxigraph.Store, listener: tuple[str, list[str]]
) -> None:
    address, requests = listener
    query = text.replace("%s", f"<{address}>")
    with pytest.raises(QueryError, match="SERVICE is not allowed"):
        run_query(tiny, query, {"there": address})
    assert requests == []


def test_queries_the_listener_would_hear_them(tiny: pyoxigraph.Store, listener: tuple[str, list[str]]) -> None:
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
        "SELECT * { ?s kg:service ?o }",
        "# SERVICE is not used here\nSELECT * { ?s ?p ?o }",
    ],
)
def test_queries_may_speak_of_services(text: str, tiny: pyoxigraph.Store) -> None:
    run_query(tiny, text, read_prefixes())


def test_queries_refuse_long_text_fast(tiny: pyoxigraph.Store) -> None:
    text = "SELECT * { " + "SERVICE # # # #\n" * 5_000 + "# " * 50_000
    with pytest.raises(QueryError):
        run_query(tiny, text, {})


# ---- formats ---------------------------------------------------------------------------------------

LABELS = "SELECT ?s ?l ?n { ?s skos:prefLabel ?l OPTIONAL { ?s kg:number ?n } } ORDER BY ?s"


def test_queries_as_rows_shorten_iris_and_leave_gaps_empty(tiny: pyoxigraph.Store) -> None:
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
def test_queries_as_csv_and_tsv(form: str, expected: str, tiny: pyoxigraph.Store) -> None:
    assert serialize_answer(run_query(tiny, LABELS, read_prefixes()), form).decode() == expected


def test_queries_as_json(tiny: pyoxigraph.Store) -> None:
    answer = json.loads(serialize_answer(run_query(tiny, LABELS, read_prefixes()), "json"))
    assert answer["head"]["vars"] == ["s", "l", "n"]
    assert [b["l"]["value"] for b in answer["results"]["bindings"]] == ['A, "quoted"', "B"]


def test_queries_that_construct_give_turtle(tiny: pyoxigraph.Store) -> None:
    text = "CONSTRUCT { ?s a kg:Model } WHERE { ?s skos:prefLabel ?l }"
    made = serialize_answer(run_query(tiny, text, read_prefixes()), "ttl")
    assert len(RdfGraph().parse(data=made, format="turtle")) == 2


@pytest.mark.parametrize(("form", "expected"), [("csv", b"true\n"), ("json", b'"boolean":true')])
def test_queries_that_ask_give_a_truth_value(form: str, expected: bytes, tiny: pyoxigraph.Store) -> None:
    assert expected in serialize_answer(run_query(tiny, "ASK { ?s ?p ?o }", {}), form)


@pytest.mark.parametrize(
    ("text", "form"),
    [("SELECT * { ?s ?p ?o }", "ttl"), ("ASK {}", "ttl"), ("CONSTRUCT WHERE { ?s ?p ?o }", "csv")],
)
def test_queries_in_a_format_that_does_not_fit_say_which_does(text: str, form: str, tiny: pyoxigraph.Store) -> None:
    with pytest.raises(QueryError, match="use --format"):
        serialize_answer(run_query(tiny, text, {}), form)


@pytest.mark.parametrize(
    ("iri", "short"),
    [
        ("https://w3id.org/mlkg/ontology#Paper", "kg:Paper"),
        ("https://w3id.org/mlkg/paper/x", "paper:x"),
        ("http://example.org/x", "http://example.org/x"),
    ],
)
def test_queries_shorten_by_the_longest_prefix(iri: str, short: str) -> None:
    assert shorten(iri, {**read_prefixes(), "base": "https://w3id.org/mlkg/"}) == short
