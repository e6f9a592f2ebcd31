"""BibTeX."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.readers.bibtex import read_bibtex
from kg.records import Paper, Skipped

ENTRY = r"""@InProceedings{foo2024,
  title = {On {FOO} and {G}\"odel: 5\% of it},
  author = {Lovelace, Ada and Bal{\'a}zs, C. and others},
  booktitle = nips # { 37},
  abstract = "We study {\it foo}, in $O(n^2)$.
              It is good.",
  year = 2024, month = jun, doi = {10.1000/ABC}, eprint = {2401.00001}, archivePrefix = {arXiv},
  keywords = {foo, bar}, url = {https://a.org/x_y}
}
"""


def read(*chunks: str) -> tuple[list[Paper], list[Skipped]]:
    found = list(read_bibtex(chunks, "x.bib"))
    return [f for f in found if isinstance(f, Paper)], [f for f in found if isinstance(f, Skipped)]


def test_bibtex_reads_all_that_an_entry_says() -> None:
    papers, skipped = read('% notes\n@string{nips = "NeurIPS"}\n@comment{x}\n' + ENTRY)
    assert skipped == []
    assert papers == [
        Paper(
            title="On FOO and Gödel: 5% of it", abstract="We study foo, in O(n^2). It is good.", pages=("x.bib",),
            identifiers=(("arxiv", "2401.00001"), ("doi", "10.1000/abc")), authors=("Ada Lovelace", "C. Balázs"),
            date="2024-06", venue="NeurIPS 37", categories=("bar", "foo"), links=("https://a.org/x_y",),
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    "broken",
    [
        "@article{x, title={A",
        "@article{x title={A}}",
        "@article{x,\n title = {A},\n abstract = nowhere # {B}\n}",
        "@article{\n",
    ],
)
def test_bibtex_that_is_broken_spoils_one_entry(broken: str) -> None:
    papers, skipped = read(f"{ENTRY}\n{broken}\n{ENTRY}".replace("nips #", ""))
    assert len(papers) == 2
    assert [(s.source, s.row) for s in skipped] == [("x.bib", 11)]


def test_bibtex_papers_of_a_volume_take_its_year_and_name() -> None:
    volume = "@Proceedings{V, booktitle = {Proc. of Foo}, year = {2023}}\n"
    [paper], skipped = read(volume + "@InProceedings{a, title = {A}, abstract = {B c.}}")
    assert (paper.date, paper.venue, skipped) == ("2023", "Proc. of Foo", [])


@pytest.mark.parametrize(
    "text",
    ["@a{" * 100_000, "@a{x," + "{" * 400_000, "@a{x, t = " + '"a" # ' * 60_000, "@a{x,\n" + "a={b},\n" * 50_000],
)
def test_bibtex_takes_no_time_on_evil(text: str) -> None:
    began = time.process_time()
    read(text)
    assert time.process_time() - began < 10


WORDS = (
    st.text(st.sampled_from("abc XYZ 123.,:-é漢"), min_size=1, max_size=30)
    .map(str.strip)
    .filter(lambda t: any(map(str.isalpha, t)))
)


@given(st.lists(st.tuples(WORDS, WORDS), max_size=4))
def test_bibtex_comes_back_as_it_was_written(pairs: list[tuple[str, str]]) -> None:
    text = "\n".join(f"@misc{{k{i}, title = {{{t}}}, abstract = {{{a}}}}}" for i, (t, a) in enumerate(pairs))
    assert [(p.title, p.abstract) for p in read(text)[0]] == [
        (" ".join(t.split()), " ".join(a.split())) for t, a in pairs
    ]
