"""Tests of `kg.rdf`: the export keeps what the ontology promises, and any parser reads it back."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pyoxigraph
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import DC, DCAT, DCTERMS, OWL, RDF, RDFS, SKOS, VOID, XSD, BNode, Literal, URIRef
from rdflib import Graph as RdfGraph
from rdflib.compare import isomorphic
from spacy.language import Language

from kg.build import EXPORTS
from kg.facts import Facts
from kg.files import ontology_folder
from kg.graph import build_graph, node_type
from kg.pipeline import extract
from kg.rdf import build_rdf, prefixes, rdf_triples, write_turtle
from kg.readers import read_papers
from kg.records import RELATIONS, TYPES, Claim, Entity, Evidence, Outcome, Paper, Resolution
from kg.resolution import resolve
from kg.sparql import read_prefixes
from kg.statements import KG, SCHEMA
from kg.vocabulary import BASE, Vocabulary
from tests.engines import node_environment, node_has

ROOT = Path(__file__).resolve().parent.parent
LISTING = """Foo: quantization for the rest of us

We propose Foo, a quantization method for large language models. Foo is 2.5x faster than GPTQ on a GPU.

Bar: pruning on phones

We present Bar, a pruning method for BERT. It outperforms magnitude pruning on SQuAD by 3%.
"""
HOSTILE = [
    'a "quoted" title',
    "'''three''' \"\"\"and three\"\"\"",
    "back\\slash \\u0041 \\n",
    "two\nlines\r\nand\ta tab",
    "</script><script>alert(1)</script>",
    "emoji 🚀 and 漢字 and e\u0301",
    "control \x01 \x08 \x1f \x7f \x85",
    "<http://example.org/> . @prefix x: <y> .",
    "  spaces around  ",
    "\ufeffmark and \u200b\u202e and \ufffe",
    "$\\mathcal{O}(n^2)$ {?x} ^^xsd:integer @en",
]
# everything that the ontology can say, in one small graph
PAPER = Paper(
    title="Foo: a method",
    abstract="We propose Foo, which beats bar by 2x on DataX with ChipY and SoftZ for parsing. Baz is older.",
    pages=("one.txt", "two.txt"),
    identifiers=(("arxiv", "2401.00001"),),
    authors=("Ada Lovelace", "李明"),
    date="2024-01-05",
    venue="Proc. of Foo",
    categories=("cs.LG",),
    links=("https://example.org/foo?x=1",),
)
NAMES = {
    "technique/foo": "Foo",
    "model/bar": "bar",
    "dataset/data-x": "DataX",
    "hardware/chip-y": "ChipY",
    "software/soft-z": "SoftZ",
    "task/parsing": "parsing",
    "technique/baz": "Baz",
}
EDGES = (
    ("paper/foo", "introduces", "technique/foo"),
    ("paper/foo", "comparesWith", "model/bar"),
    ("paper/foo", "uses", "dataset/data-x"),
    ("paper/foo", "uses", "hardware/chip-y"),
    ("paper/foo", "uses", "software/soft-z"),
    ("paper/foo", "uses", "task/parsing"),
    ("paper/foo", "mentions", "technique/baz"),
    ("paper/foo", "improvesOn", "model/bar"),
    ("technique/foo", "improvesOn", "model/bar"),
)


def evidence_of(surface: str, rule: str, aspect: str = "", value: str = "") -> Evidence:
    start = PAPER.text.index(surface, len(PAPER.title))
    sentence = next(s for s in PAPER.abstract.split(". ") if surface in s)
    return Evidence(
        id=f"evidence/{rule}-{surface.lower()}",
        paper="paper/foo",
        start=start,
        end=start + len(surface),
        surface=surface,
        quote=sentence,
        rule=rule,
        aspect=aspect,
        value=value,
    )


def full_facts(paper: Paper = PAPER) -> Resolution:
    """Return facts that uses every class and property of the ontology."""
    claims = []
    for subject, predicate, target in EDGES:
        better = predicate == "improvesOn"
        piece = evidence_of(NAMES[target], predicate.lower(), "speed" if better else "", "2x" if better else "")
        claims.append(
            Claim(
                id=f"claim/{subject}-{predicate}-{target}".replace("/", "-"),
                subject=subject,
                predicate=predicate,
                object=target,
                confidence=0.8,
                evidence=(piece,),
            )
        )
    outcome = Outcome(
        id="result/foo-speed",
        paper="paper/foo",
        subject="technique/foo",
        metric="speed",
        value="2x",
        number="2",
        unit="times",
        confidence=0.75,
        evidence=evidence_of("2x", "figure"),
        baseline="model/bar",
        dataset="dataset/data-x",
        hardware="hardware/chip-y",
    )
    entities = tuple(
        Entity(
            id=node,
            type=node.split("/")[0].capitalize(),
            label=name,
            aliases=(name + "s",),
            broader=("technique/baz",) if node == "technique/foo" else (),
            definition=f"What {name} is." if node == "model/bar" else None,
        )
        for node, name in sorted(NAMES.items())
    )
    papers = (("paper/foo", paper),)
    return Resolution(papers=papers, entities=entities, claims=tuple(claims), outcomes=(outcome,))


@pytest.fixture(scope="module")
def corpus_rdf(nlp: Language, vocabulary: Vocabulary) -> RdfGraph:
    """Return the smallest of the shipped listings as RDF."""
    smallest = min((ROOT / "corpus").glob("*.txt"), key=lambda p: p.stat().st_size)
    return build_rdf(resolve(extract(nlp, read_papers([smallest]).papers), vocabulary))


def plain(term: object) -> tuple[str, str, str]:
    """Return a term of rdflib or pyoxigraph as (kind, text, datatype)."""
    if isinstance(term, URIRef | pyoxigraph.NamedNode):
        return ("iri", str(getattr(term, "value", term)), "")
    if isinstance(term, Literal):
        return ("literal", str(term), str(term.datatype or "http://www.w3.org/2001/XMLSchema#string"))
    if isinstance(term, pyoxigraph.Literal):
        return ("literal", term.value, term.datatype.value)
    raise AssertionError(f"neither an IRI nor a literal: {term!r}")


def written(facts: Facts, path: Path) -> tuple[set[object], set[object]]:
    """Write `facts` and return their triples as rdflib and as pyoxigraph read them."""
    write_turtle(facts, path)
    by_rdflib = {tuple(map(plain, t)) for t in RdfGraph().parse(data=path.read_bytes(), format="turtle")}
    quads = pyoxigraph.parse(path=str(path), format=pyoxigraph.RdfFormat.TURTLE)
    return set(by_rdflib), {(plain(q.subject), plain(q.predicate), plain(q.object)) for q in quads}


# ---- terms -----------------------------------------------------------------------------------------


def test_rdf_uses_exactly_the_terms_that_the_ontology_declares() -> None:
    ontology = RdfGraph().parse(ontology_folder() / "kg.ttl", format="turtle")
    kinds = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty)
    declared = {term for kind in kinds for term in ontology.subjects(RDF.type, kind) if isinstance(term, URIRef)}
    used = {t for triple in build_rdf(full_facts()) for t in triple if isinstance(t, URIRef) and t in KG}
    # ambiguousLabel belongs to the vocabulary files; the graph has such labels as skos:altLabel
    assert used == declared - {KG.ambiguousLabel}


def test_rdf_ambiguous_labels_stand_in_the_vocabulary() -> None:
    files = (ontology_folder() / "vocabulary").glob("*.ttl")
    assert any("kg:ambiguousLabel" in path.read_text(encoding="utf-8") for path in files)


def test_rdf_foreign_terms_are_named_in_the_ontology() -> None:
    ontology = RdfGraph().parse(ontology_folder() / "kg.ttl", format="turtle")
    header = str(ontology.value(URIRef(str(KG).rstrip("#")), RDFS.comment))
    named = set(re.findall(r"\b[a-z]+:\w+", header))
    short = {iri: name for name, iri in read_prefixes().items()}
    used = {str(p) for _, p, _ in build_rdf(full_facts())}
    used |= {str(o) for _, p, o in build_rdf(full_facts()) if p == RDF.type and isinstance(o, URIRef)}
    for term in sorted(used):
        base, name = re.fullmatch(r"(.*[#/])([^#/]*)", term).groups()  # type: ignore[union-attr]
        if base != str(KG):
            assert f"{short[base]}:{name}" in named


def test_rdf_prefixes_are_those_of_the_ontology() -> None:
    ours, declared = prefixes(), read_prefixes()
    assert ours == {name: declared[name] for name in ours}


def test_rdf_classes_and_labels_of_an_entity() -> None:
    rdf = build_rdf(full_facts())
    bar = URIRef(BASE + "model/bar")
    assert set(rdf.objects(bar, RDF.type)) == {KG.Model, KG.Entity, SKOS.Concept}
    assert list(rdf.objects(bar, SKOS.prefLabel)) == [Literal("bar")]
    assert list(rdf.objects(bar, SKOS.altLabel)) == [Literal("bars")]
    assert list(rdf.objects(bar, SKOS.definition)) == [Literal("What bar is.")]
    assert list(rdf.objects(URIRef(BASE + "technique/foo"), SKOS.broader)) == [URIRef(BASE + "technique/baz")]


def test_rdf_paper_keeps_its_pages_and_identifiers() -> None:
    rdf = build_rdf(full_facts())
    paper = URIRef(BASE + "paper/foo")
    assert {str(o) for o in rdf.objects(paper, DC.source)} == {"one.txt", "two.txt"}
    assert list(rdf.objects(paper, DCTERMS.identifier)) == [Literal("arxiv:2401.00001")]
    assert list(rdf.objects(paper, SCHEMA.sameAs)) == [URIRef("https://arxiv.org/abs/2401.00001")]


def test_rdf_paper_says_who_wrote_it_and_when_and_where_it_appeared() -> None:
    rdf = build_rdf(full_facts())
    paper = URIRef(BASE + "paper/foo")
    assert set(rdf.objects(paper, DC.creator)) == {Literal("Ada Lovelace"), Literal("李明")}
    assert list(rdf.objects(paper, KG.authors)) == [Literal("Ada Lovelace; 李明")]
    assert list(rdf.objects(paper, DCTERMS.issued)) == [Literal("2024-01-05", datatype=XSD.date)]
    assert list(rdf.objects(paper, KG.year)) == [Literal(2024)]
    assert list(rdf.objects(paper, KG.venue)) == [Literal("Proc. of Foo")]
    assert list(rdf.objects(paper, DC.subject)) == [Literal("cs.LG")]
    assert list(rdf.objects(paper, SCHEMA.url)) == [URIRef("https://example.org/foo?x=1")]


@pytest.mark.parametrize(
    ("date", "kind"), [("2024", XSD.gYear), ("2024-05", XSD.gYearMonth), ("2024-05-17", XSD.date), ("", None)]
)
def test_rdf_date_is_as_precise_as_it_is_known(date: str, kind: URIRef | None) -> None:
    rdf = build_rdf(full_facts(replace(PAPER, date=date)))
    found = [o.datatype for o in rdf.objects(None, DCTERMS.issued) if isinstance(o, Literal)]
    assert found == ([kind] if kind else [])
    assert [int(str(year)) for year in rdf.objects(None, KG.year)] == ([2024] if date else [])


def test_rdf_doi_with_signs_makes_an_iri_that_any_parser_takes(tmp_path: Path) -> None:
    odd = "10.1002/(sici)1097-4571(199806)49:8<693::aid-asi4>3.0.co;2-o"
    by_rdflib, by_pyoxigraph = written(full_facts(replace(PAPER, identifiers=(("doi", odd),))), tmp_path / "graph.ttl")
    assert by_rdflib == by_pyoxigraph
    graph = RdfGraph().parse(tmp_path / "graph.ttl", format="turtle")
    [address] = graph.objects(None, SCHEMA.sameAs)
    assert str(address) == "https://doi.org/10.1002/(sici)1097-4571(199806)49:8%3C693::aid-asi4%3E3.0.co;2-o"


def test_rdf_header_counts_what_is_there(corpus_rdf: RdfGraph) -> None:
    dataset = URIRef(BASE + "graph")
    counted = 0
    for part in corpus_rdf.objects(dataset, VOID.classPartition):
        kind = corpus_rdf.value(part, VOID["class"])
        assert corpus_rdf.value(part, VOID.entities) == Literal(len(set(corpus_rdf.subjects(RDF.type, kind))))
        counted += 1
    assert counted == len(TYPES) + len(("Paper", "Claim", "Evidence", "Result"))
    for part in corpus_rdf.objects(dataset, VOID.propertyPartition):
        relation = corpus_rdf.value(part, VOID.property)
        assert corpus_rdf.value(part, VOID.triples) == Literal(len(list(corpus_rdf.triples((None, relation, None)))))
    nodes = {s for kind in (KG.Paper, KG.Entity) for s in corpus_rdf.subjects(RDF.type, kind)}
    assert corpus_rdf.value(dataset, VOID.entities) == Literal(len(nodes))
    assert corpus_rdf.value(dataset, VOID.triples) == Literal(len(corpus_rdf))
    assert corpus_rdf.value(dataset, VOID.distinctSubjects) == Literal(len(set(corpus_rdf.subjects())))
    assert corpus_rdf.value(dataset, VOID.properties) == Literal(len(set(corpus_rdf.predicates())))
    assert corpus_rdf.value(dataset, VOID.classes) == Literal(len(set(corpus_rdf.objects(None, RDF.type))))


def test_rdf_header_counts_in_an_empty_graph() -> None:
    facts = Resolution(papers=(), entities=(), claims=(), outcomes=())
    triples = list(rdf_triples(facts))
    assert build_rdf(facts).value(URIRef(BASE + "graph"), VOID.triples) == Literal(len(set(triples)))
    assert len(set(triples)) == len(triples)


def test_rdf_header_describes_each_file_of_the_exports() -> None:
    rdf = build_rdf(full_facts())
    dataset = URIRef(BASE + "graph")
    parts = list(rdf.objects(dataset, DCAT.distribution))
    urls = {str(url) for part in parts for url in rdf.objects(part, DCAT.downloadURL)}
    pages = {str(url) for url in rdf.objects(dataset, DCAT.landingPage)}
    # what belongs to a page is no file of its own
    assert urls | pages == {BASE + name for name in EXPORTS if not name.endswith(".js")}
    dumps = {str(url) for url in rdf.objects(dataset, VOID.dataDump)}
    assert dumps == {url for url in urls if not url.endswith("graphml")}
    assert len(list(rdf.objects(dataset, VOID.feature))) == len(dumps)
    for part in parts:
        assert list(rdf.objects(part, DCTERMS.license)) == list(rdf.objects(dataset, DCTERMS.license))


def test_rdf_header_names_the_best_connected_nodes(corpus_rdf: RdfGraph) -> None:
    examples = set(corpus_rdf.objects(URIRef(BASE + "graph"), VOID.exampleResource))
    assert len(examples) == len(("Paper", *TYPES))
    techniques = set(corpus_rdf.subjects(RDF.type, KG.Technique))
    edges = {SKOS.broader, *(KG[relation] for relation in RELATIONS)}
    degree = Counter(end for s, p, o in corpus_rdf if p in edges for end in (s, o) if end in techniques)
    [technique] = examples & techniques
    assert degree[technique] == max(degree.values())


# ---- promises --------------------------------------------------------------------------------------


def test_rdf_every_edge_has_a_claim_and_every_claim_an_edge(corpus_rdf: RdfGraph) -> None:
    edges = {(s, KG[r], o) for r in RELATIONS for s, _, o in corpus_rdf.triples((None, KG[r], None))}
    claimed = [
        (
            corpus_rdf.value(c, RDF.subject),
            corpus_rdf.value(c, RDF.predicate),
            corpus_rdf.value(c, RDF.object),
        )
        for c in corpus_rdf.subjects(RDF.type, KG.Claim)
    ]
    assert len(edges) > 300
    assert Counter(claimed) == Counter(edges)


def test_rdf_every_claim_and_result_has_evidence(corpus_rdf: RdfGraph) -> None:
    for kind in (KG.Claim, KG.Result):
        for node in corpus_rdf.subjects(RDF.type, kind):
            pieces = list(corpus_rdf.objects(node, KG.evidence))
            assert pieces, node
            assert all((piece, RDF.type, KG.Evidence) in corpus_rdf for piece in pieces)


def test_rdf_every_quote_and_surface_is_a_piece_of_the_paper(corpus_rdf: RdfGraph) -> None:
    pieces = list(corpus_rdf.subjects(RDF.type, KG.Evidence))
    assert pieces
    for piece in pieces:
        paper = corpus_rdf.value(piece, KG.statedIn)
        text = f"{corpus_rdf.value(paper, DCTERMS.title)}\n{corpus_rdf.value(paper, DCTERMS.abstract)}"
        start, end = int(str(corpus_rdf.value(piece, KG.start))), int(str(corpus_rdf.value(piece, KG.end)))
        surface, quote = str(corpus_rdf.value(piece, KG.surface)), str(corpus_rdf.value(piece, KG.quote))
        assert text[start:end] == surface
        assert quote in text


def test_rdf_evidence_of_a_paper_claim_is_stated_in_that_paper(corpus_rdf: RdfGraph) -> None:
    for claim in corpus_rdf.subjects(RDF.type, KG.Claim):
        subject = corpus_rdf.value(claim, RDF.subject)
        if (subject, RDF.type, KG.Paper) in corpus_rdf:
            papers = {corpus_rdf.value(e, KG.statedIn) for e in corpus_rdf.objects(claim, KG.evidence)}
            assert papers == {subject}


def test_rdf_has_no_blank_nodes(corpus_rdf: RdfGraph) -> None:
    assert not [term for triple in corpus_rdf for term in triple if isinstance(term, BNode)]


def test_rdf_links_lead_to_nodes_that_are_there(corpus_rdf: RdfGraph) -> None:
    subjects = set(corpus_rdf.subjects())
    ontology = URIRef(str(KG).rstrip("#"))
    files = {URIRef(BASE + name) for name in EXPORTS}
    inside = {o for o in corpus_rdf.objects() if isinstance(o, URIRef) and o.startswith(BASE) and o not in KG}
    assert inside - subjects - files == {ontology}


def test_rdf_each_subject_stands_in_one_place() -> None:
    subjects = [triple.subject for triple in rdf_triples(full_facts())]
    runs = [s for i, s in enumerate(subjects) if i == 0 or subjects[i - 1] != s]
    assert len(runs) == len(set(runs))


# ---- the file --------------------------------------------------------------------------------------


def test_rdf_turtle_is_the_same_for_every_parser(tmp_path: Path) -> None:
    facts = full_facts()
    by_rdflib, by_pyoxigraph = written(facts, tmp_path / "graph.ttl")
    assert by_rdflib == by_pyoxigraph == {tuple(map(plain, t)) for t in rdf_triples(facts)}
    back = RdfGraph().parse(tmp_path / "graph.ttl", format="turtle")
    assert isomorphic(back, build_rdf(facts))


@pytest.mark.skipif(shutil.which("rapper") is None, reason="rapper (raptor2-utils) is not installed")
def test_rdf_turtle_is_read_by_rapper(tmp_path: Path) -> None:
    write_turtle(full_facts(), tmp_path / "graph.ttl")
    command = ["rapper", "-q", "-i", "turtle", "-o", "ntriples", str(tmp_path / "graph.ttl")]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
    assert len(run.stdout.splitlines()) == len(build_rdf(full_facts()))


def test_rdf_turtle_is_read_by_n3(tmp_path: Path) -> None:
    if not node_has("n3"):
        pytest.skip("no Node.js with the package n3 of `make engines`")
    write_turtle(full_facts(), tmp_path / "graph.ttl")
    script = (
        "const text = require('fs').readFileSync(process.argv[1], 'utf8');"
        "console.log(new (require('n3').Parser)().parse(text).length)"
    )
    command = ["node", "-e", script, str(tmp_path / "graph.ttl")]
    run = subprocess.run(command, env=node_environment(), capture_output=True, text=True, check=True)
    assert int(run.stdout) == len(build_rdf(full_facts()))


@pytest.mark.parametrize("text", HOSTILE)
def test_rdf_hostile_text_comes_back(text: str, tmp_path: Path) -> None:
    facts = full_facts(Paper(title=text, abstract=text, pages=(text,)))
    by_rdflib, by_pyoxigraph = written(facts, tmp_path / "graph.ttl")
    title = (("iri", BASE + "paper/foo", ""), ("iri", str(DCTERMS.title), ""))
    assert {t for t in by_pyoxigraph if t[:2] == title} == {(*title, plain(Literal(text)))}  # type: ignore[index]
    assert by_rdflib == by_pyoxigraph


@settings(max_examples=50, deadline=None)
@given(text=st.text(min_size=1))
def test_rdf_any_text_comes_back(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    papers = (("paper/p", Paper(title=text, abstract=text)),)
    facts = Resolution(papers=papers, entities=(), claims=(), outcomes=())
    by_rdflib, by_pyoxigraph = written(facts, tmp_path_factory.mktemp("rdf") / "graph.ttl")
    assert by_rdflib == by_pyoxigraph == {tuple(map(plain, t)) for t in rdf_triples(facts)}


@pytest.mark.parametrize("base", ["https://example.org/kg/", "http://example.org/x#", "urn:kg:"])
def test_rdf_base_sets_the_iris_of_nodes(base: str, tmp_path: Path) -> None:
    facts = full_facts()
    write_turtle(facts, tmp_path / "graph.ttl", base)
    rdf = RdfGraph().parse(tmp_path / "graph.ttl", format="turtle")
    assert all(str(s).startswith(base) for s in rdf.subjects())
    assert {str(s).removeprefix(base) for s in rdf.subjects(RDF.type, KG.Entity)} == set(NAMES)
    # the ontology stays where it is
    elsewhere = {t for triple in rdf for t in triple if isinstance(t, URIRef) and t.startswith(BASE)}
    assert all(t in KG or str(t) == str(KG).rstrip("#") for t in elsewhere)


def test_rdf_nodes_are_the_same_as_in_the_graph() -> None:
    facts = full_facts()
    rdf = build_rdf(facts)
    graph = build_graph(facts)
    for node in graph:
        assert (URIRef(BASE + node), RDF.type, KG[node_type(graph, node)]) in rdf


def test_rdf_bytes_do_not_depend_on_the_process(tmp_path: Path) -> None:
    (tmp_path / "listing.txt").write_text(LISTING, encoding="utf-8")
    script = """if True:
        import sys
        from pathlib import Path
        from kg.facts import in_memory
        from kg.graph import build_graph
        from kg.graphml import write_graphml
        from kg.jsonld import write_jsonld
        from kg.ntriples import write_ntriples
        from kg.pipeline import resolve_papers
        from kg.rdf import write_turtle
        from kg.readers import read_papers
        facts = resolve_papers(read_papers([sys.argv[1]]).papers)
        folder = Path(sys.argv[2])
        write_turtle(facts, folder / "graph.ttl")
        write_ntriples(folder / "graph.ttl", folder / "graph.nt.gz")
        write_jsonld(folder / "graph.ttl", folder / "graph.jsonld")
        write_graphml(build_graph(in_memory(facts)), folder / "graph.graphml")
    """
    runs = []
    for seed in ("1", "2"):
        (tmp_path / seed).mkdir()
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", script, str(tmp_path / "listing.txt"), str(tmp_path / seed)]
        runs.append(subprocess.Popen(command, env=environment, stderr=subprocess.PIPE))
    for run in runs:
        _, problems = run.communicate(timeout=60)
        assert run.returncode == 0, problems.decode()
    for name in ("graph.ttl", "graph.nt.gz", "graph.jsonld", "graph.graphml"):
        first, second = ((tmp_path / seed / name).read_bytes() for seed in ("1", "2"))
        assert len(first) > 1000
        assert first == second
