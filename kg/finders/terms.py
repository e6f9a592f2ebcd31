"""Terms: the labels of the vocabulary in the words of a paper, and narrower ones composed from them.

A label counts in every variant that `kg.vocabulary` derives. An ambiguous one counts only with a second
sign: the paper expands it, or names the concept otherwise, or a word beside it speaks for its type;
without one it is `term-doubtful`, which only the trained tagger may make a mention.
Where the paper itself expands an acronym, its expansion decides what the acronym means.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kg.cues import Cues
from kg.finders.abbreviations import Abbreviation
from kg.finders.words import Words, in_order
from kg.records import Mention
from kg.text import key
from kg.vocabulary import Label, Vocabulary

CONFIDENCE = {"term": 0.9, "term-ambiguous": 0.7, "term-doubtful": 0.2}


def find_terms(
    words: Words, vocabulary: Vocabulary, cues: Cues, abbreviations: Iterable[Abbreviation]
) -> tuple[Mention, ...]:
    """Return the mentions of vocabulary concepts in `words`, overlaps included, sorted by place."""
    expanded = {key(a.short): a for a in abbreviations}
    candidates = [*_candidates(words, vocabulary), *_split(words, vocabulary, expanded.values())]
    certain = {
        label.concept
        for _, _, labels in candidates
        if len(labels) == 1 or len({x.concept for x in labels}) == 1
        for label in labels
        if not label.ambiguous
    }
    found: list[Mention] = []
    for first, last, labels in candidates:
        start, end = words.span(first, last)
        surface = words.text[start:end]
        abbreviation = expanded.get(words.atoms[first:last])
        if abbreviation is not None and surface[:1] == abbreviation.short[:1]:
            concepts = vocabulary.named(abbreviation.long)
            if concepts and start != abbreviation.long_start:
                found.append(_mention(words, first, last, concepts[0].id, vocabulary, "term"))
            continue
        if len(labels) == 1 and not labels[0].ambiguous:
            found.append(_mention(words, first, last, labels[0].concept, vocabulary, "term"))
            continue
        clear = sorted({x.concept for x in labels if not x.ambiguous})
        doubtful = sorted({x.concept for x in labels if x.ambiguous})
        supported = [c for c in doubtful if c in certain]
        if supported:
            found.append(_mention(words, first, last, supported[0], vocabulary, "term"))
        elif clear:
            found.append(_mention(words, first, last, clear[0], vocabulary, "term"))
        else:
            near = _neighbours(words, first, last)
            told = [c for c in doubtful if near & cues.context.get(vocabulary.concepts[c].type, frozenset())]
            rule = "term-ambiguous" if len(told) == 1 else "term-doubtful"
            found.append(_mention(words, first, last, (told or doubtful)[0], vocabulary, rule))
    return tuple(sorted(set(found), key=in_order))


def _candidates(words: Words, vocabulary: Vocabulary) -> Iterator[tuple[int, int, tuple[Label, ...]]]:
    for first, last, labels in vocabulary.find(words.atoms):
        surface = words.surface(first, last)
        inside = first > 0 and words.text[words.starts[first] - 1] in "-‐‑" and surface.islower()
        fitting = tuple([x for x in labels if x.fits(surface)])
        # "art" in "state-of-the-art" is no term; "a ViT" is not A-ViT
        if fitting and not inside and not (last - first > 1 and surface.startswith(("a ", "A ", "an ", "An "))):
            yield first, last, fitting


def _split(
    words: Words, vocabulary: Vocabulary, abbreviations: Iterable[Abbreviation]
) -> Iterator[tuple[int, int, tuple[Label, ...]]]:
    """Yield terms with an acronym in brackets inside, such as "key-value (KV) cache"."""
    for abbreviation in abbreviations:
        opening = words.token_at(abbreviation.short_start) - 1
        closing = words.token_at(abbreviation.short_end)
        if opening < 1 or words.text[words.starts[opening]] != "(" or closing >= len(words.atoms):
            continue
        left, right = max(0, opening - 4), min(len(words.atoms), closing + 4)
        joined = (*words.atoms[left:opening], *words.atoms[closing + 1 : right])
        seam = opening - left
        for first, last, labels in vocabulary.find(joined):
            if first < seam < last:
                yield left + first, last - seam + closing + 1, labels


def _neighbours(words: Words, first: int, last: int) -> set[str]:
    near = (*range(max(0, first - 3), first), *range(last, min(len(words.atoms), last + 3)))
    return {form for i in near for form in (words.atoms[i], words.surface(i, i + 1).lower())}


def _mention(words: Words, first: int, last: int, concept: str, vocabulary: Vocabulary, rule: str) -> Mention:
    start, end = words.span(first, last)
    known = vocabulary.concepts[concept]
    return Mention(
        start=start,
        end=end,
        surface=words.text[start:end],
        name=known.label,
        type=known.type,
        rule=rule,
        confidence=CONFIDENCE[rule],
        concept=concept,
    )
