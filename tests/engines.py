"""Other people's SPARQL engines, each as a function from a graph and a query to rows that can be compared.

A row holds texts, numbers as numbers, None where nothing is bound. rdflib comes with the program; Comunica needs
Node.js and its packages in the folder KG_NODE_MODULES (``make engines`` puts them where they are sought without it),
Rasqal its command ``roqet`` (Debian's rasqal-utils).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TypeAlias, cast

import pyoxigraph
from rdflib import Graph as RdfGraph

Row: TypeAlias = tuple[str | Decimal | None, ...]
COMUNICA = Path(__file__).with_name("comunica.cjs")


class EngineError(Exception):
    """Say why an engine gave no answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The rows of a query in their order, and how long they took."""

    rows: tuple[Row, ...]
    seconds: float


def value(text: str | None) -> str | Decimal | None:
    """Return `text` as a number where it is one.

    >>> value("1.50") == value("1.5"), value("NaN"), value(None)
    (True, 'NaN', None)
    """
    try:
        number = Decimal(text or "")
    except InvalidOperation:
        return text
    return number if number.is_finite() else text


def by_pyoxigraph(store: pyoxigraph.Store, query: str) -> Answer:
    """Return the answer of Oxigraph."""
    began = time.perf_counter()
    solutions = cast("pyoxigraph.QuerySolutions", store.query(query))
    return _timed(_rows_of(solutions), began)


def by_rdflib(rdf: RdfGraph, query: str) -> Answer:
    """Return the answer of rdflib."""
    began = time.perf_counter()
    found = cast("Iterable[tuple[object, ...]]", rdf.query(query))
    return _timed((tuple(value(None if t is None else str(t)) for t in row) for row in found), began)


def by_roqet(turtle: Path, query: str, seconds: float = 60) -> Answer:
    """Return the answer of Rasqal's command, loading the file included.

    Raises:
        EngineError: the query is beyond Rasqal, or takes it longer than `seconds`.
    """
    command = ["roqet", "-i", "sparql11-query", "-D", str(turtle), "-r", "tsv", "-e", query]
    began = time.perf_counter()
    try:
        run = subprocess.run(command, capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired as e:
        raise EngineError(f"no answer within {seconds:g} s") from e
    problems = [line for line in run.stderr.decode().splitlines() if "Error" in line or "error" in line]
    if problems:
        raise EngineError(problems[0])
    results = pyoxigraph.parse_query_results(run.stdout, format=pyoxigraph.QueryResultsFormat.TSV)
    return _timed(_rows_of(cast("pyoxigraph.QuerySolutions", results)), began)


def node_environment() -> dict[str, str]:
    """Return the environment in which Node.js finds the packages that the tests use."""
    modules = os.environ.get("KG_NODE_MODULES") or Path.home() / ".cache" / "mlkg" / "node_modules"
    return {**os.environ, "NODE_PATH": str(modules)}


def node_has(*packages: str) -> bool:
    """Tell whether Node.js and all `packages` are installed."""
    node = shutil.which("node")
    script = "".join(f"require.resolve('{package}');" for package in packages)
    environment = node_environment()
    return (
        node is not None and not subprocess.run([node, "-e", script], env=environment, capture_output=True).returncode
    )


def by_comunica(turtle: Path, queries: Mapping[str, Path], seconds: float = 60) -> dict[str, Answer | EngineError]:
    """Return the answers of Comunica to the files `queries`, by name, or why there is none within `seconds` each."""
    command = ["node", str(COMUNICA), str(turtle), str(seconds), *map(str, queries.values())]
    limit = (seconds + 10) * (len(queries) + 1)
    run = subprocess.run(command, env=node_environment(), capture_output=True, timeout=limit, check=True)
    found = {line["query"]: line for line in map(json.loads, run.stdout.splitlines())}
    return {name: _answer_of(found[str(path)]) for name, path in queries.items()}


def _answer_of(line: dict[str, object]) -> Answer | EngineError:
    if "error" in line:
        return EngineError(str(line["error"]))
    rows = cast("list[list[str | None]]", line["rows"])
    return Answer(rows=tuple(tuple(map(value, row)) for row in rows), seconds=float(str(line["seconds"])))


def _rows_of(solutions: pyoxigraph.QuerySolutions) -> Iterator[Row]:
    for solution in solutions:
        yield tuple(value(None if term is None else str(getattr(term, "value", term))) for term in solution)


def _timed(rows: Iterable[Row], began: float) -> Answer:
    found = tuple(rows)
    return Answer(rows=found, seconds=time.perf_counter() - began)
