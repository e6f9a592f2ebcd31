"""The routes: what each address asks of the workers, and what the answer looks like on the way out.

    /                    the page, where there is one beside the Turtle file
    /sparql              the endpoint; without a query the editor, or the service description
    /queries[/NAME]      the named queries, and the rows of one of them
    /technique/lora      a node, for whatever its IRI has after the base; .ttl, .nt, .jsonld and .rdf are formats
    /ontology            the terms
    /terms.json  /openapi.json  /dump.ttl
    /graph-query.js …    the other files that lie beside the Turtle file

An answer is named by the content of the graph and by what was asked: a client that has it already is told so, and a
recent one is given again, before anything is computed. A client that goes away takes its work with it.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from collections.abc import Mapping
from http import HTTPStatus
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from kg.queries import NamedQuery, read_named_queries
from kg.server.description import openapi
from kg.server.guard import Guard
from kg.server.pages import page
from kg.server.protocol import HTML, ROWS, TRIPLES, Reply, described, negotiate, read_request, refuse
from kg.server.recent import Recent
from kg.server.workers import Pool

VOLATILE = re.compile(r"\b(?:NOW|RAND|UUID|STRUUID|BNODE)\s*\(", re.IGNORECASE)
# what `kg build` writes
BESIDE = {
    "graph.ttl": "text/turtle",
    "graph.html": HTML,
    "graph-query.js": "text/javascript",
    "graph.nt.gz": "application/gzip",
    "graph.jsonld": "application/ld+json",
    "graph.graphml": "application/graphml+xml",
}
RECENT = 32 * 2**20  # bytes of answers that are kept
UPLOAD = 10.0  # seconds that a client has to send its query


def build_app(pool: Pool, map_page: Path, hosts: frozenset[str]) -> Starlette:
    """Return the application that answers from `pool`; `hosts` are the names it goes by, any where there are none."""
    queries = read_named_queries()
    recent = Recent(RECENT)

    async def sparql(request: Request) -> Response:
        body = await _body(request, 3 * pool.limits.longest + 1000) if request.method == "POST" else b""
        if body is None:
            return _respond(request, refuse(413, f"the query is longer than {pool.limits.longest:,} bytes; shorten it"))
        media = request.headers.get("content-type", "")
        asked = read_request(request.method, request.scope["query_string"], media, body, pool.limits.longest)
        if isinstance(asked, Reply):
            return _respond(request, asked)
        if asked.query is None:
            if negotiate(_accept(request), (*TRIPLES.values(), HTML)) == HTML:
                return _page(page("editor.html", queries=queries.values()))
            if not negotiate(_accept(request), TRIPLES.values()):
                return _respond(request, refuse(400, "query is missing; give it as query="))
            wanted = {"kind": "description", "form": "", "endpoint": f"{request.base_url}sparql"}
            return await _answer(pool, recent, request, wanted, quick=True)
        return await _answer(pool, recent, request, {"kind": "query", "query": asked.query, "form": asked.form})

    async def named(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in queries:
            return _respond(request, refuse(404, f"{name}: no named query of that name; /queries lists all"))
        given: dict[str, list[str]] = {}
        for key, value in parse_qsl(request.url.query, keep_blank_values=True):
            given.setdefault(key, []).append(value)
        form = given.pop("format", [""])[-1]
        if form not in ("", *ROWS, *TRIPLES):
            return _respond(request, refuse(400, f"format={form} is unknown; one of {', '.join(ROWS)}"))
        return await _answer(
            pool,
            recent,
            request,
            {"kind": "query", "query": "", "name": name, "given": given, "form": form},
            quick=True,
        )

    async def node(request: Request) -> Response:
        path, dot, form = request.path_params["path"].rpartition(".")
        if not dot or form not in TRIPLES:
            path, form = request.path_params["path"], ""
        kind = "ontology" if path == "ontology" else "node"
        wanted = {"kind": kind, "path": path, "form": form, "map": map_page.is_file()}
        reply = await _answer(pool, recent, request, wanted, quick=True)
        if reply.status_code == HTTPStatus.OK:
            links = [f'</{quote(path)}.{name}>; rel="alternate"; type="{media}"' for name, media in TRIPLES.items()]
            reply.headers["Link"] = ", ".join(links)
        return reply

    async def terms(request: Request) -> Response:
        return await _answer(pool, recent, request, {"kind": "terms"}, quick=True)

    async def root(_: Request) -> Response:
        if map_page.is_file():
            return RedirectResponse("/graph.html")
        return _page(
            page(
                "message.html",
                title="A knowledge graph of machine-learning papers",
                text="",
                links=["/sparql", "/ontology", "/queries", "/graph"],
            )
        )

    async def beside(request: Request) -> Response:
        name = request.url.path[1:]
        path = pool.path if name == "graph.ttl" else map_page.with_name(name)
        if not path.is_file():
            raise HTTPException(404, f"there is no {name} beside the graph; kg build makes it")
        found = FileResponse(
            path, media_type=BESIDE[name], headers={"Cache-Control": "no-cache"}, stat_result=path.stat()
        )
        if found.headers["etag"] in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers={"ETag": found.headers["etag"], "Cache-Control": "no-cache"})
        return found

    async def dump(_: Request) -> Response:
        return FileResponse(pool.path, media_type=described("text/turtle"), headers={"Cache-Control": "no-cache"})

    async def listed(_: Request) -> Response:
        return JSONResponse([_told(query) for query in queries.values()])

    async def document(request: Request) -> Response:
        return JSONResponse(openapi(str(request.base_url).rstrip("/"), queries))

    async def failed(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return _respond(request, refuse(error.status_code, error.detail), error.headers)

    web = files("kg").joinpath("web")
    return Starlette(
        routes=[
            Route("/", root),
            *(Route(f"/{name}", beside) for name in BESIDE),
            Route("/dump.ttl", dump),
            Route("/sparql", sparql, methods=["GET", "POST"]),
            Route("/queries", listed),
            Route("/queries/{name}", named),
            Route("/terms.json", terms),
            Route("/openapi.json", document),
            *(
                Mount(f"/static/{name}", StaticFiles(directory=str(web.joinpath(name))))
                for name in ("vendor", "shared")
            ),
            Mount("/static", StaticFiles(directory=str(web.joinpath("server")))),
            Route("/{path:path}", node),
        ],
        middleware=[
            Middleware(Guard, hosts=hosts),
            Middleware(
                CORSMiddleware,
                allow_origins=["*"],
                allow_methods=["GET", "HEAD", "POST", "OPTIONS"],
                allow_headers=["*"],
                expose_headers=["ETag", "Link", "Retry-After"],
            ),
        ],
        exception_handlers={HTTPException: failed},
    )


async def _answer(
    pool: Pool, recent: Recent, request: Request, wanted: Mapping[str, Any], *, quick: bool = False
) -> Response:
    """Return the answer of a worker to what is `wanted`, unless the client has it or goes away."""
    wanted = {**wanted, "accept": _accept(request)}
    tag = ""
    if request.method in ("GET", "HEAD") and not VOLATILE.search(wanted.get("query", "")):
        said = json.dumps([pool.digest, wanted], sort_keys=True).encode("utf-8", "backslashreplace")
        tag = f'W/"{hashlib.sha256(said).hexdigest()[:24]}"'
        if tag.removeprefix("W/") in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers={"ETag": tag, "Vary": "Accept", "Cache-Control": "no-cache"})
        if known := recent.get(tag):
            return _respond(request, known, {"ETag": tag})
    work = asyncio.ensure_future(pool.ask(wanted, quick=quick))
    gone = asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            return Response(status_code=499)  # to nobody
        reply = work.result()
        if not tag or reply.status != HTTPStatus.OK:
            return _respond(request, reply)
        recent.keep(tag, reply)
        return _respond(request, reply, {"ETag": tag})
    finally:
        for task in (work, gone):
            task.cancel()
        await asyncio.gather(work, gone, return_exceptions=True)


async def _gone(request: Request) -> None:
    """Wait until the client goes away."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _body(request: Request, most: int) -> bytes | None:
    """Return what the client sends, nothing where it is more than `most` bytes."""
    body = bytearray()
    try:
        async with asyncio.timeout(UPLOAD):
            async for chunk in request.stream():
                body += chunk
                if len(body) > most:
                    return None
    except TimeoutError as e:
        raise HTTPException(408, f"the query did not arrive within {UPLOAD:g} s; send it again") from e
    except ClientDisconnect as e:
        raise HTTPException(400, "the client went away") from e
    return bytes(body)


