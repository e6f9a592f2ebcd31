"""Training of the statistical part: the tagger and the classifier of roles, from annotated papers.

The vocabulary was written with these very papers at hand, so that it covers them better than papers it
will meet. To keep the tagger from relying on it too much, a share of the concepts (`HIDDEN`) is hidden at
random from each paper in training. The classifier learns from what the tagger finds in papers that it was
not trained on (`FOLDS`-fold stacking, after Wolpert, "Stacked generalization", Neural Networks 1992), so that
its probabilities hold for new papers. `cross_validate` scores the whole in the same way.

Training needs scikit-learn and, for new clusters, scipy (``pip install mlkg[train]``).
"""

from __future__ import annotations

import importlib.util
import json
import random
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spacy.language import Language

from kg.classifier import Classifier
from kg.errors import KGError
from kg.evaluation import Annotation, Evaluation, evaluate, name_keys, read_gold
from kg.files import write_whole
from kg.finders.abbreviations import Abbreviation
from kg.finders.mentions import select_mentions
from kg.finders.roles import NONE, Said, decide_roles, group_things, own_start, thing_features
from kg.finders.words import Words
from kg.ontology import Ontology, ontology_folder, read_ontology
from kg.pipeline import abbreviations, build_pipeline, candidates, finish, rule_mentions, words
from kg.records import Extraction, Mention, Paper
from kg.resolution import resolve
from kg.tagger import CLUSTERS, MODEL, ROLES, WEIGHTS, Tagger, read_tagger, tag, token_features
from kg.text import TOKEN, normalise, paper_id

