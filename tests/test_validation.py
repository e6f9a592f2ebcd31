"""Tests of `kg.validation`: the shapes let a proper graph pass and name the node that breaks them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from rdflib import Graph as RdfGraph
from spacy.language import Language

from kg.errors import InputError
from kg.files import ontology_folder
from kg.pipeline import extract
from kg.rdf import build_rdf
from kg.readers import read_papers
from kg.resolution import resolve
from kg.sparql import read_prefixes
from kg.validation import Violation, find_violations, read_turtle
from kg.vocabulary import Vocabulary

ROOT = Path(__file__).resolve().parent.parent
GRAPH = """
<https://w3id.org/mlkg/graph> a void:Dataset, dcat:Dataset ; dcterms:title "A graph" ;
    dcterms:license <https://creativecommons.org/publicdomain/zero/1.0/> ; void:entities 3 ; void:triples 99 ;
    void:distinctSubjects 15 ; void:uriSpace "https://w3id.org/mlkg/" ; void:exampleResource technique:foo ;
    void:classPartition <https://w3id.org/mlkg/graph/paper> ;
    void:propertyPartition <https://w3id.org/mlkg/graph/uses> ;
    void:dataDump <https://w3id.org/mlkg/graph.ttl> ; dcat:distribution <https://w3id.org/mlkg/graph/ttl> .
<https://w3id.org/mlkg/graph/paper> void:class kg:Paper ; void:entities 1 .
<https://w3id.org/mlkg/graph/uses> void:property kg:uses ; void:triples 0 .
<https://w3id.org/mlkg/graph/ttl> a dcat:Distribution ; dcterms:title "Turtle" ;
    dcterms:license <https://creativecommons.org/publicdomain/zero/1.0/> ;
    dcat:downloadURL <https://w3id.org/mlkg/graph.ttl> ;
    dcat:mediaType <https://www.iana.org/assignments/media-types/text/turtle> .
<https://w3id.org/mlkg/vocabulary> a skos:ConceptScheme .

paper:p a kg:Paper ; dcterms:title "Foo beats bar" ; dcterms:abstract "Foo is 2x faster." ;
    kg:introduces technique:foo ; kg:improvesOn technique:bar .
technique:foo a kg:Technique, kg:Entity, skos:Concept ; skos:prefLabel "Foo" ; skos:altLabel "FOO" ;
    skos:inScheme <https://w3id.org/mlkg/vocabulary> ; skos:broader technique:bar ;
    kg:improvesOn technique:bar .
technique:bar a kg:Technique, kg:Entity, skos:Concept ; skos:prefLabel "bar" ;
    skos:inScheme <https://w3id.org/mlkg/vocabulary> ; skos:definition "What bars are." .
model:m a kg:Model, kg:Entity, skos:Concept ; skos:prefLabel "M" ;
    skos:inScheme <https://w3id.org/mlkg/vocabulary> .

claim:1 a kg:Claim ; rdf:subject paper:p ; rdf:predicate kg:introduces ; rdf:object technique:foo ;
    kg:confidence 0.9 ; kg:evidence evidence:1 .
claim:2 a kg:Claim ; rdf:subject paper:p ; rdf:predicate kg:improvesOn ; rdf:object technique:bar ;
    kg:confidence 0.5 ; kg:evidence evidence:2 .
claim:3 a kg:Claim ; rdf:subject technique:foo ; rdf:predicate kg:improvesOn ; rdf:object technique:bar ;
    kg:confidence 1.0 ; kg:evidence evidence:2 .
evidence:1 a kg:Evidence ; kg:statedIn paper:p ; kg:surface "Foo" ; kg:quote "Foo beats bar" ; kg:rule "r" ;
    kg:start "0"^^xsd:nonNegativeInteger ; kg:end "3"^^xsd:nonNegativeInteger .
evidence:2 a kg:Evidence ; kg:statedIn paper:p ; kg:surface "bar" ; kg:quote "Foo beats bar" ; kg:rule "r" ;
    kg:start "10"^^xsd:nonNegativeInteger ; kg:end "13"^^xsd:nonNegativeInteger ;
    kg:aspect "speed" ; kg:value "2x" .
result:1 a kg:Result ; kg:reportedIn paper:p ; kg:subject technique:foo ; kg:metric "speed" ; kg:value "2x" ;
    kg:number 2.0 ; kg:unit "times" ; kg:confidence 0.7 ; kg:baseline technique:bar ; kg:evidence evidence:2 .
