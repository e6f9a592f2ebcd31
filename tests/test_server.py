"""The server, as its clients see it: over HTTP, with real processes."""

from __future__ import annotations

import asyncio
import csv
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from xml.etree import ElementTree

import pyoxigraph
import pytest
from playwright.sync_api import Browser, expect

from kg.build import write_exports
from kg.queries import read_named_queries
from kg.server.protocol import ROWS, TRIPLES
from kg.server.workers import Limits, Pool
from tests.apart import run_apart
from tests.small import HOSTILE, small_facts

ROOT = Path(__file__).parent.parent
PAPERS = "SELECT ?title WHERE { ?paper a kg:Paper ; dcterms:title ?title } ORDER BY ?title"
# takes days even on the small graph
RUNAWAY = "SELECT (COUNT(*) AS ?n) { " + " . ".join(f"?s{i} ?p{i} ?o{i}" for i in range(6)) + " }"
KG = "https://w3id.org/mlkg/ontology#"
SECONDS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    process: subprocess.Popen[str]
    port: int
    graph: Path

    def ask(self, path: str, method: str = "GET", body: str | bytes | None = None, **headers: str) -> Answer:
        """Return the answer to a request; of a header ``_`` means ``-``."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Answer(status=response.status, headers=found, body=response.read())
        finally:
            connection.close()

    def query(self, text: str, accept: str = "*/*", **parameters: str) -> Answer:
        return self.ask("/sparql?" + urlencode({"query": text, **parameters}), Accept=accept)

    def workers(self) -> set[int]:
        return workers(self.process.pid)


def workers(process: int) -> set[int]:
    """Return the worker processes of the server `process`."""
    return {int(n) for n in Path(f"/proc/{process}/task/{process}/children").read_text().split()}


def running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(holds: Callable[[], bool], seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.05)
    return holds()


@contextmanager
def serving(graph: Path, *options: str) -> Iterator[Server]:
    command = [sys.executable, "-m", "kg.cli", "serve", str(graph), "--port", "0", "--workers", "3", *options]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    assert process.stderr
    try:
        line = process.stderr.readline()
        address = re.search(r"http://127\.0\.0\.1:(\d+)/", line)
        assert address, line + process.stderr.read()
        yield Server(process=process, port=int(address[1]), graph=graph)
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("served")
    write_exports(small_facts(), folder)
    return folder


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    options = ("--timeout", str(SECONDS), "--max-result", "1", "--max-memory", "128")
    with serving(folder / "graph.ttl", *options) as running_server:
        yield running_server


def test_server_answers_all_three_ways_to_ask(server: Server) -> None:
    form = "application/x-www-form-urlencoded"
    answers = [
        server.query(PAPERS),
        server.ask("/sparql", "POST", urlencode({"query": PAPERS}), Content_Type=form),
        server.ask("/sparql", "POST", PAPERS, Content_Type="application/sparql-query"),
    ]
    assert [a.status for a in answers] == [200] * 3
    assert len({a.body for a in answers}) == 1
    titles = [b["title"]["value"] for b in json.loads(answers[0].body)["results"]["bindings"]]
    assert titles == sorted(["Alpha & Beta", HOSTILE, "Nothing shared"])


@pytest.mark.parametrize("form", ROWS)
def test_server_gives_rows_in_each_format(server: Server, form: str) -> None:
    answer = server.query(PAPERS, ROWS[form])
    assert answer.status == 200
    assert answer.headers["content-type"].split(";")[0] == ROWS[form]
    assert answer.body == server.query(PAPERS, format=form).body
    titles = sorted(["Alpha & Beta", HOSTILE, "Nothing shared"])
    if form == "csv":
        assert list(csv.reader(answer.text.splitlines())) == [["title"], *([title] for title in titles)]
        return
    syntax = pyoxigraph.QueryResultsFormat.from_media_type(ROWS[form])
    solutions: Any = pyoxigraph.parse_query_results(answer.body, format=syntax)
    assert [row["title"].value for row in solutions] == titles


@pytest.mark.parametrize("form", ROWS)
def test_server_gives_truth_in_each_format(server: Server, form: str) -> None:
    answer = server.query("ASK { ?p a kg:Paper }", ROWS[form])
    assert answer.status == 200
    if form == "json":
        assert json.loads(answer.body)["boolean"] is True
    elif form == "xml":
        assert ElementTree.fromstring(answer.body).findtext("{*}boolean") == "true"
    else:
        assert answer.text.strip() == "true"


@pytest.mark.parametrize("form", TRIPLES)
def test_server_gives_triples_in_each_format(server: Server, form: str) -> None:
    answer = server.query("CONSTRUCT { ?s ?p ?o } WHERE { ?s a kg:Claim ; ?p ?o }", TRIPLES[form])
    assert answer.headers["content-type"].split(";")[0] == TRIPLES[form]
    syntax = pyoxigraph.RdfFormat.from_media_type(TRIPLES[form])
    found = {quad.triple for quad in pyoxigraph.parse(answer.body, format=syntax)}
    store = pyoxigraph.Store()
    store.load(path=str(server.graph), format=pyoxigraph.RdfFormat.TURTLE)
    a = pyoxigraph.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    claims = [q.subject for q in store.quads_for_pattern(None, a, pyoxigraph.NamedNode(KG + "Claim"))]
    assert found == {q.triple for claim in claims for q in store.quads_for_pattern(claim, None, None)}
    assert len(claims) == 5


@pytest.mark.parametrize(
    ("text", "accept", "status", "said"),
    [
        ("SELECT ?s { ?s kg:improveOn ?o }", "*/*", 400, "did you mean kg:improvesOn?"),
        ("SELECT ?s {", "*/*", 400, "{ is never closed"),
        ("SELECT ?s { SERVICE <http://e/> { ?s ?p ?o } }", "*/*", 400, "SERVICE is not allowed"),
        ("INSERT DATA { <a:a> <a:b> <a:c> }", "*/*", 400, "INSERT is an update"),
        ("LOAD <http://e/>", "*/*", 400, "LOAD is an update"),
        (PAPERS, "text/turtle", 406, "format=json"),
        ("CONSTRUCT WHERE { ?s ?p ?o }", "text/csv", 406, "format=ttl"),
        ("SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 50000", "*/*", 413, "add LIMIT"),
        (f"{PAPERS} # {'x' * 70_000}", "*/*", 413, "longer than 65,536 bytes"),
        ("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?i ?e ?a", "*/*", 500, "128 MB of memory"),
        ("SELECT * WHERE " + "{" * 20_000 + "}" * 20_000, "*/*", 400, "nested more than 200 deep"),
    ],
    ids=lambda v: str(v)[:24],
)
def test_server_says_in_one_line_what_is_wrong(server: Server, text: str, accept: str, status: int, said: str) -> None:
    answer = server.query(text, accept)
    assert (answer.status, answer.headers["content-type"]) == (status, "text/plain; charset=utf-8")
    assert said in answer.text
    assert answer.text.count("\n") == 1
    assert server.query(PAPERS).status == 200


def test_server_tells_a_client_of_json_in_json(server: Server) -> None:
    answer = server.query("SELECT", "application/sparql-results+json")
    assert answer.headers["content-type"] == "application/problem+json"
    assert json.loads(answer.body)["detail"].startswith("query, line 1, column 7")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_server_has_no_other_methods(server: Server, method: str) -> None:
    answer = server.ask("/sparql", method)
    assert answer.status == 405
    assert {"GET", "POST"} <= set(answer.headers["allow"].split(", "))


def test_server_heads_and_options(server: Server) -> None:
    get, head = (server.ask(f"/sparql?query={quote(PAPERS)}", method) for method in ("GET", "HEAD"))
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(get.body)))
    options = server.ask("/sparql", "OPTIONS")
    assert (options.status, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS, POST")


def test_server_answers_pages_of_other_places(server: Server) -> None:
    assert server.query(PAPERS).headers.get("access-control-allow-origin") is None
    asked = {"Origin": "https://e.example", "Access_Control_Request_Method": "POST"}
    before = server.ask("/sparql", "OPTIONS", Access_Control_Request_Headers="content-type", **asked)
    assert (before.status, before.headers["access-control-allow-origin"]) == (200, "*")
    for answer in (
        server.ask(f"/sparql?query={quote(PAPERS)}", Origin="https://e.example"),
        server.ask("/sparql?query=SELECT", Origin="https://e.example"),
    ):
        assert answer.headers["access-control-allow-origin"] == "*"


def test_server_goes_by_its_own_names_alone(server: Server) -> None:
    assert server.ask("/queries", Host="e.example").status == 421
    for name in ("localhost:1", "127.0.0.1", "[::1]:8000", "LOCALHOST"):
        assert server.ask("/queries", Host=name).status == 200


def test_server_knows_what_a_client_has(server: Server) -> None:
    first = server.query(PAPERS)
    path = "/sparql?" + urlencode({"query": PAPERS})
    again = server.ask(path, Accept="*/*", If_None_Match=f'"other", {first.headers["etag"]}')
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", first.headers["etag"])
    other = server.ask(path, Accept="text/csv", If_None_Match=first.headers["etag"])
    assert (other.status, other.headers["vary"]) == (200, "Accept, Origin")
    assert "etag" not in server.query("SELECT (RAND() AS ?x) {}").headers
    assert "etag" not in server.query("SELECT").headers


def test_server_describes_itself(server: Server) -> None:
    store = pyoxigraph.Store()
    answer = server.ask("/sparql", Accept="text/turtle")
    store.load(answer.body, format=pyoxigraph.RdfFormat.TURTLE)
    solutions: Any = store.query(
        """PREFIX sd: <http://www.w3.org/ns/sparql-service-description#> PREFIX void: <http://rdfs.org/ns/void#>
        SELECT ?endpoint ?triples (COUNT(?format) AS ?formats) {
          ?s a sd:Service ; sd:endpoint ?endpoint ; sd:supportedLanguage sd:SPARQL11Query ; sd:resultFormat ?format ;
            sd:defaultDataset/sd:defaultGraph/void:triples ?triples
        } GROUP BY ?endpoint ?triples"""
    )
    [row] = solutions
    [size] = json.loads(server.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").body)["results"]["bindings"]
    assert row["endpoint"].value == f"http://127.0.0.1:{server.port}/sparql"
    assert (row["triples"].value, row["formats"].value) == (size["n"]["value"], "8")
    assert server.ask("/sparql", Accept="application/sparql-results+json").status == 400


def test_server_answers_named_queries(server: Server) -> None:
    listed = {q["name"]: q for q in json.loads(server.ask("/queries").body)}
    assert listed.keys() == read_named_queries().keys()
    rows = list(
        csv.DictReader(server.ask("/queries/papers-using-technique?technique=B-method&format=csv").text.splitlines())
    )
    assert {row["title"] for row in rows} == {"Alpha & Beta", HOSTILE}
    assert server.ask("/queries/papers-using-technique?technique=method").status == 200


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/queries/nothing", 404, "/queries lists all"),
        ("/queries/improves-on?entity=Betta", 404, "similar: beta"),
        ("/queries/improves-on?thing=Beta", 400, "it has: entity"),
        ("/queries/speedups-above?least=many", 400, "a number is wanted"),
        ("/queries/improves-on?entity=" + quote("x> } ; DROP ALL #"), 404, "no Entity in the graph has this name"),
        ("/queries/improves-on?format=ttl", 406, "SELECT and ASK give"),
    ],
)
def test_server_refuses_wrong_parameters(server: Server, path: str, status: int, said: str) -> None:
    answer = server.ask(path)
    assert answer.status == status
    assert said in answer.text
    assert answer.text.count("\n") == 1


def test_server_document_says_what_is_there(server: Server) -> None:
    document = json.loads(server.ask("/openapi.json").body)
    assert document["openapi"].startswith("3.1")
    for name, query in read_named_queries().items():
        parameters = {p["name"]: p for p in document["paths"][f"/queries/{name}"]["get"]["parameters"]}
        assert parameters.keys() == {*(p.name for p in query.parameters), "format"}
        assert all(
            query.parameters[i].about[1:] in parameters[p.name]["description"] for i, p in enumerate(query.parameters)
        )
        assert server.ask(f"/queries/{name}").status == 200
    for path in ("/queries", "/terms.json", "/sparql"):
        assert server.ask(path).status == 200
        assert path in document["paths"]


def test_server_shows_a_node_to_people(server: Server) -> None:
    answer = server.ask("/technique/beta", Accept="text/html,application/xhtml+xml,*/*;q=0.8")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    for said in (
        "<h1>Beta</h1>",
        "An older method.",
        '<a href="/technique/method">method</a>',
        "&lt;b&gt;bold&lt;/b&gt;, B-method",
        '<a href="/technique/alpha">Alpha</a> <b>speed, 2x</b>',
        "Alpha is 2x faster than <mark>Beta</mark>.",
        'href="/graph.html#technique/beta"',
        'href="/technique/beta.ttl"',
    ):
        assert said in answer.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_server_shows_text_of_papers_as_text(server: Server) -> None:
    for path in ("/paper/second", "/technique/beta", "/claim/" + quote("paper/second-uses-technique/beta")):
        answer = server.ask(path, Accept="text/html")
        assert answer.status == 200
        assert "onerror=alert(1)&gt;" in answer.text
        assert "<img" not in answer.text
        assert "<script" not in answer.text


def test_server_shows_a_claim_with_its_sentences(server: Server) -> None:
    answer = server.ask("/claim/" + quote("technique/alpha-improvesOn-technique/beta"), Accept="text/html")
    for said in ('<a href="/ontology#improvesOn">kg:improvesOn</a>', "“Alpha is 2x faster than Beta.”", "0.9"):
        assert said in answer.text


def test_server_links_lead_to_pages(server: Server) -> None:
    seen: set[str] = set()
    todo = ["/technique/beta", "/paper/third", "/graph", "/ontology"]
    while todo:
        path = todo.pop()
        answer = server.ask(path, Accept="text/html")
        assert answer.status == 200, path
        if "text/html" in answer.headers["content-type"] and path not in ("/graph.html", "/sparql"):
            links = {link.partition("#")[0] for link in re.findall(r'href="(/[^"]*)"', answer.text)}
            todo += sorted(links - seen - {""})
            seen |= links
    assert {"/paper/first", "/model/gamma", "/result/1", "/ontology", "/graph.html", "/graph.ttl"} <= seen


@pytest.mark.parametrize("form", TRIPLES)
def test_server_gives_a_node_to_machines(server: Server, form: str) -> None:
    by_ending = server.ask(f"/technique/beta.{form}")
    by_header = server.ask("/technique/beta", Accept=TRIPLES[form])
    assert by_ending.body == by_header.body
    assert f'</technique/beta.{form}>; rel="alternate"; type="{TRIPLES[form]}"' in by_header.headers["link"]
    assert (b"@prefix skos:" in by_ending.body) == (form == "ttl")
    assert b"@prefix cito:" not in by_ending.body  # of those that it has no need of
    store = pyoxigraph.Store()
    store.load(by_header.body, format=pyoxigraph.RdfFormat.from_media_type(TRIPLES[form]))
    prefix = f"PREFIX kg: <{KG}> PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> "
    said: Any = store.query(
        prefix + "SELECT ?quote { ?c rdf:object <https://w3id.org/mlkg/technique/beta> ; kg:evidence/kg:quote ?quote }"
    )
    quotes = {row["quote"].value for row in said}
    assert quotes == {"We propose Alpha, which builds on Beta.", "We use Beta.", "Alpha is 2x faster than Beta."}


@pytest.mark.parametrize(
    "path",
    ["/technique/betta", "/technique/%3Cx%3E", "/technique/a%20b", "/technique", "/%00", "/nothing.ttl", "/claim/"],
)
def test_server_has_no_other_nodes(server: Server, path: str) -> None:
    answer = server.ask(path)
    assert answer.status == 404
    assert "nothing in the graph has this address" in answer.text
    assert path != "/technique/betta" or "similar: /technique/beta" in answer.text


def test_server_gives_the_ontology(server: Server) -> None:
    store = pyoxigraph.Store()
    store.load(server.ask("/ontology", Accept="text/turtle").body, format=pyoxigraph.RdfFormat.TURTLE)
    assert len(store) > 200
    assert 'id="improvesOn"' in server.ask("/ontology", Accept="text/html").text


def test_server_gives_files(server: Server) -> None:
    start = server.ask("/")
    assert (start.status, start.headers["location"]) == (307, "/graph.html")
    page = server.ask("/graph.html")
    assert page.body == server.graph.with_name("graph.html").read_bytes()
    assert server.ask("/graph.html", If_None_Match=page.headers["etag"]).status == 304
    assert server.ask("/graph.ttl").body == server.graph.read_bytes()
    assert server.ask("/graph-query.js").body == server.graph.with_name("graph-query.js").read_bytes()
    assert server.ask("/dump.ttl").body == server.graph.read_bytes()
    for path in ("/static/../templates/node.html", "/static/%2e%2e/page.html", "/static/vendor/../../../kg/cli.py"):
        assert server.ask(path).status == 404


def test_server_stops_a_runaway_while_others_go_on(server: Server) -> None:
    before = server.workers()
    with ThreadPoolExecutor(3) as clients:
        began = time.monotonic()
        slow = [clients.submit(server.query, RUNAWAY) for _ in range(2)]
        answered = 0
        while not all(s.done() for s in slow):
            assert server.ask("/technique/beta").status == 200
            assert server.ask("/queries/tasks-by-papers").status == 200
            answered += 2
        assert time.monotonic() - began < SECONDS + 3
    assert answered >= 10
    for answer in (s.result() for s in slow):
        assert (answer.status, answer.text.count("\n")) == (504, 1)
        assert f"longer than {SECONDS} s" in answer.text
    assert until(lambda: len(server.workers()) == 3 and len(before & server.workers()) == 1)
    assert not any(running(process) for process in before - server.workers())


def test_server_ends_the_query_of_a_client_that_goes(folder: Path) -> None:
    with serving(folder / "graph.ttl", "--timeout", "60") as patient:
        before = patient.workers()
        with socket.create_connection(("127.0.0.1", patient.port)) as client:
            client.sendall(f"GET /sparql?query={quote(RUNAWAY)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            assert not until(lambda: before != patient.workers(), 0.5)
        assert until(lambda: len(patient.workers()) == 3 and len(before & patient.workers()) == 2)
        assert not any(running(process) for process in before - patient.workers())


def test_server_stops_when_told(folder: Path) -> None:
    with serving(folder / "graph.ttl", "--timeout", "60") as server:
        processes = server.workers()
        with ThreadPoolExecutor(4) as clients:
            # one more than there are workers
            unanswered = [clients.submit(server.query, RUNAWAY) for _ in range(4)]
            time.sleep(0.3)
            server.process.send_signal(signal.SIGTERM)
            assert {query.result().status for query in unanswered} == {503}
        assert server.process.wait(10) == 0
        assert not any(running(process) for process in processes)
        assert server.process.stderr
        assert server.process.stderr.read() == ""


def test_server_stops_at_once_without_work(folder: Path) -> None:
    with serving(folder / "graph.ttl") as server:
        assert server.query(PAPERS).status == 200
        for process in (*server.workers(), server.process.pid):  # as a terminal does, to the whole group
            os.kill(process, signal.SIGINT)
        assert server.process.wait(10) == 0
        assert server.process.stderr
        assert server.process.stderr.read() == ""


def test_server_leaves_no_worker_however_it_ends(folder: Path) -> None:
    with serving(folder / "graph.ttl", "--timeout", "60") as server:
        processes = server.workers()
        with socket.create_connection(("127.0.0.1", server.port)) as client:
            client.sendall(f"GET /sparql?query={quote(RUNAWAY)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            time.sleep(0.3)
            server.process.send_signal(signal.SIGKILL)
            assert until(lambda: not any(running(process) for process in processes))


def test_server_goes_on_when_a_worker_dies(server: Server) -> None:
    before = server.workers()
    for process in before:
        os.kill(process, signal.SIGKILL)
    assert until(lambda: not any(running(process) for process in before))
    assert server.query(PAPERS).status == 200
    assert until(lambda: len(server.workers() - before) >= 1)


def test_server_says_that_its_port_is_taken(server: Server) -> None:
    command = [sys.executable, "-m", "kg.cli", "serve", str(server.graph), "--port", str(server.port)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20)
    assert done.returncode == 1
    assert done.stderr == f"kg: 127.0.0.1:{server.port}: Address already in use; choose another --port or --host\n"


def test_server_workers_are_of_the_same_program(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "kg").mkdir()
    (tmp_path / "kg" / "__init__.py").write_text("raise SystemExit('another package')", encoding="utf-8")
    code = f"import os; from kg.cli import main; os.chdir({str(tmp_path)!r}); main()"
    command = [sys.executable, "-c", code, "serve", str(folder / "graph.ttl"), "--port", "0", "--workers", "1"]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        assert "serving" in process.stderr.readline()
        process.terminate()
        assert process.wait(10) == 0


def test_server_needs_a_graph(tmp_path: Path) -> None:
    (tmp_path / "bad.ttl").write_text("no turtle", encoding="utf-8")
    for name, said in (("none.ttl", "no such file"), ("bad.ttl", "not valid Turtle")):
        command = [sys.executable, "-m", "kg.cli", "serve", str(tmp_path / name), "--port", "0"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20)
        assert done.returncode == 1
        assert said in done.stderr
        assert done.stderr.count("\n") == 1


def test_server_workers_have_a_queue_of_bounded_length(folder: Path) -> None:
    async def ask() -> list[int]:
        pool = Pool(folder / "graph.ttl", Limits(workers=1, waiting=2, seconds=1), print)
        await pool.open()
        wanted = {"kind": "query", "query": RUNAWAY, "accept": "", "form": ""}
        try:
            replies = await asyncio.gather(*(pool.ask(wanted) for _ in range(4)))
        finally:
            await pool.close()
        assert all(reply.headers.get("Retry-After") for reply in replies if reply.status == 503)
        return [reply.status for reply in replies]

    statuses = run_apart(ask())
    assert statuses[0] == 504
    assert set(statuses[1:]) <= {503, 504}
    assert statuses[3] == 503


def test_server_follows_the_graph(folder: Path, tmp_path: Path) -> None:
    graph = tmp_path / "graph.ttl"
    shutil.copy(folder / "graph.ttl", graph)
    told: list[str] = []

    async def follow() -> None:
        pool = Pool(graph, Limits(workers=2), told.append, watched=0.05)
        await pool.open()

        async def papers() -> str:
            wanted = {
                "kind": "query",
                "query": "SELECT (COUNT(*) AS ?n) { ?p a kg:Paper }",
                "accept": "text/csv",
                "form": "",
            }
            return (await pool.ask(wanted)).body.decode().split()[-1]

        async def told_of(words: str) -> None:
            async with asyncio.timeout(15):
                while not any(words in line for line in told):
                    await asyncio.sleep(0.05)

        try:
            assert await papers() == "3"
            digest = pool.digest
            graph.write_text(graph.read_text() + "<a:new> a kg:Paper .\n", encoding="utf-8")
            await told_of("serving it as it is now")
            assert (await papers(), pool.digest == digest) == ("4", False)
            graph.write_text("broken", encoding="utf-8")
            await told_of("still serving what it was")
            assert [await papers() for _ in range(3)] == ["4"] * 3
        finally:
            await pool.close()

    run_apart(follow())


def test_server_editor_runs_an_example(server: Server, browser: Browser) -> None:
    page = browser.new_page()
    wrong: list[str] = []
    requests: list[str] = []
    page.on("console", lambda m: wrong.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda e: wrong.append(str(e)))
    page.on("request", lambda r: requests.append(r.url))
    address = f"http://127.0.0.1:{server.port}"
    page.goto(f"{address}/sparql")
    page.get_by_role("button", name=read_named_queries()["introduced-and-compared"].title).click()
    page.locator(".yasqe_queryButton").click()
    expect(page.locator(".yasr .yasr_response_chip")).to_contain_text("result")
    write = "([text, column]) => { const c = document.querySelector('.CodeMirror').CodeMirror; "
    write += "c.setValue(text); c.setCursor(c.lastLine(), column); c.focus(); }"
    page.evaluate(write, ["SELECT ?t { ?t a kg:Technique } ORDER BY ?t", 0])
    page.locator(".yasqe_queryButton").click()
    link = page.locator(".yasr table a", has_text="technique:beta")
    expect(link).to_have_attribute("href", "/technique/beta")
    expect(page.locator(".parseErrorIcon")).to_have_count(0)
    for written, hint in (("SELECT * { ?x kg:improv", "kg:improvesOn"), ("SELECT * { ?x ?y Bet", "technique:beta")):
        page.evaluate(write, [written, len(written)])
        page.keyboard.press("Control+Space")
        expect(page.locator(".CodeMirror-hints li").first).to_contain_text(hint)
        page.keyboard.press("Enter")
        expect(page.locator(".CodeMirror-code")).to_contain_text(hint)
        expect(page.locator(".CodeMirror-code")).to_contain_text(
            f"PREFIX {hint.split(':')[0]}: <https://w3id.org/mlkg/"
        )
    link.click()
    expect(page.locator("h1")).to_have_text("Beta")
    page.close()
    assert wrong == []
    assert [url for url in requests if not url.startswith((address, "data:"))] == []
