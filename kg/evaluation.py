"""Evaluation against annotated papers, as ``corpus/gold/`` holds them.

A link is a pair of a paper and an entity. A predicted entity matches an annotated one when a surface or
its label, normalised, equals a mention or the name of the annotated one; each is matched once, with an
equal type first. On the links found:

- ``linking``: the links; ``typed``: those with the right type; ``typed+role``: with the right role too;
- ``type X``, ``role X``: links of one type, of one role;
- ``improvesOn``: pairs of a paper and what it improves on; an annotated pair whose target is only named
  generically is no miss;
- ``results``: the figures of numeric results; ``results+metric``: those whose metric
  shares a word with the annotated one;
- ``resolution``: pairs of links to one annotated name, against pairs of links to one node.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from kg.errors import InputError
from kg.facts import in_memory
from kg.markup import readable
from kg.records import ROLES, TYPES, Paper, Resolution
from kg.text import paper_id

BANDS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.01)
ROLE = {"introduces": "introduces", "uses": "uses", "compares": "comparesWith", "mentions": "mentions"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An entity of one paper, annotated or predicted: `keys` are its normalised names."""

    label: str
    type: str
    role: str
    keys: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """What a paper says: its entities by id, improvement targets by id, results as (value, metric).

    `confidences` are those of predicted edges, by relation (``role`` or ``improvesOn``) and id.
    """

    title: str
    entities: Mapping[str, Known]
    improves: Mapping[str, bool]
    results: tuple[tuple[str, str], ...]
    confidences: Mapping[tuple[str, str], float] = field(default_factory=dict)


@dataclass(slots=True)
class Count:
    """How many were right, wrong and missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def figures(self) -> dict[str, float | int]:
        """Return precision, recall and F1, 0 where undefined, with the counts."""
        precision = self.right / (self.right + self.wrong) if self.right + self.wrong else 0.0
        recall = self.right / (self.right + self.missed) if self.right + self.missed else 0.0
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        return {
            "precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4),
            "right": self.right, "wrong": self.wrong, "missed": self.missed,
        }  # fmt: skip


@dataclass(slots=True)
class Evaluation:
    """The counts by what is measured, the edges as (confidence, right), and the errors as lines of text.

    What is `unscored` has no figures.
    """

    counts: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    edges: list[tuple[float, bool]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    unscored: tuple[str, ...] = ()

    def reliability(self) -> list[tuple[float, float, int, float]]:
        """Return for each band of confidence its bounds, the number of edges and the share that is right."""
        table = []
        for low, high in pairwise(BANDS):
            band = [right for confidence, right in self.edges if low <= confidence < high]
            table.append((low, min(high, 1.0), len(band), sum(band) / len(band) if band else 0.0))
        return table

    def figures(self) -> dict[str, dict[str, float | int]]:
        """Return the figures by name, the general ones first."""
        first = ["linking", "typed", "typed+role", *(f"type {t}" for t in TYPES), *(f"role {r}" for r in ROLES)]
        order = [*first, "improvesOn", "results", "results+metric", "resolution"]
        return {name: self.counts[name].figures() for name in order if name not in self.unscored}


def normalised(name: str) -> str:
    """Return `name` as the comparison sees it: lower case, no hyphens, no plural s, no articles.

    >>> normalised("the Low-Rank Adapters")
    'low rank adapter'
    """
    lowered = re.sub(r"[-_/–]", " ", name.lower().replace("’", "'"))
    lowered = re.sub(r"[^\w\s.+*']", " ", lowered)
    words = (re.sub(r"(?<=[a-z]{3})(?<!s)s$", "", w.strip(".'")) for w in lowered.split())
    return " ".join(w for w in words if w and w not in ("the", "a", "an"))


def name_keys(names: Iterable[str]) -> frozenset[str]:
    """Return the normalised `names`, with and without what they hold in brackets."""
    both = (form for name in names for form in (name, re.sub(r"\s*\([^)]*\)", "", name)))
    return frozenset(k for k in map(normalised, both) if k)


def value_key(value: str) -> str:
    """Return the figure alone: ``79.46\\%`` and ``79.46 %`` are one, ``2.2x`` and ``2.2 times`` too."""
    return re.sub(r"(times|x|×)$", "", re.sub(r"[\\\s%,$~+]", "", value.lower()))


def read_gold(path: Path) -> tuple[tuple[Paper, Annotation], ...]:
    """Return the annotated papers of a JSON lines file.

    Raises:
        InputError: the file or a row of it is no annotation; the message names the row.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as e:
        raise InputError(f"{path}: cannot be read: {e}") from e
    found = []
    for row, line in enumerate(lines, 1):
        if line.strip():
            try:
                found.append(annotated(json.loads(line)))
            except (ValueError, KeyError, TypeError, AttributeError) as e:
                raise InputError(
                    f"{path}:{row}: no annotated paper ({e!r}); see corpus/gold/train.jsonl for the form"
                ) from e
    if not found:
        raise InputError(f"{path}: the file is empty; expected annotated papers, one JSON object a line")
    return tuple(found)


