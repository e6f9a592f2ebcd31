"""Measure the server: many clients at once, while queries that would run for days are stopped beside them.

Run by hand: ``python benchmarks/server.py [--seconds 60] [--clients 50]`` after ``make graph``. Each client keeps one
connection and asks for one thing after the other, without a pause: a named query as it stands, one with a parameter, a
query of its own, the page of a node, its triples; which one is drawn at random, the same in every run. Beside them one
client asks for a cross product of all triples, again and again. *Errors* are answers of another status than 200 and
connections that broke; the runaway must get 504, and *stopped after* is how long it had to wait for that. Memory is
what all processes of the server have resident, from the start every ten seconds to the end. The server gives a recent
answer again without computing it; with ``--anew`` no two requests are the same to it, by what they accept.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode

from kg.queries import read_named_queries
from kg.store import open_store

SHIPPED = Path(__file__).parent.parent / "exports" / "graph.ttl"
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
OWN = (
    "SELECT ?t (COUNT(DISTINCT ?p) AS ?n) { ?p a kg:Paper ; kg:uses ?t } GROUP BY ?t ORDER BY DESC(?n) LIMIT 20",
    "SELECT ?p ?title { ?p dcterms:title ?title FILTER(CONTAINS(LCASE(?title), 'attention')) } LIMIT 50",
    "ASK { ?a kg:improvesOn ?b . ?b kg:improvesOn ?c }",
    "CONSTRUCT { ?a kg:improvesOn ?b } WHERE { ?a kg:improvesOn ?b } LIMIT 200",
)


@dataclass(slots=True, kw_only=True)
class Figures:
    """What the clients saw; `latencies` in seconds by kind of request."""

    latencies: dict[str, list[float]] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)
    stopped: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)


def requests(graph: Path) -> list[tuple[str, str, str]]:
    """Return what is asked for: its kind, the path, the header Accept."""
    store = open_store(graph)
    nodes = sorted(
        str(q.subject.value).removeprefix("https://w3id.org/mlkg/")  # type: ignore[union-attr]
        for kind in ("Technique", "Model", "Paper")
        for q in store.quads_for_pattern(None, None, _node(f"https://w3id.org/mlkg/ontology#{kind}"))
        if "/graph/" not in str(q.subject)
    )
    drawn = random.Random(1).sample(nodes, min(len(nodes), 400))
    named = [("named query", f"/queries/{name}", "application/sparql-results+json") for name in read_named_queries()]
    given = [
        ("named query", f"/queries/improves-on?{urlencode({'entity': name})}", "text/csv")
        for name in ("vLLM", "LoRA", "FlashAttention", "Transformer")
    ]
    own = [("own query", f"/sparql?query={quote(text)}", "*/*") for text in OWN]
    pages = [("page", f"/{node}", "text/html") for node in drawn]
    triples = [("triples", f"/{node}", "text/turtle") for node in drawn]
    return [*given, *named, *own * 5, *pages[:60], *triples[:30]]


def _node(iri: str) -> object:
    import pyoxigraph

    return pyoxigraph.NamedNode(iri)


async def get(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str, accept: str) -> int:
    """Return the status of the answer to one request, after all of it has come."""
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: {accept}\r\n\r\n".encode())
    await writer.drain()
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    length = re.search(r"^content-length: (\d+)", head, re.MULTILINE | re.IGNORECASE)
    await reader.readexactly(int(length[1]) if length else 0)
    return int(head.split(" ", 2)[1])


async def client(
    port: int, number: int, asked: Sequence[tuple[str, str, str]], end: float, figures: Figures, *, anew: bool
) -> None:
    """Ask one thing after the other until the `end`."""
    draw = random.Random(number)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.monotonic() < end:
        kind, path, accept = draw.choice(asked)
        accept += f", x/{draw.random()}" if anew else ""
        began = time.monotonic()
        try:
            status = await get(reader, writer, path, accept)
        except (OSError, asyncio.IncompleteReadError) as e:
            figures.errors[f"{type(e).__name__} on {path[:60]}"] += 1
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            continue
        figures.latencies.setdefault(kind, []).append(time.monotonic() - began)
        if status != 200:
            figures.errors[f"{status} on {path[:60]}"] += 1
    writer.close()


async def runaway(port: int, end: float, figures: Figures) -> None:
    """Ask what cannot be answered until the `end`."""
    while time.monotonic() < end:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        began = time.monotonic()
        status = await get(reader, writer, f"/sparql?query={quote(RUNAWAY)}", "*/*")
        figures.stopped.append(time.monotonic() - began)
        if status != 504:
            figures.errors[f"{status} on the runaway"] += 1
        writer.close()


async def watch(process: int, end: float, figures: Figures) -> None:
    """Note the memory of the server every ten seconds."""
    while time.monotonic() < end:
        figures.memory.append(memory(process))
        await asyncio.sleep(min(10, max(0.1, end - time.monotonic())))
    figures.memory.append(memory(process))


def memory(process: int) -> float:
    """Return the resident memory of `process` and of its children, in MB."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    total = 0
    for number in (str(process), *children):
        try:
            found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{number}/status").read_text())
        except OSError:  # ended meanwhile
            continue
        total += int(found[1]) if found else 0
    return total / 1024


async def measure(port: int, process: int, arguments: argparse.Namespace) -> Figures:
    """Return what all clients saw in the time."""
    figures = Figures()
    asked = requests(arguments.graph)
    end = time.monotonic() + arguments.seconds
    await asyncio.gather(
        *(client(port, number, asked, end, figures, anew=arguments.anew) for number in range(arguments.clients)),
        runaway(port, end, figures),
        watch(process, end, figures),
    )
    return figures


def tell(figures: Figures, seconds: float) -> None:
    """Print the figures."""
    every = sorted(x for found in figures.latencies.values() for x in found)
    print(f"{len(every):,} requests, {len(every) / seconds:,.0f} a second, {figures.errors.total()} errors")
    for said, count in figures.errors.most_common(10):
        print(f"  {count} × {said}")
    print(f"{'milliseconds':14} {'requests':>9} {'p50':>8} {'p95':>8} {'p99':>8} {'worst':>8}")
    for kind, found in (*sorted(figures.latencies.items()), ("all", every)):
        cuts = statistics.quantiles(found, n=100) if len(found) > 1 else found * 99
        shown = "".join(f" {1000 * x:8,.0f}" for x in (cuts[49], cuts[94], cuts[98], max(found)))
        print(f"{kind:14} {len(found):9,}{shown}")
    waited = ", ".join(f"{x:.1f}" for x in figures.stopped)
    print(f"runaway queries stopped after {waited} seconds")
    print(f"memory of all processes in MB: {', '.join(f'{m:,.0f}' for m in figures.memory)}")


def main() -> None:
    """Start a server, measure it, stop it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("graph", nargs="?", type=Path, default=SHIPPED)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--timeout", type=float, default=20, help="of a query, in seconds")
    parser.add_argument("--anew", action="store_true", help="let no answer be given again")
    arguments = parser.parse_args()
    command = [sys.executable, "-m", "kg.cli", "serve", str(arguments.graph), "--port", "0"]
    with subprocess.Popen([*command, "--timeout", str(arguments.timeout)], stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr
        address = re.search(r"http://[\d.]+:(\d+)/", server.stderr.readline())
        assert address
        figures = asyncio.run(measure(int(address[1]), server.pid, arguments))
        began = time.monotonic()
        server.terminate()
        status = server.wait()
        tell(figures, arguments.seconds)
        print(f"stopped with status {status} in {time.monotonic() - began:.1f} seconds")


if __name__ == "__main__":
    main()
