"""What holds for every answer: the names that the server goes by, and what a browser may do with its pages."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

OWN = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
# the one style that a library of the editor writes into its page, to let columns be made wider
EDITOR = OWN.replace("style-src 'self'", "style-src 'self' 'sha256-zCK2EVMoPc04mRF/g5CotUvxbJPWS+8V0b+s9ptqQIk='")
# the map has all it needs in one file and its own policy, by the hashes of its scripts
MAP = "base-uri 'none'; frame-ancestors 'none'"
POLICIES = {"/sparql": EDITOR, "/graph.html": MAP}


class Guard:
    """The outermost layer: it refuses other names than `hosts` and gives each answer its safety headers.

    A page elsewhere whose name its owner lets point to this machine could else read what only this machine may.
    """

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self.app = app
        self.hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = MutableHeaders(scope=message)
                given["X-Content-Type-Options"] = "nosniff"
                given["Referrer-Policy"] = "no-referrer"
                given["Content-Security-Policy"] = POLICIES.get(scope["path"], OWN)
            await send(message)

        response: Response | None = None
        name = host_name(headers.get("host", ""))
        if self.hosts and name not in self.hosts:
            response = PlainTextResponse(f"{name}: not a name of this server; use localhost\n", 421)
        elif scope["method"] == "OPTIONS" and "access-control-request-method" not in headers:
            post = ", POST" if scope["path"] == "/sparql" else ""
            response = Response(status_code=204, headers={"Allow": f"GET, HEAD, OPTIONS{post}"})
        await (response or self.app)(scope, receive, guarded)


def host_name(host: str) -> str:
    """Return the name in a Host header, without its port.

    >>> host_name("localhost:8000"), host_name("[::1]:8000")
    ('localhost', '[::1]')
    """
    return host.partition("]")[0].lower() + "]" if host.startswith("[") else host.partition(":")[0].lower()
