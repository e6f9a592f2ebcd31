"""Targets: what stands behind words of comparison in a sentence, as what something is said to be better than.

A sentence claims superiority where a phrase of it ("outperforms X", "improvement over X"), a comparison
with a comparative ("2x faster than X", "reduces memory compared to X") or an "unlike X" stands before
the name of something else. A negation, a concession ("although it has advantages over X") or a passive
("outperformed by X") before it takes the claim back. The targets are the names that follow, coordinated or
listed ("baselines such as X and Y"); what only qualifies another name ("the X-based Y") is none.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from operator import attrgetter, itemgetter

from kg.cues import Cues, Phrases
from kg.finders.words import Words
from kg.records import Mention, Quote

# the likeliest first
RULES = ("better", "relative", "unlike")
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
_start, _last = attrgetter("start"), itemgetter(1)


def find_signs(sentence: Quote, cues: Cues) -> Iterator[tuple[str, int, int]]:
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
    if is_conceded(text, max(0, at - CONCESSION), at):
        return True
    start = max(0, at - DENIAL)
    start = max([start, *(m.end() for m in ANEW.finditer(text, start, at))])
    return any(
        not (either := EITHER.match(text, end)) or not cues.comparatives.match(text, either.end())
        for _, end in cues.negations.within(text, start, at)
    )


def is_conceded(text: str, start: int, at: int) -> bool:
    """Tell whether a concession stands in `text` between `start` and `at`, with no comma behind it."""
    return CONCEDED.first_end(text, max(start, text.rfind(",", 0, at))) <= at


def find_targets(words: Words, inside: Sequence[Mention], cue: tuple[int, int], cues: Cues) -> list[Mention]:
    """Return the first of `inside` after `cue` and those coordinated with it, instances rather than their class."""
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
