"""Measure the page: how soon it answers, and how smoothly its map moves, in a headless Chromium.

Run by hand: ``python benchmarks/page.py [--stock]`` after ``make graph``. Beside ``exports/graph.html`` it measures
graphs made up for it, of several topics, with papers and entities of all types and evidence for every claim; they are
the same in every run. With ``--stock`` it also lets pyvis itself draw the graph of ``exports/``, which takes minutes.

Seconds are from the start of navigation: until the map is drawn, and until a click on a node of it has opened the
panel; between them Playwright takes a tenth of a second or two to click. A search lasts from the input to the
suggestions in place; the first of a page, which is the worst, makes the index. What is *shown* is what the page says
so of. Frames are those of ``requestAnimationFrame``, by their median; *redrawn* counts those that drew the map again,
which is without edges and labels while it moves; *longest* is the longest wait for a frame then, *settling* the longest
after it, when edges and labels come back.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import TimeoutError as OutOfTime
from pyvis.network import Network

from kg.graph import Graph, build_graph
from kg.page import write_page
from kg.records import ROLES, TYPES, Claim, Entity, Evidence, Paper, Resolution

SHIPPED = Path(__file__).parent.parent / "exports" / "graph.html"
QUERIES = "lora|kv cache|quant|attention|a|flash attention|distillation of large models|llama 2|mixture|zzz".split("|")
LOADS = 3  # times that a page is opened, for the median
MOVED = 4  # seconds of panning, and of zooming
LIMIT = 120  # seconds that stock pyvis has

TOPICS = 24
NEAR = 0.8  # share of names that are of the paper's own topic
RARE = 0.04  # share of edges that are `broader`, and as many that are `improvesOn`
SYLLABLES = "ba co den fi gra hol im ja ker lu mo net or pro qua ri sto tra ul ver".split()
SENTENCES = {
    "introduces": "In this work we introduce {1}, which adapts to the structure of the data at hand.",
    "uses": "All of the models are trained with {1} on the same budget of tokens.",
    "comparesWith": "We compare it with {1} under equal memory and find it ahead.",
    "mentions": "Methods such as {1} have been studied for this setting.",
    "improvesOn": "At the same quality, {0} is 2x faster than {1}.",
}
Statement = tuple[str, str, str]

STAMP = """window.clicked = new Promise((done) => {
  let drawn = 0;
  const watcher = new MutationObserver(() => {
    const panel = document.getElementById("panel");
    if (document.documentElement.dataset.drawn) drawn ||= performance.now();
    if (!panel || panel.hidden) return;
    watcher.disconnect();
    requestAnimationFrame(() => setTimeout(() => done([drawn, performance.now()])));
  });
  watcher.observe(document, { attributes: true, subtree: true });
});"""
PLACE = """(nodes) => nodes.map((at) => network.canvasToDOM(at)).find(
  ({ x, y }) => document.getElementById("map").contains(document.elementFromPoint(x, y)))"""
SEARCH = """(query) => {
  const search = document.getElementById("search"), began = performance.now();
  search.value = query;
  search.dispatchEvent(new Event("input"));
  document.getElementById("suggestions").getBoundingClientRect();
  return performance.now() - began;
}"""
WATCH = """() => {
  const seen = { stamps: [], drawn: 0 };
  const tick = (now) => { seen.stamps.push(now); seen.next = requestAnimationFrame(tick); };
  seen.draw = () => { seen.drawn += 1; };
  network.on("afterDrawing", seen.draw);
  requestAnimationFrame(tick);
  window.watched = seen;
}"""
WATCHED = """() => {
  cancelAnimationFrame(watched.next);
  network.off("afterDrawing", watched.draw);
  return [watched.stamps, watched.drawn];
}"""
SETTLED = """Object.defineProperty(window, "network", {
  get: () => window.drawing,
  set: (drawing) => {
    window.drawing = drawing;
    drawing.once("stabilizationIterationsDone", () => { window.settled = performance.now(); });
  },
});"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """How a page opened: seconds until drawn and until the first click was answered, and what it says that it shows."""

    drawn: float
    answered: float
    nodes: str
    edges: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Frames:
    """Milliseconds between the frames of a stretch of time, and how many of the frames drew the map."""

    waits: Sequence[float]
    drawn: int

    @property
    def rate(self) -> float:
        """Frames a second, by the median."""
        return 1000 / statistics.median(self.waits)

    @property
    def longest(self) -> float:
        """Milliseconds of the longest wait for a frame."""
        return max(self.waits, default=0)


def made_up(papers: int, entities: int, edges: int, least: int) -> Graph:
    """Return a graph of so many papers, entities and edges; `least` papers of its topic name each entity, or more."""
    draw = random.Random(0)
    own = [range(topic, papers, TOPICS) for topic in range(TOPICS)]
    types = [TYPES[e // TOPICS % len(TYPES)] for e in range(entities)]
    ids = [f"{kind.lower()}/{e}" for e, kind in enumerate(types)]
    labels = [f"{_name(draw)} {e}" for e in range(entities)]
    named = {(p, e): draw.choice(ROLES) for e in range(entities) for p in draw.sample(own[e % TOPICS], least)}
    rare = int(edges * RARE)
    broader = dict.fromkeys(draw.sample(range(TOPICS, entities), min(rare, entities // 2)))
    better = dict[tuple[int, int], int]()
    while len(better) < rare:
        topic = draw.randrange(TOPICS)
        one, two = draw.sample(range(topic, entities, TOPICS), 2)
        better[one, two] = draw.choice(own[topic])
    while len(named) < edges - len(broader) - len(better):
        paper = draw.randrange(papers)
        topic = paper % TOPICS if draw.random() < NEAR else draw.randrange(TOPICS)
        among = range(topic, entities, TOPICS)
        named[paper, among[int(len(among) * draw.random() ** 3)]] = draw.choice(ROLES)

    said: dict[str, list[Statement]] = defaultdict(list)
    for (p, e), relation in named.items():
        said[f"paper/{p}"].append((f"paper/{p}", relation, ids[e]))
    for (one, two), p in better.items():
        said[f"paper/{p}"].append((ids[one], "improvesOn", ids[two]))
    names = dict(zip(ids, labels, strict=True))
    written = [
        _paper(f"paper/{p}", f"{_name(draw)} and {_name(draw)}", said[f"paper/{p}"], names) for p in range(papers)
    ]
    return build_graph(
        Resolution(
            papers=tuple((f"paper/{p}", paper) for p, (paper, _) in enumerate(written)),
            entities=tuple(
                Entity(id=ids[e], type=types[e], label=labels[e], broader=(ids[e % TOPICS],) if e in broader else ())
                for e in range(entities)
            ),
            claims=tuple(chain.from_iterable(claims for _, claims in written)),
            outcomes=(),
        )
    )


def _name(draw: random.Random) -> str:
    return " ".join("".join(draw.choices(SYLLABLES, k=draw.randint(2, 3))) for _ in range(2)).title()


def _paper(node: str, title: str, said: Sequence[Statement], names: Mapping[str, str]) -> tuple[Paper, list[Claim]]:
    """Return a paper with a sentence for each statement of `said`, and the claims that they are evidence for."""
    text, claims = f"{title}\n", list[Claim]()
    for i, (subject, predicate, target) in enumerate(said):
        quote = SENTENCES[predicate].format(names.get(subject, ""), names[target])
        start = len(text) + quote.rindex(names[target])
        found = Evidence(
            id=f"evidence/{node}-{i}", paper=node, start=start, end=start + len(names[target]),
            surface=names[target], quote=quote, rule=predicate, value="2x" if predicate == "improvesOn" else "",
        )  # fmt: skip
        confidence = 0.5 + i % 50 / 100
        claim = Claim(
            id=f"claim/{node}-{i}", subject=subject, predicate=predicate, object=target, confidence=confidence,
            evidence=(found,),
        )  # fmt: skip
        claims.append(claim)
        text += f"{quote} "
    return Paper(title=title, abstract=text.split("\n")[1], pages=("made up",)), claims


def page_json(path: Path) -> dict[str, Any]:
    """Return what the page at `path` holds as its data."""
    text = path.read_text(encoding="utf-8")
    start = text.index(">", text.index('id="data"')) + 1
    data: dict[str, Any] = json.loads(text[start : text.index("</script>", start)])
    return data


@contextmanager
def new_page(browser: Browser) -> Iterator[Page]:
    """Give a page of its own context, as nothing was opened before it."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    yield context.new_page()
    context.close()


