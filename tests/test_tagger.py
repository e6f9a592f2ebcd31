"""The tagger: sums by form are sums over features, weights are written and read, papers do not depend on each other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from spacy.language import Language

from kg.crf import Crf
from kg.errors import OntologyError
from kg.files import ontology_folder
from kg.network import Layer, Network
from kg.ontology import read_ontology
from kg.pipeline import abbreviations, candidates, rule_mentions, words
from kg.tagger import MODEL, WEIGHTS, Tagger, build_tagger, read_tagger, tag, write_tagger
from kg.tokens import Described, describe, near_features, own_features
from kg.vectors import Vectors

LABELS = ("O", "B-Model", "I-Model"), ("O", "B-uses", "I-uses")
COLUMNS = sum(map(len, LABELS))
WIDTH = 4
TEXTS = (
    "FooNet: Fast Pruning\nWe propose FooNet, a pruning method for large language models (LLMs). LLMs shrink by 3x.",
    "Notes\nUnlike BERT, we use sparse attention on ImageNet.",
    "X\nY",
)
Describe = Callable[[str], Described]


@pytest.fixture(scope="module")
def described(nlp: Language) -> list[Described]:
    cues = read_ontology(ontology_folder()).cues
    docs = [nlp(text) for text in TEXTS]
    return [describe(words(d), candidates(d), rule_mentions(d), abbreviations(d), cues) for d in docs]


@pytest.fixture(scope="module")
def tagger(described: list[Described]) -> Tagger:
    chance = np.random.default_rng(3)
    atoms = sorted({a for paper in described for a in paper.atoms if a.isalpha()})[::2]
    vectors = Vectors(
        rows={a: i for i, a in enumerate(atoms)},
        vectors=chance.integers(-127, 128, (len(atoms), 5)).astype(np.int8),
        clusters=chance.integers(0, 9, (len(atoms), 3)).astype(np.uint16),
    )
    features = sorted({f for paper in described for row in near_features(own_features(paper, vectors)) for f in row})
    own = sorted({f for paper in described for row in own_features(paper, vectors) for f in row})[::3]
    network = Network(
        rows={f: i for i, f in enumerate(own)},
        table=chance.integers(-127, 128, (len(own), WIDTH)).astype(np.int8),
        projection=chance.integers(-127, 128, (5, WIDTH)).astype(np.float32),
        projected=0.02,
        start=np.zeros(WIDTH, dtype=np.float32),
        entry=0.2,
        layers=(Layer(dilation=1, weights=np.ones((3 * WIDTH, WIDTH), "f"), bias=np.zeros(WIDTH, "f"), factor=0.1),),
        output=chance.integers(-127, 128, (WIDTH, COLUMNS)).astype(np.float32),
        bias=np.zeros(COLUMNS, dtype=np.float32),
        factor=1e-4,
    )
    weights = chance.normal(size=(len(features), COLUMNS)).astype(np.float16).astype(np.float32)
    types, roles = (Crf(labels=names, transitions=np.zeros((3, 3), dtype=np.float32)) for names in LABELS)
    return build_tagger(types, roles, features, weights, network, vectors)


def test_tagger_sums_are_the_weights_of_all_features(tagger: Tagger, described: list[Described]) -> None:
    from kg.tagger import _linear, _sums

    linear = (1 + 4) * COLUMNS
    for paper in described:
        own = own_features(paper, tagger.vectors)
        total = _sums(tagger, paper)
        expected = [tagger.weights[[tagger.rows[f] for f in row]].sum(axis=0) for row in near_features(own)]
        assert np.allclose(_linear(tagger, total[:, :linear]), expected, atol=1e-4)
        for row, features, atom in zip(total[:, linear:], own, paper.atoms, strict=True):
            wanted = sum(
                tagger.network.table[tagger.network.rows[f]].astype(int) for f in features if f in tagger.network.rows
            )
            if atom in tagger.vectors.rows:
                vector = tagger.vectors.vectors[tagger.vectors.rows[atom]].astype(int)
                wanted = wanted + np.rint(vector @ tagger.network.projection * tagger.network.projected)
            assert np.allclose(row, wanted)


def test_tagger_papers_do_not_depend_on_each_other(tagger: Tagger, described: list[Described]) -> None:
    together = tag(tagger, described)
    for paper, tagging in zip(described, together, strict=True):
        [alone] = tag(tagger, [paper])
        for first, last in tagging.spans(0.0):
            likely, again = tagging.span_types(first, last), alone.span_types(first, last)
            assert again == pytest.approx(likely, abs=1e-9)
            assert 0 <= tagging.roles.rows([first], [last]).sum() <= 1 + 1e-9
    assert tag(tagger, []) == []


def test_tagger_is_written_and_read_with_the_same_bytes(
    tagger: Tagger, described: list[Described], tmp_path: Path
) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
    write_tagger(tagger, one)
    again = read_tagger(one)
    write_tagger(again, two)
    assert {p.name: p.read_bytes() for p in one.iterdir()} == {p.name: p.read_bytes() for p in two.iterdir()}
    for a, b in zip(tag(tagger, described), tag(again, described), strict=True):
        spans = a.spans(0.01)
        assert spans == b.spans(0.01)
        for one_field, other in ((a.types, b.types), (a.roles, b.roles)):
            firsts, lasts = zip(*spans, strict=True)
            assert np.array_equal(one_field.rows(firsts, lasts), other.rows(firsts, lasts))


def test_tagger_shipped_knows_every_type_and_role() -> None:
    shipped = read_tagger(WEIGHTS)
    assert shipped.types.kinds[:2] == ("Technique", "Model")
    assert set(shipped.roles.kinds) == {"introduces", "uses", "comparesWith", "mentions"}


@pytest.mark.parametrize("content", [b"", b"PK broken", None])
def test_tagger_with_broken_weights_says_what_to_do(content: bytes | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / MODEL).write_bytes(content)
    with pytest.raises(OntologyError, match=r"weights cannot be read .*kg train"):
        read_tagger(tmp_path)
