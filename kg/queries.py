"""The named queries of ``ontology/queries/`` and their parameters.

A named query is a whole SPARQL query, ready for any engine. Its first line asks the question, as a comment; a line
``# ?technique (Technique): …`` declares a parameter, whose default stands in ``VALUES ?technique { … }``. A value takes
the place of the default as an RDF term that Oxigraph writes: no text of a user ever becomes part of a query.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import NotFoundError, QueryError
from kg.files import ontology_folder
from kg.node import find_node
from kg.records import RELATIONS
from kg.sparql import TERMS

if TYPE_CHECKING:
    import pyoxigraph

    Term = pyoxigraph.NamedNode | pyoxigraph.Literal

PARAMETER = re.compile(r"^# \?(\w+) \((\w+)\): (.*)$", re.MULTILINE)
DECIMAL = "http://www.w3.org/2001/XMLSchema#decimal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """What a named query can be told.

    `kind` is a class of the ontology, "Node" for any of them, "Relation", "number" or "text"; `default` is SPARQL.
    """

    name: str
    kind: str
    about: str
    default: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedQuery:
    """A query of the ontology; `title` is its first comment line."""

    name: str
    title: str
    text: str
    parameters: tuple[Parameter, ...] = ()


def read_named_queries(folder: Path | None = None) -> dict[str, NamedQuery]:
    """Return the named queries by name, sorted."""
    found = {}
    for path in sorted(((folder or ontology_folder()) / "queries").glob("*.rq"), key=lambda p: p.stem):
        text = path.read_text(encoding="utf-8")
        found[path.stem] = NamedQuery(
            name=path.stem,
            title=text.split("\n", 1)[0].lstrip("# ").strip(),
            text=text,
            parameters=tuple(
                Parameter(name=name, kind=kind, about=about, default=_values(name, text).group(1).strip())
                for name, kind, about in PARAMETER.findall(text)
            ),
        )
    return found


def _values(name: str, text: str) -> re.Match[str]:
    match = re.search(rf"\bVALUES \?{name} \{{([^{{}}]*)\}}", text)
    if match is None:
        raise QueryError(f"the query declares ?{name}, but has no VALUES ?{name} {{ … }} to take its value")
    return match


def find_query(query: str, folder: Path | None = None) -> NamedQuery:
    """Return what `query` stands for: a named query, a ``.rq`` file or the text itself.

    Raises:
        NotFoundError: `query` looks like a name or a file and there is none of it.
    """
    named = read_named_queries(folder)
    if query in named:
        return named[query]
    if query.endswith(".rq"):
        try:
            return NamedQuery(name=query, title="", text=Path(query).read_text(encoding="utf-8-sig"))
        except OSError as e:
            raise NotFoundError(f"{query}: cannot be read as a query: {e.strerror or e}") from e
        except UnicodeDecodeError as e:
            raise NotFoundError(f"{query}: cannot be read as a query: it is not UTF-8") from e
    if re.fullmatch(r"[\w -]+", query):
        import difflib

        near = difflib.get_close_matches(query.replace(" ", "-"), named, n=1)
        hint = f"; did you mean {near[0]}?" if near else "; kg query --list shows all"
        raise NotFoundError(f"{query}: no named query of that name{hint}")
    return NamedQuery(name="", title="", text=query)


def bind(query: NamedQuery, given: Mapping[str, Sequence[str]], store: pyoxigraph.Store) -> str:
    """Return the text of `query` with the values `given` for its parameters, one or several each.

    An entity or paper of `store` is given by its label, an alias or its IRI.

    Raises:
        QueryError: the query has no such parameter, or the value is none of its kind.
        NotFoundError: a name is unknown or means several nodes.
    """
    known = {p.name: p for p in query.parameters}
    text = query.text
    for name, values in given.items():
        if name not in known:
            those = ", ".join(known) or "none"
            raise QueryError(f"{query.name or 'this query'} has no parameter {name}; it has: {those}")
        terms = " ".join(str(_term(known[name], value, store)) for value in values)
        place = _values(name, text)
        text = f"{text[: place.start()]}VALUES ?{name} {{ {terms} }}{text[place.end() :]}"
    return text


def _term(parameter: Parameter, value: str, store: pyoxigraph.Store) -> Term:
    """Return `value` as a term of the kind that `parameter` wants."""
    import pyoxigraph

    if parameter.kind == "text":
        return pyoxigraph.Literal(value)
    if parameter.kind == "number":
        try:
            number = Decimal(value)
        except InvalidOperation as e:
            raise QueryError(f"{parameter.name}={value}: a number is wanted, such as 2.5") from e
        if not number.is_finite():
            raise QueryError(f"{parameter.name}={value}: a finite number is wanted, such as 2.5")
        return pyoxigraph.Literal(f"{number:f}", datatype=pyoxigraph.NamedNode(DECIMAL))
    if parameter.kind == "Relation":
        relation = next((r for r in RELATIONS if r.lower() == re.sub(r"^kg:|[\s_-]", "", value).lower()), None)
        if relation is None:
            raise QueryError(f"{parameter.name}={value}: one of {', '.join(RELATIONS)} is wanted")
        return pyoxigraph.NamedNode(TERMS + relation)
    return pyoxigraph.NamedNode(find_node(store, value, parameter.kind).iri)
