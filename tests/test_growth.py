"""Time grows no faster than the text: repeats that make a search start anew at every place, at one length and at four.

What is quadratic takes sixteen times as long at four times the length, and what is exponential never ends. Processor
time is measured, the least of several runs, and what takes next to nothing is not compared.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from spacy.language import Language

from kg.pipeline import build_pipeline, extract
from kg.readers import FORMATS
from kg.readers.fields import LONGEST
from kg.records import Paper

# seconds that are too few to compare, and how many times as long four times the text may take
LITTLE, MOST = 0.25, 8
# signs, words, names, cues and figures that finders look for, around and between
PIECES = (
    "(", "((", ")", "[", "A", "a", "1", " a", "A ", "a-", "A-", "a^", "A^", "^", "A^A^ ", "W_{q} ", "1.", "1,000,",
    "0.9 accuracy ", "F1", "accuracy", ". ", "?! ", '" ', "“", ", ", "; ", "/", "http://", "www.", "a.io/", "e.g. ",
    "é", "a\u0301", "字", "FooNet ", "FooNet: ", "FooNet. ", "Foo-Bar-", "BERT ", "BERT, ", "BERT/", "(BERT) ",
    "BERT-based ", "(BERT)(GPT)", "a b (AB) ", "AB (a b) ", "(KV) ", "key-value (KV) cache ",
    "large language models ", "pruning ", "low-rank adaptation ", "we propose ", "we propose Foo, ",
    "we propose GPT GPT GPT ", "a framework Foo ", "called ", "called Foo ", "our Foo ", "Foo is proposed ",
    "Foo is a ", "compare ", "compare BERT with ", "compared with GPT GPT GPT ", "such as ", "and, ", "faster than ",
    "faster than GPT ", "better than BERT, ", "better GPT GPT GPT ", "outperforms BERT ", "unlike ", "Unlike BERT, ",
    "although ", "although better than BERT, ", "cannot outperform BERT ", "while BERT ", "1x ", "10%, ",
    "12% to 17% ", "from 1 to 2x ", "by 3x and 2x over BERT and GPT, respectively ", "1x ImageNet A100 ",
    "reduces memory by 10% ", "two orders of magnitude ", "accuracy of 10% ",
)  # fmt: skip


def least_time(run: Callable[[str], object], texts: Iterator[str]) -> float:
    times = []
    for text in texts:
        began = time.process_time()
        run(text)
        times.append(time.process_time() - began)
    return min(times)


def assert_grows_as_the_text(run: Callable[[str], object], piece: str, length: int) -> None:
    """Fail where four times `length` of `piece` takes much longer than four times as long as `length`."""

    def texts(size: int, times: int) -> Iterator[str]:
        # never the same text twice: what is kept of the first must not help
        return (f"x{i} " + piece * (size // len(piece)) for i in range(times))

    many = least_time(run, texts(4 * length, 1))
    if many > LITTLE:
        few = least_time(run, texts(length, 2))
        if many > MOST * few:
            many = least_time(run, texts(4 * length, 3))
        assert many <= MOST * few, f"{piece!r}: {few:.2f} s at {length:,} characters, {many:.2f} s at {4 * length:,}"


@pytest.fixture(scope="module")
def trained() -> Language:
    return build_pipeline()


def extraction(nlp: Language) -> Callable[[str], object]:
    return lambda text: list(extract(nlp, [Paper(title="FooNet: a Net", abstract=text)]))


@pytest.mark.parametrize("piece", PIECES)
def test_growth_of_extraction(piece: str, nlp: Language) -> None:
    assert_grows_as_the_text(extraction(nlp), piece, LONGEST // 10)


@pytest.mark.parametrize("piece", [p for p in PIECES if p.split()[0] in ("we", "called", "unlike", "better", "faster")])
def test_growth_of_extraction_with_the_trained_part(piece: str, trained: Language) -> None:
    assert_grows_as_the_text(extraction(trained), piece, LONGEST // 8)


@pytest.mark.parametrize("piece", [p for p in PIECES if p.strip()[:1].isupper() or "^" in p])
def test_growth_of_extraction_from_a_title(piece: str, nlp: Language) -> None:
    def run(text: str) -> None:
        list(extract(nlp, [Paper(title=text.partition(" ")[2], abstract="We propose Foo.")]))

    assert_grows_as_the_text(run, piece, LONGEST // 10)


LINES = (
    " ",
    "\n",
    " \n",
    "a\n",
    "a. ",
    "{",
    "[",
    "<a ",
    "<p>",
    "@a{b,\n",
    "TY  - ",
    "AB  - a\n",
    '"',
    "# ",
    "**A**: a\n",
)


@pytest.mark.parametrize("form", FORMATS)
def test_growth_of_reading(form: str) -> None:
    def run(text: str) -> None:
        list(FORMATS[form]([text], "x"))

    for piece in LINES:
        assert_grows_as_the_text(run, piece, 8_000)
