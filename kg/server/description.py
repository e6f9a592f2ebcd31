"""What the server says of itself: the SPARQL service description and the OpenAPI document.

The first is RDF in the terms of https://www.w3.org/TR/sparql11-service-description/, at the address of the endpoint
without a query. The second follows https://spec.openapis.org/oas/v3.1.1 and is made of the named queries and of the
formats that are there, so that it cannot say anything else than what is served.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kg.queries import NamedQuery, Parameter
from kg.records import RELATIONS, TYPES
from kg.server.protocol import FORM, HTML, QUERY, ROWS, TRIPLES
from kg.version import VERSION

if TYPE_CHECKING:
    import pyoxigraph

SD = "http://www.w3.org/ns/sparql-service-description#"
VOID = "http://rdfs.org/ns/void#"
FORMATS = "http://www.w3.org/ns/formats/"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
SYNTAXES = {
    "json": "SPARQL_Results_JSON",
    "xml": "SPARQL_Results_XML",
    "csv": "SPARQL_Results_CSV",
    "tsv": "SPARQL_Results_TSV",
    "ttl": "Turtle",
    "nt": "N-Triples",
    "jsonld": "JSON-LD",
    "rdf": "RDF_XML",
}
KINDS = ("paper", *(kind.lower() for kind in TYPES), "claim", "evidence", "result")
FAILURES = {
    "400": "The query is wrong or not allowed; the answer says where and what to do.",
    "406": "None of the accepted formats fits.",
    "413": "The query or its result is too large.",
    "503": "All workers are busy; Retry-After says when to come again.",
    "504": "The query took too long and was stopped.",
}


def description(endpoint: str, base: str, triples: int) -> Iterator[pyoxigraph.Triple]:
    """Yield the service description of the `endpoint` for the graph of that many `triples` below `base`."""
    import pyoxigraph

    def iri(text: str) -> pyoxigraph.NamedNode:
        return pyoxigraph.NamedNode(text)

    service, dataset, graph = iri(f"{endpoint}#service"), iri(f"{endpoint}#dataset"), iri(f"{base}graph")
    number = pyoxigraph.Literal(str(triples), datatype=iri("http://www.w3.org/2001/XMLSchema#integer"))
    yield pyoxigraph.Triple(service, iri(TYPE), iri(f"{SD}Service"))
    yield pyoxigraph.Triple(service, iri(f"{SD}endpoint"), iri(endpoint))
    yield pyoxigraph.Triple(service, iri(f"{SD}supportedLanguage"), iri(f"{SD}SPARQL11Query"))
    for name in SYNTAXES.values():
        yield pyoxigraph.Triple(service, iri(f"{SD}resultFormat"), iri(FORMATS + name))
    yield pyoxigraph.Triple(service, iri(f"{SD}defaultDataset"), dataset)
    yield pyoxigraph.Triple(dataset, iri(TYPE), iri(f"{SD}Dataset"))
    yield pyoxigraph.Triple(dataset, iri(f"{SD}defaultGraph"), graph)
    yield pyoxigraph.Triple(graph, iri(TYPE), iri(f"{SD}Graph"))
    yield pyoxigraph.Triple(graph, iri(TYPE), iri(f"{VOID}Dataset"))
    yield pyoxigraph.Triple(graph, iri(f"{VOID}triples"), number)
    yield pyoxigraph.Triple(graph, iri(f"{VOID}sparqlEndpoint"), iri(endpoint))


def openapi(address: str, queries: Mapping[str, NamedQuery]) -> dict[str, Any]:
    """Return the OpenAPI document of the server at `address` with its named `queries`."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "kg: a knowledge graph of machine-learning papers",
            "version": VERSION,
            "description": "Read only. A wrong request gets one line that says what to do, as text or, where only JSON "
            "is accepted, as application/problem+json.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": address}],
        "paths": {
            "/sparql": _endpoint(),
            "/queries": {
                "get": {
                    "operationId": "queries",
                    "summary": "The named queries and their parameters",
                    "responses": {"200": _content("The list", ("application/json",))},
                }
            },
            **{f"/queries/{name}": _named(query) for name, query in queries.items()},
            "/{kind}/{slug}": _node(),
            "/terms.json": {
                "get": {
                    "operationId": "terms",
                    "summary": "Prefixes, terms of the ontology, and all nodes with label and kind",
                    "responses": {"200": _content("The lists", ("application/json",))},
                }
            },
        },
    }


