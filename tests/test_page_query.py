"""Queries in the page: the file beside it in Python, what one sees in a browser."""

from __future__ import annotations

import base64
import csv
import gzip
import hashlib
import json
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from urllib.parse import quote, unquote
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser, Page, expect
from pyoxigraph import QuerySolutions, RdfFormat, Store

import kg.page_query
from kg.page import write_page
from kg.page_query import close_together, graph_key, worker_script, write_page_query
from kg.queries import read_named_queries
from kg.rdf import write_turtle
from tests.browsing import Colours, Watched, violations, watching
from tests.small import HOSTILE, small_facts, small_graph

SHIPPED = Path(__file__).parent.parent / "exports" / "graph.ttl"
ENDLESS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o . ?p ?q ?r }"
FILE = "graph-query.js"


def packed(path: Path) -> str:
    """Return the Turtle inside the file at `path`."""
    found = re.search(r'"graph":"([\w+/=]*)"\}\);\n$', path.read_text(encoding="utf-8"))
    assert found
    return zlib.decompress(base64.b64decode(found[1])).decode()


def loaded(turtle: str) -> Store:
    store = Store()
    store.load(turtle.encode(), format=RdfFormat.TURTLE)
    return store


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the page of the small graph and the file beside it."""
    folder = tmp_path_factory.mktemp("query")
    write_turtle(small_facts(), folder / "graph.ttl")
    write_page_query(folder / "graph.ttl", folder / FILE)
    write_page(small_graph(), folder / "graph.html", key=graph_key(folder / "graph.ttl"))
    return folder


@pytest.fixture(scope="module")
def address(folder: Path) -> str:
    return (folder / "graph.html").as_uri()


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the address of a page whose queries run on the graph that comes along."""
    folder = tmp_path_factory.mktemp("shipped")
    write_page(small_graph(), folder / "graph.html")
    write_page_query(SHIPPED, folder / FILE)
    return (folder / "graph.html").as_uri()


@contextmanager
def asking(browser: Browser) -> Iterator[Watched]:
    with watching(browser) as seen:
        yield seen
    assert {url.partition(":")[0] for url in seen.requests} <= {"file", "data", "blob"}
    assert set(files_asked(seen)) <= {"graph.html", FILE}


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    with asking(browser) as seen:
        yield seen


@pytest.fixture(scope="module")
def editor(browser: Browser, address: str) -> Iterator[Page]:
    """Return a page with the queries open, for tests that ask one after the other."""
    with asking(browser) as seen:
        yield seen.open(f"{address}#?view=query")


def files_asked(watched: Watched) -> list[str]:
    return [url.partition("#")[0].rpartition("/")[2] for url in watched.requests if url.startswith("file:")]


def run(page: Page, text: str) -> str:
    """Run the query `text` and return what the page says when it is done."""
    if page.locator("#query").is_hidden():
        page.locator("#views button", has_text="Query").click()
    page.locator("#query-text").fill(text)
    page.locator("#query-text").press("Control+Enter")
    return done(page)


def done(page: Page) -> str:
    expect(page.locator("#query-status")).to_have_text(
        re.compile(r"\d ms|^Line|^SELECT|query|Stopped|graph-query"), timeout=20_000
    )
    return page.locator("#query-status").inner_text()


def rows(page: Page) -> list[list[str]]:
    return [
        [cell.strip() for cell in row.locator("td").all_inner_texts()]
        for row in page.locator("#answer tbody tr").all()
    ]  # fmt: skip


def saved(page: Page) -> list[list[str]]:
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Save as CSV").click()
    assert waiting.value.suggested_filename == "answer.csv"
    return list(csv.reader(StringIO(waiting.value.path().read_bytes().decode(), newline="")))


def test_page_query_bytes_are_the_same_again(folder: Path, tmp_path: Path) -> None:
    write_page_query(folder / "graph.ttl", tmp_path / FILE)
    assert (tmp_path / FILE).read_bytes() == (folder / FILE).read_bytes()


