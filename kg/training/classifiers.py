"""Training of the classifiers of roles and of improvements, and the scores of the whole by cross-validation.

The classifiers learn from what the tagger finds in papers that it was not trained on (stacking, after Wolpert,
"Stacked generalization", Neural Networks 1992), so that their probabilities hold for new papers.
"""

from __future__ import annotations

import math
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from kg.classifier import Classifier
from kg.evaluation import Evaluation, evaluate, name_keys
from kg.finders.clues import find_clues
from kg.finders.comparisons import IMPROVED, OTHER, find_candidates
from kg.finders.roles import CLASSES, NONE, RoleModel, decide_roles, decide_things, of_roles, of_types
from kg.finders.surroundings import Surroundings
from kg.finders.targets import RULES
from kg.finders.things import group_things, measure_things, thing_key
from kg.ontology import Ontology
from kg.perceptron import Doubles, Perceptron
from kg.pipeline import finish, kept_mentions
from kg.records import RELATIONS, Extraction, Mention, Relation
from kg.resolution import resolve
from kg.tagger import Tagging
from kg.text import paper_id
from kg.training.examples import Example
from kg.training.experience import Measured, learn_experience, numbers
from kg.training.fields import FURTHER

# how many rows one of the gold file counts for
GOLD_WEIGHT = 3
# the committee of roles
MEMBERS, HIDDEN_UNITS, DECAY, PASSES = 7, 64, 0.3, 12
# the committee of types
TYPE_MEMBERS, TYPE_UNITS = 3, 32
# the inverse of the regularisation of the classifier of improvements
STRENGTH = 0.05

Proposal = tuple[Example, tuple[Mention, ...], Tagging]
Row = tuple[frozenset[str], str]
Roles = tuple[Example, tuple[Relation, ...]]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """The papers of one part, tagged by weights trained on the others: for the classifiers, and to be scored."""

    learned: list[Proposal]
    scored: list[Proposal]


def cross_validate(folds: Sequence[Fold], ontology: Ontology) -> tuple[Evaluation, tuple[RoleModel, Classifier]]:
    """Return the scores of the gold papers by weights trained on the others, and classifiers trained on all.

    The classifiers are of roles and of improvements; the latter learns from the roles that the former gives to
    papers that it was not trained on. How often an edge is right, by its probability, is counted on the same papers.
    """
    cues, vocabulary = ontology.cues, ontology.vocabulary
    known: dict[str, int] = {}
    rows = [list(role_rows(fold.learned, ontology, known)) for fold in folds]
    apart = [train_roles(_without(rows, held), known) for held in range(len(folds))]
    improved = [
        [row for roles in _decided(fold.learned, classifier, ontology) for row in improvement_rows(roles, ontology)]
        for fold, classifier in zip(folds, apart, strict=True)
    ]
    trust = fit_trust([row for fold, c in zip(folds, apart, strict=True) for row in _trusted(fold.scored, c, ontology)])
    extractions = []
    gold = {}
    for held, (fold, classifier) in enumerate(zip(folds, apart, strict=True)):
        improvements = train_classifier(_without(improved, held))
        for example, roles in _decided(fold.scored, trusting(classifier, trust), ontology):
            extractions.append(finish(example.paper, example.words, roles, cues, improvements))
            gold[paper_id(example.paper.title)] = example.annotation
    of_improvements = [
        replace(e, relations=tuple(r for r in e.relations if r.predicate == RELATIONS[-1])) for e in extractions
    ]
    curve = fit_curve(evaluate(resolve(of_improvements, vocabulary), gold).edges)
    classifiers = (
        trusting(train_roles(_without(rows, None), known), trust),
        replace(train_classifier(_without(improved, None)), curve=curve),
    )
    curved = [_curved(extraction, classifiers[1]) for extraction in extractions]
    return evaluate(resolve(curved, vocabulary), gold), classifiers


def _curved(extraction: Extraction, improvements: Classifier) -> Extraction:
    """Return `extraction` with the confidence of improvements as the curve of the classifier gives it."""
    relations = tuple(
        replace(r, confidence=improvements.confidence(r.confidence)) if r.predicate == RELATIONS[-1] else r
        for r in extraction.relations
    )
    return replace(extraction, relations=relations)


