"""Training of the tagger: its linear model by CRFsuite, its network by PyTorch.

The vocabulary was written with the papers of the gold file at hand, so that it covers them better than papers it
will meet. To keep the tagger from relying on it too much, a share of the concepts (`HIDDEN`) is hidden at random
from each of them.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from kg.crf import Crf, Floats
from kg.cues import Cues
from kg.records import ROLES, TYPES
from kg.tagger import Tagger, build_tagger
from kg.tokens import Described, describe, near_features, own_features
from kg.training.examples import Example, hide, label_tokens
from kg.training.network import Labelled, train_network
from kg.vectors import Vectors

# the shares of concepts hidden from papers of the gold file and from further ones, for each variant of the papers
HIDDEN = (0.4, 0.4, 0.4)
HIDDEN_FURTHER = (0.1, 0.1, 0.2)
CRF = {"c1": 0.2, "c2": 0.5, "max_iterations": 100, "feature.minfreq": 3}
# on every token of a further paper: they were annotated a little more freely
FURTHER = "further"

Weights = dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """The random fields of types and of roles with a row of linear weights for each of `features`."""

    types: Crf
    roles: Crf
    features: tuple[str, ...]
    weights: Floats


def train_tagger(
    examples: Sequence[Example], cues: Cues, vectors: Vectors, tell: Callable[[str], None] = lambda _: None
) -> Tagger:
    """Return a tagger trained on `examples`."""
    # twice those of the gold file: they are few beside the further ones
    variants = label_variants([*examples, *(e for e in examples if not e.further)], cues, vectors)
    tell("training the linear model")
    linear = train_linear(variants[0])
    tell("training the network")
    network, types, roles = train_network(variants, vectors, (linear.types.labels, linear.roles.labels), tell)
    return build_tagger(
        _mean(linear.types, types), _mean(linear.roles, roles), linear.features, linear.weights, network, vectors
    )


def label_variants(examples: Sequence[Example], cues: Cues, vectors: Vectors) -> list[list[Labelled]]:
    """Return the labelled tokens of `examples`, several times with other concepts hidden."""
    wanted = [(label_tokens(e, e.types), label_tokens(e, e.roles)) for e in examples]
    variants = []
    for seed, shares in enumerate(zip(HIDDEN, HIDDEN_FURTHER, strict=True), 1):
        chance = random.Random(seed)
        papers = []
        for example, (types, roles) in zip(examples, wanted, strict=True):
            paper = _described(example, cues, chance, shares[example.further])
            # most features come again and again
            features = [list(map(sys.intern, row)) for row in own_features(paper, vectors)]
            papers.append(Labelled(paper=paper, features=features, types=types, roles=roles))
        variants.append(papers)
    return variants


def train_linear(papers: Sequence[Labelled]) -> Fields:
    """Return the linear model fitted to `papers`, its weights in half precision."""
    own = [paper.features for paper in papers]
    types, type_weights = _fit(own, [paper.types for paper in papers], TYPES)
    roles, role_weights = _fit(own, [paper.roles for paper in papers], ROLES)
    names = sorted({*type_weights, *role_weights})
    weights = np.zeros((len(names), len(types.labels) + len(roles.labels)), dtype=np.float16)
    for row, name in zip(weights, names, strict=True):
        for found, field, start in ((type_weights, types, 0), (role_weights, roles, len(types.labels))):
            for label, weight in found.get(name, {}).items():
                row[start + field.labels.index(label)] = weight
    return Fields(types=types, roles=roles, features=tuple(names), weights=weights.astype(np.float32))


def _mean(first: Crf, second: Crf) -> Crf:
    return replace(first, transitions=np.asarray((first.transitions + second.transitions) / 2, dtype=np.float32))


def _described(example: Example, cues: Cues, chance: random.Random, share: float) -> Described:
    paper = describe(example.words, *hide(example, chance, share), example.abbreviations, cues)
    if example.further:
        for row in paper.here:
            row.append(FURTHER)
    return paper


def _fit(own: Sequence[list[list[str]]], labels: Sequence[list[str]], kinds: Sequence[str]) -> tuple[Crf, Weights]:
    """Return a random field of spans of `kinds` fitted by CRFsuite, and its weights by feature and label.

    The features of the neighbours are added to each paper's `own` as it is handed over: those of all would fill the
    memory.
    """
    import pycrfsuite

    trainer = pycrfsuite.Trainer(verbose=False)
    trainer.set_params(CRF)
    for rows, wanted in zip(own, labels, strict=True):
        trainer.append(near_features(rows), wanted)
    with tempfile.TemporaryDirectory() as folder:
        trainer.train(str(Path(folder) / "crf"))
        tagger = pycrfsuite.Tagger()
        tagger.open(str(Path(folder) / "crf"))
        learned = tagger.info()
    names = ("O", *(f"{place}-{kind}" for kind in kinds for place in "BI"))
    steps = np.zeros((len(names), len(names)), dtype=np.float32)
    for (before, after), weight in learned.transitions.items():
        steps[names.index(before), names.index(after)] = weight
    weights: Weights = {}
    for (feature, label), weight in learned.state_features.items():
        weights.setdefault(feature, {})[label] = weight
    return Crf(labels=names, transitions=steps), weights