def first_click(page: Page, path: Path, data: Mapping[str, Any]) -> Opened:
    """Open the page at `path` and click on one of the large nodes of its map."""
    page.add_init_script(STAMP)
    page.goto(path.as_uri(), wait_until="commit")
    page.wait_for_selector("html[data-drawn]", state="attached")
    large = sorted((n for n in data["nodes"] if n["region"] >= 0), key=lambda n: -n["size"])[:50]
    at = page.evaluate(PLACE, [{"x": n["x"], "y": n["y"]} for n in large])
    page.mouse.click(at["x"], at["y"])
    page.wait_for_selector("#panel", state="visible")
    drawn, answered = page.evaluate("clicked")
    told = re.findall(r"\d[\d,]*", " ".join(page.locator("#kept").all_inner_texts()))
    return Opened(
        drawn=drawn / 1000, answered=answered / 1000, nodes=told[0] if told else "", edges=told[2] if told else ""
    )


def print_page(browser: Browser, caption: str, path: Path, written: float | None = None) -> None:
    """Print a row of the table of pages; `written` is how many seconds it took to write it."""
    data, runs = page_json(path), list[Opened]()
    for _ in range(LOADS):
        with new_page(browser) as page:
            runs.append(first_click(page, path, data))
            searches = [page.evaluate(SEARCH, query) for query in QUERIES]
    print(
        f"{caption:28}{'' if written is None else f'{written:.1f}':>8}{path.stat().st_size / 1e6:7.1f}"
        f"{runs[0].nodes:>8}{runs[0].edges:>9}{statistics.median(r.drawn for r in runs):9.2f}"
        f"{statistics.median(r.answered for r in runs):9.2f}{statistics.median(searches):11.1f}{max(searches):7.1f}"
    )


