"""Roles: what a paper does with each thing it names, and of which type the thing is if no list knows it.

The role is decided for a thing from all its places in the paper. With the trained classifier it is read from the
measures of the thing (`kg.finders.things`); the classes are the four roles and "none", for what is no entity after
all. The type of what the vocabulary does not know is read from the same measures. Without the classifier, rules
decide: a name that the authors coin is introduced; what stands only beside words of comparison is compared with; what
is named only before the paper's own part begins, and not in its title, is mentioned; the rest is used.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from kg.cues import Cues
from kg.experience import Experience, read_experience, tell, write_experience
from kg.finders.clues import find_clues
from kg.finders.mentions import without_overlaps
from kg.finders.names import is_coined
from kg.finders.surroundings import Surroundings
from kg.finders.things import LEAST_ODDS, group_things, likelier, log_odds, measure_things, thing_key
from kg.finders.words import Words
from kg.perceptron import Doubles, Perceptron, read_perceptron, write_perceptron
from kg.records import ROLES, TYPES, Mention, Relation
from kg.tagger import Tagging
from kg.vocabulary import Vocabulary

CONFIDENCE = {"introduces": 0.9, "uses": 0.75, "comparesWith": 0.7, "mentions": 0.6}
COINED = ("title-name", "proposed-name", "called-name")
NONE = "none"
# in alphabetical order, as they are learned
CLASSES = tuple(sorted((*ROLES, NONE)))
# what the classifier takes for none with more than this is left out
DOUBT = 0.6
# a known concept with so many others right below it is common knowledge
COMMON = 3
COMMITTEE, TYPE_COMMITTEE, EXPERIENCE = "roles.npz", "types.npz", "experience.npz"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleModel:
    """What decides on roles, and on types: committees over the measures of a thing and what experience tells of it."""

    committee: Perceptron
    types: Perceptron
    experience: Experience


def read_roles(folder: Path) -> RoleModel:
    """Read what `write_roles` wrote to `folder`.

    Raises:
        OntologyError: a file is missing or broken.
    """
    return RoleModel(
        committee=read_perceptron(folder / COMMITTEE),
        types=read_perceptron(folder / TYPE_COMMITTEE),
        experience=read_experience(folder / EXPERIENCE),
    )


def write_roles(model: RoleModel, folder: Path) -> None:
    """Write `model` to `folder`, the inverse of `read_roles`."""
    write_perceptron(model.committee, folder / COMMITTEE)
    write_perceptron(model.types, folder / TYPE_COMMITTEE)
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
    if not mentions:
        return
    around, known, every = Surroundings(words, cues), model.experience, group_things(mentions)
    names, measures = list(every), measure_things(around, mentions, tagging, vocabulary)
    told = tell(known.table, find_clues(words, every, around.own, known.number, known.seen))
    likely = dict(zip(names, model.committee.probabilities(of_roles(measures, told)), strict=True))
    kept = [m for m in mentions if likely[thing_key(m)].get(NONE, 0.0) <= DOUBT and words.in_one_sentence(m)]
    chosen = without_overlaps(kept, lambda m: likelier(m, likely[thing_key(m)].get(NONE, 0.0)))
    things = group_things(chosen)
    new = [i for i, name in enumerate(names) if name in things and things[name][0].concept is None]
    types = model.types.probabilities(of_types(measures[new], told[new]))
    typed = dict(zip([names[i] for i in new], types, strict=True))
    for name, places in things.items():
        roles = {role: p for role, p in likely[name].items() if role != NONE}
        role = min(roles, key=lambda r: (-roles[r], r))
        kinds = typed.get(name) or _seen_types(words, places, tagging)
        kind = min(kinds, key=lambda k: (-kinds[k], k)) if name in typed else places[0].type
        reasons = _reasons(places, kinds[kind], role, roles[role])
        typed_places = tuple(m if m.type == kind else replace(m, type=kind) for m in places)
        yield Decision(role=role, places=typed_places, reasons=reasons)


def _seen_types(words: Words, places: Sequence[Mention], tagging: Tagging) -> dict[str, float]:
    """Return the share of each type in what the tagger sees in the best of `places`."""
    ends = [words.token_at(m.end - 1) + 1 for m in places]
    most = tagging.types.rows([words.token_at(m.start) for m in places], ends).max(axis=0)
    return dict(zip(TYPES, (most / (most.sum() + LEAST_ODDS)).tolist(), strict=True))


def of_roles(measures: Doubles, told: Doubles) -> Doubles:
    """Return what the committee of roles sees of things: their `measures`, and what is `told` of the roles."""
    return np.hstack([measures, told[:, :, : len(CLASSES)].reshape(len(told), -1)])


def of_types(measures: Doubles, told: Doubles) -> Doubles:
    """Return what the committee of types sees of things: their `measures`, and all that is `told`."""
    return np.hstack([measures, told.reshape(len(told), told.shape[1] * told.shape[2])])


def _reasons(places: Sequence[Mention], typed: float, role: str, probability: float) -> tuple[float, ...]:
    """Return what speaks for a thing, its type and its role being right.

    These are the log odds of the role and of the type, that the vocabulary knows the thing, which role it is, and how
    sure the tagger is of its best place; some of them together.
    """
    sure, of_type = log_odds(probability), log_odds(typed)
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