"""
HEADER, FILE = "<https://w3id.org/mlkg/graph>", "<https://w3id.org/mlkg/graph/ttl>"
LICENSE = "<https://creativecommons.org/publicdomain/zero/1.0/>"
# what to delete, what to insert, the node that then breaks a shape
BREAKS = {
    "paper without title": ('paper:p dcterms:title "Foo beats bar"', "", "paper:p"),
    "paper with two titles": ("", 'paper:p dcterms:title "Another"', "paper:p"),
    "paper with empty title": (
        'paper:p dcterms:title "Foo beats bar"',
        'paper:p dcterms:title ""',
        "paper:p",
    ),
    "paper without abstract": ('paper:p dcterms:abstract "Foo is 2x faster."', "", "paper:p"),
    "paper introduces paper": ("", "paper:p kg:introduces paper:p", "paper:p"),
    "paper uses paper": ("", "paper:p kg:uses paper:p", "paper:p"),
    "paper compares with paper": ("", "paper:p kg:comparesWith paper:p", "paper:p"),
    "paper mentions text": ("", 'paper:p kg:mentions "foo"', "paper:p"),
    "paper improves on paper": ("", "paper:p kg:improvesOn paper:p", "paper:p"),
    "paper uses what is not there": ("", "paper:p kg:uses technique:nowhere", "paper:p"),
    "entity introduces": ("", "technique:foo kg:introduces technique:bar", "technique:foo"),
    "entity uses": ("", "technique:foo kg:uses technique:bar", "technique:foo"),
    "entity compares with": ("", "technique:foo kg:comparesWith technique:bar", "technique:foo"),
    "entity mentions": ("", "technique:foo kg:mentions technique:bar", "technique:foo"),
    "entity improves on paper": ("", "technique:foo kg:improvesOn paper:p", "technique:foo"),
    "claim improves on entity": ("", "claim:1 kg:improvesOn technique:bar", "claim:1"),
    "entity without label": ('technique:bar skos:prefLabel "bar"', "", "technique:bar"),
    "entity with two labels": ("", 'technique:bar skos:prefLabel "Bar"', "technique:bar"),
    "entity with its label for alias": ("", 'technique:bar skos:altLabel "bar"', "technique:bar"),
    "entity with two definitions": ("", 'technique:bar skos:definition "Other."', "technique:bar"),
    "entity with two types": ("", "technique:bar a kg:Model", "technique:bar"),
    "entity without type": ("technique:bar a kg:Technique", "", "technique:bar"),
    "entity that is no concept": ("model:m a skos:Concept", "", "model:m"),
    "entity that is a paper too": ("", 'paper:p a kg:Entity ; skos:prefLabel "P"', "paper:p"),
    "technique that is no entity": ("technique:foo a kg:Entity", "", "technique:foo"),
    "entity without scheme": ("model:m skos:inScheme <https://w3id.org/mlkg/vocabulary>", "", "model:m"),
    "broader of another type": ("", "technique:foo skos:broader model:m", "technique:foo"),
    "broader than a paper": ("", "technique:foo skos:broader paper:p", "technique:foo"),
    "claim without evidence": ("claim:1 kg:evidence evidence:1", "", "claim:1"),
    "claim whose evidence is none": ("", "claim:1 kg:evidence paper:p", "claim:1"),
    "claim without subject": ("claim:1 rdf:subject paper:p", "", "claim:1"),
    "claim about a claim": ("claim:1 rdf:subject paper:p", "claim:1 rdf:subject claim:2", "claim:1"),
    "claim with two objects": ("", "claim:1 rdf:object technique:bar", "claim:1"),
    "claim of a paper for object": (
        "claim:1 rdf:object technique:foo",
        "claim:1 rdf:object paper:p",
        "claim:1",
    ),
    "claim of no relation": ("claim:1 rdf:predicate kg:introduces", "", "claim:1"),
    "claim of unknown relation": (
        "claim:1 rdf:predicate kg:introduces",
        "claim:1 rdf:predicate kg:likes",
        "claim:1",
    ),
    "claim without confidence": ("claim:1 kg:confidence 0.9", "", "claim:1"),
    "claim surer than sure": ("claim:1 kg:confidence 0.9", "claim:1 kg:confidence 1.5", "claim:1"),
    "claim with negative confidence": ("claim:1 kg:confidence 0.9", "claim:1 kg:confidence -0.1", "claim:1"),
    "claim with confidence in words": (
        "claim:1 kg:confidence 0.9",
        'claim:1 kg:confidence "high"',
        "claim:1",
    ),
    "evidence of nothing": ("claim:1 kg:evidence evidence:1", "claim:1 kg:evidence evidence:2", "evidence:1"),
    "evidence of no paper": ("evidence:1 kg:statedIn paper:p", "", "evidence:1"),
    "evidence without surface": ('evidence:1 kg:surface "Foo"', "", "evidence:1"),
    "evidence without quote": ('evidence:1 kg:quote "Foo beats bar"', "", "evidence:1"),
    "evidence without rule": ('evidence:1 kg:rule "r"', "", "evidence:1"),
    "evidence without start": ('evidence:1 kg:start "0"^^xsd:nonNegativeInteger', "", "evidence:1"),
    "evidence without end": ('evidence:1 kg:end "3"^^xsd:nonNegativeInteger', "", "evidence:1"),
    "evidence that ends before it starts": (
        'evidence:2 kg:end "13"^^xsd:nonNegativeInteger',
        'evidence:2 kg:end "9"^^xsd:nonNegativeInteger',
        "evidence:2",
    ),
    "evidence with two aspects": ("", 'evidence:2 kg:aspect "memory"', "evidence:2"),
    "result without number": ("result:1 kg:number 2.0", "", "result:1"),
    "result with a number in words": ("result:1 kg:number 2.0", 'result:1 kg:number "two"', "result:1"),
    "result without metric": ('result:1 kg:metric "speed"', "", "result:1"),
    "result without value": ('result:1 kg:value "2x"', "", "result:1"),
    "result without paper": ("result:1 kg:reportedIn paper:p", "", "result:1"),
    "result of nothing": ("result:1 kg:subject technique:foo", "", "result:1"),
    "result without evidence": ("result:1 kg:evidence evidence:2", "", "result:1"),
    "result on a technique for data": ("", "result:1 kg:onDataset technique:bar", "result:1"),
    "result on a technique for hardware": ("", "result:1 kg:onHardware technique:bar", "result:1"),
    "result against a paper": ("", "result:1 kg:baseline paper:p", "result:1"),
    "graph without licence": (f"{HEADER} dcterms:license {LICENSE}", "", HEADER),
    "graph with a licence in words": (
        f"{HEADER} dcterms:license {LICENSE}",
        f'{HEADER} dcterms:license "CC0"',
        HEADER,
    ),
    "graph with two licences": ("", f"{HEADER} dcterms:license <urn:other>", HEADER),
    "graph without title": (f'{HEADER} dcterms:title "A graph"', "", HEADER),
    "graph that is no dataset of DCAT": (f"{HEADER} a dcat:Dataset", "", HEADER),
    "graph without size": (f"{HEADER} void:entities 3", "", HEADER),
    "graph without triples": (f"{HEADER} void:triples 99", "", HEADER),
    "graph with triples in words": (f"{HEADER} void:triples 99", f'{HEADER} void:triples "99"', HEADER),
    "graph with two sizes": ("", f"{HEADER} void:triples 98", HEADER),
    "graph with more subjects than triples": (
        f"{HEADER} void:distinctSubjects 15",
        f"{HEADER} void:distinctSubjects 150",
        HEADER,
    ),
    "graph with properties in words": ("", f'{HEADER} void:properties "many"', HEADER),
    "graph with classes in words": ("", f'{HEADER} void:classes "many"', HEADER),
    "graph without the beginning of its IRIs": (f'{HEADER} void:uriSpace "https://w3id.org/mlkg/"', "", HEADER),
    "graph with an example elsewhere": ("", f"{HEADER} void:exampleResource technique:nowhere", HEADER),
    "graph with a dump in words": ("", f'{HEADER} void:dataDump "graph.nt"', HEADER),
    "graph with a format in words": ("", f'{HEADER} void:feature "Turtle"', HEADER),
    "graph without distribution": (f"{HEADER} dcat:distribution {FILE}", "", HEADER),
    "distribution of nothing": (f"{HEADER} dcat:distribution {FILE}", "", FILE),
    "distribution without title": (f'{FILE} dcterms:title "Turtle"', "", FILE),
    "distribution without licence": (f"{FILE} dcterms:license {LICENSE}", "", FILE),
    "distribution without address": (f"{FILE} dcat:downloadURL <https://w3id.org/mlkg/graph.ttl>", "", FILE),
    "distribution with an address in words": ("", f'{FILE} dcat:downloadURL "graph.ttl"', FILE),
    "distribution with two media types": ("", f"{FILE} dcat:mediaType <urn:other>", FILE),
    "part of no class": (
        "<https://w3id.org/mlkg/graph/paper> void:class kg:Paper",
        "",
        "<https://w3id.org/mlkg/graph/paper>",
    ),
    "part by class without size": (
        "<https://w3id.org/mlkg/graph/paper> void:entities 1",
        "",
        "<https://w3id.org/mlkg/graph/paper>",
    ),
    "part of no property": (
        "<https://w3id.org/mlkg/graph/uses> void:property kg:uses",
        "",
        "<https://w3id.org/mlkg/graph/uses>",
    ),
    "part by property without size": (
        "<https://w3id.org/mlkg/graph/uses> void:triples 0",
        "",
        "<https://w3id.org/mlkg/graph/uses>",
    ),
}


@pytest.fixture(scope="module")
def shapes() -> RdfGraph:
    return read_turtle([ontology_folder() / "shapes.ttl"])


@pytest.fixture
def rdf() -> RdfGraph:
    return RdfGraph().parse(data=in_turtle(GRAPH), format="turtle")


def in_turtle(text: str) -> str:
    return "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in read_prefixes().items()) + text


def iri_of(name: str) -> str:
    if name.startswith("<"):
        return name.strip("<>")
    prefix, local = name.split(":")
    return read_prefixes()[prefix] + local


def test_validation_a_proper_graph_conforms(rdf: RdfGraph, shapes: RdfGraph) -> None:
    assert find_violations(rdf, shapes) == ()


@pytest.mark.parametrize(("delete", "insert", "node"), BREAKS.values(), ids=BREAKS)
def test_validation_names_the_node_that_breaks(
    delete: str, insert: str, node: str, rdf: RdfGraph, shapes: RdfGraph
) -> None:
    for gone in RdfGraph().parse(data=in_turtle(f"{delete} ." if delete else ""), format="turtle"):
        assert gone in rdf
        rdf.remove(gone)
    rdf.parse(data=in_turtle(f"{insert} ." if insert else ""), format="turtle")
    violations = find_violations(rdf, shapes)
    assert iri_of(node) in {v.node for v in violations}
    assert all(v.message != "breaks a shape" for v in violations)


def test_validation_says_where_and_why(rdf: RdfGraph, shapes: RdfGraph) -> None:
    rdf.parse(data=in_turtle('paper:p dcterms:title "Another" .'), format="turtle")
    [violation] = find_violations(rdf, shapes)
    assert violation == Violation(
        node="https://w3id.org/mlkg/paper/p",
        path="http://purl.org/dc/terms/title",
        value="",
        message="A paper has one title.",
    )
    assert str(violation) == ("https://w3id.org/mlkg/paper/p http://purl.org/dc/terms/title: A paper has one title.")


def test_validation_leaves_the_data_as_they_are(rdf: RdfGraph, shapes: RdfGraph) -> None:
    before = set(rdf)
    find_violations(rdf, shapes)
    assert set(rdf) == before


def test_validation_a_shipped_listing_conforms(nlp: Language, vocabulary: Vocabulary, shapes: RdfGraph) -> None:
    smallest = min((ROOT / "corpus").glob("*.txt"), key=lambda p: p.stat().st_size)
    rdf = build_rdf(resolve(extract(nlp, read_papers([smallest]).papers), vocabulary))
    assert len(rdf) > 5000
    assert find_violations(rdf, shapes) == ()


def test_validation_reads_several_files_as_one_graph(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text("<urn:a> <urn:p> 1 .", encoding="utf-8")
    (tmp_path / "b.ttl").write_text("<urn:b> <urn:p> 2 .", encoding="utf-8")
    assert len(read_turtle([tmp_path / "a.ttl", tmp_path / "b.ttl"])) == 2


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda _: None, "cannot be read.*kg build"),
        (lambda path: path.write_text("<urn:a> <urn:p> 1 .\n<urn:b> nonsense", encoding="utf-8"), "line 2"),
        (lambda path: path.write_bytes(b'<urn:a> <urn:p> "\xff" .'), "not valid Turtle"),
        (lambda path: path.mkdir(), "cannot be read"),
    ],
    ids=["missing", "no Turtle", "no UTF-8", "folder"],
)
def test_validation_of_an_unreadable_file_is_an_error_that_names_it(
    make: Callable[[Path], None], message: str, tmp_path: Path
) -> None:
    path = tmp_path / "graph.ttl"
    make(path)
    with pytest.raises(InputError, match=message) as error:
        read_turtle([path])
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)
