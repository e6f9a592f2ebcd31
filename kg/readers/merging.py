"""Merging: one paper for all its copies, whichever input they came from.

Copies are papers with one title (letters and digits, whatever the case), as the node of a paper is named for its title,
and papers that share an arXiv id or a DOI. An identifier that does not tell papers apart joins nothing: one that stands
on more than `MOST_TITLES` titles, and one whose papers contradict each other in the other scheme, such as two arXiv ids
for one DOI. The rule looks at all papers at once, so that their order does not matter.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TypeAlias

from kg.records import Paper
from kg.spool import Spool, united
from kg.text import paper_id, title_key

Identifiers: TypeAlias = frozenset[tuple[str, str]]
# a work that was renamed has two titles, seldom three; a placeholder has many
MOST_TITLES = 5
# in listings that are none made up to need many, three rounds join all there is to join
MOST_ROUNDS = 20
SCHEMES = ("arxiv", "doi")


def merge_papers(papers: Iterable[Paper]) -> Spool[Paper]:
    """Return one paper for all copies of each, by id; in memory are only their identifiers.

    The copy with the longest abstract speaks for the paper, and the fields of all are united: of dates the earliest, of
    lists of authors the longest.
    """
    numbers: dict[bytes, int] = {}
    held: list[Identifiers] = []

    def numbered() -> Iterator[tuple[str, Paper]]:
        """Yield each paper under the number of its title."""
        nothing: Identifiers = frozenset()
        for paper in papers:
            title = (title_key(paper.title) or paper.title).encode("utf-8", "surrogatepass")
            number = numbers.setdefault(hashlib.blake2b(title, digest_size=16).digest(), len(held))
            if number == len(held):
                held.append(nothing)
            if telling := [i for i in paper.identifiers if i[0] in SCHEMES]:
                held[number] |= frozenset(telling)
            yield f"{number:012}", paper

    copies = Spool[Paper]()
    copies.add(numbered())
    leader = _leaders(held)
    joined = Spool[Paper]()
    merged = Spool[Paper]()
    several = {root for number, root in enumerate(leader) if number != root}

    def alone() -> Iterator[tuple[str, Paper]]:
        for number, paper in enumerate(united(copies, _united)):
            if leader[number] in several:
                joined.add([(f"{leader[number]:012}", paper)])
            else:
                yield paper_id(paper.title), paper

    merged.add(alone())
    merged.add((paper_id(paper.title), paper) for paper in united(joined, _united))
    return merged


def _leaders(held: Sequence[Identifiers]) -> list[int]:
    """Return for each title, whose identifiers are `held`, the first of those that name the same paper."""
    leader = list(range(len(held)))

    def find(i: int) -> int:
        while leader[i] != i:
            leader[i] = i = leader[leader[i]]
        return i

    known = dict(enumerate(held))
    for _ in range(MOST_ROUNDS):
        before = len(known)
        holders: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for i, identifiers in known.items():
            for identifier in identifiers:
                holders[identifier].append(i)
        for (scheme, _), same in holders.items():
            if 1 < len(same) <= MOST_TITLES and not _contradict([known[i] for i in same], scheme):
                for other in same[1:]:
                    one, two = sorted((find(same[0]), find(other)))
                    leader[two] = one
        # what was joined may hold identifiers that now agree with those of others
        joined: dict[int, Identifiers] = {}
        for i, identifiers in known.items():
            joined[find(i)] = joined[find(i)] | identifiers if find(i) in joined else identifiers
        known = joined
        if len(known) == before:
            break
    return [find(i) for i in range(len(held))]


def _contradict(papers: Sequence[Identifiers], scheme: str) -> bool:
    """Tell whether two of `papers` have identifiers of another scheme and none of them in common."""
    for other in SCHEMES:
        if other != scheme:
            held = [values for p in papers if (values := {v for s, v in p if s == other})]
            if any(a.isdisjoint(b) for i, a in enumerate(held) for b in held[:i]):
                return True
    return False


def _united(same: list[Paper]) -> Paper:
    speaker = max(same, key=lambda p: (len(p.abstract), p.abstract, p.title))
    return replace(
        speaker,
        pages=tuple(sorted({page for p in same for page in p.pages})),
        identifiers=tuple(sorted({i for p in same for i in p.identifiers})),
        authors=max((p.authors for p in same), key=lambda names: (len(names), names)),
        # of one year the most precise
        date=min((p.date for p in same if p.date), key=lambda d: (d[:4], -len(d), d), default=""),
        venue=max((p.venue for p in same), key=lambda v: (not v.lower().startswith("arxiv"), len(v), v)),
        categories=tuple(sorted({c for p in same for c in p.categories})),
        links=tuple(sorted({link for p in same for link in p.links})),
    )
