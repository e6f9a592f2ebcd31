"""Evaluation: cases small enough to count by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from kg.detached import detach
from kg.errors import InputError
from kg.evaluation import (
    Evaluation,
    evaluate,
    evaluate_file,
    name_keys,
    normalised,
    predictions,
    read_gold,
    value_key,
)
from kg.records import Claim, Entity, Evidence, Extraction, Outcome, Paper, Resolution
from kg.resolution import resolve
from kg.text import paper_id
from kg.vocabulary import Vocabulary

Extract = Callable[[str, str], Extraction]
Row = dict[str, Any]


def row(title: str, *entities: tuple[str, str, str], improves: Iterable[Row] = (), results: Iterable[Row] = ()) -> Row:
    """Return an annotated paper; `entities` are (name, type, role)."""
    return {
        "title": title,
        "abstract": "We did it.",
        "entities": [{"name": n, "type": t, "role": r, "mentions": [n]} for n, t, r in entities],
        "improves_on": list(improves),
        "results": list(results),
    }


def graph(
    found: dict[str, list[tuple[str, str, str]]],
    improves: Iterable[tuple[str, str]] = (),
    results: Iterable[tuple[str, str, str]] = (),
) -> Resolution:
    """Return a resolution that says of each title (name, type, predicate), improvements and results."""
    entities: dict[str, Entity] = {}
    claims: list[Claim] = []
    outcomes: list[Outcome] = []

    def evidence(title: str, surface: str, predicate: str) -> Evidence:
        return Evidence(
            id=f"evidence/{len(claims)}-{len(outcomes)}",
            paper=paper_id(title),
            start=0,
            end=1,
            surface=surface,
            quote="We did it.",
            rule=predicate,
        )

    def claim(title: str, predicate: str, node: str) -> None:
        claims.append(
            Claim(
                id=f"claim/{len(claims)}",
                subject=paper_id(title),
                predicate=predicate,
                object=node,
                confidence=0.5,
                evidence=(evidence(title, entities[node].label, predicate),),
            )
        )

    for title, things in found.items():
        for name, kind, predicate in things:
            node = f"{kind.lower()}/{name.lower()}"
            entities[node] = Entity(id=node, type=kind, label=name)
            claim(title, predicate, node)
    for title, node in improves:
        claim(title, "improvesOn", node)
    for title, value, metric in results:
        outcomes.append(
            Outcome(
                id=f"result/{len(outcomes)}",
                paper=paper_id(title),
                subject=paper_id(title),
                metric=metric,
                value=value,
                number="1",
                unit="",
                confidence=0.5,
                evidence=evidence(title, value, "figure"),
            )
        )
    return Resolution(
        papers=tuple((paper_id(t), Paper(title=t, abstract="We did it.")) for t in found),
        entities=tuple(entities.values()),
        claims=tuple(claims),
        outcomes=tuple(outcomes),
    )


def score(tmp_path: Path, rows: Iterable[Row], found: Resolution) -> Evaluation:
    path = tmp_path / "gold.jsonl"
    path.write_text("\n".join(json.dumps(r) for r in rows), encoding="utf-8")
    return evaluate(found, {paper_id(p.title): a for p, a in read_gold(path)})


def counts(evaluation: Evaluation, measure: str) -> tuple[int, int, int]:
    """Return how many were right, wrong and missed."""
    count = evaluation.counts[measure]
    return count.right, count.wrong, count.missed


def test_evaluation_of_a_perfect_prediction_is_one(extract_text: Extract, vocabulary: Vocabulary) -> None:
    texts = (
        "We propose FooTune. FooTune outperforms LoRA by 2.3% in accuracy on ImageNet.",
        "BERT is old. We use FooTune and LoRA on an A100 for machine translation. We compare with GPTQ.",
    )
    resolution = resolve([extract_text(f"Notes {i}", t) for i, t in enumerate(texts)], vocabulary)
    evaluation = evaluate(resolution, predictions(resolution))
    assert evaluation.errors == []
    figures = evaluation.figures()
    for measure in (
        "linking",
        "typed",
        "typed+role",
        "improvesOn",
        "results",
        "results+metric",
        "resolution",
        "role uses",
    ):
        assert figures[measure]["f1"] == figures[measure]["precision"] == figures[measure]["recall"] == 1.0, measure


def test_evaluation_counts_right_wrong_and_missed(tmp_path: Path) -> None:
    gold = [row("A", ("BERT", "Model", "uses"), ("GLUE", "Dataset", "uses"), ("Adam", "Technique", "uses"))]
    found = graph({"A": [("BERT", "Model", "uses"), ("SGD", "Technique", "uses")]})
    evaluation = score(tmp_path, gold, found)
    assert counts(evaluation, "linking") == counts(evaluation, "typed+role") == (1, 1, 2)
    figures = evaluation.figures()["linking"]
    assert figures["precision"] == 0.5
    assert figures["recall"] == pytest.approx(1 / 3, abs=1e-4)
    assert figures["f1"] == pytest.approx(0.4)
    assert counts(evaluation, "type Dataset") == (0, 0, 1)
    assert counts(evaluation, "type Technique") == (0, 1, 1)


def test_evaluation_of_a_wrong_type_is_a_link_but_not_typed(tmp_path: Path) -> None:
    evaluation = score(tmp_path, [row("A", ("Foo", "Model", "uses"))], graph({"A": [("Foo", "Software", "uses")]}))
    assert counts(evaluation, "linking") == (1, 0, 0)
    assert counts(evaluation, "typed") == counts(evaluation, "typed+role") == (0, 1, 1)
    assert counts(evaluation, "type Model") == (0, 0, 1)
    assert counts(evaluation, "type Software") == (0, 1, 0)


def test_evaluation_of_a_wrong_role(tmp_path: Path) -> None:
    evaluation = score(tmp_path, [row("A", ("Foo", "Model", "compares"))], graph({"A": [("Foo", "Model", "uses")]}))
    assert counts(evaluation, "typed") == (1, 0, 0)
    assert counts(evaluation, "typed+role") == (0, 1, 1)
    assert counts(evaluation, "role comparesWith") == (0, 0, 1)
    assert counts(evaluation, "role uses") == (0, 1, 0)


def test_evaluation_matches_each_annotation_once_the_equal_type_first(tmp_path: Path) -> None:
    found = graph({"A": [("Foo", "Dataset", "uses"), ("Foo", "Model", "uses"), ("foo", "Technique", "uses")]})
    evaluation = score(tmp_path, [row("A", ("Foo", "Model", "uses"))], found)
    assert counts(evaluation, "linking") == (1, 2, 0)
    assert counts(evaluation, "type Model") == (1, 0, 0)


def test_evaluation_matches_each_prediction_once(tmp_path: Path) -> None:
    gold = row("A", ("Foo", "Model", "uses"), ("Bar", "Model", "uses"))
    gold["entities"][1]["mentions"] = ["Bar", "Foo"]
    evaluation = score(tmp_path, [gold], graph({"A": [("Foo", "Model", "uses")]}))
    assert counts(evaluation, "linking") == (1, 0, 1)


def test_evaluation_of_a_paper_that_was_not_found_is_all_missed(tmp_path: Path) -> None:
    evaluation = score(tmp_path, [row("A", ("Foo", "Model", "uses"))], graph({"B": [("Foo", "Model", "uses")]}))
    assert counts(evaluation, "linking") == (0, 0, 1)


def test_evaluation_knows_a_paper_by_its_title_in_any_spelling(tmp_path: Path) -> None:
    found = graph({"FOO:  a Thing": [("Foo", "Model", "uses")]})
    assert counts(score(tmp_path, [row("Foo: A thing", ("Foo", "Model", "uses"))], found), "linking") == (
        1,
        0,
        0,
    )


def test_evaluation_of_improvements_forgives_generic_ones(tmp_path: Path) -> None:
    gold = row(
        "A",
        ("Foo", "Model", "introduces"),
        ("Bar", "Model", "compares"),
        ("Baz", "Model", "compares"),
        ("Qux", "Model", "uses"),
        improves=[
            {"source": "Foo", "target": "Bar", "generic": False},
            {"source": "Foo", "target": "Baz", "generic": True},
        ],
    )
    things = [
        ("Foo", "Model", "introduces"),
        ("Bar", "Model", "comparesWith"),
        ("Baz", "Model", "comparesWith"),
    ]
    nothing = score(tmp_path, [gold], graph({"A": things}))
    assert counts(nothing, "improvesOn") == (0, 0, 1)
    both = score(tmp_path, [gold], graph({"A": things}, improves=[("A", "model/bar"), ("A", "model/baz")]))
    assert counts(both, "improvesOn") == (2, 0, 0)
    wrong = score(tmp_path, [gold], graph({"A": [*things, ("Qux", "Model", "uses")]}, improves=[("A", "model/qux")]))
    assert counts(wrong, "improvesOn") == (0, 1, 1)


def test_evaluation_of_results_compares_figures(tmp_path: Path) -> None:
    gold = row("A", results=[{"value": v, "metric": "accuracy"} for v in ("79.46\\%", "2.2x", "2.2x", "5%")])
    found = graph({"A": []}, results=[("A", "79.46 %", "accuracy"), ("A", "2.2 times", "speed"), ("A", "7%", "speed")])
    evaluation = score(tmp_path, [gold], found)
    assert counts(evaluation, "results") == (2, 1, 2)
    assert counts(evaluation, "results+metric") == (1, 2, 3)


def test_evaluation_of_results_leaves_out_rows_without_a_value(tmp_path: Path) -> None:
    gold = row("A", results=[{"value": None, "metric": "accuracy"}])
    assert counts(score(tmp_path, [gold], graph({"A": []})), "results") == (0, 0, 0)


def test_evaluation_of_resolution_counts_pairs_of_links(tmp_path: Path) -> None:
    gold = [row(title, ("LoRA", "Technique", "uses")) for title in "ABC"]
    one_node = graph({title: [("LoRA", "Technique", "uses")] for title in "ABC"})
    assert counts(score(tmp_path, gold, one_node), "resolution") == (3, 0, 0)
    two_nodes = graph({**{t: [("LoRA", "Technique", "uses")] for t in "AB"}, "C": [("LoRA", "Model", "uses")]})
    assert counts(score(tmp_path, gold, two_nodes), "resolution") == (1, 0, 2)


def test_evaluation_of_nothing_has_no_division_by_zero(tmp_path: Path) -> None:
    figures = score(tmp_path, [row("A")], graph({"A": []})).figures()
    assert all(value == 0 for measure in figures.values() for value in measure.values())


def test_evaluation_tells_its_errors(tmp_path: Path) -> None:
    gold = [row("A", ("Foo", "Model", "uses"), ("Bar", "Model", "uses"))]
    found = graph({"A": [("Foo", "Dataset", "mentions"), ("Baz", "Model", "uses")]})
    told = "\n".join(score(tmp_path, gold, found).errors)
    assert "missed | A | Model | uses | Bar" in told
    assert "type | A | Model | not Dataset | Foo" in told
    assert "role | A | uses | not mentions | Foo" in told
    assert "wrong | A | Model | uses | Baz" in told


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Low-Rank Adapters", "low rank adapter"),
        ("the KV caches", "KV cache"),
        ("LLMs", "llm"),
        ("GPUs", "GPU"),
        ("key_value", "key/value"),
        ("GPT-4", "gpt 4"),
        ("“BERT”,", "BERT"),
        ("an  A100", "A100"),
    ],
)
def test_evaluation_normalises_spellings_of_one_name(one: str, other: str) -> None:
    assert normalised(one) == normalised(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("BERT", "RoBERTa"), ("class", "clas"), ("GPT-4", "GPT-3"), ("C", "C++"), ("T5", "T5.1")],
)
def test_evaluation_keeps_other_names_apart(one: str, other: str) -> None:
    assert normalised(one) != normalised(other)


def test_evaluation_names_match_with_and_without_brackets() -> None:
    assert name_keys(["key-value (KV) cache"]) == {"key value kv cache", "key value cache"}
    assert name_keys(["", "the", "-"]) == frozenset()


@pytest.mark.parametrize(
    ("written", "figure"),
    [
        ("79.46\\%", "79.46"),
        ("79.46 %", "79.46"),
        ("2.2x", "2.2"),
        ("2.2 times", "2.2"),
        ("2.2×", "2.2"),
        ("~1,000", "1000"),
        ("$3$", "3"),
        ("100 GB", "100gb"),
    ],
)
def test_evaluation_reads_the_figure_of_a_value(written: str, figure: str) -> None:
    assert value_key(written) == figure


@pytest.mark.parametrize(
    "line",
    [
        "no json",
        "[]",
        "3",
        '{"title": "A"}',
        json.dumps({k: v for k, v in row("A").items() if k != "abstract"}),
        json.dumps(row("A", ("Foo", "Model", "likes"))),
        json.dumps({**row("A"), "entities": [{"name": "Foo"}]}),
        json.dumps({**row("A"), "entities": 5}),
        json.dumps({**row("A"), "results": [{"value": 3, "metric": "x"}]}),
        json.dumps({**row("A"), "improves_on": [{}]}),
    ],
)
def test_evaluation_of_a_broken_row_names_the_row(tmp_path: Path, line: str) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps(row("Fine")) + "\n\n" + line + "\n", encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_gold(path)
    assert f"{path}:3:" in str(error.value)
    assert "\n" not in str(error.value)


def test_evaluation_of_an_empty_missing_or_binary_file_is_one_error(tmp_path: Path) -> None:
    empty, binary = tmp_path / "empty.jsonl", tmp_path / "binary.jsonl"
    empty.write_text("\n\n", encoding="utf-8")
    binary.write_bytes(b"\xff\xfe\x00")
    for path in (empty, binary, tmp_path / "missing.jsonl"):
        with pytest.raises(InputError) as error:
            read_gold(path)
        assert path.name in str(error.value)


def test_evaluation_of_a_file_extracts_and_scores(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    gold = {
        **row("Notes", ("BERT", "Model", "uses"), ("ImageNet", "Dataset", "uses")),
        "abstract": "We use BERT on ImageNet.",
    }
    path.write_text(json.dumps(gold), encoding="utf-8")
    assert evaluate_file(path).figures()["typed+role"]["f1"] == 1.0


def test_evaluation_of_annotations_apart_from_their_texts(tmp_path: Path) -> None:
    apart, text = tmp_path / "apart.jsonl", tmp_path / "papers.jsonl"
    gold = {
        **row("Notes", ("BERT", "Model", "uses"), ("ImageNet", "Dataset", "uses")),
        "abstract": "We use BERT on ImageNet.",
    }
    apart.write_text(json.dumps(detach(gold)), encoding="utf-8")
    assert "BERT" not in apart.read_text(encoding="utf-8")
    text.write_text(json.dumps({"title": "Notes", "abstract": gold["abstract"]}), encoding="utf-8")
    figures = evaluate_file(apart, text=text).figures()
    assert figures["typed+role"]["right"] == 2
    assert not {"results", "results+metric", "resolution"} & set(figures)
    text.write_text(json.dumps({"title": "Others", "abstract": "No."}), encoding="utf-8")
    for given, papers, message in (
        (apart, text, "papers.jsonl: holds none of the 1 texts"),
        (apart, tmp_path / "missing.jsonl", "missing.jsonl: cannot be read"),
    ):
        with pytest.raises(InputError, match=message):
            evaluate_file(given, text=papers)
    apart.write_text(json.dumps(gold), encoding="utf-8")
    with pytest.raises(InputError, match="leave out --text"):
        evaluate_file(apart, text=text)
