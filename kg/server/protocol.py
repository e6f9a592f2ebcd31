"""The SPARQL 1.1 Protocol: the query that a request carries, and the format that its answer takes.

Section 2.1 of https://www.w3.org/TR/sparql11-protocol/ has three ways to ask: GET with ``query`` in the address, POST
of a form, POST of the query itself. Formats are negotiated as https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1 has
it: the most specific range of ``Accept`` that fits a format gives its quality, and the first of the best is taken.
Nothing in here knows a web framework.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

ROWS = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
}
TRIPLES = {
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "jsonld": "application/ld+json",
    "rdf": "application/rdf+xml",
}
HTML = "text/html"
# the names that clients also know these formats by, in the order in which one of them is taken
ALIASES = {
    "application/json": "application/sparql-results+json",
    "application/xml": "application/sparql-results+xml",
    "application/x-turtle": "text/turtle",
    "text/plain": "application/n-triples",
}
FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
DATASET = ("default-graph-uri", "named-graph-uri", "using-graph-uri", "using-named-graph-uri")
READ_ONLY = "updates are not allowed: the graph is only read; ask with query= and SELECT, ASK, CONSTRUCT or DESCRIBE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What is sent back; `media` is the type of `body`, with its charset."""

    status: int = 200
    media: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a request asks for: a query, or nothing (`query` is None), in a `form` of ROWS or TRIPLES if it says so."""

    query: str | None = None
    form: str = ""


def refuse(status: int, message: str, **headers: str) -> Reply:
    """Return the reply that says in one line what is wrong and what to do; of a header ``_`` means ``-``."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status=status, media="text/plain; charset=utf-8", body=f"{message}\n".encode(), headers=named)


def read_request(method: str, address: bytes, media: str, body: bytes, longest: int) -> Asked | Reply:
    """Return what a request asks for, or the refusal it gets.

    `address` is what stands after ``?``, `media` the Content-Type, `longest` the bytes that a query may have.
    """
    given = _pairs(address)
    if given is None:
        return refuse(400, "the address holds bytes that are no UTF-8; percent-encode the query as UTF-8")
    kind, _, parameters = media.partition(";")
    kind = kind.strip().lower()
    if method == "POST":
        charset = parameters.strip().lower().removeprefix("charset=").strip('"')
        if kind == UPDATE:
            return refuse(403, READ_ONLY)
        if kind not in (FORM, QUERY):
            return refuse(
                415, f"the body is {kind or 'of no type'}; send {FORM} or {QUERY}", Accept_Post=f"{FORM}, {QUERY}"
            )
        if parameters.strip().lower().startswith("charset=") and charset not in ("utf-8", "utf8"):
            return refuse(415, f"the body is in {charset}; send UTF-8")
        if kind == QUERY:
            try:
                given.append(("query", body.decode("utf-8")))
            except UnicodeDecodeError:
                return refuse(400, "the query is no UTF-8; send it as UTF-8")
        else:
            form = _pairs(body)
            if form is None:
                return refuse(400, "the form holds bytes that are no UTF-8; percent-encode the query as UTF-8")
            given += form
    return _asked(given, longest, required=method == "POST")


def _pairs(text: bytes) -> list[tuple[str, str]] | None:
    try:
        return parse_qsl(text.decode("ascii"), keep_blank_values=True, errors="strict")
    except ValueError:  # UnicodeDecodeError is one
        return None


def _asked(given: Sequence[tuple[str, str]], longest: int, *, required: bool) -> Asked | Reply:
    values: dict[str, list[str]] = {}
    for name, value in given:
        values.setdefault(name, []).append(value)
    queries, forms = values.get("query", []), values.get("format", [""])
    if "update" in values:
        return refuse(403, READ_ONLY)
    if len(queries) > 1:
        return refuse(400, "query is given twice; give it once")
    for name in DATASET:
        if name in values:
            return refuse(400, f"{name} is not supported: the graph is one default graph; leave it out")
    if forms[-1] not in ("", *ROWS, *TRIPLES):
        return refuse(400, f"format={forms[-1]} is unknown; one of {', '.join((*ROWS, *TRIPLES))}")
    if not queries:
        if required or given:
            return refuse(400, "query is missing; give it as query=, or as the body with Content-Type " + QUERY)
        return Asked()
    if len(queries[0].encode("utf-8", "surrogatepass")) > longest:
        return refuse(413, f"the query is longer than {longest:,} bytes; shorten it")
    return Asked(query=queries[0], form=forms[-1])


def read_accept(accept: str) -> list[tuple[str, str, float]]:
    """Return the media ranges of the header `accept` as type, subtype and quality.

    >>> read_accept("text/html, application/*;q=0.5")
    [('text', 'html', 1.0), ('application', '*', 0.5)]
    """
    ranges = []
    for part in accept.split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        main, slash, sub = name.lower().partition("/")
        if not (slash and main and sub):
            continue
        quality = 1.0
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.strip().lower() == "q":
                try:
                    quality = min(max(float(value), 0.0), 1.0)
                except ValueError:
                    quality = 0.0
        ranges.append((main, sub, quality))
    return ranges


def negotiate(accept: str, offers: Iterable[str]) -> str | None:
    """Return the media type among `offers` that the header `accept` likes best, the first of several.

    Without the header anything is liked; None where nothing fits.

    >>> negotiate("text/*;q=0.3, text/csv;q=0.7, */*;q=0.1", ["application/json", "text/html", "text/csv"])
    'text/csv'
    """
    ranges = read_accept(accept or "*/*")
    best, found = 0.0, None
    for offer in offers:
        main, _, sub = offer.partition("/")
        fits = [
            ((m != "*") + (s != "*"), quality)
            for m, s, quality in ranges
            if (m, s) in ((main, sub), (main, "*"), ("*", "*"))
        ]
        quality = max(fits, default=(0, 0.0))[1]
        if quality > best:
            best, found = quality, offer
    return found


def choose(accept: str, form: str, offers: Mapping[str, str]) -> tuple[str, str] | None:
    """Return which of `offers` (media types by short name) to send, and the type to name it by.

    `form`, where given, is what the request wants whatever its header says.
    """
    if form:
        return (form, offers[form]) if form in offers else None
    names = {media: name for name, media in offers.items()}
    names.update({alias: names[media] for alias, media in ALIASES.items() if media in names})
    media = negotiate(accept, names)
    return (names[media], media) if media else None


def described(media: str) -> str:
    """Return `media` with the parameters that it takes in a Content-Type.

    >>> described("text/csv"), described("application/ld+json")
    ('text/csv; charset=utf-8', 'application/ld+json')
    """
    return f"{media}; charset=utf-8" if media.startswith("text/") else media