@pytest.mark.parametrize("turtle", ["small", "shipped"])
def test_page_query_holds_the_graph_whole(folder: Path, tmp_path: Path, turtle: str) -> None:
    source = SHIPPED if turtle == "shipped" else folder / "graph.ttl"
    write_page_query(source, tmp_path / FILE)
    given, kept = loaded(source.read_text(encoding="utf-8")), loaded(packed(tmp_path / FILE))
    assert len(given) == len(kept) > 100
    assert set(given) == set(kept)
    assert (tmp_path / FILE).stat().st_size < 4_000_000


def test_page_query_order_loses_no_block_of_a_strange_graph() -> None:
    blocks = [
        b"@prefix kg: <https://w3id.org/mlkg/ontology#> .\n",
        b"claim:none a kg:Claim .\n",
        b"claim:two a kg:Claim ;\n\tkg:evidence evidence:one , evidence:gone .\n",
        b"claim:one a kg:Claim ;\n\tkg:evidence evidence:one .\n",
        b"evidence:alone a kg:Evidence ;\n\tkg:statedIn paper:far .\n",
        b"evidence:one a kg:Evidence ;\n\tkg:statedIn paper:far .\n",
        b"evidence:nowhere a kg:Evidence .\n",
        b"paper:near a kg:Paper .\n",
    ]
    text = b"\n".join(blocks)
    assert sorted(text[start:end] for start, end in close_together(text)) == sorted(blocks)


def test_page_query_ends_no_string_and_no_element(folder: Path) -> None:
    script = (folder / FILE).read_text(encoding="utf-8")
    assert "</script" not in script
    held = json.loads(script.partition("receiveGraph(")[2].removesuffix(");\n"))
    assert [name for name, *_ in held["queries"]] == list(read_named_queries())
    assert held["prefixes"]["technique"] == "https://w3id.org/mlkg/technique/"


def test_page_query_worker_is_a_script_that_fetches_nothing() -> None:
    script = worker_script()
    assert not re.search(r"^\s*(?:import|export)\b|import\.meta", script, re.MULTILINE)
    assert "initSync({ module: code })" in script


def test_page_query_prefixes_follow_the_base(tmp_path: Path) -> None:
    write_turtle(small_facts(), tmp_path / "graph.ttl", "https://example.org/kg/")
    write_page_query(tmp_path / "graph.ttl", tmp_path / FILE)
    script = (tmp_path / FILE).read_text(encoding="utf-8")
    held = json.loads(script.partition("receiveGraph(")[2].removesuffix(");\n"))
    assert held["prefixes"]["technique"] == "https://example.org/kg/technique/"
    assert not any("PREFIX technique:" in text for *_, text in held["queries"])


def test_page_query_engine_is_loaded_when_it_is_needed(watched: Watched, address: str) -> None:
    page = watched.open(address)
    page.locator("#views button", has_text="Table").click()
    page.locator("#views button", has_text="Map").click()
    page.wait_for_timeout(100)
    assert files_asked(watched) == ["graph.html"]
    assert page.evaluate("performance.getEntriesByType('resource').length") == 0
    page.locator("#views button", has_text="Query").click()
    expect(page.locator(".named button")).to_have_count(len(read_named_queries()))
    assert files_asked(watched) == ["graph.html", FILE]
    page.locator("#views button", has_text="Map").click()
    page.locator("#views button", has_text="Query").click()
    assert files_asked(watched) == ["graph.html", FILE]


def test_page_query_named_ones_give_the_rows_of_pyoxigraph(watched: Watched, shipped: str) -> None:
    store = loaded(SHIPPED.read_text(encoding="utf-8"))
    page = watched.open(f"{shipped}#?view=query")
    for name, query in read_named_queries().items():
        page.locator(f"[data-query={name}]").click()
        expect(page.locator("#query-status")).to_have_text(re.compile(r"rows? in [\d,]+ ms"), timeout=20_000)
        found = store.query(query.text)
        assert isinstance(found, QuerySolutions)
        names = [variable.value for variable in found.variables]
        expected = [["" if term is None else getattr(term, "value", "") for term in row] for row in found]
        expected = [[f"'{v}" if re.match(r"[=+\-@\t\r]", v) else v for v in row] for row in expected]
        assert page.locator("#query-status").inner_text().startswith(f"{len(expected):,} row")
        if name == "papers-since":  # the listings that come along say no dates
            assert not expected
            continue
        head, *body = saved(page)
        assert (name, head) == (name, names)
        assert sorted(body) == sorted(expected)
        assert page.locator("#answer tbody tr").count() == len(expected)


