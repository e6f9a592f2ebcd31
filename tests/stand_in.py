"""Extractions without a pipeline: many small records, made at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kg.records import Extraction, Mention, Paper, Quote, Relation

MANY = tuple(Paper(title=f"FooTune {i}", abstract=f"{i} " * 50) for i in range(200))


def stand_in(papers: Iterable[Paper]) -> Iterator[Extraction]:
    """Yield an extraction for each of `papers`, of a size that fills some space."""
    for paper in papers:
        there = Mention(start=0, end=1, surface="F", name=paper.title * 20, type="Model", rule="name", confidence=0.5)
        said = Relation(
            predicate="uses", target=there, quote=Quote(start=0, end=1, text="F"), rule="name", confidence=0.5
        )
        yield Extraction(paper=paper, mentions=(there,), relations=(said,), results=())
