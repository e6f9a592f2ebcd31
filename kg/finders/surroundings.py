"""Surroundings: what stands around a mention in its sentence, as yes and no and as distances to cues."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from kg.cues import WIDEST, Cues, Phrases, Spans, spans_before
from kg.finders.words import Words
from kg.records import TYPES, Mention, Quote

CLAUSE = Phrases(
    re.compile(
        r"[;:()]|, (?:while|but|whereas|which|we|with|achieving|by|where)\b"
        r"|\b(?:while|but|whereas|on|in|for|by|when|using|across)\b"
    )
)
GAP_END = Phrases(re.compile(r"[,;:]|\b(?:for|of|that|which|by|using|based|to|with|in|on)\b"))
# what tells of a name that follows it within so many letters, without such a sign in between
NEW = Phrases(
    re.compile(r"\b(?:novel|new|our|proposed|first|simple)\b", re.IGNORECASE),
    (frozenset({"novel", "new", "our", "proposed", "first", "simple"}),),
)
NUMBERED = Phrases(
    re.compile(r"\(?\b(?:\d|[ivx]{1,3}|[abc])\)|\b(?:firstly|secondly|first|second|third|finally),?", re.IGNORECASE)
)
LISTED = Phrases(re.compile(r"such as|e\.g\.,?|including|like|i\.e\.,?", re.IGNORECASE))
NEAR, PAUSE, BREAK = 40, re.compile(r"[,.;:()]"), re.compile(r"[,.;]")
# how far back, in characters, a list begins
REACH, LIST_END = 160, re.compile(r"[.;:]")
# gaps longer than this, in words, count as this
LONGEST_GAP = 16
LOGARITHMS = tuple(math.log1p(n) for n in range(LONGEST_GAP + 1))
NO_FLAGS, NO_GAPS = (False,) * 10, (LOGARITHMS[-1],) * 2
SURROUNDINGS = (
    "title", "title start", "after colon", "before colon", "background", "own part", "first own sentence",
    "first sentence", "last sentence", "own voice", "proposed", "object of verb", "named", "new", "numbered",
    "compared", "listed", "better before", "relative before", "unlike before", "better after", "negated", "after comma",
    "after bracket", "before comma", "before bracket", "before colon sign",
    *(f"before head of {kind}" for kind in TYPES),
)  # fmt: skip
GAPS = ("introduced gap", "verb gap")


def own_start(words: Words, cues: Cues) -> int:
    """Return the offset where the paper's own part begins; what stands before is background."""
    for sentence in words.sentences:
        if sentence.start > words.title_end and cues.own.spans(sentence.text):
            return sentence.start
    return words.title_end


@dataclass(frozen=True, slots=True)
class Front:
    """What stands in front of a place: its sentence, the last sign, cues as yes and no, and the `GAPS`."""

    sentence: Quote
    near: str
    flags: tuple[bool, ...] = NO_FLAGS
    gaps: tuple[float, float] = NO_GAPS


def read_front(sentence: Quote, at: int, told: Sequence[Spans]) -> Front:
    """Return what stands in front of `at` in `sentence`, where the cues are that are `told`, none or in their order."""
    text = sentence.text
    near = text[max(0, at - REACH) : at].rstrip()[-1:]
    if not told:
        return Front(sentence, near)
    introduced, verbs, named, new, numbered, listed, better, relative, unlike, negations = told
    proposed, proposed_gap = _gap(text, introduced, at)
    object_, object_gap = _gap(text, verbs, at)
    flags = (
        proposed,
        object_,
        any(at <= s + NEAR for s, _ in _close(named, at, NEAR)),
        any(not PAUSE.search(text, e, at) for _, e in _close(new, at, NEAR)),
        any(not BREAK.search(text, e, at) for _, e in _close(numbered, at, NEAR)),
        any(at <= s + REACH and not LIST_END.search(text, e, at) for s, e in _close(listed, at, REACH)),
        bool(better) and better[0][1] <= at,
        bool(relative) and relative[0][1] <= at,
        bool(unlike) and unlike[0][1] <= at,
        any(at <= s + NEAR for s, _ in _close(negations, at, NEAR)),
    )
    return Front(sentence, near, flags, (proposed_gap, object_gap))


