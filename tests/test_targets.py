"""Tests of the targets: what stands behind words of comparison."""

from __future__ import annotations

import re

import pytest

from kg.cues import Cues
from kg.finders.targets import find_signs, find_targets
from kg.finders.words import read_words
from kg.records import Mention
from kg.text import blank_pipeline

NAMES = re.compile(r"FooTune|GPT-3\.5|ChatGPT|Bloom 7B|LLaMA-2 7B|OPT 6\.7B|LoRA|GPTQ|AWQ|BERT|methods")


def compared(sentence: str, cues: Cues) -> list[tuple[str, list[str]]]:
    """Return each rule that sees a sign in `sentence` with the names it is about."""
    words = read_words(blank_pipeline()(f"On tuning\n{sentence}"))
    places = [
        Mention(start=m.start(), end=m.end(), surface=m[0], name=m[0], type="Model", rule="term", confidence=1.0)
        for m in NAMES.finditer(words.text, words.title_end + 1)
    ]
    signs = find_signs(words.sentences[-1], cues)
    return [(rule, [m.surface for m in find_targets(words, places, (start, end), cues)]) for rule, start, end in signs]


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("FooTune outperforms LoRA.", [("better", ["LoRA"])]),
        ("FooTune outperformed GPT-3.5 (ChatGPT), Bloom 7B, LLaMA-2 7B and OPT 6.7B by far.",
         [("better", ["GPT-3.5", "ChatGPT", "Bloom 7B", "LLaMA-2 7B", "OPT 6.7B"])]),
        ("FooTune is 2x faster than methods such as GPTQ and AWQ.", [("relative", ["GPTQ", "AWQ"])]),
        ("FooTune outdoes the BERT-based methods.", [("better", ["methods"])]),
        ("Unlike GPTQ, FooTune needs no examples.", [("unlike", ["GPTQ"])]),
        ("FooTune does not outperform LoRA.", []),
        ("FooTune is outperformed by LoRA.", []),
        ("Although it has advantages over LoRA, FooTune is slow.", []),
        ("FooTune runs on LLaMA-2 7B.", []),
    ],
)  # fmt: skip
def test_targets_are_the_names_that_a_sign_is_about(
    cues: Cues, sentence: str, found: list[tuple[str, list[str]]]
) -> None:
    assert compared(sentence, cues) == found
