"""Narrower things made of a modifier and a known term."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kg.records import Extraction
from kg.resolution import resolve
from kg.vocabulary import Vocabulary

Extract = Callable[[str, str], Extraction]


@pytest.mark.parametrize(
    ("text", "surface", "head"),
    [
        (
            "We use layer-wise knowledge distillation.",
            "layer-wise knowledge distillation",
            "technique/knowledge-distillation",
        ),
        ("We use federated knowledge distillation.", None, "technique/knowledge-distillation"),
        ("We use photonic quantization.", "photonic quantization", "technique/quantization"),
        ("We use asynchronous speculative decoding.", None, "technique/speculative-decoding"),
    ],
)
def test_compositions_include_their_modifier(
    extract_text: Extract, text: str, surface: str | None, head: str, vocabulary: Vocabulary
) -> None:
    [mention] = extract_text("Notes", text).mentions
    assert mention.surface == (surface or text.removeprefix("We use ").rstrip("."))
    assert mention.type == "Technique"
    # either the vocabulary knows it as narrower than the head, or the mention says so itself
    assert head == mention.head or head in vocabulary.ancestors(str(mention.concept))


@pytest.mark.parametrize("praise", ["efficient", "novel", "state-of-the-art", "existing", "simple", "our", "better"])
def test_compositions_leave_praise_and_novelty_out(extract_text: Extract, praise: str) -> None:
    [mention] = extract_text("Notes", f"We like {praise} knowledge distillation.").mentions
    assert mention.surface == "knowledge distillation"
    assert mention.concept == "technique/knowledge-distillation"


def test_compositions_stop_at_a_comma(extract_text: Extract) -> None:
    extraction = extract_text("Notes", "It is dense, knowledge distillation is not.")
    assert [m.surface for m in extraction.mentions] == ["knowledge distillation"]


def test_compositions_become_nodes_below_their_head(extract_text: Extract, vocabulary: Vocabulary) -> None:
    resolution = resolve([extract_text("Notes", "We use photonic layer-wise knowledge distillation.")], vocabulary)
    entities = {e.id: e for e in resolution.entities}
    narrow = entities["technique/photonic-layer-wise-knowledge-distillation"]
    assert narrow.broader == ("technique/knowledge-distillation",)
    assert entities["technique/knowledge-distillation"].label == "knowledge distillation"


def test_compositions_of_one_thing_meet_whatever_their_spelling(extract_text: Extract, vocabulary: Vocabulary) -> None:
    texts = (
        "We use layer-wise knowledge distillation.",
        "Layer-Wise Knowledge Distillation is used.",
        "We use layer wise knowledge-distillation.",
    )
    resolution = resolve([extract_text(f"Paper {i}", text) for i, text in enumerate(texts[:2])], vocabulary)
    assert [e.id for e in resolution.entities if "layer" in e.id] == ["technique/layer-wise-knowledge-distillation"]
