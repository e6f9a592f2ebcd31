"""The trained part of the extraction: a linear-chain CRF over the tokens of a paper.

It decides where the rules are in doubt: which of the overlapping candidates is the entity, and what is an
entity though no list knows it. Each token is described by its atom, shape and affixes, by the clusters of
its atom, by what the rules found on it (vocabulary, coined names, compositions, abbreviations), and by the
same of its neighbours; the labels are B-/I- of the six types and O. The method is Lafferty, McCallum and
Pereira, "Conditional Random Fields" (ICML 2001), in the implementation CRFsuite; the clusters are k-means
over word vectors from the singular value decomposition of positive pointwise mutual information (Levy,
Goldberg and Dagan, TACL 2015).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from kg.cues import Cues
from kg.errors import OntologyError
from kg.finders.abbreviations import Abbreviation
from kg.finders.words import Words
from kg.records import Mention

if TYPE_CHECKING:
    import pycrfsuite

WEIGHTS = Path(__file__).parent / "weights"
MODEL = "mentions.crfsuite"
CLUSTERS = "clusters.json"
ROLES = "roles.json"
RUNS = re.compile(r"(.)\1+")
KINDS = {"term": "t", "term-ambiguous": "a", "composition": "k"}
PHRASE_END = re.compile(r"[,;:.()]|\b(?:for|of|that|which|by|using|based|to|with|in|on|and|as|is|are)\b")
MOST_FORMS = 100_000
# which features of a neighbour tell something of a token, by its distance
NEAR = frozenset({"a=", "sh", "he", "pl", "s=", "be", "s3", "ct", "cn", "k0", "k1", "k2"})
FAR = frozenset({"a=", "he", "s=", "k1"})
DISTANCES = ((-2, FAR), (-1, NEAR), (1, NEAR), (2, FAR))


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Tokens `first` to `last` (excluded) with a type and the least marginal probability among them."""

    first: int
    last: int
    type: str
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The features of a word wherever it stands: its own, and what it tells the tokens at each distance."""

    own: list[str]
    told: Mapping[int, list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagger:
    """The trained weights, the clusters of atoms, and the forms of words already met."""

    crf: pycrfsuite.Tagger
    clusters: Mapping[str, Sequence[int]]
    forms: dict[str, Form] = field(default_factory=dict, repr=False)


@lru_cache(maxsize=2)
def read_tagger(folder: Path = WEIGHTS) -> Tagger:
    """Read the weights in `folder`.

    Raises:
        OntologyError: they are missing or broken.
    """
    import pycrfsuite

    crf = pycrfsuite.Tagger()
    try:
        crf.open(str(folder / MODEL))
        clusters = json.loads((folder / CLUSTERS).read_text(encoding="utf-8"))
    except (OSError, ValueError) as e:
        raise OntologyError(f"{folder}: the trained weights cannot be read ({e}); train them with: kg train") from e
    return Tagger(crf=crf, clusters=clusters)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagging:
    """The most probable entities of n tokens, and for each token the probability that it is part of one."""

    spans: tuple[Span, ...] = ()
    inside: tuple[float, ...] = ()


def tag(tagger: Tagger, features: Sequence[Sequence[str]]) -> Tagging:
    """Return what `tagger` makes of the tokens described by `features`, n lists for n tokens."""
    if not features:
        return Tagging()
    labels = tagger.crf.tag(features)
    inside = tuple(round(1 - tagger.crf.marginal("O", i), 6) for i in range(len(labels)))
    found: list[Span] = []
    first = None
    for i, label in enumerate([*labels, "O"]):
        if first is not None and (label[0] in "OB" or label[2:] != labels[first][2:]):
            kind = labels[first][2:]
            sure = min(tagger.crf.marginal(labels[j], j) for j in range(first, i))
            found.append(Span(first=first, last=i, type=kind, probability=round(sure, 6)))
            first = None
        if label != "O" and first is None:
            first = i
    return Tagging(spans=tuple(found), inside=inside)


def token_features(
    words: Words,
    candidates: Iterable[Mention],
    selected: Iterable[Mention],
    abbreviations: Iterable[Abbreviation],
    cues: Cues,
    tagger: Tagger,
) -> list[list[str]]:
    """Return the features of each token: `candidates` are all that the rules found, `selected` what they chose."""
    placed = _place_features(words)
    found = _rule_features(words, candidates, selected, abbreviations)
    said = _cue_features(words, cues)
    forms = [_described(words, i, cues, tagger) for i in range(len(words.atoms))]
    own = [placed[i] + found[i] + said[i] for i in range(len(forms))]
    # what a token tells those at a distance: what its form does, and what is so in this place alone
    here = {d: [[f"{d}:{x}" for x in mine if x[:2] in kept] for mine in own] for d, kept in DISTANCES}
    features = []
    for i, form in enumerate(forms):
        row = form.own + own[i]
        for distance, rows in here.items():
            j = i + distance
            if 0 <= j < len(forms):
                row += forms[j].told[distance]
                row += rows[j]
            else:
                row.append(f"{distance}:#")
        if i + 1 < len(forms):
            row.append(f"a+={words.atoms[i]}_{words.atoms[i + 1]}")
        if i:
            row.append(f"a-={words.atoms[i - 1]}_{words.atoms[i]}")
        features.append(row)
    return features


def _described(words: Words, i: int, cues: Cues, tagger: Tagger) -> Form:
    """Return the form of the token `i`; forms are remembered, since the same words come again and again."""
    word = words.text[words.starts[i] : words.ends[i]]
    form = tagger.forms.get(word)
    if form is None:
        if len(tagger.forms) > MOST_FORMS:
            tagger.forms.clear()
        form = tagger.forms[word] = _form(word, words.atoms[i], cues, tagger.clusters)
    return form


def _form(word: str, atom: str, cues: Cues, clusters: Mapping[str, Sequence[int]]) -> Form:
    lowered = word.lower()
    own = [
        "b",
        f"a={atom}",
        f"w={word}",
        f"sh={_shape(word)}",
        f"s3={lowered[-3:]}",
        f"s2={lowered[-2:]}",
        f"p3={lowered[:3]}",
        *(f"k{size}={cluster}" for size, cluster in enumerate(clusters.get(atom, ()))),
    ]
    if lowered in cues.heads:
        own.append(f"head={cues.heads[lowered]}")
    if lowered in cues.plain:
        own.append("plain")
    if lowered in cues.narrowing:
        own.append("narrow")
    told = {distance: [f"{distance}:{x}" for x in own if x[:2] in kept] for distance, kept in DISTANCES}
    return Form(own=own, told=told)


def _place_features(words: Words) -> list[list[str]]:
    """Return for each token how it is joined to its neighbours, and whether it is of the title or comes again."""
    counts = Counter(words.atoms)
    in_title = {a for a, start in zip(words.atoms, words.starts, strict=True) if start < words.title_end}
    features = []
    joined_before = False
    for i, (atom, start, end) in enumerate(zip(words.atoms, words.starts, words.ends, strict=True)):
        joined = i + 1 < len(words.atoms) and words.starts[i + 1] > end and words.text[end] not in " \n"
        row = [f"j={joined}{joined_before}"]
        joined_before = joined
        if start < words.title_end:
            row.append("title")
        elif atom in in_title and atom.isalpha() and len(atom) > 3:
            row.append("intitle")
        if counts[atom] > 1:
            row.append("rep")
        features.append(row)
    return features


def _cue_features(words: Words, cues: Cues) -> list[list[str]]:
    """Return for each token which cues stand before it in its sentence, within its noun phrase."""
    features: list[list[str]] = [[] for _ in words.atoms]
    for sentence in words.sentences:
        for name, pattern in (
            ("intro", cues.introduced),
            ("verb", cues.verbs),
            ("named", cues.named),
            ("cmp", cues.compare_before),
        ):
            for match in pattern.finditer(sentence.text):
                end = PHRASE_END.search(sentence.text, match.end())
                stop = sentence.start + (end.start() if end else len(sentence.text))
                first = words.token_at(sentence.start + match.end())
                for i in range(first, min(words.token_at(stop - 1) + 1, first + 12, len(words.atoms))):
                    features[i].append(f"q{name}={min(3, (i - first) // 2)}")
    return features


def _rule_features(
    words: Words, candidates: Iterable[Mention], selected: Iterable[Mention], abbreviations: Iterable[Abbreviation]
) -> list[list[str]]:
    features: list[list[str]] = [[] for _ in words.atoms]
    longest: dict[int, tuple[int, int, Mention]] = {}
    for mention in candidates:
        first, last = words.token_at(mention.start), words.token_at(mention.end - 1) + 1
        kind = KINDS.get(mention.rule, "n")
        for i in range(first, last):
            place = ("B" if i == first else "I") + ("E" if i == last - 1 else "")
            features[i] += (f"c{kind}={place}:{mention.type}", f"c{kind}r={place[0]}:{mention.rule}")
            if mention.concept and (i not in longest or last - first > longest[i][1] - longest[i][0]):
                longest[i] = (first, last, mention)
    for i, (first, last, mention) in longest.items():
        features[i] += (
            f"best={'B' if i == first else 'I'}:{mention.type}:{min(4, last - first)}",
            f"conc={mention.concept}",
        )
    for mention in selected:
        first, last = words.token_at(mention.start), words.token_at(mention.end - 1) + 1
        for i in range(first, last):
            place = ("B" if i == first else "I") + ("E" if i == last - 1 else "")
            features[i] += (f"s={place}:{mention.type}", f"sr={place[0]}:{mention.rule}")
    for abbreviation in abbreviations:
        for tag, start, end in (
            ("long", abbreviation.long_start, abbreviation.long_end),
            ("short", abbreviation.short_start, abbreviation.short_end),
        ):
            for i in range(words.token_at(start), min(words.token_at(end - 1) + 1, len(words.atoms))):
                features[i].append(f"ab{tag}")
    return features


@lru_cache(maxsize=100_000)
def _shape(word: str) -> str:
    """Return the shape of `word`: X for capitals, x for letters, d for figures, runs as one.

    >>> _shape("LLaMA"), _shape("4-bit")
    ('XxX', 'd-x')
    """
    mapped = "".join("X" if c.isupper() else "x" if c.isalpha() else "d" if c.isdigit() else c for c in word)
    return RUNS.sub(r"\1", mapped)
