"""Numeric results: figures with a unit or a metric in sentences that report an outcome.

The metric is the nearest word of an aspect (``aspect`` in the cues), the one after the figure preferred
("a 2x speedup"), the subject the name the paper introduces, the dataset and the hardware those named in
the sentence. Sizes (bits, layers, parameters of a model) have no unit among ``unit`` and are no results.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kg.cues import NUMBER, Cues
from kg.finders.roles import own_start
from kg.finders.words import Words
from kg.records import Mention, Quote, Relation, Result

FIGURE = re.compile(rf"(?<![\w.])(?:sim|approx)?[~≈$+-]?({NUMBER}(?:\s?(?:[-–~]|to)\s?{NUMBER})?)(?:\$)?")
WORDED = re.compile(r"\b(one|two|three|four|five|six|an) orders? of magnitude", re.IGNORECASE)
WORDS = {"an": "1", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure of a sentence with its unit; `start` and `end` are offsets in the paper's text."""

    value: str
    number: str
    unit: str
    start: int
    end: int


def find_figures(sentence: Quote, cues: Cues) -> Iterator[Figure]:
    """Yield the figures with a unit in `sentence`."""
    covered = -1
    for match in FIGURE.finditer(sentence.text):
        if match.start(1) < covered:
            continue
        for unit, pattern in cues.units:
            tail = pattern.match(sentence.text, match.end(1))
            if tail:
                covered = tail.end()
                value = sentence.text[match.start(1) : tail.end()].strip()
                start = sentence.start + match.start(1)
                yield Figure(
                    value=value, number=_number(match.group(1)), unit=unit, start=start, end=start + len(value)
                )
                break
    for match in WORDED.finditer(sentence.text):
        start = sentence.start + match.start()
        number = WORDS[match.group(1).lower()]
        yield Figure(
            value=match.group(),
            number=number,
            unit="orders of magnitude",
            start=start,
            end=sentence.start + match.end(),
        )
    for match in cues.score_after.finditer(sentence.text):
        start = sentence.start + match.start(1)
        yield Figure(
            value=match.group(1),
            number=_number(match.group(1)),
            unit="score",
            start=start,
            end=sentence.start + match.end(1),
        )
    for match in cues.score_before.finditer(sentence.text):
        start = sentence.start + match.start(1)
        yield Figure(
            value=match.group(1),
            number=_number(match.group(1)),
            unit="score",
            start=start,
            end=sentence.start + match.end(1),
        )


def find_results(
    words: Words, mentions: Sequence[Mention], relations: Sequence[Relation], cues: Cues
) -> tuple[Result, ...]:
    """Return the numeric outcomes that the paper claims; the baseline is what the sentence improves on."""
    own = own_start(words, cues)
    subject = next((r.target for r in relations if r.predicate == "introduces"), None)
    beaten = {r.quote.start: r.target for r in reversed(relations) if r.predicate == "improvesOn"}
    found: list[Result] = []
    for sentence in words.sentences:
        if sentence.start < own or not cues.signals.search(sentence.text):
            continue
        inside = [m for m in mentions if sentence.start <= m.start < sentence.end]
        for figure in find_figures(sentence, cues):
            metric = find_aspect(sentence, figure.start, figure.end, cues)
            if metric is None and figure.unit in ("s", "min", "h", "GB", "MB", "KB", "ms"):
                continue
            found.append(
                Result(
                    metric=metric or ("speed" if figure.unit == "times" else "quality"),
                    value=figure.value,
                    number=figure.number,
                    unit=figure.unit,
                    quote=sentence,
                    start=figure.start,
                    end=figure.end,
                    rule="figure",
                    confidence=0.7 if metric else 0.5,
                    subject=subject,
                    baseline=beaten.get(sentence.start),
                    dataset=_nearest(inside, "Dataset", figure.start),
                    hardware=_nearest(inside, "Hardware", figure.start),
                )
            )
    return tuple(found)


def find_aspect(sentence: Quote, start: int, end: int, cues: Cues) -> str | None:
    """Return the aspect that the figure at `start` to `end` is about, the nearest named one."""
    best: tuple[float, str] | None = None
    for name, pattern in cues.aspects:
        for match in pattern.finditer(sentence.text):
            left, right = sentence.start + match.start(), sentence.start + match.end()
            # what follows a figure says more of it than what stands before
            distance = left - end if left >= end else 1.6 * (start - right) + 4
            if distance < 80 and (best is None or (distance, name) < best):
                best = (distance, name)
    return best[1] if best else None


def _nearest(mentions: Sequence[Mention], kind: str, at: int) -> Mention | None:
    return min((m for m in mentions if m.type == kind), key=lambda m: (abs(m.start - at), m.start), default=None)


def _number(text: str) -> str:
    """Return the first number of `text`, without separators of thousands."""
    first = re.search(NUMBER, text)
    return first.group().replace(",", "") if first else "0"
