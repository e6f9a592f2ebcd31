"""Comparisons: the names that a sentence of the paper's own part may say something to be better than.

The rules (`kg.finders.targets`) take the names behind words of comparison. The classifier of improvements sees all
names of such sentences: the rules are features beside what stands around the name and between it and the nearest cue,
its role in the paper, figures, and what is introduced.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter, itemgetter

from kg.cues import Cues
from kg.finders.results import find_figures
from kg.finders.surroundings import own_start
from kg.finders.targets import AMOUNT, RULES, STOP, find_signs, find_targets, is_conceded
from kg.finders.things import thing_key
from kg.finders.words import Words
from kg.records import Mention, Quote, Relation

TARGETS = frozenset({"Technique", "Model", "Software"})
SUBJECT_VERB = re.compile(r"\s+(?:\w+ly\s+|can\s+|is\s+|are\s+)*[\w-]+(?:\s+(?:over|upon|on|than|to))?")
IMPROVED, OTHER = "improved", "other"
_start, _end, _first, _last = attrgetter("start"), attrgetter("end"), itemgetter(0), itemgetter(1)
COMPARED = "compared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A name in a sentence that compares, what the better thing is if the sentence names it, and the features.

    Of the names that the same words compare with, `target` is the one at `position` among `count`.
    """

    sentence: Quote
    target: Mention
    at: int
    rule: str
    named: Mention | None
    features: frozenset[str]
    position: int
    count: int


def find_candidates(
    words: Words, mentions: Sequence[Mention], roles: Sequence[Relation], cues: Cues, *, described: bool = True
) -> Iterator[Candidate]:
    """Yield each name in each sentence of the paper's own part that compares and names something else.

    Their features are for the classifier alone; `described` tells whether they are wanted.
    """
    own = own_start(words, cues)
    said = {thing_key(r.target): r for r in reversed(roles)}
    introduced = {name: r.target for name, r in said.items() if r.predicate == "introduces"}
    first = sorted(m.start for m in introduced.values())
    for sentence, inside in words.by_sentence(mentions):
        if sentence.start < own or not inside:
            continue
        signs = [
            (rule, start, find_targets(words, inside, (start, end), cues))
            for rule, start, end in find_signs(sentence, cues)
        ]
        compares = [
            (sentence.start + start, sentence.start + end, sentence.text[start:end].lower())
            for start, end in cues.comparatives.spans(sentence.text)
        ]
        if not (signs or compares):
            continue
        figures = [(f.start, f.end) for f in find_figures(sentence, cues)] if described else []
        aimed: dict[Mention, list[tuple[int, int, int, int]]] = {}
        for rule, start, targets in signs:
            for position, mention in enumerate(targets):
                aimed.setdefault(mention, []).append((RULES.index(rule), start, position, len(targets)))
        ours = [m for m in inside if thing_key(m) in introduced]
        for mention in inside:
            if mention.type not in TARGETS:
                continue
            name = thing_key(mention)
            rules = sorted(aimed.get(mention, ()))
            order, at, position, count = rules[0] if rules else (len(RULES), mention.start, 0, 1)
            named = _subject(words, inside, at, ours)
            if name in introduced and (named is None or thing_key(named) not in introduced or thing_key(named) == name):
                continue
            features: set[str] = set()
            if described:
                features = {f"rule={RULES[r]}" for r, _, _, _ in rules} or {"rule=none"}
                features |= set(_features(words, sentence, mention, said.get(name), first, cues))
                features |= set(_surroundings(words, mention, compares, figures))
            yield Candidate(
                sentence=sentence,
                target=mention,
                at=at,
                rule=(*RULES, COMPARED)[order],
                named=named,
                features=frozenset(features),
                position=position,
                count=count,
            )


def _features(
    words: Words,
    sentence: Quote,
    mention: Mention,
    role: Relation | None,
    introduced: Sequence[int],
    cues: Cues,
) -> Iterator[str]:
    """Yield what the thing is to the paper and where its sentence stands.

    In `introduced` is where each thing that the paper introduces stands first, in the order of the text.
    """
    yield f"type={mention.type}"
    if role is not None:
        yield f"role={role.predicate}"
    yield f"concept={mention.concept}" if mention.concept else "unknown"
    order = bisect_left(words.sentences, sentence.start, key=_start)
    yield f"order={'last' if order + 1 == len(words.sentences) else min(order, 9)}"
    yield f"first={words.atoms[words.token_at(sentence.start)]}"
    yield f"introduced={min(len(introduced), 3)}"
    place = bisect_left(introduced, sentence.start)
    if place < len(introduced) and introduced[place] < mention.start:
        yield "introduced-before"
    text, at, end = sentence.text, mention.start - sentence.start, mention.end - sentence.start
    if cues.own.within(text, 0, at):
        yield "own-before"
    if cues.negations.within(text, 0, at):
        yield "negated-before"
    if cues.negations.within(text, end, len(text)):
        yield "negated-after"
    if is_conceded(text, 0, at):
        yield "conceded"
    if any(AMOUNT.match(text, after) for _, after in cues.relative.within(text, 0, at)):
        yield "amount-before"
    for name, pattern in (("better", cues.better), ("relative", cues.relative), ("unlike", cues.unlike)):
        before = pattern.within(text, 0, at)
        if before:
            cue, between = text[slice(*before[-1])].lower(), text[before[-1][1] : at].split(None, 12)
            near = min(len(between), 12) // 3
            yield from (
                f"{name}",
                f"{name}={cue}",
                f"{name}-near={near}",
                f"{name}-stop={STOP.first_end(text, before[-1][1]) <= at}{near > 0}",
            )
            yield f"{name}-to={' '.join(between[:2]).lower()}"
        if pattern.within(text, end, len(text)):
            yield f"{name}-after"


def _surroundings(
    words: Words, mention: Mention, compares: Sequence[tuple[int, int, str]], figures: Sequence[tuple[int, int]]
) -> Iterator[str]:
    """Yield what stands around the name, the comparatives and figures in its sentence, which are in its order."""
    first, last = words.token_at(mention.start), words.token_at(mention.end - 1) + 1
    for distance in (1, 2, 3):
        if first >= distance:
            yield f"-{distance}={words.atoms[first - distance]}"
        if last - 1 + distance < len(words.atoms):
            yield f"+{distance}={words.atoms[last - 1 + distance]}"
    if first >= 2:
        yield f"-12={words.atoms[first - 2]} {words.atoms[first - 1]}"
    before = compares[: bisect_right(compares, mention.start, key=_last)][-2:]
    after = compares[bisect_left(compares, mention.end, key=_first) :][:2]
    yield f"comparatives={len(before)}{len(after)}"
    if before:
        yield f"comparative-before={before[-1][2]}"
        yield f"comparative-near={min((mention.start - before[-1][1]) // 15, 6)}"
    if after:
        yield f"comparative-after={after[0][2]}"
        yield f"comparative-soon={min((after[0][0] - mention.end) // 15, 6)}"
    there = bool(figures)
    yield f"figures={there and figures[0][1] <= mention.start}{there and figures[-1][0] >= mention.end}"


def _subject(words: Words, inside: Sequence[Mention], at: int, introduced: Sequence[Mention]) -> Mention | None:
    """Return what is better: an introduced name before the cue, or another right before its verb."""
    if place := bisect_right(introduced, at, key=_end):
        return introduced[place - 1]
    place = bisect_right(inside, at, key=_end)
    nearest = inside[place - 1] if place else None
    if nearest and nearest.type in TARGETS and SUBJECT_VERB.fullmatch(words.text[nearest.end : at]):
        return nearest
    return None
