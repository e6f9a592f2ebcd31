"""Compositions: a modifier before a known term makes a narrower thing.

"Mixed-precision activation quantization" narrows quantization, "block-sparse attention" sparse
attention. What may stand before the term are words that narrow (``modifier.narrowing`` of the cues),
hyphenated adjectives built on them, and other known terms; words of praise or novelty end the search.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from kg.cues import Cues
from kg.finders.words import Words, in_order
from kg.records import Mention

LONGEST = 4
HEADS = frozenset({"Technique", "Model", "Task", "Hardware"})


def find_compositions(words: Words, terms: Iterable[Mention], cues: Cues) -> tuple[Mention, ...]:
    """Return mentions of narrower things whose heads are among `terms`."""
    known = tuple(terms)
    ends = {words.token_at(m.end - 1): m for m in sorted(known, key=lambda m: m.start, reverse=True)}
    found: list[Mention] = []
    for head in known:
        # "pruning BERT" is an action, no kind of BERT
        if head.type not in HEADS or head.rule != "term" or _has_capital(head.name):
            continue
        first = start = words.token_at(head.start)
        last = words.token_at(head.end - 1) + 1
        while first > 0 and last - first < last - start + LONGEST:
            previous = _modifier_start(words, first, ends, cues)
            if previous is None:
                break
            first = previous
        if first < start:
            begin, end = words.span(first, last)
            surface = words.text[begin:end]
            found.append(
                Mention(
                    start=begin,
                    end=end,
                    surface=surface,
                    name=_singular(words, first, start, head),
                    type=head.type,
                    rule="composition",
                    confidence=0.6,
                    head=head.concept or head.head,
                )
            )
    return tuple(sorted(set(found), key=in_order))


@lru_cache(maxsize=50_000)
def _has_capital(name: str) -> bool:
    return any(c.isupper() for c in name)


def _modifier_start(words: Words, first: int, ends: dict[int, Mention], cues: Cues) -> int | None:
    """Return where the modifier that ends right before token `first` starts, or None where there is none."""
    before = first - 1
    gap = words.text[words.ends[before] : words.starts[first]]
    if gap not in (" ", "-", "‐", "‑", "–") or not words.atoms[before][:1].isalnum():
        return None
    modifier = ends.get(before)
    known = (
        modifier is not None and modifier.type in ("Technique", "Model") and modifier.surface.lower() not in cues.plain
    )
    # "pruning networks" is an action unless a hyphen says otherwise
    if modifier is not None and known and not (gap == " " and words.atoms[before].endswith("ing")):
        return words.token_at(modifier.start)
    left = before
    while left > 0 and words.text[words.ends[left - 1] : words.starts[left]] in ("-", "‐", "‑"):
        left -= 1
    whole = words.surface(left, before + 1).lower()
    if whole in cues.plain or words.atoms[before] in cues.plain:
        return None
    return left if whole in cues.narrowing else None


def _singular(words: Words, first: int, start: int, head: Mention) -> str:
    """Return the name of the composed thing: its modifier as written, in lower case, and its head's name."""
    modifier = words.text[words.starts[first] : words.starts[start]]
    lowered = "".join(w if any(c.isupper() for c in w[1:]) else w.lower() for w in _pieces(modifier))
    return lowered + head.name


def _pieces(text: str) -> list[str]:
    pieces, current = [], ""
    for character in text:
        if character.isalnum():
            current += character
        else:
            pieces += [current, character]
            current = ""
    return [*pieces, current]
