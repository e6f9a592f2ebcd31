"""The vocabulary: concepts of the field and an index of their labels. `kg.skos` reads it from ``ontology/vocabulary/``.

A concept is known by its labels. Variants in case, plural, hyphenation, spelling, and in the places
where a name may be written together or apart, are derived here; the files hold what cannot be derived.
A label declared ``kg:ambiguousLabel`` counts only where the paper gives a second sign for it.

The lookup is a dictionary from keys (`kg.text.key`) to labels; finding all labels in a text of n tokens
takes O(n · longest label).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from kg.text import key

BASE = "https://w3id.org/mlkg/"
KG = BASE + "ontology#"

# English prefixes that are written together, apart or with a hyphen
PREFIXES = frozenset(
    """
    anti auto bi co cross de down fine hyper in inter intra mega meta micro mini mono multi non out over
    para poly post pre pseudo quasi re self semi sub super tri ultra un under uni up
    """.split()
)
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """A concept of the vocabulary; `id` and `broader` are node ids such as ``model/bert``."""

    id: str
    type: str
    label: str
    aliases: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()
    broader: tuple[str, ...] = ()
    definition: str | None = None


@dataclass(frozen=True, slots=True, order=True)
class Label:
    """A label of a concept as the vocabulary writes it; `word` where it is an English word in other capitals."""

    concept: str
    text: str
    ambiguous: bool = False
    word: bool = False

    def fits(self, surface: str) -> bool:
        """Tell whether `surface`, which has the key of the label, is an occurrence of it."""
        return agrees(self.text, surface, word=self.word)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Concepts by id, their labels by key, and how many concepts are right below each."""

    concepts: Mapping[str, Concept]
    labels: Mapping[tuple[str, ...], tuple[Label, ...]]
    # how long keys are, the longest first, by their first atom and their second, "" where none goes on with that
    lengths: Mapping[str, Mapping[str, Sequence[int]]] = field(repr=False)
    narrower: Mapping[str, int] = field(repr=False)

    def find(self, atoms: Sequence[str]) -> Iterator[tuple[int, int, tuple[Label, ...]]]:
        """Yield (start, end, labels) for every run of `atoms` that is the key of a label, overlaps included."""
        for start, (atom, second) in enumerate(zip(atoms, (*atoms[1:], ""), strict=False)):
            lengths = self.lengths.get(atom)
            if lengths is None:
                continue
            for length in lengths.get(second, lengths[""]):
                run = tuple(atoms[start : start + length])
                labels = self.labels.get(run)
                if labels is not None and len(run) == length:
                    yield start, start + length, labels

    def named(self, name: str) -> tuple[Concept, ...]:
        """Return the concepts that have `name` for a label, ambiguous labels last."""
        labels = sorted(self.labels.get(key(name), ()), key=lambda label: (label.ambiguous, label.concept))
        return tuple(self.concepts[i] for i in dict.fromkeys(label.concept for label in labels))

    def means_one(self, surface: str) -> bool:
        """Tell whether `surface` is a label that means one thing alone."""
        return any(not label.ambiguous and label.fits(surface) for label in self.labels.get(key(surface), ()))

    def ancestors(self, concept: str) -> tuple[str, ...]:
        """Return the ids of all broader concepts of `concept`, the nearest first."""
        found: dict[str, None] = {}
        queue = list(self.concepts[concept].broader) if concept in self.concepts else []
        while queue:
            parent = queue.pop(0)
            if parent not in found:
                found[parent] = None
                queue.extend(self.concepts[parent].broader)
        return tuple(found)


