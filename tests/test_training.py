"""Training: hidden concepts, labels of tokens, and a small training run."""

from __future__ import annotations

import importlib.util
import json
import math
import random
from pathlib import Path

import numpy as np
import pytest

from kg.detached import detach
from kg.records import Paper
from kg.tagger import WEIGHTS
from kg.training import NEEDED, train
from kg.training.classifiers import fit_curve, train_classifier, train_perceptron
from kg.training.examples import hide, label_tokens, read_examples
from kg.vectors import read_vectors
from tests.annotated import ROW


def test_training_labels_follow_the_annotated_strings() -> None:
    [example] = read_examples([ROW])
    labels = label_tokens(example, example.types)
    words = [example.words.surface(i, i + 1) for i in range(len(labels))]
    found = [(w, label) for w, label in zip(words, labels, strict=True) if label != "O"]
    assert found == [
        ("FooNet", "B-Technique"), ("Pruning", "B-Technique"), ("FooNet", "B-Technique"), ("pruning", "B-Technique"),
        ("LLMs", "B-Model"), ("FooNet", "B-Technique"), ("SparseGPT", "B-Technique"), ("ImageNet", "B-Dataset"),
        ("BERT", "B-Model"),
    ]  # fmt: skip
    roles = dict(zip(words, label_tokens(example, example.roles), strict=True))
    assert (roles["SparseGPT"], roles["FooNet"]) == ("B-comparesWith", "B-introduces")


def test_training_hides_a_share_of_the_concepts_from_all_their_places() -> None:
    [example] = read_examples([ROW])
    everything, _ = hide(example, random.Random(1), 0.0)
    nothing, chosen = hide(example, random.Random(1), 1.0)
    assert everything == example.candidates
    assert not any(m.concept for m in (*nothing, *chosen))
    assert any(m.concept for m in everything)


def test_training_classifier_learns_two_and_more_classes() -> None:
    rows = [(frozenset({f"is={kind}", "noise"}), kind) for kind in ("a", "b", "c") for _ in range(40)]
    three, two = train_classifier(rows), train_classifier(rows[:80])
    for classifier, kinds in ((three, "abc"), (two, "ab")):
        for kind in kinds:
            likely = classifier.probabilities({f"is={kind}", "noise"})
            assert max(likely, key=lambda k: likely[k]) == kind
            assert abs(sum(likely.values()) - 1) < 1e-9


def test_training_committee_learns_classes_from_numbers() -> None:
    chance = random.Random(5)
    sides = [(side, role) for side, role in ((-1, "none"), (1, "uses"), (3, "mentions")) for _ in range(1500)]
    measures = np.array([[side + chance.gauss(0, 0.2), chance.gauss(0, 1)] for side, _ in sides])
    committee = train_perceptron(measures, [role for _, role in sides], [bool(i % 2) for i in range(len(sides))])
    low, middle, high = committee.probabilities([[-1.0, 0.0], [1.0, 0.0], [3.0, 0.0]])
    assert min(low["none"], middle["uses"], high["mentions"]) > 0.7
    assert committee.probabilities([]) == []


def test_training_curve_tells_the_share_that_is_right() -> None:
    edges = [(0.9, i % 10 < 6) for i in range(400)] + [(0.5, i % 10 < 3) for i in range(400)]
    slope, offset = fit_curve(edges)
    assert 1 / (1 + math.exp(-(slope * math.log(9) + offset))) == pytest.approx(0.6, abs=0.02)
    assert fit_curve([(0.9, True)]) == (1.0, 0.0)


@pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in NEEDED), reason="training needs: pip install 'mlkg[train]'"
)
def test_training_writes_weights_that_the_program_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import kg.training.network
    from kg.finders.roles import COMMITTEE, EXPERIENCE, TYPE_COMMITTEE
    from kg.pipeline import build_pipeline, extract
    from kg.tagger import IMPROVEMENTS, MODEL
    from kg.vectors import VECTORS

    monkeypatch.setattr(kg.training.network, "EPOCHS", 1)
    # of so few texts no vectors can be learned
    monkeypatch.setattr(kg.training, "_vectors", lambda *_: read_vectors(WEIGHTS))
    gold, further, text = (tmp_path / f"{name}.jsonl" for name in ("gold", "further", "text"))
    output = tmp_path / "weights"
    output.mkdir()
    rows = [{**ROW, "title": f"{ROW['title']} {i}"} for i in range(15)]
    gold.write_text("\n".join(map(json.dumps, rows[:12])), encoding="utf-8")
    further.write_text("\n".join(json.dumps(detach(row)) for row in rows[12:]), encoding="utf-8")
    text.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    told: list[str] = []
    train(gold, output, further=further, text=text, tell=told.append)
    assert "3 of 3 further annotated papers have their text" in told
    assert sorted(p.name for p in output.iterdir()) == sorted(
        [COMMITTEE, EXPERIENCE, IMPROVEMENTS, MODEL, TYPE_COMMITTEE, VECTORS]
    )
    paper = Paper(title="Notes", abstract=ROW["abstract"])
    [extraction] = extract(build_pipeline(weights=output), [paper])
    assert {m.surface for m in extraction.mentions} >= {"FooNet", "ImageNet"}
