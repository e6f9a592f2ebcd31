"""Fixtures that several tests share; the pipeline is built once, it takes a second or two."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from spacy.language import Language

from kg.cues import Cues
from kg.files import ontology_folder
from kg.ontology import read_ontology
from kg.pipeline import build_pipeline, extract
from kg.records import Extraction, Paper
from kg.vocabulary import Vocabulary

if TYPE_CHECKING:
    from playwright.sync_api import Browser


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
