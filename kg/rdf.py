"""The graph as RDF, in the terms of ``ontology/kg.ttl``.

Every node, claim, piece of evidence and result has an IRI of its own below the base; there are no blank
nodes, and triples are written in the order of their subjects, so that the same graph gives the same
bytes. Characters that an IRI cannot hold never get into one: ids are made of slugs and hashes.

The file is written as a stream, from facts that may lie on disk; what describes the whole (`kg.dataset`) comes first
in it and is made last, when all is counted.
"""

from __future__ import annotations

import heapq
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain, groupby
from pathlib import Path
from urllib.parse import quote

import pyoxigraph
from rdflib import DC, DCAT, DCTERMS, OWL, RDF, SKOS, VOID, XSD, Literal, URIRef
from rdflib import Graph as RdfGraph

from kg.dataset import Tally, describe_dataset
from kg.facts import Facts
from kg.files import write_whole
from kg.progress import Progress, unseen
from kg.records import TYPES, Claim, Edge, Entity, Evidence, Outcome, Paper
from kg.statements import (
    DECIMAL,
    KG,
    SCHEMA,
    Said,
    dc,
    dcterms,
    decimal,
    link,
    number,
    our,
    rdf,
    schema,
    skos,
    text,
    triples,
    xsd,
)
from kg.vocabulary import BASE

RESOLVERS = {"arxiv": "https://arxiv.org/abs/", "doi": "https://doi.org/"}
TURTLE = pyoxigraph.RdfFormat.TURTLE


def write_turtle(facts: Facts, path: Path, base: str = BASE, progress: Progress = unseen) -> None:
    """Write `facts` to `path` as Turtle, UTF-8, whole or not at all, with the IRIs of nodes below `base`."""
    spaces = prefixes(base)
    with write_whole(path) as file, tempfile.TemporaryFile(dir=path.parent) as body:
        tally = Tally()
        subjects = progress(_counted(facts, base, tally), f"Writing {path.name}")
        pyoxigraph.serialize(_all_triples(subjects), body, TURTLE, prefixes=spaces)
        pyoxigraph.serialize(_all_triples(describe_dataset(tally, base)), file, TURTLE, prefixes=spaces)
        body.seek(0)
        # both begin with the prefixes
        while (line := body.readline()).startswith(b"@prefix "):
            pass
        file.write(line)
        shutil.copyfileobj(body, file, 2**20)


def rdf_triples(facts: Facts, base: str = BASE) -> Iterator[pyoxigraph.Triple]:
    """Yield the triples of the Turtle file in its order; all of them are in memory."""
    tally = Tally()
    body = list(_counted(facts, base, tally))
    return _all_triples(chain(describe_dataset(tally, base), body))


def build_rdf(facts: Facts, base: str = BASE) -> RdfGraph:
    """Return `facts` as an rdflib Graph."""
    found = RdfGraph()
    for prefix, iri in prefixes(base).items():
        found.bind(prefix, iri)
    for triple in rdf_triples(facts, base):
        subject, value = triple.subject, triple.object
        assert isinstance(subject, pyoxigraph.NamedNode)
        if isinstance(value, pyoxigraph.Literal):
            kind = URIRef(value.datatype.value)
            term: URIRef | Literal = Literal(value.value, datatype=None if kind == XSD.string else kind)
        else:
            assert isinstance(value, pyoxigraph.NamedNode)
            term = URIRef(value.value)
        found.add((URIRef(subject.value), URIRef(triple.predicate.value), term))
    return found


def prefixes(base: str = BASE) -> dict[str, str]:
    """Return the prefixes of the Turtle file and of queries on it."""
    vocabularies = {
        "kg": KG, "dc": DC, "dcat": DCAT, "dcterms": DCTERMS, "owl": OWL, "rdf": RDF, "schema": SCHEMA,
        "skos": SKOS, "void": VOID, "xsd": XSD,
    }  # fmt: skip
    kinds = ("paper", *(kind.lower() for kind in TYPES), "claim", "evidence", "result")
    return {name: str(iri) for name, iri in vocabularies.items()} | {kind: f"{base}{kind}/" for kind in kinds}


def _all_triples(described: Iterable[tuple[str, list[Said]]]) -> Iterator[pyoxigraph.Triple]:
    for subject, said in described:
        yield from triples(subject, said)


def _counted(facts: Facts, base: str, tally: Tally) -> Iterator[tuple[str, list[Said]]]:
    """Yield each subject and what is said of it, by kind and id, and count it in `tally`."""
    for subject, said in chain(_nodes(facts, base, tally), _carriers(facts, base, tally)):
        tally.count(said)
        yield base + subject, said