def test_page_query_nodes_open_by_iri_and_by_label(watched: Watched, address: str) -> None:
    page = watched.open(address)
    said = run(page, "SELECT ?paper ?title ?on WHERE { ?paper kg:uses ?on ; dcterms:title ?title } ORDER BY ?title")
    assert said.startswith("2 rows in ")
    assert rows(page) == [[HOSTILE, HOSTILE, "Beta"], ["Alpha & Beta", "Alpha & Beta", "Beta"]]
    assert page.locator("#answer img, #answer script").count() == 0
    page.locator("#answer tbody tr").nth(1).locator("td a").nth(1).click()
    expect(page.locator("#content h1")).to_have_text("Alpha & Beta")
    assert page.locator("body").get_attribute("data-view") == "map"
    page.go_back()
    expect(page.locator("#answer tbody tr")).to_have_count(2)
    page.locator("#answer td a", has_text="Beta").last.click()
    expect(page.locator("#content h1")).to_have_text("Beta")


def test_page_query_words_that_are_no_label_are_no_links(editor: Page) -> None:
    run(editor, 'SELECT ?a ?b WHERE { VALUES (?a ?b) { ("Beta" "Beta") ("Alpha" "no node") } }')
    assert editor.locator("#answer td:nth-child(1) a").count() == 2
    assert editor.locator("#answer td:nth-child(2) a").count() == 0


def picture(editor: Page) -> ElementTree.Element:
    editor.locator("#take summary").click()
    with editor.expect_download() as waiting:
        editor.get_by_role("button", name="Picture as SVG").click()
    return ElementTree.parse(waiting.value.path()).getroot()


def test_page_query_answer_is_a_subgraph_of_the_map(watched: Watched, address: str) -> None:
    page = watched.open(f"{address}#?hide=Technique")
    run(page, "SELECT * WHERE { ?narrow skos:broader ?wide }")
    page.get_by_role("button", name="Show 3 nodes in the graph").click()
    expect(page.locator("#answered-words")).to_have_text("Answer: 3 nodes, 3 edges")
    drawn, tag = picture(page), "{http://www.w3.org/2000/svg}"
    assert len(list(drawn.iter(tag + "line"))) == 3
    assert {"Alpha", "Beta", "method"} <= {t.text for t in drawn.iter(tag + "text")}  # method is folded otherwise
    faint = [e for shape in ("circle", "polygon") for e in drawn.iter(tag + shape) if e.get("opacity") == "0.13"]
    assert len(faint) == 4
    page.locator("#views button", has_text="Table").click()
    assert sorted(n.strip() for n in page.locator("#table tbody th").all_inner_texts()) == ["Alpha", "Beta", "method"]
    page.locator("#views button", has_text="Map").click()
    page.get_by_role("checkbox", name="Improves on").uncheck()
    expect(page.locator("#answered-words")).to_have_text("Answer: 3 nodes, 2 edges")
    watched.click("technique/beta")
    expect(page.locator("#content h1")).to_have_text("Beta")
    page.keyboard.press("Escape")
    expect(page.locator("#answered")).to_be_visible()
    page.reload()
    expect(page.locator("#answered-words")).to_have_text("Answer: 3 nodes, 2 edges")
    page.locator("#answered-query").click()
    expect(page.locator("#answer tbody tr")).to_have_count(2)
    page.go_back()
    page.locator("#answered-close").click()
    expect(page.locator("#answered")).to_be_hidden()
    page.locator("#views button", has_text="Table").click()
    assert page.locator("#table tbody th").count() == 6


