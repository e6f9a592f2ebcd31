"""From listings to exports: the stages in their order.

    read_papers → extract → resolve → build_graph → graph.ttl → graph.nt.gz, graph.jsonld, graph-query.js
                                                  → graph.html, graph.graphml

All exports are written beside their places first and moved there together at the end: a build that fails
leaves the former exports as they were.
"""

from __future__ import annotations

import functools
import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kg.engine import extract_on
from kg.errors import OutputError
from kg.files import remove_leftovers
from kg.graph import Graph, build_graph
from kg.graphml import write_graphml
from kg.jsonld import write_jsonld
from kg.ntriples import write_ntriples
from kg.page import write_page
from kg.page_query import graph_key, write_page_query
from kg.pipeline import Progress, resolve_papers
from kg.rdf import write_turtle
from kg.readers import Reading, read_papers
from kg.records import RELATIONS, TYPES, Resolution, Skipped
from kg.vocabulary import BASE

EXPORTS = ("graph.ttl", "graph.nt.gz", "graph.jsonld", "graph.html", "graph-query.js", "graph.graphml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a build read and made; `entities` and `claims` count by type and by relation."""

    papers: int
    skipped: tuple[Skipped, ...]
    entities: tuple[tuple[str, int], ...]
    claims: tuple[tuple[str, int], ...]
    results: int
    seconds: float

    def __str__(self) -> str:
        entities = sum(n for _, n in self.entities)
        claims = sum(n for _, n in self.claims)
        skipped = sum(s.count for s in self.skipped if not s.kept)
        lines = (
            f"{self.papers:,} papers" + (f", {skipped:,} rows skipped" if skipped else ""),
            f"{entities:,} entities: " + ", ".join(f"{n:,} {kind}" for kind, n in self.entities),
            f"{claims:,} claims: " + ", ".join(f"{n:,} {relation}" for relation, n in self.claims),
            f"{self.results:,} numeric results",
            f"{self.seconds:.1f} seconds",
        )
        return "\n".join(lines)


def build(
    inputs: Sequence[str | Path],
    output: Path,
    *,
    base: str = BASE,
    model: bool = True,
    form: str | None = None,
    workers: int | None = None,
    engine: str | None = None,
    anew: bool = False,
    progress: Progress = lambda found, _: found,
) -> Summary:
    """Read `inputs`, write the exports to the folder `output` and return what was made.

    All inputs are in the format `form`, a name in `kg.readers.FORMATS`; without it the format of each is detected.
    What an earlier build has extracted is not extracted again, unless `anew`. An `engine` of `kg.engine.extract_on`
    extracts in place of processes here.

    Raises:
        KGError: an input holds no papers, the ontology is broken, the engine fails, or `output` cannot be written.
    """
    began = time.perf_counter()
    reading = read_papers(inputs, form)
    by = functools.partial(extract_on, engine, model=model, workers=workers) if engine else None
    resolution = resolve_papers(reading.papers, model=model, workers=workers, engine=by, anew=anew, progress=progress)
    graph = build_graph(resolution)
    write_exports(graph, output, base)
    return _summary(reading, resolution, time.perf_counter() - began)


def write_exports(graph: Graph, output: Path, base: str = BASE) -> None:
    """Write all exports of `graph` to the folder `output`, all of them or none.

    Raises:
        OutputError: the folder cannot be written.
    """
    try:
        output.mkdir(parents=True, exist_ok=True)
        for name in EXPORTS:
            if (output / name).is_dir():
                raise IsADirectoryError(f"{name} is a folder there")
        remove_leftovers(output, ".build-*")
        with tempfile.TemporaryDirectory(prefix=f".build-{os.getpid()}-", dir=output) as staging:
            folder = Path(staging)
            turtle = folder / "graph.ttl"
            write_turtle(graph, turtle, base)
            write_ntriples(turtle, folder / "graph.nt.gz")
            write_jsonld(turtle, folder / "graph.jsonld", base)
            write_page(graph, folder / "graph.html", base, graph_key(turtle))
            write_page_query(turtle, folder / "graph-query.js")
            write_graphml(graph, folder / "graph.graphml")
            for name in EXPORTS:
                (folder / name).replace(output / name)
    except OSError as e:
        raise OutputError(f"{output}: cannot be written: {e.strerror or e}; choose another folder with -o") from e


def _summary(reading: Reading, resolution: Resolution, seconds: float) -> Summary:
    types = Counter(e.type for e in resolution.entities)
    relations = Counter(c.predicate for c in resolution.claims)
    return Summary(
        papers=len(resolution.papers),
        skipped=reading.skipped,
        entities=_counted(types, TYPES),
        claims=_counted(relations, RELATIONS),
        results=len(resolution.outcomes),
        seconds=seconds,
    )


def _counted(counts: Counter[str], order: Iterable[str]) -> tuple[tuple[str, int], ...]:
    def pairs() -> Iterator[tuple[str, int]]:
        for name in order:
            yield name, counts[name]

    return tuple(pairs())
