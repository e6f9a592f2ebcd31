"""Records: what they promise to whoever holds one."""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any

import pytest

from kg import records
from kg.records import Claim, Evidence, Outcome, Paper, Resolution, Skipped

CLASSES = [c for _, c in inspect.getmembers(records, dataclasses.is_dataclass)]


def evidence(name: str) -> Evidence:
    return Evidence(id=f"evidence/{name}", paper="paper/a", start=0, end=4, surface="BERT", quote="BERT.", rule="term")


@pytest.mark.parametrize("record", CLASSES, ids=lambda c: c.__name__)
def test_records_are_frozen_slotted_and_named(record: Any) -> None:
    parameters = record.__dataclass_params__
    assert parameters.frozen
    assert "__slots__" in vars(record)
    assert all(f.kw_only for f in dataclasses.fields(record))
    assert record.__doc__


def test_records_cannot_be_changed() -> None:
    paper = Paper(title="T", abstract="A")
    with pytest.raises(dataclasses.FrozenInstanceError):
        paper.title = "U"  # type: ignore[misc]


def test_records_of_equal_content_are_equal_and_hash_alike() -> None:
    first, second = Paper(title="T", abstract="A", pages=("p",)), Paper(title="T", abstract="A", pages=("p",))
    assert first == second
    assert len({first, second}) == 1
    assert first != dataclasses.replace(first, pages=())


def test_records_offsets_count_from_the_title() -> None:
    paper = Paper(title="On BERT", abstract="We use BERT.")
    assert paper.text == "On BERT\nWe use BERT."
    assert paper.text[15:19] == "BERT"


def test_records_skipped_row_reads_as_a_line() -> None:
    assert str(Skipped(source="page.txt", row=3, reason="no abstract")) == "page.txt:3: no abstract"


def test_records_roles_come_strongest_first() -> None:
    assert records.ROLES == ("introduces", "uses", "comparesWith", "mentions")
    assert records.RELATIONS[: len(records.ROLES)] == records.ROLES
    assert "improvesOn" in records.RELATIONS


def test_records_resolution_yields_each_evidence_once_in_order() -> None:
    b, a, c = evidence("b"), evidence("a"), evidence("c")
    claims = tuple(
        Claim(
            id=f"claim/{i}",
            subject="paper/a",
            predicate="uses",
            object=f"model/{i}",
            confidence=0.5,
            evidence=found,
        )
        for i, found in enumerate([(b, a), (a,)])
    )
    outcome = Outcome(
        id="result/1",
        paper="paper/a",
        subject="paper/a",
        metric="accuracy",
        value="2%",
        number="2",
        unit="%",
        confidence=0.5,
        evidence=c,
    )
    resolution = Resolution(papers=(), entities=(), claims=claims, outcomes=(outcome,))
    assert list(resolution.evidence()) == [a, b, c]
