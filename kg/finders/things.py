"""Things: what all mentions of one thing in one paper say of it together, in numbers.

The measures of a thing (`MEASURES`) are what the trained tagger makes of its places, which rules found it, where it
stands, which cues stand around it, and how it compares with the other things of the paper. Probabilities are given
as log odds, counts as logarithms, yes and no as 1 and 0; over several places the most, the mean or the least counts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
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
# between two names of a list
JOINT = re.compile(r"(?:\s*\([^()]*\))?(?:\s*[,/]\s*(?:and\s+|or\s+)?|\s+(?:and|or|as well as)\s+)")
NOTHING = (0.0,) * len(ROLES)
# how likely a thing must be to count as introduced, or at all
HALF, LEAST_LIKELY = 0.5, 0.3
# names that begin with the same letters, so many, are variants
STEM = 5
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
    *(f"{role}, most in the paper" for role in ROLES), *(f"{role}, of what is listed with it" for role in ROLES),
    "longer rival", "shorter rival", "most introduced", "named like what is introduced", "things", "introduced things",
    "free places", "places", "words", "letters", "known", "coined", "short form", "narrows", "lower case",
    "variant of the title", "first place", "last place", "own start", "background places", "title places",
    "own places", "narrower", "always compared", *RULES, *TYPES, *SURROUNDINGS, *GAPS,
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
        self.fronts: dict[int, Front] = {}

    def spans(self, sentence: Quote, name: str) -> Spans:
        """Return the offsets, in the paper's text, of the cue of that name in `sentence`."""
        place = (sentence.start, name)
        if place not in self.found:
            pattern: Phrases = getattr(self.cues, name)
            start = sentence.start
            self.found[place] = [(start + m.start(), start + m.end()) for m in pattern.finditer(sentence.text)]
        return self.found[place]

    def front(self, sentence: Quote, at: int) -> Front:
        """Return what stands in front of `at` in `sentence`; several mentions begin there."""
        if at not in self.fronts:
            self.fronts[at] = Front(self, sentence, at)
        return self.fronts[at]

    def before(self, sentence: Quote, name: str, at: int, within: int = 10_000) -> Spans:
        """Return those that end before `at`, at most `within` characters before."""
        return [(s, e) for s, e in self.spans(sentence, name) if e <= at and s >= at - within]


class Front:
    """What stands in front of a place: the last sign, gaps to cues as logarithms of words, and cues as yes and no."""

    __slots__ = ("flags", "gaps", "near")

    def __init__(self, said: Said, sentence: Quote, at: int) -> None:
        text = said.words.text
        before = text[max(sentence.start, at - REACH) : at]
        introduced, verb = (_gap(text, said.before(sentence, name, at), at) for name in ("introduced", "verbs"))
        self.near = before.rstrip()[-1:]
        self.gaps = [math.log1p(min(n, LONGEST_GAP)) for n, _ in (introduced, verb)]
        self.flags = (
            introduced[1],
            verb[1],
            bool(said.before(sentence, "named", at, 40)),
            bool(NEW.search(before)),
            bool(NUMBERED.search(before)),
            bool(LISTED.search(before)),
            *(bool(said.before(sentence, name, at)) for name in ("better", "relative", "unlike")),
            bool(said.before(sentence, "negations", at, 40)),
        )


def measure_things(
    words: Words, mentions: Sequence[Mention], tagging: Tagging, cues: Cues, vocabulary: Vocabulary
) -> dict[str, list[float]]:
    """Return the `MEASURES` of each thing among `mentions`, from the places that no likelier mention takes."""
    assert tagging.roles.kinds == ROLES
    assert tagging.types.kinds == TYPES
    free = {(m.start, m.end) for m in without_overlaps(mentions, lambda m: likelier(m, 0.5))}
    own = own_start(words, cues)
    said = Said(words, cues)
    title = TITLE_HEAD.match(words.text[: words.title_end])
    head = squashed(title.group(1)) if title else ""
    rows = {}
    for m in mentions:
        span = words.token_at(m.start), words.token_at(m.end - 1) + 1
        rows[m.start, m.end] = tagging.role_row(*span), tagging.type_row(*span), Surroundings(said, m, own)
    things = group_things(mentions)
    chosen = {name: [m for m in places if (m.start, m.end) in free] or places for name, places in things.items()}
    found = {name: [rows[m.start, m.end] for m in places] for name, places in chosen.items()}
    most = {name: _each(max, [roles for roles, _, _ in row]) for name, row in found.items()}
    paper = _each(max, list(most.values()))
    beside = _listed(words, [m for m in mentions if (m.start, m.end) in free], {p: r for p, (r, _, _) in rows.items()})
    rivals = _rivals(mentions)
    introduced = sum(row[0] > HALF for row in most.values())
    newest = max(most, key=lambda name: (most[name][0], name), default="")
    stem = squashed(chosen[newest][0].surface)[:STEM] if newest else ""
    measured = {}
    for name, everywhere in things.items():
        places, first = chosen[name], chosen[name][0]
        around = [s for _, _, s in found[name]]
        roles = [r for r, _, _ in found[name]]
        surface = squashed(first.surface)
        rules = {m.rule for m in everywhere}
        tagged = [m.tagged for m in places]
        inside = [m.inside for m in places]
        likely = (
            max(tagged), fmean(tagged), max(inside), min(inside), *most[name], *_each(fmean, roles),
            max(map(sum, roles)), *_each(max, [t for _, t, _ in found[name]]), *paper,
            *_each(max, [beside.get((m.start, m.end), NOTHING) for m in places]),
            *_each(min, [rivals[m.start, m.end] for m in places]),
        )  # fmt: skip
        measured[name] = [
            *map(log_odds, likely),
            float(most[name][0] == paper[0]),
            float(name != newest and len(stem) == STEM and surface.startswith(stem)),
            math.log1p(sum(max(row) > LEAST_LIKELY for row in most.values())),
            math.log1p(introduced),
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
            float(all(s.compared for s in around)),
            *(float(rule in rules) for rule in RULES),
            *(float(first.type == kind) for kind in TYPES),
            *_each(max, [s.flags for s in around]),
            *_each(min, [s.gaps for s in around]),
        ]
    return measured


