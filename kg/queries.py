"""SPARQL over the Turtle export, in the process, by Oxigraph.

A query is a named one of ``ontology/queries/``, a ``.rq`` file, or the text itself. The prefixes of
``ontology/kg.ttl`` are predeclared. ``SERVICE`` is refused: a query never contacts another machine. What
is refused is any text that reads like the clause, wherever it stands: to tell a clause from a string or a
comment takes a whole parser of SPARQL, and the least difference from that of Oxigraph would be a way round.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import InputError, NotFoundError, QueryError
from kg.ontology import ontology_folder

if TYPE_CHECKING:
    import pyoxigraph

PREFIX = re.compile(r"^@prefix\s+([\w-]*):\s+<([^>]*)>\s*\.", re.MULTILINE)
SPACE = r"(?:\s|\#[^\r\n]*+)*+"
# SERVICE [SILENT] <iri>, variable or prefixed name, {; SPARQL wants no space before, between or after
SERVICE = re.compile(
    rf"(?<![?$:]) SERVICE {SPACE} (?:SILENT {SPACE})? (?:<[^<>]*> | (?:\\. | [^\s{{}}<>\\\#])++) {SPACE} \{{",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedQuery:
    """A query of the ontology; `title` is its first comment line."""

    name: str
    title: str
    text: str


def read_prefixes(folder: Path | None = None) -> dict[str, str]:
    """Return the prefixes that ``kg.ttl`` declares, with their IRIs."""
    text = ((folder or ontology_folder()) / "kg.ttl").read_text(encoding="utf-8")
    return dict(PREFIX.findall(text))


def read_named_queries(folder: Path | None = None) -> dict[str, NamedQuery]:
    """Return the named queries by name, sorted."""
    found = {}
    for path in sorted(((folder or ontology_folder()) / "queries").glob("*.rq")):
        text = path.read_text(encoding="utf-8")
        title = text.split("\n", 1)[0].lstrip("# ").strip()
        found[path.stem] = NamedQuery(name=path.stem, title=title, text=text)
    return found


def query_text(query: str, folder: Path | None = None) -> str:
    """Return the SPARQL that `query` stands for: a named query, a ``.rq`` file or the text itself.

    Raises:
        NotFoundError: `query` looks like a name or a file and there is none of it.
    """
    named = read_named_queries(folder)
    if query in named:
        return named[query].text
    if query.endswith(".rq"):
        try:
            return Path(query).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as e:
            raise NotFoundError(f"{query}: cannot be read as a query: {e}") from e
    if re.fullmatch(r"[\w-]+", query):
        import difflib

        near = difflib.get_close_matches(query, named, n=1)
        hint = f"; did you mean {near[0]}?" if near else "; kg query --list shows all"
        raise NotFoundError(f"{query}: no named query of that name{hint}")
    return query


def load_store(path: Path) -> pyoxigraph.Store:
    """Return the Turtle file `path` in a store of Oxigraph.

    Raises:
        InputError: the file does not exist or is no Turtle.
    """
    import pyoxigraph

    if not path.is_file():
        raise InputError(f"{path}: no such file; build the graph first: kg build")
    store = pyoxigraph.Store()
    try:
        store.bulk_load(path=str(path), format=pyoxigraph.RdfFormat.TURTLE)
    except (SyntaxError, ValueError, OSError) as e:
        raise InputError(f"{path}: not valid Turtle: {e}") from e
    return store


def run_query(
    store: pyoxigraph.Store, text: str, prefixes: Mapping[str, str]
) -> pyoxigraph.QuerySolutions | pyoxigraph.QueryBoolean | pyoxigraph.QueryTriples:
    """Return the answer of `store` to the SPARQL query `text`.

    Raises:
        QueryError: the query has a SERVICE clause or is no SPARQL; the message gives line and column.
    """
    if SERVICE.search(text):
        raise QueryError("SERVICE is not allowed: queries run on the given graph alone; remove the clause")
    try:
        return store.query(text, prefixes=dict(prefixes))
    except (SyntaxError, ValueError, OSError, RuntimeError) as e:
        message = " ".join(str(e).split())
        unknown = re.search(r"[Pp]refix not found|unknown prefix", message)
        known = f"; known prefixes: {', '.join(sorted(prefixes))}" if unknown else ""
        raise QueryError(f"query: {message}{known}") from e


def shorten(iri: str, prefixes: Mapping[str, str]) -> str:
    """Return `iri` with the longest prefix that fits.

    >>> shorten("https://w3id.org/mlkg/model/bert", {"model": "https://w3id.org/mlkg/model/"})
    'model:bert'
    """
    fits = [(len(base), name) for name, base in prefixes.items() if base and iri.startswith(base)]
    if not fits:
        return iri
    length, name = max(fits)
    return f"{name}:{iri[length:]}"


def rows(solutions: pyoxigraph.QuerySolutions, prefixes: Mapping[str, str]) -> Iterator[list[str]]:
    """Yield the solutions as texts, IRIs shortened, unbound variables empty."""
    import pyoxigraph

    for solution in solutions:
        yield [
            "" if term is None else shorten(term.value, prefixes) if isinstance(term, pyoxigraph.NamedNode)
            else str(getattr(term, "value", term))
            for term in solution
        ]  # fmt: skip


def serialize_answer(
    answer: pyoxigraph.QuerySolutions | pyoxigraph.QueryBoolean | pyoxigraph.QueryTriples, form: str
) -> bytes:
    """Return `answer` in the format `form`: csv, tsv or json for rows and truth values, ttl for triples.

    Raises:
        QueryError: the format does not fit the kind of answer.
    """
    import pyoxigraph

    formats = {
        "csv": pyoxigraph.QueryResultsFormat.CSV,
        "tsv": pyoxigraph.QueryResultsFormat.TSV,
        "json": pyoxigraph.QueryResultsFormat.JSON,
    }
    out = BytesIO()
    if isinstance(answer, pyoxigraph.QueryTriples):
        if form not in ("ttl", "table"):
            raise QueryError(f"CONSTRUCT and DESCRIBE give triples, not rows for {form}; use --format ttl")
        answer.serialize(out, format=pyoxigraph.RdfFormat.TURTLE)
    elif form == "ttl":
        raise QueryError("only CONSTRUCT and DESCRIBE give Turtle; use --format table, csv, tsv or json")
    elif isinstance(answer, pyoxigraph.QueryBoolean) and form in ("csv", "table"):
        return f"{str(bool(answer)).lower()}\n".encode()
    else:
        answer.serialize(out, format=formats[form])
    return out.getvalue()