def test_page_query_stands_in_the_address(watched: Watched, address: str) -> None:
    text = "ASK { ?a kg:uses ?b # two lines?\n}"
    page = watched.open(address)
    assert run(page, text).startswith("Answered in ")
    expect(page.locator("#answer")).to_have_text("Yes")
    assert unquote(page.url).endswith(f"#?view=query&query={text}")
    run(page, "ASK { ?a kg:uses kg:Paper }")
    expect(page.locator("#answer")).to_have_text("No")
    page.go_back()
    expect(page.locator("#answer")).to_have_text("Yes")
    assert page.locator("#query-text").input_value() == text
    link = page.url
    page.locator("#views button", has_text="Map").click()
    assert page.url.endswith("graph.html#")  # a place on the map is shared without the query
    page.goto("about:blank")
    watched.open(link)
    expect(page.locator("#answer")).to_have_text("Yes")
    assert page.locator("#query-text").input_value() == text
    page.goto("about:blank")
    watched.open(f"{address}#?view=query&query=ASK {{ ?a kg:uses ?b . ?b kg:uses ?a }}")  # as somebody may write it
    expect(page.locator("#answer")).to_have_text("No")


def test_page_query_triples_and_what_is_said_of_a_claim(editor: Page) -> None:
    run(editor, "SELECT ?claim WHERE { ?claim rdf:predicate kg:improvesOn }")
    editor.locator("#answer td a").click()
    expect(editor.locator("#query-status")).to_contain_text("triples in")
    found = rows(editor)
    assert ["rdf:object", "Beta"] in [row[1:] for row in found]
    assert ["kg:confidence", "0.9"] in [row[1:] for row in found]
    assert run(editor, "CONSTRUCT { ?b skos:related ?a } WHERE { ?a kg:improvesOn ?b }").startswith("1 triple in ")
    assert rows(editor) == [["Beta", "skos:related", "Alpha"]]


def test_page_query_sorts_numbers_as_numbers_and_turns_pages(watched: Watched, shipped: str) -> None:
    page = watched.open(shipped)
    assert run(page, "SELECT ?start WHERE { ?e kg:start ?start } LIMIT 2500").startswith("2,500 rows in ")
    expect(page.locator("#answer-rows")).to_contain_text("Rows 1 to 1,000 of 2,500")
    page.locator("#answer thead button").click()
    expect(page.locator("#answer th[aria-sort=ascending]")).to_have_text("start")
    expect(page.locator("#answer thead button")).to_be_focused()
    first = [int(n) for n in page.locator("#answer tbody td").all_inner_texts()]
    assert first == sorted(first)
    assert len(first) == 1000
    page.get_by_role("button", name="Next").click()
    # the button is another one once the rows have changed
    expect(page.locator("#answer-rows")).to_contain_text("Rows 1,001 to 2,000 of 2,500")
    page.get_by_role("button", name="Next").click()
    expect(page.locator("#answer-rows")).to_contain_text("Rows 2,001 to 2,500 of 2,500")
    expect(page.get_by_role("button", name="Next")).to_be_disabled()
    last = [int(n) for n in page.locator("#answer tbody td").all_inner_texts()]
    assert last == sorted(last)
    assert last[0] >= first[-1]
    page.locator("#answer thead button").click()
    expect(page.locator("#answer th[aria-sort=descending]")).to_have_text("start")
    assert page.locator("#answer tbody td").first.inner_text() == str(last[-1])


