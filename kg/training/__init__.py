"""Training of the statistical part: the tagger and the classifier of roles, from annotated papers.

The classifier learns from what the tagger finds in papers that it was not trained on (`FOLDS`-fold stacking, after
Wolpert, "Stacked generalization", Neural Networks 1992), so that its probabilities hold for new papers. The scores
of the whole come from the same folds.

Training needs scikit-learn, scipy, CRFsuite and PyTorch (``pip install mlkg[train]``).
"""

from __future__ import annotations

import importlib.util
import math
import multiprocessing
import os
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from kg.classifier import Classifier, write_classifier
from kg.errors import KGError
from kg.evaluation import Evaluation, evaluate, name_keys
from kg.finders.improvements import CONFIDENCE, IMPROVED, OTHER, find_candidates
from kg.finders.mentions import propose_mentions
from kg.finders.roles import NONE, decide_roles, describe_things, group_things, thing_key
from kg.ontology import Ontology, ontology_folder, read_ontology
from kg.pipeline import finish, kept_mentions
from kg.readers import read_papers
from kg.records import RELATIONS, Extraction, Mention, Paper, Relation
from kg.resolution import resolve
from kg.tagger import IMPROVEMENTS, ROLES, WEIGHTS, Tagger, Tagging, tag, write_tagger
from kg.text import paper_id
from kg.tokens import describe
from kg.training.examples import Example, attach_rows, hide, read_examples, read_rows
from kg.training.fields import FURTHER, train_tagger
from kg.vectors import Vectors, read_vectors

FOLDS = 3
# the share of concepts hidden from papers of the gold file, where the classifier learns and is scored
HIDDEN_LATER = 0.3
SEEDS = (3, 4)
# the inverse of the regularisation of the classifiers, and how many rows one of the gold file counts for
ROLE_STRENGTH, STRENGTH = 0.02, 0.05
GOLD_WEIGHT = 3
TOLD = 9
NEEDED = ("sklearn", "scipy", "pycrfsuite", "torch")

