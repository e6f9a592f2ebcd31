"""What holds of any input: the law of the graph, from rows of any text to triples that conform to the shapes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import pyoxigraph
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from lxml import etree
from rdflib import Graph as RdfGraph
from spacy.language import Language

from kg.files import ontology_folder
from kg.graph import build_graph
from kg.graphml import write_graphml
from kg.jsonld import write_jsonld
from kg.ntriples import write_ntriples
from kg.ontology import read_ontology
from kg.page import embed, page_data
from kg.pipeline import build_pipeline, extract
from kg.rdf import write_turtle
from kg.readers import read_papers
from kg.records import RELATIONS, TYPES, Entity, Evidence, Paper, Resolution
from kg.resolution import resolve
from kg.validation import find_violations, read_turtle
from tests.nasty import NASTY

Row: TypeAlias = Mapping[str, Any]
Resolve: TypeAlias = Callable[[Iterable[Paper]], Resolution]

# words that the rules look for, so that edges come out, beside texts of any signs
THINGS = [
    "FooNet", "FooQuant-2", "BarBench", "BazLM-7B", "BERT", "GPT-4", "ImageNet", "CIFAR-10", "LoRA", "QLoRA", "C4",
    "LLaMA 2", "FlashAttention", "NVIDIA A100", "PyTorch", "vLLM", "quantization", "mixture of experts", "SAM", "FBN",
    "machine translation", "Low-Rank Adaptation (LoRA)", "Foo Bar Network (FBN)", "T5-11B", "ResNet-50", "KV cache",
]  # fmt: skip
FIGURES = [
    "2x",
    "2.5×",
    "93.4%",
    "1,000",
    "10 points",
    "3.2 dB",
    "0.5",
    "12 ms",
    "40 GB",
    "5-10%",
    "2 orders of magnitude",
]
SENTENCES = [
    "We propose {0}, a fast {1} method.", "{0} outperforms {1} by {2}.", "{0} is {2} faster than {1} on {3}.",
    "Unlike {1}, {0} uses {3}.", "Compared to {0}, it reduces memory by {2}.", "Experiments on {0} and {1} with {3}.",
    "{0} achieves an accuracy of {2} on {3}, improving over {1}.", "We release {0}, a benchmark for {1}.",
    "{0}-based {1} with {3} ({0})", "It does not outperform {0}.", "{0}: {1} for {3}",
]  # fmt: skip
PIECES = st.sampled_from(list(NASTY.values()))
NAMES = st.sampled_from(THINGS) | PIECES | st.text(max_size=12)
SAID = st.builds(
    lambda sentence, *given: sentence.format(*given),
    st.sampled_from(SENTENCES), NAMES, NAMES, st.sampled_from(FIGURES), NAMES,
)  # fmt: skip
TEXTS = st.lists(SAID | SAID | PIECES | st.text(max_size=40), min_size=1, max_size=5).map(" ".join)
DATES = st.sampled_from(["2024", "2024-05", "2024-02-30", "0000", "1500", "2199-12-31", "99999", "in press"])
LINKS = st.sampled_from(
    [
        "https://a.org/x?y=<z>&\"'", "http://[::1]/", "https://a.org/\u202e", "javascript:alert(1)", "https://a b",
        "http://é.org/{}|\\^`", "https://a.org/%", "http://a.org:99999999/", "https://",
    ]
)  # fmt: skip
IDENTIFIERS = st.sampled_from(
    [
        "10.1/<a>", "10.1000/x y", "10.1000/é\"{}|\\^`", "2401.00001", "arXiv:2401.00001v2", "cs/0501001",
        "10.48550/arXiv.2401.00002", "10.1000/%00%zz",
    ]
)  # fmt: skip
ROWS: st.SearchStrategy[Row] = st.fixed_dictionaries(
    {"title": TEXTS, "abstract": TEXTS},
    optional={
        "authors": TEXTS | st.lists(NAMES, max_size=4),
        "date": DATES | st.text(max_size=12),
        "venue": NAMES,
        "categories": st.lists(NAMES, max_size=3),
        "links": st.lists(LINKS | st.text(max_size=12).map("https://a.org/{}".format), max_size=3),
        "doi": IDENTIFIERS | st.text(max_size=12).map("10.1000/{}".format),
        "arxiv_id": IDENTIFIERS | st.text(max_size=12),
    },
)
ANY = {"title": "On Foo", "abstract": "We study foo and find it good."}
LISTS = st.lists(ROWS, min_size=1, max_size=4).map(lambda rows: [*rows, ANY])  # at least one is a paper
SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)


@pytest.fixture(scope="module", params=["rules", "model"])
def resolved(request: pytest.FixtureRequest, nlp: Language) -> Resolve:
    """Return a function from papers to what the pipeline finds in all of them."""
    pipeline = nlp if request.param == "rules" else build_pipeline()
    return lambda papers: resolve(extract(pipeline, papers), read_ontology(ontology_folder()).vocabulary)


def papers_of(rows: Iterable[Row], folder: Path) -> tuple[Paper, ...]:
    """Return the papers that are read from `rows` as JSON lines."""
    path = folder / "rows.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return read_papers([path]).papers


def assert_lawful(resolution: Resolution) -> None:
    """Check that every claim has evidence, every quote is in its paper, and every id leads somewhere."""
    papers = dict(resolution.papers)
    entities = {entity.id: entity for entity in resolution.entities}
    for evidence in resolution.evidence():
        assert_in_paper(evidence, papers[evidence.paper])
    for claim in resolution.claims:
        assert claim.evidence, claim.id
        assert 0 <= claim.confidence <= 1, claim
        assert claim.predicate in RELATIONS
        assert claim.object in entities
        assert claim.subject in papers or (claim.predicate == "improvesOn" and claim.subject in entities)
        assert claim.subject != claim.object
    for outcome in resolution.outcomes:
        text = papers[outcome.paper].text
        assert outcome.value in text[outcome.evidence.start : outcome.evidence.end], outcome
        assert re.fullmatch(r"\d+(?:\.\d+)?", outcome.number, re.ASCII), outcome
        assert 0 <= outcome.confidence <= 1
        assert outcome.subject in papers or outcome.subject in entities
        for node, kind in ((outcome.baseline, ""), (outcome.dataset, "Dataset"), (outcome.hardware, "Hardware")):
            assert node is None or (entities[node].type == kind if kind else node in entities)
    for entity in entities.values():
        assert_entity(entity, entities)
    for nodes in (list(papers), list(entities), [c.id for c in resolution.claims], [o.id for o in resolution.outcomes]):
        assert len(set(nodes)) == len(nodes)


def assert_in_paper(evidence: Evidence, paper: Paper) -> None:
    """Check that the words stand where the evidence says, and the quote around them."""
    text = paper.text
    assert evidence.surface == text[evidence.start : evidence.end], evidence
    assert evidence.surface.strip(), evidence
    assert evidence.rule
    places = (m.start() for m in re.finditer(f"(?={re.escape(evidence.quote)})", text))
    assert any(at <= evidence.start and evidence.end <= at + len(evidence.quote) for at in places), evidence


def assert_entity(entity: Entity, entities: Mapping[str, Entity]) -> None:
    """Check that the id is that of the type, and that labels and broader terms are in order."""
    assert re.fullmatch(rf"{entity.type.lower()}/[a-z0-9-]+", entity.id), entity.id
    assert entity.type in TYPES
    assert entity.label.strip()
    assert entity.label not in entity.aliases
    assert len(set(entity.aliases)) == len(entity.aliases)
    for parent in entity.broader:
        assert parent != entity.id
        assert entities[parent].type == entity.type


@given(LISTS)
@settings(SHARED, max_examples=40)
def test_properties_of_claims_and_evidence(tmp_path: Path, resolved: Resolve, rows: list[Row]) -> None:
    assert_lawful(resolved(papers_of(rows, tmp_path)))


def triples(path: Path) -> set[tuple[str, ...]]:
    quads = pyoxigraph.parse(path=str(path), format=pyoxigraph.RdfFormat.TURTLE)
    return {tuple(map(str, (q.subject, q.predicate, q.object))) for q in quads}


@given(LISTS)
@settings(SHARED, max_examples=20)
def test_properties_of_the_exports(tmp_path: Path, resolved: Resolve, rows: list[Row]) -> None:
    facts = resolved(papers_of(rows, tmp_path))
    turtle = tmp_path / "graph.ttl"
    write_turtle(facts, turtle)
    found = triples(turtle)
    # as one parser reads it, so does the other
    again = tmp_path / "again.ttl"
    RdfGraph().parse(turtle, format="turtle").serialize(again, format="nt", encoding="utf-8")
    assert triples(again) == found
    write_ntriples(turtle, tmp_path / "graph.nt.gz")
    write_jsonld(turtle, tmp_path / "graph.jsonld")
    document = json.loads((tmp_path / "graph.jsonld").read_text(encoding="utf-8"))
    assert len(document["@graph"]) == len({subject for subject, _, _ in found})
    graph = build_graph(facts)
    write_graphml(graph, tmp_path / "graph.graphml")
    nodes = etree.parse(tmp_path / "graph.graphml").findall("{*}graph/{*}node")
    assert sorted(node.get("id") for node in nodes) == sorted(graph)
    data = page_data(graph)
    embedded = embed(data)
    assert not re.search("[<>&\u2028\u2029]", embedded)
    assert json.loads(embedded) == json.loads(json.dumps(data))


@given(st.lists(LISTS, min_size=12, max_size=12))
@settings(SHARED, max_examples=3, phases=[Phase.generate])
def test_properties_of_the_graph_are_those_of_the_shapes(
    tmp_path: Path, resolved: Resolve, lists: list[list[Row]]
) -> None:
    rows = [row for some in lists for row in some]
    rows += [
        {"title": nasty, "abstract": f"We propose FooNet {nasty}. It beats BERT by 2x."} for nasty in NASTY.values()
    ]
    write_turtle(resolved(papers_of(rows, tmp_path)), tmp_path / "graph.ttl")
    shapes = read_turtle([ontology_folder() / "shapes.ttl"])
    assert [str(v) for v in find_violations(read_turtle([tmp_path / "graph.ttl"]), shapes)] == []
