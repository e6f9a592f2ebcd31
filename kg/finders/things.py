"""Things: what all mentions of one thing in one paper say of it together, in numbers.

The measures of a thing (`MEASURES`) are what the trained tagger makes of its places, which rules found it, where it
stands, which cues stand around it, and how it compares with the other things of the paper. Probabilities are given
as log odds, counts as logarithms, yes and no as 1 and 0; over several places the most, the mean or the least counts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from statistics import fmean

from kg.cues import Cues, Phrases
from kg.finders.mentions import RULES, without_overlaps
from kg.finders.names import is_coined
from kg.finders.words import Words
from kg.records import ROLES, TYPES, Mention, Quote
from kg.tagger import Tagging
from kg.text import key
from kg.vocabulary import Vocabulary, squashed

CLAUSE = re.compile(
    r"[;:()]|, (?:while|but|whereas|which|we|with|achieving|by|where)\b"
    r"|\b(?:while|but|whereas|on|in|for|by|when|using|across)\b"
)
TITLE_HEAD = re.compile(r"^([^:]{2,40}?)(?::|\s[-–—]{1,3}\s)")
NEW = re.compile(r"\b(?:novel|new|our|proposed|first|simple)\b[^,.;:()]{0,40}$", re.IGNORECASE)
NUMBERED = re.compile(
    r"(?:\(?\b(?:\d|[ivx]{1,3}|[abc])\)|\b(?:first|second|third|firstly|secondly|finally),?)[^,.;]{0,40}$",
    re.IGNORECASE,
)
GAP_END = re.compile(r"[,;:]|\b(?:for|of|that|which|by|using|based|to|with|in|on)\b")
LISTED = re.compile(r"(?:such as|e\.g\.,?|including|like|i\.e\.,?)[^.;:]*$", re.IGNORECASE)
# how far back, in characters, the phrases in front of a name are sought
REACH = 160
# probabilities nearer to 0 and 1 than this are as good as these
LEAST_ODDS = 1e-3
# gaps longer than this, in words, count as this
LONGEST_GAP = 16
SURROUNDINGS = (
    "title", "title start", "after colon", "before colon", "background", "own part", "first own sentence",
    "first sentence", "last sentence", "own voice", "proposed", "object of verb", "named", "new", "numbered",
    "compared", "listed", "better before", "relative before", "unlike before", "better after", "negated", "after comma",
    "after bracket", "before comma", "before bracket", "before colon sign",
    *(f"before head of {kind}" for kind in TYPES),
)  # fmt: skip
GAPS = ("introduced gap", "verb gap")
MEASURES = (
    "tagged", "tagged, mean", "inside", "inside, least", *(f"{role}, most" for role in ROLES),
    *(f"{role}, mean" for role in ROLES), "any role", *(f"{kind}, most" for kind in TYPES),
    *(f"{role}, most in the paper" for role in ROLES), "most introduced", "free places", "places", "words", "letters",
    "known", "coined", "short form", "narrows", "lower case", "variant of the title", "first place", "last place",
    "own start", "background places", "title places", "own places", "narrower", "always compared", *RULES,
    *TYPES, *SURROUNDINGS, *GAPS,
)  # fmt: skip


def own_start(words: Words, cues: Cues) -> int:
    """Return the offset where the paper's own part begins; what stands before is background."""
    for sentence in words.sentences:
        if sentence.start > words.title_end and cues.own.search(sentence.text):
            return sentence.start
    return words.title_end


def thing_key(mention: Mention) -> str:
    """Return what all mentions of one thing in one paper share."""
    return mention.concept or " ".join(key(mention.name))


def group_things(mentions: Iterable[Mention]) -> dict[str, list[Mention]]:
    """Return the mentions of each thing, in the order of the text."""
    things: dict[str, list[Mention]] = {}
    for mention in mentions:
        things.setdefault(thing_key(mention), []).append(mention)
    return things


Spans = list[tuple[int, int]]


class Said:
    """The places of the cues in each sentence of one paper, found when first asked for.

    A sentence holds several mentions; each cue is sought in it once.
    """

    def __init__(self, words: Words, cues: Cues) -> None:
        self.words = words
        self.cues = cues
        self.found: dict[tuple[int, str], Spans] = {}

    def spans(self, sentence: Quote, name: str) -> Spans:
        """Return the offsets, in the paper's text, of the cue of that name in `sentence`."""
        place = (sentence.start, name)
        if place not in self.found:
            pattern: Phrases = getattr(self.cues, name)
            start = sentence.start
            self.found[place] = [(start + m.start(), start + m.end()) for m in pattern.finditer(sentence.text)]
        return self.found[place]

    def before(self, sentence: Quote, name: str, at: int, within: int = 10_000) -> Spans:
        """Return those that end before `at`, at most `within` characters before."""
        return [(s, e) for s, e in self.spans(sentence, name) if e <= at and s >= at - within]


