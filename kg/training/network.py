"""Training of the convolutional network of `kg.network`, with PyTorch, and its rounding to whole numbers.

The network and the steps between labels are fitted together to the likelihood of the annotated labels under two
random fields, of types and of roles (Lample et al., "Neural architectures for named entity recognition", NAACL 2016).
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kg.crf import Crf
from kg.network import FULL, SAME_WORD, TOP, Floats, Layer, Network, same_words
from kg.tokens import Described
from kg.vectors import Vectors

if TYPE_CHECKING:
    import torch

WIDTH = 128
DILATIONS = (1, 2, 4, SAME_WORD, 8, 1)
EPOCHS = 12
BATCH = 16
RATE = 2e-3
DROPPED, DROPPED_FEATURES = 0.2, 0.05
LEAST = 3
# how much the labels of roles count beside those of types
ROLE_SHARE = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """The n tokens of an annotated paper, their features and labels."""

    paper: Described
    features: list[list[str]]
    types: list[str]
    roles: list[str]


def train_network(
    variants: Sequence[Sequence[Labelled]],
    vectors: Vectors,
    labels: tuple[tuple[str, ...], tuple[str, ...]],
    tell: Callable[[str], None],
) -> tuple[Network, Crf, Crf]:
    """Return a network trained on papers, each epoch on another of the `variants` of them, with its random fields."""
    import torch

    torch.manual_seed(1)
    chance = random.Random(1)
    counts = Counter(f for paper in variants[0] for row in paper.features for f in row)
    index = {f: i for i, f in enumerate(sorted(f for f, n in counts.items() if n >= LEAST))}
    columns = len(labels[0]), len(labels[1])
    parameters = _parameters(len(index), vectors.vectors.shape[1], columns)
    optimizer = torch.optim.Adam(parameters.values(), lr=RATE, weight_decay=1e-5)
    steps = EPOCHS * -(-len(variants[0]) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps + 1, pct_start=0.15)
    known = torch.tensor(np.vstack([vectors.vectors, np.zeros_like(vectors.vectors[:1])]).astype(np.float32))
    for epoch in range(EPOCHS):
        loss_sum = 0.0
        for batch in _batches(variants[epoch % len(variants)], chance):
            inputs = _inputs(batch, index, vectors, chance)
            scores, mask = _forward(parameters, inputs, known, training=True)
            loss = torch.zeros(())
            for name, first, last, share in (
                ("types", 0, columns[0], 1.0),
                ("roles", columns[0], sum(columns), ROLE_SHARE),
            ):
                wanted = _wanted(batch, name, labels[name == "roles"], mask.shape[1])
                loss = loss + share * _surprise(scores[:, :, first:last], wanted, parameters[name], mask)
            loss_sum += float(loss.detach())
            optimizer.zero_grad()
            (loss / len(batch)).backward()
            torch.nn.utils.clip_grad_norm_(parameters.values(), 5.0)
            optimizer.step()
            schedule.step()
        tell(f"network: epoch {epoch + 1} of {EPOCHS}, {loss_sum / len(variants[0]):.1f} nats a paper")
    with torch.no_grad():
        top = 0.0
        for batch in _batches(variants[0], None):
            seen = _forward(parameters, _inputs(batch, index, vectors, None), known, training=False, hidden=True)[0]
            top = max(top, float(seen.flatten().kthvalue(max(1, int(seen.numel() * 0.9999))).values))
    found = {name: p.detach().numpy().astype(np.float64) for name, p in parameters.items()}
    network = _rounded(found, index, top / TOP)
    types, roles = (
        Crf(labels=names, transitions=found[kind].astype(np.float32))
        for kind, names in zip(("types", "roles"), labels, strict=True)
    )
    return network, types, roles


def _parameters(features: int, size: int, columns: tuple[int, int]) -> dict[str, torch.Tensor]:
    import torch

    def uniform(*shape: int, fan: int) -> torch.Tensor:
        values: torch.Tensor = (torch.rand(*shape) * 2 - 1) * fan**-0.5
        return values

    found = {
        "table": torch.randn(features, WIDTH) * 0.08,
        "vectors": uniform(size, WIDTH, fan=size) / 127,
        "start": torch.zeros(WIDTH),
        "output": uniform(WIDTH, sum(columns), fan=WIDTH),
        "bias": torch.zeros(sum(columns)),
        "types": torch.zeros(columns[0], columns[0]),
        "roles": torch.zeros(columns[1], columns[1]),
    }
    for i in range(len(DILATIONS)):
        found[f"weights{i}"] = uniform(WIDTH, WIDTH, 3, fan=3 * WIDTH)
        found[f"bias{i}"] = torch.zeros(WIDTH)
    return {name: value.requires_grad_() for name, value in found.items()}


def _batches(papers: Sequence[Labelled], chance: random.Random | None) -> Iterator[list[Labelled]]:
    """Yield the papers in batches of like lengths, in chance order."""
    order = list(range(len(papers)))
    if chance is not None:
        chance.shuffle(order)
    near = [order[i : i + 8 * BATCH] for i in range(0, len(order), 8 * BATCH)]
    batches = []
    for group in near:
        group.sort(key=lambda i: len(papers[i].paper.atoms))
        batches += [group[i : i + BATCH] for i in range(0, len(group), BATCH)]
    if chance is not None:
        chance.shuffle(batches)
    for batch in batches:
        yield [papers[i] for i in batch]


def _inputs(
    batch: Sequence[Labelled], index: dict[str, int], vectors: Vectors, chance: random.Random | None
) -> tuple[Any, ...]:
    import torch

    longest = max(len(p.paper.atoms) for p in batch)
    features: list[int] = []
    offsets: list[int] = []
    words = np.full((len(batch), longest), len(vectors.rows), dtype=np.int64)
    mask = np.zeros((len(batch), longest), dtype=np.float32)
    # the nearest places of the same word before and after each; where there is none, one behind the last
    near = np.full((2, len(batch), longest), longest, dtype=np.int64)
    for row, paper in enumerate(batch):
        n = len(paper.paper.atoms)
        places = np.array(same_words(paper.paper.atoms), dtype=np.int64)
        near[:, row, :n] = np.where(places < n, places, longest)
        words[row, :n] = [vectors.rows.get(a, len(vectors.rows)) for a in paper.paper.atoms]
        mask[row, :n] = 1
        for i in range(longest):
            offsets.append(len(features))
            if i < len(paper.features):
                features += [
                    index[f]
                    for f in paper.features[i]
                    if f in index and (chance is None or chance.random() > DROPPED_FEATURES)
                ]
    return (
        torch.tensor(features, dtype=torch.long),
        torch.tensor(offsets),
        torch.tensor(words),
        torch.tensor(mask),
        torch.tensor(near),
    )


def _forward(
    parameters: dict[str, torch.Tensor],
    inputs: tuple[Any, ...],
    known: torch.Tensor,
    *,
    training: bool,
    hidden: bool = False,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the scores of a batch (papers by tokens by labels), or its last activations, and its mask."""
    import torch
    from torch.nn import functional

    features, offsets, words, mask, near = inputs
    summed = functional.embedding_bag(features, parameters["table"], offsets, mode="sum")
    summed = summed.view(*words.shape, WIDTH) + known[words] @ parameters["vectors"] + parameters["start"]
    seen = functional.dropout(torch.relu(summed), DROPPED, training) * mask[:, :, None]
    seen = seen.transpose(1, 2)
    for i, dilation in enumerate(DILATIONS):
        dropped, weights, bias = (
            functional.dropout(seen, DROPPED, training),
            parameters[f"weights{i}"],
            parameters[f"bias{i}"],
        )
        if dilation == SAME_WORD:
            told = _along_words(dropped, near, weights, bias)
        else:
            told = functional.conv1d(dropped, weights, bias, padding=dilation, dilation=dilation)
        seen = (seen + torch.relu(told)) * mask[:, None, :]
    if hidden:
        return seen, mask
    seen = functional.dropout(seen.transpose(1, 2), DROPPED, training)
    return seen @ parameters["output"] + parameters["bias"], mask


