"""LaTeX as plain text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.latex import without_latex


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r"63\% of $\alpha$", "63% of α"),
        (r"\textbf{x} and \emph{y $z$}", "x and y z"),
        (r"$O(n^2)$, $\mathcal{O}(N^{2}d)$, $10^{-3}$, $10^{19}$", "O(n^2), O(N^2d), 10^-3, 10^19"),
        (r"{\'e}, \'{E}, \"{\i}, \c{c}, Erd\H{o}s, \AA ngstr\"om, Stra{\ss}e", "é, É, ï, ç, Erdős, Ångström, Straße"),
        (r"2$\times$ faster, $\sim$5, $n\times d$, $\log n$, $k \in S$", "2× faster, ~5, n×d, log n, k ∈ S"),
        (r"$x_{i,j}$, $\frac{a+b}{c}$, $\sqrt{n}$, $\hat{x}$, $90^\circ$", "x_(i,j), (a+b)/c, √n, x̂, 90°"),
        (r"\(y\) and \[z^2\] and $$x = 1$$", "y and z^2 and x = 1"),
        (r"{\it foo bar} and {\rho}", "foo bar and ρ"),
        (r"code at\url{https://a.org/x_y} \cite{a,b}.", "code at https://a.org/x_y ."),
        (r"Q\&A, a\_b, \$5, \{x\}", "Q&A, a_b, $5, {x}"),
        (r"\"off the shelf\" and it\'s", '"off the shelf" and it\'s'),
    ],
)
def test_latex_reads_as_it_would_be_printed(written: str, read: str) -> None:
    assert without_latex(written) == read


@pytest.mark.parametrize(
    "text",
    [
        "pay $5 or $6",
        "from $5 to $10 and US$ 3, HK$ 4",
        "$50M vs. EU$",
        "CLIP_{ViT} and a_b and x^{2} and {braces}",
        "${x} {{y}} {?z}",
        r"C:\Users\foo and \u0041 and \ alone",
        r"\tool and {\unknown x} stay",
        "100% ~5 & more # 3",
        "$ $$ $$$ $$$$",
    ],
)
def test_latex_leaves_what_is_none(text: str) -> None:
    assert without_latex(text) == text


def test_latex_finds_the_formula_behind_an_amount() -> None:
    assert without_latex("at $5, $x$ and $10-$20 of $n$") == "at $5, x and $10-$20 of n"


PIECES = st.lists(st.sampled_from([*"\\${}^_&~%'\"`ab 1[]()", "\\frac", "\\'", "\\textbf{", "\\alpha"]), max_size=60)


@given(PIECES.map("".join))
def test_latex_takes_anything(text: str) -> None:
    assert isinstance(without_latex(text), str)


@pytest.mark.parametrize("piece", ["{\\", "$", "$a", "\\'", "\\frac{", "$^{", "\\(", "~\\", "\\href{a}", "{\\a{", "}"])
def test_latex_of_the_longest_field_takes_no_time(piece: str) -> None:
    began = time.process_time()
    without_latex(piece * (30_000 // len(piece)))
    assert time.process_time() - began < 5
