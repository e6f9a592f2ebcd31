"""Comparisons: the names that a sentence of the paper's own part may say something to be better than.

A sentence claims superiority where a phrase of it ("outperforms X", "improvement over X"), a comparison
with a comparative ("2x faster than X", "reduces memory compared to X") or an "unlike X" stands before
the name of something else. A negation, a concession ("although it has advantages over X") or a passive
("outperformed by X") before it takes the claim back. The targets are the names that follow, coordinated or
listed ("baselines such as X and Y"); what only qualifies another name ("the X-based Y") is none.

The classifier of improvements sees all names of such sentences: the rules are features beside what stands around the
name and between it and the nearest cue, its role in the paper, figures, and what is introduced.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter, itemgetter

from kg.cues import Cues, Phrases
from kg.finders.results import find_figures
from kg.finders.surroundings import own_start
from kg.finders.things import thing_key
from kg.finders.words import Words
from kg.records import Mention, Quote, Relation

TARGETS = frozenset({"Technique", "Model", "Software"})
# between a cue and its target
BEFORE_TARGET = re.compile(r"[^.;:()]{0,60}")
STOP = Phrases(
    re.compile(
        r"[;:()]|,|\b(?:to|on|in|for|while|but|whereas|by|with|when|under|using|across|at|where|which|that|achieving|we|our"
        r"|its)\b"
    )
)
# instances follow, and then they are the targets; a class that only qualifies what follows is none either
LISTED = re.compile(
    r"[^.;:]{0,100}?(?:[,(]\s*)?\b(?:such as|including|like|e\.g\.?|i\.e\.?|namely|especially|particularly)[\s,]+"
    r"(?:the )?",
    re.IGNORECASE,
)
ACRONYM = re.compile(r"\s*\([A-Z][\w-]*\)")
QUALIFIED = re.compile(r"-(?:based|style|like) (?:\w+ )?|\s+(?:([\w-]+)\s+)?")
JOINED = re.compile(
    r"[\s,()&/]*(?:\b(?:and|or|as well as|both)\s+)*(?:(?:the|other|even|also|its|standard|strong|vanilla|original) )*"
)
SUBJECT_VERB = re.compile(r"\s+(?:\w+ly\s+|can\s+|is\s+|are\s+)*[\w-]+(?:\s+(?:over|upon|on|than|to))?")
# "than", "over": the comparative stands close before them
BARE = frozenset({"than", "over", "against"})
NEAR = 60
# how far before a cue, in characters, a negation and a concession reach
DENIAL = 50
CONCESSION = 200
AMOUNT = re.compile(r"\s+(?:[~$≈]*\d[\d.,]*(?:\s|\\?%|[x×]|times)|an? order|half|twice)")
# a new verb phrase, beyond the reach of a negation before it
ANEW = re.compile(r"\b(?:and|but|yet)\b")
EITHER = re.compile(r"\s*(?:or|/)\s*(?:even )?")
CONCEDED = Phrases(
    re.compile(r"^while\b|\b(?:although|though|despite)\b", re.IGNORECASE),
    (frozenset({"while", "although", "though", "despite"}),),
)
# before a comparison that leads its clause: the comma after it ends it
LEADING = re.compile(r"(?:[,;(]|\bwhen|\band)\s*$")
LAST = re.compile(r"\b(?:and|or|as well as)\b|[/&]")
IMPROVED, OTHER = "improved", "other"
_start, _end, _first, _last = attrgetter("start"), attrgetter("end"), itemgetter(0), itemgetter(1)
# the likeliest first
RULES = ("better", "relative", "unlike")
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
            (rule, start, _targets(words, inside, (start, end), cues)) for rule, start, end in _cues(sentence, cues)
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
    if _conceded(text, 0, at):
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


def _cues(sentence: Quote, cues: Cues) -> Iterator[tuple[str, int, int]]:
    """Yield the rule and the offsets of its cue for every sign of superiority in `sentence`."""
    text, offset = sentence.text, sentence.start
    passive = cues.passive.spans(text)
    for start, end in cues.better.spans(text):
        near = passive[bisect_right(passive, start, key=_last) :][:1]
        if not _denied(text, start, cues) and not any(s <= start < e for s, e in near):
            yield "better", offset + start, offset + end
    compares = cues.comparatives.spans(text)
    for start, end in cues.relative.spans(text) if compares else ():
        if (
            (text[start:end].lower() not in BARE or cues.comparatives.within(text, max(0, start - NEAR), start))
            and not AMOUNT.match(text, end)
            and not _denied(text, start, cues)
        ):
            yield "relative", offset + start, offset + end
    for start, end in cues.unlike.spans(text):
        if start == 0 or text[max(0, start - 2) : start] == ", ":
            yield "unlike", offset + start, offset + end


def _denied(text: str, at: int, cues: Cues) -> bool:
    """Tell whether a negation before `at` takes back what stands there; "comparable or better" does not."""
    if _conceded(text, max(0, at - CONCESSION), at):
        return True
    start = max(0, at - DENIAL)
    start = max([start, *(m.end() for m in ANEW.finditer(text, start, at))])
    return any(
        not (either := EITHER.match(text, end)) or not cues.comparatives.match(text, either.end())
        for _, end in cues.negations.within(text, start, at)
    )


def _conceded(text: str, start: int, at: int) -> bool:
    """Tell whether a concession stands in `text` between `start` and `at`, with no comma behind it."""
    return CONCEDED.first_end(text, max(start, text.rfind(",", 0, at))) <= at


def _targets(words: Words, inside: Sequence[Mention], cue: tuple[int, int], cues: Cues) -> list[Mention]:
    """Return the first mention after `cue` and those coordinated with it, instances rather than their class."""
    found: list[Mention] = []
    sure, end = 0, cue[1]
    direct = cues.comparatives.fullmatch(words.text, *cue)
    for mention in inside[bisect_left(inside, cue[1], key=_start) :]:
        gap = words.text[end : mention.start]
        if not found:
            gap = ACRONYM.sub("", gap)
        if LISTED.fullmatch(gap) and (found or " for " not in gap):
            found, sure = [], 0
        elif not found:
            if not BEFORE_TARGET.fullmatch(gap) or STOP.compiled.search(gap) or (direct and " of " in gap):
                break
        elif (qualified := QUALIFIED.fullmatch(gap)) and (qualified[1] or "").lower() in ("", *cues.heads):
            found.pop()
        elif not JOINED.fullmatch(gap):
            break
        found.append(mention)
        end = mention.end
        if direct and any(p.match(words.text, end + 1) for _, p in cues.aspects):
            break
        if len(found) == 1 or LAST.search(gap):
            sure = len(found)
    leading = LEADING.search(words.text, max(0, cue[0] - 10), cue[0]) or words.sentence_at(cue[0]).start == cue[0]
    return found[:sure] if leading or direct else found


def _subject(words: Words, inside: Sequence[Mention], at: int, introduced: Sequence[Mention]) -> Mention | None:
    """Return what is better: an introduced name before the cue, or another right before its verb."""
    if place := bisect_right(introduced, at, key=_end):
        return introduced[place - 1]
    place = bisect_right(inside, at, key=_end)
    nearest = inside[place - 1] if place else None
    if nearest and nearest.type in TARGETS and SUBJECT_VERB.fullmatch(words.text[nearest.end : at]):
        return nearest
    return None
