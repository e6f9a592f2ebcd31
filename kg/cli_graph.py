"""The commands on a graph that is built: query, show, path, diff and serve.

As in `kg.cli`, what a command needs is imported inside it.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pyoxigraph import Store

    from kg.queries import NamedQuery
    from kg.sparql import Answer

GRAPH = Path("exports/graph.ttl")
# what a cell of a table begins with: the IRI of a node, shortened or not; a number alone
IRI = r"^(?:https?://|[a-z][\w-]*:(?=[\w%]))\S+"
NUMBER = r"^-?\d+(?:\.\d+)?$"


@click.command()
@click.argument("arguments", nargs=-1, metavar="[GRAPH.ttl] QUERY")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "tsv", "json", "ttl", "nt", "jsonld"]),
    default=None,
    help="Default: table; ttl for triples.",
)
@click.option(
    "--set",
    "values",
    multiple=True,
    metavar="NAME=VALUE",
    help="A value for a parameter of a named query; again for several.",
)
@click.option("--limit", type=click.IntRange(min=1), metavar="ROWS", help="Show no more rows than these.")
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS", help="Give up after that.")
@click.option("--list", "listing", is_flag=True, help="Show the named queries and their parameters.")
def query(
    arguments: tuple[str, ...],
    form: str | None,
    values: tuple[str, ...],
    limit: int | None,
    timeout: float | None,
    *,
    listing: bool,
) -> None:
    """Run SPARQL: a named query, a .rq file, the text itself, or - for standard input."""
    from kg.queries import NamedQuery, bind, find_query, read_named_queries
    from kg.sparql import run_query, within
    from kg.store import known_prefixes, open_store

    if listing:
        _list_queries(read_named_queries().values())
        return
    if not 1 <= len(arguments) <= 2:
        raise click.UsageError("give a query, or a graph and a query; kg query --list shows the named ones")
    graph, asked = (Path(arguments[0]), arguments[1]) if len(arguments) == 2 else (GRAPH, arguments[0])
    if asked.endswith((".ttl", ".nt", ".gz")):
        raise click.UsageError(f"a query is missing: kg query {asked} QUERY; kg query --list shows the named ones")
    named = NamedQuery(name="", title="", text=_standard_input()) if asked == "-" else find_query(asked)
    given: dict[str, list[str]] = {}
    for value in values:
        name, equals, wanted = value.partition("=")
        if not equals:
            raise click.BadParameter(
                f"{value}: NAME=VALUE is wanted, such as technique=FlashAttention", param_hint="--set"
            )
        given.setdefault(name.lstrip("?"), []).append(wanted)
    store = open_store(graph)
    prefixes = known_prefixes(graph)
    text = bind(named, given, store)
    within(timeout, lambda: _answer(store, run_query(store, text, prefixes), text, prefixes, form, limit))


def _standard_input() -> str:
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as e:
        raise click.UsageError(f"standard input is not UTF-8 ({e.reason} at byte {e.start}); save the query so") from e


def _list_queries(named: Collection[NamedQuery]) -> None:
    width = max((len(q.name) for q in named), default=0)
    for known in named:
        click.echo(f"{known.name:<{width}}  {known.title}")
        for p in known.parameters:
            default = "" if p.default == "UNDEF" else f" [{p.default}]"
            click.echo(f"{'':<{width}}    --set {p.name}=…  {p.about}{default}")


def _answer(
    store: Store, answer: Answer, text: str, prefixes: Mapping[str, str], form: str | None, limit: int | None
) -> None:
    import pyoxigraph

    from kg.answers import answer_chunks, misfit, rows
    from kg.errors import QueryError
    from kg.missing import missing_parts

    form = None if form == "table" else form
    if wrong := misfit(answer, form):
        del answer  # it belongs to this thread, and must end with it
        raise QueryError(wrong)
    if form or not isinstance(answer, pyoxigraph.QuerySolutions):
        for chunk in answer_chunks(answer, form, limit):
            sys.stdout.buffer.write(chunk.encode())
        return
    count = _print_table([v.value for v in answer.variables], rows(answer, prefixes, store, limit))
    if not count:
        for note in missing_parts(store, text, prefixes):
            click.echo(f"kg: {note}", err=True)
    more = limit is not None and count == limit and next(answer, None) is not None
    click.echo(f"{count} row{'s' if count != 1 else ''}" + (" of more" if more else ""), err=True)


def _print_table(names: list[str], found: Iterable[list[str]]) -> int:
    """Print the rows that are `found` and return how many."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=False)
    longest = 10_000
    if not console.is_terminal:
        # one line a row, however wide; csv, tsv and json hold the whole of long texts
        console = Console(width=longest, highlight=False, color_system=None)
        longest = 56
    table = Table(*names, box=None, pad_edge=False, header_style="bold")
    count = 0
    for row in found:
        cells = [Text(cell if len(cell) <= longest else f"{cell[: longest - 1]}…") for cell in row]
        for cell in cells:
            cell.highlight_regex(IRI, "cyan")
            cell.highlight_regex(NUMBER, "green")
        table.add_row(*cells)
        count += 1
    console.print(table)
    return count