def _along_words(seen: torch.Tensor, near: torch.Tensor, weights: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    """Return the convolution of `seen` (papers by width by tokens) along the places of each word (`near`)."""
    import torch

    rows = torch.cat([seen.transpose(1, 2), seen.new_zeros(seen.shape[0], 1, seen.shape[1])], 1)
    before, after = (rows.gather(1, places[:, :, None].expand(-1, -1, seen.shape[1])) for places in near)
    around = torch.cat([before, rows[:, :-1], after], 2)
    return (around @ weights.permute(2, 1, 0).reshape(-1, weights.shape[0]) + bias).transpose(1, 2)


def _wanted(batch: Sequence[Labelled], kind: str, labels: tuple[str, ...], longest: int) -> torch.Tensor:
    import torch

    places = {label: i for i, label in enumerate(labels)}
    found = np.zeros((len(batch), longest), dtype=np.int64)
    for row, paper in zip(found, batch, strict=True):
        given = paper.types if kind == "types" else paper.roles
        row[: len(given)] = [places[label] for label in given]
    return torch.tensor(found)


def _surprise(scores: torch.Tensor, wanted: torch.Tensor, steps: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Return the negative log likelihood of the `wanted` labels of all papers of a batch."""
    import torch

    chosen = scores.gather(2, wanted[:, :, None]).squeeze(2) * mask
    moves = steps[wanted[:, :-1], wanted[:, 1:]] * mask[:, 1:]
    total = scores[:, 0]
    for i in range(1, scores.shape[1]):
        further = torch.logsumexp(total[:, :, None] + steps[None], 1) + scores[:, i]
        here = mask[:, i, None]
        total = further * here + total * (1 - here)
    return (torch.logsumexp(total, 1) - chosen.sum(1) - moves.sum(1)).sum()


def _rounded(found: dict[str, Any], index: dict[str, int], unit: float) -> Network:
    """Return the network in whole numbers: activations are multiples of `unit`."""

    def whole(values: Any, scale: float) -> Floats:
        found: Floats = np.clip(np.rint(values / scale), -FULL, FULL).astype(np.float32)
        return found

    def scale_of(values: Any) -> float:
        return float(np.abs(values).max()) / FULL

    table = scale_of(found["table"])
    projection = scale_of(found["vectors"])
    layers = []
    for i, dilation in enumerate(DILATIONS):
        # (out, in, place) to (place and in, out)
        weights = found[f"weights{i}"].transpose(2, 1, 0).reshape(3 * WIDTH, WIDTH)
        scale = scale_of(weights)
        bias = np.rint(found[f"bias{i}"] / (scale * unit)).astype(np.float32)
        layers.append(Layer(dilation=dilation, weights=whole(weights, scale), bias=bias, factor=scale))
    output = scale_of(found["output"])
    return Network(
        rows=index,
        table=whole(found["table"], table).astype(np.int8),
        projection=whole(found["vectors"], projection),
        projected=projection / table,
        start=np.rint(found["start"] / table).astype(np.float32),
        entry=table / unit,
        layers=tuple(layers),
        output=whole(found["output"], output),
        bias=np.rint(found["bias"] / (output * unit)).astype(np.float32),
        factor=output * unit,
    )
