"""Roles: what a paper does with each thing that it names."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kg.pipeline import build_pipeline, extract
from kg.records import Extraction, Paper

Extract = Callable[[str, str], Extraction]


def roles(extraction: Extraction) -> dict[str, str]:
    return {r.target.surface: r.predicate for r in extraction.relations if r.predicate != "improvesOn"}


def test_roles_strongest_kinds_in_one_abstract(extract_text: Extract) -> None:
    extraction = extract_text(
        "FooTune: Cheap Adaptation",
        "Models such as GPT-3 are big. We propose FooTune, which rests on LoRA. "
        "We evaluate it on ImageNet and compare it with BitFit.",
    )
    found = roles(extraction)
    assert found["FooTune"] == "introduces"
    assert found["GPT-3"] == "mentions"
    assert found["LoRA"] == "uses"
    assert found["ImageNet"] == "uses"
    assert found["BitFit"] == "comparesWith"


@pytest.mark.parametrize(
    "text",
    [
        "We evaluate FooTune on ImageNet.",
        "FooTune is trained on ImageNet.",
        "Our experiments on ImageNet are long.",
        "We study ImageNet.",
    ],
)
def test_roles_what_the_work_rests_on_is_used(extract_text: Extract, text: str) -> None:
    assert roles(extract_text("Notes", text))["ImageNet"] == "uses"


@pytest.mark.parametrize(
    "text",
    [
        "FooTune outperforms GPTQ.",
        "FooTune is faster than GPTQ.",
        "We compare FooTune with GPTQ.",
        "FooTune is better compared to GPTQ.",
        "We see gains over GPTQ.",
        "FooTune beats baselines such as GPTQ.",
        "FooTune beats the GPTQ baseline.",
    ],
)
def test_roles_a_competitor_is_compared_with(extract_text: Extract, text: str) -> None:
    assert roles(extract_text("FooTune: Cheap Tuning", f"We propose FooTune. {text}"))["GPTQ"] == "comparesWith"


def test_roles_a_competitor_that_is_also_used_is_used(extract_text: Extract) -> None:
    extraction = extract_text("Notes", "We propose FooTune. It starts from GPTQ. FooTune outperforms GPTQ.")
    assert roles(extraction)["GPTQ"] == "uses"


def test_roles_background_is_mentioned(extract_text: Extract) -> None:
    extraction = extract_text("Notes", "BERT changed the field. GLUE is old. We propose FooTune.")
    assert roles(extraction) == {"BERT": "mentions", "GLUE": "mentions", "FooTune": "introduces"}


def test_roles_background_named_in_the_title_is_used(extract_text: Extract) -> None:
    assert roles(extract_text("Notes on BERT", "BERT changed the field. We look at it."))["BERT"] == "uses"


def test_roles_background_taken_up_later_is_used(extract_text: Extract) -> None:
    assert roles(extract_text("Notes", "BERT changed the field. We shrink BERT."))["BERT"] == "uses"


def test_roles_are_the_same_for_all_names_of_a_thing(extract_text: Extract) -> None:
    extraction = extract_text("Notes", "Large language models are big. We speed up LLMs.")
    assert roles(extraction) == {"Large language models": "uses", "LLMs": "uses"}


def test_roles_come_with_the_sentence_of_each_mention(extract_text: Extract) -> None:
    extraction = extract_text("Notes", "BERT is old. We shrink BERT.")
    assert [r.quote.text for r in extraction.relations] == ["BERT is old.", "We shrink BERT."]
    assert all(r.rule for r in extraction.relations)


def test_roles_a_known_thing_can_be_introduced_by_its_own_paper(extract_text: Extract) -> None:
    extraction = extract_text("LoRA: Tuning Made Cheap", "We propose LoRA, a method that freezes weights.")
    assert roles(extraction) == {"LoRA": "introduces"}
    assert {m.concept for m in extraction.mentions} == {"technique/low-rank-adaptation"}


def test_roles_a_name_that_no_list_knows_has_the_type_that_its_places_tell() -> None:
    told = {
        "We present Quorvex, a serving system. Quorvex is implemented on top of CUDA.": "Software",
        "We introduce Quorvex, a benchmark of 2,000 questions. We evaluate ten models on Quorvex.": "Dataset",
        "Our models are pre-trained on Quorvex and evaluated on Quorvex.": "Dataset",
        "We release Quorvex, a 3B-parameter language model. Quorvex is trained on 2T tokens.": "Model",
        "We propose Quorvex, a pruning algorithm that removes weights during training.": "Technique",
    }
    papers = [Paper(title="Notes on Speed", abstract=text) for text in told]
    for kind, extraction in zip(told.values(), extract(build_pipeline(), papers), strict=True):
        assert {r.target.type for r in extraction.relations if r.target.surface == "Quorvex"} == {kind}
