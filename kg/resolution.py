"""Resolution: one node for each thing over all papers.

A mention of a vocabulary concept is that concept. Any other thing is known by its type and the key of
its name, so that spellings of one name meet and equal names of different types stay apart. A thing with
a long and a short form is known by its short form where that is distinctive (`QLoRA`), else by its long
form: papers that coin the same three letters for different things do not meet. Where several papers introduce
a name all the same, the first of them keeps it, and what the others introduce has nodes of its own. An id
never depends on other papers than the ones that name the thing. What this gets wrong is set right by hand
(`kg.overrides`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice

from kg.facts import FactsOnDisk, in_memory
from kg.finders.names import is_coined
from kg.overrides import NONE, Overrides
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
)
from kg.spool import Spool, united
from kg.text import digest, key, paper_id, slug
from kg.vocabulary import Vocabulary

# papers that are resolved at a time
BATCH = 64
# after all dates
UNDATED = "9999"


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
    extractions: Iterable[Extraction], vocabulary: Vocabulary, overrides: Overrides = NONE
) -> FactsOnDisk:
    """Return the facts of all `extractions`, of which no more than some are in memory at a time.

    Raises:
        OutputError: there is no room for them on the disk.
    """
    held, homonyms = _held(extractions, overrides)
    facts, things = FactsOnDisk(), Spool[Thing]()
    waiting = ((paper, _apart(paper, extraction, homonyms)) for paper, extraction in held)
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


def _held(
    extractions: Iterable[Extraction], overrides: Overrides
) -> tuple[Iterator[tuple[str, Extraction]], frozenset[tuple[str, str]]]:
    """Return the extractions by paper, one for each, and which papers introduce a namesake, with the node of its name.

    A name with a capital letter that several papers introduce is that of several things. The paper of the earliest date
    has the name for itself, where no date is known the first by id; what does not introduce it means that one.
    """
    held = Spool[tuple[str, Extraction]]()
    first: dict[str, tuple[str, str]] = {}
    later = set[tuple[str, str]]()

    def noted() -> Iterator[tuple[str, tuple[str, Extraction]]]:
        for given in extractions:
            extraction = _set_right(given, overrides)
            paper = paper_id(extraction.paper.title)
            date = extraction.paper.date or UNDATED
            for target in {r.target for r in extraction.relations if r.predicate == RELATIONS[0]}:
                node = entity_id(target)
                if target.concept is None and any(c.isupper() for c in identity(target.name, target.aliases)):
                    before = first.get(node, (date, paper))
                    first[node], *others = sorted({before, (date, paper)})
                    later.update((other, node) for _, other in others)
            yield paper, (paper, extraction)

    held.add(noted())
    return united(held, lambda same: same[0]), frozenset(later)


def _apart(paper: str, extraction: Extraction, homonyms: Collection[tuple[str, str]]) -> Extraction:
    """Return `extraction` with nodes of its own for the things that are but namesakes of others."""

    def own(mention: Mention) -> Mention:
        node = entity_id(mention)
        return replace(mention, concept=f"{node}-{digest(paper)}") if (paper, node) in homonyms else mention

    return _swapped(extraction, own)


def _set_right(extraction: Extraction, overrides: Overrides) -> Extraction:
    """Return `extraction` with its mentions as the overrides have them."""

    def right(mention: Mention) -> Mention:
        if (mention.surface, entity_id(mention)) in overrides.apart:
            mention = replace(mention, name=mention.surface, concept=None, head=None, aliases=())
        kept = overrides.same.get(entity_id(mention))
        return replace(mention, concept=kept) if kept else mention

    return _swapped(extraction, right)


def _swapped(extraction: Extraction, new: Callable[[Mention], Mention]) -> Extraction:
    """Return `extraction` with what `new` makes of its mentions."""
    changed = {m: made for m in extraction.mentions if (made := new(m)) is not m}
    if not changed:
        return extraction

    def swap(mention: Mention | None) -> Mention | None:
        return changed.get(mention, mention) if mention is not None else None

    return replace(
        extraction,
        mentions=tuple(changed.get(m, m) for m in extraction.mentions),
        relations=tuple(
            replace(r, target=changed.get(r.target, r.target), source=swap(r.source)) for r in extraction.relations
        ),
        results=tuple(
            replace(
                r,
                subject=swap(r.subject),
                baseline=swap(r.baseline),
                dataset=swap(r.dataset),
                hardware=swap(r.hardware),
            )
            for r in extraction.results
        ),
    )


def entity_id(mention: Mention) -> str:
    """Return the node id of the thing that `mention` names.

    >>> entity_id(Mention(start=0, end=5, surface="QLoRA", name="quantized LoRA", type="Technique",
    ...                   rule="expansion", confidence=1.0, aliases=("QLoRA",)))
    'technique/qlora'
    """
    if mention.concept is not None:
        return mention.concept
    return f"{mention.type.lower()}/{slug(identity(mention.name, mention.aliases)) or digest(mention.name)}"


def identity(name: str, aliases: Sequence[str]) -> str:
    """Return the one of its names that a thing is known by."""
    short = sorted((n for n in (name, *aliases) if is_distinctive(n)), key=lambda n: (len(n), n))
    return short[0] if short else name


def is_distinctive(name: str) -> bool:
    """Tell whether two papers that write this short form mean one thing.

    >>> [is_distinctive(n) for n in ("QLoRA", "SPA", "HAWQ-V2", "low-rank adaptation", "MTRB")]
    [True, False, True, False, False]
    """
    if " " in name or not is_coined(name):
        return False
    return any(c.islower() for c in name.rstrip("s")) or any(c.isdigit() for c in name) or len(name) >= 6


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
            id=f"result/{digest(paper, result.start, result.end, result.metric)}",
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
        id=f"evidence/{digest(paper, start, end, rule, aspect, value)}",
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
        id=f"claim/{digest(*edge)}",
        subject=subject,
        predicate=predicate,
        object=target,
        confidence=max(confidence for confidence, _ in support),
        evidence=tuple(sorted({e.id: e for _, e in support}.values(), key=lambda e: (e.paper, e.start, e.id))),
    )
