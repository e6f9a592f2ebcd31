"""Names that authors coin: which words are names, and what they name."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from kg.finders.names import is_coined
from kg.records import Extraction

Extract = Callable[[str, str], Extraction]


def types(extraction: Extraction) -> dict[str, str]:
    return {m.surface: m.type for m in extraction.mentions}


def role(extraction: Extraction, surface: str) -> str:
    [predicate] = {
        r.predicate for r in extraction.relations if r.target.surface == surface and r.predicate != "improvesOn"
    }
    return predicate


def test_names_in_a_title_of_carets_take_no_time(extract_text: Extract) -> None:
    began = time.process_time()
    extract_text("x^" * 30 + " y", "We study it.")
    assert time.process_time() - began < 2


@pytest.mark.parametrize("word", ["FooQuant", "HAWQ-V2", "QALoRA", "wav2vec", "GPT", "vLLM", "ResNet-50", "x86-Net"])
def test_names_are_told_by_their_shape(word: str) -> None:
    assert is_coined(word)


@pytest.mark.parametrize(
    "word",
    [
        "Vision",
        "4-bit",
        "I",
        "real-time",
        "Large-Scale",
        "State-of-the-Art",
        "a",
        "2023",
        "",
        "-",
        "Zero-Shot",
    ],
)
def test_names_are_no_ordinary_words(word: str) -> None:
    assert not is_coined(word)


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("We propose FooQuant, a framework for rounding.", "FooQuant", "Software"),
        ("We propose FooQuant, an open-source library.", "FooQuant", "Software"),
        ("This paper introduces Gromit, a compiler for chips.", "Gromit", "Software"),
        ("In this paper, we present the Foo-Bar framework.", "Foo-Bar", "Software"),
        ("We present FooServe, a distributed serving system.", "FooServe", "Software"),
        ("We present Wallaby, a new benchmark for reasoning.", "Wallaby", "Dataset"),
        ("We collect FooQA, a dataset of 10K questions.", "FooQA", "Dataset"),
        ("We introduce a dataset called Foolish-1M of images.", "Foolish-1M", "Dataset"),
        ("We introduce a new model named Quxor.", "Quxor", "Model"),
        ("We release FooLM, a family of language models.", "FooLM", "Model"),
        ("We introduce FooBERT-large: a language model for code.", "FooBERT-large", "Model"),
        ("We propose Zabble, a new method for sorting.", "Zabble", "Technique"),
        ("We propose a new approach called Deep Foo Tuning.", "Deep Foo Tuning", "Technique"),
        ("We propose a novel algorithm dubbed Zabble.", "Zabble", "Technique"),
        ("We call it Zabble.", "Zabble", "Technique"),
        ("We thus propose FooQuant-v2, an improved algorithm.", "FooQuant-v2", "Technique"),
        ("Inspired by nature, we propose FooMix.", "FooMix", "Technique"),
        ("We design Fooputer, an accelerator for sorting.", "Fooputer", "Hardware"),
    ],
)
def test_names_are_introduced_with_the_type_of_the_noun_beside_them(
    extract_text: Extract, text: str, name: str, kind: str
) -> None:
    extraction = extract_text("Notes", text)
    assert types(extraction).get(name) == kind
    assert role(extraction, name) == "introduces"


@pytest.mark.parametrize(
    ("name", "kind"),
    [("FooBench", "Dataset"), ("FooNet", "Model"), ("FooLoRA", "Technique"), ("FooServe", "Software")],
)
def test_names_tell_their_type_by_their_ending(extract_text: Extract, name: str, kind: str) -> None:
    assert types(extract_text("Notes", f"We propose {name}."))[name] == kind


def test_names_in_a_title_stand_before_its_colon(extract_text: Extract) -> None:
    extraction = extract_text("FooQuant: Weaving Made Cheap", "Lists are long. FooQuant weaves them.")
    assert types(extraction) == {"FooQuant": "Technique"}
    assert [m.start for m in extraction.mentions] == [0, extraction.paper.text.rindex("FooQuant")]
    assert role(extraction, "FooQuant") == "introduces"


def test_names_in_a_title_may_look_like_words_if_the_abstract_repeats_them(extract_text: Extract) -> None:
    assert types(extract_text("Zabble: Sorting Made Cheap", "Lists are long. Zabble sorts them.")) == {
        "Zabble": "Technique"
    }
    assert types(extract_text("Motivation: Sorting Made Cheap", "Lists are long. We sort them.")) == {}


@pytest.mark.parametrize("title", ["Towards Better Sorting: A Survey", "Sorting at Large Scale: Lessons Learned"])
def test_names_are_not_every_title_before_a_colon(extract_text: Extract, title: str) -> None:
    assert types(extract_text(title, "We sort lists.")) == {}


def test_names_and_their_expansions_are_one_thing(extract_text: Extract) -> None:
    extraction = extract_text("Notes", "We propose Deep Foo Tuning (DFT), a method. DFT works.")
    assert [m.surface for m in extraction.mentions] == ["Deep Foo Tuning", "DFT", "DFT"]
    assert len({m.name for m in extraction.mentions}) == 1
    assert all(role(extraction, m.surface) == "introduces" for m in extraction.mentions)


def test_names_followed_by_their_expansion_are_one_thing(extract_text: Extract) -> None:
    extraction = extract_text("Notes", "We propose BiBi (Bidirectional binding), a method.")
    assert [m.surface for m in extraction.mentions] == ["BiBi", "Bidirectional binding"]
    assert len({m.name for m in extraction.mentions}) == 1


def test_names_are_found_wherever_they_are_repeated(extract_text: Extract) -> None:
    extraction = extract_text(
        "Sorting", "FooSort is quick. We propose FooSort here. (FooSort) and FooSort's rest; FooSort-based."
    )
    assert [m.surface for m in extraction.mentions] == ["FooSort"] * 5
    assert {r.predicate for r in extraction.relations} == {"introduces"}


@pytest.mark.parametrize(
    "text",
    [
        "We propose a simple way to sort lists.",
        "We present an analysis. It is short.",
        "We introduce several ideas, among them one on lists.",
        "It was measured in GB and FLOPs, with an mAP and a BLEU in a PDF.",
        "It was shown at NeurIPS and CVPR in the USA.",
        "The I/O is slow in 2023.",
    ],
)
def test_names_are_not_found_in_plain_english(extract_text: Extract, text: str) -> None:
    assert extract_text("On lists", text).mentions == ()


@pytest.mark.parametrize(
    "url",
    ["https://foo.example.org/FooOrg/FooZap-7B", "http://foo.org/PyramidNet", "github.com/org/PyramidNet"],
)
def test_names_in_an_address_are_none(extract_text: Extract, url: str) -> None:
    assert extract_text("On lists", f"The code is at {url} for all.").mentions == ()


def test_names_with_other_words_for_introducing(extract_text: Extract) -> None:
    for verb in ("propose", "present", "introduce", "develop", "release", "describe", "design", "build"):
        extraction = extract_text("On lists", f"Here we {verb} FooSort, a method.")
        assert role(extraction, "FooSort") == "introduces", verb
