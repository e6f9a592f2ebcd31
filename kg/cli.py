"""The command line: each command parses, calls one function and prints.

Data goes to stdout, everything else to stderr. Exit status 0: done, 1: failed or not conforming,
2: misuse. What a command needs is imported inside it, so that the quick ones stay quick.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kg.cli_graph import diff, path, query, serve, show
from kg.errors import KGError, one_line
from kg.version import VERSION

if TYPE_CHECKING:
    from kg.evaluation import Evaluation

T = TypeVar("T")
BASE_IRI = re.compile(
    r"(?:https?://[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*(?::\d+)?(?:/[\w.~-]+)*/#?|urn:[\w-]+(?::[\w.-]+)*:)"
)
ENGINE = re.compile(r"dask|(?:tcp|tls|ws|wss)://\S+")
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
            click.echo(f"kg: {one_line(e)}", err=True)
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
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    metavar="N",
    help="Processes that extract. Default: one for each processor.",
)
@click.option(
    "--engine",
    metavar="ENGINE",
    help="Extract on a cluster: dask starts one of processes here, tcp://HOST:PORT is the address of a running Dask "
    "scheduler.",
)
@click.option("--anew", is_flag=True, help="Extract those papers too that an earlier build has extracted.")
def build(
    inputs: tuple[str, ...],
    output: Path,
    base: str,
    form: str | None,
    workers: int | None,
    engine: str | None,
    *,
    no_model: bool,
    anew: bool,
) -> None:
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
    if engine is not None and not ENGINE.fullmatch(engine):
        raise click.BadParameter(
            f"{engine}: dask, or the address of a scheduler, such as tcp://host:8786, is wanted", param_hint="--engine"
        )
    if workers and engine not in (None, "dask"):
        raise click.BadParameter(f"{engine} has the workers that have joined it", param_hint="--workers")
    summary = run(
        inputs or (CORPUS,),
        output,
        base=base,
        model=not no_model,
        form=form,
        workers=workers,
        engine=engine,
        anew=anew,
        progress=_progress,
    )
    for skipped in summary.skipped:
        click.echo(f"kg: {'kept' if skipped.kept else 'skipped'} {skipped}", err=True)
    click.echo(str(summary), err=True)
    click.echo(f"written to {output}/: {', '.join(EXPORTS)}", err=True)


def _progress(items: Iterable[T], what: str, total: int | None = None) -> Iterator[T]:
    """Yield `items` with a bar on stderr where that is a terminal."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    if not console.is_terminal:
        yield from items
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    more = (TimeRemainingColumn(),) if total else ()
    with Progress(*columns, *more, console=console, transient=True) as shown:
        yield from shown.track(items, total, description=what)


@main.command()
@click.argument("graph", type=click.Path(path_type=Path))
def validate(graph: Path) -> None:
    """Check GRAPH.ttl against the SHACL shapes; exit with 1 where it does not conform."""
    from rdflib import RDF

    from kg.errors import InputError
    from kg.files import ontology_folder
    from kg.statements import KG
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
@click.option("--text", type=click.Path(path_type=Path), help="The papers that GOLD annotates apart from their texts.")
def evaluate(gold: Path, errors: bool, as_json: bool, no_model: bool, text: Path | None) -> None:
    """Score the extraction against annotated papers: precision, recall and F1 per type, role and relation."""
    import json

    from kg.evaluation import evaluate_file

    evaluation = evaluate_file(gold, text=text, model=not no_model)
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


for command in (query, show, path, diff, serve):
    main.add_command(command)


if __name__ == "__main__":
    main()
