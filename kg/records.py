"""The records that flow between the stages, one frozen dataclass per boundary.

    Paper → Mention → Relation, Result   (one Extraction per paper)
          → Entity, Claim, Evidence      (one Resolution over all papers)

Offsets count characters of `Paper.text`, the title, a newline and the abstract. Within an
`Extraction`, relations and results point at mentions; after resolution, claims point at node ids
such as ``technique/low-rank-adaptation``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, TypeAlias, TypeVar

TYPES = ("Technique", "Model", "Dataset", "Hardware", "Software", "Task")
"""The entity types, in the order in which they are listed everywhere."""

ROLES = ("introduces", "uses", "comparesWith", "mentions")
"""The paper → entity relations, the strongest first."""

RELATIONS = (*ROLES, "improvesOn")

T = TypeVar("T")
Edge: TypeAlias = tuple[str, str, str]
"""Subject, predicate and object."""


def quickly_pickled(cls: type[T]) -> type[T]:
    """Return the frozen class with slots `cls`, pickled by its slots: dataclasses look for their fields each time.

    A build pickles some hundred records a paper, between its processes and on their way to the disk.
    """
    names = cls.__slots__  # type: ignore[attr-defined]
    state, setters = attrgetter(*names), [cls.__dict__[name].__set__ for name in names]

    def restore(self: T, values: tuple[Any, ...]) -> None:
        for put, value in zip(setters, values, strict=True):
            put(self, value)

    cls.__getstate__ = lambda self: state(self)  # type: ignore[method-assign]
    cls.__setstate__ = restore  # type: ignore[attr-defined]
    return cls


@quickly_pickled
@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A paper as a listing gives it; `pages` names the listings it was found on.

    `identifiers` are pairs of scheme (``arxiv``, ``doi``) and value, `authors` names in their order, `date` is as
    precise as it is known (``2024``, ``2024-05`` or ``2024-05-17``).
    """

    title: str
    abstract: str
    pages: tuple[str, ...] = ()
    identifiers: tuple[tuple[str, str], ...] = ()
    authors: tuple[str, ...] = ()
    date: str = ""
    venue: str = ""
    categories: tuple[str, ...] = ()
    links: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The text that all offsets refer to."""
        return f"{self.title}\n{self.abstract}"

    @property
    def year(self) -> int | None:
        """The year of the date, None where it has none."""
        return int(self.date[:4]) if self.date else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A row of an input that is no paper, or is `kept` though damaged, with the reason in words for its reader.

    It may stand for a `count` of rows, of which `row` is the first.
    """

    source: str
    row: int
    reason: str
    kept: bool = False
    count: int = 1

    def __str__(self) -> str:
        return f"{self.source}:{self.row}: {self.reason}"


@quickly_pickled
@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Mention:
    """A stretch of a paper's text that names an entity.

    `name` is what the entity is called (its key is derived from it), `concept` the node id where
    the vocabulary has it, `head` the node id of the concept it narrows, `aliases` other names that
    this very paper gives for it. `tagged` is the probability of this very place and type by the trained
    tagger, 0 where it chose otherwise, `inside` that all its words are part of some entity.
    """

    start: int
    end: int
    surface: str
    name: str
    type: str
    rule: str
    confidence: float
    concept: str | None = None
    head: str | None = None
    aliases: tuple[str, ...] = ()
    tagged: float = 0.0
    inside: float = 0.0


@quickly_pickled
@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Quote:
    """A sentence of a paper's text."""

    start: int
    end: int
    text: str


@quickly_pickled
@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """What one sentence of a paper says of a mentioned entity.

    `source` is the mention of the better thing of an improvement, None where it is the paper itself.
    """

    predicate: str
    target: Mention
    quote: Quote
    rule: str
    confidence: float
    source: Mention | None = None
    aspect: str | None = None
    value: str | None = None


@quickly_pickled
@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A numeric outcome claimed by a paper; `value` as written, `number` read from it."""

    metric: str
    value: str
    number: str
    unit: str
    quote: Quote
    start: int
    end: int
    rule: str
    confidence: float
    subject: Mention | None = None
    baseline: Mention | None = None
    dataset: Mention | None = None
    hardware: Mention | None = None


@quickly_pickled
@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """All that was found in one paper."""

    paper: Paper
    mentions: tuple[Mention, ...]
    relations: tuple[Relation, ...]
    results: tuple[Result, ...]


@quickly_pickled
@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A thing that papers speak of; `broader` are node ids."""

    id: str
    type: str
    label: str
    aliases: tuple[str, ...] = ()
    broader: tuple[str, ...] = ()
    definition: str | None = None


@quickly_pickled
@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Evidence:
    """Where a paper says it: the entity's words, the sentence around them, and what found them."""

    id: str
    paper: str
    start: int
    end: int
    surface: str
    quote: str
    rule: str
    aspect: str = ""
    value: str = ""


@quickly_pickled
@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """An edge of the graph with its confidence in [0, 1] and the evidence for it."""

    id: str
    subject: str
    predicate: str
    object: str
    confidence: float
    evidence: tuple[Evidence, ...]

    @property
    def edge(self) -> Edge:
        """Subject, predicate and object."""
        return self.subject, self.predicate, self.object


@quickly_pickled
@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A numeric result after resolution: `subject`, `baseline`, `dataset`, `hardware` are node ids."""

    id: str
    paper: str
    subject: str
    metric: str
    value: str
    number: str
    unit: str
    confidence: float
    evidence: Evidence
    baseline: str | None = None
    dataset: str | None = None
    hardware: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """Papers by node id, entities, claims and outcomes over all papers, each sorted by id."""

    papers: tuple[tuple[str, Paper], ...]
    entities: tuple[Entity, ...]
    claims: tuple[Claim, ...]
    outcomes: tuple[Outcome, ...]

    def evidence(self) -> Iterator[Evidence]:
        """Yield every piece of evidence once, sorted by id."""
        found = {e.id: e for c in self.claims for e in c.evidence}
        found.update((o.evidence.id, o.evidence) for o in self.outcomes)
        yield from (found[i] for i in sorted(found))

    def edges(self) -> Iterator[Edge]:
        """Yield subject, predicate and object of every claim, sorted."""
        yield from sorted(c.edge for c in self.claims)
