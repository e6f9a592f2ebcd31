"""Resolution: one node for each thing over all papers.

Each thing has the id that its paper names it by (`kg.naming`), once namesakes are told apart (`kg.namesakes`); what
several papers say of one node comes together.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice

from kg.facts import FactsOnDisk, in_memory
from kg.namesakes import tell_apart
from kg.naming import entity_id
from kg.overrides import NONE, Overrides
from kg.progress import Progress, unseen
from kg.records import (
    RELATIONS,
    ROLES,
    Claim,
    Edge,
    Entity,
    Evidence,
    Extraction,
    Mention,
    Outcome,
    Quote,
    Resolution,
    quickly_pickled,
)
from kg.spool import Spool
from kg.text import digest, key
from kg.vocabulary import Vocabulary

# papers that are resolved at a time
BATCH = 64
# hexadecimal digits of the ids of claims, evidence and results, of which a large graph has millions
UNIQUE = 16


@quickly_pickled
@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """What one paper calls a thing: names with how often, other names, and the concepts it may narrow."""

    id: str
    type: str
    names: tuple[tuple[str, int], ...]
    aliases: tuple[str, ...]
    heads: tuple[str, ...]


def resolve(extractions: Iterable[Extraction], vocabulary: Vocabulary, overrides: Overrides = NONE) -> Resolution:
    """Return the entities, claims and outcomes of all `extractions`, each sorted by id."""
    return in_memory(resolve_on_disk(extractions, vocabulary, overrides))


def resolve_on_disk(
    extractions: Iterable[Extraction],
    vocabulary: Vocabulary,
    overrides: Overrides = NONE,
    progress: Progress = unseen,
) -> FactsOnDisk:
    """Return the facts of all `extractions`, of which no more than some are in memory at a time.

    Raises:
        OutputError: there is no room for them on the disk.
    """
    facts, things = FactsOnDisk(), Spool[Thing]()
    waiting = tell_apart(extractions, vocabulary, overrides, progress)
    while batch := list(islice(waiting, BATCH)):
        facts.add(
            [(paper, extraction.paper) for paper, extraction in batch],
            [claim for paper, extraction in batch for claim in _claims_of(paper, extraction)],
            [outcome for paper, extraction in batch for outcome in _outcomes_of(paper, extraction)],
        )
        things.add((thing.id, thing) for _, extraction in batch for thing in _things(extraction.mentions))
    present, above = set[str](), set[str]()

    def entities() -> Iterator[tuple[str, Entity]]:
        for node, same in groupby(things, key=lambda thing: thing.id):
            entity = _entity(node, same, vocabulary)
            if node in vocabulary.concepts:
                present.add(node)
            above.update(b for broader in entity.broader for b in (broader, *vocabulary.ancestors(broader)))
            yield node, entity

    facts.entities.add(entities())
    facts.entities.add((node, _entity(node, (), vocabulary)) for node in sorted(above - present))
    return facts


def _things(mentions: Sequence[Mention]) -> Iterator[Thing]:
    """Yield what one paper calls each thing that it names."""
    places: defaultdict[str, list[Mention]] = defaultdict(list)
    for mention in mentions:
        places[entity_id(mention)].append(mention)
    for node, same in places.items():
        kind = f"{node.split('/')[0]}/"
        yield Thing(
            id=node,
            type=same[0].type,
            names=tuple(Counter(m.name for m in same).items()),
            aliases=tuple({a for m in same for a in m.aliases}),
            heads=tuple({m.head for m in same if m.head and m.head.startswith(kind) and m.head != node}),
        )


def _entity(node: str, things: Iterable[Thing], vocabulary: Vocabulary) -> Entity:
    """Return the entity that the `things` of several papers are."""
    known = vocabulary.concepts.get(node)
    names, aliases, heads, kind = Counter[str](), set[str](), set[str](), ""
    for thing in things:
        names.update(dict(thing.names))
        aliases.update(thing.aliases)
        heads.update(thing.heads)
        kind = thing.type
    if known is not None:
        return Entity(
            id=node,
            type=known.type,
            label=known.label,
            aliases=_aliases({*known.aliases, *known.ambiguous, *aliases}, known.label),
            broader=known.broader,
            definition=known.definition,
        )
    label = min(names, key=lambda n: (-names[n], n))
    return Entity(
        id=node,
        type=kind,
        label=label,
        aliases=_aliases({*names, *aliases}, label),
        broader=tuple(h for h in sorted(heads) if h in vocabulary.concepts)[:1],
    )


def _aliases(names: Iterable[str], label: str) -> tuple[str, ...]:
    """Return one spelling for each key of `names` other than that of `label`."""
    spellings: dict[tuple[str, ...], str] = {}
    for name in sorted(names):
        if key(name) != key(label):
            spellings.setdefault(key(name), name)
    return tuple(sorted(spellings.values()))


def _claims_of(paper: str, extraction: Extraction) -> Iterator[Claim]:
    """Yield the claims of one paper, of the roles of a thing the strongest alone."""
    strongest: dict[str, str] = {}
    for relation in extraction.relations:
        if relation.predicate in ROLES:
            node = entity_id(relation.target)
            strongest[node] = min(strongest.get(node, relation.predicate), relation.predicate, key=RELATIONS.index)
    found: defaultdict[Edge, list[tuple[float, Evidence]]] = defaultdict(list)
    for relation in extraction.relations:
        node = entity_id(relation.target)
        evidence = _evidence(
            paper, relation.target.start, relation.target.end, relation.target.surface, relation.quote,
            relation.rule, relation.aspect or "", relation.value or "",
        )  # fmt: skip
        if relation.predicate in ROLES:
            found[paper, strongest[node], node].append((relation.confidence, evidence))
            continue
        source = entity_id(relation.source) if relation.source is not None else None
        found[paper, relation.predicate, node].append((relation.confidence, evidence))
        if source is not None and source != node and strongest.get(source) == "introduces":
            found[source, relation.predicate, node].append((relation.confidence, evidence))
    for edge, support in found.items():
        yield _claim(edge, support)


def _outcomes_of(paper: str, extraction: Extraction) -> Iterable[Outcome]:
    for result in extraction.results:
        surface = extraction.paper.text[result.start : result.end]
        yield Outcome(
            id=f"result/{digest(paper, result.start, result.end, result.metric, size=UNIQUE)}",
            paper=paper,
            subject=entity_id(result.subject) if result.subject else paper,
            metric=result.metric,
            value=result.value,
            number=result.number,
            unit=result.unit,
            confidence=result.confidence,
            evidence=_evidence(paper, result.start, result.end, surface, result.quote, result.rule, "", ""),
            baseline=entity_id(result.baseline) if result.baseline else None,
            dataset=entity_id(result.dataset) if result.dataset else None,
            hardware=entity_id(result.hardware) if result.hardware else None,
        )


def _evidence(
    paper: str, start: int, end: int, surface: str, quote: Quote, rule: str, aspect: str, value: str
) -> Evidence:
    return Evidence(
        id=f"evidence/{digest(paper, start, end, rule, aspect, value, size=UNIQUE)}",
        paper=paper,
        start=start,
        end=end,
        surface=surface,
        quote=quote.text,
        rule=rule,
        aspect=aspect,
        value=value,
    )


def _claim(edge: Edge, support: Sequence[tuple[float, Evidence]]) -> Claim:
    subject, predicate, target = edge
    return Claim(
        id=f"claim/{digest(*edge, size=UNIQUE)}",
        subject=subject,
        predicate=predicate,
        object=target,
        confidence=max(confidence for confidence, _ in support),
        evidence=tuple(sorted({e.id: e for _, e in support}.values(), key=lambda e: (e.paper, e.start, e.id))),
    )
