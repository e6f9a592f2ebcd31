"""Imports run one way, and the quick commands load nothing heavy."""

from __future__ import annotations

import ast
import graphlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

import kg.version

PACKAGE = Path(kg.version.__file__).parent
# each layer imports from itself and from those before it
LAYERS = (
    ("records", "errors", "version", "spool", "progress", "processes"),
    ("text", "latex", "markup", "vocabulary", "skos", "cues", "overrides", "ontology", "kept", "files", "together"),
    ("readers", "finders", "crf", "network", "vectors", "tokens", "tagger", "classifier", "perceptron", "experience"),
    ("detached", "extractions", "pipeline", "engine", "facts", "naming", "namesakes", "resolution", "graph", "layout"),
    ("statements", "rdf", "dataset", "ntriples", "jsonld", "graphml", "page", "validation", "evaluation", "training"),
    ("sparql", "missing", "store", "answers", "node", "paths", "diff", "queries", "page_query"),
    ("build", "server"),
    ("cli_graph",),
    ("cli",),
)
LAYER = {name: number for number, names in enumerate(LAYERS) for name in names}


def modules() -> dict[str, Path]:
    names = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        names[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return names


def imported(path: Path, known: set[str]) -> set[str]:
    """Return the modules of the package that `path` imports anywhere, in functions and for types too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}:{node.lineno}: a relative import hides its layer"
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (names & known) or {str(node.module)}
    return {name for name in found if name.split(".")[0] == "kg"}


def test_layers_hold_every_module() -> None:
    for name in modules():
        if name != "kg":
            assert name.split(".")[1] in LAYER, f"{name} has no place in LAYERS of {Path(__file__).name}"


@pytest.mark.parametrize("name", [n for n in modules() if n != "kg"])
def test_layers_import_only_downwards(name: str) -> None:
    for target in imported(modules()[name], set(modules())) - {"kg"}:
        assert LAYER[target.split(".")[1]] <= LAYER[name.split(".")[1]], f"{name} imports {target}"


def test_layers_readers_and_finders_do_not_know_each_other() -> None:
    for name, path in modules().items():
        for one, other in (("kg.readers", "kg.finders"), ("kg.finders", "kg.readers")):
            if name.startswith(one):
                assert not any(t.startswith(other) for t in imported(path, set(modules()))), name


def test_layers_have_no_circle() -> None:
    known = set(modules())
    graphlib.TopologicalSorter({name: imported(path, known) - {name} for name, path in modules().items()}).prepare()


TURTLE = '<https://w3id.org/mlkg/model/foo> <http://www.w3.org/2004/02/skos/core#prefLabel> "Foo" .\n'
HEAVY = set("spacy thinc networkx rdflib pyshacl pyvis starlette uvicorn asyncio dask distributed".split())


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["build", "--help"],
        ["serve", "--help"],
        ["query", "--list"],
        ["query", "graph.ttl", "SELECT ?s WHERE { ?s ?p ?o }"],
    ],
    ids=lambda a: " ".join(a[:2]),
)
def test_layers_quick_commands_load_nothing_heavy(tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "graph.ttl").write_text(TURTLE, encoding="utf-8")
    code = (
        "import json, sys\n"
        "from kg.cli import main\n"
        f"main({arguments!r}, standalone_mode=False)\n"
        "print(json.dumps(sorted({m.split('.')[0] for m in sys.modules})), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(PACKAGE.parent), "PYTHONDONTWRITEBYTECODE": "1", "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout
    assert HEAVY & set(json.loads(done.stderr.splitlines()[-1])) == set()
