"""The vocabulary: variants that are derived, and the files that come along."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
from slugify import slugify

from kg.files import ontology_folder
from kg.ontology import read_ontology
from kg.records import TYPES
from kg.text import key
from kg.validation import find_violations, read_turtle
from kg.vocabulary import Concept, Vocabulary, agrees, build_vocabulary, label_keys

PREFIXES = """\
@prefix kg: <https://w3id.org/mlkg/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix t: <https://w3id.org/mlkg/technique/> .
"""


def one_concept(label: str, *aliases: str, ambiguous: tuple[str, ...] = ()) -> Vocabulary:
    return build_vocabulary(
        [Concept(id="technique/it", type="Technique", label=label, aliases=aliases, ambiguous=ambiguous)]
    )


@pytest.mark.parametrize(
    ("label", "surface"),
    [
        ("KV cache", "KV caches"),
        ("KV cache", "kv-cache"),
        ("mixture of experts", "Mixture-of-Experts"),
        ("model behavior", "model behaviours"),
        ("weight optimization", "weight optimisation"),
        ("fine-tuning", "finetuning"),
        ("fine-tuning", "fine tuning"),
        ("pre-trained network", "pretrained networks"),
        ("FooNet", "Foonet"),
        ("FlashFoo", "Flash Foo"),
        ("FlashFoo", "flash-foo"),
        ("Hugging Foo", "HuggingFoo"),
        ("FooNet-50", "FooNet50"),
    ],
)
def test_vocabulary_knows_a_label_in_its_derived_variants(label: str, surface: str) -> None:
    assert [c.label for c in one_concept(label).named(surface)] == [label]


@pytest.mark.parametrize(
    ("label", "surface"),
    [
        ("large model", "largemodel"),
        ("of Foo", "ofFoo"),
        ("BERT", "BE RT"),
        ("fine art", "fine arts school"),
        ("FooNet", "Foo"),
    ],
)
def test_vocabulary_does_not_invent_variants(label: str, surface: str) -> None:
    assert one_concept(label).named(surface) == ()


def readable(label: str) -> str:
    """Return the last part of a concept's IRI: its label with hyphens, signs in words."""
    for sign, word in (("+", "plus"), ("#", "sharp"), ("*", "star"), ("^", "hat"), (".", "")):
        label = label.replace(sign, f" {word} ")
    return slugify(label)[:80].rstrip("-")


def test_vocabulary_label_keys_have_no_double() -> None:
    for label in (
        "FlashAttention",
        "pre-training",
        "Hugging Face",
        "BERT",
        "Multi-Head Attention",
        "low-rank adaptation",
    ):
        keys = list(label_keys(label))
        assert keys[0] == key(label)
        assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    ("label", "surface", "whether"),
    [
        ("quantization", "QUANTIZATION", True),
        ("quantization", "quantization", True),
        ("key-value cache", "Key-Value Cache", True),
        ("SAM", "SAM", True),
        ("SAM", "SAMs", True),
        ("SAM", "Sam", False),
        ("SAM", "sam", False),
        ("GLUE", "glue", False),
        ("Adam", "Adam", True),
        ("Adam", "ADAM", True),
        ("Adam", "adam", False),
        ("FooNet-50", "foonet50", True),
        ("C4", "c4", False),
    ],
)
def test_vocabulary_agrees_on_capitals(label: str, surface: str, whether: bool) -> None:
    assert agrees(label, surface) is whether


def test_vocabulary_find_yields_all_runs_overlaps_included() -> None:
    vocabulary = build_vocabulary(
        [
            Concept(id="technique/cache", type="Technique", label="cache"),
            Concept(id="technique/kv-cache", type="Technique", label="KV cache"),
            Concept(id="technique/kv-cache-compression", type="Technique", label="KV cache compression"),
        ]
    )
    atoms = key("We do KV cache compression of a cache")
    found = [(" ".join(atoms[s:e]), labels[0].concept) for s, e, labels in vocabulary.find(atoms)]
    assert sorted(found) == [
        ("cache", "technique/cache"),
        ("cache", "technique/cache"),
        ("kv cache", "technique/kv-cache"),
        ("kv cache compression", "technique/kv-cache-compression"),
    ]
    assert list(vocabulary.find(())) == []