def _accept(request: Request) -> str:
    return ", ".join(request.headers.getlist("accept"))


def _respond(request: Request, reply: Reply, headers: Mapping[str, str] | None = None) -> Response:
    """Return `reply`; a refusal becomes a page, a problem (RFC 9457) or a line, whichever the client likes best."""
    headers = {"Vary": "Accept", "Cache-Control": "no-cache", **reply.headers, **(headers or {})}
    if reply.status < 400:
        return Response(reply.body, reply.status, {**headers, "Content-Type": reply.media})
    accept, text = _accept(request), reply.body.decode().strip()
    title = HTTPStatus(reply.status).phrase
    problem = ("application/problem+json", "application/json")
    liked = negotiate(accept, ("text/plain", HTML, *problem))
    if liked == HTML:
        links = re.findall(r"<([^>]*)>", headers.get("Link", ""))
        text = text.partition("; similar:")[0] if links else text
        return _page(page("message.html", title=title, text=text, links=links), reply.status, headers)
    if liked in problem or (liked is None and "json" in accept):
        told = {"type": "about:blank", "title": title, "status": reply.status, "detail": text}
        return JSONResponse(told, reply.status, headers, media_type=problem[0])
    return Response(reply.body, reply.status, {**headers, "Content-Type": reply.media})


def _page(text: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    held = {"Vary": "Accept", "Cache-Control": "no-cache", **(headers or {}), "Content-Type": described(HTML)}
    return Response(text.encode("utf-8", "backslashreplace"), status, held)


def _told(query: NamedQuery) -> dict[str, Any]:
    parameters = [{"name": p.name, "kind": p.kind, "about": p.about, "default": p.default} for p in query.parameters]
    path = f"/queries/{query.name}"
    return {"name": query.name, "title": query.title, "path": path, "parameters": parameters, "query": query.text}