def test_page_query_keeps_so_many_rows_and_says_so(editor: Page) -> None:
    run(editor, "SELECT ?a WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
    expect(editor.locator("#query-status")).to_contain_text("More than 200,000 rows")
    expect(editor.locator("#answer-rows")).to_contain_text("Rows 1 to 1,000 of 200,000")
    assert editor.locator("#answer tbody tr").count() == 1000


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ASK {\n  ?a kg:used ?b }", "Line 2, column 6: kg:used is no term of the ontology; did you mean kg:uses?"),
        ("SELECT * WHERE { ?a kgs:uses ?b }", "Line 1, column 21: unknown prefix kgs:; did you mean kg:?"),
        ("SELECT * WHERE { ?a kg:uses ?b", "Line 1, column 16: { is never closed"),
        ("SELECT * WHERE { ?a kg:uses ?b }\nLIMIT ten", "Line 2, column 7: ten is no word of SPARQL"),
        ("SELECT * WHERE { ?a kg:uses }", "Line 1, column 29: } is not expected after kg:uses"),
        ("SELECT * WHERE { ?a kg:uses ?b }\nORDER LIMIT 1", "Line 2, column 7: LIMIT is not expected after ORDER"),
        ("SELECT ?a (COUNT(?b) AS ?n) WHERE { ?a kg:uses ?b }", "SELECT has a variable that is neither in GROUP BY"),
        ("SELECT * WHERE { ?a rdfs:label 'x }", "Line 1, column 32: the string that begins here never ends"),
        ("SELECT * { SERVICE <http://localhost:1/> { ?a ?b ?c } }", "Line 1, column 12: SERVICE is not allowed"),
        ("SELECT * { SERVICE SILENT <http://localhost:1/> { ?a ?b ?c } }", "Line 1, column 12: SERVICE is not allowed"),
        ("DELETE WHERE { ?a ?b ?c }", "Line 1, column 1: DELETE is an update; the graph is only read"),
        ("LOAD <http://localhost:1/>", "Line 1, column 1: LOAD is an update"),
        ("# nothing", "The query is empty; it starts with SELECT"),
        (" ", "The query is empty; it starts with SELECT"),
    ],
)  # fmt: skip
def test_page_query_errors_say_where_and_what(editor: Page, text: str, said: str) -> None:
    assert run(editor, text).startswith(said)
    expect(editor.locator("#query-status")).to_have_class("wrong")
    expect(editor.locator("#answer")).to_be_empty()


def test_page_query_service_in_words_is_no_clause(editor: Page) -> None:
    text = 'SELECT ?service WHERE { BIND("SERVICE <x> { }" AS ?service) } # SERVICE <y> {'
    assert run(editor, text).startswith("1 row in ")
    assert rows(editor) == [["SERVICE <x> { }"]]


def test_page_query_says_which_node_is_not_there(editor: Page) -> None:
    assert run(editor, "SELECT ?a WHERE { ?a kg:uses technique:lora }").startswith("0 rows in ")
    expect(editor.locator("#answer")).to_have_text("Line 1, column 30: technique:lora is not in this graph")


def test_page_query_is_stopped(watched: Watched, address: str) -> None:
    page = watched.open(address)
    run(page, "ASK { }")
    page.locator("#query-text").fill(ENDLESS)
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#query-status")).to_have_text("Running …")
    page.wait_for_timeout(200)
    page.locator("#search").fill("beta")  # the page goes on meanwhile
    expect(page.locator("#suggestions li").first).to_contain_text("Beta")
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.locator("#query-status")).to_have_text("Stopped")
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_hidden()
    assert run(page, "ASK { ?a kg:uses ?b }").startswith("Answered in ")


def test_page_query_gives_up_and_another_takes_its_place(watched: Watched, address: str) -> None:
    watched.page.clock.install()
    page = watched.open(address)
    page.locator("#views button", has_text="Query").click()
    page.locator("#query-text").fill(ENDLESS)
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#query-status")).to_have_text("Running …")
    page.wait_for_timeout(200)
    page.clock.fast_forward(31_000)
    expect(page.locator("#query-status")).to_have_text("Stopped after 30 s; narrow the query")
    page.locator("#query-text").fill(ENDLESS + "\n")
    page.get_by_role("button", name="Run", exact=True).click()
    assert run(page, "ASK { ?a kg:uses ?b }").startswith("Answered in ")
    expect(page.locator("#answer")).to_have_text("Yes")