def measure_things(
    words: Words, mentions: Sequence[Mention], tagging: Tagging, cues: Cues, vocabulary: Vocabulary
) -> dict[str, list[float]]:
    """Return the `MEASURES` of each thing among `mentions`, from the places that no likelier mention takes."""
    free = {(m.start, m.end) for m in without_overlaps(mentions, lambda m: likelier(m, 0.5))}
    own = own_start(words, cues)
    said = Said(words, cues)
    title = TITLE_HEAD.match(words.text[: words.title_end])
    head = squashed(title.group(1)) if title else ""
    spans = {m: (words.token_at(m.start), words.token_at(m.end - 1) + 1) for m in mentions}
    roles = {m: tagging.span_roles(*span) for m, span in spans.items()}
    around = {m: Surroundings(said, m, own) for m in mentions}
    things = group_things(mentions)
    chosen = {name: [m for m in places if (m.start, m.end) in free] or places for name, places in things.items()}
    most = {name: {role: max(roles[m][role] for m in places) for role in ROLES} for name, places in chosen.items()}
    paper = {role: max((found[role] for found in most.values()), default=0.0) for role in ROLES}
    measured = {}
    for name, everywhere in things.items():
        places = chosen[name]
        first = places[0]
        types = [tagging.span_types(*spans[m]) for m in places]
        surface = squashed(first.surface)
        measured[name] = [
            _odds(max(m.tagged for m in places)),
            _odds(fmean(m.tagged for m in places)),
            _odds(max(m.inside for m in places)),
            _odds(min(m.inside for m in places)),
            *(_odds(most[name][role]) for role in ROLES),
            *(_odds(fmean(roles[m][role] for m in places)) for role in ROLES),
            _odds(max(sum(roles[m].values()) for m in places)),
            *(_odds(max(t[kind] for t in types)) for kind in TYPES),
            *(_odds(paper[role]) for role in ROLES),
            float(most[name]["introduces"] == paper["introduces"]),
            math.log1p(sum((m.start, m.end) in free for m in places)),
            math.log1p(len(everywhere)),
            math.log1p(len(first.surface.split())),
            math.log1p(len(first.surface)),
            float(first.concept is not None),
            float(is_coined(first.surface)),
            float(bool(first.aliases)),
            float(bool(first.head)),
            float(first.surface.islower()),
            float(bool(head) and surface != head and surface.startswith(head)),
            places[0].start / len(words.text),
            places[-1].start / len(words.text),
            own / len(words.text),
            math.log1p(sum(words.title_end < m.start < own for m in places)),
            math.log1p(sum(m.start < words.title_end for m in places)),
            math.log1p(sum(m.start >= own for m in places)),
            math.log1p(vocabulary.narrower.get(first.concept, 0)) if first.concept else 0.0,
            float(all(around[m].compared for m in places)),
            *(float(any(m.rule == rule for m in everywhere)) for rule in RULES),
            *(float(first.type == kind) for kind in TYPES),
            *(max(around[m].flags[i] for m in places) for i in range(len(SURROUNDINGS))),
            *(min(around[m].gaps[i] for m in places) for i in range(len(GAPS))),
        ]
    return measured


def likelier(mention: Mention, doubt: float) -> tuple[float, ...]:
    """Return the rank of `mention` among those that overlap it, if its thing is an entity but for `doubt`."""
    return (-(mention.tagged + 0.02) * (1 - doubt), mention.start - mention.end, mention.start)


def _odds(probability: float) -> float:
    p = min(max(probability, LEAST_ODDS), 1 - LEAST_ODDS)
    return math.log(p / (1 - p))


class Surroundings:
    """What stands around one mention: `SURROUNDINGS` as 1 and 0, and `GAPS` as logarithms of words."""

    def __init__(self, said: Said, mention: Mention, own: int) -> None:
        words, cues, text, at = said.words, said.cues, said.words.text, mention.start
        sentence = words.sentence_at(at)
        before = text[max(sentence.start, at - REACH) : at]
        near, after = before.rstrip()[-1:], text[mention.end : mention.end + 8].lstrip()[:1]
        in_title = at < words.title_end
        gaps = [_gap(text, said.before(sentence, name, at), at) for name in ("introduced", "verbs")]
        following = words.token_at(mention.end - 1) + 1
        head = cues.heads.get(words.surface(following, following + 1).lower()) if following < len(words.atoms) else None
        self.compared = is_compared(said, mention)
        self.gaps = [math.log1p(min(n, LONGEST_GAP)) for n, _ in gaps]
        self.flags = [
            float(bool(flag))
            for flag in (
                in_title,
                at == 0,
                in_title and near == ":",
                in_title and after == ":",
                words.title_end < at < own,
                at >= own and not in_title,
                at >= own and sentence.start <= own,
                not in_title and sentence.start <= words.title_end + 1,
                sentence.end == words.sentences[-1].end,
                not in_title and said.spans(sentence, "own"),
                gaps[0][1],
                gaps[1][1],
                said.before(sentence, "named", at, 40),
                NEW.search(before),
                NUMBERED.search(before),
                self.compared,
                LISTED.search(before),
                *(said.before(sentence, name, at) for name in ("better", "relative", "unlike")),
                any(start >= mention.end for start, _ in said.spans(sentence, "better")),
                said.before(sentence, "negations", at, 40),
                near == ",",
                near == "(",
                after == ",",
                after == "(",
                after == ":",
                *(head == kind for kind in TYPES),
            )
        ]


def _gap(text: str, cues: Spans, at: int) -> tuple[int, bool]:
    """Return how many words stand between the last of `cues` and `at`, and whether they are adjectives alone."""
    if not cues:
        return LONGEST_GAP, False
    between = text[cues[-1][1] : at]
    return len(between.split()), is_proposed_gap(between)


def is_proposed_gap(between: str) -> bool:
    """Tell whether what stands after "we propose" up to a name holds nothing but its adjectives."""
    return not GAP_END.search(between)


def is_compared(said: Said, mention: Mention) -> bool:
    """Tell whether words of comparison stand right beside `mention`."""
    words = said.words
    sentence = words.sentence_at(mention.start)
    if sentence.start <= words.title_end:
        return False
    after = words.text[mention.end : sentence.end]
    if said.cues.compare_after.match(after.lstrip()):
        return True
    cues = said.before(sentence, "compare_before", mention.start)
    return any(not CLAUSE.search(words.text, cue, mention.start) for _, cue in cues)
