"""Annotations apart from their texts: no word of a paper in them, and whole again with it."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from kg.detached import attach, attach_rows, detach
from kg.records import Paper
from tests.annotated import ROW

ALPHABET = "abcdé Ü(%"


def test_detached_annotations_hold_no_word_of_the_paper() -> None:
    written = json.dumps(detach(ROW)).lower()
    assert not any(word in written for word in ("foonet", "pruning", "sparsegpt", "imagenet", "llm"))


@given(st.text(ALPHABET, min_size=1), st.text(ALPHABET, min_size=3), st.data())
def test_detached_attach_is_the_inverse_of_detach(title: str, abstract: str, data: st.DataObject) -> None:
    paper = Paper(title=title, abstract=abstract)
    spans = data.draw(
        st.lists(st.tuples(st.integers(0, len(paper.text) - 1), st.integers(1, 9)), min_size=1, max_size=4)
    )
    mentions = list(dict.fromkeys(paper.text[start : start + n] for start, n in spans))
    entities = [{"name": f"e{i}", "type": "Task", "role": "uses", "mentions": [m]} for i, m in enumerate(mentions)]
    improves = [{"source": "PAPER", "target": "e0", "generic": True}]
    row = {"title": title, "abstract": abstract, "entities": entities, "improves_on": improves, "results": []}
    again = attach(json.loads(json.dumps(detach(row))), paper)
    assert [e["mentions"] for e in again["entities"]] == [[m] for m in mentions]
    assert len({e["name"] for e in again["entities"]}) == len(mentions)
    assert [(i["source"], i["generic"]) for i in again["improves_on"]] == [("PAPER", True)]


def test_detached_annotations_find_their_papers() -> None:
    paper = Paper(title=ROW["title"], abstract=ROW["abstract"])
    others = [Paper(title="Other", abstract="Words."), paper]
    assert [r["title"] for r in attach_rows([detach(ROW)], others)] == [paper.title]
    assert list(attach_rows([detach(ROW)], others[:1])) == []
