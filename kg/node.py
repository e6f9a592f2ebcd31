"""One node of the graph as text: what it is, and each of its edges with a sentence that says so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from kg.answers import label
from kg.errors import NotFoundError
from kg.records import TYPES
from kg.sparql import RDF, TERMS, read_prefixes, run_query
from kg.text import key, title_key
from kg.vocabulary import BASE

if TYPE_CHECKING:
    import pyoxigraph

KINDS = ("Paper", *TYPES)
MAIN_NAMES = ("http://www.w3.org/2004/02/skos/core#prefLabel", "http://purl.org/dc/terms/title")
ALIAS = "http://www.w3.org/2004/02/skos/core#altLabel"
IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]+")
INVERSE = {
    "introduces": "introduced by",
    "uses": "used by",
    "comparesWith": "baseline of",
    "mentions": "mentioned by",
    "improvesOn": "improved on by",
}
FORWARD = {
    "introduces": "introduces",
    "uses": "uses",
    "comparesWith": "compares with",
    "mentions": "mentions",
    "improvesOn": "improves on",
}
ABOUT = """
SELECT ?p ?o ?node WHERE {
  ?node ?p ?o .
  FILTER(?p IN (skos:prefLabel, skos:altLabel, skos:definition, dcterms:title, dcterms:abstract))
} ORDER BY ?p ?o"""
BROADER = "SELECT ?label ?node WHERE { ?node skos:broader ?b . ?b skos:prefLabel ?label } ORDER BY ?label"
NARROWER = "SELECT ?label ?node WHERE { ?n skos:broader ?node . ?n skos:prefLabel ?label } ORDER BY ?label"
# in each branch whole, so that it starts from the node
EDGE = """ rdf:predicate ?p ; kg:confidence ?confidence ; kg:evidence ?e .
  ?e kg:quote ?quote ; kg:start ?start . OPTIONAL { ?e kg:aspect ?aspect } OPTIONAL { ?e kg:value ?value }
  OPTIONAL { ?other skos:prefLabel ?label } OPTIONAL { ?other dcterms:title ?title }"""
EDGES = f"""
SELECT ?forward ?p ?other ?name ?confidence ?quote ?aspect ?value ?node WHERE {{
  {{ ?c rdf:subject ?node ; rdf:object ?other ; {EDGE} BIND(true AS ?forward) }}
  UNION {{ ?c rdf:object ?node ; rdf:subject ?other ; {EDGE} BIND(false AS ?forward) }}
  VALUES (?p ?rank) {{
    (kg:introduces 1) (kg:improvesOn 2) (kg:uses 3) (kg:comparesWith 4) (kg:mentions 5)
  }}
  BIND(COALESCE(?label, ?title) AS ?name)
}} ORDER BY DESC(?forward) ?rank ?name ?other DESC(BOUND(?value)) DESC(BOUND(?aspect)) ?start ?e"""
SURFACES = """
SELECT ?surface ?rule ?quote ?title ?node WHERE {
  ?c rdf:object ?node ; a kg:Claim ; kg:evidence ?e .
  ?e kg:surface ?surface ; kg:rule ?rule ; kg:quote ?quote ; kg:statedIn ?paper ; kg:start ?start .
  ?paper dcterms:title ?title
} ORDER BY ?title ?start ?rule"""
RESULTS = """
SELECT DISTINCT ?metric ?value ?quote ?start ?r ?node WHERE {
  ?r kg:reportedIn|kg:subject ?node ; kg:metric ?metric ; kg:value ?value ; kg:evidence ?e .
  ?e kg:quote ?quote ; kg:start ?start
} ORDER BY ?start ?r"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A node found by name; `iri` is whole, `kind` the class without its prefix."""

    iri: str
    kind: str
    name: str


def find_nodes(store: pyoxigraph.Store, name: str, kind: str = "Node") -> tuple[Node, ...]:
    """Return the nodes of a `kind` that `name` may mean, the best first: its label, an alias, a title, an id.

    `kind` is a class of the ontology, without its prefix; "Entity" is all of them but papers, "Node" is all.

    Raises:
        NotFoundError: there is none; the message proposes similar names.
    """
    return tuple(node for _, node in _ranked(store, name, kind))


