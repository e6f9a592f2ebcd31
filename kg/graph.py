"""The graph: a networkx MultiDiGraph that carries the records.

A node is the id of a paper or an entity, its record a `Paper` or an `Entity`. An edge is keyed by its
relation and carries its `Claim`; ``broader`` edges, which the vocabulary states, carry none. `node_record`
and `edge_claim` are the doors to both; `outcomes` gives the numeric results of the whole graph.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, cast

import networkx as nx

from kg.records import Claim, Entity, Outcome, Paper, Resolution

if TYPE_CHECKING:
    Graph: TypeAlias = nx.MultiDiGraph[str]
else:
    Graph = nx.MultiDiGraph

BROADER = "broader"


def build_graph(resolution: Resolution) -> Graph:
    """Return the graph of `resolution`, nodes and edges in the order of their ids."""
    graph: Graph = nx.MultiDiGraph(outcomes=resolution.outcomes)
    for node, paper in resolution.papers:
        graph.add_node(node, record=paper)
    for entity in resolution.entities:
        graph.add_node(entity.id, record=entity)
    for entity in resolution.entities:
        for parent in entity.broader:
            graph.add_edge(entity.id, parent, BROADER, claim=None)
    for claim in sorted(resolution.claims, key=lambda c: (c.subject, c.predicate, c.object)):
        graph.add_edge(claim.subject, claim.object, claim.predicate, claim=claim)
    return graph


def node_record(graph: Graph, node: str) -> Paper | Entity:
    """Return the record of `node`."""
    return cast("Paper | Entity", graph.nodes[node]["record"])


def edge_claim(graph: Graph, source: str, target: str, relation: str) -> Claim | None:
    """Return the claim of an edge, None for a ``broader`` edge."""
    return cast("Claim | None", graph.edges[source, target, relation]["claim"])


def outcomes(graph: Graph) -> tuple[Outcome, ...]:
    """Return the numeric results of all papers, sorted by id."""
    return cast("tuple[Outcome, ...]", graph.graph["outcomes"])


def label(graph: Graph, node: str) -> str:
    """Return the title of a paper or the label of an entity."""
    record = node_record(graph, node)
    return record.title if isinstance(record, Paper) else record.label


def node_type(graph: Graph, node: str) -> str:
    """Return ``Paper`` or the type of the entity."""
    record = node_record(graph, node)
    return "Paper" if isinstance(record, Paper) else record.type
