"""Roles: what a paper does with each thing it names.

The role is decided for a thing from all its places in the paper. With the trained classifier it is read from the
measures of the thing (`kg.finders.things`); the classes are the four roles and "none", for what is no entity after
all. Without it, rules decide: a name that the authors
coin is introduced; what stands only beside words of comparison is compared with; what is named only before
the paper's own part begins, and not in its title, is mentioned; the rest is used.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from kg.cues import Cues
from kg.experience import Experience, read_experience, tell, write_experience
from kg.finders.clues import find_clues
from kg.finders.mentions import without_overlaps
from kg.finders.names import is_coined
from kg.finders.surroundings import Surroundings, own_start
from kg.finders.things import LEAST_ODDS, group_things, likelier, log_odds, measure_things, thing_key
from kg.finders.words import Words
from kg.perceptron import Perceptron, read_perceptron, write_perceptron
from kg.records import TYPES, Mention, Relation
from kg.tagger import Tagging
from kg.vocabulary import Vocabulary

CONFIDENCE = {"introduces": 0.9, "uses": 0.75, "comparesWith": 0.7, "mentions": 0.6}
COINED = ("title-name", "proposed-name", "called-name")
NONE = "none"
# what the classifier takes for none with more than this is left out
DOUBT = 0.6
RULED = 0.2
# a known concept with so many others right below it is common knowledge
COMMON = 3
COMMITTEE, EXPERIENCE = "roles.npz", "experience.npz"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleModel:
    """What decides on roles: a committee over the measures of a thing and over what the experience tells of it."""

    committee: Perceptron
    experience: Experience


def read_roles(folder: Path) -> RoleModel:
    """Read what `write_roles` wrote to `folder`.

    Raises:
        OntologyError: a file is missing or broken.
    """
    return RoleModel(committee=read_perceptron(folder / COMMITTEE), experience=read_experience(folder / EXPERIENCE))


def write_roles(model: RoleModel, folder: Path) -> None:
    """Write `model` to `folder`, the inverse of `read_roles`."""
    write_perceptron(model.committee, folder / COMMITTEE)
    write_experience(model.experience, folder / EXPERIENCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The role of a thing with its places, and the reasons to trust it (see `_reasons`)."""

    role: str
    places: tuple[Mention, ...]
    reasons: tuple[float, ...]


def decide_roles(
    words: Words,
    mentions: Sequence[Mention],
    tagging: Tagging,
    cues: Cues,
    vocabulary: Vocabulary,
    model: RoleModel,
) -> tuple[Relation, ...]:
    """Return the roles of the things among `mentions`, which may overlap, that the classifier takes for entities."""
    return tuple(
        Relation(
            predicate=decision.role,
            target=mention,
            quote=words.sentence_at(mention.start),
            rule=f"{mention.rule}/classifier",
            confidence=model.committee.confidence(decision.reasons),
        )
        for decision in decide_things(words, mentions, tagging, cues, vocabulary, model)
        for mention in decision.places
    )


def decide_things(
    words: Words,
    mentions: Sequence[Mention],
    tagging: Tagging,
    cues: Cues,
    vocabulary: Vocabulary,
    model: RoleModel,
) -> Iterator[Decision]:
    """Yield the decision on each thing among `mentions` that the classifier takes for an entity.

    Where two things claim the same words, the more probable one has them.
    """
    measured = measure_things(words, mentions, tagging, cues, vocabulary)
    known, own = model.experience, own_start(words, cues)
    told = tell(known.table, find_clues(words, group_things(mentions), own, known.number, known.seen))
    rows = [np.concatenate(row) for row in zip(measured.values(), told, strict=True)]
    likely = dict(zip(measured, model.committee.probabilities(rows), strict=True))
    kept = [m for m in mentions if likely[thing_key(m)].get(NONE, 0.0) <= DOUBT and words.in_one_sentence(m)]
    chosen = without_overlaps(kept, lambda m: likelier(m, likely[thing_key(m)].get(NONE, 0.0)))
    for name, places in group_things(chosen).items():
        roles = {role: p for role, p in likely[name].items() if role != NONE}
        role = min(roles, key=lambda r: (-roles[r], r))
        ends = [words.token_at(m.end - 1) + 1 for m in places]
        rows = tagging.types.rows([words.token_at(m.start) for m in places], ends).tolist()
        typed = tuple(_typed(places, rows))
        yield Decision(role=role, places=typed, reasons=_reasons(typed, rows, role, roles[role]))


