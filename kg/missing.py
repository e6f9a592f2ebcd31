"""What a query asks for that the graph does not have: where an answer is empty, the likeliest reason is a slip."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from kg.records import TYPES
from kg.sparql import RDF, TERMS, declared_prefixes, nearest, placed, tokens

if TYPE_CHECKING:
    import pyoxigraph

# vocabularies of others that the graph is written in
OTHERS = (
    RDF,
    "http://www.w3.org/2000/01/rdf-schema#",
    "http://www.w3.org/2004/02/skos/core#",
    "http://purl.org/dc/terms/",
)
# where a named query has the default of a parameter
DEFAULT = re.compile(r"VALUES \?(\w+) \{[^{}]*\Z")


def missing_parts(store: pyoxigraph.Store, text: str, prefixes: Mapping[str, str]) -> Iterator[str]:
    """Yield a note for each node, term and graph that the query `text` names and `store` does not have."""
    pieces = tuple(tokens(text))
    known = declared_prefixes(pieces, prefixes)
    kinds = ("paper", *map(str.lower, TYPES))
    terms: tuple[str, ...] = ()
    for here, token in placed(text, pieces):
        if token.kind == "word" and token.text.upper() in ("FROM", "GRAPH"):
            yield f"{here}: {token.text} asks for a graph by name; all is in one graph without a name: leave it out"
        prefix, _, local = token.text.partition(":")
        if token.kind != "name" or not local or prefix not in known:
            continue
        space = known[prefix]
        if prefix in kinds and not _stands(store, space + local, anywhere=False):
            near = _near(local, space, _nodes(store, TERMS + prefix.capitalize()))
            hint = f"; did you mean {prefix}:{near}?" if near else "; kg show NAME gives the IRI of a thing"
            default = DEFAULT.search(text[: token.start])
            if default and f"# ?{default[1]} (" in text:
                hint = f"; ask about another with --set {default[1]}=…"
            yield f"{here}: {token.text} is not in this graph{hint}"
        elif space in OTHERS and not _stands(store, space + local, anywhere=True):
            terms = terms or _terms(store)
            near = _near(local, space, terms)
            yield f"{here}: {token.text} is not in this graph" + (f"; did you mean {prefix}:{near}?" if near else "")


def _stands(store: pyoxigraph.Store, iri: str, *, anywhere: bool) -> bool:
    """Tell whether `store` says something of `iri`, or has it `anywhere`."""
    import pyoxigraph

    node = pyoxigraph.NamedNode(iri)
    places = ((node, None, None), (None, node, None), (None, None, node))[: 3 if anywhere else 1]
    return any(next(store.quads_for_pattern(*place), None) is not None for place in places)


def _nodes(store: pyoxigraph.Store, of_kind: str) -> Iterator[str]:
    """Yield the IRIs of the nodes of a class."""
    import pyoxigraph

    a = pyoxigraph.NamedNode(f"{RDF}type")
    return (str(q.subject)[1:-1] for q in store.quads_for_pattern(None, a, pyoxigraph.NamedNode(of_kind)))


def _terms(store: pyoxigraph.Store) -> tuple[str, ...]:
    """Return the IRIs of all properties and classes."""
    import pyoxigraph

    found = store.query("SELECT DISTINCT ?term WHERE { { ?s ?term ?o } UNION { ?s a ?term } }")
    assert isinstance(found, pyoxigraph.QuerySolutions)
    return tuple(str(solution["term"])[1:-1] for solution in found)


def _near(local: str, space: str, iris: Iterable[str]) -> str | None:
    """Return which of `iris` in the namespace `space` is written most like `local` there."""
    return nearest(local, sorted(iri[len(space) :] for iri in iris if iri.startswith(space)))
