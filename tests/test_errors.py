"""The tree of errors."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

import pytest

import kg.errors
from kg.errors import KGError

PACKAGE = Path(kg.errors.__file__).parent
ERRORS = [e for _, e in inspect.getmembers(kg.errors, inspect.isclass)]


def test_errors_are_those_of_the_tree_in_the_docstring() -> None:
    tree = re.findall(r"^ {4}(?:[│ ]*[├└]── )?(\w+Error) {2,}\S", kg.errors.__doc__ or "", re.MULTILINE)
    assert sorted(tree) == sorted(e.__name__ for e in ERRORS)
    assert tree[0] == "KGError"


@pytest.mark.parametrize("error", ERRORS, ids=lambda e: e.__name__)
def test_errors_derive_from_kgerror_and_say_what_they_are(error: type[Exception]) -> None:
    assert issubclass(error, KGError)
    assert error.__doc__
    assert str(error("x.txt:3: no title")) == "x.txt:3: no title"


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_errors_are_defined_in_one_place_and_caught_at_the_edge(path: Path) -> None:
    names = {e.__name__ for e in ERRORS}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef) and path.name != "errors.py":
            assert not any("Error" in ast.unparse(b) or "Exception" in ast.unparse(b) for b in node.bases), node.name
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None, f"bare except in line {node.lineno}"
            caught = {n.id for n in ast.walk(node.type) if isinstance(n, ast.Name)}
            assert not caught & {"Exception", "BaseException"}, f"line {node.lineno}"
            # a worker of the server is like a command: what is wrong becomes its answer
            assert path.name in ("cli.py", "worker.py") or not caught & names, f"line {node.lineno}"
