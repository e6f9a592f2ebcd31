"""Time every named query on the shipped graph, in each SPARQL engine that is here, and compare the rows.

Run by hand with ``make bench``. A column is in seconds. ``kg query`` is the whole process, from the shell and back, its
store made before; the others are the query alone, the graph loaded before, except Rasqal's, whose command loads it.
Where an engine takes longer than the limit, the limit counts, marked by >. Comunica orders texts by their code points
here, as the others do. What Rasqal cannot do is named in ``tests/test_interop.py``.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import pyoxigraph
from rdflib import Graph as RdfGraph

from kg.files import ontology_folder
from kg.queries import read_named_queries
from tests.engines import Answer, EngineError, by_comunica, by_pyoxigraph, by_rdflib, by_roqet, node_has

ROOT = Path(__file__).parent.parent
GRAPH = ROOT / "exports" / "graph.ttl"
LIMIT = 120.0
ROQET_LIMIT = 20.0


def kg_query(query: str) -> float:
    """Return the median time of three processes of ``kg query``."""
    times = []
    for _ in range(3):
        began = time.perf_counter()
        command = [sys.executable, "-m", "kg.cli", "query", str(GRAPH), query]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        subprocess.run(command, env=environment, capture_output=True, check=True)
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def limited(work: Callable[[], Answer], seconds: float) -> Answer | EngineError:
    """Return what `work` returns, done in a process of its own that is ended after `seconds`."""
    here, there = multiprocessing.Pipe(duplex=False)

    def run(end: Connection) -> None:
        end.send(work())

    process = multiprocessing.get_context("fork").Process(target=run, args=(there,))
    process.start()
    there.close()
    try:
        if not here.poll(seconds):
            return EngineError(f"no answer within {seconds:g} s")
        found: Answer = here.recv()
        return found
    finally:
        process.terminate()
        process.join()


def cell(answer: Answer | EngineError | None, rows: tuple[object, ...], limit: float) -> str:
    """Return the time of `answer`, and how its rows differ from `rows`."""
    if answer is None:
        return "-"
    if isinstance(answer, EngineError):
        return f">{limit:.0f}" if "no answer" in str(answer) else "cannot"
    same = answer.rows == rows
    other = "" if same else " order" if Counter(answer.rows) == Counter(rows) else " ROWS"
    return f"{answer.seconds:.3f}{other}"


def main() -> None:
    """Print the table and the two figures that are aimed at."""
    named = read_named_queries()
    store = pyoxigraph.Store()
    store.bulk_load(path=GRAPH, format=pyoxigraph.RdfFormat.TURTLE)
    began = time.perf_counter()
    rdf = RdfGraph().parse(GRAPH, format="turtle")
    loading = time.perf_counter() - began
    comunica: dict[str, Answer | EngineError] = {}
    if node_has("@comunica/query-sparql-rdfjs", "n3"):
        comunica = by_comunica(GRAPH, {n: ontology_folder() / "queries" / f"{n}.rq" for n in named}, LIMIT)
    cold = kg_query("ASK {}")
    engines = f"{'kg query':>10}{'Oxigraph':>10}{'rdflib':>12}{'Comunica':>14}{'roqet':>14}"
    print(f"{'':36}{'rows':>6}{engines}{'rdflib:kg':>11}")
    ratios, alone = [], []
    for name, query in named.items():
        whole, ours = kg_query(name), by_pyoxigraph(store, query.text)
        theirs = limited(lambda text=query.text: by_rdflib(rdf, text), LIMIT)  # type: ignore[misc]
        roqet: Answer | EngineError | None = None
        if shutil.which("roqet"):
            try:
                roqet = by_roqet(GRAPH, query.text, ROQET_LIMIT)
            except EngineError as e:
                roqet = e
        taken = theirs.seconds if isinstance(theirs, Answer) else LIMIT
        ratios.append((loading + taken) / whole)
        alone.append(taken / ours.seconds)
        cells = (
            f"{cell(theirs, ours.rows, LIMIT):>12}{cell(comunica.get(name), ours.rows, LIMIT):>14}"
            f"{cell(roqet, ours.rows, ROQET_LIMIT):>14}"
        )
        print(f"{name:36}{len(ours.rows):6}{whole:10.3f}{ours.seconds:10.3f}{cells}{ratios[-1]:11.1f}", flush=True)
    print(f"\nrdflib loads the graph in {loading:.1f} s")
    print(f"median, kg query against rdflib from the shell: {statistics.median(ratios):.1f} times faster")
    print(f"median, Oxigraph against rdflib, the graph loaded: {statistics.median(alone):.1f} times faster")
    print(f'cold start, kg query "ASK {{}}": {cold:.3f} s')


if __name__ == "__main__":
    main()
