"""Fixtures that several tests share; the pipeline is built once, it takes a second or two."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph
import pytest
from spacy.language import Language

from kg.cues import Cues
from kg.files import ontology_folder
from kg.ontology import read_ontology
from kg.pipeline import build_pipeline, extract
from kg.rdf import write_turtle
from kg.readers import read_papers
from kg.records import Extraction, Paper
from kg.resolution import resolve
from kg.vocabulary import Vocabulary

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# titles of some fifty shipped papers that together answer every named query
TOPICS = re.compile(
    r"Flash|Lean Attention|Context Sharding|DyLoRA|Quantiz|Pruning|BERT|ImageNet|CIFAR|Classification|GPU"
    r"|Metrics for"
)

TINY = """@prefix kg: <https://w3id.org/mlkg/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<https://w3id.org/mlkg/model/a> skos:prefLabel "A, \\"quoted\\"" ; kg:number 2.5 .
<https://w3id.org/mlkg/model/b> skos:prefLabel "B" .
"""


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what the tests extract, in part by changed code, out of the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


# files of tests that take long, to be begun first: with the others after them, all processes end at about one time
LONG = frozenset("vocabulary training engine build together page_query properties growth server interop page".split())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take long first (with ``--no-loadscope-reorder``, which keeps the order of files)."""
    items.sort(key=lambda item: item.path.stem.removeprefix("test_") not in LONG)


@pytest.fixture
def tiny() -> pyoxigraph.Store:
    """Return a graph of two models."""
    store = pyoxigraph.Store()
    store.load(TINY.encode(), format=pyoxigraph.RdfFormat.TURTLE)
    return store


@pytest.fixture(scope="session")
def nlp() -> Language:
    """Return the pipeline of rules with the ontology that comes along."""
    return build_pipeline(model=False)


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    """Return the vocabulary that comes along."""
    return read_ontology(ontology_folder()).vocabulary


@pytest.fixture(scope="session")
def cues() -> Cues:
    """Return the cues that come along."""
    return read_ontology(ontology_folder()).cues


@pytest.fixture(scope="session")
def turtle(nlp: Language, vocabulary: Vocabulary, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the Turtle file of the shipped papers on `TOPICS`."""
    found = [p for p in read_papers([Path(__file__).parent.parent / "corpus"]).papers if TOPICS.search(p.title)]
    # the pages say no dates
    papers = [replace(p, date=f"{2022 + i % 4}-05") for i, p in enumerate(found)]
    path = tmp_path_factory.mktemp("queries") / "graph.ttl"
    write_turtle(resolve(extract(nlp, papers), vocabulary), path)
    return path


@pytest.fixture(scope="session")
def extract_text(nlp: Language) -> Callable[[str, str], Extraction]:
    """Return a function from a title and an abstract to what the pipeline finds in them."""

    def find(title: str, abstract: str) -> Extraction:
        [extraction] = extract(nlp, [Paper(title=title, abstract=abstract)])
        return extraction

    return find


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return a browser to open the page in; without one the tests are skipped."""
    from playwright.sync_api import Error, sync_playwright

    path = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        try:
            opened = playwright.chromium.launch(
                executable_path=path, args=["--headless", "--no-sandbox", "--disable-gpu"]
            )
        except Error as e:
            pytest.skip(f"no browser to open the page in: install chromium ({e.message.splitlines()[0]})")
        yield opened
        opened.close()