def _trusted(
    proposals: Iterable[Proposal], classifier: RoleModel, ontology: Ontology
) -> Iterator[tuple[tuple[float, ...], bool]]:
    """Yield the reasons for each decision of `classifier`, and whether entity, type and role are right."""
    for example, mentions, tagging in proposals:
        left = dict(example.annotation.entities)
        for decision in decide_things(example.words, mentions, tagging, ontology.cues, ontology.vocabulary, classifier):
            first = decision.places[0]
            keys = name_keys([first.name, *(m.surface for m in decision.places)])
            name = next((n for n, known in left.items() if known.keys & keys), None)
            known = left.pop(name) if name is not None else None
            yield decision.reasons, known is not None and (known.type, known.role) == (first.type, decision.role)


def fit_trust(rows: Sequence[tuple[tuple[float, ...], bool]]) -> tuple[float, ...]:
    """Return the weights of the reasons, of which the second is a constant, by logistic regression."""
    from sklearn.linear_model import LogisticRegression

    if len({right for _, right in rows}) < 2:
        return (1.0,)
    fitted = LogisticRegression(fit_intercept=False, max_iter=1000).fit([r for r, _ in rows], [y for _, y in rows])
    return tuple(round(float(w), 4) for w in fitted.coef_[0])


def fit_curve(edges: Sequence[tuple[float, bool]]) -> tuple[float, float]:
    """Return slope and offset of the logistic curve from log odds to the share of `edges` that is right."""
    from sklearn.linear_model import LogisticRegression

    if len({right for _, right in edges}) < 2:
        return 1.0, 0.0
    odds = [[math.log(p / (1 - p))] for p in (min(max(p, 1e-6), 1 - 1e-6) for p, _ in edges)]
    fitted = LogisticRegression(C=1e6).fit(odds, [right for _, right in edges])
    return round(float(fitted.coef_[0, 0]), 4), round(float(fitted.intercept_[0]), 4)


def _without(parts: Sequence[Sequence[T]], held: int | None) -> list[T]:
    return [row for i, part in enumerate(parts) if i != held for row in part]


def _decided(proposals: Iterable[Proposal], classifier: RoleModel, ontology: Ontology) -> Iterator[Roles]:
    """Yield the roles in the papers of `proposals` by `classifier`."""
    for example, mentions, tagging in proposals:
        found = decide_roles(example.words, mentions, tagging, ontology.cues, ontology.vocabulary, classifier)
        yield example, found


def trusting(model: RoleModel, trust: tuple[float, ...]) -> RoleModel:
    """Return `model` with what speaks for a decision weighed as `trust` has it."""
    return replace(model, committee=replace(model.committee, trust=trust))


def train_roles(papers: Sequence[Measured], known: Mapping[str, int]) -> RoleModel:
    """Return what decides on roles fitted to `papers`, whose clues are numbered as `known`."""
    experience, told = learn_experience(papers, known, CLASSES)
    measures, more = np.vstack([p.measures for p in papers]), np.concatenate(told)
    roles = [role for paper in papers for role in paper.roles]
    further = [paper.further for paper in papers for _ in paper.roles]
    committee = train_perceptron(of_roles(measures, more), roles, further)
    # of all that is an entity, known ones too: they are examples of their types
    types = [kind for paper in papers for kind in paper.types]
    typed = [i for i, kind in enumerate(types) if kind]
    kinds = train_perceptron(
        of_types(measures[typed], more[typed]),
        [types[i] for i in typed],
        [further[i] for i in typed],
        members=TYPE_MEMBERS,
        units=TYPE_UNITS,
    )
    return RoleModel(committee=committee, types=kinds, experience=experience)