def evaluate_file(path: Path, *, text: Path | None = None, model: bool = True) -> Evaluation:
    """Extract from the papers of the annotated file `path` and score what was found.

    With `text`, a file of papers, `path` holds annotations apart from their texts (`kg.detached`), which are
    sought there; numeric results and canonical names, which these have not, are not scored.

    Raises:
        InputError: a file cannot be read, or no text is found.
    """
    from kg.pipeline import resolve_papers

    gold = read_gold(path) if text is None else _attached(path, text)
    facts = resolve_papers([paper for paper, _ in gold], model=model)
    evaluation = evaluate(in_memory(facts), {paper_id(p.title): a for p, a in gold})
    if text is not None:
        evaluation.unscored = ("results", "results+metric", "resolution")
    return evaluation


def _attached(path: Path, text: Path) -> tuple[tuple[Paper, Annotation], ...]:
    from kg.detached import attach_rows, read_rows, read_written

    rows = read_rows(path)
    if any("text" not in row for row in rows):
        raise InputError(f"{path}: its annotations have their texts with them; leave out --text")
    try:
        found = tuple(annotated(row) for row in attach_rows(rows, read_written(text)))
    except OSError as e:
        raise InputError(f"{text}: cannot be read: {e.strerror or e}") from e
    if not found:
        raise InputError(f"{text}: holds none of the {len(rows)} texts that {path} annotates")
    return found


def evaluate(resolution: Resolution, gold: Mapping[str, Annotation]) -> Evaluation:
    """Score `resolution` against the annotations `gold`, by the node ids of their papers."""
    evaluation = Evaluation()
    predicted = predictions(resolution)
    linked: list[tuple[str, str]] = []
    nothing = Annotation(title="", entities={}, improves={}, results=())
    for paper, annotation in sorted(gold.items()):
        linked += _score_paper(annotation, predicted.get(paper, nothing), evaluation)
    both, by_name, by_node = (_pairs(x) for x in (linked, [n for n, _ in linked], [i for _, i in linked]))
    evaluation.counts["resolution"] = Count(both, by_node - both, by_name - both)
    return evaluation


def predictions(resolution: Resolution) -> dict[str, Annotation]:
    """Return what `resolution` says of each paper in the form of an annotation."""
    entities = {e.id: e for e in resolution.entities}
    papers = dict(resolution.papers)
    found: dict[str, dict[str, Known]] = {paper: {} for paper in papers}
    improves: dict[str, dict[str, bool]] = {paper: {} for paper in papers}
    results: dict[str, list[tuple[str, str]]] = {paper: [] for paper in papers}
    confidences: dict[str, dict[tuple[str, str], float]] = {paper: {} for paper in papers}
    for claim in resolution.claims:
        entity = entities[claim.object]
        for paper in sorted({e.paper for e in claim.evidence}):
            before = found[paper].get(entity.id)
            surfaces = [entity.label, *(e.surface for e in claim.evidence if e.paper == paper)]
            keys = name_keys(surfaces) | (before.keys if before else frozenset())
            roles = [r for r in (claim.predicate, before.role if before else "mentions") if r in ROLES]
            role = min(roles, key=ROLES.index)
            found[paper][entity.id] = Known(label=entity.label, type=entity.type, role=role, keys=keys)
            if claim.predicate == "improvesOn":
                improves[paper][entity.id] = False
            edge = ("improvesOn" if claim.predicate == "improvesOn" else "role", entity.id)
            confidences[paper][edge] = max(claim.confidence, confidences[paper].get(edge, 0.0))
    for outcome in resolution.outcomes:
        results[outcome.paper].append((value_key(outcome.value), outcome.metric))
    return {
        node: Annotation(
            title=paper.title,
            entities=found[node],
            improves=improves[node],
            results=tuple(sorted(results[node])),
            confidences=confidences[node],
        )
        for node, paper in papers.items()
    }


