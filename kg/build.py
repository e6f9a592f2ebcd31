"""From listings to exports: the stages in their order.

    gather_papers → extract → resolve → graph.ttl → graph.nt.gz, graph.jsonld
                                      → choose → build_graph → graph.html, graph-query.js, graph.graphml

Papers and facts lie on disk between the stages (`kg.spool`) and go through them one by one, so that memory does not
bound their number. Page and GraphML, which are read whole, hold of very many papers the most telling ones (`kg.facts`).

All exports are written beside their places first and moved there together at the end (`kg.together`): a build that
fails leaves the former exports as they were, and after one that is killed all of them are the former or all of them
new, once the next build or query has finished what it began.
"""

from __future__ import annotations

import functools
import os
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kg.engine import extract_on
from kg.errors import OutputError
from kg.facts import Facts, choose
from kg.graph import build_graph
from kg.graphml import write_graphml
from kg.jsonld import write_jsonld
from kg.ntriples import write_ntriples
from kg.page import write_page
from kg.page_query import graph_key, write_page_query
from kg.pipeline import resolve_papers
from kg.processes import CAN_FORK, processes_beside
from kg.progress import Progress, unseen
from kg.rdf import write_turtle
from kg.readers import gather_papers
from kg.records import RELATIONS, TYPES, Skipped
from kg.together import write_together
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
    progress: Progress = unseen,
) -> Summary:
    """Read `inputs`, write the exports to the folder `output` and return what was made.

    All inputs are in the format `form`, a name in `kg.readers.FORMATS`; without it the format of each is detected.
    What an earlier build has extracted is not extracted again, unless `anew`. An `engine` of `kg.engine.extract_on`
    extracts in place of processes here.

    Raises:
        KGError: an input holds no papers, the ontology is broken, the engine fails, or `output` cannot be written.
    """
    began = time.perf_counter()
    reading = gather_papers(inputs, form, progress)
    by = functools.partial(extract_on, engine, model=model, workers=workers) if engine else None
    facts = resolve_papers(reading.papers, model=model, workers=workers, engine=by, anew=anew, progress=progress)
    write_exports(facts, output, base, workers=workers, progress=progress)
    return Summary(
        papers=len(facts.papers),
        skipped=reading.skipped,
        entities=_counted(Counter(e.type for e in facts.entities), TYPES),
        claims=_counted(Counter(relation for _, relation, _ in facts.edges()), RELATIONS),
        results=len(facts.outcomes),
        seconds=time.perf_counter() - began,
    )


def write_exports(
    facts: Facts, output: Path, base: str = BASE, *, workers: int | None = None, progress: Progress = unseen
) -> None:
    """Write all exports of `facts` to the folder `output`, all of them or none, by so many processes.

    Raises:
        OutputError: the folder cannot be written.
    """
    for name in EXPORTS:
        if (output / name).is_dir():
            raise OutputError(f"{output}: cannot be written: {name} is a folder there; choose another folder with -o")
    with write_together(output) as folder:
        turtle, part = folder / "graph.ttl", folder / "shown.ttl"
        write_turtle(facts, turtle, base, progress)
        if CAN_FORK and (workers or os.cpu_count() or 1) > 1:
            with processes_beside(2) as submit:
                beside = [
                    submit(write_ntriples, turtle, folder / "graph.nt.gz"),
                    submit(write_jsonld, turtle, folder / "graph.jsonld", base),
                ]
                _write_shown(facts, turtle, part, base, progress)
                for done in progress(beside, "Writing graph.nt.gz and graph.jsonld", len(beside)):
                    done.result()
        else:
            write_ntriples(turtle, folder / "graph.nt.gz", progress)
            write_jsonld(turtle, folder / "graph.jsonld", base, progress)
            _write_shown(facts, turtle, part, base, progress)
        part.unlink(missing_ok=True)


def _write_shown(facts: Facts, turtle: Path, part: Path, base: str, progress: Progress) -> None:
    """Write beside `turtle` what is read whole; where that is not all of `facts`, its Turtle goes to `part`."""
    shown, papers = choose(facts, progress=progress), len(facts.papers)
    if len(shown.papers) < papers:
        write_turtle(shown, part, base)
    graph, read = build_graph(shown), part if part.exists() else turtle
    write_page(graph, turtle.with_name("graph.html"), base, graph_key(read), papers)
    write_page_query(read, turtle.with_name("graph-query.js"))
    write_graphml(graph, turtle.with_name("graph.graphml"))


def _counted(counts: Counter[str], order: Sequence[str]) -> tuple[tuple[str, int], ...]:
    return tuple((name, counts[name]) for name in order)