@click.command()
@click.argument("name")
@click.option("--graph", type=click.Path(path_type=Path), default=GRAPH, show_default=True, help="The Turtle file.")
@click.option("--names", is_flag=True, help="Say for each of its names which rule and sentence justify it.")
def show(name: str, graph: Path, *, names: bool) -> None:
    """Show one node: aliases, broader terms, papers, relations, each with its evidence sentence."""
    from kg.node import describe_node, find_nodes, justify_names
    from kg.store import open_store

    store = open_store(graph)
    best, *others = find_nodes(store, name)
    for line in (justify_names if names else describe_node)(store, best):
        click.echo(line)
    if others:
        click.echo(f"kg: {name} may also mean " + ", ".join(f"{n.name} ({n.kind}) {n.iri}" for n in others), err=True)


@click.command()
@click.argument("start", metavar="A")
@click.argument("end", metavar="B")
@click.option("--graph", type=click.Path(path_type=Path), default=GRAPH, show_default=True, help="The Turtle file.")
@click.option("--count", type=click.IntRange(min=1), default=3, show_default=True, help="How many ways to show.")
def path(start: str, end: str, graph: Path, count: int) -> None:
    """Show the shortest ways from A to B along the edges of the graph, each step with its evidence."""
    from kg.node import find_node
    from kg.paths import describe_path, find_paths
    from kg.store import open_store

    store = open_store(graph)
    ends = find_node(store, start), find_node(store, end)
    for number, way in enumerate(find_paths(store, *ends, count=count), 1):
        click.echo(("" if number == 1 else "\n") + f"{number}.")
        for line in describe_path(store, way):
            click.echo(line)


@click.command()
@click.argument("old", type=click.Path(path_type=Path), metavar="OLD.ttl")
@click.argument("new", type=click.Path(path_type=Path), metavar="NEW.ttl")
@click.option("--limit", type=click.IntRange(min=0), default=20, show_default=True, help="Show no more of a kind.")
def diff(old: Path, new: Path, limit: int) -> None:
    """Say what NEW.ttl adds to OLD.ttl, lacks of it and states otherwise: papers, entities, edges."""
    from collections import Counter

    from kg.diff import compare_graphs
    from kg.store import open_store

    seen: Counter[tuple[str, str]] = Counter()
    for change in compare_graphs(open_store(old), open_store(new)):
        seen[change.kind, change.sign] += 1
        if seen[change.kind, change.sign] <= limit:
            click.echo(str(change))
    words = {"+": "added", "-": "removed", "~": "changed"}
    for kind, plural in (("paper", "papers"), ("entity", "entities"), ("edge", "edges")):
        click.echo(f"{plural}: " + ", ".join(f"{seen[kind, s]:,} {word}" for s, word in words.items()), err=True)


@click.command()
@click.argument("graph", type=click.Path(path_type=Path), default=GRAPH, metavar="[GRAPH.ttl]")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 takes any free one.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=30.0,
    show_default=True,
    metavar="SECONDS",
    help="Stop a query after that.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    metavar="N",
    help="How many requests are worked on at a time. Default: one more than there are processors.",
)
@click.option(
    "--max-result", type=click.IntRange(min=1), default=32, show_default=True, metavar="MB", help="Size of an answer."
)
@click.option(
    "--max-memory",
    type=click.IntRange(min=64),
    default=1024,
    show_default=True,
    metavar="MB",
    help="What a query may take.",
)
def serve(
    graph: Path, host: str, port: int, timeout: float, workers: int | None, max_result: int, max_memory: int
) -> None:
    """Serve the page, a SPARQL endpoint with an editor, and every node by its address."""
    import os

    from kg.server.listening import serve as run
    from kg.server.workers import Limits

    limits = Limits(
        workers=workers or max(3, (os.cpu_count() or 1) + 1),
        seconds=timeout,
        largest=max_result * 2**20,
        memory=max_memory * 2**20,
    )
    run(graph, host, port, limits, lambda line: click.echo(f"kg: {line}", err=True))
