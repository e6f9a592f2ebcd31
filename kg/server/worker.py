"""One process that answers from the store: ``python -m kg.server.worker GRAPH.ttl LIMITS``.

It reads one JSON object a line from its standard input and writes for each a line of JSON, the head of the reply, and
then as many bytes as the head says. Oxigraph cannot be interrupted, so that a query ends with its process: whoever
waits kills it. It ends by itself as well when its input closes, which it does however the other side ends, and when a
request takes longer than its time, by an alarm that needs nothing of Python. Its memory is bounded, and when a request
has left too much of it behind, the head of the reply says that it is `spent`.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from queue import SimpleQueue
from typing import Any, BinaryIO, TypeAlias, cast

import pyoxigraph

from kg.answers import label
from kg.errors import KGError, NotFoundError
from kg.node import node_kind, node_names
from kg.queries import NamedQuery, bind, read_named_queries
from kg.records import RELATIONS
from kg.server.description import description
from kg.server.nodes import node_page, node_triples, ontology_page, ontology_triples, similar
from kg.server.protocol import HTML, ROWS, TRIPLES, Reply, choose, described, negotiate, refuse
from kg.sparql import TERMS, read_terms, run_query
from kg.store import known_prefixes, open_store

GRACE = 5  # seconds after which the alarm ends a request that nobody has ended
MEGABYTE = 2**20
IRI = re.compile(r"[^\x00-\x20<>\"{}|^`\\]+")
Request: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What a worker answers from; `base` begins the IRIs of the nodes, `largest` is the bytes a result may have."""

    store: pyoxigraph.Store
    prefixes: Mapping[str, str]
    queries: Mapping[str, NamedQuery]
    base: str
    largest: int


class Bounded(BytesIO):
    """A buffer that takes no more than `largest` bytes."""

    def __init__(self, largest: int) -> None:
        super().__init__()
        self.largest = largest

    def write(self, data: Any) -> int:
        """Take `data`, or raise OverflowError."""
        if self.tell() + len(data) > self.largest:
            raise OverflowError
        return super().write(data)


def serve_graph(path: Path, largest: int) -> Served:
    """Return the graph of the Turtle file `path`, ready to be asked.

    Raises:
        InputError: the file does not exist or is no Turtle.
    """
    store = open_store(path)
    prefixes = known_prefixes(path)
    return Served(
        store=store,
        prefixes=prefixes,
        queries=read_named_queries(),
        base=prefixes["paper"].removesuffix("paper/"),
        largest=largest,
    )


def answer(served: Served, request: Request) -> Reply:
    """Return the reply to `request`, whose ``kind`` is one of those in ANSWERS."""
    try:
        return ANSWERS[request["kind"]](served, request)
    except NotFoundError as e:
        return refuse(404, str(e))
    except KGError as e:
        return refuse(400, str(e))
    except OverflowError:
        size = f"{served.largest / MEGABYTE:g} MB"
        return refuse(413, f"the result is larger than {size}; add LIMIT, or ask for less")


def _query(served: Served, request: Request) -> Reply:
    text = request["query"]
    if "name" in request:
        text = bind(served.queries[request["name"]], request["given"], served.store)
    found = run_query(served.store, text, served.prefixes)
    offers = TRIPLES if isinstance(found, pyoxigraph.QueryTriples) else ROWS
    chosen = choose(request["accept"], request["form"], offers)
    if chosen is None:
        what = "CONSTRUCT and DESCRIBE give" if offers is TRIPLES else "SELECT and ASK give"
        return refuse(
            406, f"{what} {', '.join(offers.values())}; accept one of them, or use format={next(iter(offers))}"
        )
    form, media = chosen
    try:
        if isinstance(found, pyoxigraph.QueryTriples):
            return _triples(served, found, form, media)
        out = Bounded(served.largest)
        found.serialize(cast("Any", out), SYNTAX[form])
    except (ValueError, OSError, RuntimeError) as e:
        return refuse(400, f"query: {' '.join(str(e).split())}")
    return Reply(media=described(media), body=out.getvalue())


def _written(served: Served, triples: Any, form: str) -> bytes:
    """Return `triples` in a `form`; of the prefixes of Turtle those that occur."""
    out = Bounded(served.largest)
    pyoxigraph.serialize(triples, out, format=SYNTAX[form], prefixes=dict(served.prefixes))
    body = out.getvalue()
    if form != "ttl":
        return body
    head = re.match(rb"(?:@prefix [^\n]*\n)*", body)
    assert head is not None
    rest = body[head.end() :]
    return b"".join(p for p in head[0].splitlines(keepends=True) if p.split(b" ")[1] in rest) + rest


def _triples(served: Served, triples: Any, form: str, media: str) -> Reply:
    return Reply(media=described(media), body=_written(served, triples, form))


def _page_or_triples(served: Served, request: Request, page: Callable[[], str], triples: Callable[[], Any]) -> Reply:
    """Return what the request likes best: the page or the triples in one of their formats."""
    if not request["form"] and negotiate(request["accept"], (HTML, *TRIPLES.values())) == HTML:
        return Reply(media=described(HTML), body=page().encode("utf-8", "backslashreplace"))
    chosen = choose(request["accept"], request["form"], TRIPLES)
    if chosen is None:
        return refuse(406, f"this is there as {', '.join((HTML, *TRIPLES.values()))}; accept one of them")
    return _triples(served, triples(), *chosen)


