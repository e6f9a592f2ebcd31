"""Validation of a graph against the SHACL shapes of the ontology.

The shapes are checked by pySHACL. A violation is a value, not an error: what, where, and the words of
the shape that says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rdflib import RDF
from rdflib import Graph as RdfGraph
from rdflib.namespace import SH

from kg.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Violation:
    """A node that breaks a shape; `path` and `value` are empty where the shape is about the node itself."""

    node: str
    path: str
    value: str
    message: str

    def __str__(self) -> str:
        place = " ".join(p for p in (self.node, self.path, self.value) if p)
        return f"{place}: {self.message}"


def find_violations(data: RdfGraph, shapes: RdfGraph) -> tuple[Violation, ...]:
    """Return what in `data` breaks `shapes`, sorted; nothing where it conforms."""
    import pyshacl

    # without inference nothing is added to the data, so it need not be copied first
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, inference="none", advanced=False, inplace=True)
    if not isinstance(report, RdfGraph):
        raise InputError(f"the shapes cannot be applied: {report!r}; check ontology/shapes.ttl")
    found = {
        Violation(
            node=str(report.value(result, SH.focusNode) or ""),
            path=str(report.value(result, SH.resultPath) or ""),
            value=str(report.value(result, SH.value) or "")[:200],
            message=str(report.value(result, SH.resultMessage) or "breaks a shape"),
        )
        for result in report.subjects(RDF.type, SH.ValidationResult)
    }
    return tuple(sorted(found))


def read_turtle(paths: Iterable[Path]) -> RdfGraph:
    """Return the Turtle files `paths` as one rdflib Graph.

    Raises:
        InputError: a file does not exist or is no Turtle; the message names it and the line.
    """
    rdf = RdfGraph()
    for path in paths:
        try:
            rdf.parse(data=path.read_bytes(), format="turtle")
        except OSError as e:
            raise InputError(f"{path}: cannot be read: {e.strerror or e}; build the graph with: kg build") from e
        except (SyntaxError, ValueError, IndexError) as e:  # rdflib lets an IndexError through where a file breaks off
            raise InputError(f"{path}: not valid Turtle: {' '.join(str(e).split())[:200]}") from e
    return rdf
