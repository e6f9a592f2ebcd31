"""The description of the graph as a dataset, which comes first in its Turtle file.

After https://www.w3.org/TR/void/ and https://www.w3.org/TR/vocab-dcat-3/: its size, the description itself included,
its licence, its parts, and a distribution for each file that holds it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from kg.records import RELATIONS, TYPES
from kg.statements import KG, TYPE, Said, Terms, dcat, dcterms, link, number, our, owl, rdf, skos, text, void
from kg.version import VERSION

LICENSE = "https://creativecommons.org/publicdomain/zero/1.0/"
MEDIA_TYPES = Terms("https://www.iana.org/assignments/media-types/")
FORMATS = Terms("http://www.w3.org/ns/formats/")
THEME = "http://publications.europa.eu/resource/authority/data-theme/TECH"
KEYWORDS = ("knowledge graph", "machine learning", "scholarly papers")
ONTOLOGY = str(KG).rstrip("#")


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


@dataclass(slots=True, kw_only=True)
class Tally:
    """What is counted while a graph is written.

    `classes` and `properties` are those in use, `kinds` counts the nodes, claims, evidence and results, `relations` the
    claims, `examples` has of each type the node with the most edges and how many these are.
    """

    triples: int = 0
    subjects: int = 0
    classes: set[str] = field(default_factory=set)
    properties: set[str] = field(default_factory=set)
    kinds: Counter[str] = field(default_factory=Counter)
    relations: Counter[str] = field(default_factory=Counter)
    examples: dict[str, tuple[int, str]] = field(default_factory=dict)

    def count(self, said: list[Said]) -> None:
        """Count what is said of one subject."""
        self.triples += len(said)
        self.subjects += 1
        self.properties.update(predicate for predicate, _, _ in said)
        self.classes.update(value for predicate, value, _ in said if predicate == TYPE)


def describe_dataset(tally: Tally, base: str) -> Iterator[tuple[str, list[Said]]]:
    """Yield the subjects that describe the graph and what is said of each, its sizes as `tally` has them."""
    dataset = base + "graph"
    parts = _parts(tally, base)
    about = [*_about(tally, base), *_links(parts, base)]
    counts = (void.triples, void.distinctSubjects, void.properties, void.classes)
    for said in (about, *parts.values()):
        tally.count(said)
    tally.properties.update(counts)
    sizes = (tally.triples + len(counts), tally.subjects, len(tally.properties), len(tally.classes))
    about += [number(name, size) for name, size in zip(counts, sizes, strict=True)]
    yield dataset, about
    yield from parts.items()


def _about(tally: Tally, base: str) -> Iterator[Said]:
    kinds = tally.kinds
    entities = sum(kinds[kind] for kind in TYPES)
    size = (
        f"{kinds['Paper']} papers, {entities} entities, {kinds['Claim']} claims, {kinds['Evidence']} pieces of evidence"
    )
    yield link(rdf.type, void.Dataset)
    yield link(rdf.type, dcat.Dataset)
    yield text(dcterms.title, "A knowledge graph of machine-learning papers")
    yield text(dcterms.description, size)
    yield link(dcterms.license, LICENSE)
    yield link(dcterms.conformsTo, ONTOLOGY)
    for keyword in KEYWORDS:
        yield text(dcat.keyword, keyword)
    yield link(dcat.theme, THEME)
    yield link(dcat.landingPage, base + "graph.html")
    yield text(owl.versionInfo, VERSION)
    yield number(void.entities, kinds["Paper"] + entities)
    yield text(void.uriSpace, base)
    yield link(void.vocabulary, ONTOLOGY)
    yield link(void.vocabulary, skos[""].rstrip("#"))
    for _, node in tally.examples.values():
        yield link(void.exampleResource, base + node)


def _links(parts: dict[str, list[Said]], base: str) -> Iterator[Said]:
    """Yield the links of the dataset to its `parts`."""
    for part, said in parts.items():
        predicates = {predicate for predicate, _, _ in said}
        if void["class"] in predicates:
            yield link(void.classPartition, part)
        elif void.property in predicates:
            yield link(void.propertyPartition, part)
        elif dcat.downloadURL in predicates:
            yield link(dcat.distribution, part)
    for file in DISTRIBUTIONS:
        if file.syntax:
            yield link(void.dataDump, base + file.file)
            yield link(void.feature, FORMATS[file.syntax])


def _parts(tally: Tally, base: str) -> dict[str, list[Said]]:
    found: defaultdict[str, list[Said]] = defaultdict(list)
    kinds = {kind for kind in ("Paper", *TYPES) if tally.kinds[kind]} | {"Claim", "Evidence", "Result"}
    for kind in sorted(kinds):
        found[f"{base}graph/{kind.lower()}"] += [
            link(void["class"], our[kind]),
            number(void.entities, tally.kinds[kind]),
        ]
    for relation in RELATIONS:
        found[f"{base}graph/{relation}"] += [
            link(void.property, our[relation]),
            number(void.triples, tally.relations[relation]),
        ]
    for file in DISTRIBUTIONS:
        found[f"{base}graph/{file.file.split('.')[1]}"] += _distribution(file, base)
    found[base + "vocabulary"] += [
        link(rdf.type, skos.ConceptScheme),
        text(dcterms.title, "Entities that papers on machine learning speak of"),
    ]
    return found


def _distribution(file: Distribution, base: str) -> Iterator[Said]:
    yield link(rdf.type, dcat.Distribution)
    yield text(dcterms.title, file.title)
    yield link(dcterms.license, LICENSE)
    yield link(dcat.downloadURL, base + file.file)
    yield link(dcat.mediaType, MEDIA_TYPES[file.media_type])
    if file.syntax:
        yield link(dcterms["format"], FORMATS[file.syntax])
    if file.packing:
        yield link(dcat.compressFormat, MEDIA_TYPES[file.packing])