def _node(served: Served, request: Request) -> Reply:
    iri = served.base + request["path"]
    node = pyoxigraph.NamedNode(iri) if IRI.fullmatch(iri) else None
    if node is None or not any(
        next(served.store.quads_for_pattern(*pattern), None) for pattern in ((node, None, None), (None, None, node))
    ):
        near = similar(served.store, request["path"], served.base) if "/" in request["path"] else []
        hint = f"; similar: {', '.join(near)}" if near else ""
        also = {"Link": ", ".join(f'<{path}>; rel="related"' for path in near)} if near else {}
        return refuse(404, f"/{request['path']}: nothing in the graph has this address{hint}", **also)
    return _page_or_triples(
        served,
        request,
        lambda: node_page(served.store, node, served.base, map_there=request["map"]),
        lambda: node_triples(served.store, node),
    )


def _ontology(served: Served, request: Request) -> Reply:
    return _page_or_triples(served, request, ontology_page, ontology_triples)


def _description(served: Served, request: Request) -> Reply:
    chosen = choose(request["accept"], request["form"], TRIPLES)
    if chosen is None:
        return refuse(406, f"the description is there as {', '.join(TRIPLES.values())}; accept one of them")
    return _triples(served, description(request["endpoint"], served.base, len(served.store)), *chosen)


def _terms(served: Served, _: Request) -> Reply:
    """Return what the editor completes: prefixes, terms of the ontology, nodes with their label and kind."""
    ontology = pyoxigraph.Store()
    ontology.extend(pyoxigraph.Quad(*triple) for triple in ontology_triples())
    comment = pyoxigraph.NamedNode("http://www.w3.org/2000/01/rdf-schema#comment")
    terms = []
    for name in read_terms():
        said = next(ontology.quads_for_pattern(pyoxigraph.NamedNode(TERMS + name), comment, None), None)
        terms.append([f"kg:{name}", getattr(said.object, "value", "") if said else ""])
    named = ((iri, name, node_kind(served.store, iri)) for iri, name, alias in node_names(served.store) if not alias)
    nodes = sorted([iri, name, kind] for iri, name, kind in named if kind)
    title = label(served.store, pyoxigraph.NamedNode(f"{served.base}graph"))
    said_all = {
        "title": title or "",
        "base": served.base,
        "prefixes": dict(served.prefixes),
        "terms": terms,
        "relations": list(RELATIONS),
        "nodes": nodes,
    }
    body = json.dumps(said_all, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")
    return Reply(media="application/json", body=body)


SYNTAX: dict[str, Any] = {
    "json": pyoxigraph.QueryResultsFormat.JSON,
    "xml": pyoxigraph.QueryResultsFormat.XML,
    "csv": pyoxigraph.QueryResultsFormat.CSV,
    "tsv": pyoxigraph.QueryResultsFormat.TSV,
    "ttl": pyoxigraph.RdfFormat.TURTLE,
    "nt": pyoxigraph.RdfFormat.N_TRIPLES,
    "jsonld": pyoxigraph.RdfFormat.JSON_LD,
    "rdf": pyoxigraph.RdfFormat.RDF_XML,
}
ANSWERS: dict[str, Callable[[Served, Request], Reply]] = {
    "query": _query,
    "node": _node,
    "ontology": _ontology,
    "description": _description,
    "terms": _terms,
}


def held() -> int:
    """Return the bytes of data that this process has, 0 where the system does not say."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return 0
    found = re.search(r"VmData:\s*(\d+) kB", status)
    return int(found[1]) * 1024 if found else 0


def _bound_memory(most: int) -> None:
    """Let this process have no more than `most` bytes of data; beyond that it ends by itself."""
    if sys.platform == "linux":
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (most if hard < 0 else min(most, hard), hard))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _alarm(seconds: float) -> None:
    """Let the system end this process after `seconds`; 0 takes it back."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_REAL, seconds)


def run(path: Path, largest: int, memory: int, source: BinaryIO, sink: BinaryIO) -> None:
    """Answer the requests of `source` on `sink` until it closes; `memory` is the bytes a request may take."""
    for number in (signal.SIGINT, signal.SIGTERM):  # of the whole group; the end of the input says when to go
        signal.signal(number, signal.SIG_IGN)
    served = serve_graph(path, largest)
    first = held()
    _bound_memory(first + memory)
    requests: SimpleQueue[bytes] = SimpleQueue()

    def listen() -> None:
        for line in source:
            requests.put(line)
        os._exit(0)

    threading.Thread(target=listen, daemon=True).start()
    _tell(sink, {"ready": True}, b"")
    while True:
        request = json.loads(requests.get())
        _alarm(request["seconds"] + GRACE)
        reply = answer(served, request)
        _alarm(0)
        spent = held() - first > memory / 2
        head = {"status": reply.status, "media": reply.media, "headers": dict(reply.headers), "spent": spent}
        _tell(sink, head, reply.body)


def _tell(sink: BinaryIO, head: Mapping[str, Any], body: bytes) -> None:
    sink.write(json.dumps({**head, "length": len(body)}).encode() + b"\n")
    sink.write(body)
    sink.flush()


if __name__ == "__main__":
    run(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.stdin.buffer, sys.stdout.buffer)
