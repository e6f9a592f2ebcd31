"""The SPARQL 1.1 Protocol without a server: which query a request has, and which format it gets."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.server.protocol import FORM, QUERY, ROWS, TRIPLES, UPDATE, Asked, Reply, choose, negotiate, read_request

LONGEST = 1000


def read(method: str = "GET", address: str = "", media: str = "", body: bytes = b"") -> Asked | Reply:
    return read_request(method, address.encode(), media, body, LONGEST)


@given(st.text(min_size=1, max_size=80).filter(lambda t: "\x00" not in t))
def test_protocol_has_three_ways_that_ask_the_same(text: str) -> None:
    encoded = quote(text, safe="")
    assert read(address=f"query={encoded}") == Asked(query=text)
    assert read("POST", media=FORM, body=f"query={encoded}".encode()) == Asked(query=text)
    assert read("POST", media=f"{QUERY}; charset=UTF-8", body=text.encode()) == Asked(query=text)


@pytest.mark.parametrize(
    ("method", "address", "media", "body", "status"),
    [
        ("GET", "query=a&query=b", "", b"", 400),
        ("GET", "queri=a", "", b"", 400),
        ("GET", "query=%ff", "", b"", 400),
        ("GET", "query=a&default-graph-uri=http://e/", "", b"", 400),
        ("GET", "query=a&named-graph-uri=http://e/", "", b"", 400),
        ("GET", "query=a&format=pdf", "", b"", 400),
        ("GET", "update=CLEAR+ALL", "", b"", 403),
        ("GET", "query=" + "a" * (LONGEST + 1), "", b"", 413),
        ("POST", "", FORM, b"", 400),
        ("POST", "", FORM, b"query=%e4", 400),
        ("POST", "", FORM, b"query=\xe4", 400),
        ("POST", "", QUERY, b"\xe4", 400),
        ("POST", "query=a", QUERY, b"b", 400),
        ("POST", "named-graph-uri=http://e/", QUERY, b"b", 400),
        ("POST", "", FORM, b"update=CLEAR+ALL", 403),
        ("POST", "", UPDATE, b"CLEAR ALL", 403),
        ("POST", "", QUERY, b"a" * (LONGEST + 1), 413),
        ("POST", "", "application/json", b"{}", 415),
        ("POST", "", "", b"a", 415),
        ("POST", "", f"{QUERY};charset=iso-8859-1", b"a", 415),
    ],
)
def test_protocol_refuses_with_the_status_that_fits(
    method: str, address: str, media: str, body: bytes, status: int
) -> None:
    reply = read(method, address, media, body)
    assert isinstance(reply, Reply)
    assert reply.status == status
    assert len(reply.body.decode().splitlines()) == 1


def test_protocol_without_anything_asks_for_nothing() -> None:
    assert read() == Asked(query=None)


def test_protocol_takes_a_query_of_the_longest_length() -> None:
    assert read(address="query=" + "a" * LONGEST) == Asked(query="a" * LONGEST)


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", "json"),
        ("*/*", "json"),
        ("application/*", "json"),
        ("text/*", "csv"),
        ("application/sparql-results+xml", "xml"),
        ("application/xml;q=0.9, text/csv;q=0.8", "xml"),
        ("text/csv;q=0.8, text/tab-separated-values;q=0.9, */*;q=0.1", "tsv"),
        ("application/sparql-results+json;q=0, */*", "xml"),
        ("TEXT/CSV ; Q=0.4", "csv"),
        ("text/csv;q=broken, application/json;q=0.1", "json"),
        ("text/html, application/xhtml+xml, image/png, */*;q=0.8", "json"),
    ],
)
def test_protocol_negotiates_rows(accept: str, form: str) -> None:
    chosen = choose(accept, "", ROWS)
    assert chosen
    assert chosen[0] == form


@pytest.mark.parametrize("accept", ["text/turtle", "image/*", "*/*;q=0", "nonsense", "text/csv;q=0"])
def test_protocol_has_no_format_for_what_rows_cannot_be(accept: str) -> None:
    assert choose(accept, "", ROWS) is None


def test_protocol_names_a_format_as_the_client_does() -> None:
    assert choose("application/json", "", ROWS) == ("json", "application/json")
    assert choose("text/plain", "", TRIPLES) == ("nt", "text/plain")


def test_protocol_format_outdoes_the_header() -> None:
    assert choose("text/csv", "xml", ROWS) == ("xml", ROWS["xml"])
    assert choose("text/csv", "ttl", ROWS) is None


@given(st.text(max_size=60))
def test_protocol_reads_any_header(accept: str) -> None:
    assert negotiate(accept, ["text/csv"]) in ("text/csv", None)