def _nodes(facts: Facts, base: str, tally: Tally) -> Iterator[tuple[str, list[Said]]]:
    """Yield papers and entities, each with its edges."""
    degrees = Counter(node for subject, _, target in facts.edges() for node in (subject, target))
    degrees.update(node for entity in facts.entities for b in entity.broader for node in (entity.id, b))
    waiting = groupby(facts.edges(), key=lambda edge: edge[0])
    nothing: tuple[str, Iterator[Edge]] = ("", iter(()))
    ahead, edges = next(waiting, nothing)
    entities: Iterator[tuple[str, Paper | Entity]] = ((e.id, e) for e in facts.entities)
    for node, record in heapq.merge(facts.papers, entities, key=lambda row: row[0]):
        kind = "Paper" if isinstance(record, Paper) else record.type
        said = list(_paper(record) if isinstance(record, Paper) else _entity(record, base))
        if ahead == node:
            for _, relation, target in edges:
                tally.relations[relation] += 1
                said.append(link(our[relation], base + target))
            ahead, edges = next(waiting, nothing)
        tally.kinds[kind] += 1
        most = tally.examples.get(kind, (-1, ""))
        if degrees[node] > most[0]:
            tally.examples[kind] = degrees[node], node
        yield node, said


def _carriers(facts: Facts, base: str, tally: Tally) -> Iterator[tuple[str, list[Said]]]:
    """Yield claims, evidence and results."""
    for claim in facts.claims:
        tally.kinds["Claim"] += 1
        yield claim.id, list(_claim(claim, base))
    for piece in facts.evidence():
        tally.kinds["Evidence"] += 1
        yield piece.id, list(_evidence(piece, base))
    for outcome in facts.outcomes:
        tally.kinds["Result"] += 1
        yield outcome.id, list(_result(outcome, base))


def _paper(paper: Paper) -> Iterator[Said]:
    yield link(rdf.type, our.Paper)
    yield text(dcterms.title, paper.title)
    yield text(dcterms.abstract, paper.abstract)
    for page in paper.pages:
        yield text(dc.source, page)
    for scheme, value in paper.identifiers:
        yield text(dcterms.identifier, f"{scheme}:{value}")
        if scheme in RESOLVERS:
            yield link(schema.sameAs, RESOLVERS[scheme] + quote(value, safe="/:;()._-"))
    yield from _bibliography(paper)


def _bibliography(paper: Paper) -> Iterator[Said]:
    """Yield who wrote a paper, when and where it appeared: what only some listings say."""
    for name in paper.authors:
        yield text(dc.creator, name)
    if paper.authors:
        yield text(our.authors, "; ".join(paper.authors))
    if paper.date:
        kind = {4: xsd.gYear, 7: xsd.gYearMonth}.get(len(paper.date), xsd.date)
        yield dcterms.issued, paper.date, kind
        yield number(our.year, int(paper.date[:4]))
    if paper.venue:
        yield text(our.venue, paper.venue)
    for category in paper.categories:
        yield text(dc.subject, category)
    for address in paper.links:
        yield link(schema.url, address)


def _entity(entity: Entity, base: str) -> Iterator[Said]:
    yield link(rdf.type, our[entity.type])
    yield link(rdf.type, our.Entity)
    yield link(rdf.type, skos.Concept)
    yield text(skos.prefLabel, entity.label)
    yield link(skos.inScheme, base + "vocabulary")
    for alias in entity.aliases:
        yield text(skos.altLabel, alias)
    if entity.definition:
        yield text(skos.definition, entity.definition)
    for broader in entity.broader:
        yield link(skos.broader, base + broader)


def _claim(claim: Claim, base: str) -> Iterator[Said]:
    yield link(rdf.type, our.Claim)
    yield link(rdf.subject, base + claim.subject)
    yield link(rdf.predicate, our[claim.predicate])
    yield link(rdf.object, base + claim.object)
    yield decimal(our.confidence, claim.confidence)
    for piece in claim.evidence:
        yield link(our.evidence, base + piece.id)


def _evidence(evidence: Evidence, base: str) -> Iterator[Said]:
    yield link(rdf.type, our.Evidence)
    yield link(our.statedIn, base + evidence.paper)
    yield text(our.surface, evidence.surface)
    yield text(our.quote, evidence.quote)
    yield number(our.start, evidence.start, xsd.nonNegativeInteger)
    yield number(our.end, evidence.end, xsd.nonNegativeInteger)
    yield text(our.rule, evidence.rule)
    if evidence.aspect:
        yield text(our.aspect, evidence.aspect)
    if evidence.value:
        yield text(our.value, evidence.value)


def _result(outcome: Outcome, base: str) -> Iterator[Said]:
    yield link(rdf.type, our.Result)
    yield link(our.reportedIn, base + outcome.paper)
    yield link(our.subject, base + outcome.subject)
    yield text(our.metric, outcome.metric)
    yield text(our.value, outcome.value)
    yield our.number, outcome.number, DECIMAL
    yield text(our.unit, outcome.unit)
    yield decimal(our.confidence, outcome.confidence)
    yield link(our.evidence, base + outcome.evidence.id)
    others = {our.baseline: outcome.baseline, our.onDataset: outcome.dataset, our.onHardware: outcome.hardware}
    for predicate, node in others.items():
        if node:
            yield link(predicate, base + node)
