"""Answers of SPARQL queries in the formats of https://www.w3.org/TR/sparql11-overview/#sparql11-results, and as rows.

Rows are for people: IRIs are shortened and followed by the label of what they name, unless the row says it already.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from kg.errors import QueryError
from kg.sparql import read_prefixes, shorten

if TYPE_CHECKING:
    import pyoxigraph

    from kg.sparql import Answer

    Term: TypeAlias = pyoxigraph.NamedNode | pyoxigraph.BlankNode | pyoxigraph.Literal | pyoxigraph.Triple

XSD = "http://www.w3.org/2001/XMLSchema#"
BARE = frozenset(XSD + name for name in ("integer", "decimal", "boolean"))
TRIPLES = ("ttl", "nt", "jsonld")
LABELS = (
    "http://www.w3.org/2004/02/skos/core#prefLabel",
    "http://purl.org/dc/terms/title",
    "http://www.w3.org/2000/01/rdf-schema#label",
)


def rows(
    solutions: pyoxigraph.QuerySolutions,
    prefixes: Mapping[str, str],
    store: pyoxigraph.Store | None = None,
    limit: int | None = None,
) -> Iterator[list[str]]:
    """Yield at most `limit` solutions as texts, IRIs shortened, with their label in `store`, empty where unbound."""
    import pyoxigraph

    for solution in islice(solutions, limit):
        terms = list(solution)
        said = {term.value for term in terms if isinstance(term, pyoxigraph.Literal)}
        row = []
        for term in terms:
            text = "" if term is None else str(getattr(term, "value", term))
            if isinstance(term, pyoxigraph.NamedNode):
                name = label(store, term) if store is not None else None
                text = shorten(text, prefixes) + (f"  {name}" if name and name not in said else "")
            row.append(text)
        yield row


def label(store: pyoxigraph.Store, node: pyoxigraph.NamedNode) -> str | None:
    """Return what `node` is called in `store`."""
    import pyoxigraph

    for predicate in LABELS:
        for quad in store.quads_for_pattern(node, pyoxigraph.NamedNode(predicate), None):
            return str(getattr(quad.object, "value", quad.object))
    return None


def misfit(answer: Answer, form: str | None) -> str | None:
    """Return what is wrong with `form` as the format of `answer`, nothing where it fits."""
    import pyoxigraph

    triples = isinstance(answer, pyoxigraph.QueryTriples)
    if triples and form not in (None, *TRIPLES):
        return f"CONSTRUCT and DESCRIBE give triples, not rows for {form}; use --format {', '.join(TRIPLES)}"
    if not triples and form not in (None, *ROWS):
        return f"only CONSTRUCT and DESCRIBE give triples; use --format table, {', '.join(ROWS)}"
    return None


def answer_chunks(answer: Answer, form: str | None = None, limit: int | None = None) -> Iterator[str]:
    """Yield `answer` in the format `form`, at most `limit` rows of it.

    Rows and truth values go in csv, tsv and json, triples in ttl, nt and jsonld; csv and ttl without a `form`.

    Raises:
        QueryError: the format does not fit the kind of answer.
    """
    import pyoxigraph

    if wrong := misfit(answer, form):
        raise QueryError(wrong)
    if isinstance(answer, pyoxigraph.QueryTriples):
        syntax = {
            "ttl": pyoxigraph.RdfFormat.TURTLE,
            "nt": pyoxigraph.RdfFormat.N_TRIPLES,
            "jsonld": pyoxigraph.RdfFormat.JSON_LD,
        }
        out = BytesIO()
        known = read_prefixes()
        pyoxigraph.serialize(islice(answer, limit), out, format=syntax[form or "ttl"], prefixes=dict(known))
        yield out.getvalue().decode()
        return
    if isinstance(answer, pyoxigraph.QueryBoolean):
        told = str(bool(answer)).lower()
        yield f'{{"head":{{}},"boolean":{told}}}' if form == "json" else f"{told}\n"
        return
    yield from ROWS[form or "csv"]([v.value for v in answer.variables], islice(answer, limit))


def _csv(names: list[str], solutions: Iterator[pyoxigraph.QuerySolution]) -> Iterator[str]:
    def field(text: str) -> str:
        return '"{}"'.format(text.replace('"', '""')) if any(c in text for c in '",\r\n') else text

    yield ",".join(names) + "\r\n"
    for solution in solutions:
        yield ",".join(field("" if t is None else _plain(t)) for t in solution) + "\r\n"


def _tsv(names: list[str], solutions: Iterator[pyoxigraph.QuerySolution]) -> Iterator[str]:
    yield "\t".join(f"?{name}" for name in names) + "\n"
    for solution in solutions:
        yield "\t".join("" if term is None else _written(term) for term in solution) + "\n"


def _json(names: list[str], solutions: Iterator[pyoxigraph.QuerySolution]) -> Iterator[str]:
    yield '{"head":' + json.dumps({"vars": names}) + ',"results":{"bindings":['
    for i, solution in enumerate(solutions):
        found = {name: _binding(term) for name, term in zip(names, solution, strict=True) if term is not None}
        yield ("," if i else "") + json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    yield "]}}\n"


def _plain(term: Term) -> str:
    """Return `term` as CSV has it, without its datatype."""
    import pyoxigraph

    return term.value if isinstance(term, pyoxigraph.NamedNode | pyoxigraph.Literal) else str(term)


def _written(term: Term) -> str:
    """Return `term` as TSV has it: as in Turtle, numbers and truth values bare."""
    import pyoxigraph

    return term.value if isinstance(term, pyoxigraph.Literal) and term.datatype.value in BARE else str(term)


def _binding(term: Term) -> dict[str, str]:
    """Return `term` as JSON has it."""
    import pyoxigraph

    if isinstance(term, pyoxigraph.NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, pyoxigraph.BlankNode):
        return {"type": "bnode", "value": term.value}
    if not isinstance(term, pyoxigraph.Literal):
        raise QueryError("a triple as a value has no place in these results; take it apart in the query")
    found = {"type": "literal", "value": term.value}
    if term.language:
        found["xml:lang"] = term.language
    elif term.datatype.value != f"{XSD}string":
        found["datatype"] = term.datatype.value
    return found


ROWS: dict[str, Callable[[list[str], Iterator[pyoxigraph.QuerySolution]], Iterator[str]]] = {
    "csv": _csv,
    "tsv": _tsv,
    "json": _json,
}
