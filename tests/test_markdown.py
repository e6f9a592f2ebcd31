"""Daily lists in Markdown."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.readers.markdown import read_markdown
from kg.records import Paper, Skipped

LIST = """# Daily papers of 5 January 2024

## cs.LG

### 1. [On Foo and its uses](https://arxiv.org/abs/2401.00001v1)
**Title (ZH)**: 论
**Authors**: Ada Lovelace, Bo Li
**Categories**: cs.LG, stat.ML
**Date**: 2024-01-05

**Abstract**: We study $\\alpha$
and find it good.

**Abstract (ZH)**: 我们研究。

---
# On Bar

**Link**: [PDF](https://arxiv.org/pdf/2401.00002) [code](https://a.org/x)

**Abstract**: We study **bar**: all of it.

# On Nothing

**Authors**: Bo Li
"""


def read(text: str) -> tuple[list[Paper], list[Skipped]]:
    found = list(read_markdown([text], "x.md"))
    return [f for f in found if isinstance(f, Paper)], [f for f in found if isinstance(f, Skipped)]


def test_markdown_reads_all_that_a_list_says() -> None:
    papers, skipped = read(LIST)
    assert papers[0] == Paper(
        title="On Foo and its uses", abstract="We study α and find it good.", pages=("x.md",),
        identifiers=(("arxiv", "2401.00001"),), authors=("Ada Lovelace", "Bo Li"), date="2024-01-05",
        categories=("cs.LG", "stat.ML"),
    )  # fmt: skip
    assert [(p.title, p.abstract, p.links) for p in papers[1:]] == [
        ("On Bar", "We study **bar**: all of it.", ("https://a.org/x",))
    ]
    assert [str(s) for s in skipped] == ["x.md:23: no abstract: 'On Nothing'"]


def test_markdown_takes_an_abstract_below_a_heading_of_its_own() -> None:
    [paper], _ = read("## On Foo\n**Authors**: Bo Li\n\n### Abstract\nWe study foo.\n")
    assert (paper.title, paper.abstract, paper.authors) == ("On Foo", "We study foo.", ("Bo Li",))


@given(
    st.lists(
        st.sampled_from(["# ", "**", "Abstract", ":", "\n", "[", "](https://a.org)", "x", "__", "---", "(ZH)", " "]),
        max_size=30,
    )
)
def test_markdown_takes_anything(pieces: list[str]) -> None:
    read("".join(pieces))


def test_markdown_says_where_fields_without_a_heading_stand() -> None:
    _, skipped = read("x\n**Authors**: Bo Li\n\n# On Foo\n**Abstract**: We.\n")
    assert [str(s) for s in skipped] == ["x.md:2: no title: ''"]


@pytest.mark.parametrize("before", ["", "x", "# x", "## Abstract", "**A", "**A**", "- ", "<summary>", "# [a]("])
@pytest.mark.parametrize("piece", [" ", "\t", "# ", "[a](", "** "])
def test_markdown_of_long_lines_takes_no_time(before: str, piece: str) -> None:
    began = time.process_time()
    read(f"# On X\n{before}{piece * 20_000}x\n**Abstract**: We.{piece * 2_000}y")
    assert time.process_time() - began < 2


def test_markdown_of_many_lines_takes_no_time() -> None:
    began = time.process_time()
    _, [skipped] = read("# On X\n**Abstract**: We.\n" + "a\n" * 60_000)
    assert "are no paper's" in skipped.reason
    assert time.process_time() - began < 2
