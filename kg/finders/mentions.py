"""Mentions: what remains of all that the finders found once each stretch of text names one thing.

The longest stretch wins, as the annotation guidelines ask; where two are equal, the more certain rule.
Then every other place of the text where a found name or its abbreviation stands is added.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

from kg.cues import Cues
from kg.finders.abbreviations import Abbreviation
from kg.finders.words import Words
from kg.records import TYPES, Mention
from kg.tagger import Tagging
from kg.text import key, normalise
from kg.vocabulary import Concept, Vocabulary, agrees

# a rule's word on a place that several rules claim, the strongest first
RULES = (
    "title-name",
    "proposed-name",
    "called-name",
    "term",
    "composition",
    "expansion",
    "term-ambiguous",
    "shaped-name",
    "tagged",
    "term-doubtful",
)
STRENGTH = {rule: place for place, rule in enumerate(RULES)}

# from the last word of a verb's form to the noun that the vocabulary holds
NOUNS = tuple(
    (re.compile(ending), noun)
    for ending, noun in (
        (r"iz(?:e|ed|ing)$", "ization"),
        (r"(?:e|ed|ing)$", "ation"),
        (r"(?:e|ed|s)?$", "ing"),
        (r"(?:e|ed|s|ing)?$", "ation"),
        (r"(?:[nt])(?:ed|s|ing)?$", "ning"),
    )
)
DOUBTFUL = "term-doubtful"
# what the tagger takes for less likely is no candidate
LEAST = 0.1
Rank = tuple[float, ...]
BRACKETS = re.compile(r"\s*\([^()]*\)")
ADDRESS = re.compile(r"(?:https?://|www\.)[^\s)>\]]+|\b[\w.-]+\.(?:com|org|io|ai|net|edu|dev)/[^\s)>\]]*")


def select_mentions(
    words: Words, candidates: Iterable[Mention], abbreviations: Iterable[Abbreviation]
) -> tuple[Mention, ...]:
    """Return mentions without overlaps, sorted by place, one name and type for each key, by rules alone."""
    readings = _readings(words, [m for m in candidates if m.rule != DOUBTFUL], abbreviations)
    return without_overlaps(
        [_reading(words, *r) for r in readings], lambda m: (m.start - m.end, STRENGTH[m.rule], m.start)
    )


def propose_mentions(
    words: Words,
    candidates: Iterable[Mention],
    abbreviations: Iterable[Abbreviation],
    tagging: Tagging,
    cues: Cues,
    vocabulary: Vocabulary,
) -> tuple[Mention, ...]:
    """Return every likely mention, overlaps included, sorted by place, with the probability of its place.

    Beside the `candidates` of the rules these are the spans that the tagger takes for likely.
    """
    kind = _kind_of_paper(words, cues)
    parts = [part for first, last in tagging.spans(LEAST) for part in _parts(words, first, last) if part[1] > kind]
    rows = tagging.types.rows([first for first, _ in parts], [last for _, last in parts]).tolist()
    tagged = [
        _tagged(words, p, dict(zip(TYPES, row, strict=True)), vocabulary) for p, row in zip(parts, rows, strict=True)
    ]
    readings = _readings(words, [*candidates, *tagged], abbreviations)
    firsts = [words.token_at(start) for _, start, _ in readings]
    lasts = [words.token_at(end - 1) + 1 for _, _, end in readings]
    likely = tagging.types.rows(firsts, lasts).sum(axis=1).tolist()
    outside = tagging.types.outside.tolist()
    return tuple(
        [
            _reading(words, known, start, end, round(probability, 6), round(1 - max(outside[first:last]), 6))
            for (known, start, end), first, last, probability in zip(readings, firsts, lasts, likely, strict=True)
            if known.rule != DOUBTFUL or probability >= LEAST
        ]
    )


def _kind_of_paper(words: Words, cues: Cues) -> int:
    """Return how many tokens before a colon begin the title and say what kind of paper it is ("Position: …")."""
    head, colon, _ = words.text[: words.title_end].partition(":")
    return words.token_at(len(head) - 1) + 1 if colon and head in cues.no_names else 0


def _readings(
    words: Words, candidates: Iterable[Mention], abbreviations: Iterable[Abbreviation]
) -> list[tuple[Mention, int, int]]:
    """Return what is read in every place of the `candidates` and of their names: one reading for each key."""
    given = tuple(candidates)
    by_key = _one_reading_per_key(given)
    known = _with_abbreviations(by_key, abbreviations)
    found: dict[tuple[int, int], Mention] = {}
    for start, end in {(m.start, m.end) for m in given}:
        name = reading_key(words.text[start:end])
        if name in by_key:
            found[start, end] = known.get(name, by_key[name])
    found.update(_repeats(words, known, found))
    linked = "/" in words.text or "www." in words.text
    addresses = [match.span() for match in ADDRESS.finditer(words.text)] if linked else []
    return [(found[p], *p) for p in sorted(found) if not any(s <= p[0] < e for s, e in addresses)]


def _reading(words: Words, known: Mention, start: int, end: int, tagged: float = 0.0, inside: float = 0.0) -> Mention:
    """Return `known` at another place, by all its fields: `replace` would take three times as long."""
    return Mention(
        start=start,
        end=end,
        surface=words.text[start:end],
        name=known.name,
        type=known.type,
        rule=known.rule,
        confidence=known.confidence,
        concept=known.concept,
        head=known.head,
        aliases=known.aliases,
        tagged=tagged,
        inside=inside,
    )


def reading_key(surface: str) -> tuple[str, ...]:
    """Return the key of a stretch of text without what it holds in brackets.

    >>> reading_key("key-value (KV) cache")
    ('key', 'value', 'cache')
    """
    return key(BRACKETS.sub(" ", surface) if "(" in surface else surface)


def _parts(words: Words, first: int, last: int) -> list[tuple[int, int]]:
    """Return a span in its parts: a slash joins two names ("SnapKV/H2O"), half a pair of brackets is none of it."""
    for i in range(first, last):
        sign = words.text[words.starts[i]]
        if sign in "\\{}$":
            return []
        if sign == "(" and ")" not in words.surface(i, last)[:-1]:
            return _parts(words, first, i) if i > first else []
        if sign == ")" and "(" not in words.surface(first, i):
            return _parts(words, first, i) if i > first else []
    cuts = [i for i in range(first + 1, last) if words.text[words.ends[i - 1]] == "/"]
    cuts = [i for i in cuts if not words.atoms[i][0].isdigit()]
    return list(pairwise([first, *cuts, last]))


def _tagged(words: Words, part: tuple[int, int], likely: Mapping[str, float], vocabulary: Vocabulary) -> Mention:
    start, end = words.span(*part)
    atoms = words.atoms[slice(*part)]
    kind = max(likely, key=lambda k: (likely[k], k))
    surface = words.text[start:end]
    concept = _nominal(atoms, vocabulary)
    return Mention(
        start=start,
        end=end,
        surface=surface,
        name=concept.label if concept else canonical(BRACKETS.sub("", surface)),
        type=concept.type if concept else kind,
        rule="tagged",
        confidence=0.5,
        concept=concept.id if concept else None,
        head=_head(atoms, kind, vocabulary),
    )


def _nominal(atoms: tuple[str, ...], vocabulary: Vocabulary) -> Concept | None:
    """Return the concept that a form of the verb stands for: "fine-tuned" for fine-tuning."""
    for noun in _nouns(atoms[-1]) if atoms else ():
        for label in vocabulary.labels.get((*atoms[:-1], noun), ()):
            if not label.ambiguous:
                return vocabulary.concepts[label.concept]
    return None


@lru_cache(maxsize=50_000)
def _nouns(atom: str) -> tuple[str, ...]:
    """Return what the noun may be if `atom` is a form of a verb."""
    return tuple(ending.sub(noun, atom) for ending, noun in NOUNS if ending.search(atom))


@lru_cache(maxsize=50_000)
def canonical(surface: str) -> str:
    """Return the name for a thing from its words in a text: in lower case and the singular, names kept.

    >>> canonical("Crisis-Specific Mini Models"), canonical("LoRA Adapters"), canonical("BudgetLongformer")
    ('crisis-specific mini model', 'LoRA adapter', 'BudgetLongformer')
    """
    pieces = re.split(r"(\W+)", surface)
    if len([p for p in pieces if p.strip()]) == 1 and surface[:1].isupper():
        return surface
    lowered = [p.lower() if p[1:].islower() or len(p) == 1 else p for p in pieces]
    last = next((i for i in range(len(lowered) - 1, -1, -1) if lowered[i].isalpha()), None)
    if last is not None and lowered[last].islower() and last == len(lowered) - 1:
        lowered[last] = normalise(lowered[last])
    return "".join(lowered)


def _head(atoms: Sequence[str], kind: str, vocabulary: Vocabulary) -> str | None:
    """Return the concept of that type whose label ends the name, the longest."""
    for first in range(1, len(atoms)):
        for label in vocabulary.labels.get(tuple(atoms[first:]), ()):
            if vocabulary.concepts[label.concept].type == kind and not label.ambiguous:
                return label.concept
    return None


def _one_reading_per_key(candidates: Iterable[Mention]) -> dict[tuple[str, ...], Mention]:
    readings: dict[tuple[str, ...], Mention] = {}
    for mention in candidates:
        name = reading_key(mention.surface)
        best = readings.get(name)
        if name and (best is None or _strength(mention) > _strength(best)):
            readings[name] = _merged(mention, best) if best else mention
        elif best is not None:
            readings[name] = _merged(best, mention)
    return readings


def _merged(strong: Mention, weak: Mention) -> Mention:
    """Return `strong` with what `weak` adds: what the vocabulary knows of the thing is taken from there."""
    # what the tagger found may be what a doubtful label means, if it is of that type
    doubtful = weak.rule == DOUBTFUL and (strong.rule != "tagged" or strong.type != weak.type)
    known = strong if strong.concept or not weak.concept or doubtful else weak
    if known is strong and (strong.head or not weak.head) and not weak.aliases and len(strong.aliases) < 2:
        return strong
    return replace(
        strong,
        name=known.name,
        type=known.type,
        concept=known.concept,
        head=strong.head or weak.head,
        aliases=tuple(sorted({*strong.aliases, *weak.aliases})),
    )


def _strength(mention: Mention) -> tuple[int, int]:
    return (-STRENGTH[mention.rule], -mention.start)


def _with_abbreviations(
    readings: Mapping[tuple[str, ...], Mention], abbreviations: Iterable[Abbreviation]
) -> dict[tuple[str, ...], Mention]:
    """Let a short form mean what its long form means."""
    known = dict(readings)
    for abbreviation in abbreviations:
        long = readings.get(key(abbreviation.long))
        short = key(abbreviation.short)
        if long is None:
            continue
        existing = readings.get(short)
        if existing is not None and existing.rule in ("title-name", "proposed-name", "called-name"):
            # the acronym is the name; its expansion is another
            merged = replace(
                existing, aliases=tuple(sorted({*existing.aliases, abbreviation.long})), concept=long.concept
            )
            known[short] = merged
            known[key(abbreviation.long)] = merged
        else:
            known[short] = known[key(abbreviation.long)] = replace(
                long, aliases=tuple(sorted({*long.aliases, abbreviation.short}))
            )
    return known


def _repeats(
    words: Words, known: Mapping[tuple[str, ...], Mention], taken: Container[tuple[int, int]]
) -> dict[tuple[int, int], Mention]:
    """Return every place where a key of `known` stands and that is not `taken`, with what it means."""
    lengths: dict[str, set[int]] = {}
    for name in known:
        lengths.setdefault(name[0], set()).add(len(name))
    found = {}
    for first, atom in enumerate(words.atoms):
        if atom not in lengths:
            continue
        for length in lengths[atom]:
            atoms = words.atoms[first : first + length]
            mention = known.get(atoms)
            if mention is not None and len(atoms) == length:
                place = words.span(first, first + length)
                if place in taken:
                    continue
                surface = words.text[slice(*place)]
                spellings = (mention.surface, *mention.aliases)
                if any(key(s) == atoms and agrees(s, surface) for s in spellings):
                    found[place] = mention
    return found


def without_overlaps(mentions: Iterable[Mention], rank: Callable[[Mention], Rank]) -> tuple[Mention, ...]:
    """Return those of `mentions` that overlap none of a lower `rank`, sorted by place."""
    taken: set[int] = set()
    kept = []
    for mention in sorted(mentions, key=rank):
        place = range(mention.start, mention.end)
        if not taken.intersection((mention.start, mention.end - 1)) and taken.isdisjoint(place):
            taken.update(place)
            kept.append(mention)
    return tuple(sorted(kept, key=lambda m: m.start))
