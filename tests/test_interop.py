"""The named queries give the same rows, in the same order, whoever runs them.

`tests.test_queries` compares Oxigraph with rdflib; here come Comunica and Rasqal. Comunica orders texts as the locale
has it unless it is told otherwise, see ``comunica.cjs``. Rasqal knows SPARQL 1.1 in part: what it lacks, and where
it is wrong, is named and shown.
"""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path

import pyoxigraph
import pytest
from spacy.language import Language

from kg.files import ontology_folder
from kg.pipeline import extract
from kg.queries import read_named_queries
from kg.rdf import write_turtle
from kg.readers import read_papers
from kg.resolution import resolve
from kg.vocabulary import Vocabulary
from tests.engines import Answer, EngineError, by_comunica, by_pyoxigraph, by_roqet, node_has

ROOT = Path(__file__).resolve().parent.parent
NAMED = read_named_queries()
FILES = {name: ontology_folder() / "queries" / f"{name}.rq" for name in NAMED}
NO_PATHS = "Rasqal has no property paths"
UNBOUND = "Rasqal counts what is not bound"
OPTIONAL = "Rasqal gives other rows for an OPTIONAL"
RASQAL = {
    "datasets-by-papers": OPTIONAL,
    "datasets-of-task": NO_PATHS,
    "evaluated-on": NO_PATHS,
    "hardware-per-technique-family": NO_PATHS,
    "improves-on": NO_PATHS,
    "introduced-and-compared": NO_PATHS,
    "lineage": NO_PATHS,
    "models-compared-with": UNBOUND,
    "papers-since": NO_PATHS,
    "papers-using-technique": NO_PATHS,
    "papers-using-technique-on-hardware": NO_PATHS,
    "similar-papers": NO_PATHS,
    "tasks-by-papers": NO_PATHS,
    "techniques-on-hardware": NO_PATHS,
    "techniques-together": NO_PATHS,
}
ROQET = pytest.mark.skipif(shutil.which("roqet") is None, reason="roqet (rasqal-utils) is not installed")
FEW = """@prefix : <urn:> .
:a :tag "m" ; :part :x , :y ; :owner :k . :b :tag "n" ; :part :x . :c :tag "k" ; :part :z .
"""


def load(turtle: Path) -> pyoxigraph.Store:
    store = pyoxigraph.Store()
    store.bulk_load(path=turtle, format=pyoxigraph.RdfFormat.TURTLE)
    return store


@pytest.fixture(scope="module")
def store(turtle: Path) -> pyoxigraph.Store:
    return load(turtle)


@pytest.fixture(scope="module")
def few(nlp: Language, vocabulary: Vocabulary, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the Turtle file of some ten papers: Rasqal takes a time that grows with the square of their number."""
    papers = [p for p in read_papers([ROOT / "corpus"]).papers if "Flash" in p.title]
    path = tmp_path_factory.mktemp("few") / "graph.ttl"
    write_turtle(resolve(extract(nlp, papers), vocabulary), path)
    return path


@pytest.fixture(scope="module")
def comunica(turtle: Path) -> dict[str, Answer | EngineError]:
    if not node_has("@comunica/query-sparql-rdfjs", "n3"):
        pytest.skip("no Node.js with the packages of `make engines`")
    return by_comunica(turtle, FILES)


@pytest.mark.parametrize("name", NAMED)
def test_interop_comunica_gives_the_same_rows(
    name: str, comunica: dict[str, Answer | EngineError], store: pyoxigraph.Store
) -> None:
    theirs, ours = comunica[name], by_pyoxigraph(store, NAMED[name].text)
    assert isinstance(theirs, Answer), theirs
    assert ours.rows
    assert theirs.rows == ours.rows


@ROQET
@pytest.mark.parametrize("name", [name for name in NAMED if name not in RASQAL])
def test_interop_rasqal_gives_the_same_rows(name: str, few: Path) -> None:
    text = NAMED[name].text
    theirs, ours = by_roqet(few, text), by_pyoxigraph(load(few), text)
    assert ours.rows
    # what is grouped by several variables comes in an order of its own, as shown below
    if "GROUP BY" in text:
        assert Counter(theirs.rows) == Counter(ours.rows)
    else:
        assert theirs.rows == ours.rows


@ROQET
@pytest.mark.parametrize("name", [name for name, reason in RASQAL.items() if reason == NO_PATHS])
def test_interop_rasqal_has_no_property_paths(name: str, few: Path) -> None:
    assert re.search(r"\w:\w+[*+|]", NAMED[name].text)
    with pytest.raises(EngineError, match="syntax error"):
        by_roqet(few, NAMED[name].text)


@ROQET
def test_interop_rasqal_gives_other_rows_for_an_optional(few: Path) -> None:
    for name in (name for name, reason in RASQAL.items() if reason == OPTIONAL):
        theirs = by_roqet(few, NAMED[name].text)
        assert Counter(theirs.rows) != Counter(by_pyoxigraph(load(few), NAMED[name].text).rows)


@ROQET
@pytest.mark.parametrize(
    ("query", "ours", "theirs"),
    [
        ("SELECT (COUNT(?owner) AS ?n) { ?s :tag ?tag OPTIONAL { ?s :owner ?owner } }", "1", "3"),
        (
            "SELECT (COUNT(?part) AS ?n) ?s ?tag { ?s :part ?part ; :tag ?tag } GROUP BY ?s ?tag"
            " ORDER BY DESC(?n) ?tag",
            "2 urn:a m, 1 urn:c k, 1 urn:b n",
            "2 urn:a m, 1 urn:b n, 1 urn:c k",
        ),
    ],
    ids=["counts what is not bound", "orders groups by the first key alone"],
)
def test_interop_where_rasqal_is_wrong(query: str, ours: str, theirs: str, tmp_path: Path) -> None:
    (tmp_path / "few.ttl").write_text(FEW, encoding="utf-8")
    for answer, expected in (
        (by_pyoxigraph(load(tmp_path / "few.ttl"), f"PREFIX : <urn:> {query}"), ours),
        (by_roqet(tmp_path / "few.ttl", f"PREFIX : <urn:> {query}"), theirs),
    ):
        assert ", ".join(" ".join(map(str, row)) for row in answer.rows) == expected


def test_interop_named_limits_are_of_queries_that_there_are() -> None:
    assert set(RASQAL) < set(NAMED)
