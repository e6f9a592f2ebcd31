"""Improvements: what the paper's own thing is said to be better than, in which aspect and by how much.

A sentence claims one where a phrase of superiority ("outperforms X", "improvement over X"), a comparison
with a comparative ("2x faster than X", "reduces memory compared to X") or an "unlike X" stands before
the name of something else. A negation or a passive ("outperformed by X") before it takes the claim back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from kg.cues import Cues
from kg.finders.results import find_aspect, find_figures
from kg.finders.roles import own_start, thing_key
from kg.finders.words import Words
from kg.records import Mention, Quote, Relation

TARGETS = frozenset({"Technique", "Model", "Software"})
# between a cue and its target, and between coordinated targets
BEFORE_TARGET = re.compile(r"[^.;:()]{0,60}")
STOP = re.compile(
    r"[;:()]|,(?! (?:including|such as|e\.g\.|like|namely|i\.e\.|especially))"
    r"|\b(?:to|on|in|for|while|but|whereas|by|with|when|under|using|across|at|where|which|that|achieving|we|our|its)\b"
)
JOINED = re.compile(r"\s*(?:\([^)]*\))?\s*(?:,|,? and|,? or|/|,? as well as|&)?\s*(?:the |other |both )?\s*")
SUBJECT_VERB = re.compile(r"\s+(?:\w+ly\s+|can\s+|is\s+|are\s+)*[\w-]+(?:\s+(?:over|upon|on|than|to))?")
CONFIDENCE = {"better": 0.85, "relative": 0.75, "unlike": 0.6}


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
        for rule, at in _cues(sentence, cues):
            for target in _targets(words, inside, at):
                if target.type not in TARGETS or thing_key(target) in introduced:
                    continue
                source = _subject(words, inside, at, introduced) or main
                if source is not None and thing_key(source) == thing_key(target):
                    continue
                aspect, value = _aspect_and_value(sentence, at, cues)
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


def _cues(sentence: Quote, cues: Cues) -> Iterator[tuple[str, int]]:
    """Yield the rule and the offset after its cue for every sign of superiority in `sentence`."""
    text = sentence.text
    passive = [m.span() for m in cues.passive.finditer(text)]
    for match in cues.better.finditer(text):
        before = text[max(0, match.start() - 40) : match.start()]
        if not cues.negations.search(before) and not any(s <= match.start() < e for s, e in passive):
            yield "better", sentence.start + match.end()
    for match in cues.relative.finditer(text):
        before = text[: match.start()]
        if cues.comparatives.search(text) and not cues.negations.search(before[-50:]):
            yield "relative", sentence.start + match.end()
    for match in cues.unlike.finditer(text):
        if match.start() == 0 or text[max(0, match.start() - 2) : match.start()] == ", ":
            yield "unlike", sentence.start + match.end()


def _targets(words: Words, inside: Sequence[Mention], at: int) -> Iterator[Mention]:
    """Yield the first mention after `at` and those coordinated with it."""
    following = [m for m in inside if m.start >= at]
    end = at
    for i, mention in enumerate(following):
        gap = words.text[end : mention.start]
        if i == 0:
            if not BEFORE_TARGET.fullmatch(gap) or STOP.search(gap):
                return
        elif not JOINED.fullmatch(gap):
            return
        yield mention
        end = mention.end


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


def _aspect_and_value(sentence: Quote, at: int, cues: Cues) -> tuple[str | None, str | None]:
    figures = sorted(find_figures(sentence, cues), key=lambda f: (abs(f.start - at), f.start))
    anchor = (figures[0].start, figures[0].end) if figures else (at, at)
    return find_aspect(sentence, *anchor, cues), figures[0].value if figures else None
