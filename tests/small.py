"""A small graph with all there is in one: papers, entities, claims, a result, hostile text."""

from __future__ import annotations

from kg.graph import Graph, build_graph
from kg.records import Claim, Entity, Evidence, Outcome, Paper, Resolution

HOSTILE = "<img src=x onerror=alert(1)></script><script>alert(2)</script>"
PAPERS = {
    "paper/first": Paper(
        title="Alpha & Beta",
        abstract="A \U0001f680 first. We propose Alpha, which builds on Beta. Alpha is 2x faster than Beta.",
        pages=("one.txt",),
        identifiers=(("arxiv", "2401.00001"),),
    ),
    "paper/second": Paper(title=HOSTILE, abstract=f"{HOSTILE} We use Beta.", pages=("one.txt", "two.txt")),
    "paper/third": Paper(title="Nothing shared", abstract="Gamma alone."),
}
ENTITIES = (
    Entity(id="model/gamma", type="Model", label="Gamma"),
    Entity(id="technique/alpha", type="Technique", label="Alpha", broader=("technique/method",)),
    Entity(
        id="technique/beta", type="Technique", label="Beta", aliases=("B-method", "<b>bold</b>"),
        broader=("technique/method",), definition="An older method.",
    ),
    Entity(id="technique/method", type="Technique", label="method"),
)  # fmt: skip


def evidence(paper: str, surface: str, quote: str, rule: str = "term", aspect: str = "", value: str = "") -> Evidence:
    text = PAPERS[paper].text
    start = text.index(quote) + quote.index(surface)
    return Evidence(
        id=f"evidence/{paper}-{start}-{rule}", paper=paper, start=start, end=start + len(surface),
        surface=surface, quote=quote, rule=rule, aspect=aspect, value=value,
    )  # fmt: skip


def claim(subject: str, predicate: str, target: str, *found: Evidence) -> Claim:
    return Claim(
        id=f"claim/{subject}-{predicate}-{target}", subject=subject, predicate=predicate, object=target,
        confidence=0.9, evidence=found,
    )  # fmt: skip


def small_graph(papers: dict[str, Paper] = PAPERS) -> Graph:
    return build_graph(small_facts(papers))


def small_facts(papers: dict[str, Paper] = PAPERS) -> Resolution:
    propose, faster = "We propose Alpha, which builds on Beta.", "Alpha is 2x faster than Beta."
    better = evidence("paper/first", "Beta", faster, "better", "speed", "2x")
    claims = (
        claim("paper/first", "introduces", "technique/alpha", evidence("paper/first", "Alpha", propose)),
        claim("paper/first", "uses", "technique/beta", evidence("paper/first", "Beta", propose)),
        claim("paper/second", "uses", "technique/beta", evidence("paper/second", "Beta", "We use Beta.")),
        claim("paper/third", "mentions", "model/gamma", evidence("paper/third", "Gamma", "Gamma alone.")),
        claim("technique/alpha", "improvesOn", "technique/beta", better),
    )
    outcome = Outcome(
        id="result/1", paper="paper/first", subject="technique/alpha", metric="speed", value="2x", number="2",
        unit="x", confidence=0.8, evidence=evidence("paper/first", "2x", faster), baseline="technique/beta",
    )  # fmt: skip
    return Resolution(papers=tuple(papers.items()), entities=ENTITIES, claims=claims, outcomes=(outcome,))
