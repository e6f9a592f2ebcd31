"""The map of the page: where nodes lie, how large they are, and the regions they lie in.

Positions are computed once, when the page is made, in three steps that use whole numbers only, so that
they are the same on every processor.

1. Affinity. A paper and an entity it speaks of attract each other by the strength of the relation, more
   where the title names it, and so do the paper and the entity's broader concept. Each attraction is
   divided by the number of papers that share the entity: what most papers speak of holds nothing together.
2. Regions. Louvain communities [Blondel et al. 2008] of the affinities, each named for the entity that is
   most its own. The discs are placed one after the other, the one closest to those that lie already at
   the nearest free place to them on a spiral.
3. Within a region the nodes lie as the seeds of a sunflower [Vogel 1979], the large ones inside. A golden
   turn is a multiplication in fixed point. A paper takes the free seed nearest to its entities.

An entity that a single paper names is left off the map of a large graph until it is asked for; it lies
around that paper. Of a very large graph the map shows the entities that most papers name, and the papers
that introduce what others name.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from math import isqrt

import networkx as nx

from kg.graph import BROADER, Graph, edge_claim, label, node_type
from kg.records import ROLES

Point = tuple[int, int]
Pair = tuple[str, str]

FEW = 150  # up to so many entities, all of them are on the map
MANY = 1500  # so many entities, and as many papers, are on the map at most
GAP, STRAIT = 26, 56  # free space around a node; between two regions, with room for a name
UNIT, EVEN = 1000, 12  # weakest attraction; papers that may share an entity before it holds them less
TURN = (-737_368_878, 675_490_294, 10**9)  # cosine and sine of the golden angle in fixed point


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where nodes lie, their sizes, the regions as (name, x, y, radius), and the region of what is shown.

    `least` is how many papers name an entity that is shown, at least.
    """

    positions: Mapping[str, Point]
    sizes: Mapping[str, int]
    regions: tuple[tuple[str, int, int, int], ...]
    region_of: Mapping[str, int]
    least: int