def test_vocabulary_marks_only_the_declared_label_as_ambiguous() -> None:
    vocabulary = one_concept("segment anything", ambiguous=("SAM",))
    assert [label.ambiguous for label in vocabulary.labels[key("sam")]] == [True]
    assert [label.ambiguous for label in vocabulary.labels[key("Segment Anything")]] == [False]


def test_vocabulary_names_plain_meanings_before_ambiguous_ones() -> None:
    vocabulary = build_vocabulary(
        [
            Concept(id="dataset/sam", type="Dataset", label="some audio music", ambiguous=("SAM",)),
            Concept(id="model/sam", type="Model", label="SAM"),
        ]
    )
    assert [c.id for c in vocabulary.named("SAM")] == ["model/sam", "dataset/sam"]


def test_vocabulary_ancestors_come_nearest_first_and_once() -> None:
    parents = {"d": ("b", "c"), "b": ("a",), "c": ("a",), "a": ()}
    vocabulary = build_vocabulary([Concept(id=i, type="Model", label=i, broader=p) for i, p in parents.items()])
    assert vocabulary.ancestors("d") == ("b", "c", "a")
    assert vocabulary.ancestors("a") == vocabulary.ancestors("unknown") == ()


def test_vocabulary_that_comes_along_covers_every_type(vocabulary: Vocabulary) -> None:
    types = {c.type for c in vocabulary.concepts.values()}
    assert types == set(TYPES)
    for concept in vocabulary.concepts.values():
        assert concept.id == f"{concept.type.lower()}/{concept.id.split('/')[1]}"
        assert key(concept.label), concept.id


def test_vocabulary_that_comes_along_is_slugged_by_its_labels(vocabulary: Vocabulary) -> None:
    wrong = [c.id for c in vocabulary.concepts.values() if c.id.split("/")[1] != readable(c.label)]
    assert wrong == []


def test_vocabulary_that_comes_along_has_no_plain_label_on_two_concepts(vocabulary: Vocabulary) -> None:
    # derived here from the labels alone, so that the index cannot hide a double
    concepts = defaultdict(set)
    for concept in vocabulary.concepts.values():
        declared = {key(a) for a in concept.ambiguous}
        for label in (concept.label, *concept.aliases):
            if key(label) not in declared:
                for found in label_keys(label):
                    concepts[found].add(concept.id)
    assert {" ".join(k): sorted(ids) for k, ids in concepts.items() if len(ids) > 1} == {}


def test_vocabulary_that_comes_along_is_read_once() -> None:
    assert read_ontology(ontology_folder()) is read_ontology(ontology_folder())


def test_vocabulary_that_comes_along_conforms_to_its_shapes() -> None:
    folder = ontology_folder()
    data = read_turtle(sorted((folder / "vocabulary").glob("*.ttl")))
    assert len(data) > 1000
    assert [str(v) for v in find_violations(data, read_turtle([folder / "vocabulary-shapes.ttl"]))] == []


@pytest.mark.parametrize(
    "triples",
    [
        'skos:prefLabel "A", "B"',
        'skos:prefLabel " A"',
        'skos:prefLabel "A" ; skos:altLabel "A"',
        'skos:prefLabel "A" ; skos:altLabel "B" ; kg:ambiguousLabel "B"',
        'skos:prefLabel "A" ; skos:broader t:gone',
        'skos:prefLabel "A" ; skos:definition "Short."',
        'skos:prefLabel "A" ; skos:related t:a',
    ],
)
def test_vocabulary_shapes_find_what_is_wrong(tmp_path: Path, triples: str) -> None:
    (tmp_path / "file.ttl").write_text(f"{PREFIXES}t:a a kg:Technique ; {triples} .", encoding="utf-8")
    shapes = read_turtle([ontology_folder() / "vocabulary-shapes.ttl"])
    [violation, *_] = find_violations(read_turtle([tmp_path / "file.ttl"]), shapes)
    assert violation.node.startswith("https://w3id.org/mlkg/technique/")
    assert violation.message
