"""Improvements: what the paper's own thing is said to be better than, in which aspect and by how much.

Of the names that a sentence may compare something with (`kg.finders.comparisons`), with the trained classifier, what a
rule sees has to be likely, and what none sees quite likely and not taken back. Without it the confidence of a rule is
the share of its findings that is right on the annotated papers.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from operator import attrgetter

from kg.classifier import Classifier
from kg.cues import Cues
from kg.finders.comparisons import IMPROVED, TARGETS, Candidate, find_candidates
from kg.finders.results import Figure, find_aspect, find_figures, find_measure
from kg.finders.things import thing_key
from kg.finders.words import Words
from kg.records import Mention, Quote, Relation
from kg.text import word_set

CONFIDENCE = {"better": 0.88, "relative": 0.84, "unlike": 0.83}
# what a rule takes for improved on is dropped where the classifier gives it less
LEAST = 0.3
# what no rule sees is improved on where the classifier gives it as much, and no rule sees another in its sentence
LEAST_ALONE = 0.4
TAKEN_BACK = frozenset({"negated-before", "conceded", "amount-before"})
BETWEEN_FIGURES = re.compile(r"[\s,/&]*(?:\b(?:and|or)\b)?\s*(?:[~≈]|about|up to)?\s*")
_start = attrgetter("start")


def find_improvements(
    words: Words,
    mentions: Sequence[Mention],
    roles: Sequence[Relation],
    cues: Cues,
    classifier: Classifier | None = None,
) -> tuple[Relation, ...]:
    """Return the improvements that the paper claims for itself or for what it introduces."""
    # a dataset that the paper brings is not what is better than a model
    main = next((r.target for r in roles if r.predicate == "introduces" and r.target.type in TARGETS), None)
    found: dict[tuple[str, int], Relation] = {}
    figures: dict[int, tuple[Figure, ...]] = {}
    candidates = list(find_candidates(words, mentions, roles, cues, described=classifier is not None))
    explicit = {c.sentence.start for c in candidates if c.rule in CONFIDENCE}
    for candidate in candidates:
        if classifier is not None:
            likely = classifier.probabilities(candidate.features)[IMPROVED]
            if likely < _least(candidate, explicit):
                continue
            confidence = classifier.confidence(likely)
        elif candidate.rule in CONFIDENCE:
            confidence = CONFIDENCE[candidate.rule]
        else:
            continue
        sentence, target = candidate.sentence, candidate.target
        named = candidate.named
        source = named if named is not None and named.type in TARGETS else main
        if source is not None and thing_key(source) == thing_key(target):
            continue
        place = (thing_key(target), sentence.start)
        if place not in found or found[place].confidence < confidence:
            if sentence.start not in figures:
                figures[sentence.start] = find_figures(sentence, cues)
            aspect, value = _aspect_and_value(candidate, figures[sentence.start], cues)
            found[place] = Relation(
                predicate="improvesOn",
                source=source,
                target=target,
                quote=sentence,
                rule=candidate.rule,
                confidence=confidence,
                aspect=aspect,
                value=value,
            )
    return tuple(found.values())


def _least(candidate: Candidate, explicit: Collection[int]) -> float:
    """Return how likely the classifier must find `candidate`; in the sentences at `explicit` rules see one."""
    if candidate.rule in CONFIDENCE:
        return LEAST
    return 1.0 if candidate.sentence.start in explicit or candidate.features & TAKEN_BACK else LEAST_ALONE


def _aspect_and_value(candidate: Candidate, figures: Sequence[Figure], cues: Cues) -> tuple[str | None, str | None]:
    """Return in what the candidate is improved on and by how much, if its sentence says so.

    "By 3x and 2x over A and B, respectively" says 3x of A and 2x of B; where as many figures are not listed, it is not
    clear which is whose.
    """
    sentence, at = candidate.sentence, candidate.at
    if not figures:
        return find_aspect(sentence, at, at, cues), None
    place = bisect_left(figures, at, key=_start)
    # of two as near the first
    place -= place == len(figures) or (place > 0 and at - figures[place - 1].start <= figures[place].start - at)
    measure = find_measure(sentence, figures, place, cues)
    value: str | None = figures[place].value
    if candidate.count > 1 and "respectively" in word_set(sentence.text):
        listed = _listed_figures(sentence, figures).get(candidate.count)
        value = listed[candidate.position].value if listed else None
    return measure.aspect if measure else None, value


# of the sentence that is in work: each of its names asks for them
@lru_cache(maxsize=8)
def _listed_figures(sentence: Quote, figures: Sequence[Figure]) -> Mapping[int, Sequence[Figure]]:
    """Return the first list of so many figures, by their count."""
    found: dict[int, list[Figure]] = {}
    listed: list[Figure] = []
    for figure in figures:
        between = sentence.text[listed[-1].end - sentence.start : figure.start - sentence.start] if listed else ""
        if listed and not BETWEEN_FIGURES.fullmatch(between):
            found.setdefault(len(listed), listed)
            listed = []
        listed.append(figure)
    found.setdefault(len(listed), listed)
    return found
