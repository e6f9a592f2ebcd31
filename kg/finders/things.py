"""Things: what all mentions of one thing in one paper say of it together, in numbers.

The measures of a thing (`MEASURES`) are what the trained tagger makes of its places, which rules found it, where it
stands, which cues stand around it, and how it compares with the other things of the paper. Probabilities are given
as log odds, counts as logarithms, yes and no as 1 and 0; over several places the most, the mean or the least counts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from kg.crf import Doubles
from kg.finders.mentions import RULES, without_overlaps
from kg.finders.names import is_coined
from kg.finders.surroundings import GAPS, SURROUNDINGS, Surroundings
from kg.finders.targets import RULES as COMPARISONS
from kg.finders.targets import find_signs, find_targets
from kg.finders.words import Words
from kg.records import ROLES, TYPES, Mention
from kg.tagger import Tagging
from kg.text import key
from kg.vocabulary import Vocabulary, squashed

TITLE_HEAD = re.compile(r"^([^:]{2,40}?)(?::|\s[-–—]{1,3}\s)")
# probabilities nearer to 0 and 1 than this are as good as these
LEAST_ODDS = 1e-3
# between two names of a list
JOINT = re.compile(r"(?:\s*\([^()]*\))?(?:\s*[,/]\s*(?:and\s+|or\s+)?|\s+(?:and|or|as well as)\s+)")
# how likely a thing must be to count as introduced, or at all
HALF, LEAST_LIKELY = 0.5, 0.3
# names that begin with the same letters, so many, are variants
STEM = 5
# by which words it is compared with, in the paper's own part and before it
AGAINST = (*COMPARISONS, "set against")
AIMED = tuple(f"{rule}, {part}" for rule in AGAINST for part in ("own part", "background"))
# of what is less likely than this, no list is made
LEAST_TAGGED = 0.1
MEASURES = (
    "tagged", "tagged, mean", "inside", "inside, least", *(f"{role}, most" for role in ROLES),
    *(f"{role}, mean" for role in ROLES), "any role", *(f"{kind}, most" for kind in TYPES),
    *(f"{kind}, share" for kind in TYPES),
    *(f"{role}, most in the paper" for role in ROLES), *(f"{role}, of what is listed with it" for role in ROLES),
    "longer rival", "shorter rival", "most introduced", "named like what is introduced", "things", "introduced things",
    "free places", "places", "words", "letters", "known", "coined", "short form", "narrows", "lower case",
    "variant of the title", "first place", "last place", "own start", "background places", "title places",
    "own places", "narrower", "always compared", *RULES, *TYPES, *SURROUNDINGS, *AIMED, *GAPS,
)  # fmt: skip


def thing_key(mention: Mention) -> str:
    """Return what all mentions of one thing in one paper share."""
    return mention.concept or " ".join(key(mention.name))


def group_things(mentions: Iterable[Mention]) -> dict[str, list[Mention]]:
    """Return the mentions of each thing, in the order of the text."""
    things: dict[str, list[Mention]] = {}
    for mention in mentions:
        things.setdefault(thing_key(mention), []).append(mention)
    return things


def measure_things(
    around: Surroundings, mentions: Sequence[Mention], tagging: Tagging, vocabulary: Vocabulary
) -> Doubles:
    """Return the `MEASURES` of each thing among `mentions`, at least one, from the places that no likelier one takes.

    The things (rows) are in the order of `group_things`.
    """
    assert tagging.roles.kinds == ROLES
    assert tagging.types.kinds == TYPES
    words = around.words
    text, title_end, own = words.text, words.title_end, around.own
    # the places in the order of the text, and after each other those that count for each thing
    names = [thing_key(m) for m in mentions]
    apart = without_overlaps(mentions, lambda m: likelier(m, 0.5))
    free = {(m.start, m.end) for m in apart}
    is_free = [(m.start, m.end) in free for m in mentions]
    things: dict[str, list[int]] = {}
    for i, name in enumerate(names):
        things.setdefault(name, []).append(i)
    chosen = [[i for i in places if is_free[i]] or places for places in things.values()]
    order = np.array([i for places in chosen for i in places])
    counts = np.array([len(places) for places in chosen])
    begins = np.cumsum(counts) - counts

    def most(values: Doubles) -> Doubles:
        found: Doubles = np.maximum.reduceat(values[order], begins, axis=0)
        return found

    def least(values: Doubles) -> Doubles:
        found: Doubles = np.minimum.reduceat(values[order], begins, axis=0)
        return found

    def mean(values: Doubles) -> Doubles:
        found: Doubles = np.add.reduceat(values[order], begins, axis=0) / counts[:, None]
        return found

    firsts = [words.token_at(m.start) for m in mentions]
    lasts = [words.token_at(m.end - 1) + 1 for m in mentions]
    roles = tagging.roles.rows(firsts, lasts)
    types = tagging.types.rows(firsts, lasts)
    all_types = mean(types)
    tagged = np.array([(m.tagged, m.inside) for m in mentions])
    most_roles, most_tagged = most(roles), most(tagged)
    paper = most_roles.max(axis=0)
    likely = np.hstack(
        [
            most_tagged[:, :1], mean(tagged[:, :1]), most_tagged[:, 1:], least(tagged[:, 1:]),
            most_roles, mean(roles), most(roles.sum(axis=1, keepdims=True)), most(types),
            all_types / np.maximum(all_types.sum(axis=1, keepdims=True), LEAST_ODDS),
            np.broadcast_to(paper, most_roles.shape), most(_listed(words, mentions, is_free, roles)),
            least(_rivals(mentions)),
        ]
    )  # fmt: skip
    likely.clip(LEAST_ODDS, 1 - LEAST_ODDS, out=likely)

    newest = max((row[0], name, i) for i, (name, row) in enumerate(zip(things, most_roles.tolist(), strict=True)))[2]
    surfaces = [squashed(mentions[places[0]].surface) for places in chosen]
    stem = surfaces[newest][:STEM]
    title = TITLE_HEAD.match(text[:title_end])
    head = squashed(title.group(1)) if title else ""
    introduced = math.log1p(int((most_roles[:, 0] > HALF).sum()))
    there = math.log1p(int((most_roles.max(axis=1) > LEAST_LIKELY).sum()))
    compared = [around.is_compared(m) for m in mentions]
    alone = []
    for i, (everywhere, places, surface) in enumerate(zip(things.values(), chosen, surfaces, strict=True)):
        first, last = mentions[places[0]], mentions[places[-1]]
        starts = [mentions[j].start for j in places]
        rules = {mentions[j].rule for j in everywhere}
        alone.append(
            [
                most_roles[i, 0] == paper[0],
                i != newest and len(stem) == STEM and surface.startswith(stem),
                there,
                introduced,
                math.log1p(sum([is_free[j] for j in places])),
                math.log1p(len(everywhere)),
                math.log1p(len(first.surface.split())),
                math.log1p(len(first.surface)),
                first.concept is not None,
                is_coined(first.surface),
                bool(first.aliases),
                bool(first.head),
                first.surface.islower(),
                bool(head) and surface != head and surface.startswith(head),
                first.start / len(text),
                last.start / len(text),
                own / len(text),
                math.log1p(sum([title_end < start < own for start in starts])),
                math.log1p(sum([start < title_end for start in starts])),
                math.log1p(sum([start >= own for start in starts])),
                math.log1p(vocabulary.narrower.get(first.concept, 0)) if first.concept else 0.0,
                all(compared[j] for j in places),
            ]
            + [rule in rules for rule in RULES]
            + [first.type == kind for kind in TYPES]
        )
    bits = np.frombuffer(b"".join(map(bytes, map(around.flags, mentions, compared))), dtype=np.uint8)
    flags = np.hstack([bits.reshape(len(mentions), -1), _aimed(around, mentions, apart)]).astype(np.float64)
    gaps = np.array([around.gaps(m) for m in mentions])
    return np.hstack([np.log(likely / (1 - likely)), np.array(alone, dtype=np.float64), most(flags), least(gaps)])


def _listed(words: Words, mentions: Sequence[Mention], free: Sequence[bool], roles: Doubles) -> Doubles:
    """Return for each place the most likely roles of those right before and after it in a list ("A, B and C")."""
    found = np.zeros_like(roles)
    for i, j in pairwise([i for i, is_free in enumerate(free) if is_free]):
        if JOINT.fullmatch(words.text, mentions[i].end, mentions[j].start):
            found[i] = np.maximum(found[i], roles[j])
            found[j] = np.maximum(found[j], roles[i])
    return found


def _aimed(around: Surroundings, mentions: Sequence[Mention], apart: Sequence[Mention]) -> NDArray[np.bool_]:
    """Tell for each place by which words it is compared with (`AIMED`), of those likely `apart` from each other."""
    words, cues = around.words, around.cues
    found = np.zeros((len(mentions), len(AIMED)), dtype=np.bool_)
    rows: dict[tuple[int, int], list[int]] = {}
    for i, mention in enumerate(mentions):
        rows.setdefault((mention.start, mention.end), []).append(i)
    for sentence, inside in words.by_sentence([m for m in apart if m.tagged > LEAST_TAGGED]):
        if sentence.start < words.title_end or not inside:
            continue
        at, signs = sentence.start, list(find_signs(sentence, cues))
        signs += [(AGAINST[-1], at + start, at + end) for start, end in cues.compare_before.spans(sentence.text)]
        for rule, start, end in signs:
            column = 2 * AGAINST.index(rule) + (at < around.own)
            for target in find_targets(words, inside, (start, end), cues):
                found[rows[target.start, target.end], column] = True
    return found


def _rivals(mentions: Sequence[Mention]) -> Doubles:
    """Return for each place, in the order of the text, the probability of the likeliest longer and shorter rival."""
    found = [[0.0, 0.0] for _ in mentions]
    for i, mention in enumerate(mentions):
        for j in range(i + 1, len(mentions)):
            other = mentions[j]
            if other.start >= mention.end:
                break
            longer = (mention.end - mention.start) - (other.end - other.start)
            found[i][longer >= 0] = max(found[i][longer >= 0], other.tagged)
            found[j][longer <= 0] = max(found[j][longer <= 0], mention.tagged)
    return np.array(found)


def likelier(mention: Mention, doubt: float) -> tuple[float, ...]:
    """Return the rank of `mention` among those that overlap it, if its thing is an entity but for `doubt`."""
    return (-(mention.tagged + 0.02) * (1 - doubt), mention.start - mention.end, mention.start)


def log_odds(probability: float) -> float:
    """Return the logarithm of the odds of `probability`, bounded."""
    p = min(max(probability, LEAST_ODDS), 1 - LEAST_ODDS)
    return math.log(p / (1 - p))
