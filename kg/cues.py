"""The cues: phrases that signal a relation, read from ``ontology/cues.toml`` and compiled once.

The sections of the file are documented there. `read_cues` checks that all of them are present, that there are no
others, which would be passed over in silence, and that each entry has the form it should have.
"""

from __future__ import annotations

import difflib
import re
import sys
import tomllib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from typing import Any

from kg.errors import OntologyError, one_line
from kg.records import TYPES
from kg.text import word_set

# a figure: its group is the number as written
NUMBER = r"\d+(?:,\d{3})*(?:\.\d+)?"
# what stands between two words of a phrase, and for "…" among them
SPACE, GAP = r"\s+", r"\s+(?:\S{1,60}\s+){0,3}"
# a phrase with all that may stand between its words is shorter than this, in characters
WIDEST = 300
# the entries of each section, all of them lists of phrases; of some any name will do
SECTIONS: Mapping[str, Sequence[str]] = {
    "introduce": ("verbs", "subjects", "named", "articles", "adjectives"),
    "position": ("own",),
    "compare": ("before", "after"),
    "improve": ("better", "relative", "comparatives", "unlike", "negations", "passive"),
    "aspect": (),
    "unit": (),
    "result": ("scores", "signals"),
    "head": TYPES,
    "modifier": ("plain", "narrowing"),
    "context": TYPES,
    "name": ("stop",),
    "suffix": TYPES,
    "lead": ("based",),
}
# of these no entry must be there
FREE = ("aspect", "unit", "head", "context", "suffix")

# what an end of a part between the two signs takes apart; of a word, another is left
JOINED, IN_WORD = re.compile(r"\S\S"), re.compile(r"\w\w")
# offsets of start and end
Spans = Sequence[tuple[int, int]]
_end = itemgetter(1)


