"""What a query asks for that the graph does not have: where an answer is empty, the likeliest reason is a slip."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from kg.records import TYPES
from kg.sparql import RDF, TERMS, declared_prefixes, nearest, place_of, tokens

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
    import pyoxigraph

    pieces = tuple(tokens(text))
    known = declared_prefixes(pieces, prefixes)
    kinds = ("paper", *map(str.lower, TYPES))
    for token in pieces:
        here = place_of(text, token.start)
        if token.kind == "word" and token.text.upper() in ("FROM", "GRAPH"):
            yield f"{here}: {token.text} asks for a graph by name; all is in one graph without a name: leave it out"
        prefix, _, local = token.text.partition(":")
        if token.kind != "name" or not local or prefix not in known:
            continue
        space = known[prefix]
        if prefix in kinds:
            node = pyoxigraph.NamedNode(space + local)
            if next(store.quads_for_pattern(node, None, None), None) is None:
                hint = _known_node(store, prefix, space, local)
                default = DEFAULT.search(text[: token.start])
                if default and f"# ?{default[1]} (" in text:
                    hint = f"; ask about another with --set {default[1]}=…"
                yield f"{here}: {token.text} is not in this graph{hint}"
        elif space in OTHERS and not _has_term(store, space + local):
            found = store.query("SELECT DISTINCT ?term WHERE { { ?s ?term ?o } UNION { ?s a ?term } }")
            assert isinstance(found, pyoxigraph.QuerySolutions)
            terms = (str(solution["term"])[1:-1] for solution in found)
            near = nearest(local, sorted(t[len(space) :] for t in terms if t.startswith(space)))
            yield f"{here}: {token.text} is not in this graph" + (f"; did you mean {prefix}:{near}?" if near else "")


def _has_term(store: pyoxigraph.Store, iri: str) -> bool:
    """Tell whether `iri` stands anywhere in `store`."""
    import pyoxigraph

    node = pyoxigraph.NamedNode(iri)
    places = ((node, None, None), (None, node, None), (None, None, node))
    return any(next(store.quads_for_pattern(*place), None) is not None for place in places)


def _known_node(store: pyoxigraph.Store, prefix: str, space: str, local: str) -> str:
    """Return which node of that kind may be meant by one that `store` does not have."""
    import pyoxigraph

    a, of_kind = pyoxigraph.NamedNode(f"{RDF}type"), pyoxigraph.NamedNode(TERMS + prefix.capitalize())
    same = (str(q.subject)[1:-1] for q in store.quads_for_pattern(None, a, of_kind))
    near = nearest(local, sorted(n[len(space) :] for n in same if n.startswith(space)))
    return f"; did you mean {prefix}:{near}?" if near else "; kg show NAME gives the IRI of a thing"
