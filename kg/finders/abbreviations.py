"""Abbreviations and their expansions within one paper.

The method is Schwartz and Hearst, "A Simple Algorithm for Identifying Abbreviation Definitions in
Biomedical Text" (PSB 2003): for ``long form (SF)`` the characters of the short form are sought from
right to left in the words before it; the first must begin a word. The same is tried for ``SF (long form)``.
A digit of the short form may be missing from the long form ("SmallToLarge (S2L)").

An unknown short form that no brackets expand stands for the words anywhere in the text that spell it with their
beginnings, each capital with the first letter of one ("DEFT" and "Density-Efficient Fine-Tuning").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

# figures that stand for words: "text-to-image (T2I)"
WORDED = {"2": "t", "4": "f"}
PARENTHESIS = re.compile(r"\(([^()\n]{2,80})\)")
# the words before a short form that may be its long form, in characters
LONGEST = 400
# what may be a short form though no brackets expand it: it has two capitals
COINED = re.compile(r"(?<![\w./-])[A-Z](?=[\w-]*[A-Z])[A-Za-z0-9]*(?:-[A-Z][A-Za-z0-9]*)*(?![\w/-])")
# so many letters it has, and so many of them are sought in one text
LENGTHS, MOST = range(3, 15), 40
WORD = re.compile(r"[A-Za-z0-9]+")
# words that count only where they give a letter
SMALL = frozenset("a an and as at by for from in is of on or the to via with".split())
# words of no name
NEVER = frozenset(
    "against also already be can current here into it its more no not our over that their these this those under use "
    "using we which while".split()
)
# a long form has so many words that count, or one less if it is in capitals and the short form has so many letters
LEAST_WORDS, LONG_ENOUGH = 3, 5
SHORT = re.compile(r"(?=\S*[A-Z])[A-Za-z0-9][\w.+^/-]{0,11}(?: [A-Z][\w-]{0,8})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Abbreviation:
    """A short form and its long form with the offsets of both; the short form is in the singular."""

    short: str
    long: str
    short_start: int
    short_end: int
    long_start: int
    long_end: int


def find_abbreviations(text: str) -> tuple[Abbreviation, ...]:
    """Return the abbreviations that `text` defines, in the order of the text.

    >>> [(a.short, a.long) for a in find_abbreviations("a key-value (KV) cache for large language models (LLMs)")]
    [('KV', 'key-value'), ('LLM', 'large language models')]
    >>> [(a.short, a.long) for a in find_abbreviations("We study SPA (structured pruning adapters).")]
    [('SPA', 'structured pruning adapters')]
    """
    found: list[Abbreviation] = []
    for match in PARENTHESIS.finditer(text):
        inner = re.split(r"[;,]|\be\.g\.|\bi\.e\.", match.group(1))[0].strip()
        offset = match.start(1) + match.group(1).find(inner)
        line_start = text.rfind("\n", 0, match.start()) + 1
        begin = max(line_start, match.start() - LONGEST)
        # no word is cut
        if begin > line_start:
            begin = text.find(" ", begin, match.start()) + 1 or match.start()
        if SHORT.fullmatch(inner) and len(inner) >= 2:
            end = begin + len(text[begin : match.start()].rstrip(" \"'”’`"))
            start = expansion_start(text[begin:end], inner)
            if start is not None and text[end - 1] not in ".;:!?":
                found.append(_abbreviation(text, offset, inner, begin + start, end))
        elif len(inner.split()) > 1:
            before = text[begin : match.start()].rstrip()
            short = before.split()[-1].strip("\"'“”‘’") if before.split() else ""
            if SHORT.fullmatch(short) and short[:1].lower() == inner[:1].lower():
                at = begin + before.rfind(short)
                start = expansion_start(inner, short)
                if start == 0 and len(short) > 1:
                    found.append(_abbreviation(text, at, short, offset, offset + len(inner)))
    return tuple(found)


def singular(short: str) -> str:
    """Return a short form without the s of its plural.

    >>> singular("LLMs"), singular("CAS"), singular("Adams")
    ('LLM', 'CAS', 'Adams')
    """
    return short[:-1] if len(short) > 2 and short.endswith("s") and short[-2].isupper() else short


def find_spelt(text: str, known: Callable[[str], bool]) -> tuple[Abbreviation, ...]:
    """Return the short forms in `text` that are not `known` (in the singular), each with the first words that spell it.

    >>> text = "From PEFT to DEFT: we introduce Density-Efficient Fine-Tuning."
    >>> [(a.short, a.long) for a in find_spelt(text, lambda short: short == "PEFT")]
    [('DEFT', 'Density-Efficient Fine-Tuning')]
    """
    places: dict[str, int] = {}
    for match in COINED.finditer(text):
        places.setdefault(match.group(), match.start())
    likely = (place for place in places.items() if len(place[0]) in LENGTHS and not known(singular(place[0])))
    sought = list(islice(likely, MOST))
    if not sought:
        return ()
    words = [(m.start(), m.end(), m.group().lower()) for m in WORD.finditer(text)]
    begins: dict[str, list[int]] = {}
    for i, (start, _, word) in enumerate(words):
        if word not in SMALL and text[start - 1 : start] != "-":
            begins.setdefault(word[0], []).append(i)
    found = []
    for short, at in sought:
        letters = singular(short).replace("-", "")
        for first in begins.get(short[0].lower(), ()):
            last = _spelling_end(text, words, first, letters)
            if last is not None and 2 * len(letters) <= words[last][1] - words[first][0]:
                found.append(_abbreviation(text, at, short, words[first][0], words[last][1]))
                break
    return tuple(found)


def _spelling_end(text: str, words: Sequence[tuple[int, int, str]], first: int, short: str) -> int | None:
    """Return the last of the `words` from `first` on that together spell `short`, or None."""
    # how many words that count spell so many letters
    spelt = {0: 0}
    for i in range(first, len(words)):
        start, _, word = words[i]
        if not spelt or word in NEVER or (i > first and text[words[i - 1][1] : start] not in (" ", "-")):
            return None
        further: dict[int, int] = {}
        for at, count in spelt.items():
            for letter, end in zip(word, range(at, len(short)), strict=False):
                if short[end].lower() != letter or (end > at and short[end].isupper()):
                    break
                further[end + 1] = max(further.get(end + 1, 0), count + (word not in SMALL))
        if len(short) in further:
            named = len(short) >= LONG_ENOUGH and text[start].isupper() and text[words[first][0]].isupper()
            enough = LEAST_WORDS - named
            return i if further[len(short)] >= enough else None
        spelt = further
    return None


def expansion_start(before: str, short: str) -> int | None:
    """Return where in `before` the expansion of `short` begins that ends at its end, or None.

    >>> "uses the low-rank adaptation"[expansion_start("uses the low-rank adaptation", "LoRA"):]
    'low-rank adaptation'
    """
    one = singular(short)
    characters = [c for c in one.lower() if c.isalnum()]
    letters = [c for c in characters if c.isalpha()]
    worded = [WORDED.get(c, c) for c in characters]
    words = list(re.finditer(r"\S+", before.rstrip()))
    if len(letters) < 2 or not words:
        return None
    window = words[-min(len(letters) + 5, len(letters) * 2) :]
    text = before.rstrip()
    for wanted in dict.fromkeys((tuple(characters), tuple(worded), tuple(letters))):
        at = _match_backwards(text, wanted, window[0].start())
        if at is not None:
            long = text[at:]
            if len(long) > len(one) and not re.search(r"[.;:!?] ", long) and one.lower() not in long.lower().split():
                return at
    return None


def _match_backwards(text: str, wanted: Sequence[str], lowest: int) -> int | None:
    at = len(text)
    # letter by letter: the lower case of some is longer
    lowered = [c.lower() for c in text]
    for i, character in reversed(list(enumerate(wanted))):
        at -= 1
        while at >= lowest and (lowered[at] != character or (i == 0 and at > 0 and text[at - 1].isalnum())):
            at -= 1
        if at < lowest:
            return None
    return at if text[at].isalnum() else None


def _abbreviation(text: str, short_start: int, short: str, long_start: int, long_end: int) -> Abbreviation:
    while text[long_start] in "\"'“‘(`":
        long_start += 1
    return Abbreviation(
        short=singular(short),
        long=text[long_start:long_end].strip("\"'”’`"),
        short_start=short_start,
        short_end=short_start + len(short),
        long_start=long_start,
        long_end=long_end,
    )
