"""Numeric results: figures with a unit or a metric in the sentences of the paper's own part.

What a figure measures is read from its clause: after a preposition ("reduces peak memory by 30%") from what
stands before it, else from what follows ("2.2x higher throughput"). There, the noun that names an aspect
(``aspect`` in the cues) with its modifiers is the metric; a word of comparison ("faster") stands for the name
of its aspect; without either, the noun phrase next to a comparative is taken ("5x longer sequences"). Of
figures in a row ("41% and 42% improvement in utilization and latency"), each takes its own noun.
The subject is the name the paper introduces, dataset and hardware those named nearest in the sentence.
Sizes (bits, layers, parameters of a model) have no unit among ``unit`` and are no results.

The confidence is the share of the findings on the annotated papers whose value is right.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import TypeVar

from kg.cues import NUMBER, Cues
from kg.finders.surroundings import own_start
from kg.finders.words import Words
from kg.records import Mention, Quote, Relation, Result
from kg.text import word_set

FIGURE = re.compile(rf"(?<![\w.])(?:sim|approx)?[~≈$+-]?({NUMBER}(?:\s?(?:[-–~]|to)\s?{NUMBER})?\+?)(?:\$)?")
WORDED = re.compile(
    r"\b(?:(one|two|three|four|five|six|an) orders? of magnitude|(two|three|four|five|ten)-?fold)\b", re.IGNORECASE
)
# the last words of those
WORDED_ENDS = frozenset({"magnitude", "fold", "twofold", "threefold", "fourfold", "fivefold", "tenfold"})
DIGIT = re.compile(r"\d")
WORDS = {"an": "1", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "ten": "10"}
# two figures that are one: "12% to 17%"; figures in a row that share what they measure
RANGE = re.compile(r"\s?(?:[-–~]{1,2}|to)\s?")
ROW = re.compile(
    r"(?:\s*\([^()]*\))?\s*(?:,|,? and|,? or|/)\s+(?:(?:up to|by|about|over)\s+)?"
    r"|[\w\s]{0,12} \((?:up to|max|and) "
)
FROM = re.compile(r"\bfrom\s+\W*$", re.IGNORECASE)
# where the clause of a figure begins and ends
CLAUSE = re.compile(
    r"[;:()]|,\s|\b(?:while|whereas|but|which|when|with|without|compared|relative|than|over|versus|against)\b",
    re.IGNORECASE,
)
# what leads to a figure; after the preposition `by`, what is measured stands before it
LEAD = re.compile(
    r"(?P<by>\b(?:by|(?<!\baverage )(?<!\bfactor )(?<!\bmargin )(?<!\bmargins )of|(?<!\bup )to|at|below|above|under"
    r"|exceeding|is|are|reaches|reaching|from|within)\s+)?"
    r"(?:\b(?:a|an|the|factor|margins?|of|up|to|at|least|most|about|around|over|more|less|than|nearly|almost|only|just|as|"
    r"much|large|average|approximately|roughly|another|additional|even|below|above|merely)\s+)*\W*$",
    re.IGNORECASE,
)
LINK = re.compile(r"(?:\s+(?:in|of|the|terms|its|their|number|average|total|overall|relative))*\s+")
WORD = re.compile(r"(?<![\w.-])[^\W\d_](?:[\w@]|-(?!-))*")
MODIFIERS = 3
# how far from a figure, in characters, what it measures may stand, and how many figures make up a row
WINDOW, REACH = 200, 8
# how far, in characters, a word before a figure may stand that belongs to it
NEAR = 20
# amounts that are an outcome only where it is said of what
ABSOLUTE = ("s", "min", "h", "GB", "MB", "KB", "ms")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure of a sentence with its unit; `start` and `end` are offsets in the paper's text."""

    value: str
    number: str
    unit: str
    start: int
    end: int


