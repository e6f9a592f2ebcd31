"""Statements: what is said of one node, as RDF terms in a fixed order.

`Said` is a predicate, the text of its value and the datatype of that text, `IRI` where it is a link. Statements are
plain tuples until they are written, since a graph may have a hundred million of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TypeAlias

import pyoxigraph
from rdflib import DC, DCAT, DCTERMS, OWL, RDF, SKOS, VOID, XSD, Namespace

KG = Namespace("https://w3id.org/mlkg/ontology#")
SCHEMA = Namespace("https://schema.org/")
IRI, TEXT, INTEGER, DECIMAL = "", str(XSD.string), str(XSD.integer), str(XSD.decimal)
TYPE = str(RDF.type)
Said: TypeAlias = tuple[str, str, str]


class Terms:
    """The IRIs of a namespace as plain texts: rdflib makes its terms anew at each use, which costs more than all else.

    >>> Terms("https://schema.org/").url
    'https://schema.org/url'
    """

    def __init__(self, space: str) -> None:
        self._space = str(space)

    def __getattr__(self, name: str) -> str:
        """Return the IRI of `name` and keep it."""
        iri = self._space + name
        setattr(self, name, iri)
        return iri

    def __getitem__(self, name: str) -> str:
        """Return the IRI of `name`."""
        iri: str = getattr(self, name)
        return iri


dc, dcat, dcterms, our, owl, rdf, schema, skos, void, xsd = (
    Terms(str(space)) for space in (DC, DCAT, DCTERMS, KG, OWL, RDF, SCHEMA, SKOS, VOID, XSD)
)


def link(predicate: str, iri: str) -> Said:
    """Return that `predicate` leads to `iri`."""
    return predicate, iri, IRI


def text(predicate: str, value: str) -> Said:
    """Return that `predicate` has the text `value`."""
    return predicate, value, TEXT


def number(predicate: str, value: int, datatype: str = INTEGER) -> Said:
    """Return that `predicate` has the whole number `value`."""
    return predicate, str(value), datatype


def decimal(predicate: str, value: float) -> Said:
    """Return that `predicate` has `value` with at most four places.

    >>> [decimal("p", n)[1] for n in (0.9, 1.0)]
    ['0.9', '1.0']
    """
    digits = f"{value:.4f}".rstrip("0")
    return predicate, digits + "0" if digits.endswith(".") else digits, DECIMAL


def triples(subject: str, said: Iterable[Said]) -> Iterator[pyoxigraph.Triple]:
    """Yield what is `said` of `subject`, each once: the classes first, then by predicate and value."""
    node, ordered = pyoxigraph.NamedNode(subject), sorted(set(said))
    for first in (True, False):
        for predicate, value, kind in ordered:
            if (predicate == TYPE) is first:
                term = pyoxigraph.NamedNode(value) if kind == IRI else pyoxigraph.Literal(value, datatype=_named(kind))
                yield pyoxigraph.Triple(node, _named(predicate), term)


@lru_cache(maxsize=256)
def _named(iri: str) -> pyoxigraph.NamedNode:
    return pyoxigraph.NamedNode(iri)
