"""Abbreviations after Schwartz and Hearst: which are found, and where."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.finders.abbreviations import expansion_start, find_abbreviations, find_spelt
from kg.pipeline import build_pipeline, extract
from kg.records import Paper


def pairs(text: str) -> list[tuple[str, str]]:
    return [(a.short, a.long) for a in find_abbreviations(text)]


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        ("We use low-rank adaptation (LoRA) here.", "LoRA", "low-rank adaptation"),
        ("We use Low-Rank Adaptation (LoRA) here.", "LoRA", "Low-Rank Adaptation"),
        ("a mixture-of-experts (MoE) layer", "MoE", "mixture-of-experts"),
        ("the post-training quantization (PTQ) of weights", "PTQ", "post-training quantization"),
        ("Parameter-efficient fine-tuning (PEFT) is cheap.", "PEFT", "Parameter-efficient fine-tuning"),
        ("with Sharpness-Aware Minimization (SAM)", "SAM", "Sharpness-Aware Minimization"),
        ("a Vision Transformer (ViT)", "ViT", "Vision Transformer"),
        ("the time-to-first-token (TTFT) falls", "TTFT", "time-to-first-token"),
        ("Small to Large (S2L) training", "S2L", "Small to Large"),
        ("an end-to-end (E2E) design", "E2E", "end-to-end"),
        ("by Federated Averaging (FedAvg)", "FedAvg", "Federated Averaging"),
        ("with 3D Gaussian Splatting (3DGS)", "3DGS", "3D Gaussian Splatting"),
        (
            "learning from Reinforcement Learning from Human Feedback (RLHF)",
            "RLHF",
            "Reinforcement Learning from Human Feedback",
        ),
        ("a hidden Markov model (HMM)", "HMM", "hidden Markov model"),
        ("Mean Average Precision (mAP)", "mAP", "Mean Average Precision"),
        ("a gated linear unit ( GLU )", "GLU", "gated linear unit"),
        ("quantization-aware training (QAT; see below)", "QAT", "quantization-aware training"),
        ("Multi-head Latent Attention (MLA), which", "MLA", "Multi-head Latent Attention"),
        ("on-device (OD) learning", "OD", "on-device"),
    ],
)
def test_abbreviations_find_long_form_before_bracket(text: str, short: str, long: str) -> None:
    assert pairs(text) == [(short, long)]


def test_abbreviations_find_long_form_inside_bracket() -> None:
    assert pairs("We study SPA (structured pruning adapters) at scale.") == [("SPA", "structured pruning adapters")]


def test_abbreviations_find_modifier_in_front_of_its_noun() -> None:
    assert pairs("We shrink the key-value (KV) cache.") == [("KV", "key-value")]


@pytest.mark.parametrize(
    "plural",
    [
        "large language models (LLMs)",
        "convolutional neural networks (CNNs)",
        "graphics processing units (GPUs)",
    ],
)
def test_abbreviations_are_given_in_the_singular(plural: str) -> None:
    [(short, _)] = pairs(plural)
    assert short in {"LLM", "CNN", "GPU"}


def test_abbreviations_find_several_in_the_order_of_the_text() -> None:
    text = "Large language models (LLMs) need a key-value (KV) cache and speculative decoding (SD)."
    assert [short for short, _ in pairs(text)] == ["LLM", "KV", "SD"]


@pytest.mark.parametrize(
    "text",
    [
        "heat maps (see Fig. 2)",
        "good accuracy (2023)",
        "large models (e.g., BERT)",
        "the best method (ours)",
        "plain attention (A)",
        "a benchmark (BERT)",
        "it is fast. A result (XYZ)",
        "nothing in brackets, LoRA",
        "an unfinished bracket (LoRA",
        "()",
        "",
    ],
)
def test_abbreviations_find_none_where_brackets_hold_something_else(text: str) -> None:
    assert pairs(text) == []


def test_abbreviations_do_not_reach_back_over_a_sentence() -> None:
    [(_, long)] = pairs("We care about speed. Large models (LM) are slow.")
    assert long == "Large models"


def test_abbreviations_do_not_reach_back_over_the_title() -> None:
    assert pairs("Low-Rank\nAdaptation (LRA) is new.") == []


def test_abbreviations_first_letter_begins_a_word() -> None:
    # "gflow" holds an l before the i, but LI needs a word that begins with l
    assert pairs("the gflow inference (LI)") == []


def test_abbreviations_offsets_point_at_their_words() -> None:
    text = "We use two mixtures of experts (MoEs) and retrieval augmented generation (RAG)."
    first, second = find_abbreviations(text)
    assert text[first.long_start : first.long_end] == "mixtures of experts"
    assert text[first.short_start : first.short_end] == "MoEs"
    assert text[second.long_start : second.long_end] == second.long == "retrieval augmented generation"
    assert text[second.short_start : second.short_end] == second.short == "RAG"


def test_abbreviations_expansion_is_sought_in_a_bounded_window() -> None:
    assert expansion_start("long ago and far away we used some other words before quantization", "LQ") is None


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "deep",
                "foo",
                "Tuning",
                "low-rank",
                "of",
                "Experts",
                "naïve",
                "3D",
                "(",
                ")",
                "DFT",
                "MoE",
                "(LoRA)",
                "\n",
                ". ",
            ]
        ),
        max_size=14,
    ).map(" ".join)
)
def test_abbreviations_short_form_is_spelled_by_the_long_form(text: str) -> None:
    for found in find_abbreviations(text):
        rest = iter(found.long.lower())
        assert all(c in rest for c in found.short.lower() if c.isalpha())
        assert found.long_start < found.long_end <= len(text)
        assert "\n" not in found.long


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("()AaBb -\n")), max_size=60))
def test_abbreviations_take_any_text(text: str) -> None:
    for found in find_abbreviations(text):
        assert text[found.short_start : found.short_end].startswith(found.short)
        assert text[found.long_start : found.long_end].startswith(found.long)


def test_abbreviations_stand_behind_letters_whose_small_form_is_longer() -> None:
    [found] = find_abbreviations("İİİ and the key value (KV) cache")
    assert (found.short, found.long) == ("KV", "key value")


def test_abbreviations_are_found_at_the_end_of_a_long_line() -> None:
    text = "on " + "nothing " * 1_000 + "the key value (KV) cache"
    [found] = find_abbreviations(text)
    assert text[found.long_start : found.long_end] == found.long == "key value"


def spelt(text: str) -> list[tuple[str, str]]:
    return [(a.short, a.long) for a in find_spelt(text, lambda _: False)]


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        ("Winner-Take-All Column Row Sampling\nWe call it WTA-CRS.", "WTA-CRS", "Winner-Take-All Column Row Sampling"),
        ("Adaptive Path Integral Diffusion: AdaPID\nIt is fast.", "AdaPID", "Adaptive Path Integral Diffusion"),
        ("We introduce model-based clustering, MBC, a method.", "MBC", "model-based clustering"),
        ("PRepBN, progressive re-parameterized batch norm,", "PRepBN", "progressive re-parameterized batch norm"),
        ("TTFT, the time to first token, falls.", "TTFT", "time to first token"),
        ("AdaptDel: Adaptable Deletion for Robustness", "AdaptDel", "Adaptable Deletion"),
        ("Bitter ABCs and a broad attentive batched cache", "ABC", "attentive batched cache"),
    ],
)
def test_abbreviations_short_form_stands_for_the_words_that_spell_it(text: str, short: str, long: str) -> None:
    assert spelt(text) == [(short, long)]


@pytest.mark.parametrize(
    "text",
    [
        "URL means nothing here, using reinforcement learning.",
        "MLLM, one of the multi-modal large language models",
        "Fine-Tuning, or fine-tuning",
        "UniMob can unify mobility",
        "ABC and attentive batched. Caches help.",
        "the ABCs of attention, batches, caches",
        "AB and attentive batching",
    ],
)
def test_abbreviations_other_words_are_no_long_form(text: str) -> None:
    assert spelt(text) == []


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("AaBbCc -\n")), max_size=60))
def test_abbreviations_words_spell_what_is_coined(text: str) -> None:
    for one in find_spelt(text, lambda _: False):
        assert text[one.short_start : one.short_end].startswith(one.short)
        assert text[one.long_start : one.long_end] == one.long
        letters = iter(one.long.lower())
        assert all(c in letters for c in one.short.lower() if c.isalnum())


def test_abbreviations_coined_name_and_its_words_are_one_thing() -> None:
    text = "In experiments our method DEFT, Density-Efficient Fine-Tuning, reduces the activation density of BERT."
    [extraction] = extract(build_pipeline(), [Paper(title="From PEFT to DEFT", abstract=text)])
    names = {m.surface: m.name for m in extraction.mentions}
    assert names["DEFT"] == names["Density-Efficient Fine-Tuning"]