def frames(page: Page, act: Callable[[Page], object]) -> Frames:
    """Return the frames that `page` showed during `act`."""
    page.evaluate(WATCH)
    act(page)
    stamps, drawn = page.evaluate(WATCHED)
    return Frames(waits=[after - before for before, after in pairwise(stamps)], drawn=drawn)


def pan(page: Page) -> None:
    """Drag the map about; the button stays down."""
    page.mouse.down()
    until = time.perf_counter() + MOVED
    while time.perf_counter() < until:
        for x, y in ((900, 350), (900, 600), (500, 600), (500, 350), (700, 450)):
            page.mouse.move(x, y, steps=20)


def zoom(page: Page) -> None:
    """Turn the wheel towards the map and back; Chromium turns it, for Playwright waits two frames after each step."""
    turn = {"x": 700, "y": 450, "speed": 1600, "gestureSourceType": "mouse", "preventFling": True}
    wheel = page.context.new_cdp_session(page)
    until = time.perf_counter() + MOVED
    while time.perf_counter() < until:
        for distance in (640, -600):  # the map grows by less than it shrinks
            wheel.send("Input.synthesizeScrollGesture", {**turn, "yDistance": distance})


def rest(page: Page) -> None:
    """Let the map stand still."""
    page.mouse.up()
    page.wait_for_timeout(600)