def _typed(places: Sequence[Mention], rows: Sequence[Sequence[float]]) -> Sequence[Mention]:
    """Return the `places` of a thing with the type that the tagger sees in all of them together.

    `rows` are the probabilities of each place by type. A concept has its type from the vocabulary; what a rule says of
    a new name counts for `RULED` of the tagger's word.
    """
    first = places[0]
    if first.concept is not None:
        return places
    sums = dict(zip(TYPES, map(math.fsum, zip(*rows, strict=True)), strict=True))
    sums[first.type] += RULED * sum(sums.values())
    kind = max(TYPES, key=lambda t: (sums[t], t == first.type))
    return places if kind == first.type else [replace(m, type=kind) for m in places]


def _reasons(
    places: Sequence[Mention], rows: Sequence[Sequence[float]], role: str, probability: float
) -> tuple[float, ...]:
    """Return what speaks for a thing, its type and its role being right.

    These are the log odds of the role and of the type, that the vocabulary knows the thing, which role it is, and how
    sure the tagger is of its best place; some of them together.
    """
    types = [max(column) for column in zip(*rows, strict=True)]
    sure = log_odds(probability)
    of_type = log_odds(types[TYPES.index(places[0].type)] / (sum(types) + LEAST_ODDS))
    known, used = float(places[0].concept is not None), float(role == "uses")
    return (
        sure, 1.0, of_type, sure * of_type, known, known * sure, float(role == "introduces"), used, used * sure,
        log_odds(max(m.tagged for m in places)),
    )  # fmt: skip


def find_roles(words: Words, mentions: Sequence[Mention], cues: Cues, vocabulary: Vocabulary) -> tuple[Relation, ...]:
    """Return one relation for every mention, by rules alone: the role of its thing, with that sentence."""
    around = Surroundings(words, cues)
    found: list[Relation] = []
    for places in group_things([m for m in mentions if words.in_one_sentence(m)]).values():
        role, rule = _role(around, places, vocabulary)
        confidence = CONFIDENCE[role] * max(m.confidence for m in places)
        found += (
            Relation(
                predicate=role,
                target=m,
                quote=words.sentence_at(m.start),
                rule=f"{m.rule}/{rule}",
                confidence=round(confidence, 4),
            )
            for m in places
        )
    return tuple(found)


def _may_be_new(places: Sequence[Mention], vocabulary: Vocabulary) -> bool:
    """Tell whether the paper may introduce the thing: what is common knowledge, only as a proper name in its title."""
    concept = places[0].concept
    if concept is None or vocabulary.narrower.get(concept, 0) < COMMON:
        return True
    proper = not vocabulary.concepts[concept].label.islower()
    return any(m.rule == "title-name" and (proper or is_coined(m.surface)) for m in places)


def _role(around: Surroundings, places: Sequence[Mention], vocabulary: Vocabulary) -> tuple[str, str]:
    if any(m.rule in COINED for m in places) and _may_be_new(places, vocabulary):
        return "introduces", "coined"
    if any(around.is_proposed(m) for m in places if m.rule == "expansion"):
        return "introduces", "proposed"
    if all(around.is_compared(m) for m in places):
        return "comparesWith", "compared"
    if all(around.words.title_end < m.start < around.own for m in places):
        return "mentions", "background"
    return "uses", "own-part"