def train_perceptron(
    measures: Doubles,
    wanted: Sequence[str],
    further: Sequence[bool],
    *,
    members: int = MEMBERS,
    units: int = HIDDEN_UNITS,
) -> Perceptron:
    """Return a committee fitted to things with these `measures` and classes; those of the gold file count more."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    numbers = np.hstack([measures, np.array(further, dtype=np.float64)[:, None]])
    classes = np.array(wanted)
    mean, deviation = numbers.mean(axis=0), numbers.std(axis=0) + 1e-6
    repeated = np.repeat(np.arange(len(classes)), [1 if of_others else GOLD_WEIGHT for of_others in further])
    rows = ((numbers - mean) / deviation)[repeated]
    fitted = []
    for seed in range(members):
        member = MLPClassifier(
            (units,), alpha=DECAY, batch_size=min(256, len(rows)), max_iter=PASSES, random_state=seed
        )
        with warnings.catch_warnings():
            # the passes are few on purpose
            warnings.simplefilter("ignore", ConvergenceWarning)
            fitted.append(member.fit(rows, classes[repeated]))
    inner = np.array([m.coefs_[0] for m in fitted])
    # papers to come are like those of the gold file: what their mark adds is a constant
    mark = inner[:, -1] * (0 - mean[-1]) / deviation[-1]
    return Perceptron(
        classes=tuple(map(str, fitted[0].classes_)),
        mean=mean[:-1],
        deviation=deviation[:-1],
        inner=inner[:, :-1],
        inner_bias=np.array([m.intercepts_[0] for m in fitted]) + mark,
        outer=np.array([m.coefs_[1] for m in fitted]),
        outer_bias=np.array([m.intercepts_[1] for m in fitted]),
    )


def train_classifier(rows: Sequence[Row]) -> Classifier:
    """Return a classifier fitted to `rows`, features that occur thrice and more; rows of the gold file count more."""
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression

    counts = Counter(f for features, _ in rows for f in features)
    vectorizer = DictVectorizer()
    matrix = vectorizer.fit_transform([{f: 1 for f in sorted(features) if counts[f] >= 3} for features, _ in rows])
    shares = [1 if FURTHER in features else GOLD_WEIGHT for features, _ in rows]
    fitted = LogisticRegression(C=STRENGTH, max_iter=2000).fit(matrix, [role for _, role in rows], shares)
    # of two classes, scikit-learn weighs the second against the first
    sides = [[-0.5], [0.5]] if len(fitted.classes_) == 2 else [[1.0]] * len(fitted.classes_)
    table = (fitted.coef_ * sides).T
    weights = {
        feature: [round(float(w), 3) for w in row]
        for feature, row in zip(vectorizer.feature_names_, table, strict=True)
    }
    weights[""] = [round(float(w), 3) for w in fitted.intercept_ * [s for (s,) in sides]]
    return Classifier(classes=tuple(str(c) for c in fitted.classes_), weights=weights)


def role_rows(proposals: Iterable[Proposal], ontology: Ontology, known: dict[str, int]) -> Iterator[Measured]:
    """Yield the measures of the things among the mentions of each paper with their annotated roles, or none.

    Clues that are not `known` by number yet are numbered there.
    """
    seen: dict[tuple[str, str], tuple[int, ...]] = {}
    for example, mentions, tagging in proposals:
        if not mentions:
            continue
        left = dict(example.annotation.entities)
        around, things = Surroundings(example.words, ontology.cues), group_things(mentions)
        found: dict[str, tuple[str, str]] = {}
        for thing in sorted(things, key=lambda t: (-max(m.tagged for m in things[t]), t)):
            keys = name_keys([things[thing][0].name, *(m.surface for m in things[thing])])
            name = next((n for n, wanted in left.items() if wanted.keys & keys), None)
            known_as = left.pop(name) if name is not None else None
            found[thing] = (known_as.role, known_as.type) if known_as else (NONE, "")
        yield Measured(
            paper=paper_id(example.paper.title),
            measures=measure_things(around, mentions, tagging, ontology.vocabulary),
            roles=tuple(found[thing][0] for thing in things),
            types=tuple(found[thing][1] for thing in things),
            further=example.further,
            clues=find_clues(example.words, things, around.own, numbers(known), seen),
        )


def improvement_rows(decided: Roles, ontology: Ontology) -> Iterator[Row]:
    """Yield the features of each candidate of an improvement and whether the paper is annotated with it.

    Of the sentences that name an annotated target, those count in which a rule sees it too, if there are any.
    """
    example, roles = decided
    places = [r.target for r in roles]
    targets = [example.annotation.entities[name].keys for name in example.annotation.improves]
    improved = {
        name
        for name, mentions in group_things(places).items()
        if any(keys & name_keys([mentions[0].name, *(m.surface for m in mentions)]) for keys in targets)
    }
    candidates = list(find_candidates(example.words, kept_mentions(roles), roles, ontology.cues))
    ruled = {thing_key(c.target) for c in candidates if c.rule in RULES}
    for candidate in candidates:
        name = thing_key(candidate.target)
        features = candidate.features | ({FURTHER} if example.further else set())
        if name not in improved:
            yield features, OTHER
        elif name not in ruled or candidate.rule in RULES:
            yield features, IMPROVED
