"""Tests of `kg.queries`: the named queries answer, two engines agree, and parameters are values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import cast

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import Graph as RdfGraph

from kg.errors import NotFoundError, QueryError
from kg.queries import NamedQuery, bind, find_query, read_named_queries
from kg.records import TYPES
from kg.sparql import read_prefixes, run_query
from kg.store import open_store
from kg.vocabulary import BASE

NAMED = read_named_queries()
TWINS = """@prefix kg: <https://w3id.org/mlkg/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<https://w3id.org/mlkg/technique/loom> a kg:Technique ; skos:prefLabel "Loom" .
<https://w3id.org/mlkg/model/loom> a kg:Model ; skos:prefLabel "Loom" .
"""


@pytest.fixture(scope="module")
def store(turtle: Path) -> pyoxigraph.Store:
    return open_store(turtle)


@pytest.fixture(scope="module")
def rdf(turtle: Path) -> RdfGraph:
    return RdfGraph().parse(turtle, format="turtle")


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


def test_queries_since_a_year_leave_out_what_is_older(store: pyoxigraph.Store) -> None:
    query = NAMED["papers-since"]
    years = {
        since: [row[0] for row in answers(store, bind(query, {"year": [since]}, store))] for since in ("2022", "2025")
    }
    assert set(years["2022"]) == {Decimal(2022 + i) for i in range(4)}
    assert set(years["2025"]) == {Decimal(2025)}
    assert years["2025"] == [y for y in years["2022"] if y == 2025]


# ---- finding and binding ---------------------------------------------------------------------------


def test_queries_by_name_by_file_and_by_text(tmp_path: Path) -> None:
    (tmp_path / "mine.rq").write_text("ASK {}", encoding="utf-8")
    assert find_query("tasks-by-papers") == NAMED["tasks-by-papers"]
    assert find_query(str(tmp_path / "mine.rq")).text == "ASK {}"
    assert find_query("ASK { ?s ?p ?o }").text == "ASK { ?s ?p ?o }"


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
        find_query(name)


@pytest.mark.parametrize("query", NAMED.values(), ids=NAMED)
def test_queries_declare_parameters_with_a_default(query: NamedQuery) -> None:
    kinds = {"Node", "Entity", "Paper", *TYPES, "Relation", "number", "text"}
    assert all(p.kind in kinds and p.about and p.default for p in query.parameters)
    declared = [p.name for p in query.parameters]
    assert sorted(declared) == sorted(re.findall(r"VALUES \?(\w+) \{", query.text))


def bound(store: pyoxigraph.Store, name: str, **values: str) -> list[tuple[str | Decimal | None, ...]]:
    return answers(store, bind(NAMED[name], {name: [value] for name, value in values.items()}, store))


def test_queries_take_a_label_an_alias_or_an_iri(store: pyoxigraph.Store) -> None:
    by_label = bound(store, "papers-using-technique", technique="quantization")
    assert by_label == answers(store, NAMED["papers-using-technique"].text)
    assert by_label == bound(store, "papers-using-technique", technique="quantisation")
    assert by_label == bound(store, "papers-using-technique", technique=f"{BASE}technique/quantization")
    assert by_label != bound(store, "papers-using-technique", technique="pruning")


def test_queries_take_several_values(store: pyoxigraph.Store) -> None:
    query = NAMED["papers-using-technique"]
    both = answers(store, bind(query, {"technique": ["quantization", "pruning"]}, store))
    each = [bound(store, query.name, technique=name) for name in ("quantization", "pruning")]
    assert set(both) == {row for rows in each for row in rows}


def test_queries_take_numbers_and_texts(store: pyoxigraph.Store) -> None:
    fast = bound(store, "speedups-above", least="5")
    assert fast == answers(store, NAMED["speedups-above"].text)
    faster = bound(store, "speedups-above", least="10.5")
    assert faster == [row for row in fast if cast("Decimal", row[0]) >= Decimal("10.5")] != fast
    metric = str(fast[0][2])
    assert bound(store, "speedups-above", metric=metric) == [row for row in fast if row[2] == metric]


def test_queries_without_a_default_ask_of_all(store: pyoxigraph.Store) -> None:
    everything = answers(store, NAMED["lineage"].text)
    some = bound(store, "lineage", technique="FlashAttention")
    assert some == [row for row in everything if f"{BASE}technique/flashattention" in row] != everything


@pytest.mark.parametrize(
    ("name", "given", "error", "message"),
    [
        ("lineage", {"paper": "x"}, QueryError, "lineage has no parameter paper; it has: technique"),
        ("tasks-by-papers", {"task": "x"}, QueryError, "it has: none"),
        ("speedups-above", {"least": "many"}, QueryError, "least=many: a number is wanted"),
        ("speedups-above", {"least": "inf"}, QueryError, "a finite number"),
        ("evidence-of-edge", {"relation": "likes"}, QueryError, "one of introduces, uses"),
        ("lineage", {"technique": "FlashAtention"}, NotFoundError, "similar: .*flashattention"),
        ("papers-using-technique", {"technique": "ImageNet"}, NotFoundError, "it is the name of .*, a Dataset"),
        ("lineage", {"technique": "} DELETE"}, NotFoundError, "no Entity"),
    ],
)
def test_queries_refuse_what_is_no_value(
    name: str, given: dict[str, str], error: type[Exception], message: str, store: pyoxigraph.Store
) -> None:
    with pytest.raises(error, match=message):
        bound(store, name, **given)


@given(st.text())
def test_queries_never_become_what_a_value_says(text: str) -> None:
    store = pyoxigraph.Store()
    made = bind(NAMED["speedups-above"], {"metric": [text]}, store)
    [start, end] = NAMED["speedups-above"].text.split("UNDEF")
    assert made.startswith(start)
    assert made.endswith(end)
    [[told]] = answers(store, f"SELECT ?x {{ VALUES ?x {{ {made[len(start) : len(made) - len(end)]} }} }}")
    assert str(told) == text or isinstance(told, Decimal)


def test_queries_list_what_an_ambiguous_name_may_mean() -> None:
    store = pyoxigraph.Store()
    store.load(TWINS.encode(), format=pyoxigraph.RdfFormat.TURTLE)
    with pytest.raises(NotFoundError, match=r"give the IRI of one: .*model/loom.*technique/loom"):
        bind(NAMED["lineage"], {"technique": ["Loom"]}, store)
    assert "technique/loom" in bind(NAMED["papers-using-technique"], {"technique": ["Loom"]}, store)