Proposal = tuple[Example, tuple[Mention, ...], Tagging]
Row = tuple[frozenset[str], str]
Roles = tuple[Example, tuple[Relation, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """The papers of one part, tagged by weights trained on the others: for the classifier, and to be scored."""

    learned: list[Proposal]
    scored: list[Proposal]


def train(
    gold: Path,
    output: Path = WEIGHTS,
    *,
    further: Path | None = None,
    text: Path | None = None,
    tell: Callable[[str], None] = print,
) -> Evaluation:
    """Train on the annotated papers `gold`, write the weights to `output` and return the cross-validated scores.

    `further` are annotations apart from their texts, which are sought in `text`, a file of papers; with `text`, the
    word vectors are learned anew from it.

    Raises:
        InputError: a file cannot be read.
        OutputError: `output` cannot be written.
    """
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise KGError(f"training needs {', '.join(missing)}; install what is missing with: pip install 'mlkg[train]'")
    papers = read_papers([text]).papers if text else ()
    vectors = _vectors(papers, tell)
    ontology = read_ontology(ontology_folder())
    examples = read_examples(read_rows(gold))
    if further:
        rows = read_rows(further)
        found = list(attach_rows(rows, papers))
        tell(f"{len(found):,} of {len(rows):,} further annotated papers have their text")
        examples += read_examples(found, further=True)
    folds, tagger = train_folds(examples, ontology, vectors, tell)
    evaluation, classifiers = cross_validate(folds, ontology)
    write_tagger(tagger, output)
    for name, classifier in zip((ROLES, IMPROVEMENTS), classifiers, strict=True):
        write_classifier(classifier, output / name)
    return evaluation


def _vectors(papers: Sequence[Paper], tell: Callable[[str], None]) -> Vectors:
    if not papers:
        return read_vectors(WEIGHTS)
    from kg.training.vectors import learn_vectors

    tell(f"learning word vectors from {len(papers):,} papers")
    return learn_vectors(papers)


def train_folds(
    examples: Sequence[Example], ontology: Ontology, vectors: Vectors, tell: Callable[[str], None]
) -> tuple[list[Fold], Tagger]:
    """Return each part of `examples` tagged by weights trained on the others, and a tagger trained on all."""
    parts = [[e for i, e in enumerate(examples) if i % FOLDS == fold] for fold in range(FOLDS)]
    jobs = [([e for part in parts if part is not held for e in part], held) for held in parts]
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(os.cpu_count() or 1, mp_context=context) as pool:
        whole = pool.submit(_train, examples, ontology, vectors, None)
        folds = [pool.submit(_train_fold, rest, held, ontology, vectors) for rest, held in jobs]
        for i, fold in enumerate(folds, 1):
            fold.result()
            tell(f"trained without part {i} of {FOLDS}")
        return [fold.result() for fold in folds], whole.result()


def _train(
    examples: Sequence[Example], ontology: Ontology, vectors: Vectors, tell: Callable[[str], None] | None
) -> Tagger:
    import torch

    # sums in an order of their own, whatever the machine
    torch.set_num_threads(1)
    return train_tagger(examples, ontology.cues, vectors, tell or (lambda _: None))


def _train_fold(rest: Sequence[Example], held: Sequence[Example], ontology: Ontology, vectors: Vectors) -> Fold:
    tagger = _train(rest, ontology, vectors, None)
    gold = [e for e in held if not e.further]
    more = [e for e in held if e.further]
    learned = [p for seed in SEEDS for p in propose(gold, tagger, ontology, seed)]
    return Fold(
        learned=learned + list(propose(more, tagger, ontology, SEEDS[0])),
        scored=list(propose(gold, tagger, ontology, TOLD)),
    )


def propose(examples: Sequence[Example], tagger: Tagger, ontology: Ontology, seed: int) -> Iterator[Proposal]:
    """Yield the likely mentions in each of `examples`, by rules that miss a share of the concepts."""
    chance = random.Random(seed)
    seen = [hide(e, chance, 0.0 if e.further else HIDDEN_LATER) for e in examples]
    described = [
        describe(e.words, *found, e.abbreviations, ontology.cues) for e, found in zip(examples, seen, strict=True)
    ]
    for example, (found, _), tagging in zip(examples, seen, tag(tagger, described), strict=True):
        mentions = propose_mentions(example.words, found, example.abbreviations, tagging, ontology.vocabulary)
        yield example, mentions, tagging


def cross_validate(folds: Sequence[Fold], ontology: Ontology) -> tuple[Evaluation, tuple[Classifier, Classifier]]:
    """Return the scores of the gold papers by weights trained on the others, and classifiers trained on all.

    The classifiers are of roles and of improvements; the latter learns from the roles that the former gives to
    papers that it was not trained on. How often an edge is right, by its probability, is counted on the same papers.
    """
    cues, vocabulary = ontology.cues, ontology.vocabulary
    rows = [list(_role_rows(fold.learned, ontology)) for fold in folds]
    apart = [train_classifier(_without(rows, held), ROLE_STRENGTH) for held in range(len(folds))]
    improved = [
        [row for roles in _decided(fold.learned, classifier, ontology) for row in _improvement_rows(roles, ontology)]
        for fold, classifier in zip(folds, apart, strict=True)
    ]
    extractions = []
    gold = {}
    for held, (fold, classifier) in enumerate(zip(folds, apart, strict=True)):
        improvements = train_classifier(_without(improved, held))
        for example, roles in _decided(fold.scored, classifier, ontology):
            extractions.append(finish(example.paper, example.words, roles, cues, improvements))
            gold[paper_id(example.paper.title)] = example.annotation
    classifiers = []
    for parts, kinds, strength in ((rows, RELATIONS[:-1], ROLE_STRENGTH), (improved, RELATIONS[-1:], STRENGTH)):
        of_kinds = [replace(e, relations=tuple(r for r in e.relations if r.predicate in kinds)) for e in extractions]
        curve = fit_curve(evaluate(resolve(of_kinds, vocabulary), gold).edges)
        classifiers.append(replace(train_classifier(_without(parts, None), strength), curve=curve))
    curved = [_curved(extraction, classifiers) for extraction in extractions]
    return evaluate(resolve(curved, vocabulary), gold), (classifiers[0], classifiers[1])


def _curved(extraction: Extraction, classifiers: Sequence[Classifier]) -> Extraction:
    """Return `extraction` with the confidence that the curves of the classifiers give for the probabilities in it."""
    relations = tuple(
        replace(r, confidence=classifiers[r.predicate == RELATIONS[-1]].confidence(r.confidence))
        for r in extraction.relations
    )
    return replace(extraction, relations=relations)


def fit_curve(edges: Sequence[tuple[float, bool]]) -> tuple[float, float]:
    """Return slope and offset of the logistic curve from log odds to the share of `edges` that is right."""
    from sklearn.linear_model import LogisticRegression

    if len({right for _, right in edges}) < 2:
        return 1.0, 0.0
    odds = [[math.log(p / (1 - p))] for p in (min(max(p, 1e-6), 1 - 1e-6) for p, _ in edges)]
    fitted = LogisticRegression(C=1e6).fit(odds, [right for _, right in edges])
    return round(float(fitted.coef_[0, 0]), 4), round(float(fitted.intercept_[0]), 4)


def _without(parts: Sequence[Sequence[Row]], held: int | None) -> list[Row]:
    return [row for i, part in enumerate(parts) if i != held for row in part]


def _decided(proposals: Iterable[Proposal], classifier: Classifier, ontology: Ontology) -> Iterator[Roles]:
    """Yield the roles in the papers of `proposals` by `classifier`."""
    for example, mentions, tagging in proposals:
        found = decide_roles(example.words, mentions, tagging, ontology.cues, ontology.vocabulary, classifier)
        yield example, found


def train_classifier(rows: Sequence[Row], strength: float = STRENGTH) -> Classifier:
    """Return a classifier fitted to `rows`, features that occur thrice and more; rows of the gold file count more.

    `strength` is the inverse of the regularisation.
    """
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression

    counts = Counter(f for features, _ in rows for f in features)
    vectorizer = DictVectorizer()
    matrix = vectorizer.fit_transform([{f: 1 for f in sorted(features) if counts[f] >= 3} for features, _ in rows])
    shares = [1 if FURTHER in features else GOLD_WEIGHT for features, _ in rows]
    fitted = LogisticRegression(C=strength, max_iter=2000).fit(matrix, [role for _, role in rows], shares)
    # of two classes, scikit-learn weighs the second against the first
    sides = [[-0.5], [0.5]] if len(fitted.classes_) == 2 else [[1.0]] * len(fitted.classes_)
    table = (fitted.coef_ * sides).T
    weights = {
        feature: [round(float(w), 3) for w in row]
        for feature, row in zip(vectorizer.feature_names_, table, strict=True)
    }
    weights[""] = [round(float(w), 3) for w in fitted.intercept_ * [s for (s,) in sides]]
    return Classifier(classes=tuple(str(c) for c in fitted.classes_), weights=weights)


def _role_rows(proposals: Iterable[Proposal], ontology: Ontology) -> Iterator[Row]:
    """Yield the features of each thing among the mentions of a paper with its annotated role, or none."""
    for example, mentions, tagging in proposals:
        left = dict(example.annotation.entities)
        things = group_things(mentions)
        described = describe_things(example.words, mentions, tagging, ontology.cues, ontology.vocabulary)
        for thing in sorted(things, key=lambda t: (-max(m.tagged for m in things[t]), t)):
            keys = name_keys([things[thing][0].name, *(m.surface for m in things[thing])])
            name = next((n for n, known in left.items() if known.keys & keys), None)
            role = left.pop(name).role if name is not None else NONE
            features = described[thing] | ({FURTHER} if example.further else set())
            yield frozenset(features), role


def _improvement_rows(decided: Roles, ontology: Ontology) -> Iterator[Row]:
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
    ruled = {thing_key(c.target) for c in candidates if c.rule in CONFIDENCE}
    for candidate in candidates:
        name = thing_key(candidate.target)
        features = candidate.features | ({FURTHER} if example.further else set())
        if name not in improved:
            yield features, OTHER
        elif name not in ruled or candidate.rule in CONFIDENCE:
            yield features, IMPROVED
