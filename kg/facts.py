"""Facts: what is known of all papers, each kind in the order of its ids, in memory or on disk.

Whatever is written out goes through them from one end to the other, so that it may be larger than memory.
`kg.records.Resolution` holds them in memory, `FactsOnDisk` on disk (`kg.spool`). `choose` takes of very many papers
those that a page can show.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

from kg.progress import Progress, unseen
from kg.records import RELATIONS, ROLES, Claim, Edge, Entity, Evidence, Outcome, Paper, Resolution
from kg.spool import Spool, united

T_co = TypeVar("T_co", covariant=True)
# so many papers are shown at most
SHOWN = 3000


class Rows(Protocol[T_co]):
    """Rows that can be counted, and gone through again and again."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[T_co]: ...


class Facts(Protocol):
    """What is known of all papers."""

    @property
    def papers(self) -> Rows[tuple[str, Paper]]:
        """Papers by node id."""

    @property
    def entities(self) -> Rows[Entity]:
        """Entities, sorted by id."""

    @property
    def claims(self) -> Iterable[Claim]:
        """Claims, each once, sorted by id."""

    @property
    def outcomes(self) -> Rows[Outcome]:
        """Numeric results, sorted by id."""

    def evidence(self) -> Iterator[Evidence]:
        """Yield every piece of evidence once, sorted by id."""

    def edges(self) -> Iterator[Edge]:
        """Yield subject, predicate and object of every claim, sorted."""


@dataclass(frozen=True, slots=True)
class FactsOnDisk:
    """Facts that `kg.resolution` adds paper by paper; what several papers say of one thing is united on reading."""

    papers: Spool[tuple[str, Paper]] = field(default_factory=Spool)
    entities: Spool[Entity] = field(default_factory=Spool)
    outcomes: Spool[Outcome] = field(default_factory=Spool)
    stated: Spool[Claim] = field(default_factory=Spool)
    shown: Spool[Evidence] = field(default_factory=Spool)
    drawn: Spool[Edge] = field(default_factory=Spool)

    @property
    def claims(self) -> Iterator[Claim]:
        """Yield every claim once, sorted by id."""
        return united(self.stated, unite_claims)

    def evidence(self) -> Iterator[Evidence]:
        """Yield every piece of evidence once, sorted by id."""
        return united(self.shown, first)

    def edges(self) -> Iterator[Edge]:
        """Yield subject, predicate and object of every claim, sorted."""
        return united(self.drawn, first)

    def add(self, papers: Sequence[tuple[str, Paper]], claims: Sequence[Claim], outcomes: Sequence[Outcome]) -> None:
        """Add what some papers say, each of which is added but once."""
        self.papers.add((row[0], row) for row in papers)
        self.outcomes.add((o.id, o) for o in outcomes)
        self.stated.add((c.id, c) for c in claims)
        self.drawn.add(("\0".join(c.edge), c.edge) for c in claims)
        self.shown.add((e.id, e) for c in claims for e in c.evidence)
        self.shown.add((o.evidence.id, o.evidence) for o in outcomes)


def first(same: Sequence[T_co]) -> T_co:
    """Return the first of rows that are all alike."""
    return same[0]


def unite_claims(same: Sequence[Claim]) -> Claim:
    """Return the claim for which several papers have evidence."""
    evidence = {e.id: e for claim in same for e in claim.evidence}
    return replace(
        same[0],
        confidence=max(claim.confidence for claim in same),
        evidence=tuple(sorted(evidence.values(), key=lambda e: (e.paper, e.start, e.id))),
    )


def in_memory(facts: Facts) -> Resolution:
    """Return all of `facts`."""
    return Resolution(
        papers=tuple(facts.papers),
        entities=tuple(facts.entities),
        claims=tuple(facts.claims),
        outcomes=tuple(facts.outcomes),
    )


def count_names(edges: Iterable[Edge]) -> Counter[str]:
    """Return how many papers name each entity: it has one role in each of them."""
    return Counter(target for _, relation, target in edges if relation in ROLES)


def choose(facts: Facts, most: int = SHOWN, progress: Progress = unseen) -> Resolution:
    """Return of `facts` what at most so many papers say, and the entities they name with what is broader.

    These are the papers that introduce what most others name, then those that say most.
    """
    if len(facts.papers) <= most:
        return in_memory(facts)
    named = count_names(facts.edges())
    new, said = dict.fromkeys((node for node, _ in facts.papers), 0), Counter[str]()
    for paper, relation, target in facts.edges():
        if paper in new:
            said[paper] += 1
            if relation == RELATIONS[0]:
                new[paper] = max(new[paper], named[target])
    chosen = set(sorted(new, key=lambda paper: (-new[paper], -said[paper], paper))[:most])
    claims = tuple(
        replace(claim, evidence=evidence)
        for claim in progress(facts.claims, "Choosing papers for the page")
        if (evidence := tuple(e for e in claim.evidence if e.paper in chosen))
    )
    outcomes = tuple(o for o in facts.outcomes if o.paper in chosen)
    wanted = {n for c in claims for n in (c.subject, c.object)}
    wanted |= {n for o in outcomes for n in (o.subject, o.baseline, o.dataset, o.hardware) if n}
    wanted |= set(_above(wanted, facts.entities))
    return Resolution(
        papers=tuple((node, paper) for node, paper in facts.papers if node in chosen),
        entities=tuple(e for e in facts.entities if e.id in wanted),
        claims=claims,
        outcomes=outcomes,
    )


def _above(nodes: Iterable[str], entities: Rows[Entity]) -> Iterator[str]:
    """Yield the ids of all that is broader than `nodes`."""
    parents = {b for e in entities for b in e.broader}
    waiting, found = set(nodes), set[str]()
    broader = {e.id: e.broader for e in entities if e.id in parents or e.id in waiting}
    while waiting:
        found |= waiting
        waiting = {b for node in waiting for b in broader.get(node, ())} - found
        yield from waiting
