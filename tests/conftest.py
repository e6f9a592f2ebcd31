"""Fixtures that several tests share; the pipeline is built once, it takes a second or two."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from spacy.language import Language

from kg.cues import Cues
from kg.files import ontology_folder
from kg.ontology import read_ontology
from kg.pipeline import build_pipeline, extract
from kg.records import Extraction, Paper
from kg.vocabulary import Vocabulary


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
