"""Terms of the vocabulary, in the variants in which authors write them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kg.records import Extraction, Mention
from kg.vocabulary import Vocabulary

Extract = Callable[[str, str], Extraction]


def named(extraction: Extraction, surface: str) -> Mention:
    found = [m for m in extraction.mentions if m.surface == surface]
    assert found, [m.surface for m in extraction.mentions]
    return found[0]


def surfaces(extraction: Extraction) -> list[str]:
    return [m.surface for m in extraction.mentions]


@pytest.mark.parametrize(
    ("text", "surface", "concept"),
    [
        ("We shrink the KV cache.", "KV cache", "technique/key-value-cache"),
        ("We shrink KV caches.", "KV caches", "technique/key-value-cache"),
        ("We shrink the KV-cache.", "KV-cache", "technique/key-value-cache"),
        ("We shrink the key-value cache.", "key-value cache", "technique/key-value-cache"),
        ("We shrink the key value cache.", "key value cache", "technique/key-value-cache"),
        ("Key-Value Caches are big.", "Key-Value Caches", "technique/key-value-cache"),
        ("We tune with LoRA.", "LoRA", "technique/low-rank-adaptation"),
        ("We tune by low-rank adaptation.", "low-rank adaptation", "technique/low-rank-adaptation"),
        ("We tune by Low Rank Adaptation.", "Low Rank Adaptation", "technique/low-rank-adaptation"),
        ("Large Language Models are big.", "Large Language Models", "model/large-language-model"),
        ("We serve LLMs.", "LLMs", "model/large-language-model"),
        ("We serve an LLM.", "LLM", "model/large-language-model"),
        (
            "We use post-training quantization.",
            "post-training quantization",
            "technique/post-training-quantization",
        ),
        (
            "We use post training quantisation.",
            "post training quantisation",
            "technique/post-training-quantization",
        ),
        ("We use Speculative Decoding.", "Speculative Decoding", "technique/speculative-decoding"),
        ("We use speculative-decoding.", "speculative-decoding", "technique/speculative-decoding"),
        ("We use Mixtures of Experts.", "Mixtures of Experts", "technique/mixture-of-experts"),
        ("We use finetuning.", "finetuning", "technique/fine-tuning"),
        ("We use fine tuning.", "fine tuning", "technique/fine-tuning"),
        ("We use Flash Attention.", "Flash Attention", "technique/flashattention"),
        ("We train a ResNet50.", "ResNet50", "model/resnet-50"),
        ("We train a ResNet-50.", "ResNet-50", "model/resnet-50"),
        ("We run on an NVIDIA A100.", "NVIDIA A100", "hardware/nvidia-a100"),
        ("We run on a Raspberry Pi 4.", "Raspberry Pi 4", "hardware/raspberry-pi-4"),
        ("We train on CIFAR-10.", "CIFAR-10", "dataset/cifar-10"),
        ("We address machine translation.", "machine translation", "task/machine-translation"),
        ("We plug it into Hugging Face.", "Hugging Face", "software/hugging-face"),
        ("We plug it into HuggingFace.", "HuggingFace", "software/hugging-face"),
    ],
)
def test_terms_are_found_in_every_variant(extract_text: Extract, text: str, surface: str, concept: str) -> None:
    assert named(extract_text("Notes", text), surface).concept == concept


def test_terms_with_an_acronym_inside_are_one(extract_text: Extract) -> None:
    extraction = extract_text("Notes", "We compress the key-value (KV) cache. The KV cache then fits.")
    assert surfaces(extraction) == ["key-value (KV) cache", "KV cache"]
    assert {m.concept for m in extraction.mentions} == {"technique/key-value-cache"}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("We use LoRA.", "Technique"),
        ("We use BERT.", "Model"),
        ("We use ImageNet.", "Dataset"),
        ("We use an NVIDIA A100.", "Hardware"),
        ("We use PyTorch.", "Software"),
        ("We do object detection.", "Task"),
    ],
)
def test_terms_have_the_type_of_their_concept(extract_text: Extract, text: str, kind: str) -> None:
    assert [m.type for m in extract_text("Notes", text).mentions] == [kind]


def test_terms_mean_what_the_paper_says_they_mean(extract_text: Extract) -> None:
    extraction = extract_text("Notes", "We store it in a block expert routing table (BERT). BERT routes tokens.")
    assert all(m.concept != "model/bert" for m in extraction.mentions)
    assert {m.name for m in extraction.mentions if m.surface == "BERT"} == {"block expert routing table"}


def test_terms_mean_the_concept_the_paper_expands_them_to(extract_text: Extract) -> None:
    extraction = extract_text("Notes", "We use low-rank adaptation (LoRA). LoRA is cheap.")
    assert {m.concept for m in extraction.mentions} == {"technique/low-rank-adaptation"}
    assert surfaces(extraction) == ["low-rank adaptation", "LoRA", "LoRA"]


@pytest.mark.parametrize("text", ["The C4 plants grow.", "A cat sat on the glue.", "We met Sam and a llama."])
def test_terms_ambiguous_or_common_words_are_left_alone(extract_text: Extract, text: str) -> None:
    assert surfaces(extract_text("On gardens", text)) == []


@pytest.mark.parametrize("text", ["We train on C4 data.", "We train on the C4 dataset.", "We use the C4 corpus."])
def test_terms_ambiguous_label_counts_beside_a_word_that_tells(extract_text: Extract, text: str) -> None:
    assert [m.concept for m in extract_text("On gardens", text).mentions] == ["dataset/c4"]


def test_terms_ambiguous_label_counts_where_the_concept_is_named_otherwise(extract_text: Extract) -> None:
    extraction = extract_text("On gardens", "We use the C4 corpus. In C4 there is noise.")
    assert [m.concept for m in extraction.mentions] == ["dataset/c4", "dataset/c4"]


def test_terms_ambiguous_memory_counts_only_as_hardware(extract_text: Extract) -> None:
    extraction = extract_text("Notes", "We add CPU RAM. The RAM is slow.")
    assert {(m.surface, m.type) for m in extraction.mentions} == {
        ("CPU", "Hardware"),
        ("RAM", "Hardware"),
    }
    coined = extract_text("Notes", "We add a routing attention map (RAM). The RAM is slow.")
    assert {m.concept for m in coined.mentions if m.surface == "RAM"} == {None}


@pytest.mark.parametrize(
    "text", ["“BERT”", "(BERT)", "BERT's accuracy", "BERT-based", "e.g., BERT, i.e., so", "BERT/RoBERTa"]
)
def test_terms_are_found_beside_any_punctuation(extract_text: Extract, text: str) -> None:
    found = extract_text("Notes", f"We look at {text} today.").mentions
    assert found[0].surface == "BERT"
    assert found[0].concept == "model/bert"


def test_terms_longest_name_wins(extract_text: Extract) -> None:
    extraction = extract_text("Notes", "We study KV cache compression and magnitude pruning with T5-11B and T5.")
    assert surfaces(extraction) == ["KV cache compression", "magnitude pruning", "T5-11B", "T5"]


def test_terms_inside_a_longer_one_count_where_they_stand_alone(extract_text: Extract) -> None:
    extraction = extract_text("Notes", "We study KV cache compression. The KV cache is big.")
    assert surfaces(extraction) == ["KV cache compression", "KV cache"]


def test_terms_keep_model_sizes_apart(extract_text: Extract) -> None:
    extraction = extract_text("Notes", "We use LLaMA-2-7B, Llama 2 and OPT-175B.")
    assert len({m.concept for m in extraction.mentions}) == 3


def test_terms_are_named_by_the_preferred_label(extract_text: Extract, vocabulary: Vocabulary) -> None:
    for mention in extract_text("Notes", "We tune LLMs with LoRA on ImageNet with an A100.").mentions:
        assert mention.concept is not None
        assert mention.name == vocabulary.concepts[mention.concept].label
