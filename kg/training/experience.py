"""Training of the experience: clues of the things in annotated papers are counted by the roles and types of the things.

What a paper adds itself is taken from the counts before they tell anything of its things, so that what the classifier
learns to make of them holds for new papers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from kg.experience import Experience, tell
from kg.finders.clues import Clues, Integers
from kg.perceptron import Doubles
from kg.records import TYPES

# how many things like all others are added to those with a clue, and in how many papers a clue must be
ADDED, PAPERS = 4.0, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The t things of an annotated paper: m measures of each, their annotated roles and types, and their clues.

    What is no entity has its own role and no type, an empty string.

    A paper may be there several times, one after the other.
    """

    paper: str
    measures: Doubles
    roles: tuple[str, ...]
    types: tuple[str, ...]
    further: bool
    clues: Clues


def numbers(known: dict[str, int]) -> Callable[[str], int]:
    """Return the function that numbers clues from 1, in the order in which they come, and keeps them in `known`."""
    return lambda clue: known.setdefault(clue, len(known) + 1)


def learn_experience(
    papers: Sequence[Measured], known: Mapping[str, int], classes: Sequence[str]
) -> tuple[Experience, list[Doubles]]:
    """Return the experience from `papers`, whose clues are numbered as `known`, and what is told of things of each.

    Of each it is told by the others. The columns are the `classes` of roles, then the types.
    """
    size = len(classes) + len(TYPES)
    counts = np.zeros((max(known.values(), default=0) + 1, size))
    there = np.zeros(len(counts), dtype=np.int64)
    added: list[tuple[Integers, Doubles, int]] = []
    for _, group in groupby(papers, lambda paper: paper.paper):
        alike = list(group)
        own = [_counted(paper, classes) for paper in alike]
        flat, times = np.unique(np.concatenate(own), return_counts=True)
        clues, inverse = np.unique(flat // size, return_inverse=True)
        mine = np.zeros((len(clues), size))
        mine[inverse, flat % size] = times
        counts[clues] += mine
        there[clues] += 1
        added.append((clues, mine, len(alike)))
    roles = Counter(role for paper in papers for role in paper.roles)
    types = Counter(kind for paper in papers for kind in paper.types if kind)
    prior = _share([roles[name] + 1 for name in classes]), _share([types[name] + 1 for name in TYPES])
    kept = there >= PAPERS
    kept[0] = False
    told = [
        _told_apart(paper, counts, kept, prior, clues, mine)
        for paper, (clues, mine) in zip(papers, _for_each(added), strict=True)
    ]
    rows = sorted(clue for clue, number in known.items() if kept[number])
    table = np.vstack([np.zeros((1, size + 1)), _table(counts[[known[clue] for clue in rows]], prior)])
    # as it is written and read again
    table = table.astype(np.float16).astype(np.float64)
    return Experience(rows={clue: i for i, clue in enumerate(rows, 1)}, table=table), told


def _share(counts: Sequence[int]) -> Doubles:
    found: Doubles = np.array(counts) / sum(counts)
    return found


def _for_each(added: Sequence[tuple[Integers, Doubles, int]]) -> Iterator[tuple[Integers, Doubles]]:
    for clues, mine, times in added:
        for _ in range(times):
            yield clues, mine


def _counted(paper: Measured, classes: Sequence[str]) -> Integers:
    """Return the clues of all places of `paper`, each as its number by columns and a column of its thing."""
    clues, size = paper.clues, len(classes) + len(TYPES)
    columns = [
        [classes.index(role), *([len(classes) + TYPES.index(kind)] if kind else [])]
        for role, kind in zip(paper.roles, paper.types, strict=True)
    ]
    things = np.searchsorted(clues.begins, np.arange(len(clues.singles)), side="right") - 1
    found = []
    for thing, single, windows in zip(things.tolist(), clues.singles, clues.windows.tolist(), strict=True):
        here = [single, *(clues.bags[first:last, i] for i, (first, last) in enumerate(windows))]
        told = np.concatenate(here) * size
        found += [told + column for column in columns[thing]]
    return np.concatenate(found)


def _table(counts: Doubles, priors: tuple[Doubles, Doubles]) -> Doubles:
    """Return the logarithms of the shares that `counts` (clues by columns) tell beside `priors`, and what is known."""
    found = []
    for part, prior in zip(np.split(counts, [len(priors[0])], axis=1), priors, strict=True):
        shares = (part + ADDED * prior) / (part.sum(axis=1, keepdims=True) + ADDED)
        found.append(np.log(shares / prior))
    return np.hstack([*found, counts.any(axis=1, keepdims=True)])


def _told_apart(
    paper: Measured,
    counts: Doubles,
    kept: np.ndarray[tuple[int], np.dtype[np.bool_]],
    prior: tuple[Doubles, Doubles],
    own: Integers,
    mine: Doubles,
) -> Doubles:
    """Return what `counts` tell of the things of `paper` without what it has added itself: `mine` to clues `own`."""
    clues = paper.clues
    some, inverse = np.unique(np.concatenate([clues.singles.ravel(), clues.bags.ravel()]), return_inverse=True)
    left = counts[some]
    shared = np.isin(some, own)
    left[shared] -= mine[np.searchsorted(own, some[shared])]
    table = _table(left, prior) * kept[some, None]
    split = clues.singles.size
    compact = replace(
        clues, singles=inverse[:split].reshape(clues.singles.shape), bags=inverse[split:].reshape(clues.bags.shape)
    )
    return tell(table, compact)
