"""Merging: one paper for all its copies, whichever input they came from.

Copies are papers with one title (letters and digits, whatever the case), as the node of a paper is named for its title,
and papers that share an arXiv id or a DOI. An identifier that does not tell papers apart joins nothing: one that stands
on more than `MOST_TITLES` titles, and one whose papers contradict each other in the other scheme, such as two arXiv ids
for one DOI. The rule looks at all papers at once, so that their order does not matter.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from kg.records import Paper
from kg.text import paper_id, title_key

# a work that was renamed has two titles, seldom three; a placeholder has many
MOST_TITLES = 5
# in listings that are none made up to need many, three rounds join all there is to join
MOST_ROUNDS = 20
SCHEMES = ("arxiv", "doi")


def merge_papers(papers: Iterable[Paper]) -> tuple[Paper, ...]:
    """Return one paper for all copies of each, sorted by id.

    The copy with the longest abstract speaks for the paper, and the fields of all are united: of dates the earliest, of
    lists of authors the longest.
    """
    copies: dict[str, list[Paper]] = {}
    for paper in papers:
        copies.setdefault(title_key(paper.title) or paper.title, []).append(paper)
    merged = [_united(same) for same in copies.values()]
    # what was joined may hold identifiers that now agree with those of others
    for _ in range(MOST_ROUNDS):
        fewer = [_united(same) for same in _grouped(merged)]
        if len(fewer) == len(merged):
            break
        merged = fewer
    return tuple(sorted(merged, key=lambda p: paper_id(p.title)))


def _grouped(papers: list[Paper]) -> list[list[Paper]]:
    """Return the papers, each with a title of its own, in groups that share identifiers."""
    holders: dict[tuple[str, str], list[int]] = defaultdict(list)
    for i, paper in enumerate(papers):
        for identifier in paper.identifiers:
            if identifier[0] in SCHEMES:
                holders[identifier].append(i)
    leader = list(range(len(papers)))

    def find(i: int) -> int:
        while leader[i] != i:
            leader[i] = i = leader[leader[i]]
        return i

    for (scheme, _), same in holders.items():
        if 1 < len(same) <= MOST_TITLES and not _contradict([papers[i] for i in same], scheme):
            for other in same[1:]:
                leader[find(other)] = find(same[0])
    groups: dict[int, list[Paper]] = {}
    for i, paper in enumerate(papers):
        groups.setdefault(find(i), []).append(paper)
    return list(groups.values())


def _contradict(papers: list[Paper], scheme: str) -> bool:
    """Tell whether two of `papers` have identifiers of another scheme and none of them in common."""
    for other in SCHEMES:
        if other != scheme:
            held = [values for p in papers if (values := {v for s, v in p.identifiers if s == other})]
            if any(a.isdisjoint(b) for i, a in enumerate(held) for b in held[:i]):
                return True
    return False


def _united(same: list[Paper]) -> Paper:
    if len(same) == 1:
        return same[0]
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