def find_node(store: pyoxigraph.Store, name: str, kind: str = "Node") -> Node:
    """Return the node of a `kind` that `name` means.

    Raises:
        NotFoundError: there is none, or there are several that fit as well; the message lists them.
    """
    best = _exact(store, name, kind)
    if not best:
        found = _ranked(store, name, kind)
        best = [node for rank, node in found if rank == found[0][0]]
    if len(best) > 1:
        those = ", ".join(f"{n.name} ({n.kind}) {n.iri}" for n in best)
        raise NotFoundError(f"{name} may mean several things; give the IRI of one: {those}")
    return best[0]


def _exact(store: pyoxigraph.Store, name: str, kind: str) -> list[Node]:
    """Return the nodes of a `kind` whose IRI is `name`, or else their label, or else an alias: the first of `_ranked`.

    These are looked up; whatever is spelt in another way takes a look at all names.
    """
    import pyoxigraph

    def nodes(iris: Iterable[str]) -> list[Node]:
        kinds = ((iri, node_kind(store, iri, kind)) for iri in sorted(set(iris)))
        return [Node(iri=iri, kind=of, name=name) for iri, of in kinds if of]

    iris = nodes(iri for iri in (name.strip("<>"), BASE + name, _whole(name)) if IRI.fullmatch(iri))
    if iris:
        return [replace(node, name=label(store, pyoxigraph.NamedNode(node.iri)) or node.name) for node in iris]
    for predicates in (MAIN_NAMES, (ALIAS,)):
        patterns = [
            store.quads_for_pattern(None, pyoxigraph.NamedNode(p), pyoxigraph.Literal(name)) for p in predicates
        ]
        found = nodes(str(getattr(q.subject, "value", "")) for pattern in patterns for q in pattern)
        if found:
            return found
    return []


def _whole(name: str) -> str:
    prefix, _, local = name.partition(":")
    return read_prefixes().get(prefix, "") + local


def _ranked(store: pyoxigraph.Store, name: str, kind: str) -> list[tuple[int, Node]]:
    ids = (name, BASE + name, _whole(name))
    wanted, wanted_title, initial = key(name), title_key(name), _initial(name)
    ranked: dict[str, tuple[int, Node]] = {}
    names: list[str] = []
    for iri, said, alias in node_names(store):
        names.append(said)
        # what is alike begins alike, and keys take time
        alike = _initial(said) == initial and (
            (wanted and key(said) == wanted) or (not alias and title_key(said) == wanted_title)
        )
        rank = 0 if iri in ids else 1 if said == name and not alias else 2 if said == name else 3 if alike else None
        if rank is not None and (of := node_kind(store, iri, kind)):
            found = rank, Node(iri=iri, kind=of, name=said)
            ranked[iri] = min(ranked.get(iri, found), found, key=lambda r: r[0])
    if not ranked:
        import difflib

        near = difflib.get_close_matches(name.lower(), sorted({n.lower() for n in names}), n=3, cutoff=0.7)
        hint = f"; similar: {', '.join(near)}" if near else ""
        what = "nothing" if kind == "Node" else f"no {kind}"
        if kind != "Node" and (others := _exact(store, name, "Node")):
            hint = "; it is the name of " + ", ".join(f"{n.iri}, a {n.kind}" for n in others)
        raise NotFoundError(f"{name}: {what} in the graph has this name{hint}")
    return sorted(ranked.values(), key=lambda r: (r[0], r[1].iri))


def _initial(name: str) -> str:
    """Return the first letter or digit of `name`, upper and lower case alike."""
    return next((c for c in name.casefold() if c.isalnum()), "")


def node_names(store: pyoxigraph.Store) -> Iterator[tuple[str, str, bool]]:
    """Yield each name in `store` with the IRI of its node, and whether it is an alias."""
    import pyoxigraph

    for predicate in (*MAIN_NAMES, ALIAS):
        for quad in store.quads_for_pattern(None, pyoxigraph.NamedNode(predicate), None):
            yield quad.subject.value, quad.object.value, predicate == ALIAS  # type: ignore[union-attr]


