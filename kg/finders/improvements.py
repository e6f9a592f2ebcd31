"""Improvements: what the paper's own thing is said to be better than, in which aspect and by how much.

A sentence claims one where a phrase of superiority ("outperforms X", "improvement over X"), a comparison
with a comparative ("2x faster than X", "reduces memory compared to X") or an "unlike X" stands before
the name of something else. A negation, a concession ("although it has advantages over X") or a passive
("outperformed by X") before it takes the claim back. The targets are the names that follow, coordinated or
listed ("baselines such as X and Y"); what only qualifies another name ("the X-based Y") is none.

The confidence of a rule is the share of its findings that is right on the annotated papers, with mentions
and roles by cross-validation (and one right and one wrong finding added, as some rules find little).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from kg.cues import Cues
from kg.finders.results import Figure, find_aspect, find_figures, find_measure
from kg.finders.roles import own_start, thing_key
from kg.finders.words import Words
from kg.records import Mention, Quote, Relation

TARGETS = frozenset({"Technique", "Model", "Software"})
# between a cue and its target
BEFORE_TARGET = re.compile(r"[^.;:()]{0,60}")
STOP = re.compile(
    r"[;:()]|,"
    r"|\b(?:to|on|in|for|while|but|whereas|by|with|when|under|using|across|at|where|which|that|achieving|we|our|its)\b"
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
CONCEDED = re.compile(r"(?:^while\b|\b(?:although|though|despite)\b)[^,]*$", re.IGNORECASE)
# before a comparison that leads its clause: the comma after it ends it
LEADING = re.compile(r"(?:[,;(]|\bwhen|\band)\s*$")
LAST = re.compile(r"\b(?:and|or|as well as)\b|[/&]")
CONFIDENCE = {"better": 0.88, "relative": 0.84, "unlike": 0.83}


def find_improvements(
    words: Words, mentions: Sequence[Mention], roles: Sequence[Relation], cues: Cues
) -> tuple[Relation, ...]:
    """Return the improvements that the paper claims for itself or for what it introduces."""
    own = own_start(words, cues)
    introduced = {thing_key(r.target): r.target for r in reversed(roles) if r.predicate == "introduces"}
    main = next((r.target for r in roles if r.predicate == "introduces"), None)
    found: dict[tuple[str, int], Relation] = {}
    for sentence in words.sentences:
        if sentence.start < own:
            continue
        inside = [m for m in mentions if sentence.start <= m.start < sentence.end]
        signs = tuple(_cues(sentence, cues))
        figures = find_figures(sentence, cues) if signs else ()
        for rule, cue, at in signs:
            targets = _targets(words, inside, (cue, at), cues)
            if not targets:
                continue
            named = _subject(words, inside, at, introduced)
            aspect, value = _aspect_and_value(sentence, figures, at, cues)
            for target in targets:
                if target.type not in TARGETS or (
                    thing_key(target) in introduced and (named is None or thing_key(named) not in introduced)
                ):
                    continue
                source = named or main
                if source is not None and thing_key(source) == thing_key(target):
                    continue
                place = (thing_key(target), sentence.start)
                if place not in found or found[place].confidence < CONFIDENCE[rule]:
                    found[place] = Relation(
                        predicate="improvesOn",
                        source=source,
                        target=target,
                        quote=sentence,
                        rule=rule,
                        confidence=CONFIDENCE[rule],
                        aspect=aspect,
                        value=value,
                    )
    return tuple(found.values())


def _cues(sentence: Quote, cues: Cues) -> Iterator[tuple[str, int, int]]:
    """Yield the rule and the offsets of its cue for every sign of superiority in `sentence`."""
    text, offset = sentence.text, sentence.start
    passive = [m.span() for m in cues.passive.finditer(text)]
    for match in cues.better.finditer(text):
        if not _denied(text, match.start(), cues) and not any(s <= match.start() < e for s, e in passive):
            yield "better", offset + match.start(), offset + match.end()
    compares = bool(cues.comparatives.search(text))
    for match in cues.relative.finditer(text):
        near = max(0, match.start() - NEAR)
        if (
            compares
            and (match.group().lower() not in BARE or cues.comparatives.search(text, near, match.start()))
            and not AMOUNT.match(text, match.end())
            and not _denied(text, match.start(), cues)
        ):
            yield "relative", offset + match.start(), offset + match.end()
    for match in cues.unlike.finditer(text):
        if match.start() == 0 or text[max(0, match.start() - 2) : match.start()] == ", ":
            yield "unlike", offset + match.start(), offset + match.end()


def _denied(text: str, at: int, cues: Cues) -> bool:
    """Tell whether a negation before `at` takes back what stands there; "comparable or better" does not."""
    if CONCEDED.search(text, max(0, at - CONCESSION), at):
        return True
    start = max(0, at - DENIAL)
    start = max([start, *(m.end() for m in ANEW.finditer(text, start, at))])
    return any(
        not (either := EITHER.match(text, m.end())) or not cues.comparatives.match(text, either.end())
        for m in cues.negations.finditer(text, start, at)
    )


def _targets(words: Words, inside: Sequence[Mention], cue: tuple[int, int], cues: Cues) -> list[Mention]:
    """Return the first mention after `cue` and those coordinated with it, instances rather than their class."""
    found: list[Mention] = []
    sure, end = 0, cue[1]
    direct = cues.comparatives.fullmatch(words.text, *cue)
    for mention in inside:
        if mention.start < cue[1]:
            continue
        gap = words.text[end : mention.start]
        if not found:
            gap = ACRONYM.sub("", gap)
        if LISTED.fullmatch(gap) and (found or " for " not in gap):
            found, sure = [], 0
        elif not found:
            if not BEFORE_TARGET.fullmatch(gap) or STOP.search(gap) or (direct and " of " in gap):
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


def _subject(words: Words, inside: Sequence[Mention], at: int, introduced: Mapping[str, Mention]) -> Mention | None:
    """Return what is better: an introduced name before the cue, or another right before its verb."""
    before = [m for m in inside if m.end <= at]
    for mention in reversed(before):
        if thing_key(mention) in introduced:
            return mention
    nearest = before[-1] if before else None
    if nearest and nearest.type in TARGETS and SUBJECT_VERB.fullmatch(words.text[nearest.end : at]):
        return nearest
    return None


def _aspect_and_value(sentence: Quote, figures: Sequence[Figure], at: int, cues: Cues) -> tuple[str | None, str | None]:
    if not figures:
        return find_aspect(sentence, at, at, cues), None
    nearest = min(range(len(figures)), key=lambda i: (abs(figures[i].start - at), i))
    measure = find_measure(sentence, figures, nearest, cues)
    return measure.aspect if measure else None, figures[nearest].value