Thing = TypeVar("Thing", Mention, Figure)
_start = attrgetter("start")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What a figure measures: the name of its `aspect`, if any, and the `metric` as the text has it."""

    aspect: str | None
    metric: str


def find_figures(sentence: Quote, cues: Cues) -> tuple[Figure, ...]:
    """Return the figures with a unit in `sentence`, in its order; two that make up a range are one."""
    found: list[Figure] = []
    for figure in sorted(_figures(sentence, cues), key=lambda f: (f.start, -f.end)):
        before = found[-1] if found else None
        if before and figure.start < before.end:
            continue
        between = sentence.text[before.end - sentence.start : figure.start - sentence.start] if before else ""
        if before and before.unit == figure.unit and RANGE.fullmatch(between):
            at = before.start - sentence.start
            if FROM.search(sentence.text, max(0, at - NEAR), at):
                found[-1] = figure
                continue
            value = sentence.text[before.start - sentence.start : figure.end - sentence.start]
            found[-1] = Figure(value=value, number=before.number, unit=figure.unit, start=before.start, end=figure.end)
        else:
            found.append(figure)
    return tuple(found)


def _figures(sentence: Quote, cues: Cues) -> Iterator[Figure]:
    """Yield every figure with a unit in `sentence`, overlapping ones too."""
    text = sentence.text

    def figure(value: str, number: str, unit: str, start: int) -> Figure:
        at = sentence.start + start
        return Figure(value=value, number=number, unit=unit, start=at, end=at + len(value))

    # most sentences hold no figure at all, and need not be searched for each kind
    digits = DIGIT.search(text)
    for match in FIGURE.finditer(text) if digits else ():
        for unit, pattern in cues.units:
            tail = pattern.match(text, match.end(1))
            if tail:
                value = text[match.start(1) : tail.end()].strip()
                yield figure(value, _number(match.group(1)), unit, match.start(1))
                break
    for match in WORDED.finditer(text) if not WORDED_ENDS.isdisjoint(word_set(text)) else ():
        unit = "orders of magnitude" if match.group(1) else "times"
        yield figure(match.group(), WORDS[(match.group(1) or match.group(2)).lower()], unit, match.start())
    for pattern in (cues.score_after, cues.score_before) if digits else ():
        for match in pattern.finditer(text):
            yield figure(match.group(1), _number(match.group(1)), "score", match.start(1))


def find_results(
    words: Words, mentions: Sequence[Mention], relations: Sequence[Relation], cues: Cues
) -> tuple[Result, ...]:
    """Return the numeric outcomes that the paper claims; the baseline is what the sentence improves on."""
    own = own_start(words, cues)
    subject = next((r.target for r in relations if r.predicate == "introduces"), None)
    beaten = {r.quote.start: r.target for r in reversed(relations) if r.predicate == "improvesOn"}
    found: list[Result] = []
    for sentence, inside in words.by_sentence(mentions):
        if sentence.start < own:
            continue
        figures = find_figures(sentence, cues)
        datasets, hardware = ([m for m in inside if m.type == kind] for kind in ("Dataset", "Hardware"))
        for i, figure in enumerate(figures):
            measure = find_measure(sentence, figures, i, cues)
            if (measure is None or measure.aspect is None) and figure.unit in ABSOLUTE:
                continue
            found.append(
                Result(
                    metric=measure.metric if measure else ("speed" if figure.unit == "times" else "performance"),
                    value=figure.value,
                    number=figure.number,
                    unit=figure.unit,
                    quote=sentence,
                    start=figure.start,
                    end=figure.end,
                    rule="figure",
                    confidence=0.92 if measure else 0.83,
                    subject=subject,
                    baseline=beaten.get(sentence.start),
                    dataset=nearest(datasets, figure.start),
                    hardware=nearest(hardware, figure.start),
                )
            )
    return tuple(found)


def find_measure(sentence: Quote, figures: Sequence[Figure], index: int, cues: Cues) -> Measure | None:
    """Return what the figure at `index` of the `figures` of `sentence` measures."""
    text, offset = sentence.text, sentence.start
    figure, first, last = figures[index], index, index
    while max(0, index - REACH) < first and _in_row(sentence, figures[first - 1], figures[first]):
        first -= 1
    while last + 1 < min(index + REACH, len(figures)) and _in_row(sentence, figures[last], figures[last + 1]):
        last += 1
    start, end = figures[first].start - offset, figures[last].end - offset
    floor = max(figures[first - 1].end - offset if first else 0, start - WINDOW)
    ceiling = min(figures[last + 1].start - offset if last + 1 < len(figures) else len(text), end + WINDOW)
    lead = LEAD.search(text, floor, start)
    by = lead.start() if lead else start
    floor = max([floor, *(m.end() for m in CLAUSE.finditer(text, floor, by))])
    limit = CLAUSE.search(text, end, ceiling)
    after = (end, limit.start() if limit else ceiling)
    before = (floor, max(by, floor))
    place = index - first, last - first + 1
    sides = (before, after) if lead and lead["by"] and not _leads(text, end, cues) else (after, before)
    for span in sides:
        found = _named(text, span, start, place, cues)
        if not found and (span is after or (lead and lead["by"])):
            found = _open(text, span, end, cues)
        if found:
            return found
    aspect = find_aspect(sentence, figure.start, figure.end, cues)
    return None if aspect is None else Measure(aspect=aspect, metric=aspect)


def _in_row(sentence: Quote, left: Figure, right: Figure) -> bool:
    return bool(ROW.fullmatch(sentence.text, left.end - sentence.start, right.start - sentence.start))


def _leads(text: str, end: int, cues: Cues) -> bool:
    """Tell whether the word right after a figure says what it measures."""
    word = WORD.search(text, end)
    return bool(
        word
        and not text[end : word.start()].strip()
        and (cues.comparatives.match(text, word.start()) or any(p.match(text, word.start()) for _, p in cues.aspects))
    )


def _named(text: str, span: tuple[int, int], at: int, place: tuple[int, int], cues: Cues) -> Measure | None:
    """Return the aspect named in `span`, the nearest noun, else the nearest comparative."""
    spans: list[tuple[int, int, str]] = []
    for name, pattern in cues.aspects:
        spans += [(start, end, name) for start, end in pattern.within(text, *span)]
    spans.sort(key=lambda s: (s[0], -s[1], s[2]))
    kept: list[tuple[int, int, str]] = []
    for found in spans:
        if kept and found[0] < kept[-1][1]:
            continue
        if kept and not text[kept[-1][1] : found[0]].strip() and not _compares(text[kept[-1][0] : kept[-1][1]], cues):
            kept[-1] = (kept[-1][0], found[1], found[2])
            continue
        kept.append(found)
    if not kept:
        return None
    nouns = [s for s in kept if not _compares(text[s[0] : s[1]], cues)]
    if len(nouns) == place[1] > 1:
        start, end, name = nouns[place[0]]
    else:
        start, end, name = min(nouns or kept, key=lambda s: (abs(s[0] - at), s))
    return Measure(aspect=name, metric=_phrase(text, start, end, span[0], cues) if nouns else name)


def _compares(word: str, cues: Cues) -> bool:
    return bool(cues.comparatives.spans(word))


def _phrase(text: str, start: int, end: int, floor: int, cues: Cues) -> str:
    """Return the noun at `start` to `end` with the modifiers before it."""
    begin = start
    for match in list(WORD.finditer(text, floor, start))[: -MODIFIERS - 1 : -1]:
        if text[match.end() : begin].strip(" ") or not _noun(match.group(), cues):
            break
        begin = match.start()
    # a sentence's first letter is no part of the name
    return text[begin:end] if begin or text[1:2].isupper() else text[:1].lower() + text[1:end]


def _noun(word: str, cues: Cues) -> bool:
    """Tell whether `word` may be part of the name of a metric."""
    return not (
        word.lower() in cues.plain
        or word.endswith("ly")
        or cues.comparatives.fullmatch(word)
        or cues.signals.fullmatch(word)
    )


def _open(text: str, span: tuple[int, int], end: int, cues: Cues) -> Measure | None:
    """Return the noun phrase next to a comparative in `span`, else the one next to the figure."""
    if span[0] >= end:
        at = LINK.match(text, *span)
        place = at.end() if at else span[1]
        while comparative := cues.comparatives.match(text, place, span[1]):
            link = LINK.match(text, comparative.end(), span[1])
            place = link.end() if link else span[1]
    else:
        verbs = cues.comparatives.within(text, *span)
        if cues.better.within(text, *span):
            return None
        if verbs:
            link = LINK.match(text, verbs[-1][1], span[1])
            place = link.end() if link else verbs[-1][1]
        else:
            place = span[1]
            for word in list(WORD.finditer(text, *span))[::-1]:
                if text[word.end() : place].strip() or not _noun(word.group(), cues):
                    break
                place = word.start()
    metric: list[str] = []
    for word in WORD.finditer(text, place, span[1]):
        if text[place : word.start()].strip(" ") or not _noun(word.group(), cues) or len(metric) > MODIFIERS:
            break
        metric.append(word.group())
        place = word.end()
    return Measure(aspect=None, metric=" ".join(metric)) if metric else None


def find_aspect(sentence: Quote, start: int, end: int, cues: Cues) -> str | None:
    """Return the aspect that the figure at `start` to `end` is about, the nearest named one."""
    best: tuple[float, str] | None = None
    span = max(0, start - sentence.start - WINDOW), end - sentence.start + WINDOW
    for name, pattern in cues.aspects:
        for first, last in pattern.within(sentence.text, *span):
            left, right = sentence.start + first, sentence.start + last
            # what follows a figure says more of it than what stands before
            distance = left - end if left >= end else 1.6 * (start - right) + 4
            if distance < 80 and (best is None or (distance, name) < best):
                best = (distance, name)
    return best[1] if best else None


def nearest(things: Sequence[Thing], at: int) -> Thing | None:
    """Return the one of `things`, in the order of the text, that begins nearest to `at`, of two the first."""
    place = bisect_left(things, at, key=_start)
    return min(things[max(0, place - 1) : place + 1], key=lambda t: abs(t.start - at), default=None)


def _number(text: str) -> str:
    """Return the first number of `text` in the figures of ASCII, without separators of thousands and leading zeros.

    >>> _number("about 1,024 or more"), _number("१२.५%"), _number("007"), _number("0.5")
    ('1024', '12.5', '7', '0.5')
    """
    found = next((m.group().replace(",", "") for m in re.finditer(NUMBER, text)), "0")
    figures = found if found.isascii() else "".join(str(unicodedata.decimal(c, c)) for c in found)
    return re.sub(r"^0+(?=\d)", "", figures)
