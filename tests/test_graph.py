"""Tests of `kg.graph`: the graph carries the records, and its accessors give them back."""

from __future__ import annotations

from kg.graph import BROADER, build_graph, edge_claim, label, node_record, node_type, outcomes
from kg.records import Claim, Entity, Evidence, Outcome, Paper, Resolution

PAPER = Paper(title="Foo: fast bar", abstract="We present Foo, which improves on bar by 2x.")
FOO = Entity(id="technique/foo", type="Technique", label="Foo", broader=("technique/bar",))
BAR = Entity(id="technique/bar", type="Technique", label="bar")


def evidence(name: str) -> Evidence:
    start = PAPER.text.index(name)
    return Evidence(
        id=f"evidence/{name}",
        paper="paper/foo",
        start=start,
        end=start + len(name),
        surface=name,
        quote=PAPER.title,
        rule="hand",
    )


def claim(subject: str, predicate: str, target: str, name: str) -> Claim:
    return Claim(
        id=f"claim/{subject}-{predicate}".replace("/", "-"),
        subject=subject,
        predicate=predicate,
        object=target,
        confidence=0.5,
        evidence=(evidence(name),),
    )


OUTCOME = Outcome(
    id="result/1",
    paper="paper/foo",
    subject="technique/foo",
    metric="speed",
    value="2x",
    number="2",
    unit="times",
    confidence=0.5,
    evidence=evidence("2x"),
)
RESOLUTION = Resolution(
    papers=(("paper/foo", PAPER),),
    entities=(BAR, FOO),
    claims=(
        claim("technique/foo", "improvesOn", "technique/bar", "bar"),
        claim("paper/foo", "uses", "technique/bar", "bar"),
        claim("paper/foo", "improvesOn", "technique/bar", "bar"),
        claim("paper/foo", "introduces", "technique/foo", "Foo"),
    ),
    outcomes=(OUTCOME,),
)


def test_graph_nodes_carry_their_records() -> None:
    graph = build_graph(RESOLUTION)
    assert {node: node_record(graph, node) for node in graph} == {
        "paper/foo": PAPER,
        "technique/bar": BAR,
        "technique/foo": FOO,
    }
    assert [(label(graph, n), node_type(graph, n)) for n in graph] == [
        ("Foo: fast bar", "Paper"),
        ("bar", "Technique"),
        ("Foo", "Technique"),
    ]


def test_graph_edges_are_keyed_by_relation_and_carry_their_claims() -> None:
    graph = build_graph(RESOLUTION)
    for known in RESOLUTION.claims:
        assert edge_claim(graph, known.subject, known.object, known.predicate) == known
    # two relations between the same two nodes stay apart
    assert set(graph["paper/foo"]["technique/bar"]) == {"uses", "improvesOn"}
    assert graph.number_of_edges() == len(RESOLUTION.claims) + 1


def test_graph_broader_edges_carry_no_claim() -> None:
    graph = build_graph(RESOLUTION)
    assert edge_claim(graph, "technique/foo", "technique/bar", BROADER) is None
    assert [edge for edge in graph.edges(keys=True) if edge_claim(graph, *edge) is None] == [
        ("technique/foo", "technique/bar", BROADER)
    ]


def test_graph_keeps_the_outcomes() -> None:
    assert outcomes(build_graph(RESOLUTION)) == (OUTCOME,)


def test_graph_does_not_depend_on_the_order_of_claims() -> None:
    backwards = Resolution(
        papers=RESOLUTION.papers,
        entities=RESOLUTION.entities,
        claims=RESOLUTION.claims[::-1],
        outcomes=RESOLUTION.outcomes,
    )
    assert list(build_graph(backwards).edges(keys=True)) == list(build_graph(RESOLUTION).edges(keys=True))


def test_graph_of_nothing_is_empty() -> None:
    graph = build_graph(Resolution(papers=(), entities=(), claims=(), outcomes=()))
    assert len(graph) == 0
    assert outcomes(graph) == ()
