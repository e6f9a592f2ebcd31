"""Mentions: what remains of all that the finders found once each stretch of text names one thing.

The longest stretch wins, as the annotation guidelines ask; where two are equal, the more certain rule.
Then every other place of the text where a found name or its abbreviation stands is added.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from kg.finders.abbreviations import Abbreviation
from kg.finders.words import Words
from kg.records import Mention
from kg.tagger import Span, Tagging
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
BRACKETS = re.compile(r"\s*\([^()]*\)")
ADDRESS = re.compile(r"(?:https?://|www\.)[^\s)>\]]+|\b[\w.-]+\.(?:com|org|io|ai|net|edu|dev)/[^\s)>\]]*")


def select_mentions(
    words: Words,
    candidates: Iterable[Mention],
    abbreviations: Iterable[Abbreviation],
    tagging: Tagging | None = None,
    vocabulary: Vocabulary | None = None,
) -> tuple[Mention, ...]:
    """Return mentions without overlaps, sorted by place, one name and type for each key.

    The places of the trained tagger win over what rules alone say of the same words.
    """
    spans = tagging.spans if tagging else ()
    tagged = [_tagged(words, part, vocabulary) for span in spans for part in _parts(words, span)]
    by_key = _one_reading_per_key([*candidates, *tagged])
    known = {k: m for k, m in _with_abbreviations(by_key, abbreviations).items() if m.rule != DOUBTFUL}
    sure = {(m.start, m.end): m.tagged for m in tagged}
    places = {
        (m.start, m.end) for m in (*candidates, *tagged) if (m.rule != DOUBTFUL and reading_key(m.surface) in by_key)
    }
    readings = []
    for start, end in sorted(places):
        name = reading_key(words.text[start:end])
        readings.append(_reading(words, known.get(name, by_key[name]), start, end, sure.get((start, end), 0.0)))
    addresses = [match.span() for match in ADDRESS.finditer(words.text)]
    outside = [m for m in (*readings, *_repeats(words, known)) if not any(s <= m.start < e for s, e in addresses)]
    chosen = _without_overlaps(outside)
    if tagging is None:
        return chosen
    return tuple(replace(m, inside=_inside(words, m, tagging)) for m in chosen)


def _inside(words: Words, mention: Mention, tagging: Tagging) -> float:
    return min(tagging.inside[words.token_at(mention.start) : words.token_at(mention.end - 1) + 1], default=0.0)


def _reading(words: Words, known: Mention, start: int, end: int, tagged: float) -> Mention:
    return replace(known, start=start, end=end, surface=words.text[start:end], tagged=tagged)


def reading_key(surface: str) -> tuple[str, ...]:
    """Return the key of a stretch of text without what it holds in brackets.

    >>> reading_key("key-value (KV) cache")
    ('key', 'value', 'cache')
    """
    return key(BRACKETS.sub(" ", surface))


def _parts(words: Words, span: Span) -> list[Span]:
    """Return `span` in its parts: a slash joins two names ("SnapKV/H2O"), a bracket at the end is none of it."""
    for i in range(span.first, span.last):
        sign = words.text[words.starts[i]]
        if sign in "\\{}$":
            return []
        if sign == "(" and ")" not in words.surface(i, span.last)[:-1]:
            return _parts(words, replace(span, last=i)) if i > span.first else []
    cuts = [i for i in range(span.first + 1, span.last) if words.text[words.ends[i - 1]] == "/"]
    cuts = [i for i in cuts if not words.atoms[i][0].isdigit()]
    bounds = [span.first, *cuts, span.last]
    return [replace(span, first=a, last=b) for a, b in pairwise(bounds)]


def _tagged(words: Words, span: Span, vocabulary: Vocabulary | None) -> Mention:
    start, end = words.span(span.first, span.last)
    surface = words.text[start:end]
    concept = _nominal(words.atoms[span.first : span.last], vocabulary) if vocabulary else None
    return Mention(
        start=start,
        end=end,
        surface=surface,
        name=concept.label if concept else canonical(BRACKETS.sub("", surface)),
        type=concept.type if concept else span.type,
        rule="tagged",
        confidence=span.probability,
        tagged=span.probability,
        concept=concept.id if concept else None,
        head=_head(words.atoms[span.first : span.last], span.type, vocabulary) if vocabulary else None,
    )


def _nominal(atoms: tuple[str, ...], vocabulary: Vocabulary) -> Concept | None:
    """Return the concept that a form of the verb stands for: "fine-tuned" for fine-tuning."""
    if not atoms:
        return None
    for ending, noun in NOUNS:
        if ending.search(atoms[-1]):
            for label in vocabulary.labels.get((*atoms[:-1], ending.sub(noun, atoms[-1])), ()):
                if not label.ambiguous:
                    return vocabulary.concepts[label.concept]
    return None


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
    known = strong if strong.concept or not weak.concept or weak.rule == DOUBTFUL else weak
    return replace(
        strong,
        name=known.name,
        type=known.type,
        concept=known.concept,
        head=strong.head or weak.head,
        aliases=tuple(sorted({*strong.aliases, *weak.aliases})),
    )


def _strength(mention: Mention) -> tuple[int, int]:
    return (-RULES.index(mention.rule), -mention.start)


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


def _repeats(words: Words, known: Mapping[tuple[str, ...], Mention]) -> list[Mention]:
    """Return a mention for every place where a key of `known` stands."""
    lengths: dict[str, set[int]] = {}
    for name in known:
        lengths.setdefault(name[0], set()).add(len(name))
    found = []
    starts = [i for i, atom in enumerate(words.atoms) if atom in lengths]
    for first in starts:
        for length in lengths[words.atoms[first]]:
            atoms = words.atoms[first : first + length]
            mention = known.get(atoms)
            if mention is not None and len(atoms) == length:
                start, end = words.span(first, first + length)
                surface = words.text[start:end]
                spellings = (mention.surface, *mention.aliases)
                if any(key(s) == atoms and agrees(s, surface) for s in spellings):
                    found.append(replace(mention, start=start, end=end, surface=surface))
    return found


def _without_overlaps(mentions: Iterable[Mention]) -> tuple[Mention, ...]:
    ranked = sorted(mentions, key=lambda m: (-m.tagged, m.start - m.end, RULES.index(m.rule), m.start))
    taken: set[int] = set()
    kept = []
    for mention in ranked:
        place = range(mention.start, mention.end)
        if not taken.intersection((mention.start, mention.end - 1)) and taken.isdisjoint(place):
            taken.update(place)
            kept.append(mention)
    return tuple(sorted(kept))
