"""The graph as JSON-LD 1.1 (https://www.w3.org/TR/json-ld11/) that reads like plain JSON.

The context comes first. It gives every property its short name, says which values are IRIs and which are numbers, and
which properties always have a list. One node stands on a line, in the order of the Turtle file, so that the file is
written, and can be read line by line, without the whole in memory. Two names differ from those of Turtle: ``evidence``
is a property, so that the IRIs of evidence begin with ``piece:``; ``subject``, ``predicate`` and ``object`` are those
of a claim, and what a result is of is ``resultOf``.

Decimal numbers are texts: a number in JSON is a double, and would come back as another value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, TypeAlias

import pyoxigraph
from rdflib import RDF, XSD

from kg.files import write_whole
from kg.progress import Progress, unseen
from kg.rdf import prefixes
from kg.records import RELATIONS, TYPES
from kg.vocabulary import BASE

Context: TypeAlias = dict[str, Any]
# what is said of one node: under each name a text, a number, a link or several of them
Node: TypeAlias = dict[str, Any]
CLASSES = ("Paper", "Entity", *TYPES, "Claim", "Evidence", "Result")
TEXTS = {
    "title": "dcterms:title", "abstract": "dcterms:abstract", "description": "dcterms:description",
    "label": "skos:prefLabel", "definition": "skos:definition", "surface": "kg:surface", "quote": "kg:quote",
    "rule": "kg:rule", "aspect": "kg:aspect", "value": "kg:value", "metric": "kg:metric", "unit": "kg:unit",
    "version": "owl:versionInfo", "uriSpace": "void:uriSpace", "authors": "kg:authors", "venue": "kg:venue",
}  # fmt: skip
LISTS = {
    "source": "dc:source", "creator": "dc:creator", "topic": "dc:subject", "identifier": "dcterms:identifier",
    "altLabel": "skos:altLabel", "keyword": "dcat:keyword",
}  # fmt: skip
NUMBERS = {
    "confidence": ("kg:confidence", "decimal"), "number": ("kg:number", "decimal"),
    "start": ("kg:start", "nonNegativeInteger"), "end": ("kg:end", "nonNegativeInteger"),
    "entities": ("void:entities", "integer"), "triples": ("void:triples", "integer"),
    "distinctSubjects": ("void:distinctSubjects", "integer"), "properties": ("void:properties", "integer"),
    "classes": ("void:classes", "integer"), "year": ("kg:year", "integer"),
}  # fmt: skip
LINKS = {
    "subject": "rdf:subject", "object": "rdf:object", "inScheme": "skos:inScheme", "statedIn": "kg:statedIn",
    "reportedIn": "kg:reportedIn", "resultOf": "kg:subject", "baseline": "kg:baseline", "onDataset": "kg:onDataset",
    "onHardware": "kg:onHardware", "license": "dcterms:license", "conformsTo": "dcterms:conformsTo",
    "format": "dcterms:format", "theme": "dcat:theme", "landingPage": "dcat:landingPage",
    "downloadURL": "dcat:downloadURL", "mediaType": "dcat:mediaType", "compressFormat": "dcat:compressFormat",
}  # fmt: skip
LINK_LISTS = {
    "broader": "skos:broader", "url": "schema:url", "sameAs": "schema:sameAs",
    **{relation: f"kg:{relation}" for relation in RELATIONS}, "evidence": "kg:evidence",
    "distribution": "dcat:distribution", "vocabulary": "void:vocabulary", "exampleResource": "void:exampleResource",
    "dataDump": "void:dataDump", "feature": "void:feature", "classPartition": "void:classPartition",
    "propertyPartition": "void:propertyPartition",
}  # fmt: skip
# the value is a name of the context itself
NAMES = {"predicate": "rdf:predicate", "class": "void:class", "property": "void:property"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """What the context says of a name; `kind` is a datatype, "@id" for links, "@vocab" for names, empty for texts."""

    name: str
    iri: str
    kind: str = ""
    several: bool = False


def context(base: str = BASE) -> Context:
    """Return the context of a graph whose nodes lie below `base`."""
    spaces = prefixes(base)
    spaces["piece"] = spaces.pop("evidence")
    return {
        "@version": 1.1,
        **spaces,
        "id": "@id",
        "type": "@type",
        **{name: f"kg:{name}" for name in CLASSES},
        "Concept": "skos:Concept",
        **TEXTS,
        **{name: {"@id": iri, "@container": "@set"} for name, iri in LISTS.items()},
        **{name: {"@id": iri, "@type": f"xsd:{kind}"} for name, (iri, kind) in NUMBERS.items()},
        **{name: {"@id": iri, "@type": "@id"} for name, iri in LINKS.items()},
        **{name: {"@id": iri, "@type": "@id", "@container": "@set"} for name, iri in LINK_LISTS.items()},
        **{name: {"@id": iri, "@type": "@vocab"} for name, iri in NAMES.items()},
    }


def write_jsonld(turtle: Path, path: Path, base: str = BASE, progress: Progress = unseen) -> None:
    """Write what the file `turtle` says, whose nodes lie below `base`, to `path` as JSON-LD, whole or not at all."""
    with write_whole(path) as file:
        quads = pyoxigraph.parse(path=str(turtle), format=pyoxigraph.RdfFormat.TURTLE)
        for piece in progress(jsonld_chunks((quad.triple for quad in quads), base), f"Writing {path.name}"):
            file.write(piece.encode())


def jsonld_chunks(triples: Iterable[pyoxigraph.Triple], base: str = BASE) -> Iterator[str]:
    """Yield the document with `triples`, those of one subject in one run: the context first, then a line a node."""
    named = context(base)
    yield f'{{"@context":{_json(named)},\n"@graph":['
    comma = ""
    for node in _nodes(triples, named):
        yield f"{comma}\n{_json(node)}"
        comma = ","
    yield "\n]}\n"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _nodes(triples: Iterable[pyoxigraph.Triple], named: Context) -> Iterator[Node]:
    spaces = {iri: name for name, iri in named.items() if isinstance(iri, str) and iri[-1] in "/#"}
    terms = {term.iri: term for term in _terms(named, spaces)}
    for subject, same in groupby(triples, key=lambda triple: triple.subject):
        node: Node = {"id": _shorten(_iri(subject), spaces)}
        for triple in same:
            iri = triple.predicate.value
            term = terms.get(iri) or Term(name=_shorten(iri, spaces), iri=iri)
            value = _value(triple.object, term, terms, spaces)
            if term.several:
                node.setdefault(term.name, []).append(value)
            elif term.name not in node:
                node[term.name] = value
            elif isinstance(node[term.name], list):
                node[term.name].append(value)
            else:
                node[term.name] = [node[term.name], value]
        yield node


def _terms(named: Context, spaces: Mapping[str, str]) -> Iterator[Term]:
    """Yield the terms that the context `named` defines."""
    prefixed = {name: iri for iri, name in spaces.items()}

    def whole(short: str) -> str:
        prefix, _, local = short.partition(":")
        return prefixed[prefix] + local if prefix in prefixed else short

    yield Term(name="type", iri=str(RDF.type), kind="@vocab", several=True)
    for name, meaning in named.items():
        if isinstance(meaning, dict):
            kind, several = whole(meaning.get("@type", "")), "@container" in meaning
            yield Term(name=name, iri=whole(meaning["@id"]), kind=kind, several=several)
        elif isinstance(meaning, str) and meaning not in spaces and meaning[0] != "@":
            yield Term(name=name, iri=whole(meaning))


def _value(
    term: pyoxigraph.NamedNode | pyoxigraph.BlankNode | pyoxigraph.Literal | pyoxigraph.Triple,
    said_by: Term,
    terms: Mapping[str, Term],
    spaces: Mapping[str, str],
) -> str | int | dict[str, str]:
    """Return `term` as the value of the property `said_by`."""
    if not isinstance(term, pyoxigraph.Literal):
        iri = _iri(term)
        if said_by.kind == "@vocab" and iri in terms:
            return terms[iri].name
        short = _shorten(iri, spaces)
        return short if said_by.kind in ("@id", "@vocab") else {"@id": short}
    datatype = term.datatype.value
    if term.language:
        return {"@value": term.value, "@language": term.language}
    if datatype == said_by.kind:
        whole = re.fullmatch(r"0|-?[1-9]\d{0,14}", term.value) and datatype != str(XSD.decimal)
        return int(term.value) if whole else term.value
    if datatype == str(XSD.string) and not said_by.kind:
        return term.value
    return {"@value": term.value, "@type": datatype}


def _iri(term: pyoxigraph.NamedNode | pyoxigraph.BlankNode | pyoxigraph.Literal | pyoxigraph.Triple) -> str:
    return term.value if isinstance(term, pyoxigraph.NamedNode) else str(term)


def _shorten(iri: str, spaces: Mapping[str, str]) -> str:
    """Return `iri` with its prefix, where its namespace, up to the last / or #, has one.

    >>> _shorten("https://w3id.org/mlkg/model/bert", {"https://w3id.org/mlkg/model/": "model"})
    'model:bert'
    """
    cut = max(iri.rfind("/"), iri.rfind("#")) + 1
    return f"{spaces[iri[:cut]]}:{iri[cut:]}" if iri[:cut] in spaces and cut < len(iri) else iri