def test_page_query_parameters_take_nodes_by_name(watched: Watched, address: str) -> None:
    page = watched.open(f"{address}#?view=query")
    page.locator("[data-query=papers-using-technique]").click()
    expect(page.locator("#query-status")).to_have_text(re.compile("^0 rows in"))
    box = page.locator("#parameter-technique")
    assert box.input_value() == "technique:quantization"  # which this graph has not
    box.fill("b-meth")
    assert page.locator("datalist option").first.get_attribute("value") == "Beta"
    box.press("Enter")
    expect(page.locator("#query-status")).to_have_text(re.compile("^2 rows in"))
    assert "VALUES ?technique { <https://w3id.org/mlkg/technique/beta> }" in page.locator("#query-text").input_value()
    assert box.input_value() == "Beta"
    assert "technique/beta" in unquote(page.url)
    expect(box).to_be_focused()
    box.fill("Gamma")  # a model
    box.press("Enter")
    assert box.evaluate("(input) => input.validationMessage") == "No Technique of that name"
    expect(page.locator("#query-status")).to_have_text(re.compile("^2 rows in"))


def test_page_query_parameters_of_other_kinds(watched: Watched, address: str) -> None:
    page = watched.open(f"{address}#?view=query")
    page.locator("[data-query=evidence-of-edge]").click()
    page.locator("#parameter-from").fill("Alpha & Beta")
    page.locator("#parameter-from").press("Enter")
    page.locator("#parameter-relation").select_option("introduces")
    page.locator("#parameter-to").fill("alpha")
    page.locator("#parameter-to").press("Enter")
    expect(page.locator("#answer tbody tr")).to_have_count(1)
    assert rows(page)[0][3] == "We propose Alpha, which builds on Beta."
    page.locator("[data-query=speedups-above]").click()
    page.locator("#parameter-least").fill("many")
    page.locator("#parameter-least").press("Enter")
    assert page.locator("#parameter-least").evaluate("(i) => i.validationMessage") == "A number is wanted, such as 2.5"
    page.locator("#parameter-least").fill("1.5")
    page.locator("#parameter-least").press("Enter")
    expect(page.locator("#query-text")).to_have_value(re.compile(r"VALUES \?least \{ 1\.5 \}"))


@pytest.mark.parametrize(
    "words",
    [
        '" } . ?a ?b ?c } #',
        "\\",
        '\\" } UNION { ?x ?y ?z',
        "{ } $& $1 \\u0022",
        "</textarea><img src=x onerror=alert(1)>",
        "'''",
        "\U0001f680 ü",
    ],
)
def test_page_query_parameter_is_never_more_than_a_term(editor: Page, words: str) -> None:
    run(editor, "# ?x (text): some words\nSELECT ?x WHERE { VALUES ?x { UNDEF } }")
    for value in (words, "x" + words, words):  # one takes the place of the other
        editor.get_by_label("some words").fill(value)
        editor.get_by_label("some words").press("Enter")
        expect(editor.locator("#answer td")).to_have_text(value)
        assert editor.get_by_label("some words").input_value() == value
    store = loaded("")
    found = store.query(editor.locator("#query-text").input_value())
    assert isinstance(found, QuerySolutions)
    assert [row[0].value for row in found] == [words]


def test_page_query_hostile_node_is_a_value_like_others(editor: Page) -> None:
    run(editor, "# ?x (Paper): a paper\nSELECT ?x WHERE { VALUES ?x { UNDEF } }")
    editor.get_by_label("a paper").fill("<img")
    assert editor.locator("datalist option").first.get_attribute("value") == HOSTILE
    editor.get_by_label("a paper").fill(HOSTILE)
    editor.get_by_label("a paper").press("Enter")
    expect(editor.locator("#answer td a")).to_have_text(HOSTILE)
    assert editor.locator("#query img, #query script").count() == 0


def test_page_query_says_that_its_file_is_missing(browser: Browser, tmp_path: Path) -> None:
    write_page(small_graph(), tmp_path / "graph.html")
    page = browser.new_page()
    page.goto((tmp_path / "graph.html").as_uri() + "#?view=query")
    told = page.locator("#query-status")
    expect(told).to_have_text(re.compile(r"^Queries need the file graph-query\.js in the folder of this page"))
    (tmp_path / FILE).write_text("broken(", encoding="utf-8")
    page.locator("#query-text").fill("ASK {}")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(told).to_have_text(re.compile(r"^Queries need the file graph-query\.js .* broken"))
    page.close()


