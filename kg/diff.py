"""What a new build of the graph added, removed and changed: papers, entities and edges, by their IRIs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg.node import FORWARD, ask, local_name

if TYPE_CHECKING:
    import pyoxigraph

PAPERS = "SELECT ?node ?name ?abstract WHERE { ?node a kg:Paper ; dcterms:title ?name ; dcterms:abstract ?abstract }"
ENTITIES = """
SELECT ?node ?name ?type (GROUP_CONCAT(STR(?broad); separator=" ") AS ?broader) WHERE {
  { SELECT ?node ?name ?type ?broad WHERE {
      ?node a kg:Entity, ?type ; skos:prefLabel ?name .
      FILTER(STRSTARTS(STR(?type), STR(kg:)) && ?type != kg:Entity)
      OPTIONAL { ?node skos:broader ?broad }
    } ORDER BY ?broad }
} GROUP BY ?node ?name ?type"""
EDGES = """
SELECT ?from ?relation ?to ?confidence ?source ?target WHERE {
  ?claim a kg:Claim ; rdf:subject ?from ; rdf:predicate ?relation ; rdf:object ?to ; kg:confidence ?confidence .
  ?from skos:prefLabel|dcterms:title ?source . ?to skos:prefLabel ?target
}"""
# a smaller change of confidence is none to those who read it
LEAST = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What differs; `kind` is paper, entity or edge, `sign` "+" for added, "-" for removed, "~" for changed."""

    kind: str
    sign: str
    text: str

    def __str__(self) -> str:
        return f"{self.sign} {self.kind}: {self.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What a graph states of one thing: what it is called, and what may change, some of it under a `caption`."""

    name: str
    caption: str = ""
    about: str = ""
    confidence: float = 1.0

    def change_to(self, now: Stated) -> str:
        """Return in words how `now` differs, nothing where it does not."""
        if abs(self.confidence - now.confidence) >= LEAST:
            return f"{now.name}  [{self.confidence:.2f} → {now.confidence:.2f}]"
        if self.name != now.name:
            return f"{now.name}, was {self.name}"
        return f"{now.name}: {self.caption}" if self.about != now.about else ""


def compare_graphs(old: pyoxigraph.Store, new: pyoxigraph.Store) -> Iterator[Change]:
    """Yield what `new` has and `old` has not, what `old` alone has, and what differs, by kind and name."""
    kinds: tuple[tuple[str, Callable[[pyoxigraph.Store], dict[str, Stated]]], ...] = (
        ("paper", _papers),
        ("entity", _entities),
        ("edge", _edges),
    )
    for kind, read in kinds:
        before, after = read(old), read(new)
        named = {**before, **after}
        for key in sorted(named, key=lambda k: (named[k].name, k)):
            if key not in before:
                yield Change(kind=kind, sign="+", text=after[key].name)
            elif key not in after:
                yield Change(kind=kind, sign="-", text=before[key].name)
            elif text := before[key].change_to(after[key]):
                yield Change(kind=kind, sign="~", text=text)


def _papers(store: pyoxigraph.Store) -> dict[str, Stated]:
    return {
        iri: Stated(name=title, caption="another abstract", about=abstract)
        for iri, title, abstract in ask(store, PAPERS)
    }


def _entities(store: pyoxigraph.Store) -> dict[str, Stated]:
    return {
        iri: Stated(name=f"{name} ({local_name(kind)})", caption="other broader terms", about=broader)
        for iri, name, kind, broader in ask(store, ENTITIES)
    }


def _edges(store: pyoxigraph.Store) -> dict[str, Stated]:
    return {
        f"{start} {relation} {end}": Stated(
            name=f"{source} {FORWARD[local_name(relation)]} {target}", confidence=float(confidence)
        )
        for start, relation, end, confidence, source, target in ask(store, EDGES)
    }
