"""The page: its bytes in Python, its behaviour in a browser."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser, Page, expect
from pyoxigraph import RdfFormat, Store

from kg.graph import build_graph
from kg.page import IMPORT, embed, joined, page_data, page_html, sentence_bounds, write_page
from kg.rdf import write_turtle
from kg.records import Evidence, Paper, Resolution
from tests.browsing import Colours, Watched, violations, watching
from tests.small import HOSTILE, PAPERS, small_facts, small_graph


def test_page_bytes_are_the_same_again(tmp_path: Path) -> None:
    write_page(small_graph(), tmp_path / "a.html")
    write_page(small_graph(), tmp_path / "b.html")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.html", "b.html"]


def test_page_loads_nothing() -> None:
    page = page_html(small_graph())
    assert "default-src 'none'" in page
    assert "connect-src" not in page
    markup = re.sub(r"<(script|style)\b[^>]*>.*?</\1>", "", page, flags=re.DOTALL)
    assert not re.search(r"https?:|//\w|@import", markup)
    assert "<link" not in markup.replace('<link rel="icon" href="data:,">', "")
    assert not re.search(r"url\((?!\"?data:)", page)


def test_page_text_ends_no_element() -> None:
    page = page_html(small_graph())
    assert page.count("</script>") == 3
    assert "onerror=alert(1)>" not in page
    [data] = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, flags=re.DOTALL)
    assert HOSTILE in [node["label"] for node in json.loads(data)["nodes"]]


def test_page_keeps_a_lone_surrogate_out_of_the_bytes(tmp_path: Path) -> None:
    graph = small_graph({**PAPERS, "paper/third": Paper(title="Half \ud83d", abstract="Gamma alone.")})
    write_page(graph, tmp_path / "page.html")
    assert "Half \\ud83d" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_page_scripts_are_all_modules_in_one_each() -> None:
    folder = files("kg").joinpath("web")
    modules = {f.name: f.read_text(encoding="utf-8") for f in folder.iterdir() if f.name.endswith(".js")}
    held = set[str]()
    for script in (joined("main.js"), joined("worker.js")):
        assert not re.search(r"^(?:import|export)\b", script, re.MULTILINE)
        names = re.findall(r"^(?:const|let|(?:async )?function) (\w+)", script, re.MULTILINE)
        assert [n for n, count in Counter(names).items() if count > 1] == []
        first = {
            name: script.index(text.split("*/")[0]) for name, text in modules.items() if text.split("*/")[0] in script
        }
        assert [(m, n) for m in first for n in IMPORT.findall(modules[m]) if first[n] > first[m]] == []
        held |= first.keys()
    assert held == modules.keys()


@pytest.mark.parametrize("text", ["<", ">", "&", "\u2028", "\u2029", "</script>", "<!--", "\U0001f680"])
def test_page_embedded_text_comes_back(text: str) -> None:
    assert json.loads(embed([text])) == [text]
    assert not set(embed([text])) & set("<>&\u2028\u2029")


def test_page_evidence_points_into_the_paper() -> None:
    data = page_data(small_graph())
    rows = [row for support in data["support"] if support for row in support[1:]]
    assert len(rows) == 5
    for paper, start, end, first, last, *_ in rows:
        text = PAPERS[data["ids"][paper]].text
        assert text[start:end] in {"Alpha", "Beta", "Gamma"}
        assert first <= start < end <= last
        assert text[first:last].endswith(".")


def test_page_sentence_bounds_take_the_sentence_with_the_words() -> None:
    text = "T\nIt is X. It is X."
    found = Evidence(id="e", paper="p", start=17, end=18, surface="X", quote="It is X.", rule="r")
    assert sentence_bounds(text, found) == (11, 19)
    assert sentence_bounds("another text altogether", found) == (17, 18)


def test_page_of_an_empty_graph(tmp_path: Path) -> None:
    empty = build_graph(Resolution(papers=(), entities=(), claims=(), outcomes=()))
    write_page(empty, tmp_path / "page.html")
    assert (tmp_path / "page.html").stat().st_size > 100_000


def test_page_of_a_part_says_of_how_many(watched: Watched, tmp_path: Path) -> None:
    write_page(small_graph(), tmp_path / "page.html", papers=20_000)
    page = watched.open((tmp_path / "page.html").as_uri())
    assert page.locator("#part").inner_text().startswith("This page holds 3 of 20,000 papers: those that introduce")
    write_page(small_graph(), tmp_path / "page.html", papers=3)
    page = watched.open((tmp_path / "page.html").as_uri())
    assert page.locator("#part").count() == 0


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("page") / "graph.html"
    write_page(small_graph(), path)
    return path.as_uri()


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    with watching(browser) as seen:
        yield seen
    assert [url.partition("#")[0] for url in seen.requests if not url.startswith(("file:", "data:"))] == []
    assert len({url.partition("#")[0] for url in seen.requests if url.startswith("file:")}) == 1


def test_page_click_shows_the_evidence(watched: Watched, address: str) -> None:
    page = watched.open(address)
    expect(page.locator("#panel")).to_be_hidden()
    watched.click("technique/beta")
    expect(page.locator("#content h1")).to_have_text("Beta")
    expect(page.locator("#content")).to_contain_text("An older method.")
    expect(page.locator("#content")).to_contain_text("<b>bold</b>")
    assert page.locator("#content h2").all_inner_texts() == ["Used by2", "Improved on by1"]
    page.locator(".edges li", has_text="Alpha & Beta").locator(".sure").click()
    expect(page.locator("blockquote").first).to_contain_text("We propose Alpha, which builds on Beta.")
    expect(page.locator("blockquote mark").first).to_have_text("Beta")
    page.locator(".edges li", has_text="2x").locator(".sure").click()
    expect(page.locator("blockquote").last).to_contain_text("aspect: speed · value: 2x · rule: better")


def test_page_search_opens_by_alias(watched: Watched, address: str) -> None:
    page = watched.open(address)
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("b-meth")
    expect(page.locator("#suggestions li")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("#content h1")).to_have_text("Beta")
    page.keyboard.press("/")
    page.keyboard.type("a")
    expect(page.locator("#suggestions li").first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#suggestions li").nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(page.locator("#suggestions")).to_be_hidden()
    page.locator("#close").click()
    expect(page.locator("#panel")).to_be_hidden()


def test_page_shows_hostile_text_as_it_is(watched: Watched, address: str) -> None:
    page = watched.open(f"{address}#paper/second")
    expect(page.locator("#content h1")).to_have_text(HOSTILE)
    expect(page.locator(".abstract")).to_contain_text(HOSTILE)
    assert page.locator("#content img, #content script").count() == 0
    page.locator("#search").fill("<img")
    assert page.locator("#suggestions img").count() == 0


def test_page_panel_says_who_wrote_a_paper_when_and_where(watched: Watched, tmp_path: Path) -> None:
    first = replace(
        PAPERS["paper/first"],
        authors=("Ada <b>Lovelace</b>", "李明", *(f"Author {i}" for i in range(20))),
        date="2024-05",
        venue="Proc. of <i>Foo</i>",
        links=("https://example.org/x?y=<z>", "javascript:alert(1)"),
    )
    write_page(small_graph({**PAPERS, "paper/first": first}), tmp_path / "graph.html")
    page = watched.open(f"{(tmp_path / 'graph.html').as_uri()}#paper/first")
    panel = page.locator("#content")
    expect(panel).to_contain_text("Ada <b>Lovelace</b>, 李明, Author 0")
    expect(panel).to_contain_text("and 10 more")
    expect(panel).to_contain_text("2024-05 · Proc. of <i>Foo</i>")
    link = panel.get_by_role("link", name="example.org")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    assert panel.locator("a[href^='javascript']").count() == 0
    assert page.locator("#content b, #content i").count() == 0


DATED = {
    **PAPERS,
    "paper/first": replace(PAPERS["paper/first"], date="2025-01"),
    "paper/third": replace(PAPERS["paper/third"], date="2023"),
}


def test_page_shows_what_is_since_a_year(watched: Watched, tmp_path: Path) -> None:
    write_page(small_graph(DATED), tmp_path / "graph.html")
    write_turtle(small_facts(DATED), tmp_path / "graph.ttl")
    page = watched.open((tmp_path / "graph.html").as_uri())
    assert page.locator("#since option").all_inner_texts() == ["any year", "2025", "2023"]
    page.locator("#since").select_option("2023")
    assert sorted(set(names_shown(page))) == ["Alpha", "Alpha & Beta", "Beta", "Gamma", "Nothing shared"]
    page.locator("#since").select_option("2025")
    assert sorted(set(names_shown(page))) == ["Alpha", "Alpha & Beta", "Beta"]
    assert page.url.endswith("#?since=2025")
    store = Store()
    store.load(path=str(tmp_path / "graph.ttl"), format=RdfFormat.TURTLE)
    rows = store.query(copied(page, "Copy as SPARQL"))
    assert sorted(row[1].value for row in rows) == ["Alpha", "Beta"]  # type: ignore[union-attr]
    page.locator("#reset").click()
    assert len(names_shown(page)) == 6


def test_page_asks_for_no_year_where_no_paper_has_one(watched: Watched, address: str) -> None:
    assert watched.open(address).locator("#since").count() == 0


def test_page_address_opens_a_node_and_goes_back(watched: Watched, address: str) -> None:
    page = watched.open(f"{address}#paper/first")
    expect(page.locator("#content h1")).to_have_text("Alpha & Beta")
    assert page.locator(".abstract mark").all_inner_texts() == ["Alpha", "Beta"]
    expect(page.locator("table td.value")).to_have_text("2x")
    expect(page.get_by_role("link", name="arXiv 2401.00001")).to_have_attribute("rel", "noopener noreferrer")
    page.locator(".abstract mark a", has_text="Alpha").click()
    expect(page.locator("#content h1")).to_have_text("Alpha")
    assert page.url.endswith("#technique/alpha")
    page.go_back()
    expect(page.locator("#content h1")).to_have_text("Alpha & Beta")
    page.go_forward()
    expect(page.locator("#content h1")).to_have_text("Alpha")
    page.goto(f"{address}#no/such-node")
    expect(page.locator("#panel")).to_be_hidden()


def test_page_on_a_phone(watched: Watched, address: str) -> None:
    watched.page.set_viewport_size({"width": 390, "height": 844})
    page = watched.open(address)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    watched.click("technique/beta")
    expect(page.locator("#content h1")).to_have_text("Beta")
    box = page.locator("#panel").bounding_box()
    assert box is not None
    assert (box["x"], box["width"], box["y"] + box["height"]) == (0, 390, 844)
    assert box["y"] > 300


def names_shown(page: Page) -> list[str]:
    page.locator("#views button", has_text="Table").click()
    found = page.locator("#table tbody th").all_inner_texts()
    page.locator("#views button", has_text="Map").click()
    return sorted(name.strip() for name in found)


def test_page_search_looks_past_hyphens_and_blanks(watched: Watched, address: str) -> None:
    page = watched.open(address)
    page.locator("#search").fill("bmeth")
    assert page.locator("#suggestions li .name").all_inner_texts() == ["Beta · B-method"]


def test_page_keeps_the_place_of_the_keyboard(watched: Watched, address: str) -> None:
    page = watched.open(f"{address}#paper/first")
    page.get_by_role("button", name="Two steps").press("Enter")
    expect(page.get_by_role("button", name="Two steps")).to_be_focused()
    page.locator("#take summary").press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(page.locator("#take summary")).to_be_focused()
    expect(page.locator("#panel")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#map")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#content h1")).to_be_visible()


def test_page_says_when_an_address_leads_nowhere(watched: Watched, address: str) -> None:
    page = watched.open(f"{address}#technique/gone")
    expect(page.locator("#told")).to_have_text("No node of this graph has that address")


def test_page_shared_place_is_taken_in_an_open_page_too(watched: Watched, address: str) -> None:
    page = watched.open(f"{address}#technique/beta")
    page.goto(f"{address}#technique/beta?at=5,7,2")
    page.wait_for_timeout(100)
    assert page.evaluate("network.getScale()") == pytest.approx(2)


def test_page_lineage_is_a_picture_too(watched: Watched, address: str) -> None:
    page = watched.open(f"{address}#technique/beta?view=lineage")
    for kind, beginning in (("PNG", b"\x89PNG"), ("SVG", b"<svg")):
        page.locator("#take summary").click()
        with page.expect_download() as waiting:
            page.get_by_role("button", name=f"Picture as {kind}").click()
        assert waiting.value.suggested_filename == f"lineage.{kind.lower()}"
        assert waiting.value.path().read_bytes().startswith(beginning)


@pytest.mark.parametrize("width", [720, 1024])
def test_page_panel_leaves_the_bar_free(watched: Watched, address: str, width: int) -> None:
    watched.page.set_viewport_size({"width": width, "height": 768})
    page = watched.open(f"{address}#technique/beta")
    page.locator("#take summary").click()
    page.get_by_role("button", name="Copy as SPARQL").click(trial=True)


def test_page_stands_still_after_loading(watched: Watched, address: str) -> None:
    page = watched.open(f"{address}#technique/beta")
    page.wait_for_timeout(300)
    shifts = """new Promise((done) => {
      const watch = new PerformanceObserver((list) => done(list.getEntries().length));
      watch.observe({ type: "layout-shift", buffered: true });
      setTimeout(() => done(0), 200);
    })"""
    assert page.evaluate(shifts) == 0


def test_page_filters_work_together_and_reset(watched: Watched, address: str) -> None:
    page = watched.open(address)
    every = names_shown(page)
    assert len(every) == 6  # nothing but "method", which no paper names, is folded
    page.get_by_role("checkbox", name="Model").uncheck()
    assert sorted(set(every) - set(names_shown(page))) == ["Gamma"]
    page.get_by_role("checkbox", name="Introduces").uncheck()
    page.get_by_role("checkbox", name="Improves on").uncheck()
    assert names_shown(page) == sorted(["Alpha & Beta", "Beta", "Nothing shared", HOSTILE])
    page.locator("#papers").fill("2")
    assert "Beta" in names_shown(page)
    expect(page.locator("#kept")).to_contain_text("4 of 7 nodes, 2 of")
    page.locator("#sure").fill("95")
    assert names_shown(page) == []
    assert page.url.endswith("#?hide=Model&drop=introduces,improvesOn&papers=2&sure=95")
    page.locator("#reset").click()
    assert names_shown(page) == every
    assert page.get_by_role("checkbox", name="Model").is_checked()


def test_page_filters_hold_in_the_panel(watched: Watched, address: str) -> None:
    page = watched.open(f"{address}#technique/beta?drop=uses")
    assert page.locator("#content h2").all_inner_texts() == ["Improved on by1"]
    expect(page.locator("#content")).to_contain_text("2 edges are filtered out.")


def test_page_path_by_keyboard_alone(watched: Watched, address: str) -> None:
    page = watched.open(address)
    page.keyboard.press("/")
    page.keyboard.type("alpha")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#content h1")).to_have_text("Alpha & Beta")
    page.get_by_role("button", name="Path to").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("<img")
    page.keyboard.press("Enter")
    expect(page.locator("#panel")).to_be_focused()
    steps = page.locator(".path > li")
    assert [step.inner_text().split("\n")[0].strip() for step in steps.all()] == ["uses Beta", f"used by {HOSTILE}"]
    page.reload()
    expect(page.locator(".path > li")).to_have_count(2)
    page.go_back()
    expect(page.locator(".path")).to_have_count(0)
    page.goto(f"{address}#paper/first?to=model/gamma")
    expect(page.locator("#content")).to_contain_text("Nothing that passes the filters connects them.")
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()


def test_page_two_steps_show_the_neighbours_of_neighbours(watched: Watched, address: str) -> None:
    page = watched.open(f"{address}#paper/second")
    page.get_by_role("button", name="Two steps").click()
    assert page.url.endswith("#paper/second?steps=2")
    page.locator("#views button", has_text="Table").click()
    shown = [name.strip() for name in page.locator("#table tbody th").all_inner_texts()]
    assert sorted(shown) == sorted([HOSTILE, "Beta", "Alpha & Beta", "Alpha", "method"])


def test_page_lineage_runs_from_left_to_right(watched: Watched, address: str) -> None:
    page = watched.open(f"{address}#technique/beta")
    page.locator("#views button", has_text="Lineage").click()
    boxes = {a.get_attribute("aria-label"): a.locator("rect").bounding_box() for a in page.locator("#lineage a").all()}
    assert boxes.keys() == {"Beta, Technique", "Alpha, Technique"}
    beta, alpha = boxes["Beta, Technique"], boxes["Alpha, Technique"]
    assert beta is not None
    assert alpha is not None
    assert beta["x"] + beta["width"] < alpha["x"]
    expect(page.locator("#lineage .gain")).to_have_text("speed 2xspeed 2x")
    page.locator("#lineage a").last.click()
    expect(page.locator("#content h1")).to_have_text("Alpha")
    page.go_back()
    expect(page.locator("#content h1")).to_have_text("Beta")
    page.go_back()
    expect(page.locator("#lineage")).to_be_hidden()


def test_page_table_sorts_and_is_kept_as_csv(watched: Watched, tmp_path: Path) -> None:
    titled = {**PAPERS, "paper/third": Paper(title='=SUM(A1), "quoted"', abstract="Gamma alone.")}
    write_page(small_graph(titled), tmp_path / "graph.html")
    page = watched.open((tmp_path / "graph.html").as_uri() + "#?view=table")
    expect(page.locator("#table th[aria-sort=descending]")).to_have_text("Papers")
    page.locator("#table thead button", has_text="Name").click()
    expect(page.locator("#table th[aria-sort=ascending]")).to_have_text("Name")
    expect(page.locator("#table thead button", has_text="Name")).to_be_focused()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Save as CSV").click()
    [head, *rows] = csv.reader(StringIO(waiting.value.path().read_bytes().decode()))
    assert head == ["Name", "Type", "Papers", "Degree", "Community", "IRI"]
    found = {row[0]: row[1:] for row in rows}
    assert len(rows) == 6
    assert found["Beta"][:3] == ["Technique", "2", "4"]
    assert found["Beta"][-1] == "https://w3id.org/mlkg/technique/beta"
    assert '\'=SUM(A1), "quoted"' in found


def test_page_pictures_are_of_what_is_shown(watched: Watched, address: str) -> None:
    page = watched.open(f"{address}#technique/beta")
    page.locator("#take summary").click()
    with page.expect_download() as png:
        page.get_by_role("button", name="Picture as PNG").click()
    assert png.value.path().read_bytes().startswith(b"\x89PNG")
    page.locator("#take summary").click()
    with page.expect_download() as svg:
        page.get_by_role("button", name="Picture as SVG").click()
    picture = ElementTree.parse(svg.value.path()).getroot()
    words = [t.text for t in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert {"Alpha", "Beta"} <= set(words)
    assert len(list(picture.iter("{http://www.w3.org/2000/svg}line"))) == 4


def copied(page: Page, name: str) -> str:
    """Return what that entry of the menu gives to copy; the browser of the tests grants no clipboard."""
    page.evaluate("void (navigator.clipboard.writeText = () => Promise.reject())")
    page.locator("#take summary").click()
    page.get_by_role("button", name=name).click()
    text = page.locator("#copy-text").input_value()
    page.get_by_role("button", name="Done").click()
    return text


@pytest.mark.parametrize(
    "place",
    [
        "technique/beta",
        "technique/beta?hide=Paper",
        "technique/beta?sure=95",
        "?papers=2",
        "?hide=Technique",
    ],
)
def test_page_query_gives_the_selection(watched: Watched, address: str, tmp_path: Path, place: str) -> None:
    write_turtle(small_facts(), tmp_path / "graph.ttl")
    store = Store()
    store.load(path=str(tmp_path / "graph.ttl"), format=RdfFormat.TURTLE)
    page = watched.open(f"{address}#{place}")
    rows = [[term.value for term in row] for row in store.query(copied(page, "Copy as SPARQL"))]  # type: ignore[union-attr]
    if place.startswith("?"):
        shown = [n for n in names_shown(page) if n in {"Alpha", "Beta", "Gamma", "method"}]
        assert sorted(row[1] for row in rows) == shown
    else:
        listed = page.locator("#content h2:has-text('by') .count").all_inner_texts()
        assert len(rows) == sum(map(int, listed))


def test_page_link_opens_the_same_view(watched: Watched, address: str) -> None:
    page = watched.open(address)
    page.get_by_role("checkbox", name="Task").uncheck()
    page.evaluate("network.moveTo({ position: { x: 12, y: -34 }, scale: 1.25 })")
    link = copied(page, "Copy link")
    assert re.search(r"hide=Task&at=-?\d+,-?\d+,1\.250$", link)
    page.goto("about:blank")
    watched.open(link)
    assert not page.get_by_role("checkbox", name="Task").is_checked()
    assert page.evaluate(
        "(({ x, y }, scale) => [x, y, scale])(network.getViewPosition(), network.getScale())"
    ) == pytest.approx([12, -34, 1.25], abs=0.6)


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize(
    "place",
    [
        "",
        "#paper/first",
        "#technique/beta?view=lineage",
        "#?view=table",
        "#paper/first?to=paper/second",
    ],
)
def test_page_is_accessible(watched: Watched, address: str, place: str, colours: Colours) -> None:
    watched.page.emulate_media(color_scheme=colours)
    page = watched.open(address + place)
    page.locator("#search").fill("a")
    assert violations(page) == []
