"""The graph as RDF, in the terms of ``ontology/kg.ttl``.

Every node, claim, piece of evidence and result has an IRI of its own below the base; there are no blank
nodes, and triples are written in the order of their subjects, so that the same graph gives the same
bytes. Characters that an IRI cannot hold never get into one: ids are made of slugs and hashes.

The first triples describe the whole as a dataset, after https://www.w3.org/TR/void/ and
https://www.w3.org/TR/vocab-dcat-3/: its size, themselves included, its licence, its parts, and a distribution for
each file that holds it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import quote

from rdflib import DC, DCAT, DCTERMS, OWL, RDF, SKOS, VOID, XSD, Literal, Namespace, URIRef
from rdflib import Graph as RdfGraph

import kg.graph
from kg.files import write_whole
from kg.graph import BROADER, edge_claim, node_record, outcomes
from kg.records import RELATIONS, TYPES, Claim, Entity, Evidence, Outcome, Paper
from kg.version import VERSION
from kg.vocabulary import BASE

if TYPE_CHECKING:
    import pyoxigraph

KG = Namespace("https://w3id.org/mlkg/ontology#")
SCHEMA = Namespace("https://schema.org/")
RESOLVERS = {"arxiv": "https://arxiv.org/abs/", "doi": "https://doi.org/"}
LICENSE = URIRef("https://creativecommons.org/publicdomain/zero/1.0/")
MEDIA_TYPES = Namespace("https://www.iana.org/assignments/media-types/")
FORMATS = Namespace("http://www.w3.org/ns/formats/")
THEME = URIRef("http://publications.europa.eu/resource/authority/data-theme/TECH")
KEYWORDS = ("knowledge graph", "machine learning", "scholarly papers")
Triple: TypeAlias = tuple[URIRef, URIRef, URIRef | Literal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """A file that holds the graph; `syntax` names its RDF format at the W3C, `packing` how it is compressed."""

    file: str
    title: str
    media_type: str
    syntax: str = ""
    packing: str = ""


DISTRIBUTIONS = (
    Distribution(file="graph.ttl", title="Turtle", media_type="text/turtle", syntax="Turtle"),
    Distribution(
        file="graph.nt.gz",
        title="N-Triples, compressed",
        media_type="application/n-triples",
        syntax="N-Triples",
        packing="application/gzip",
    ),
    Distribution(file="graph.jsonld", title="JSON-LD", media_type="application/ld+json", syntax="JSON-LD"),
    Distribution(file="graph.graphml", title="GraphML, nodes and edges alone", media_type="application/xml"),
)


def rdf_triples(graph: kg.graph.Graph, base: str = BASE) -> Iterator[Triple]:
    """Yield the triples of `graph`, grouped and sorted by subject, with node IRIs below `base`."""
    claims = {claim.id: claim for edge in graph.edges(keys=True) if (claim := edge_claim(graph, *edge))}
    evidence = {e.id: e for c in claims.values() for e in c.evidence}
    evidence.update((o.evidence.id, o.evidence) for o in outcomes(graph))
    # all at once, since the first triples tell how many there are
    header = list(_header(graph, base, len(claims), len(evidence)))
    body = list(_body(graph, base, claims, evidence))
    yield from _sizes(URIRef(base + "graph"), header, body)
    yield from header
    yield from body


def _body(
    graph: kg.graph.Graph, base: str, claims: Mapping[str, Claim], evidence: Mapping[str, Evidence]
) -> Iterator[Triple]:
    for node in sorted(graph):
        subject = URIRef(base + node)
        record = node_record(graph, node)
        yield from _paper(subject, record) if isinstance(record, Paper) else _entity(subject, record, base)
        for _, target, relation in graph.out_edges(node, keys=True):
            predicate = SKOS.broader if relation == BROADER else KG[relation]
            yield subject, predicate, URIRef(base + target)
    for claim in (claims[i] for i in sorted(claims)):
        yield from _claim(URIRef(base + claim.id), claim, base)
    for piece in (evidence[i] for i in sorted(evidence)):
        yield from _evidence(URIRef(base + piece.id), piece, base)
    for outcome in outcomes(graph):
        yield from _result(URIRef(base + outcome.id), outcome, base)


def build_rdf(graph: kg.graph.Graph, base: str = BASE) -> RdfGraph:
    """Return `graph` as an rdflib Graph."""
    rdf = RdfGraph()
    for prefix, iri in prefixes(base).items():
        rdf.bind(prefix, iri)
    for triple in rdf_triples(graph, base):
        rdf.add(triple)
    return rdf


def prefixes(base: str = BASE) -> dict[str, str]:
    """Return the prefixes of the Turtle file and of queries on it."""
    vocabularies = {
        "kg": KG, "dc": DC, "dcat": DCAT, "dcterms": DCTERMS, "owl": OWL, "rdf": RDF, "schema": SCHEMA,
        "skos": SKOS, "void": VOID, "xsd": XSD,
    }  # fmt: skip
    kinds = ("paper", *(kind.lower() for kind in TYPES), "claim", "evidence", "result")
    return {name: str(iri) for name, iri in vocabularies.items()} | {kind: f"{base}{kind}/" for kind in kinds}


def write_turtle(graph: kg.graph.Graph, path: Path, base: str = BASE) -> None:
    """Write `graph` to `path` as Turtle, UTF-8, whole or not at all."""
    import pyoxigraph

    with write_whole(path) as file:
        triples = _sorted_terms(rdf_triples(graph, base))
        pyoxigraph.serialize(triples, file, format=pyoxigraph.RdfFormat.TURTLE, prefixes=prefixes(base))


def _sorted_terms(triples: Iterable[Triple]) -> Iterator[pyoxigraph.Triple]:
    import pyoxigraph

    def term(value: URIRef | Literal) -> pyoxigraph.NamedNode | pyoxigraph.Literal:
        if isinstance(value, URIRef):
            return pyoxigraph.NamedNode(str(value))
        if value.datatype is None or value.datatype == XSD.string:
            return pyoxigraph.Literal(str(value))
        return pyoxigraph.Literal(str(value), datatype=pyoxigraph.NamedNode(str(value.datatype)))

    for subject, same in groupby(triples, key=lambda t: t[0]):
        # the class first, then by predicate and object
        ordered = sorted(same, key=lambda t: (t[1] != RDF.type, str(t[1]), str(t[2])))
        node = pyoxigraph.NamedNode(str(subject))
        for _, predicate, value in ordered:
            yield pyoxigraph.Triple(node, pyoxigraph.NamedNode(str(predicate)), term(value))


def _sizes(dataset: URIRef, header: Sequence[Triple], body: Sequence[Triple]) -> Iterator[Triple]:
    """Yield how much there is in `header`, `body` and these very triples."""
    both = (header, body)
    counts = (VOID.triples, VOID.distinctSubjects, VOID.properties, VOID.classes)
    subjects = {s for triples in both for s, _, _ in triples} | {dataset}
    properties = {p for triples in both for _, p, _ in triples} | set(counts)
    classes = {o for triples in both for _, p, o in triples if p == RDF.type}
    sizes = (len(header) + len(body) + len(counts), len(subjects), len(properties), len(classes))
    for name, size in zip(counts, sizes, strict=True):
        yield dataset, name, Literal(size, datatype=XSD.integer)


def _header(graph: kg.graph.Graph, base: str, claims: int, evidence: int) -> Iterator[Triple]:
    dataset = URIRef(base + "graph")
    kinds = Counter(kg.graph.node_type(graph, node) for node in graph)
    entities = len(graph) - kinds["Paper"]
    size = f"{kinds['Paper']} papers, {entities} entities, {claims} claims, {evidence} pieces of evidence"
    yield dataset, RDF.type, VOID.Dataset
    yield dataset, RDF.type, DCAT.Dataset
    yield dataset, DCTERMS.title, Literal("A knowledge graph of machine-learning papers")
    yield dataset, DCTERMS.description, Literal(size)
    yield dataset, DCTERMS.license, LICENSE
    yield dataset, DCTERMS.conformsTo, URIRef(str(KG).rstrip("#"))
    for keyword in KEYWORDS:
        yield dataset, DCAT.keyword, Literal(keyword)
    yield dataset, DCAT.theme, THEME
    yield dataset, DCAT.landingPage, URIRef(base + "graph.html")
    yield dataset, OWL.versionInfo, Literal(VERSION)
    yield dataset, VOID.entities, Literal(len(graph), datatype=XSD.integer)
    yield dataset, VOID.uriSpace, Literal(base)
    yield dataset, VOID.vocabulary, URIRef(str(KG).rstrip("#"))
    yield dataset, VOID.vocabulary, URIRef(str(SKOS).rstrip("#"))
    for node in _examples(graph):
        yield dataset, VOID.exampleResource, URIRef(base + node)
    counts = {**kinds, "Claim": claims, "Evidence": evidence, "Result": len(outcomes(graph))}
    classes = {kind: URIRef(f"{base}graph/{kind.lower()}") for kind in sorted(counts)}
    relations = Counter(relation for *_, relation in graph.edges(keys=True))
    properties = {relation: URIRef(f"{base}graph/{relation}") for relation in RELATIONS}
    files = {URIRef(f"{base}graph/{d.file.split('.')[1]}"): d for d in DISTRIBUTIONS}
    for part in classes.values():
        yield dataset, VOID.classPartition, part
    for part in properties.values():
        yield dataset, VOID.propertyPartition, part
    for part, file in files.items():
        yield dataset, DCAT.distribution, part
        if file.syntax:
            yield dataset, VOID.dataDump, URIRef(base + file.file)
            yield dataset, VOID.feature, FORMATS[file.syntax]
    for kind, part in classes.items():
        yield part, VOID["class"], KG[kind]
        yield part, VOID.entities, Literal(counts[kind], datatype=XSD.integer)
    for relation, part in properties.items():
        yield part, VOID.property, KG[relation]
        yield part, VOID.triples, Literal(relations[relation], datatype=XSD.integer)
    for part, file in files.items():
        yield from _distribution(part, file, base)
    scheme = URIRef(base + "vocabulary")
    yield scheme, RDF.type, SKOS.ConceptScheme
    yield scheme, DCTERMS.title, Literal("Entities that papers on machine learning speak of")


def _examples(graph: kg.graph.Graph) -> Iterator[str]:
    """Yield of each type the node with the most edges."""
    for kind in ("Paper", *TYPES):
        nodes = [node for node in graph if kg.graph.node_type(graph, node) == kind]
        if nodes:
            yield min(nodes, key=lambda node: (-graph.degree(node), node))


def _distribution(subject: URIRef, file: Distribution, base: str) -> Iterator[Triple]:
    yield subject, RDF.type, DCAT.Distribution
    yield subject, DCTERMS.title, Literal(file.title)
    yield subject, DCTERMS.license, LICENSE
    yield subject, DCAT.downloadURL, URIRef(base + file.file)
    yield subject, DCAT.mediaType, MEDIA_TYPES[file.media_type]
    if file.syntax:
        yield subject, DCTERMS["format"], FORMATS[file.syntax]
    if file.packing:
        yield subject, DCAT.compressFormat, MEDIA_TYPES[file.packing]


def _paper(subject: URIRef, paper: Paper) -> Iterator[Triple]:
    yield subject, RDF.type, KG.Paper
    yield subject, DCTERMS.title, Literal(paper.title)
    yield subject, DCTERMS.abstract, Literal(paper.abstract)
    for page in paper.pages:
        yield subject, DC.source, Literal(page)
    for scheme, value in paper.identifiers:
        yield subject, DCTERMS.identifier, Literal(f"{scheme}:{value}")
        if scheme in RESOLVERS:
            yield subject, SCHEMA.sameAs, URIRef(RESOLVERS[scheme] + quote(value, safe="/:;()._-"))
    yield from _bibliography(subject, paper)


def _bibliography(subject: URIRef, paper: Paper) -> Iterator[Triple]:
    """Yield who wrote a paper, when and where it appeared: what only some listings say."""
    for name in paper.authors:
        yield subject, DC.creator, Literal(name)
    if paper.authors:
        yield subject, KG.authors, Literal("; ".join(paper.authors))
    if paper.date:
        kind = {4: XSD.gYear, 7: XSD.gYearMonth}.get(len(paper.date), XSD.date)
        yield subject, DCTERMS.issued, Literal(paper.date, datatype=kind)
        yield subject, KG.year, Literal(paper.year, datatype=XSD.integer)
    if paper.venue:
        yield subject, KG.venue, Literal(paper.venue)
    for category in paper.categories:
        yield subject, DC.subject, Literal(category)
    for link in paper.links:
        yield subject, SCHEMA.url, URIRef(link)


def _entity(subject: URIRef, entity: Entity, base: str) -> Iterator[Triple]:
    yield subject, RDF.type, KG[entity.type]
    yield subject, RDF.type, KG.Entity
    yield subject, RDF.type, SKOS.Concept
    yield subject, SKOS.prefLabel, Literal(entity.label)
    yield subject, SKOS.inScheme, URIRef(base + "vocabulary")
    for alias in entity.aliases:
        yield subject, SKOS.altLabel, Literal(alias)
    if entity.definition:
        yield subject, SKOS.definition, Literal(entity.definition)


def _claim(subject: URIRef, claim: Claim, base: str) -> Iterator[Triple]:
    yield subject, RDF.type, KG.Claim
    yield subject, RDF.subject, URIRef(base + claim.subject)
    yield subject, RDF.predicate, KG[claim.predicate]
    yield subject, RDF.object, URIRef(base + claim.object)
    yield subject, KG.confidence, decimal(claim.confidence)
    for piece in claim.evidence:
        yield subject, KG.evidence, URIRef(base + piece.id)


def _evidence(subject: URIRef, evidence: Evidence, base: str) -> Iterator[Triple]:
    yield subject, RDF.type, KG.Evidence
    yield subject, KG.statedIn, URIRef(base + evidence.paper)
    yield subject, KG.surface, Literal(evidence.surface)
    yield subject, KG.quote, Literal(evidence.quote)
    yield subject, KG.start, Literal(evidence.start, datatype=XSD.nonNegativeInteger)
    yield subject, KG.end, Literal(evidence.end, datatype=XSD.nonNegativeInteger)
    yield subject, KG.rule, Literal(evidence.rule)
    if evidence.aspect:
        yield subject, KG.aspect, Literal(evidence.aspect)
    if evidence.value:
        yield subject, KG.value, Literal(evidence.value)


def _result(subject: URIRef, outcome: Outcome, base: str) -> Iterator[Triple]:
    yield subject, RDF.type, KG.Result
    yield subject, KG.reportedIn, URIRef(base + outcome.paper)
    yield subject, KG.subject, URIRef(base + outcome.subject)
    yield subject, KG.metric, Literal(outcome.metric)
    yield subject, KG.value, Literal(outcome.value)
    yield subject, KG.number, Literal(outcome.number, datatype=XSD.decimal)
    yield subject, KG.unit, Literal(outcome.unit)
    yield subject, KG.confidence, decimal(outcome.confidence)
    yield subject, KG.evidence, URIRef(base + outcome.evidence.id)
    others = {KG.baseline: outcome.baseline, KG.onDataset: outcome.dataset, KG.onHardware: outcome.hardware}
    for predicate, node in others.items():
        if node:
            yield subject, predicate, URIRef(base + node)


def decimal(number: float) -> Literal:
    """Return `number` as xsd:decimal with at most four places.

    >>> str(decimal(0.9)), str(decimal(1.0))
    ('0.9', '1.0')
    """
    text = f"{number:.4f}".rstrip("0")
    return Literal(text + "0" if text.endswith(".") else text, datatype=XSD.decimal)