def annotated(row: Mapping[str, Any]) -> tuple[Paper, Annotation]:
    """Return the paper of an annotated `row`, in the form of ``corpus/gold/``, and what it says of it.

    Texts are annotated as they were written, and read here as the readers read them.
    """
    for e in row["entities"]:
        if e["type"] not in TYPES or not isinstance(e["mentions"], list):
            raise ValueError(f"entity {e['name']!r}: type {e['type']!r}, mentions {e['mentions']!r}")
    entities = {
        e["name"]: Known(
            label=e["name"],
            type=e["type"],
            role=ROLE[e["role"]],
            keys=name_keys([e["name"], *map(readable, e["mentions"])]),
        )
        for e in row["entities"]
    }
    improves: dict[str, bool] = {}
    for i in row["improves_on"]:
        improves[i["target"]] = bool(i.get("generic"))
    results = tuple((value_key(r["value"]), str(r["metric"])) for r in row["results"] if r.get("value"))
    paper = Paper(title=readable(row["title"]), abstract=readable(row["abstract"]))
    return paper, Annotation(title=paper.title, entities=entities, improves=improves, results=results)


def _score_paper(gold: Annotation, found: Annotation, evaluation: Evaluation) -> list[tuple[str, str]]:
    """Count one paper; return its links as pairs of annotated name and node id."""
    counts = evaluation.counts
    matched: dict[str, str] = {}
    for name, wanted in gold.entities.items():
        fitting = [i for i, known in found.entities.items() if i not in matched and known.keys & wanted.keys]
        if not fitting:
            for measure in ("linking", "typed", "typed+role", f"type {wanted.type}", f"role {wanted.role}"):
                counts[measure].missed += 1
            evaluation.errors.append(f"missed | {gold.title[:50]} | {wanted.type} | {wanted.role} | {name}")
            continue
        node = min(fitting, key=lambda i: (found.entities[i].type != wanted.type, i))
        matched[node] = name
        known = found.entities[node]
        counts["linking"].right += 1
        same_type, same_role = known.type == wanted.type, known.role == wanted.role
        _agree(counts, "typed", same_type)
        _agree(counts, "typed+role", same_type and same_role)
        _differ(counts, "type", wanted.type, known.type)
        _differ(counts, "role", wanted.role, known.role)
        if not same_type:
            evaluation.errors.append(f"type | {gold.title[:50]} | {wanted.type} | not {known.type} | {name}")
        if not same_role:
            evaluation.errors.append(f"role | {gold.title[:50]} | {wanted.role} | not {known.role} | {name}")
    for node, known in found.entities.items():
        if node not in matched:
            for measure in ("linking", "typed", "typed+role", f"type {known.type}", f"role {known.role}"):
                counts[measure].wrong += 1
            evaluation.errors.append(f"wrong | {gold.title[:50]} | {known.type} | {known.role} | {known.label}")
    for (relation, node), confidence in sorted(found.confidences.items()):
        name = matched.get(node, "")
        right = relation == "improvesOn" and name in gold.improves
        if relation == "role" and name in gold.entities:
            edge, annotated = found.entities[node], gold.entities[name]
            right = (edge.type, edge.role) == (annotated.type, annotated.role)
        evaluation.edges.append((confidence, right))
    _score_improvements(gold, {matched.get(i, f"? {i}") for i in found.improves}, evaluation)
    _score_results(gold, found, counts)
    return [(name, node) for node, name in matched.items()]


def _agree(counts: dict[str, Count], measure: str, right: bool) -> None:
    counts[measure].right += right
    counts[measure].wrong += not right
    counts[measure].missed += not right


def _differ(counts: dict[str, Count], measure: str, wanted: str, known: str) -> None:
    if wanted == known:
        counts[f"{measure} {wanted}"].right += 1
    else:
        counts[f"{measure} {wanted}"].missed += 1
        counts[f"{measure} {known}"].wrong += 1


def _score_improvements(gold: Annotation, found: set[str], evaluation: Evaluation) -> None:
    count = evaluation.counts["improvesOn"]
    for target, generic in gold.improves.items():
        if target in found:
            count.right += 1
        elif not generic:
            count.missed += 1
            evaluation.errors.append(f"missed | {gold.title[:50]} | improvesOn | | {target}")
    for target in sorted(found - set(gold.improves)):
        count.wrong += 1
        evaluation.errors.append(f"wrong | {gold.title[:50]} | improvesOn | | {target}")


def _score_results(gold: Annotation, found: Annotation, counts: dict[str, Count]) -> None:
    for measure, words in (("results", lambda _: True), ("results+metric", _same_metric)):
        left = list(found.results)
        for value, metric in gold.results:
            hit = next((r for r in left if r[0] == value and words((r[1], metric))), None)
            if hit:
                left.remove(hit)
                counts[measure].right += 1
            else:
                counts[measure].missed += 1
        counts[measure].wrong += len(left)


def _same_metric(metrics: tuple[str, str]) -> bool:
    first, second = (set(normalised(m).split()) for m in metrics)
    return bool(first & second)


def _pairs(things: Iterable[object]) -> int:
    return sum(n * (n - 1) // 2 for n in Counter(things).values())
