"""The command line: each command parses, calls one function and prints.

Data goes to stdout, everything else to stderr. Exit status 0: done, 1: failed or not conforming,
2: misuse. What a command needs is imported inside it, so that the quick ones stay quick.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kg.errors import KGError
from kg.version import VERSION

if TYPE_CHECKING:
    from pyoxigraph import Store

    from kg.evaluation import Evaluation
    from kg.queries import NamedQuery
    from kg.records import Extraction
    from kg.sparql import Answer

BASE_IRI = re.compile(
    r"(?:https?://[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*(?::\d+)?(?:/[\w.~-]+)*/#?|urn:[\w-]+(?::[\w.-]+)*:)"
)
GRAPH = Path("exports/graph.ttl")
CORPUS = "corpus"


class Commands(click.Group):
    """A group that prints an error of the program as one line, with a traceback only on --debug."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; exit with 1 where it fails."""
        try:
            return super().invoke(ctx)
        except KGError as e:
            if ctx.params.get("debug"):
                raise
            click.echo(f"kg: {e}", err=True)
            ctx.exit(1)
        except BrokenPipeError:
            sys.stderr.close()
            ctx.exit(0)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="kg")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def main(debug: bool) -> None:  # noqa: ARG001 - `Commands` reads it
    """Turn listings of machine-learning papers into a knowledge graph, and ask it questions."""
    # numpy reads it when it is loaded: small products gain nothing from threads, beside a process for each processor
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@main.command()
@click.argument("inputs", nargs=-1, metavar="[INPUT]...")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("exports"),
    show_default=True,
    help="Folder for the exports.",
)
@click.option(
    "--base",
    metavar="IRI",
    default="https://w3id.org/mlkg/",
    show_default=True,
    help="What the IRIs of nodes begin with.",
)
@click.option(
    "--format",
    "form",
    metavar="NAME",
    default=None,
    help="What the inputs are in, such as snapshot or bibtex. Default: detected, for each.",
)
@click.option("--no-model", is_flag=True, help="Extract by rules alone, without the trained weights.")
def build(inputs: tuple[str, ...], output: Path, base: str, form: str | None, no_model: bool) -> None:
    """Read listings (files, folders, patterns, -) and write the graph: graph.ttl, graph.html and other formats of it.

    Without INPUT the listings in corpus/ are read.
    """
    from kg.build import EXPORTS
    from kg.build import build as run
    from kg.readers import FORMATS

    if form is not None and form not in FORMATS:
        raise click.BadParameter(f"{form}: one of {', '.join(FORMATS)} is wanted", param_hint="--format")
    if not BASE_IRI.fullmatch(base) or base.startswith("https://w3id.org/mlkg/ontology"):
        raise click.BadParameter(
            "an absolute IRI that ends in / or #, such as https://example.org/kg/", param_hint="--base"
        )
    summary = run(inputs or (CORPUS,), output, base=base, model=not no_model, form=form, progress=_progress)
    for skipped in summary.skipped:
        click.echo(f"kg: {'kept' if skipped.kept else 'skipped'} {skipped}", err=True)
    click.echo(str(summary), err=True)
    click.echo(f"written to {output}/: {', '.join(EXPORTS)}", err=True)


def _progress(found: Iterable[Extraction], total: int) -> Iterator[Extraction]:
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    yield from track(
        found, "Reading papers", total=total, console=console, disable=not console.is_terminal, transient=True
    )


@main.command()
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
    from kg.sparql import read_prefixes, run_query, within
    from kg.store import file_prefixes, open_store

    if listing:
        _list_queries(read_named_queries().values())
        return
    if not 1 <= len(arguments) <= 2:
        raise click.UsageError("give a query, or a graph and a query; kg query --list shows the named ones")
    graph, asked = (Path(arguments[0]), arguments[1]) if len(arguments) == 2 else (GRAPH, arguments[0])
    named = NamedQuery(name="", title="", text=sys.stdin.read()) if asked == "-" else find_query(asked)
    given: dict[str, list[str]] = {}
    for value in values:
        name, equals, wanted = value.partition("=")
        if not equals:
            raise click.BadParameter(
                f"{value}: NAME=VALUE is wanted, such as technique=FlashAttention", param_hint="--set"
            )
        given.setdefault(name.lstrip("?"), []).append(wanted)
    store = open_store(graph)
    prefixes = {**read_prefixes(), **file_prefixes(graph)}
    text = bind(named, given, store)
    within(timeout, lambda: _answer(store, run_query(store, text, prefixes), text, prefixes, form, limit))


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

    from kg.answers import answer_chunks, rows
    from kg.sparql import missing_nodes

    if form not in (None, "table") or not isinstance(answer, pyoxigraph.QuerySolutions):
        for chunk in answer_chunks(answer, None if form == "table" else form, limit):
            sys.stdout.buffer.write(chunk.encode())
        return
    count = _print_table([v.value for v in answer.variables], rows(answer, prefixes, store, limit))
    if not count:
        for note in missing_nodes(store, text, prefixes):
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
        table.add_row(*(Text(cell if len(cell) <= longest else f"{cell[: longest - 1]}…") for cell in row))
        count += 1
    console.print(table)
    return count


