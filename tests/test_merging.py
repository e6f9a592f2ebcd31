"""Copies of a paper from several inputs."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.readers.merging import MOST_TITLES, merge_papers
from kg.records import Paper


def paper(title: str, *identifiers: str, abstract: str = "We study it.") -> Paper:
    pairs = tuple(("arxiv" if i.startswith("a") else "doi", i) for i in identifiers)
    return Paper(title=title, abstract=abstract, identifiers=pairs)


@pytest.mark.parametrize(
    ("papers", "titles"),
    [
        ([paper("On Foo"), paper("on FOO!")], 1),
        ([paper("On Foo", "a1"), paper("Of Foo", "a1")], 1),
        ([paper("On Foo", "d1"), paper("Of Foo", "d1")], 1),
        ([paper("On Foo", "a1"), paper("Of Foo", "a1", "d1"), paper("Foo", "d1")], 1),
        ([paper("On Foo", "a1"), paper("Of Bar", "a2")], 2),
        ([paper("On Foo", "a1", "d1"), paper("On Bar", "a2", "d1")], 2),
        ([paper("On Foo", "a1", "d1"), paper("On Bar", "a1", "d2")], 2),
        ([paper("On Foo", "a1"), paper("On foo", "a2")], 1),
        ([paper(f"On {i}", "a0") for i in range(MOST_TITLES)], 1),
        ([paper(f"On {i}", "a0") for i in range(MOST_TITLES + 1)], MOST_TITLES + 1),
    ],
    ids="title arxiv doi chain apart dois-of-one arxivs-of-one same-title few placeholder".split(),
)
def test_merging_goes_by_title_and_identifiers_that_do_not_contradict(papers: list[Paper], titles: int) -> None:
    assert len(tuple(merge_papers(papers))) == titles


def test_merging_unites_what_the_copies_say() -> None:
    first = Paper(
        title="On Foo", abstract="Short.", pages=("a",), identifiers=(("arxiv", "1"),), authors=("A Li", "B Wu"),
        date="2024-03", venue="arXiv preprint", categories=("cs.LG",), links=("https://a.org",),
    )  # fmt: skip
    second = Paper(
        title="On foo", abstract="Somewhat longer.", pages=("b",), identifiers=(("doi", "2"),), authors=("Li, A.",),
        date="2024-02-03", venue="ICML", categories=("stat.ML",), links=("https://b.org",),
    )  # fmt: skip
    third = Paper(title="On Foo", abstract="S.", date="2025")
    expected = Paper(
        title="On foo", abstract="Somewhat longer.", pages=("a", "b"), identifiers=(("arxiv", "1"), ("doi", "2")),
        authors=("A Li", "B Wu"), date="2024-02-03", venue="ICML", categories=("cs.LG", "stat.ML"),
        links=("https://a.org", "https://b.org"),
    )  # fmt: skip
    assert list(merge_papers([first, second, third])) == list(merge_papers([third, second, first])) == [expected]


def test_merging_takes_the_most_precise_date_of_the_first_year() -> None:
    dated = [Paper(title="T", abstract="A", date=d) for d in ("2018", "2017", "2017-06-12", "2017-06", "")]
    assert [p.date for p in merge_papers(dated)] == ["2017-06-12"]


PAPERS = st.builds(
    paper,
    st.sampled_from(["On Foo", "On FOO", "On Bar", "On Baz", "Of Foo", "X", "Y", "Z"]),
    st.sampled_from(["a1", "a2", "a3", "d1"]),
    st.sampled_from(["d1", "d2", "d3", "a2"]),
    abstract=st.sampled_from(["A.", "B.", "Longer."]),
)


@given(st.lists(PAPERS, max_size=9), st.randoms(use_true_random=False))
def test_merging_ignores_the_order_and_is_done_at_once(papers: list[Paper], random: object) -> None:
    shuffled = sorted(papers, key=lambda _: random.random())  # type: ignore[attr-defined]
    merged = tuple(merge_papers(papers))
    assert tuple(merge_papers(shuffled)) == tuple(merge_papers(merged)) == merged
    assert {i for p in merged for i in p.identifiers} == {i for p in papers for i in p.identifiers}


def chained(count: int) -> list[Paper]:
    """Return papers of which each agrees with none but with all before it, once those are one."""
    more = [paper(f"{i}", f"a{i}", f"a{i + 1}", f"d{i - 2}", f"d{i}") for i in range(2, count)]
    return [paper("0", "a0", "d0"), paper("1", "a0", "a2", "d0", "d1"), *more]


def test_merging_goes_on_with_what_was_joined() -> None:
    assert len(merge_papers(chained(6))) == 1


def test_merging_of_papers_that_agree_one_after_the_other_ends_soon() -> None:
    began = time.process_time()
    merged = tuple(merge_papers(chained(3_000)))
    assert time.process_time() - began < 5
    assert tuple(merge_papers(reversed(chained(3_000)))) == merged
