"""One node of the graph as linked data: its page, and its triples.

A paper or an entity has a page of its own kind, with each of its edges and a sentence that says so. Whatever else has
an IRI here (a claim, evidence, a result, the whole graph) is shown as what is said of it and where it is spoken of.
The triples of a node are its own, those of the claims and results about it, and those of their evidence, so that what
one fetches can be checked without another question.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby, islice
from typing import Any, TypeAlias

import pyoxigraph

from kg.answers import label
from kg.files import ontology_folder
from kg.node import ABOUT, FORWARD, INVERSE, ask, node_kind, node_names
from kg.server.pages import link, page
from kg.server.protocol import TRIPLES
from kg.sparql import RDF, TERMS, read_prefixes, shorten

Facts: TypeAlias = dict[pyoxigraph.NamedNode, list[Any]]
SUBJECT, PREDICATE, OBJECT = (pyoxigraph.NamedNode(RDF + name) for name in ("subject", "predicate", "object"))
EVIDENCE, CONFIDENCE, QUOTE, SURFACE, START, STATED_IN, ASPECT, VALUE, REPORTED_IN, OF, METRIC = (
    pyoxigraph.NamedNode(TERMS + name)
    for name in "evidence confidence quote surface start statedIn aspect value reportedIn subject metric".split()
)
QUOTED = {QUOTE, SURFACE, START, STATED_IN}  # what a sentence is shown with
TITLE, ABSTRACT = (pyoxigraph.NamedNode(f"http://purl.org/dc/terms/{name}") for name in ("title", "abstract"))
ABOUT_IT = (
    SUBJECT,
    OBJECT,
    *(pyoxigraph.NamedNode(TERMS + n) for n in ("reportedIn", "subject", "baseline", "onDataset", "onHardware")),
)
MENTIONED = 100  # places where something without a page of its own is spoken of
BROADER = (
    "SELECT ?other ?label ?node WHERE { ?node skos:broader ?other . ?other skos:prefLabel ?label } ORDER BY ?label"
)
NARROWER = "SELECT ?other ?label ?node WHERE { ?other skos:broader ?node ; skos:prefLabel ?label } ORDER BY ?label"
FACTS = """
SELECT ?p ?o ?node WHERE { ?node ?p ?o . FILTER(?p IN (dc:source, dcterms:identifier)) } ORDER BY ?p ?o"""


def node_triples(store: pyoxigraph.Store, node: pyoxigraph.NamedNode) -> Iterator[pyoxigraph.Triple]:
    """Yield the triples of `node`, of the claims and results about it, and of their evidence."""
    about: dict[Any, None] = {node: None}
    for predicate in ABOUT_IT:
        about.update(dict.fromkeys(q.subject for q in store.quads_for_pattern(None, predicate, node)))
    for subject in list(about):
        about.update(dict.fromkeys(q.object for q in store.quads_for_pattern(subject, EVIDENCE, None)))
    for subject in about:
        for quad in store.quads_for_pattern(subject, None, None):
            yield quad.triple


def node_page(store: pyoxigraph.Store, node: pyoxigraph.NamedNode, base: str, *, map_there: bool) -> str:
    """Return the page of `node`; with a map there is a link to its place on it."""
    iri = node.value
    kind = node_kind(store, iri) or ""
    local = iri.removeprefix(base)
    common = {
        "iri": iri,
        "kind": kind,
        "path": link(iri, base),
        "map": f"/graph.html#{local}" if map_there and kind else "",
        "formats": tuple(TRIPLES),
    }
    if not kind:
        return page("thing.html", name=label(store, node) or local, **common, **_thing(store, node, base))
    facts: dict[str, list[str]] = {}
    for predicate, value in (*ask(store, ABOUT, node=iri), *ask(store, FACTS, node=iri)):
        facts.setdefault(predicate.replace("#", "/").rsplit("/")[-1], []).append(value)
    return page(
        "node.html",
        **common,
        name=next(iter(facts.get("prefLabel", facts.get("title", [local])))),
        texts=facts.get("definition", []) + facts.get("abstract", []),
        aliases=sorted(facts.get("altLabel", []), key=str.casefold),
        sources=[*facts.get("identifier", []), *facts.get("source", [])],
        broader=[(name, link(other, base)) for other, name in ask(store, BROADER, node=iri)],
        narrower=[(name, link(other, base)) for other, name in ask(store, NARROWER, node=iri)],
        groups=_groups(store, node, base),
        results=_results(store, node, base),
    )


def _groups(store: pyoxigraph.Store, node: pyoxigraph.NamedNode, base: str) -> list[dict[str, Any]]:
    """Return the edges of `node` by relation, each with the best of its evidence.

    Looked up claim by claim: an edge of a busy node takes a query planner ten times as long.
    """
    groups = []
    for end, other_end, captions in ((SUBJECT, OBJECT, FORWARD), (OBJECT, SUBJECT, INVERSE)):
        claims: list[Any] = [q.subject for q in store.quads_for_pattern(None, end, node)]
        found: dict[str, list[dict[str, Any]]] = {}
        for claim in claims:
            said = _facts(store, claim)
            pieces = [piece for iri in said.get(EVIDENCE, []) if (piece := _facts(store, iri)).keys() >= QUOTED]
            if not pieces or not {PREDICATE, CONFIDENCE, other_end} <= said.keys():
                continue
            relation = said[PREDICATE][0].value.removeprefix(TERMS)
            evidence = min(pieces, key=_weight)
            found.setdefault(relation, []).append(_edge(store, claim, said, said[other_end][0], evidence, base))
        for relation, caption in captions.items():
            edges = sorted(found.get(relation, []), key=lambda e: (e["name"].casefold(), e["path"]))
            if edges:
                groups.append({"caption": caption, "edges": edges})
    return groups


def _edge(
    store: pyoxigraph.Store, claim: Any, said: Facts, other: pyoxigraph.NamedNode, evidence: Facts, base: str
) -> dict[str, Any]:
    return {
        "name": _called(store, other),
        "path": link(other.value, base),
        "kind": node_kind(store, other.value) or "",
        "confidence": f"{float(said[CONFIDENCE][0].value):.2f}",
        "said": ", ".join(term.value for name in (ASPECT, VALUE) for term in evidence.get(name, [])),
        "parts": _parts(store, evidence),
        "claim": link(claim.value, base),
    }


def _weight(evidence: Facts) -> tuple[bool, bool, int, str]:
    """Return what sorts the best of the evidence first: with a value, with an aspect, early in the text."""
    return VALUE not in evidence, ASPECT not in evidence, int(evidence[START][0].value), evidence[QUOTE][0].value


def _results(store: pyoxigraph.Store, node: pyoxigraph.NamedNode, base: str) -> list[dict[str, Any]]:
    """Return the results that `node` reports, or that are reported of it."""
    found = []
    for end, other_end in ((REPORTED_IN, OF), (OF, REPORTED_IN)):
        results: list[Any] = [q.subject for q in store.quads_for_pattern(None, end, node)]
        for result in results:
            said = _facts(store, result)
            evidence = _facts(store, said[EVIDENCE][0]) if EVIDENCE in said else {}
            if not evidence.keys() >= QUOTED or not {METRIC, VALUE, other_end} <= said.keys():
                continue
            other = said[other_end][0]
            found.append(
                {
                    "path": link(result.value, base),
                    "metric": said[METRIC][0].value,
                    "value": said[VALUE][0].value,
                    "parts": _parts(store, evidence),
                    "name": _called(store, other),
                    "of": link(other.value, base),
                }
            )
    return sorted({r["path"]: r for r in found}.values(), key=lambda r: (r["name"], r["metric"], r["path"]))


def _facts(store: pyoxigraph.Store, subject: Any) -> Facts:
    found: Facts = {}
    for quad in store.quads_for_pattern(subject, None, None):
        found.setdefault(quad.predicate, []).append(quad.object)
    return found


def _called(store: pyoxigraph.Store, node: pyoxigraph.NamedNode) -> str:
    return label(store, node) or shorten(node.value, read_prefixes())


def _parts(store: pyoxigraph.Store, evidence: Facts) -> tuple[str, str, str]:
    """Return what stands in the sentence of `evidence` before its words, these, and what follows.

    The words may stand there several times: their offset in the paper says which are meant.
    """
    quote, words, start = (evidence[name][0].value for name in (QUOTE, SURFACE, START))
    [paper] = evidence[STATED_IN]
    said = _facts(store, paper)
    text = "\n".join(said[name][0].value if name in said else "" for name in (TITLE, ABSTRACT))
    at = int(start) - text.rfind(quote, 0, int(start) + len(quote))
    if quote[at : at + len(words)] != words:
        at = max(quote.find(words), 0)
    end = at + len(words) if words in quote else at
    return quote[:at], quote[at:end], quote[end:]


def _thing(store: pyoxigraph.Store, node: pyoxigraph.NamedNode, base: str) -> dict[str, Any]:
    said = sorted(store.quads_for_pattern(node, None, None), key=lambda q: (q.predicate.value, str(q.object)))
    facts = [
        {
            "property": shorten(predicate.value, read_prefixes()),
            "path": link(predicate.value, base),
            "values": [_value(store, q.object, base) for q in same],
        }
        for predicate, same in groupby(said, key=lambda q: q.predicate)
    ]
    places = islice(store.quads_for_pattern(None, None, node), MENTIONED)
    found = sorted((shorten(q.predicate.value, read_prefixes()), _value(store, q.subject, base)) for q in places)
    return {"facts": facts, "places": found}


def _value(store: pyoxigraph.Store, term: Any, base: str) -> tuple[str, str]:
    """Return what `term` is called, and its address where it has one."""
    if not isinstance(term, pyoxigraph.NamedNode):
        return str(getattr(term, "value", term)), ""
    quote = _facts(store, term).get(QUOTE)
    name = f"“{quote[0].value}”" if quote else _called(store, term)
    return name, link(term.value, base)


def similar(store: pyoxigraph.Store, path: str, base: str) -> list[str]:
    """Return the addresses of nodes of the same kind that resemble `path`, or whose name does, the nearest first."""
    kind, _, slug = path.lower().partition("/")
    addresses: dict[str, str] = {}
    for iri, name, _ in node_names(store):
        if iri.startswith(f"{base}{kind}/"):
            addresses[iri.rpartition("/")[2].lower()] = addresses[name.lower()] = link(iri, base)
    near = difflib.get_close_matches(slug, addresses, n=5, cutoff=0.75)
    near += difflib.get_close_matches(slug.replace("-", " "), addresses, n=5, cutoff=0.75)
    return list(dict.fromkeys(addresses[name] for name in near))[:5]


@lru_cache(maxsize=1)
def ontology_triples() -> tuple[pyoxigraph.Triple, ...]:
    """Return the triples of ``kg.ttl``."""
    return tuple(quad.triple for quad in pyoxigraph.parse(path=str(ontology_folder() / "kg.ttl")))


def ontology_page() -> str:
    """Return the page of the ontology: its terms, what they mean and where they stand."""
    store = pyoxigraph.Store()
    store.extend(pyoxigraph.Quad(*triple) for triple in ontology_triples())
    terms = []
    for iri, kind, comment in ask(
        store,
        """SELECT ?term (SAMPLE(?of) AS ?kind) (SAMPLE(?said) AS ?comment) WHERE {
          ?term a ?of ; rdfs:comment ?said . FILTER(STRSTARTS(STR(?term), STR(kg:)))
        } GROUP BY ?term ORDER BY ?term""",
    ):
        node = pyoxigraph.NamedNode(iri)
        facts = [
            (shorten(q.predicate.value, read_prefixes()), *_value(store, q.object, ""))
            for q in store.quads_for_pattern(node, None, None)
            if isinstance(q.object, pyoxigraph.NamedNode) and not q.predicate.value.endswith(("isDefinedBy", "#type"))
        ]
        name = iri.removeprefix(TERMS)
        terms.append({"name": name, "kind": shorten(kind, read_prefixes()), "comment": comment, "facts": sorted(facts)})
    return page("ontology.html", iri=TERMS.rstrip("#"), path="/ontology", terms=terms, formats=tuple(TRIPLES))
