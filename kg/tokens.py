"""The tokens of a paper as the trained tagger sees them: each a list of features, strings that hold or not.

A token is described by its word (atom, shape, affixes, clusters of its atom), by what the rules found on it
(vocabulary, coined names, compositions, abbreviations), by its place, and by the cues before it. Some of these
features also tell something of the tokens near by.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kg.cues import Cues
from kg.finders.abbreviations import Abbreviation
from kg.finders.words import Words
from kg.records import Mention
from kg.text import normalise
from kg.vectors import Vectors

RUNS = re.compile(r"(.)\1+")
KINDS = {"term": "t", "term-ambiguous": "a", "composition": "k"}
PHRASE_END = re.compile(r"[,;:.()]|\b(?:for|of|that|which|by|using|based|to|with|in|on|and|as|is|are)\b")
# so many letters the longest of its words has
LONGEST_END = 5
# how many tokens a cue tells of
REACH = 12
# which features of a neighbour tell something of a token, by its distance
NEAR = frozenset({"a=", "sh", "he", "pl", "s=", "be", "s3", "ct", "cn", "k0", "k1", "k2"})
FAR = frozenset({"a=", "he", "s=", "k1"})
DISTANCES = ((-2, FAR), (-1, NEAR), (1, NEAR), (2, FAR))


# whether a token is joined to the next, and to the one before it
JOINED = tuple(tuple(f"j={after}{before}" for before in (False, True)) for after in (False, True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """The n tokens of a paper as the tagger sees them: words, atoms, and what is so in each place alone."""

    words: tuple[str, ...]
    atoms: tuple[str, ...]
    here: list[list[str]]


def own_features(paper: Described, vectors: Vectors) -> list[list[str]]:
    """Return the features of each token without those of its neighbours."""
    return [word_features(word, vectors) + row for word, row in zip(paper.words, paper.here, strict=True)]


def near_features(own: Sequence[list[str]]) -> list[list[str]]:
    """Return the features of each token and of its neighbours, as the linear model is trained on, from its `own`."""
    features = []
    for i, mine in enumerate(own):
        row = list(mine)
        for distance, kept in DISTANCES:
            if 0 <= i + distance < len(own):
                row += [f"{distance}:{x}" for x in own[i + distance] if x[:2] in kept]
        features.append(row)
    return features


def describe(
    words: Words,
    candidates: Iterable[Mention],
    selected: Iterable[Mention],
    abbreviations: Iterable[Abbreviation],
    cues: Cues,
) -> Described:
    """Return the tokens for the tagger: `candidates` are all that the rules found, `selected` what they chose."""
    here = _place_features(words)
    for features in (_rule_features(words, candidates, selected, abbreviations), _cue_features(words, cues)):
        for row, more in zip(here, features, strict=True):
            row += more
    texts = tuple([words.text[s:e] for s, e in zip(words.starts, words.ends, strict=True)])
    told = {word: _known_features(word.lower(), cues) for word in set(texts)}
    for row, word in zip(here, texts, strict=True):
        row += told[word]
    return Described(words=texts, atoms=words.atoms, here=here)


def word_features(word: str, vectors: Vectors) -> list[str]:
    """Return the features of a word wherever it stands."""
    # CRFsuite writes a feature to a line
    word = word if word.isprintable() else "¶"
    lowered = word.lower()
    atom = normalise(word) or word
    at = vectors.rows.get(atom)
    clusters = vectors.clusters[at].tolist() if at is not None else ()
    return [
        "b",
        f"a={atom}",
        f"w={word}",
        f"sh={_shape(word)}",
        f"s3={lowered[-3:]}",
        f"s2={lowered[-2:]}",
        f"p3={lowered[:3]}",
        *(f"k{size}={cluster}" for size, cluster in enumerate(clusters)),
    ]


def _known_features(word: str, cues: Cues) -> list[str]:
    """Return what the cues know of a lower-case word."""
    found = [f"head={cues.heads[word]}"] if word in cues.heads else []
    if word in cues.plain:
        found.append("plain")
    if word in cues.narrowing:
        found.append("narrow")
    return found


def _place_features(words: Words) -> list[list[str]]:
    """Return for each token how it is joined to its neighbours, and whether it is of the title or comes again."""
    counts, text = Counter(words.atoms), words.text
    in_title = {a for a, start in zip(words.atoms, words.starts, strict=True) if start < words.title_end}
    again = {a for a in in_title if a.isalpha() and len(a) > 3}
    features = []
    joined_before = False
    following = (*words.starts[1:], -1)
    for atom, start, end, then in zip(words.atoms, words.starts, words.ends, following, strict=False):
        joined = then > end and text[end] not in " \n"
        row = [JOINED[joined][joined_before]]
        joined_before = joined
        if start < words.title_end:
            row.append("title")
        elif atom in again:
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
            for _, told in pattern.spans(sentence.text):
                first = words.token_at(sentence.start + told)
                last = min(first + REACH, len(words.atoms))
                reach = words.ends[last - 1] - sentence.start
                end = PHRASE_END.search(sentence.text, told, reach + LONGEST_END)
                stop = sentence.start + (end.start() if end else len(sentence.text))
                for i in range(first, min(words.token_at(stop - 1) + 1, last)):
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