def test_page_query_takes_no_file_of_another_graph(watched: Watched, folder: Path, tmp_path: Path) -> None:
    write_page(small_graph(), tmp_path / "graph.html", key="another")
    (tmp_path / FILE).write_bytes((folder / FILE).read_bytes())
    page = watched.open((tmp_path / "graph.html").as_uri() + "#?view=query&query=ASK{}")
    expect(page.locator("#query-status")).to_have_text(re.compile("is of another graph than the page"))


def test_page_query_is_copied_with_its_prefixes(watched: Watched, address: str, folder: Path) -> None:
    page = watched.open(address)
    run(page, "SELECT ?a WHERE { ?a kg:uses technique:beta }")
    page.evaluate("void (navigator.clipboard.writeText = () => Promise.reject())")
    page.locator("#take summary").click()
    page.get_by_role("button", name="Copy as SPARQL").click()
    found = loaded((folder / "graph.ttl").read_text(encoding="utf-8")).query(page.locator("#copy-text").input_value())
    assert isinstance(found, QuerySolutions)
    assert len(list(found)) == 2


def test_page_query_keyboard_stays_in_the_editor(watched: Watched, address: str) -> None:
    page = watched.open(f"{address}#?view=query")
    page.locator("#query-text").focus()
    page.keyboard.type("ASK { ?a kg:uses/kg:uses ?b }")
    page.keyboard.press("Escape")
    expect(page.locator("#query-text")).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#answer")).to_have_text("No")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#query")).to_be_hidden()


def test_page_query_on_a_phone(watched: Watched, address: str) -> None:
    watched.page.set_viewport_size({"width": 390, "height": 844})
    page = watched.open(f"{address}#?view=query")
    page.locator("[data-query=papers-on-several-pages]").click()
    done(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.locator(".choices").get_attribute("open") is None
    for name in ("Map", "Query", "Take away"):
        box = page.locator("#bar").get_by_text(name, exact=True).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    expect(page.locator("#answer-rows")).to_be_in_viewport()


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize(
    "place",
    [
        "?view=query&query="
        + quote("# ?x (Paper): a paper\nSELECT * WHERE { VALUES ?x { UNDEF } ?x kg:uses ?y ; ?p ?z }"),
        "?view=query&query=" + quote("SELECT * WHERE { ?a kg:used ?b }"),
        "?answer=1&query=" + quote("SELECT * WHERE { ?a kg:uses ?b }"),
    ],
)
def test_page_query_is_accessible(
    watched: Watched, address: str, place: str, colours: Colours
) -> None:  # fmt: skip
    watched.page.emulate_media(color_scheme=colours)
    page = watched.open(f"{address}#{place}")
    expect(page.locator("#answered-words" if "answer=1" in place else "#query-status")).to_have_text(
        re.compile(r"Answer: \d|\d ms|^Line")
    )
    assert violations(page) == []


def test_page_query_engine_is_the_one_that_the_notes_name() -> None:
    folder = Path(kg.page_query.__file__).parent / "web" / "vendor"
    unpacked = gzip.decompress((folder / "oxigraph" / "web_bg.wasm.gz").read_bytes())
    assert hashlib.sha256(unpacked).hexdigest() in (folder / "README.md").read_text(encoding="utf-8")


def test_page_query_haste_leaves_one_engine_and_the_last_answer(watched: Watched, shipped: str) -> None:
    page = watched.open(f"{shipped}#?view=query")
    for name in list(read_named_queries())[:3]:
        page.locator(f"[data-query={name}]").click()
    page.locator("#query-text").fill(ENDLESS)
    page.locator("#query-text").press("Control+Enter")
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.locator("#query-status")).to_have_text("Stopped")
    for name in list(read_named_queries())[3:9]:  # first the engine loads, then each ends the one before
        page.locator(f"[data-query={name}]").click()
        page.wait_for_timeout(150)
    assert run(page, "ASK { ?a kg:introduces ?b }").startswith("Answered in ")
    expect(page.locator("#answer")).to_have_text("Yes")
    page.wait_for_timeout(200)
    assert len(page.workers) == 1
