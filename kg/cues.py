"""The cues: phrases that signal a relation, read from ``ontology/cues.toml`` and compiled once.

The sections of the file are documented there; `read_cues` checks that all of them are present.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg.errors import OntologyError

# a figure: its group is the number as written
NUMBER = r"\d+(?:,\d{3})*(?:\.\d+)?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cues:
    """The compiled cues. A pattern matches whole words in any case; a set holds lower-case words."""

    introduced: re.Pattern[str]
    verbs: re.Pattern[str]
    named: re.Pattern[str]
    own: re.Pattern[str]
    compare_before: re.Pattern[str]
    compare_after: re.Pattern[str]
    better: re.Pattern[str]
    relative: re.Pattern[str]
    comparatives: re.Pattern[str]
    unlike: re.Pattern[str]
    negations: re.Pattern[str]
    passive: re.Pattern[str]
    aspects: tuple[tuple[str, re.Pattern[str]], ...]
    units: tuple[tuple[str, re.Pattern[str]], ...]
    signals: re.Pattern[str]
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


def phrases(words: Sequence[str], before: str = r"(?<![\w-])", after: str = r"(?![\w-])") -> re.Pattern[str]:
    """Return a pattern for any of `words`; ``…`` in one stands for up to three words.

    >>> bool(phrases(["compare … with"]).search("We compare our fast method with X"))
    True
    """
    if not words or not all(isinstance(w, str) and w.strip() for w in words):
        raise TypeError(f"not a list of phrases: {words!r}")
    alternatives = (
        re.escape(w).replace("\\ ", r"\s+").replace(r"\s+…\s+", r"\s+(?:\S+\s+){0,3}")
        for w in sorted(set(words), key=lambda w: (-len(w), w))
    )
    return re.compile(f"{before}(?:{'|'.join(alternatives)}){after}", re.IGNORECASE)


def read_cues(path: Path) -> Cues:
    """Read and compile the cue phrases of `path`.

    Raises:
        OntologyError: the file is no TOML, lacks a section, or holds a unit that is no regular expression.
    """
    try:
        data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        return _compiled(data)
    except OSError as e:
        raise OntologyError(f"{path}: cannot be read: {e.strerror or e}") from e
    except (TypeError, AttributeError) as e:
        raise OntologyError(f"{path}: an entry has the wrong form: {e}") from e
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as e:
        raise OntologyError(f"{path}: not valid TOML: {e}") from e
    except KeyError as e:
        raise OntologyError(f"{path}: section or entry {e} is missing") from e
    except re.error as e:
        raise OntologyError(f"{path}: not a regular expression: {e.pattern!r}: {e}") from e


def _compiled(data: Mapping[str, Any]) -> Cues:
    introduce, improve = data["introduce"], data["improve"]
    verbs = phrases(introduce["verbs"]).pattern
    subjects = phrases(introduce["subjects"]).pattern
    scores = "|".join(re.escape(s) for s in sorted(data["result"]["scores"], key=lambda s: (-len(s), s)))
    return Cues(
        introduced=re.compile(rf"{subjects}(?:[\s,]+(?!that\b)[\w-]+){{0,4}}?[\s,]+{verbs}", re.IGNORECASE),
        verbs=re.compile(verbs, re.IGNORECASE),
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
            rf"(?:{scores})[\w@-]*(?: scores?| values?)?\s+(?:of|to|=|is|at|below|above)\s+"
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
