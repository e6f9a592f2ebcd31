"""Tests of the clues: the words of a thing and around its places."""

from __future__ import annotations

from kg.finders.clues import BAGS, SINGLES, Clues, find_clues
from kg.finders.things import group_things
from kg.finders.words import Words, read_words
from kg.records import Mention
from kg.text import blank_pipeline

TEXT = "On pruning\nPruning is old. We apply pruning, as always, to BERT."


def words_of(text: str) -> Words:
    doc = blank_pipeline()(text)
    return read_words(doc)


def mention(text: str, surface: str, at: int, concept: str | None = None) -> Mention:
    return Mention(
        start=at, end=at + len(surface), surface=text[at : at + len(surface)], name=surface, type="Technique",
        rule="term", confidence=1.0, concept=concept,
    )  # fmt: skip


def clues_of(text: str, mentions: list[Mention], own: int) -> tuple[Clues, list[str]]:
    known: list[str] = [""]

    def number(clue: str) -> int:
        if clue not in known:
            known.append(clue)
        return known.index(clue)

    return find_clues(words_of(text), group_things(mentions), own, number, {}), known


def test_clues_of_a_place_are_its_words_and_those_beside_it() -> None:
    places = [mention(TEXT, "pruning", at, "technique:pruning") for at in (3, TEXT.index("pruning,"))]
    clues, known = clues_of(TEXT, [*places, mention(TEXT, "BERT", TEXT.index("BERT"))], TEXT.index("We"))
    assert clues.singles.shape == (3, len(SINGLES))
    assert clues.begins.tolist() == [0, 2]
    in_title, in_own, bert = ([known[i] for i in row] for row in clues.singles.tolist())
    assert in_title == ["k=pruning", "c=technique:pruning", "l=Ton", "l2=on", "r2=", "s=Ton pruning", "s3=Ton pruning",
                        "lr=on $"]  # fmt: skip
    assert in_own[2:4] == ["l=Oapply", "l2=we apply"]
    assert in_own[5] == "s=Owe apply"
    assert bert[1] == ""
    assert bert[-1].startswith("lr=to ")


def test_clues_of_stretches_stay_in_the_sentence() -> None:
    clues, known = clues_of(TEXT, [mention(TEXT, "pruning", TEXT.index("pruning,"))], TEXT.index("We"))
    stretches = {}
    for slot, (first, last) in zip(BAGS, clues.windows[0].tolist(), strict=True):
        assert 0 <= last - first <= len(clues.bags)
        stretches[slot] = [known[i] for i in clues.bags[first:last, BAGS.index(slot)].tolist()]
    assert stretches["w"] == []
    assert stretches["S"] == ["S=Owe", "S=Oapply"]
    assert stretches["Q"][-1] == "Q=O."
    assert "Q=Obert" in stretches["Q"]
    assert not {"S=Bold", "S=Bpruning"} & set(stretches["S"])


def test_clues_of_a_paper_without_things_are_none() -> None:
    clues, _ = clues_of(TEXT, [], 0)
    assert clues.singles.shape == (0, len(SINGLES))
    assert clues.windows.shape == (0, len(BAGS), 2)
    assert len(clues.begins) == 0