def _close(cues: Spans, at: int, most: int) -> Spans:
    """Return those of `cues` that end before `at`, `most` characters at most."""
    return cues[spans_before(cues, at - most - 1) : spans_before(cues, at)]


def _gap(text: str, cues: Spans, at: int) -> tuple[bool, float]:
    """Tell whether adjectives alone stand between the last of `cues` and `at`, and the gap as a logarithm of words."""
    count = spans_before(cues, at)
    if not count:
        return False, LOGARITHMS[-1]
    last = cues[count - 1][1]
    words = text[last:at].split(None, LONGEST_GAP)
    return GAP_END.first_end(text, last) > at, LOGARITHMS[min(len(words), LONGEST_GAP)]


class Surroundings:
    """What stands around the mentions of one paper. What stands in front of a place is found once."""

    def __init__(self, words: Words, cues: Cues) -> None:
        self.words = words
        self.cues = cues
        self.own = own_start(words, cues)
        self.told: dict[int, tuple[Spans, ...]] = {}
        self.fronts: dict[int, Front] = {}

    def front(self, mention: Mention) -> Front:
        """Return what stands in front of `mention`; several begin in one place."""
        at = mention.start
        if at not in self.fronts:
            sentence = self.words.sentence_at(at)
            if sentence.start not in self.told:
                c, text = self.cues, sentence.text
                sought = [c.introduced, c.verbs, c.named, NEW, NUMBERED, LISTED]
                sought += [c.better, c.relative, c.unlike, c.negations]
                found = [phrases.spans(text) for phrases in sought]
                self.told[sentence.start] = tuple(found) if any(found) else ()
            self.fronts[at] = read_front(sentence, at - sentence.start, self.told[sentence.start])
        return self.fronts[at]

    def gaps(self, mention: Mention) -> tuple[float, float]:
        """Return the `GAPS` in front of `mention` as logarithms of words."""
        return self.front(mention).gaps

    def flags(self, mention: Mention, compared: bool) -> tuple[bool, ...]:
        """Return the `SURROUNDINGS` of `mention`; whether it is `compared` is known already."""
        words, own, at = self.words, self.own, mention.start
        front = self.front(mention)
        sentence, near = front.sentence, front.near
        after = words.text[mention.end : mention.end + 8].lstrip()[:1]
        in_title = at < words.title_end
        following = words.token_at(mention.end - 1) + 1
        head = (
            self.cues.heads.get(words.surface(following, following + 1).lower())
            if following < len(words.atoms)
            else None
        )
        better = self.cues.better.spans(sentence.text)
        return (
            in_title,
            at == 0,
            in_title and near == ":",
            in_title and after == ":",
            words.title_end < at < own,
            at >= own and not in_title,
            at >= own and sentence.start <= own,
            not in_title and sentence.start <= words.title_end + 1,
            sentence.end == words.sentences[-1].end,
            not in_title and bool(self.cues.own.spans(sentence.text)),
            *front.flags[:5],
            compared,
            *front.flags[5:9],
            bool(better) and better[-1][0] >= mention.end - sentence.start,
            front.flags[9],
            near == ",",
            near == "(",
            after == ",",
            after == "(",
            after == ":",
            *[head == kind for kind in TYPES],
        )

    def is_compared(self, mention: Mention) -> bool:
        """Tell whether words of comparison stand right beside `mention`."""
        words = self.words
        sentence = words.sentence_at(mention.start)
        if sentence.start <= words.title_end:
            return False
        after = words.text[mention.end : min(mention.end + WIDEST, sentence.end)]
        if self.cues.compare_after.match(after.lstrip()):
            return True
        at = mention.start - sentence.start
        before = self.cues.compare_before.spans(sentence.text)
        # where no clause ends behind an earlier one, none ends behind the last
        count = spans_before(before, at)
        return count > 0 and CLAUSE.first_end(sentence.text, before[count - 1][1]) > at

    def is_proposed(self, mention: Mention) -> bool:
        """Tell whether authors propose `mention`: nothing but adjectives stands between it and "we propose"."""
        sentence = self.words.sentence_at(mention.start)
        return _gap(sentence.text, self.cues.introduced.spans(sentence.text), mention.start - sentence.start)[0]