@main.command()
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


@main.command()
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


@main.command()
@click.argument("graph", type=click.Path(path_type=Path))
def validate(graph: Path) -> None:
    """Check GRAPH.ttl against the SHACL shapes; exit with 1 where it does not conform."""
    from rdflib import RDF

    from kg.errors import InputError
    from kg.files import ontology_folder
    from kg.rdf import KG
    from kg.validation import find_violations, read_turtle

    data = read_turtle([graph])
    if (None, RDF.type, KG.Paper) not in data:
        raise InputError(f"{graph}: no kg:Paper in it; give a graph that kg build wrote")
    violations = find_violations(data, read_turtle([ontology_folder() / "shapes.ttl"]))
    for violation in violations:
        click.echo(str(violation))
    if violations:
        click.echo(f"kg: {graph}: {len(violations)} violations; build it again with: kg build", err=True)
        sys.exit(1)
    click.echo(f"{graph} conforms", err=True)


@main.command()
@click.argument("gold", type=click.Path(path_type=Path))
@click.option("--errors", is_flag=True, help="List what was missed and what was wrong.")
@click.option("--json", "as_json", is_flag=True, help="The figures as JSON.")
@click.option("--no-model", is_flag=True, help="Extract by rules alone, without the trained weights.")
def evaluate(gold: Path, errors: bool, as_json: bool, no_model: bool) -> None:
    """Score the extraction against annotated papers: precision, recall and F1 per type, role and relation."""
    import json

    from kg.evaluation import evaluate_file

    evaluation = evaluate_file(gold, model=not no_model)
    if as_json:
        bands = [dict(zip(("from", "to", "edges", "right"), band, strict=True)) for band in evaluation.reliability()]
        click.echo(json.dumps({**evaluation.figures(), "reliability": bands}, indent=2))
        return
    _print_figures(evaluation)
    if errors:
        for line in evaluation.errors:
            click.echo(line)


def _print_figures(evaluation: Evaluation) -> None:
    click.echo(f"{'':22} {'precision':>9} {'recall':>7} {'F1':>6} {'right':>6} {'wrong':>6} {'missed':>6}")
    for name, f in evaluation.figures().items():
        shares = f"{f['precision']:9.3f} {f['recall']:7.3f} {f['f1']:6.3f}"
        click.echo(f"{name:22} {shares} {f['right']:6} {f['wrong']:6} {f['missed']:6}")
    click.echo(f"\n{'confidence':22} {'edges':>9} {'right':>7}")
    for low, high, edges, right in evaluation.reliability():
        click.echo(f"{low:.1f} to {high:.1f}{'':12} {edges:9} {right:7.3f}")


@main.command()
@click.argument("gold", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Folder for the weights. Default: where the program reads them.",
)
@click.option(
    "--further",
    type=click.Path(path_type=Path),
    help="Annotations apart from their texts, such as corpus/gold/further.jsonl, to train on too; needs --text.",
)
@click.option(
    "--text",
    type=click.Path(path_type=Path),
    help="Many papers to learn the word vectors anew from; those of --further are sought here.",
)
def train(gold: Path, output: Path | None, further: Path | None, text: Path | None) -> None:
    """Train the statistical part of the extraction on annotated papers; print its cross-validated scores."""
    from kg.tagger import WEIGHTS
    from kg.training import train as run

    def tell(line: str) -> None:
        click.echo(f"kg: {line}", err=True)

    _print_figures(run(gold, output or WEIGHTS, further=further, text=text, tell=tell))


@main.command()
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


if __name__ == "__main__":
    main()
