"""The trained tagger: what tokens of a paper are names of entities, of which type and in which role.

It decides where the rules are in doubt: which of overlapping candidates is the entity, and what is one though no
list knows it. From the features of the tokens (`kg.tokens`) and the vectors of their words (`kg.vectors`), two
conditional random fields (`kg.crf`) label spans, one by type and one by role. Their scores are the mean of two
models that were trained apart (a product of experts; Hinton, "Training products of experts by minimizing contrastive
divergence", Neural Computation 2002): a linear one over the features of a token and its neighbours, and a
convolutional network (`kg.network`).

Both begin with sums over features. Those over all features of a word's form and over all that is so in a place are
kept, for the token itself and for what it tells its neighbours, so that most of the work is done once for each word.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from kg.crf import Crf, Floats, Lattice, find_lattices
from kg.errors import OntologyError
from kg.files import write_whole
from kg.network import Network, pack_network, project, score_tokens, unpack_network
from kg.tokens import DISTANCES, Described, word_features
from kg.vectors import Vectors, read_vectors, write_vectors

WEIGHTS = Path(__file__).parent / "weights"
MODEL = "mentions.npz"
IMPROVEMENTS = "improvements.json"
# when there are more sums than this, they are begun anew
MOST_SUMS = 100_000


@dataclass(slots=True)
class Sums:
    """Sums of weights by form of word, by all that is so in a place, and by feature: rows of `table`, see `_told`."""

    table: Floats
    size: int = 1
    forms: dict[str, int] = field(default_factory=dict)
    places: dict[tuple[str, ...], int] = field(default_factory=dict)
    features: dict[str, int] = field(default_factory=dict)

    def add(self, row: Floats) -> int:
        """Return the place of `row` in the table; the row of zeros is at 0."""
        if not row.any():
            return 0
        if self.size == len(self.table):
            self.table = np.concatenate([self.table, np.zeros_like(self.table)])
        self.table[self.size] = row
        self.size += 1
        return self.size - 1

    def clear(self) -> None:
        """Forget all sums."""
        self.size = 1
        self.forms.clear()
        self.places.clear()
        self.features.clear()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagger:
    """The random fields of types and of roles, the linear model and the network that score their labels.

    `weights` has a row for each feature of `rows`, with a column for each label of both fields.
    """

    types: Crf
    roles: Crf
    rows: Mapping[str, int]
    weights: Floats
    network: Network
    vectors: Vectors
    sums: Sums = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagging:
    """The probabilities of spans by type and by role."""

    types: Lattice
    roles: Lattice

    def spans(self, least: float) -> list[tuple[int, int]]:
        """Return (first, last) of every span that is likely enough as one of a type or of a role."""
        return sorted({*self.types.spans(least), *self.roles.spans(least)})

    def span_types(self, first: int, last: int) -> dict[str, float]:
        """Return the probability by type that tokens `first` to `last` (excluded) are one entity."""
        return dict(zip(self.types.kinds, self.types.rows([first], [last])[0].tolist(), strict=True))


def build_tagger(
    types: Crf, roles: Crf, features: Sequence[str], weights: Floats, network: Network, vectors: Vectors
) -> Tagger:
    """Return the tagger whose linear model has these `weights`, a row for each of `features`."""
    columns = (1 + len(DISTANCES)) * weights.shape[1] + network.table.shape[1]
    return Tagger(
        types=types,
        roles=roles,
        rows={feature: i for i, feature in enumerate(features)},
        weights=weights,
        network=network,
        vectors=vectors,
        sums=Sums(np.zeros((1024, columns), dtype=np.float32)),
    )


def write_tagger(tagger: Tagger, folder: Path) -> None:
    """Write `tagger` to `folder`: the linear weights that are not zero in half precision, all others whole."""
    write_vectors(tagger.vectors, folder)
    places, columns = np.nonzero(tagger.weights)
    with write_whole(folder / MODEL) as file:
        np.savez_compressed(
            file,
            allow_pickle=False,
            types=np.array(tagger.types.labels),
            roles=np.array(tagger.roles.labels),
            type_steps=tagger.types.transitions,
            role_steps=tagger.roles.transitions,
            features=np.frombuffer("\n".join(tagger.rows).encode(), dtype=np.uint8),
            counts=np.bincount(places, minlength=len(tagger.rows)).astype(np.uint8),
            columns=columns.astype(np.uint8),
            values=tagger.weights[places, columns].astype(np.float16),
            **pack_network(tagger.network),
        )


@lru_cache(maxsize=2)
def read_tagger(folder: Path = WEIGHTS) -> Tagger:
    """Read the weights in `folder`.

    Raises:
        OntologyError: they are missing or broken.
    """
    try:
        with np.load(folder / MODEL) as parts:
            types = Crf(labels=tuple(map(str, parts["types"])), transitions=parts["type_steps"])
            roles = Crf(labels=tuple(map(str, parts["roles"])), transitions=parts["role_steps"])
            features = parts["features"].tobytes().decode().split("\n")
            weights = np.zeros((len(features), len(types.labels) + len(roles.labels)), dtype=np.float32)
            weights[np.repeat(np.arange(len(features)), parts["counts"]), parts["columns"]] = parts["values"]
            network = unpack_network(parts)
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as e:
        raise OntologyError(f"{folder}: the trained weights cannot be read ({e}); train them with: kg train") from e
    return build_tagger(types, roles, features, weights, network, read_vectors(folder))


def tag(tagger: Tagger, papers: Sequence[Described]) -> list[Tagging]:
    """Return the probabilities of the spans of each of `papers`."""
    summed = [_sums(tagger, paper) for paper in papers]
    width = tagger.sums.table.shape[1] - tagger.network.table.shape[1]
    linear = [_linear(tagger, total[:, :width]) for total in summed]
    deep = score_tokens(tagger.network, [total[:, width:] for total in summed], [paper.atoms for paper in papers])
    scores = [(a + b) / 2 for a, b in zip(linear, deep, strict=True)]
    split = len(tagger.types.labels)
    types = find_lattices(tagger.types, [s[:, :split] for s in scores])
    roles = find_lattices(tagger.roles, [s[:, split:] for s in scores])
    return [Tagging(types=t, roles=r) for t, r in zip(types, roles, strict=True)]


def _sums(tagger: Tagger, paper: Described) -> Floats:
    """Return the sums over the features of each token (tokens by columns of `_told`)."""
    sums = tagger.sums
    if not paper.words:
        return np.zeros((0, sums.table.shape[1]), dtype=np.float32)
    if len(sums.forms) + len(sums.places) > MOST_SUMS:
        sums.clear()
    forms: list[int] = []
    places: list[int] = []
    for word, atom, row in zip(paper.words, paper.atoms, paper.here, strict=True):
        form = sums.forms.get(word)
        if form is None:
            told = np.sum([_told(tagger, feature) for feature in word_features(word, tagger.vectors)], axis=0)
            if (at := tagger.vectors.rows.get(atom)) is not None:
                told[-tagger.network.table.shape[1] :] += project(tagger.network, tagger.vectors.vectors[at])
            form = sums.forms[word] = sums.add(told)
        here = tuple(row)
        place = sums.places.get(here)
        if place is None:
            place = sums.places[here] = sums.add(_sum_of(tagger, row))
        forms.append(form)
        places.append(place)
    total: Floats = sums.table[forms] + sums.table[places]
    return total


def _sum_of(tagger: Tagger, row: Sequence[str]) -> Floats:
    """Return the sum over the features of a place."""
    sums = tagger.sums
    known = [sums.features.get(feature) for feature in row]
    for i, feature in enumerate(row):
        if known[i] is None:
            known[i] = sums.features[feature] = sums.add(_told(tagger, feature))
    found: Floats = sums.table[[place for place in known if place]].sum(axis=0)
    return found


def _linear(tagger: Tagger, total: Floats) -> Floats:
    """Return the score of each label at each token by the linear model, from the `total` of its features."""
    width = tagger.weights.shape[1]
    scores = total[:, :width].copy()
    for slot, (distance, _) in enumerate(DISTANCES, 1):
        told = total[:, slot * width : (slot + 1) * width]
        if distance < 0:
            scores[-distance:] += told[:distance]
        else:
            scores[:-distance] += told[distance:]
    return scores


def _told(tagger: Tagger, feature: str) -> Floats:
    """Return what `feature` adds to the sums.

    First its weights in the linear model for its own token, then, where they are told of it, for the token at each
    of `DISTANCES`, last its vector in the network.
    """
    width = tagger.weights.shape[1]
    told = np.zeros(tagger.sums.table.shape[1], dtype=np.float32)
    names = [feature, *(f"{d}:{feature}" if feature[:2] in kept else "" for d, kept in DISTANCES)]
    for slot, name in enumerate(names):
        if (row := tagger.rows.get(name)) is not None:
            told[slot * width : (slot + 1) * width] = tagger.weights[row]
    if (row := tagger.network.rows.get(feature)) is not None:
        told[-tagger.network.table.shape[1] :] = tagger.network.table[row]
    return told
