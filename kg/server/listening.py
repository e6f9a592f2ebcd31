"""The server from its start to its end: a socket, the workers, uvicorn.

It ends on SIGINT and SIGTERM: nothing new is accepted, what runs has a moment to finish, the workers go. However else
it ends, its workers notice and go too.
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import uvicorn

from kg.errors import ServerError
from kg.server.app import build_app
from kg.server.workers import Limits, Pool
from kg.store import open_store

FINISHING = 3  # seconds that running requests have at the end
CONNECTIONS = 1000


def serve(graph: Path, host: str, port: int, limits: Limits, tell: Callable[[str], None]) -> None:
    """Serve the Turtle file `graph` until a signal says to stop; `tell` gets what is worth knowing, a line each.

    Raises:
        InputError: the file does not exist or is no Turtle.
        ServerError: the address is taken or not of this machine, or the workers do not start.
    """
    open_store(graph)  # so that what is wrong with it is said once and first
    with bind(host, port) as listener:
        asyncio.run(_serve(graph, listener, limits, hosts(host), tell))


def bind(host: str, port: int) -> socket.socket:
    """Return a socket that listens on `host` and `port`, any free one for 0.

    Raises:
        ServerError: the address is taken, not allowed or not of this machine.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=CONNECTIONS)
    except OSError as e:
        why = os.strerror(e.errno) if e.errno and e.errno > 0 else e.strerror
        raise ServerError(f"{host}:{port}: {why}; choose another --port or --host") from e


def hosts(host: str) -> frozenset[str]:
    """Return the names that a server on `host` goes by: none, which is any, where others can reach it.

    >>> sorted(hosts("127.0.0.1")), sorted(hosts("0.0.0.0"))
    (['127.0.0.1', '[::1]', 'localhost'], [])
    """
    try:
        local = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = False
    return (
        frozenset(("localhost", "127.0.0.1", "[::1]", f"[{host}]" if ":" in host else host)) if local else frozenset()
    )


async def _serve(
    graph: Path, listener: socket.socket, limits: Limits, names: frozenset[str], tell: Callable[[str], None]
) -> None:
    pool = Pool(graph, limits, tell)
    config = uvicorn.Config(
        build_app(pool, graph.with_name("graph.html"), names),
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        limit_concurrency=CONNECTIONS,
        timeout_graceful_shutdown=FINISHING + 2,
        h11_max_incomplete_event_size=4 * limits.longest,
    )
    server = uvicorn.Server(config)

    def stop(*_: object) -> None:
        server.should_exit = True

    # uvicorn stops on these signals too, once it runs, and raises them again at its end, when they have done their work
    former = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        await pool.open()
        name, port = listener.getsockname()[:2]
        where = f"[{name}]:{port}" if ":" in name else f"{name}:{port}"
        tell(f"serving {graph} on http://{where}/ (queries: http://{where}/sparql); Ctrl-C stops")
        ending = asyncio.create_task(_halt(server, pool))
        await server.serve(sockets=[listener])
        ending.cancel()
    finally:
        await pool.close()
        for number, handler in former.items():
            signal.signal(number, handler)


async def _halt(server: uvicorn.Server, pool: Pool) -> None:
    """Give up what still runs some time after the server was told to stop."""
    while not server.should_exit:
        await asyncio.sleep(0.1)
    await asyncio.sleep(FINISHING)
    pool.halt()
