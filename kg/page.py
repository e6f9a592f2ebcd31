"""The page: one HTML file that holds the map, the evidence and all it needs, and fetches nothing.

Queries alone need a second file beside it (`kg.page_query`), which the page loads when its first query is asked.

pyvis builds the network and brings vis-network. The page stands still: positions are computed beforehand
(`kg.layout`). The front end lies in `web/` as a template, a style and ES modules, which are joined here into one
script. Text of papers travels as JSON and is only ever shown as text.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from kg.files import write_whole
from kg.graph import BROADER, Graph, edge_claim, label, node_record, node_type, outcomes
from kg.layout import Point, lay_out
from kg.records import RELATIONS, TYPES, Evidence, Paper
from kg.vocabulary import BASE

VIS = "templates/lib/vis-9.1.2/vis-network"
ENTRY = "main.js"
PART = (
    "This page holds {:,} of {:,} papers: those that introduce what most others name, then those that say most. "
    "All are in graph.ttl."
)
IMPORT = re.compile(r'^import \{[^}]*\} from "\./([\w-]+\.js)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:const|let|function|async function|class)\b)", re.MULTILINE)


def write_page(graph: Graph, path: Path, base: str = BASE, key: str = "", papers: int = 0) -> None:
    """Write `graph` to `path` as one HTML file; `base` begins the IRIs of its nodes.

    With a `key` the page takes queries from a file of that key alone (`kg.page_query.graph_key`). It says how many
    `papers` there are where it shows but a part of them.

    Raises:
        OutputError: the folder or the file cannot be written.
    """
    page = page_html(graph, base, key, papers).encode("utf-8", "backslashreplace")
    with write_whole(path) as file:
        file.write(page)


def page_html(graph: Graph, base: str = BASE, key: str = "", papers: int = 0) -> str:
    """Return the page of `graph`; nothing in it depends on anything else than the graph."""
    from jinja2 import Environment  # like pyvis, slow to import and needed here alone

    scripts = (_asset("pyvis", f"{VIS}.min.js"), joined(ENTRY))
    shown = sum(node_type(graph, n) == "Paper" for n in graph)
    part = PART.format(shown, papers) if shown < papers else ""
    return Environment(autoescape=True).from_string(_asset("kg", "web/page.html")).render(
        styles=(_asset("pyvis", f"{VIS}.css"), _asset("kg", "web/shared/colours.css"), _asset("kg", "web/page.css")),
        scripts=scripts,
        hashes=[base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts],
        papers=shown,
        part=part,
        data=embed({**page_data(graph, base), "key": key, "part": part}),
    )  # fmt: skip


def joined(entry: str) -> str:
    """Return the module `entry` of the front end and all that it imports as one script.

    The modules share one scope there, each after those that it imports, so that no two of them may use a name at the
    top for different things.
    """
    order: list[str] = []

    def add(name: str, above: tuple[str, ...]) -> None:
        source = _asset("kg", f"web/{name}")
        for needed in IMPORT.findall(source):
            if needed not in (*order, *above):
                add(needed, (*above, name))
        order.append(name)

    add(entry, ())
    parts = [EXPORT.sub("", IMPORT.sub("", _asset("kg", f"web/{name}"))) for name in order]
    return '"use strict";\n(() => {\n' + "\n".join(parts) + "})();\n"


def page_data(graph: Graph, base: str = BASE) -> dict[str, Any]:
    """Return what the script of the page works on.

    ``nodes`` are those of pyvis, ``edges`` rows of source, target and relation; ``ids`` and ``about`` go with
    the nodes, ``support`` with the edges, by position. Evidence is a row of paper, start and end of the entity's words,
    start and end of the sentence, rule, aspect and value: the words themselves are in the paper.
    """
    from pyvis.network import Network

    layout, network, relations = lay_out(graph), Network(), [*RELATIONS, BROADER]
    lines, support = list[list[int]](), list[Any]()
    ids = sorted(graph)
    number = {node: i for i, node in enumerate(ids)}
    for node, i in number.items():
        kind, (x, y) = node_type(graph, node), layout.positions[node]
        network.add_node(
            i, label(graph, node) or node, shape="square" if kind == "Paper" else "dot", group=kind,
            size=layout.sizes[node], x=x, y=y, region=layout.region_of.get(node, -1),
        )  # fmt: skip

    def row(evidence: Evidence) -> list[int]:
        paper = node_record(graph, evidence.paper)
        bounds = sentence_bounds(paper.text if isinstance(paper, Paper) else "", evidence)
        return [number[evidence.paper], evidence.start, evidence.end, *bounds]

    edges = sorted(graph.edges(keys=True))
    claims = [edge_claim(graph, *edge) for edge in edges]
    rules = sorted({e.rule for claim in claims if claim for e in claim.evidence})
    for (source, target, relation), claim in zip(edges, claims, strict=True):
        lines.append([number[source], number[target], relations.index(relation)])
        found = [[*row(e), rules.index(e.rule), e.aspect, e.value] for e in claim.evidence] if claim else []
        support.append([round(claim.confidence * 100), *found] if claim else 0)
    return {
        "base": base,
        "least": layout.least,
        "types": ["Paper", *TYPES],
        "relations": relations,
        "rules": rules,
        "ids": ids,
        "nodes": network.nodes,
        "edges": lines,
        "about": [
            _about_paper(r) if isinstance(r, Paper) else [r.aliases, r.definition or ""]
            for r in (node_record(graph, node) for node in ids)
        ],
        "support": support,
        "regions": layout.regions,
        "results": [
            [
                number[o.paper], number[o.subject], o.metric, o.value, *row(o.evidence)[1:],
                *(number.get(n or "", -1) for n in (o.baseline, o.dataset, o.hardware)),
            ]
            for o in outcomes(graph)
        ],
    }  # fmt: skip


def _about_paper(paper: Paper) -> list[Any]:
    """Return abstract, pages and identifiers and, where something of it is known, authors, date, venue and links."""
    more = [paper.authors, paper.date, paper.venue, paper.links]
    return [paper.abstract, paper.pages, paper.identifiers, *([more] if any(more) else [])]


def embed(data: object) -> str:
    r"""Return `data` as JSON that ends no script element, whatever text it holds.

    >>> embed(["</script>", "R&D"])
    '["\\u003c/script\\u003e","R\\u0026D"]'
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.translate({ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"})


def sentence_bounds(text: str, evidence: Evidence) -> Point:
    """Return start and end in `text` of the sentence of `evidence`, or of its words where it is not there."""
    start = text.rfind(evidence.quote, 0, max(0, evidence.start) + len(evidence.quote))
    end = start + len(evidence.quote)
    return (start, end) if start >= 0 and end >= evidence.end else (evidence.start, evidence.end)


@lru_cache(maxsize=8)
def _asset(package: str, path: str) -> str:
    text = files(package).joinpath(*path.split("/")).read_text(encoding="utf-8")
    return text.replace("\r\n", "\n").replace("\r", "\n")  # as a browser reads it, and as it is hashed
