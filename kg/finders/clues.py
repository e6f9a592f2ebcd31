"""Clues: the words of a thing and around its places, by which a paper is compared with annotated ones.

A clue is a string: its slot and the words in it. Each place of a thing has one for each of `SINGLES`, and those of
all words in a stretch beside it for each of `BAGS`. Where a place stands in the paper, in the title, in the
background or in the paper's own part, is told in a letter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kg.finders.words import Words
from kg.records import Mention

Integers = NDArray[np.int64]
# the name, the concept, the word before it, two before, two behind, how its sentence begins, and what is on both sides
SINGLES = ("k", "c", "l", "l2", "r2", "s", "s3", "lr")
# the words of the name but the last, some words before it and behind it, all of its sentence before it and behind it
BAGS = ("w", "L", "R", "S", "Q")
# so many words before and behind a place are near
NEAR = 6
# of so many words in parts of papers the numbers are kept
MOST_SEEN = 100_000
# what stands where a sentence begins or ends
FIRST, LAST = "^", "$"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clues:
    """The clues of the things of a paper as whole numbers, for n tokens, p places and t things.

    `singles` (p by `SINGLES`) are clues of the places, one thing after the other, each from its place in `begins` (t).
    `bags` (n by `BAGS`) are clues of the tokens, of which those in `windows` (p by `BAGS` by 2, the second excluded)
    are of a place.
    """

    singles: Integers
    bags: Integers
    windows: Integers
    begins: Integers


def find_clues(
    words: Words,
    things: Mapping[str, Sequence[Mention]],
    own: int,
    number: Callable[[str], int],
    seen: dict[tuple[str, str], tuple[int, ...]],
) -> Clues:
    """Return the clues of `things`, by key, where each clue has a `number`; the paper's own part begins at `own`.

    What was `seen` of a word in a part of a paper is kept there: most words come again in other papers.
    """
    atoms = words.atoms
    zones = ["T" if at < words.title_end else "O" if at >= own else "B" for at in words.starts]
    if len(seen) > MOST_SEEN:
        seen.clear()
    bags = []
    for word in zip(zones, atoms, strict=True):
        if (numbers := seen.get(word)) is None:
            zone, atom = word
            there = (f"w={atom}", f"L={atom}", f"R={atom}", f"S={zone}{atom}", f"Q={zone}{atom}")
            numbers = seen[word] = tuple(map(number, there))
        bags.append(numbers)
    fronts: dict[int, tuple[int, ...]] = {}
    singles: list[tuple[int, ...]] = []
    windows: list[tuple[tuple[int, int], ...]] = []
    begins: list[int] = []
    for places in things.values():
        begins.append(len(singles))
        for mention in places:
            first, last = words.token_at(mention.start), words.token_at(mention.end - 1) + 1
            sentence = words.sentence_at(mention.start)
            start, end = words.token_at(sentence.start), words.token_at(sentence.end - 1) + 1
            last = min(last, end)
            if first not in fronts:
                zone = zones[first]
                before = atoms[max(start, first - 2) : first]
                fronts[first] = (
                    number(f"l={zone}{before[-1] if before else FIRST}"),
                    number(f"l2={' '.join(before)}"),
                    number(f"s={zone}{' '.join(atoms[start : min(end, start + 2)])}"),
                    number(f"s3={zone}{' '.join(atoms[start : min(end, start + 3)])}"),
                )
            before_it, two_before, begun, begun_three = fronts[first]
            left = atoms[first - 1] if first > start else FIRST
            right = atoms[last] if last < end else LAST
            singles.append(
                (
                    number(f"k={' '.join(atoms[first:last])}"),
                    number(f"c={mention.concept}") if mention.concept else 0,
                    before_it,
                    two_before,
                    number(f"r2={' '.join(atoms[last : min(end, last + 2)])}"),
                    begun,
                    begun_three,
                    number(f"lr={left} {right}"),
                )
            )
            windows.append(
                (
                    (first, last - 1),
                    (max(start, first - NEAR), max(start, first - 1)),
                    (min(end, last + 1), min(end, last + NEAR)),
                    (start, first),
                    (last, end),
                )
            )
    return Clues(
        singles=np.array(singles, dtype=np.int64).reshape(-1, len(SINGLES)),
        bags=np.array(bags, dtype=np.int64).reshape(-1, len(BAGS)),
        windows=np.array(windows, dtype=np.int64).reshape(-1, len(BAGS), 2),
        begins=np.array(begins, dtype=np.int64),
    )
