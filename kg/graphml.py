"""GraphML of the graph, for Gephi, Cytoscape, yEd and networkx.

GraphML knows only texts and numbers: a node has its id, ``label``, ``type`` and, joined by ``|``, its
aliases or the pages it was found on, a paper its ``year`` where that is known; an edge its ``relation`` and,
where it has a claim, the ``confidence`` and the sentence of its first evidence. Characters that XML cannot hold
are written as U+FFFD.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast

import networkx as nx

from kg.files import write_whole
from kg.graph import Graph, edge_claim, label, node_record, node_type
from kg.records import Paper

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def flatten(graph: Graph) -> nx.MultiDiGraph[str]:
    """Return `graph` with texts and numbers for attributes, edges keyed by their relation."""
    flat: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for node in graph:
        record = node_record(graph, node)
        name, several = ("pages", record.pages) if isinstance(record, Paper) else ("aliases", record.aliases)
        more: dict[str, str | int] = {name: _xml_text("|".join(several))}
        if isinstance(record, Paper) and record.year:
            more["year"] = record.year
        flat.add_node(node, label=_xml_text(label(graph, node)), type=node_type(graph, node), **more)
    for source, target, relation in graph.edges(keys=True):
        claim = edge_claim(graph, source, target, relation)
        said = {"confidence": claim.confidence, "quote": _xml_text(claim.evidence[0].quote)} if claim else {}
        flat.add_edge(source, target, relation, relation=relation, **said)
    return flat


def write_graphml(graph: Graph, path: Path) -> None:
    """Write `graph` to `path` as GraphML, whole or not at all."""
    flat = flatten(graph)
    with write_whole(path) as file:
        # not write_graphml: that writes other bytes where lxml is installed
        nx.write_graphml_xml(flat, file, named_key_ids=True)


def read_graphml(path: Path) -> nx.MultiDiGraph[str]:
    """Return what `write_graphml` wrote, edges keyed by their relation."""
    return cast("nx.MultiDiGraph[str]", nx.read_graphml(path, force_multigraph=True))


def _xml_text(text: str) -> str:
    """Return `text` with U+FFFD for what XML cannot hold.

    >>> _xml_text("a\\x00b"), _xml_text("naïve 🚀")
    ('a�b', 'naïve 🚀')
    """
    return NOT_XML.sub("\ufffd", text)