@dataclass(frozen=True, slots=True, eq=False)
class Phrases:
    """A compiled pattern for phrases that passes over texts where it cannot match.

    Most texts hold none of the phrases, and a search would try them all at every letter. So the pattern is
    tried only where the text has a word from each set of `telling`.
    """

    compiled: re.Pattern[str]
    telling: tuple[frozenset[str], ...] = ()

    @property
    def pattern(self) -> str:
        """The regular expression."""
        return self.compiled.pattern

    def _may_match(self, text: str) -> bool:
        words = word_set(text)
        for some in self.telling:  # noqa: SIM110 - `all` takes twice as long, and this runs most of all
            if words.isdisjoint(some):
                return False
        return True

    def spans(self, text: str) -> Spans:
        """Return the offsets of all matches in `text`."""
        return _spans(self, text)

    def within(self, text: str, start: int, end: int) -> Spans:
        """Return the offsets of all matches in a part of `text`."""
        every = self.spans(text)
        first, last = bisect_left(every, (start, 0)), spans_before(every, end)
        # what reaches beyond the part may begin with a shorter match, and so may a word that is cut
        begun = first > 0 and every[first - 1][1] > start
        cut = (last < len(every) and every[last][0] < end) or JOINED.match(text, end - 1)
        if not (begun or cut) or not (IN_WORD.match(text, end - 1) or self._may_match(text)):
            return every[first:last]
        # only near the cuts is anything else to be found than in the whole text
        low = every[first - 1][1] if begun else start
        high = end - WIDEST if cut else end
        if low >= high:
            return self._anew(text, start, end)
        head = [s for s in self._anew(text, start, min(low + WIDEST, end)) if s[0] < low] if begun else []
        first = bisect_left(every, (head[-1][1] if head else low, 0))
        last = max(first, spans_before(every, high))
        # the one before the end that reaches beyond what is known
        high = min([high, *(s for s, _ in every[last : last + 1])])
        return [*head, *every[first:last], *(self._anew(text, max(low, high), end) if cut else ())]

    def _anew(self, text: str, start: int, end: int) -> list[tuple[int, int]]:
        return [match.span() for match in self.compiled.finditer(text, start, end)]

    def first_end(self, text: str, start: int) -> int:
        """Return the end of the first match that begins at `start` or behind, beyond the text where there is none."""
        every = self.spans(text)
        place = bisect_left(every, (start, 0))
        return every[place][1] if place < len(every) else len(text) + 1

    def match(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """Return the match at `start`, as a compiled pattern does."""
        return self.compiled.match(text, start, end)

    def fullmatch(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """Return the match of all the text, as a compiled pattern does."""
        return self.compiled.fullmatch(text, start, end)


def spans_before(spans: Spans, at: int) -> int:
    """Return how many of `spans`, which are in order and do not overlap, end at `at` or before."""
    return bisect_right(spans, at, key=_end)


@lru_cache(maxsize=10_000)
def _spans(phrases: Phrases, text: str) -> Spans:
    return tuple([m.span() for m in phrases.compiled.finditer(text)]) if phrases._may_match(text) else ()


def forget_texts() -> None:
    """Forget what is kept of the texts that were searched."""
    _spans.cache_clear()
    word_set.cache_clear()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cues:
    """The compiled cues. Phrases match whole words in any case; a set holds lower-case words."""

    introduced: Phrases
    verbs: Phrases
    named: Phrases
    own: Phrases
    compare_before: Phrases
    compare_after: Phrases
    better: Phrases
    relative: Phrases
    comparatives: Phrases
    unlike: Phrases
    negations: Phrases
    passive: Phrases
    aspects: tuple[tuple[str, Phrases], ...]
    units: tuple[tuple[str, re.Pattern[str]], ...]
    signals: Phrases
    score_before: re.Pattern[str]
    score_after: re.Pattern[str]
    heads: Mapping[str, str]
    plain: frozenset[str]
    narrowing: frozenset[str]
    context: Mapping[str, frozenset[str]]
    no_names: frozenset[str]
    suffixes: tuple[tuple[str, str], ...]
    articles: frozenset[str]
    adjectives: frozenset[str]
    based: frozenset[str]


def phrases(words: Sequence[str], before: str = r"(?<![\w-])", after: str = r"(?![\w-])") -> Phrases:
    """Return a pattern for any of `words`; ``…`` in one stands for up to three words.

    What must stand `before` and `after` has to see to it that only whole words match.

    >>> phrases(["compare … with"]).spans("We compare our fast method with X")
    ((3, 31),)
    """
    ordered = sorted(set(words), key=lambda w: (-len(w), w))
    pattern = f"{before}(?:{_any_of([_units(w) for w in ordered])}){after}"
    return Phrases(re.compile(pattern, re.IGNORECASE), _telling(ordered))


def _units(phrase: str) -> tuple[str, ...]:
    """Return the patterns for the signs of `phrase`, one after the other."""
    lowered = "".join(c.lower() if len(c.lower()) == 1 else c for c in phrase)
    signs = re.findall(r" … |.", lowered, re.DOTALL)
    return tuple(GAP if s == " … " else SPACE if s == " " else re.escape(s) for s in signs)


def _any_of(alternatives: Sequence[tuple[str, ...]]) -> str:
    """Return a pattern that tries `alternatives` in their order, from the longest to the shortest.

    What begins alike is tried once, which is several times faster. Only after a gap, which may end at
    various places, the order counts.
    """
    by_first: dict[str, list[tuple[str, ...]]] = {}
    for units in alternatives:
        by_first.setdefault(units[0] if units else "", []).append(units[1:])
    if GAP in by_first:
        return "|".join("".join(units) for units in alternatives)
    branches = []
    for first, rests in by_first.items():
        rest = _any_of(rests) if any(rests) else ""
        branches.append(f"{first}(?:{rest})" if len(rests) > 1 and rest else first + rest)
    return "|".join(branches)


def _telling(words: Iterable[str]) -> tuple[frozenset[str], ...]:
    """Return the words, the longest of each phrase, of which a text must hold one to hold any of the phrases.

    A phrase without a plain word may stand anywhere, and then nothing can be told.
    """
    found = {max(re.findall(r"\w+", w.lower()), key=len, default="") for w in words}
    return (frozenset(found),) if all(w and w.isascii() for w in found) else ()


def read_cues(path: Path) -> Cues:
    """Read and compile the cue phrases of `path`.

    Raises:
        OntologyError: the file is no TOML, or a section or an entry is missing, unknown or not of its form; the message
            names the line and the entry.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        data: dict[str, Any] = tomllib.loads(text)
    except OSError as e:
        raise OntologyError(f"{path}: cannot be read: {e.strerror or e}") from e
    except (ValueError, RecursionError) as e:
        raise OntologyError(f"{path}: not valid TOML: {one_line(e)}") from e
    for section, entry, told in _mistakes(data):
        raise OntologyError(f"{path}{_line(text, section, entry)}: {told}")
    return _compiled(data)


def _line(text: str, section: str, entry: str) -> str:
    """Return ``:`` and the line where an entry of the file `text` begins, or else its section, or else nothing."""
    begins = re.search(rf"^[ \t]*\[\s*{re.escape(section)}\s*\]", text, re.MULTILINE)
    if begins is None:
        begins = re.search(rf"^[ \t]*{re.escape(section)}\s*=", text, re.MULTILINE)
    elif entry:
        name = rf"[ \t]*[\"']?{re.escape(entry)}[\"']?\s*="
        begins = re.compile(rf"^{name}", re.MULTILINE).search(text, begins.end()) or begins
    return f":{text.count(chr(10), 0, begins.start()) + 1}" if begins else ""


def _mistakes(data: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield what is wrong with `data`: section, entry and what to tell."""
    for section, entries in SECTIONS.items():
        found = data.get(section)
        if found is None:
            yield "", "", f"section '{section}' is missing"
            continue
        if not isinstance(found, dict):
            yield section, "", f"{section} should be a section, [{section}], with entries"
            continue
        for entry in entries:
            if entry not in found and section not in FREE:
                yield section, "", f"entry '{entry}' is missing in section [{section}]"
        for entry, value in found.items():
            if entries and entry not in entries:
                yield section, entry, f"unknown entry '{entry}' in section [{section}]; {_known(entry, entries)}"
            elif told := _wrong_unit(value) if section == "unit" else _wrong_phrases(value):
                yield section, entry, f"{entry} in section [{section}] {told}"
    for section in data:
        if section not in SECTIONS:
            yield section, "", f"unknown section [{section}]; {_known(section, tuple(SECTIONS))}"
    kinds: dict[str, str] = {}
    for kind, words in data["head"].items():
        for word in words:
            if kinds.setdefault(word.lower(), kind) != kind:
                yield "head", kind, f"{word!r} in section [head] is the word for {kinds[word.lower()]} and for {kind}"


def _known(name: str, names: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, names, n=1)
    return f"did you mean {near[0]}?" if near else f"known are {', '.join(names)}"


def _wrong_phrases(value: object) -> str:
    if not isinstance(value, list) or not value:
        return f"should be a list of phrases, not {str(value)[:40]!r}"
    wrong = next((w for w in value if not isinstance(w, str) or not w.strip()), None)
    return "" if wrong is None else f"should be a list of phrases; {wrong!r} is none"


def _wrong_unit(value: object) -> str:
    if not isinstance(value, str):
        return f"should be a regular expression, not {value!r}"
    try:
        empty = re.compile(value).match("")
    except (re.error, RecursionError, OverflowError) as e:
        return f"is not a regular expression: {value!r}: {one_line(e)}"
    return f"fits where nothing stands: {value!r}; write what follows the figure" if empty else ""


def _compiled(data: Mapping[str, Any]) -> Cues:
    introduce, improve = data["introduce"], data["improve"]
    verbs, subjects = phrases(introduce["verbs"]), phrases(introduce["subjects"])
    introduced = rf"{subjects.pattern}(?:[\s,]+(?!that\b)[\w-]+){{0,4}}?[\s,]+{verbs.pattern}"
    scores = "|".join(re.escape(s) for s in sorted(data["result"]["scores"], key=lambda s: (-len(s), s)))
    return Cues(
        introduced=Phrases(re.compile(introduced, re.IGNORECASE), (*subjects.telling, *verbs.telling)),
        verbs=verbs,
        named=phrases(introduce["named"]),
        own=phrases(data["position"]["own"], after=r"(?!\w)"),
        compare_before=phrases(data["compare"]["before"]),
        compare_after=phrases(data["compare"]["after"]),
        better=phrases(improve["better"]),
        relative=phrases(improve["relative"]),
        comparatives=phrases(improve["comparatives"]),
        unlike=phrases(improve["unlike"]),
        negations=phrases(improve["negations"]),
        passive=phrases(improve["passive"]),
        aspects=tuple((name, phrases(words)) for name, words in data["aspect"].items()),
        units=tuple((name, re.compile(pattern)) for name, pattern in data["unit"].items()),
        signals=phrases(data["result"]["signals"]),
        score_before=re.compile(
            rf"(?:{scores})[\w@-]{{0,40}}(?: scores?| values?)?\s+(?:of|to|=|is|at|below|above)\s+"
            rf"(?:about |around |only |up to |over )?({NUMBER})(?![\w%\\]|\.\d)"
        ),
        score_after=re.compile(rf"(?<![\w.-])({NUMBER})\s(?:{scores})\b"),
        heads={word.lower(): kind for kind, words in data["head"].items() for word in words},
        plain=frozenset(w.lower() for w in data["modifier"]["plain"]),
        narrowing=frozenset(w.lower() for w in data["modifier"]["narrowing"]),
        context={kind: frozenset(w.lower() for w in words) for kind, words in data["context"].items()},
        no_names=frozenset(data["name"]["stop"]),
        suffixes=tuple(
            sorted(
                ((end, kind) for kind, ends in data["suffix"].items() for end in ends), key=lambda s: (-len(s[0]), s)
            )
        ),
        articles=frozenset(introduce["articles"]),
        adjectives=frozenset(introduce["adjectives"]),
        based=frozenset(data["lead"]["based"]),
    )