def print_frames(browser: Browser, path: Path) -> None:
    """Print frames while the map of the page at `path` is moved."""
    print(f"\n{'frames/s':>38}{'redrawn/s':>11}{'longest ms':>12}{'settling ms':>13}")
    for caption, move in (("panning", pan), ("zooming", zoom)):
        with new_page(browser) as page:
            page.goto(path.as_uri())
            page.wait_for_selector("html[data-drawn]", state="attached")
            page.mouse.move(700, 450)
            moved, settled = frames(page, move), frames(page, rest)
        print(
            f"{caption:28}{moved.rate:10.1f}{1000 * moved.drawn / sum(moved.waits):11.1f}"
            f"{moved.longest:12.0f}{settled.longest:13.0f}"
        )


def found_by_search(browser: Browser, path: Path) -> bool:
    """Tell whether the search of the page at `path` opens an entity that is not on its map."""
    data = page_json(path)
    hidden = next(n for n in data["nodes"] if n["region"] < 0 and n["group"] != "Paper")
    with new_page(browser) as page:
        page.goto(path.as_uri())
        page.wait_for_selector("html[data-drawn]", state="attached")
        page.fill("#search", hidden["label"])
        page.press("#search", "Enter")
        page.wait_for_selector("#panel", state="visible")
        return page.inner_text("#panel h1") == str(hidden["label"])


def stock(browser: Browser, path: Path, folder: Path) -> tuple[float, float | None]:
    """Return the MB of stock pyvis with the graph of the page at `path`, and the seconds until it stands still."""
    data = page_json(path)
    network = Network(directed=True, cdn_resources="in_line")
    for node in data["nodes"]:
        network.add_node(node["id"], node["label"], group=node["group"], shape=node["shape"], size=node["size"])
    for source, target, relation in data["edges"]:
        network.add_edge(source, target, title=data["relations"][relation])
    drawing = folder / "stock.html"
    drawing.write_text(network.generate_html(), encoding="utf-8")
    size = drawing.stat().st_size / 1e6
    with new_page(browser) as page:
        page.route(re.compile("^https?:"), lambda route: route.abort())
        page.add_init_script(SETTLED)
        page.goto(drawing.as_uri(), wait_until="commit")
        try:
            page.wait_for_function("window.settled", timeout=1000 * LIMIT)
        except OutOfTime:
            return size, None
        return size, page.evaluate("settled") / 1000


def main() -> None:
    """Print the tables of figures."""
    options = argparse.ArgumentParser(description="Measure the page in a headless Chromium.")
    options.add_argument("--stock", action="store_true", help="let pyvis itself draw the graph as well")
    chosen = options.parse_args()
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--headless", "--no-sandbox", "--disable-gpu"]
        )
        print(f"{'shown':>60}{'seconds until':>18}{'search, ms':>18}")
        print(f"{'write s':>36}{'MB':>7}{'nodes':>8}{'edges':>9}{'drawn':>9}{'clicked':>9}{'median':>11}{'worst':>7}")
        print_page(browser, "exports/graph.html", SHIPPED)
        for papers, entities, edges, least in ((1500, 1500, 10_000, 2), (6000, 14_000, 100_000, 1)):
            graph, path = made_up(papers, entities, edges, least), folder / f"{edges}.html"
            assert (len(graph), graph.number_of_edges()) == (papers + entities, edges)
            began = time.perf_counter()
            write_page(graph, path)
            written = time.perf_counter() - began
            print_page(browser, f"{papers + entities:,} nodes, {edges:,} edges", path, written)
        print_frames(browser, folder / "10000.html")
        found = found_by_search(browser, folder / "100000.html")
        print(f"\nOf 20,000 nodes, the search {'finds' if found else 'does NOT find'} one that is not on the map.")
        if chosen.stock:
            size, settled = stock(browser, SHIPPED, folder)
            told = f"> {LIMIT}" if settled is None else f"{settled:.1f}"
            print(f"\n{'MB':>35}{'seconds until still':>21}\n{'stock pyvis, the same graph':28}{size:7.1f}{told:>21}")
        browser.close()


if __name__ == "__main__":
    main()