def label_keys(label: str) -> Iterator[tuple[str, ...]]:
    """Yield the keys under which `label` may stand in a text.

    >>> list(label_keys("FlashAttention"))
    [('flashattention',), ('flash', 'attention')]
    >>> list(label_keys("pre-training")), list(label_keys("Hugging Face"))
    ([('pre', 'training'), ('pretraining',)], [('hugging', 'face'), ('huggingface',)])
    """
    yield (plain := key(label))
    apart = key(CAMEL.sub(" ", label))
    if apart != plain and all(len(a) > 2 for a in apart):
        yield apart
    for i, (first, second) in enumerate(pairwise(plain)):
        if first in PREFIXES and second.isalpha():
            yield (*plain[:i], first + second, *plain[i + 2 :])
    if 2 <= len(plain) <= 3 and all(w[:1].isupper() for w in re.findall(r"\w+", label)) and len("".join(plain)) > 5:
        yield ("".join(plain),)


@lru_cache(maxsize=200_000)
def agrees(label: str, surface: str, *, word: bool = False) -> bool:
    """Tell whether `surface` may be an occurrence of `label` as far as capitals go.

    A label in lower case stands in any case. Of a proper name, an s at the end is no plural; an acronym needs
    its capitals, another name one at least, unless it holds a figure or is long, with capitals inside, and in
    one word. A
    name that is a `word` of English but for its capitals needs more than one.

    >>> agrees("quantization", "Quantization"), agrees("SAM", "Sam"), agrees("GLUE", "glue")
    (True, False, False)
    >>> agrees("LLaMA", "llama"), agrees("LLaMA", "LLAMA"), agrees("GPT", "GPTs"), agrees("ResNet-50", "resnet50")
    (False, True, True, True)
    >>> agrees("HiGHS", "High"), agrees("CoST", "Cost", word=True), agrees("LLaMA", "Llama")
    (False, False, True)
    >>> agrees("ImageNet", "imagenet"), agrees("Gaussian process", "Gaussian processes")
    (True, True)
    >>> agrees("VideoCLIP", "video clip")
    False
    """
    letters = [c for c in label if c.isalpha()]
    if not any(c.isupper() for c in letters):
        return True
    if squashed(label)[-1:] == "s" != squashed(surface)[-1:]:
        return False
    capitals = sum(c.isupper() for c in surface)
    if all(c.isupper() for c in letters) and len(letters) <= 6 and not any(c.isspace() for c in label.strip()):
        return capitals >= len(letters)
    if word:
        return capitals > 1
    mixed = any(c.isupper() for c in label[1:]) and not all(c.isupper() for c in letters)
    long = len(letters) >= 6 and mixed and " " not in label and " " not in surface
    return capitals > 0 or long or (any(c.isdigit() for c in label) and len(letters) > 2)


def squashed(name: str) -> str:
    """Return the letters and figures of `name` in lower case.

    >>> squashed("ViT-B/16")
    'vitb16'
    """
    return "".join(c for c in name.lower() if c.isalnum())


def build_vocabulary(concepts: Iterable[Concept]) -> Vocabulary:
    """Index `concepts` by the keys of their labels."""
    by_id = {c.id: c for c in sorted(concepts, key=lambda c: c.id)}
    labels: defaultdict[tuple[str, ...], dict[Label, None]] = defaultdict(dict)
    words = {w for c in by_id.values() for w in re.findall(r"\b[a-z]+\b", f"{c.label} {c.definition or ''}")}
    for concept in by_id.values():
        declared = frozenset(key(a) for a in concept.ambiguous)
        for text in (concept.label, *concept.aliases, *concept.ambiguous):
            word = any(c.isupper() for c in text) and text.lower() in words
            for found in label_keys(text):
                if found:
                    labels[found].setdefault(Label(concept.id, text, key(text) in declared, word))
    lengths: defaultdict[str, defaultdict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for first, *rest in labels:
        lengths[first][rest[0] if rest else ""].add(1 + len(rest))
    for seconds in lengths.values():
        alone = seconds[""]
        for known in seconds.values():
            known |= alone
    return Vocabulary(
        narrower=Counter(parent for concept in by_id.values() for parent in concept.broader),
        concepts=by_id,
        labels={k: tuple(v) for k, v in labels.items()},
        lengths={
            first: {second: sorted(n, reverse=True) for second, n in seconds.items()}
            for first, seconds in lengths.items()
        },
    )