def _endpoint() -> dict[str, Any]:
    results = {"200": _content("The answer", (*ROWS.values(), *TRIPLES.values())), **_failures()}
    text = {"type": "string"}
    form = {"type": "object", "required": ["query"], "properties": {"query": text, "format": text}}
    return {
        "get": {
            "operationId": "sparql",
            "summary": "Run a SPARQL 1.1 query; without one, the service description",
            "parameters": [
                {"name": "query", "in": "query", "description": "SELECT, ASK, CONSTRUCT or DESCRIBE", "schema": text},
                _format((*ROWS, *TRIPLES)),
            ],
            "responses": results,
        },
        "post": {
            "operationId": "sparqlPost",
            "summary": "Run a SPARQL 1.1 query",
            "requestBody": {"required": True, "content": {QUERY: {"schema": text}, FORM: {"schema": form}}},
            "responses": {**results, "415": _plain("The body is neither a form nor a query.")},
        },
    }


def _named(query: NamedQuery) -> dict[str, Any]:
    return {
        "get": {
            "operationId": query.name,
            "summary": query.title,
            "parameters": [*map(_parameter, query.parameters), _format(tuple(ROWS))],
            "responses": {
                "200": _content("The rows", tuple(ROWS.values())),
                "404": _plain("A name is unknown, or means several nodes."),
                **_failures(),
            },
        }
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    kinds = {
        "number": "a number",
        "text": "a text",
        "Relation": f"one of {', '.join(RELATIONS)}",
        "Node": "a node, by label, alias, title or IRI",
    }
    wanted = kinds.get(parameter.kind, f"a kg:{parameter.kind}, by label, alias, title or IRI")
    default = "" if parameter.default == "UNDEF" else f" If not given: {parameter.default}."
    schema: dict[str, Any] = {"type": "number" if parameter.kind == "number" else "string"}
    return {
        "name": parameter.name,
        "in": "query",
        "description": f"{parameter.about[:1].upper()}{parameter.about[1:]}: {wanted}; again for several.{default}",
        "schema": {"type": "array", "items": schema},
        "style": "form",
        "explode": True,
    }


def _node() -> dict[str, Any]:
    return {
        "get": {
            "operationId": "node",
            "summary": "One node: a page, or its triples with the claims about it and their evidence",
            "parameters": [
                {"name": "kind", "in": "path", "required": True, "schema": {"type": "string", "enum": list(KINDS)}},
                {
                    "name": "slug",
                    "in": "path",
                    "required": True,
                    "description": f"The rest of the IRI; an ending .{', .'.join(TRIPLES)} asks for that format",
                    "schema": {"type": "string"},
                },
            ],
            "responses": {
                "200": _content("The node", (HTML, *TRIPLES.values())),
                "404": _plain("There is none; the answer names similar ones."),
            },
        }
    }


def _format(names: tuple[str, ...]) -> dict[str, Any]:
    about = "The format, whatever the header Accept says"
    return {"name": "format", "in": "query", "description": about, "schema": {"type": "string", "enum": list(names)}}


def _content(about: str, types: tuple[str, ...]) -> dict[str, Any]:
    return {"description": about, "content": {media: {} for media in types}}


def _plain(about: str) -> dict[str, Any]:
    return _content(about, ("text/plain", "application/problem+json"))


def _failures() -> dict[str, Any]:
    return {status: _plain(about) for status, about in FAILURES.items()}
