"""Mentions: what remains of all that the finders found once each stretch of text names one thing.

The longest stretch wins, as the annotation guidelines ask; where two are equal, the more certain rule.
Then every other place of the text where a found name or its abbreviation stands is added.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from kg.finders.abbreviations import Abbreviation
from kg.finders.words import Words
from kg.records import Mention
from kg.tagger import Span, Tagging
from kg.text import key, normalise
from kg.vocabulary import Vocabulary, agrees

# a rule's word on a place that several rules claim, the strongest first
RULES = (
    "title-name",
    "proposed-name",
    "called-name",
    "term",
    "split-term",
    "composition",
    "expansion",
    "term-ambiguous",
    "shaped-name",
    "tagged",
    "term-doubtful",
)

DOUBTFUL = "term-doubtful"
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
    tagged = [_tagged(words, span, vocabulary) for span in (tagging.spans if tagging else ())]
    by_key = _one_reading_per_key([*candidates, *tagged])
    known = {k: m for k, m in _with_abbreviations(by_key, abbreviations).items() if m.rule != DOUBTFUL}
    sure = {(m.start, m.end): m.tagged for m in tagged}
    places = {(m.start, m.end) for m in (*candidates, *tagged) if (m.rule != DOUBTFUL and key(m.surface) in by_key)}
    readings = []
    for start, end in sorted(places):
        name = key(words.text[start:end])
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


def _tagged(words: Words, span: Span, vocabulary: Vocabulary | None) -> Mention:
    start, end = words.span(span.first, span.last)
    surface = words.text[start:end]
    return Mention(
        start=start,
        end=end,
        surface=surface,
        name=canonical(surface),
        type=span.type,
        rule="tagged",
        confidence=span.probability,
        tagged=span.probability,
        head=_head(words.atoms[span.first : span.last], span.type, vocabulary) if vocabulary else None,
    )


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
        name = key(mention.surface)
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
