"""The shortest ways between two nodes, along edges in either direction, each step with the words that say it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise
from typing import TYPE_CHECKING

from kg.answers import label
from kg.errors import NotFoundError
from kg.node import FORWARD, INVERSE, Node, ask, edge_lines, local_name

if TYPE_CHECKING:
    import networkx as nx
    import pyoxigraph

STEPS = """
SELECT ?from ?to ?confidence WHERE {
  { ?claim a kg:Claim ; rdf:subject ?from ; rdf:object ?to ; kg:confidence ?confidence }
  UNION { ?from skos:broader ?to BIND(1 AS ?confidence) }
}"""
STEP = """
SELECT ?confidence ?quote ?aspect ?value ?from ?relation ?to WHERE {
  ?claim rdf:subject ?from ; rdf:predicate ?relation ; rdf:object ?to ; kg:confidence ?confidence ; kg:evidence ?e .
  ?e kg:quote ?quote ; kg:start ?start . OPTIONAL { ?e kg:aspect ?aspect } OPTIONAL { ?e kg:value ?value }
} ORDER BY DESC(BOUND(?value)) ?start ?e LIMIT 1"""
BETWEEN = """
SELECT ?relation ?forward ?from ?to WHERE {
  VALUES ?relation { kg:introduces kg:improvesOn kg:uses kg:comparesWith kg:mentions skos:broader }
  { ?from ?relation ?to BIND(true AS ?forward) } UNION { ?to ?relation ?from BIND(false AS ?forward) }
} ORDER BY ?relation ?forward LIMIT 1"""
CAPTION = {"broader": "is a kind of"} | FORWARD
BACKWARD = {"broader": "covers"} | INVERSE


def find_paths(store: pyoxigraph.Store, start: Node, end: Node, *, count: int) -> Iterator[tuple[str, ...]]:
    """Yield up to `count` ways from `start` to `end` as the IRIs along them, the shortest first.

    Of two as short, the one comes first whose edges are surer and whose nodes have fewer neighbours: what everything is
    linked with connects nothing.

    Raises:
        NotFoundError: no way leads from one to the other.
    """
    import networkx as nx

    if start == end:
        raise NotFoundError(f"{start.name} ({start.kind}) is one thing; give two different names")
    steps: nx.Graph[str] = nx.Graph()
    for source, target, confidence in ask(store, STEPS):
        doubt = 1 - float(confidence)
        if not steps.has_edge(source, target) or steps[source][target]["doubt"] > doubt:
            steps.add_edge(source, target, doubt=doubt)
    for source, target, doubt in steps.edges(data="doubt"):
        crowd = math.log2(steps.degree[source] * steps.degree[target])
        # all of it together is less than a step
        steps[source][target]["cost"] = 1 + (doubt + crowd / 20) / 50
    try:
        yield from map(tuple, islice(nx.shortest_simple_paths(steps, start.iri, end.iri, weight="cost"), count))
    except (nx.NetworkXNoPath, nx.NodeNotFound) as e:
        raise NotFoundError(f"no way leads from {start.name} to {end.name} in this graph") from e


def describe_path(store: pyoxigraph.Store, way: Sequence[str]) -> Iterator[str]:
    """Yield the lines that tell each step of `way`, the relation between its ends and the words that say it."""
    import pyoxigraph

    def name(iri: str) -> str:
        return label(store, pyoxigraph.NamedNode(iri)) or iri

    yield name(way[0])
    for start, end in pairwise(way):
        relation, forward = next(ask(store, BETWEEN, **{"from": start, "to": end}))
        told = f"{(CAPTION if forward == 'true' else BACKWARD)[local_name(relation)]} {name(end)}"
        ends = (start, end) if forward == "true" else (end, start)
        said = next(ask(store, STEP, **{"from": ends[0], "to": ends[1], "relation": relation}), None)
        if said is None:
            yield f"  {told}"
        else:
            yield from edge_lines(told, *said)