HIDDEN = 0.4
HIDDEN_LATER = 0.3
FOLDS = 5
SEED = 1
CRF = {"c1": 0.05, "c2": 0.5, "max_iterations": 100}
CLUSTER_SIZES = (64, 256, 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """An annotated paper with what the rules find in it, and the strings annotated in it with their types."""

    paper: Paper
    annotation: Annotation
    strings: tuple[tuple[str, str], ...]
    words: Words
    candidates: tuple[Mention, ...]
    selected: tuple[Mention, ...]
    abbreviations: tuple[Abbreviation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What training shares: the ontology, the clusters of atoms, and whom to tell of progress."""

    ontology: Ontology
    clusters: dict[str, Sequence[int]]
    tell: Callable[[str], None]


def train(
    gold: Path, output: Path = WEIGHTS, text: Path | None = None, tell: Callable[[str], None] = print
) -> Evaluation:
    """Train on the annotated papers `gold`, write the weights to `output` and return the cross-validated scores.

    With `text`, a file of papers (JSON lines), the word clusters are made anew from it.

    Raises:
        InputError: `gold` or `text` cannot be read.
        OutputError: `output` cannot be written.
    """
    if importlib.util.find_spec("sklearn") is None:
        raise KGError("training needs scikit-learn and scipy; install them with: pip install 'mlkg[train]'")
    ontology = read_ontology(ontology_folder())
    clusters = build_clusters(text, tell) if text else dict(read_tagger().clusters)
    setting = Setting(ontology=ontology, clusters=clusters, tell=tell)
    examples = read_examples(gold)
    with tempfile.TemporaryDirectory() as folder:
        evaluation, rows = cross_validate(examples, setting, Path(folder))
        tell(f"training the tagger on all {len(examples)} papers")
        train_tagger(examples, setting, Path(folder) / MODEL)
        model = (Path(folder) / MODEL).read_bytes()
    classifier = train_classifier(rows)
    weights = {"classes": classifier.classes, "weights": dict(sorted(classifier.weights.items()))}
    for name, data in (
        (MODEL, model),
        (CLUSTERS, _json(clusters)),
        (ROLES, _json(weights)),
    ):
        with write_whole(output / name) as file:
            file.write(data)
    return evaluation


def read_examples(gold: Path) -> tuple[Example, ...]:
    """Return the annotated papers of a JSON lines file with what the rules find in each."""
    annotated = read_gold(gold)
    nlp = build_pipeline(model=False)
    rows = [json.loads(line) for line in gold.read_text(encoding="utf-8").split("\n") if line.strip()]
    return tuple(
        _example(nlp, paper, annotation, row) for (paper, annotation), row in zip(annotated, rows, strict=True)
    )


def _example(nlp: Language, paper: Paper, annotation: Annotation, row: dict[str, Any]) -> Example:
    doc = nlp(paper.text)
    return Example(
        paper=paper,
        annotation=annotation,
        strings=tuple(sorted({(m, e["type"]) for e in row["entities"] for m in e["mentions"]})),
        words=words(doc),
        candidates=candidates(doc),
        selected=rule_mentions(doc),
        abbreviations=abbreviations(doc),
    )


Row = tuple[frozenset[str], str]


def cross_validate(examples: Sequence[Example], setting: Setting, folder: Path) -> tuple[Evaluation, list[Row]]:
    """Return the scores of papers by weights trained on the others, and all rows for the classifier."""
    taggers: list[Tagger] = []
    rows: list[list[Row]] = []
    for fold in range(FOLDS):
        setting.tell(f"training the tagger without part {fold + 1} of {FOLDS}")
        rest = [e for i, e in enumerate(examples) if i % FOLDS != fold]
        taggers.append(train_tagger(rest, setting, folder / f"{fold}.crfsuite"))
        held = examples[fold::FOLDS]
        rows.append([r for seed in (3, 4) for r in _rows(held, taggers[fold], setting, seed)])
    extractions: list[Extraction] = []
    for fold in range(FOLDS):
        classifier = train_classifier([r for i in range(FOLDS) if i != fold for r in rows[i]])
        chance = random.Random(9)
        for example in examples[fold::FOLDS]:
            found, selected = _hidden(example, chance, HIDDEN_LATER)
            mentions = _mentions(example, taggers[fold], setting, found, selected)
            cues, vocabulary = setting.ontology.cues, setting.ontology.vocabulary
            roles = decide_roles(example.words, mentions, selected, cues, vocabulary, classifier)
            extractions.append(finish(example.paper, example.words, roles, setting.ontology.cues))
    gold = {paper_id(e.paper.title): e.annotation for e in examples}
    resolution = resolve(extractions, setting.ontology.vocabulary)
    return evaluate(resolution, gold), [r for part in rows for r in part]


def train_tagger(examples: Sequence[Example], setting: Setting, path: Path) -> Tagger:
    """Train a tagger, write it to `path` and return it."""
    import pycrfsuite

    chance = random.Random(SEED)
    crf = pycrfsuite.Tagger()
    tagger = Tagger(crf=crf, clusters=setting.clusters)
    trainer = pycrfsuite.Trainer(verbose=False)
    trainer.set_params(CRF)
    for example in examples:
        trainer.append(_features(example, setting, tagger, *_hidden(example, chance, HIDDEN)), _labels(example))
    trainer.train(str(path))
    crf.open(str(path))
    return tagger


def train_classifier(rows: Sequence[Row]) -> Classifier:
    """Return a classifier of roles fitted to `rows`, features that occur thrice and more."""
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression

    counts = Counter(f for features, _ in rows for f in features)
    vectorizer = DictVectorizer()
    matrix = vectorizer.fit_transform([{f: 1 for f in sorted(features) if counts[f] >= 3} for features, _ in rows])
    fitted = LogisticRegression(C=0.05, max_iter=2000).fit(matrix, [role for _, role in rows])
    weights = {
        feature: [round(float(w), 3) for w in fitted.coef_[:, i]] for i, feature in enumerate(vectorizer.feature_names_)
    }
    weights[""] = [round(float(w), 3) for w in fitted.intercept_]
    return Classifier(classes=tuple(str(c) for c in fitted.classes_), weights=weights)


def build_clusters(text: Path, tell: Callable[[str], None]) -> dict[str, Sequence[int]]:
    """Return the clusters of the atoms of many papers: for each atom its cluster at each of `CLUSTER_SIZES`.

    Counts of neighbours up to two words away among the 4,000 commonest atoms, as positive pointwise mutual
    information with smoothed contexts, are reduced to 64 dimensions and clustered by k-means.
    """
    import numpy as np
    from scipy.sparse import csr_matrix
    from scipy.sparse.linalg import svds
    from sklearn.cluster import MiniBatchKMeans

    from kg.readers import read_papers

    contexts, offsets = 4_000, (-2, -1, 1, 2)
    papers = [[normalise(m.group()) for m in TOKEN.finditer(p.text)] for p in read_papers([text]).papers]
    counts = Counter(atom for atoms in papers for atom in atoms)
    known = [a for a, n in sorted(counts.items(), key=lambda c: (-c[1], c[0]))[:25_000] if n >= 4]
    index = {atom: i for i, atom in enumerate(known)}
    tell(f"clustering {len(known):,} words of {len(papers):,} papers")
    pairs: Counter[tuple[int, int]] = Counter()
    for atoms in papers:
        ids = [index.get(a, -1) for a in atoms]
        for i, atom in enumerate(ids):
            for slot, offset in enumerate(offsets):
                if atom >= 0 and 0 <= i + offset < len(ids) and 0 <= ids[i + offset] < contexts:
                    pairs[atom, slot * contexts + ids[i + offset]] += 1
    places = np.array(list(pairs), dtype=np.int64)
    shape = (len(known), len(offsets) * contexts)
    table = csr_matrix((np.fromiter(pairs.values(), float), (places[:, 0], places[:, 1])), shape=shape).tocoo()
    words_total = np.asarray(table.sum(1)).ravel()
    smoothed = np.asarray(table.sum(0)).ravel() ** 0.75
    information = np.log(table.data * smoothed.sum() / (words_total[table.row] * smoothed[table.col]))
    positive = csr_matrix((np.maximum(information, 0), (table.row, table.col)), shape=shape)
    left, strength, _ = svds(positive, k=64, random_state=0)
    vectors = left * np.sqrt(strength)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9
    labels = [
        MiniBatchKMeans(size, random_state=0, n_init=3, batch_size=4096).fit(vectors).labels_ for size in CLUSTER_SIZES
    ]
    return {atom: [int(found[i]) for found in labels] for i, atom in sorted(enumerate(known), key=lambda k: k[1])}


def _hidden(example: Example, chance: random.Random, share: float) -> tuple[tuple[Mention, ...], tuple[Mention, ...]]:
    """Return candidates and selected mentions of `example` without a random share of the concepts."""
    concepts = sorted({c for m in example.candidates for c in (m.concept, m.head) if c})
    hidden = {c for c in concepts if chance.random() < share}

    def kept(mentions: Iterable[Mention]) -> tuple[Mention, ...]:
        return tuple(m for m in mentions if m.concept not in hidden and m.head not in hidden)

    return kept(example.candidates), kept(example.selected)


def _features(
    example: Example, setting: Setting, tagger: Tagger, found: Iterable[Mention], selected: Iterable[Mention]
) -> list[list[str]]:
    cues = setting.ontology.cues
    return token_features(example.words, found, selected, example.abbreviations, cues, tagger)


def _labels(example: Example) -> list[str]:
    """Return the label of each token: B-, I- and a type at the annotated strings, the longest first, else O."""
    text = example.words.text
    labels = ["O"] * len(example.words.atoms)
    taken: set[int] = set()
    for string, kind in sorted(example.strings, key=lambda s: (-len(s[0]), s)):
        for match in re.finditer(rf"(?<!\w){re.escape(string)}(?!\w)", text):
            if taken.isdisjoint(range(*match.span())):
                taken.update(range(*match.span()))
                first, last = example.words.token_at(match.start()), example.words.token_at(match.end() - 1)
                for i in range(first, last + 1):
                    labels[i] = f"{'B' if i == first else 'I'}-{kind}"
    return labels


def _mentions(
    example: Example, tagger: Tagger, setting: Setting, found: tuple[Mention, ...], selected: tuple[Mention, ...]
) -> tuple[Mention, ...]:
    tagging = tag(tagger, _features(example, setting, tagger, found, selected))
    vocabulary = setting.ontology.vocabulary
    return select_mentions(example.words, found, example.abbreviations, tagging, vocabulary)


def _rows(examples: Iterable[Example], tagger: Tagger, setting: Setting, seed: int) -> Iterator[Row]:
    """Yield the features of each thing found in `examples` with its annotated role, or none."""
    chance = random.Random(seed)
    cues, vocabulary = setting.ontology.cues, setting.ontology.vocabulary
    for example in examples:
        found, selected = _hidden(example, chance, HIDDEN_LATER)
        mentions = _mentions(example, tagger, setting, found, selected)
        own = own_start(example.words, cues)
        said = Said(example.words, cues)
        left = dict(example.annotation.entities)
        for places in group_things(mentions).values():
            keys = name_keys([places[0].name, *(m.surface for m in places)])
            name = next((n for n, known in left.items() if known.keys & keys), None)
            role = left.pop(name).role if name is not None else NONE
            yield frozenset(thing_features(said, places, own, vocabulary)), role


def _json(data: object) -> bytes:
    return (json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n").encode()
