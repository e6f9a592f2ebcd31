"""A convolutional network over the tokens of papers, in whole numbers.

A token is the sum of the vectors of its features, then dilated convolutions with residual connections let it see
its surroundings (Strubell, Verga, Belanger and McCallum, "Fast and accurate entity recognition with iterated
dilated convolutions", EMNLP 2017). One layer is a convolution along the places of the same word in a paper, so that
what is said of a name in one sentence is known in the others. A last layer scores the labels. Weights are rounded to 8
bits after training, and so are the activations (Jacob et al., "Quantization and training of neural networks for
efficient integer-arithmetic-only inference", CVPR 2018): all products and sums are whole numbers below 2**24, exact in
single precision in whatever order they are added, so that every processor gives the same bits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
# the highest activation
TOP = 255
# the highest weight
FULL = 127
# the dilation of the layer along the places of a word
SAME_WORD = 0
# no sum is higher: whole numbers are exact in single precision up to here
SUM = 2**24


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A convolution over each token and those `dilation` before and after it.

    If that is `SAME_WORD`, it is over each token and the nearest of the same word before and after it.

    `weights` (3 widths by width) and `bias` (width) are whole; `factor` brings their products back to activations.
    """

    dilation: int
    weights: Floats
    bias: Floats
    factor: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Vectors of features (rows of `table`, by `rows`), layers and output.

    The vector of a word (`kg.vectors`) is brought to the width by `projection` (size by width) and the factor
    `projected`. The sum of all vectors of a token and of `start`, times `entry`, are its first activations. `output`
    (width by L) and `bias` (L) are whole; `factor` turns their products into scores.
    """

    rows: Mapping[str, int]
    table: NDArray[np.int8]
    projection: Floats
    projected: float
    start: Floats
    entry: float
    layers: tuple[Layer, ...]
    output: Floats
    bias: Floats
    factor: float

    @property
    def margin(self) -> int:
        """How many empty rows keep neighbouring papers from seeing each other."""
        return max((layer.dilation for layer in self.layers), default=0)


def project(network: Network, vector: NDArray[np.int8]) -> Floats:
    """Return what the `vector` of a word adds to the sum of its token (width)."""
    told: Floats = np.rint((vector.astype(np.float32) @ network.projection) * np.float32(network.projected))
    return told


def same_words(atoms: Sequence[str]) -> tuple[list[int], list[int]]:
    """Return for each of n `atoms` the place of the nearest like it before and after it, n where there is none.

    >>> same_words(["a", "b", "a"])
    ([3, 3, 0], [2, 3, 3])
    """
    before, after = [len(atoms)] * len(atoms), [len(atoms)] * len(atoms)
    last: dict[str, int] = {}
    for i, atom in enumerate(atoms):
        if (j := last.get(atom)) is not None:
            before[i], after[j] = j, i
        last[atom] = i
    return before, after


def score_tokens(network: Network, papers: Sequence[Floats], atoms: Sequence[Sequence[str]]) -> list[Floats]:
    """Return the scores of the labels for the tokens of each paper (n by L).

    They are computed from their sums of vectors (n by width) and from their `atoms` (n).
    """
    margin, width = network.margin, network.table.shape[1]
    lengths = [len(p) for p in papers]
    starts = np.cumsum([margin, *(n + margin for n in lengths)])[:-1].tolist()
    seen = np.zeros((sum(lengths) + margin * (len(papers) + 1), width), dtype=np.float32)
    # where nothing is, is a gap, such as the first row
    places = np.zeros((2, len(seen)), dtype=np.int64)
    for paper, words, start, n in zip(papers, atoms, starts, lengths, strict=True):
        np.add(paper, network.start, out=seen[start : start + n])
        near = np.array(same_words(words), dtype=np.int64)
        places[:, start : start + n] = np.where(near < n, near + start, 0)
    gaps = [slice(end, end + margin) for end in (0, *(start + n for start, n in zip(starts, lengths, strict=True)))]
    # `clip` is several times as fast as `maximum`
    np.clip(seen, 0, SUM, out=seen)
    seen *= np.float32(network.entry)
    np.rint(seen, out=seen)
    clipped, told, part = np.empty_like(seen), np.empty_like(seen), np.empty_like(seen)
    for layer in network.layers:
        np.clip(seen, 0, TOP, out=clipped)
        d = layer.dilation
        before, here, after = layer.weights.reshape(3, width, width)
        np.matmul(clipped, here, out=told)
        told += layer.bias
        if d == SAME_WORD:
            for rows, weights in zip(places, (before, after), strict=True):
                # most words are there once
                there = np.flatnonzero(rows)
                told[there] += clipped[rows[there]] @ weights
        else:
            told[d:] += np.matmul(clipped[:-d], before, out=part[d:])
            told[:-d] += np.matmul(clipped[d:], after, out=part[d:])
        np.clip(told, 0, SUM, out=told)
        told *= np.float32(layer.factor)
        np.rint(told, out=told)
        for gap in gaps:
            told[gap] = 0
        seen += told
    scores = (np.clip(seen, 0, TOP, out=clipped) @ network.output + network.bias) * np.float32(network.factor)
    return [scores[start : start + n] for start, n in zip(starts, lengths, strict=True)]


def pack_network(network: Network) -> dict[str, NDArray[np.generic]]:
    """Return `network` as named arrays, the inverse of `unpack_network`."""
    factors = [network.projected, network.entry, *(layer.factor for layer in network.layers), network.factor]
    return {
        "net_rows": np.frombuffer("\n".join(network.rows).encode(), dtype=np.uint8),
        "net_table": network.table,
        "net_projection": network.projection.astype(np.int8),
        "net_start": network.start.astype(np.int32),
        "net_factors": np.array(factors, dtype=np.float64),
        "net_dilations": np.array([layer.dilation for layer in network.layers], dtype=np.int32),
        "net_weights": np.array([layer.weights for layer in network.layers]).astype(np.int8),
        "net_biases": np.array([layer.bias for layer in network.layers]).astype(np.int32),
        "net_output": network.output.astype(np.int8),
        "net_bias": network.bias.astype(np.int32),
    }


def unpack_network(parts: Mapping[str, NDArray[np.generic]]) -> Network:
    """Return the network whose arrays `pack_network` named."""

    def whole(values: NDArray[np.generic]) -> Floats:
        return values.astype(np.float32)

    projected, entry, *factors, factor = (float(f) for f in parts["net_factors"])
    layers = zip(parts["net_dilations"], parts["net_weights"], parts["net_biases"], factors, strict=True)
    names = parts["net_rows"].tobytes().decode().split("\n")
    return Network(
        rows={name: i for i, name in enumerate(names)},
        table=parts["net_table"].astype(np.int8),
        projection=whole(parts["net_projection"]),
        projected=projected,
        start=whole(parts["net_start"]),
        entry=entry,
        layers=tuple(Layer(dilation=int(d), weights=whole(w), bias=whole(b), factor=f) for d, w, b, f in layers),
        output=whole(parts["net_output"]),
        bias=whole(parts["net_bias"]),
        factor=factor,
    )
