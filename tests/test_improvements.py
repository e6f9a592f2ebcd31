"""Improvements: who is better than what, in which aspect, by how much."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kg.records import Extraction

Extract = Callable[[str, str], Extraction]
Found = tuple[str | None, str, str | None, str | None]


def improvements(extraction: Extraction) -> list[Found]:
    return [
        (r.source.surface if r.source else None, r.target.surface, r.aspect, r.value)
        for r in extraction.relations
        if r.predicate == "improvesOn"
    ]


def said(extract_text: Extract, text: str) -> list[Found]:
    return improvements(extract_text("FooTune: Cheap Tuning", f"We propose FooTune. {text}"))


@pytest.mark.parametrize(
    ("text", "target", "aspect", "value"),
    [
        ("FooTune outperforms LoRA by 2.3% in accuracy.", "LoRA", "accuracy", "2.3%"),
        ("It is 2.2x faster than GPTQ.", "GPTQ", "speed", "2.2x"),
        ("FooTune reduces latency by 3.1x compared to GPTQ.", "GPTQ", "latency", "3.1x"),
        ("Compared to GPTQ, FooTune reduces memory by 40%.", "GPTQ", "memory", "40%"),
        ("FooTune improves throughput by 4-7x over DeepSpeed.", "DeepSpeed", "throughput", "4-7x"),
        ("Our method beats GPTQ in perplexity.", "GPTQ", "perplexity", None),
        ("FooTune significantly outperforms LoRA.", "LoRA", None, None),
        ("FooTune surpasses LoRA.", "LoRA", None, None),
        ("FooTune is an extension of LoRA.", "LoRA", None, None),
        ("Unlike GPTQ, FooTune needs no examples.", "GPTQ", None, None),
        ("FooTune uses less memory than LoRA.", "LoRA", "memory", None),
        ("FooTune is superior to BERT.", "BERT", None, None),
        ("FooTune builds on LoRA.", "LoRA", None, None),
    ],
)
def test_improvements_are_read_with_aspect_and_value(
    extract_text: Extract, text: str, target: str, aspect: str | None, value: str | None
) -> None:
    assert said(extract_text, text) == [("FooTune", target, aspect, value)]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("FooTune improves throughput over LoRA and GPTQ by 3x and 1.9x, respectively.", ["3x", "1.9x"]),
        ("FooTune is faster than LoRA, GPTQ and BERT by 2x, 3x, and 4x, respectively.", ["2x", "3x", "4x"]),
        ("FooTune is 35/36/45% faster than LoRA, GPTQ and BERT, respectively.", [None, None, None]),
        ("FooTune is 3x faster than LoRA and GPTQ.", ["3x", "3x"]),
    ],
)
def test_improvements_take_listed_figures_respectively(
    extract_text: Extract, text: str, values: list[str | None]
) -> None:
    assert [value for *_, value in said(extract_text, text)] == values


def test_improvements_of_an_apposition(extract_text: Extract) -> None:
    extraction = extract_text(
        "Notes", "We propose FooQuant, an improved version of GPTQ that speeds up inference by 3x."
    )
    assert [(s, t, v) for s, t, _, v in improvements(extraction)] == [("FooQuant", "GPTQ", "3x")]


@pytest.mark.parametrize(
    "text",
    [
        "FooTune outperforms LoRA and GPTQ.",
        "FooTune outperforms both LoRA and GPTQ.",
        "FooTune is faster than LoRA, GPTQ.",
        "FooTune beats LoRA as well as GPTQ.",
    ],
)
def test_improvements_on_each_of_several_targets(extract_text: Extract, text: str) -> None:
    assert [target for _, target, _, _ in said(extract_text, text)] == ["LoRA", "GPTQ"]


@pytest.mark.parametrize(
    "text",
    [
        "FooTune does not outperform LoRA.",
        "FooTune fails to outperform LoRA.",
        "FooTune could not outperform LoRA.",
        "FooTune is outperformed by LoRA.",
        "LoRA outperforms FooTune.",
        "FooTune achieves comparable accuracy to LoRA.",
        "We compare FooTune with LoRA.",
        "FooTune is never better than LoRA.",
        "FooTune outperforms all former methods.",
        "FooTune is 2x faster than before.",
        "FooTune outperforms experts on ImageNet.",
        "FooTune is faster on an NVIDIA A100.",
    ],
)
def test_improvements_are_not_claimed_without_a_winner_and_a_target(extract_text: Extract, text: str) -> None:
    assert said(extract_text, text) == []


def test_improvements_of_the_background_are_not_the_papers(extract_text: Extract) -> None:
    extraction = extract_text("Notes", "RoBERTa outperforms BERT. We propose FooTune.")
    assert improvements(extraction) == []


def test_improvements_of_a_nameless_method_are_the_papers(extract_text: Extract) -> None:
    extraction = extract_text("Notes", "We prune lists. Our method outperforms LoRA.")
    assert improvements(extraction) == [(None, "LoRA", None, None)]


def test_improvements_are_not_of_a_dataset(extract_text: Extract) -> None:
    extraction = extract_text(
        "FooBench: A Benchmark of Tuning",
        "We introduce FooBench, a dataset of tuning tasks. Our method outperforms BERT by 2%.",
    )
    assert {(r.predicate, r.target.type) for r in extraction.relations if r.target.surface == "FooBench"} == {
        ("introduces", "Dataset")
    }
    assert [(s, t) for s, t, _, _ in improvements(extraction)] == [(None, "BERT")]


def test_improvements_quote_their_sentence(extract_text: Extract) -> None:
    extraction = extract_text("FooTune: Cheap Tuning", "We propose FooTune. FooTune beats LoRA. It is small.")
    [claim] = [r for r in extraction.relations if r.predicate == "improvesOn"]
    assert claim.quote.text == "FooTune beats LoRA."
    assert claim.rule


def test_improvements_on_itself_are_none(extract_text: Extract) -> None:
    assert said(extract_text, "FooTune beats FooTune.") == []
