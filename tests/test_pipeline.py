"""The pipeline: its parts, its order, and an ontology of one's own."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from spacy.language import Language

from kg.errors import OntologyError
from kg.files import ontology_folder
from kg.pipeline import MOST_TOKENS, PART, STAGES, build_pipeline, extract, resolve_papers
from kg.records import Paper
from kg.tagger import Tagger, Tagging, tag
from kg.text import word_set
from kg.tokens import Described

VOCABULARY = """
@prefix kg: <https://w3id.org/mlkg/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix task: <https://w3id.org/mlkg/task/> .
task:whittling a kg:Task ; skos:prefLabel "whittling" ; skos:altLabel "wood carving" .
task:spoon-whittling a kg:Task ; skos:prefLabel "spoon whittling" ; skos:broader task:whittling .
"""


@pytest.fixture
def small_ontology(tmp_path: Path) -> Path:
    (tmp_path / "vocabulary").mkdir()
    (tmp_path / "vocabulary" / "tasks.ttl").write_text(VOCABULARY, encoding="utf-8")
    shutil.copy(ontology_folder() / "cues.toml", tmp_path)
    return tmp_path


def test_pipeline_runs_the_stages_in_order(nlp: Language) -> None:
    assert tuple(build_pipeline().pipe_names) == STAGES
    assert tuple(nlp.pipe_names) == tuple(s for s in STAGES if s != "kg_tagger")


def test_pipeline_configuration_can_be_written_down(nlp: Language) -> None:
    written = json.loads(json.dumps(nlp.config))
    assert written["nlp"]["pipeline"] == list(nlp.pipe_names)


def test_pipeline_with_the_model_finds_what_no_list_knows() -> None:
    text = (
        "Serving long prompts is slow because of attention. We present FooServe, a serving system for large language "
        "models that schedules requests by their prefix overlap. It combines prefix-aware request routing with "
        "quantization. FooServe improves throughput by 2.3x over vLLM on NVIDIA A100 GPUs."
    )
    [extraction] = extract(build_pipeline(), [Paper(title="FooServe: Fast Serving of Long Prompts", abstract=text)])
    found = {(r.predicate, r.target.name) for r in extraction.relations}
    assert {("introduces", "FooServe"), ("uses", "large language model"), ("improvesOn", "vLLM")} <= found
    assert all(0.0 <= r.confidence <= 1.0 for r in extraction.relations)
    assert [r.value for r in extraction.results] == ["2.3x"]


def test_pipeline_extracts_papers_in_their_order(nlp: Language) -> None:
    papers = [Paper(title=f"Paper {i}", abstract="We use BERT." * (i % 3)) for i in range(20)]
    found = list(extract(nlp, papers))
    assert [e.paper for e in found] == papers
    assert [len(e.mentions) for e in found] == [i % 3 for i in range(20)]


def test_pipeline_keeps_nothing_from_one_paper_to_the_next(nlp: Language) -> None:
    coining = Paper(title="A", abstract="We use block expert routing (BERT).")
    plain = Paper(title="B", abstract="We use BERT.")
    _, after = extract(nlp, [coining, plain])
    [alone] = extract(nlp, [plain])
    assert after == alone


def test_pipeline_knows_what_its_ontology_knows(small_ontology: Path) -> None:
    # without the model, which knows quantization by itself
    own = build_pipeline(small_ontology, model=False)
    paper = Paper(title="Notes", abstract="We study Wood Carving and spoon-whittling, not quantization.")
    [extraction] = extract(own, [paper])
    assert [(m.surface, m.concept) for m in extraction.mentions] == [
        ("Wood Carving", "task/whittling"),
        ("spoon-whittling", "task/spoon-whittling"),
    ]


def test_pipeline_without_an_ontology_says_where_it_looked(tmp_path: Path) -> None:
    with pytest.raises(OntologyError, match="vocabulary") as error:
        build_pipeline(tmp_path)
    assert "\n" not in str(error.value)


def test_pipeline_resolves_papers_in_one_step() -> None:
    papers = [
        Paper(title="FooTune: Tuning Made Cheap", abstract="We propose FooTune. FooTune outperforms LoRA by 2%."),
        Paper(title="Another Paper", abstract="We use FooTune on ImageNet."),
    ]
    resolution = resolve_papers(papers, model=False)
    assert [p for _, p in resolution.papers] == sorted(papers, key=lambda p: p.title)
    claims = {(c.predicate, c.object) for c in resolution.claims}
    assert {
        ("introduces", "technique/footune"),
        ("uses", "technique/footune"),
        ("improvesOn", "technique/low-rank-adaptation"),
        ("uses", "dataset/imagenet"),
    } <= claims


def test_pipeline_tags_so_many_tokens_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[list[int]] = []

    def counted(tagger: Tagger, papers: Sequence[Described]) -> list[Tagging]:
        taken.append([len(paper.words) for paper in papers])
        return tag(tagger, papers)

    monkeypatch.setattr("kg.pipeline.tag", counted)
    long = [Paper(title=f"On {i}", abstract="a " * 8_000) for i in range(5)]
    short = [Paper(title=f"On X {i}", abstract="We study X.") for i in range(PART)]
    assert len(list(extract(build_pipeline(), [*long, *short]))) == 25
    assert [len(sizes) for sizes in taken] == [3, 20, 2]
    assert all(sum(sizes) <= MOST_TOKENS for sizes in taken)


def test_pipeline_forgets_long_texts(nlp: Language) -> None:
    list(extract(nlp, [Paper(title="On X", abstract="We propose X, which is better than BERT. " * 200)]))
    assert word_set.cache_info().currsize == 0
