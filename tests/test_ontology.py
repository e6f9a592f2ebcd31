"""Tests of `kg.ontology` and of ``ontology/kg.ttl``: every term is described, every borrowed one exists."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import pytest
from rdflib import DC, DCAT, DCTERMS, OWL, PROV, RDF, RDFS, SDO, SH, SKOS, VANN, VOID, XSD, URIRef
from rdflib import Graph as RdfGraph
from rdflib.namespace import DefinedNamespace

from kg.errors import OntologyError
from kg.files import ontology_folder
from kg.ontology import read_ontology
from kg.records import RELATIONS, TYPES
from kg.statements import KG

KINDS = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty)
KNOWN: dict[str, type[DefinedNamespace]] = {
    str(n): n for n in (DC, DCAT, DCTERMS, OWL, PROV, RDF, RDFS, SDO, SH, SKOS, VANN, VOID, XSD)
}
# what is borrowed from vocabularies that rdflib does not know, looked up in their specifications
LOOKED_UP = {
    "http://purl.org/spar/fabio/": {"ResearchPaper", "hasPublicationYear"},
    "http://purl.org/spar/cito/": {"discusses", "extends", "usesDataFrom", "usesMethodIn"},
    "http://www.w3.org/ns/oa#": {"TextPositionSelector", "TextQuoteSelector", "exact", "start", "end"},
}


@pytest.fixture(scope="module")
def ontology() -> RdfGraph:
    return RdfGraph().parse(ontology_folder() / "kg.ttl", format="turtle")


def declared(ontology: RdfGraph) -> set[URIRef]:
    found = {term for kind in KINDS for term in ontology.subjects(RDF.type, kind)}
    return {term for term in found if isinstance(term, URIRef)}


def test_ontology_folder_holds_what_the_program_needs() -> None:
    folder = ontology_folder()
    assert (folder / "cues.toml").is_file()
    assert list((folder / "vocabulary").glob("*.ttl"))
    assert list((folder / "queries").glob("*.rq"))


def test_ontology_missing_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("kg.files.__file__", str(tmp_path / "kg" / "files.py"))
    with pytest.raises(OntologyError, match="install the package again"):
        ontology_folder()


def test_ontology_is_read_once() -> None:
    assert read_ontology(ontology_folder()) is read_ontology(ontology_folder())


def test_ontology_declares_every_type_and_relation_of_the_records(ontology: RdfGraph) -> None:
    for name in TYPES:
        assert (KG[name], RDFS.subClassOf, KG.Entity) in ontology
    for name in RELATIONS:
        assert (KG[name], RDF.type, OWL.ObjectProperty) in ontology


def test_ontology_describes_every_term(ontology: RdfGraph) -> None:
    terms = declared(ontology)
    assert len(terms) > 25
    for term in sorted(terms):
        assert str(term).startswith(str(KG))
        assert len(list(ontology.objects(term, RDF.type))) == 1, term
        assert len(list(ontology.objects(term, RDFS.label))) == 1, term
        assert len(str(ontology.value(term, RDFS.comment))) > 15, term
        assert (term, RDFS.isDefinedBy, URIRef(str(KG).rstrip("#"))) in ontology, term
        if (term, RDF.type, OWL.Class) not in ontology:
            assert ontology.value(term, RDFS.domain) is not None, term
            assert ontology.value(term, RDFS.range) is not None, term


def test_ontology_speaks_only_of_terms_it_declares(ontology: RdfGraph) -> None:
    own = {node for triple in ontology for node in triple if str(node).startswith(str(KG))}
    # the namespace itself stands there as a text
    assert {n for n in own if isinstance(n, URIRef)} == declared(ontology)


@pytest.mark.parametrize("name", ["kg.ttl", "shapes.ttl", "vocabulary-shapes.ttl"])
def test_ontology_borrows_only_terms_that_exist(name: str) -> None:
    rdf = RdfGraph().parse(ontology_folder() / name, format="turtle")
    iris = {node for triple in rdf for node in triple if isinstance(node, URIRef)}
    for iri in sorted(iris):
        base, term = re.fullmatch(r"(.*[#/])([^#/]*)", iri).groups()  # type: ignore[union-attr]
        if base in KNOWN:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                assert term in KNOWN[base] or (base == str(RDF) and term == "first"), iri
        elif base in LOOKED_UP:
            assert term in LOOKED_UP[base], iri
        else:
            own = base.startswith("https://w3id.org/mlkg/") or iri == URIRef("https://w3id.org/mlkg/ontology")
            assert own or "creativecommons.org" in iri, iri


def test_ontology_uses_every_borrowed_vocabulary_it_looked_up(ontology: RdfGraph) -> None:
    iris = {str(node) for triple in ontology for node in triple if isinstance(node, URIRef)}
    assert {base + term for base, terms in LOOKED_UP.items() for term in terms} <= iris


def test_ontology_aligns_with_scholarly_vocabularies(ontology: RdfGraph) -> None:
    parents = {str(o) for p in (RDFS.subClassOf, RDFS.subPropertyOf, RDFS.seeAlso) for o in ontology.objects(None, p)}
    for base in (str(SKOS), str(PROV), str(SDO), *LOOKED_UP):
        assert any(parent.startswith(base) for parent in parents), base
