"""Statements: what is said of one node, as RDF terms in a fixed order.

`Said` is a predicate, the text of its value and the datatype of that text, `IRI` where it is a link. Statements are
plain tuples until they are written, since a graph may have a hundred million of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TypeAlias

import pyoxigraph
from rdflib import RDF, XSD, Namespace

KG = Namespace("https://w3id.org/mlkg/ontology#")
SCHEMA = Namespace("https://schema.org/")
IRI, TEXT, INTEGER, DECIMAL = "", str(XSD.string), str(XSD.integer), str(XSD.decimal)
TYPE = str(RDF.type)
Said: TypeAlias = tuple[str, str, str]


def link(predicate: str, iri: str) -> Said:
    """Return that `predicate` leads to `iri`."""
    return str(predicate), str(iri), IRI


def text(predicate: str, value: str) -> Said:
    """Return that `predicate` has the text `value`."""
    return str(predicate), value, TEXT


def number(predicate: str, value: int, datatype: str = INTEGER) -> Said:
    """Return that `predicate` has the whole number `value`."""
    return str(predicate), str(value), str(datatype)


def decimal(predicate: str, value: float) -> Said:
    """Return that `predicate` has `value` with at most four places.

    >>> [decimal("p", n)[1] for n in (0.9, 1.0)]
    ['0.9', '1.0']
    """
    digits = f"{value:.4f}".rstrip("0")
    return str(predicate), digits + "0" if digits.endswith(".") else digits, DECIMAL


def triples(subject: str, said: Iterable[Said]) -> Iterator[pyoxigraph.Triple]:
    """Yield what is `said` of `subject`, each once: the classes first, then by predicate and value."""
    node = pyoxigraph.NamedNode(subject)
    for predicate, value, kind in sorted(set(said), key=lambda s: (s[0] != TYPE, s)):
        term = pyoxigraph.NamedNode(value) if kind == IRI else pyoxigraph.Literal(value, datatype=_named(kind))
        yield pyoxigraph.Triple(node, _named(predicate), term)


@lru_cache(maxsize=256)
def _named(iri: str) -> pyoxigraph.NamedNode:
    return pyoxigraph.NamedNode(iri)