def sunflower(areas: Sequence[int]) -> list[Point]:
    """Return a seed for each of `areas`, the first in the middle, each with about that much room.

    >>> sunflower([400] * 4)
    [(7, 0), (-10, 9), (1, -17), (13, 17)]
    """
    cosine, sine, unit = TURN
    x, y, filled, seeds = unit, 0, 0, list[Point]()
    for area in areas:
        radius = isqrt((2 * filled + area) * 7 // 44)
        seeds.append(((x * radius + unit // 2) // unit, (y * radius + unit // 2) // unit))
        x, y = (x * cosine - y * sine + unit // 2) // unit, (x * sine + y * cosine + unit // 2) // unit
        filled += area
    return seeds


def affinities(graph: Graph) -> dict[Pair, int]:
    """Return how strongly papers and the entities that several of them share attract each other."""
    strength: dict[Pair, int] = defaultdict(int)
    for paper, entity, relation in sorted(graph.edges(keys=True)):
        claim = edge_claim(graph, paper, entity, relation)
        if claim is None or relation not in ROLES or node_type(graph, paper) != "Paper":
            continue
        titled = any(e.start < len(label(graph, paper)) for e in claim.evidence)
        strong = (len(ROLES) - ROLES.index(relation)) * (3 if titled else 1) * UNIT
        strength[paper, entity] = max(strength[paper, entity], strong)
        for parent in sorted(p for _, p, r in graph.out_edges(entity, keys=True) if r == BROADER):
            strength[paper, parent] = max(strength[paper, parent], strong // 2)
    shared = Counter(entity for _, entity in strength)
    return {(p, e): s // (shared[e] + EVEN) for (p, e), s in sorted(strength.items()) if shared[e] > 1}


def lay_out(graph: Graph) -> Layout:
    """Return the map of `graph`."""
    naming = {n: len({s for s, _, r in graph.in_edges(n, keys=True) if r in ROLES}) for n in sorted(graph)}
    papers = {n for n in naming if node_type(graph, n) == "Paper"}
    entities = sorted((count for n, count in naming.items() if n not in papers), reverse=True)
    least = 1 if len(entities) <= FEW else 2 if len(entities) <= MANY else max(2, entities[MANY] + 1)
    shown = _telling(graph, papers, naming) | {n for n, count in naming.items() if n not in papers and count >= least}
    sizes = {n: 5 + isqrt(4 * count) for n, count in naming.items()}
    sizes.update((n, 3 + isqrt(graph.degree(n)) // 2) for n in papers)
    attraction = affinities(graph)
    groups = _communities(attraction, sorted(shown))
    region_of = {node: i for i, group in enumerate(groups) for node in group}
    radii = [isqrt(sum((2 * sizes[n] + GAP) ** 2 for n in group) * 7 // 22) + GAP for group in groups]
    ties = Counter[Point]()
    for (paper, entity), strong in attraction.items():
        a, b = sorted((region_of.get(paper, -1), region_of.get(entity, -1)))
        ties[a, b] += strong if 0 <= a < b else 0
    positions: dict[str, Point] = {}
    centres = _pack(radii, ties)
    for group, (x, y) in zip(groups, centres, strict=True):
        order = sorted(group, key=lambda n: (n in papers, -sizes[n], n))
        seeds = sunflower([(2 * sizes[n] + GAP) ** 2 for n in order])
        places = _place_within(graph, order, seeds, papers)
        positions.update((n, (x + dx, y + dy)) for n, (dx, dy) in places.items())
    _place_around(graph, positions)
    names = _names(graph, len(groups), region_of, attraction)
    regions = tuple((n, x, y, r) for n, (x, y), r in zip(names, centres, radii, strict=True))
    return Layout(positions=positions, sizes=sizes, regions=regions, region_of=region_of, least=least)


def _telling(graph: Graph, papers: Collection[str], naming: Mapping[str, int]) -> set[str]:
    """Return the papers that introduce what most others name, then those that name most, up to `MANY`."""

    def rank(paper: str) -> tuple[int, int, str]:
        new = [naming[e] for _, e, relation in graph.out_edges(paper, keys=True) if relation == ROLES[0]]
        return -max(new, default=0), -graph.degree(paper), paper

    return set(papers) if len(papers) <= MANY else set(sorted(papers, key=rank)[:MANY])


def _communities(attraction: Mapping[Pair, int], shown: Sequence[str]) -> list[list[str]]:
    """Return the shown nodes in groups, the largest first; what nothing holds together makes the last one."""
    ids = sorted({*shown, *(n for pair in attraction for n in pair)})
    number = {node: i for i, node in enumerate(ids)}  # numbers, for a set of words has no fixed order
    bonds: nx.Graph[int] = nx.Graph()
    bonds.add_nodes_from(number[n] for n in shown)
    bonds.add_weighted_edges_from((number[p], number[e], s) for (p, e), s in attraction.items() if s)
    found = nx.community.louvain_communities(bonds, weight="weight", resolution=1, seed=0) if bonds else []
    groups = [sorted({ids[i] for i in community}.intersection(shown)) for community in found]
    loose = sorted(n for group in groups if len(group) < 3 for n in group)
    firm = sorted((group for group in groups if len(group) >= 3), key=lambda g: (-len(g), g))
    return [*firm, loose] if loose else firm


def _names(graph: Graph, groups: int, region_of: Mapping[str, int], attraction: Mapping[Pair, int]) -> list[str]:
    """Return for each region the label of the entity that most of its papers are about, and few others."""
    own, total, count = [Counter[str]() for _ in range(groups)], Counter[str](), Counter[str]()
    for (paper, entity), strong in attraction.items():
        total[entity] += strong
        count[entity] += 1
        if paper in region_of:
            own[region_of[paper]][entity] += strong
    names = []
    for strengths in own:
        score = {e: s**2 * (count[e] + EVEN) // (total[e] + 4 * UNIT) for e, s in strengths.items()}
        best = min(score, key=lambda e: (-score[e], e), default="")
        names.append(label(graph, best) if best and score[best] else "")
    return names


def _place_within(graph: Graph, order: Sequence[str], free: list[Point], papers: set[str]) -> dict[str, Point]:
    """Return one of the seeds in `free` for each node of a region, whose `order` has the papers last."""
    at: dict[str, Point] = {}
    for node in order:
        near = [at[e] for e in sorted(set(graph[node])) if e in at and node in papers] or [free[0]]
        x, y = (2 * sum(p[axis] for p in near) // len(near) for axis in (0, 1))
        at[node] = min(free, key=lambda p: _squared(p, (x, y))) if node in papers else free[0]
        free.remove(at[node])
    return at


def _pack(radii: Sequence[int], ties: Mapping[Point, int]) -> list[Point]:
    """Return centres for discs of `radii` that do not overlap, those with strong `ties` close together."""
    seeds = len(radii) * (2 * max(radii, default=0) + STRAIT) ** 2 // 200  # more than all discs can cover
    spiral = [(x * 5 // 4, y * 4 // 5) for x, y in sunflower([900] * (seeds + 1))]
    placed: dict[int, Point] = {}

    def cost(disc: int, point: Point) -> int:
        bonds = {i: ties.get((min(i, disc), max(i, disc)), 0) for i in placed}
        middle = isqrt((point[0] * 4 // 5) ** 2 + (point[1] * 5 // 4) ** 2) * 2 * (sum(bonds.values()) + 1)
        return middle + sum(bond * isqrt(_squared(point, placed[i])) for i, bond in bonds.items())

    for _ in radii:
        waiting = {d: sum(ties.get((min(i, d), max(i, d)), 0) for i in placed) for d in range(len(radii))}
        disc = min(waiting.keys() - placed.keys(), key=lambda d: (-waiting[d], -radii[d], d))
        room = {i: (radii[disc] + radii[i] + STRAIT) ** 2 for i in placed}
        free = (p for p in spiral if all(_squared(p, placed[i]) >= room[i] for i in room))
        placed[disc] = min(islice(free, 80), key=lambda p: (cost(disc, p), p))
    return [placed[i] for i in range(len(radii))]


def _squared(p: Point, q: Point) -> int:
    return (p[0] - q[0]) ** 2 + (p[1] - q[1]) ** 2


def _place_around(graph: Graph, positions: dict[str, Point]) -> None:
    """Add places for the nodes left off the map: around a neighbour that has one, best a paper."""
    ring, taken = sunflower([3600] * 400)[5:], Counter[str]()
    while waiting := [n for n in sorted(graph) if n not in positions]:
        found = dict[str, Point]()
        for node in waiting:
            near = {*graph.predecessors(node), *graph.successors(node)} & positions.keys()
            if near:
                anchor = min(near, key=lambda n: (node_type(graph, n) != "Paper", n))
                (x, y), (dx, dy) = positions[anchor], ring[taken[anchor] % len(ring)]
                found[node] = (x + dx, y + dy)
                taken[anchor] += 1
        positions.update(found or dict.fromkeys(waiting, (0, 0)))