def _listed(
    words: Words, mentions: Sequence[Mention], roles: Mapping[tuple[int, int], Sequence[float]]
) -> dict[tuple[int, int], list[float]]:
    """Return for each place the most likely roles of those right before and after it in a list ("A, B and C")."""
    found: dict[tuple[int, int], list[float]] = {}
    for first, second in pairwise(mentions):
        if JOINT.fullmatch(words.text, first.end, second.start):
            one, other = (first.start, first.end), (second.start, second.end)
            for here, there in ((one, other), (other, one)):
                found[here] = [max(a, b) for a, b in zip(found.get(here, NOTHING), roles[there], strict=True)]
    return found


def _rivals(mentions: Sequence[Mention]) -> dict[tuple[int, int], tuple[float, float]]:
    """Return for each place the probability of the likeliest longer and shorter mention that overlaps it."""
    found = {}
    for mention in mentions:
        longer = shorter = 0.0
        for other in mentions:
            if other.start < mention.end and mention.start < other.end and other is not mention:
                if other.end - other.start > mention.end - mention.start:
                    longer = max(longer, other.tagged)
                else:
                    shorter = max(shorter, other.tagged)
        found[mention.start, mention.end] = (longer, shorter)
    return found


def _each(of: Callable[[Iterable[float]], float], rows: Sequence[Sequence[float]]) -> Sequence[float]:
    """Return the most, least or mean of each column of `rows`."""
    return rows[0] if len(rows) == 1 else [of(column) for column in zip(*rows, strict=True)]


def likelier(mention: Mention, doubt: float) -> tuple[float, ...]:
    """Return the rank of `mention` among those that overlap it, if its thing is an entity but for `doubt`."""
    return (-(mention.tagged + 0.02) * (1 - doubt), mention.start - mention.end, mention.start)


def log_odds(probability: float) -> float:
    """Return the logarithm of the odds of `probability`, bounded."""
    p = min(max(probability, LEAST_ODDS), 1 - LEAST_ODDS)
    return math.log(p / (1 - p))


class Surroundings:
    """What stands around one mention: `SURROUNDINGS` as 1 and 0, and `GAPS` as logarithms of words."""

    __slots__ = ("compared", "flags", "gaps")

    def __init__(self, said: Said, mention: Mention, own: int) -> None:
        words, cues, at = said.words, said.cues, mention.start
        sentence = words.sentence_at(at)
        after = words.text[mention.end : mention.end + 8].lstrip()[:1]
        in_title = at < words.title_end
        following = words.token_at(mention.end - 1) + 1
        head = cues.heads.get(words.surface(following, following + 1).lower()) if following < len(words.atoms) else None
        front = said.front(sentence, at)
        self.compared = is_compared(said, mention)
        self.gaps = front.gaps
        flags = (
            in_title,
            at == 0,
            in_title and front.near == ":",
            in_title and after == ":",
            words.title_end < at < own,
            at >= own and not in_title,
            at >= own and sentence.start <= own,
            not in_title and sentence.start <= words.title_end + 1,
            sentence.end == words.sentences[-1].end,
            not in_title and bool(said.spans(sentence, "own")),
            *front.flags[:5],
            self.compared,
            *front.flags[5:9],
            any(start >= mention.end for start, _ in said.spans(sentence, "better")),
            front.flags[9],
            front.near == ",",
            front.near == "(",
            after == ",",
            after == "(",
            after == ":",
            *(head == kind for kind in TYPES),
        )
        self.flags = [float(flag) for flag in flags]


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