def node_kind(store: pyoxigraph.Store, iri: str, kind: str = "Node") -> str | None:
    """Return the class of a node of the graph, where it is of that `kind`."""
    import pyoxigraph

    a = pyoxigraph.NamedNode(f"{RDF}type")
    for quad in store.quads_for_pattern(pyoxigraph.NamedNode(iri), a, None):
        found = quad.object.value.removeprefix(TERMS)  # type: ignore[union-attr]
        if found in KINDS and (kind in (found, "Node") or (kind == "Entity" and found != "Paper")):
            return found
    return None


def describe_node(store: pyoxigraph.Store, node: Node) -> Iterator[str]:
    """Yield the lines that tell what `node` is and what is said of it."""
    facts: dict[str, list[str]] = {}
    for predicate, value in ask(store, ABOUT, node=node.iri):
        facts.setdefault(local_name(predicate), []).append(value)
    yield f"{next(iter(facts.get('prefLabel', facts.get('title', [node.name]))))}  ({node.kind})"
    yield f"  {node.iri}"
    for text in facts.get("definition", []) + facts.get("abstract", []):
        yield f"  {text}"
    for caption, values in (
        ("also", sorted(facts.get("altLabel", []))),
        ("broader", [r[0] for r in ask(store, BROADER, node=node.iri)]),
        ("narrower", [r[0] for r in ask(store, NARROWER, node=node.iri)]),
    ):
        if values:
            yield f"  {caption}: {', '.join(values)}"
    heading = ""
    last: tuple[str, str] | None = None
    for forward, predicate, other, name, confidence, quote, aspect, value in ask(store, EDGES, node=node.iri):
        relation = local_name(predicate)
        caption = (FORWARD if forward == "true" else INVERSE)[relation]
        if caption != heading:
            heading = caption
            yield ""
            yield f"{caption}:"
        if (caption, other) == last:
            continue
        last = (caption, other)
        yield from edge_lines(name, confidence, quote, aspect, value)
    results = list(ask(store, RESULTS, node=node.iri))
    if results:
        yield ""
        yield "results:"
        for metric, value, quote, *_ in results:
            yield f"  {metric}: {value}"
            yield f"      “{quote}”"


def local_name(iri: str) -> str:
    """Return what stands behind the last / or # of `iri`.

    >>> local_name("https://w3id.org/mlkg/ontology#uses")
    'uses'
    """
    return iri.replace("#", "/").rpartition("/")[2]


def edge_lines(name: str, confidence: str, quote: str, aspect: str, value: str) -> Iterator[str]:
    """Yield the lines of an edge to `name`: how sure it is, in what and by how much, and its sentence."""
    said = ", ".join(x for x in (aspect, value) if x)
    yield f"  {name}  [{float(confidence):.2f}]" + (f"  ({said})" if said else "")
    yield f"      “{quote}”"


def justify_names(store: pyoxigraph.Store, node: Node) -> Iterator[str]:
    """Yield for each name of `node` the rule that read it and the first sentence where a paper uses it.

    A name that no paper uses comes from the vocabulary alone.
    """
    facts = ask(store, ABOUT, node=node.iri)
    names = sorted({value for predicate, value in facts if predicate.endswith(("prefLabel", "altLabel"))})
    used: dict[tuple[str, ...], tuple[str, str, str]] = {}
    for surface, rule, quote, title in ask(store, SURFACES, node=node.iri):
        used.setdefault(key(surface), (rule, quote, title))
    for name in names:
        if key(name) not in used:
            yield f"{name}  [vocabulary]"
            continue
        rule, quote, title = used[key(name)]
        yield f"{name}  [{rule}]  {title}"
        yield f"    “{quote}”"


def ask(store: pyoxigraph.Store, query: str, **given: str) -> Iterator[list[str]]:
    """Yield the rows that answer `query`, unbound variables empty.

    The IRIs that are `given` stand for the last variables of its SELECT and are left out of the rows.
    """
    import pyoxigraph

    bound = {pyoxigraph.Variable(name): pyoxigraph.NamedNode(iri) for name, iri in given.items()}
    for solution in cast("pyoxigraph.QuerySolutions", run_query(store, query, read_prefixes(), bound)):
        terms = list(solution)[: -len(bound) or None]
        yield ["" if term is None else str(getattr(term, "value", term)) for term in terms]
