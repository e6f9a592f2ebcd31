"""Annotated papers as training sees them: with what the rules find in each, and labels for its tokens.

Beside the papers of a gold file there may be further ones, annotated apart from their texts (`kg.detached`).
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kg.evaluation import ROLE, Annotation, annotated
from kg.finders.abbreviations import Abbreviation
from kg.finders.words import Words
from kg.markup import readable
from kg.pipeline import abbreviations, build_pipeline, candidates, rule_mentions, words
from kg.records import Mention, Paper


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """An annotated paper, what the rules find in it, and the strings annotated in it with types and with roles.

    `further` where it is none of the gold file: the vocabulary was written without it at hand.
    """

    paper: Paper
    annotation: Annotation
    types: tuple[tuple[str, str], ...]
    roles: tuple[tuple[str, str], ...]
    words: Words
    candidates: tuple[Mention, ...]
    selected: tuple[Mention, ...]
    abbreviations: tuple[Abbreviation, ...]
    further: bool


def read_examples(rows: Iterable[Mapping[str, Any]], *, further: bool = False) -> tuple[Example, ...]:
    """Return the annotated papers `rows`, in the form of ``corpus/gold/``, with what the rules find in each."""
    nlp = build_pipeline(model=False)
    found = []
    for row in rows:
        paper, annotation = annotated(row)
        doc = nlp(paper.text)
        pairs = [(readable(m), e["type"], ROLE[e["role"]]) for e in row["entities"] for m in e["mentions"]]
        example = Example(
            paper=paper,
            annotation=annotation,
            types=tuple(sorted({(m, kind) for m, kind, _ in pairs})),
            roles=tuple(sorted({(m, role) for m, _, role in pairs})),
            words=words(doc),
            candidates=candidates(doc),
            selected=rule_mentions(doc),
            abbreviations=abbreviations(doc),
            further=further,
        )
        found.append(example)
    return tuple(found)


def hide(example: Example, chance: random.Random, share: float) -> tuple[tuple[Mention, ...], tuple[Mention, ...]]:
    """Return candidates and selected mentions of `example` without a random share of the concepts."""
    concepts = sorted({c for m in example.candidates for c in (m.concept, m.head) if c})
    hidden = {c for c in concepts if chance.random() < share}

    def kept(mentions: Iterable[Mention]) -> tuple[Mention, ...]:
        return tuple(m for m in mentions if m.concept not in hidden and m.head not in hidden)

    return kept(example.candidates), kept(example.selected)


def label_tokens(example: Example, strings: Iterable[tuple[str, str]]) -> list[str]:
    """Return the label of each token: B-, I- and a kind at the annotated `strings`, the longest first, else O."""
    text = example.words.text
    labels = ["O"] * len(example.words.atoms)
    taken: set[int] = set()
    for string, kind in sorted(strings, key=lambda s: (-len(s[0]), s)):
        for match in re.finditer(rf"(?<!\w){re.escape(string)}(?!\w)", text):
            if taken.isdisjoint(range(*match.span())):
                taken.update(range(*match.span()))
                first, last = example.words.token_at(match.start()), example.words.token_at(match.end() - 1)
                for i in range(first, last + 1):
                    labels[i] = f"{'B' if i == first else 'I'}-{kind}"
    return labels
