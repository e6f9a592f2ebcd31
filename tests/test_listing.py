"""Saved listing pages: furniture, titles and abstracts, and the pages that come along."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.markup import clean, readable
from kg.readers import merge_papers
from kg.readers.listing import is_abstract
from kg.readers.listing import read_listing as stream_listing
from kg.records import Paper, Skipped

CORPUS = Path(__file__).parent.parent / "corpus"

FURNITURE = """\
new

Get trending papers in your email inbox once a day!

Get trending papers in your email inbox!

Subscribe

Daily Papers

byAK and the research community

Mar 11

"""
FOO = ("FooNet: Pruning Nets Fast", "We propose FooNet, a pruning method. It is 2x faster than BarNet.")
BAR = ("Is BarNet Enough?", "BarNet is a baseline of long standing. We ask whether it is enough.")


def read_listing(text: str, source: str) -> tuple[list[Paper], list[Skipped]]:
    found = list(stream_listing([text], source))
    return [f for f in found if isinstance(f, Paper)], [f for f in found if isinstance(f, Skipped)]


def pairs(papers: list[Paper]) -> list[tuple[str, str]]:
    return [(p.title, p.abstract) for p in papers]


def page(*entries: tuple[str, str], between: str = "\n") -> str:
    return between.join(line for entry in entries for line in entry)


@pytest.mark.parametrize("between", ["\n", "\n\n", "\n \n\n", "\r\n", "\r\n\r\n"], ids=repr)
@pytest.mark.parametrize("head", ["", FURNITURE], ids=["bare", "furniture"])
@pytest.mark.parametrize("end", ["", "\n", "\n\n\n"], ids=repr)
def test_listing_is_read_with_and_without_blank_lines_and_furniture(between: str, head: str, end: str) -> None:
    papers, skipped = read_listing(head + page(FOO, BAR, between=between) + end, "page.txt")
    assert pairs(papers) == [FOO, BAR]
    assert skipped == []
    assert {p.pages for p in papers} == {("page.txt",)}


@pytest.mark.parametrize("blank", ["", "\n"], ids=["tight", "airy"])
@pytest.mark.parametrize("title", ["FooNet: Pruning Nets Fast", "1.58-bit Foo", "3D Foo"])
def test_listing_frees_a_title_from_the_button_glued_to_it(title: str, blank: str) -> None:
    text = f"Get trending papers in your email inbox!\n{blank}Subscribe{title}\n{blank}{FOO[1]}"
    papers, skipped = read_listing(text, "page.txt")
    assert pairs(papers) == [(title, FOO[1])]
    assert skipped == []


def test_listing_keeps_a_title_that_begins_with_the_caption_of_the_button() -> None:
    title = "SubscribeNet: Who Reads Papers?"
    assert pairs(read_listing(page(FOO, (title, BAR[1])), "page.txt")[0]) == [FOO, (title, BAR[1])]


@pytest.mark.parametrize(
    "line", ["12", "Jul 31", "Sep 3, 2024", "Upvote", "· 7 authors", "---", "Published on Mar 3", "3 authors"]
)
def test_listing_drops_furniture_between_papers(line: str) -> None:
    papers, skipped = read_listing(f"{page(FOO)}\n{line}\n{page(BAR)}\n{line}\n", "page.txt")
    assert pairs(papers) == [FOO, BAR]
    assert skipped == []


@pytest.mark.parametrize(
    ("text", "row", "reason"),
    [
        (f"Only a Title\n{page(FOO)}", 1, "title without an abstract: 'Only a Title'"),
        (f"{page(FOO)}\nOnly a Title", 3, "title without an abstract: 'Only a Title'"),
        (f"{'We study foo in depth. ' * 12}\n{page(FOO)}", 1, "abstract without a title: 'We study foo"),
        (f"{page(FOO)}\n\n{'We study foo in depth. ' * 12}", 4, "abstract without a title: 'We study foo"),
        (f"{page(FOO)}\n{'word ' * 8000}", 3, "line of 39,999 characters is no abstract"),
    ],
)
def test_listing_tells_rows_that_are_no_paper_and_keeps_the_others(text: str, row: int, reason: str) -> None:
    papers, skipped = read_listing(text, "page.txt")
    assert pairs(papers) == [FOO]
    [one] = skipped
    assert (one.source, one.row) == ("page.txt", row)
    assert one.reason.startswith(reason)


def test_listing_puts_an_abstract_of_two_lines_together() -> None:
    first = "We study foo and its many uses in the field of bar, where it has been known for a very long time to"
    second = "help with the pruning of networks that are large."
    papers, skipped = read_listing(f"On Foo\n{first} thereby {first}\n{second}\n{page(BAR)}", "page.txt")
    assert pairs(papers) == [("On Foo", f"{first} thereby {first} {second}"), BAR]
    assert skipped == []


def test_listing_that_is_cut_off_keeps_what_is_there() -> None:
    text = page(FOO, BAR)
    whole = len(page(FOO))
    for end in range(len(text)):
        papers, _ = read_listing(text[:end], "page.txt")
        assert pairs(papers)[:1] == ([FOO] if end >= whole else pairs(papers)[:1])
        assert all(p.title in text and p.abstract in text for p in papers)
        assert len(papers) <= 2


@pytest.mark.parametrize(
    ("line", "whether"),
    [
        ("FooNet: Pruning Nets Fast", False),
        ("Is BarNet Enough?", False),
        ("Foo et al.", False),
        ("大型语言模型的高效推理", False),
        ("我们提出了一种新的方法来进行高效推理。", True),
        ("نقترح طريقة جديدة لضغط النماذج الكبيرة.", True),
        ("We study foo and find it good.", True),
        ("word " * 40, True),
        ("", False),
    ],
)
def test_listing_tells_titles_from_abstracts(line: str, whether: bool) -> None:
    assert is_abstract(line) is whether


@given(st.text())
def test_listing_clean_leaves_one_line_without_control_characters(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned == cleaned.strip()
    assert not re.search(r"[\x00-\x1f\x7f]|\s\s", cleaned)


PLAIN = st.text(st.characters(exclude_characters="\\$&<{}"), max_size=60)


@given(st.lists(PLAIN | st.sampled_from([*FOO, *BAR, "Subscribe", "word " * 50, "Mar 11"]), max_size=12))
def test_listing_invents_nothing(lines: list[str]) -> None:
    text = "\n".join(lines)
    papers, skipped = read_listing(text, "page.txt")
    assert all(p.title and p.abstract for p in papers)
    # word for word in the order of the page, only the button's caption is taken off a word
    words = iter(clean(text.replace("\n", " ")).split())
    for word in " ".join(f"{p.title} {p.abstract}" for p in papers).split():
        assert any(w == word or w == f"Subscribe{word}" for w in words)
    assert all(clean(text.split("\n")[s.row - 1]) for s in skipped)


# entries, first title with the end of its abstract, last title with the end of its abstract
PAGES = {
    "000_f70960e5b9281be9.txt": (
        104,
        ("Efficient Online Processing with Deep Neural Networks", "compared to fine-tuning with pruning."),
        (
            "FIT: Far-reaching Interleaved Transformers",
            "without requiring specific optimizations or model parallelism.",
        ),
    ),
    "001_8ef286ce0b4caa70.txt": (
        263,
        ("1.58-bit FLUX", "while significantly enhancing computational efficiency."),
        (
            "Hardware Beyond Backpropagation: a Photonic Co-Processor for Direct Feedback Alignment",
            "opening new avenues for deep learning.",
        ),
    ),
    "002_ba8b4fa36ca21e11.txt": (
        92,
        (
            "On the Perception Bottleneck of VLMs for Chart Understanding",
            "https://github.com/hkust-nlp/Vision4Chart.",
        ),
        (
            "DeepSpeed Ulysses: System Optimizations for Enabling Training of Extreme Long Sequence Transformer Models",
            "than the existing method SOTA baseline.",
        ),
    ),
    "003_feb9274d6c8a7300.txt": (
        94,
        (
            "Augmenting Hessians with Inter-Layer Dependencies for Mixed-Precision Post-Training Quantization",
            "to within 99.99% of the baseline model.",
        ),
        (
            "EfficientDM: Efficient Quantization-Aware Fine-Tuning of Low-Bit Diffusion Models",
            "with comparable generation quality.",
        ),
    ),
    "004_e3a6e5c91d8f2195.txt": (
        76,
        (
            "Doing More with Less -- Implementing Routing Strategies in Large Language Model-Based Systems: "
            "An Extended Survey",
            "and directions for future research.",
        ),
        ("One Epoch Is All You Need", "maybe even by the factor of 10."),
    ),
}


def read_page(name: str) -> list[Paper]:
    papers, skipped = read_listing((CORPUS / name).read_text(encoding="utf-8"), name)
    assert skipped == []
    return papers


@pytest.mark.parametrize("name", PAGES)
def test_listing_reads_every_entry_of_a_page_that_comes_along(name: str) -> None:
    entries, first, last = PAGES[name]
    papers = read_page(name)
    assert len(papers) == entries
    assert papers[0].title == first[0]
    assert papers[0].abstract.endswith(first[1])
    assert papers[-1].title == last[0]
    assert papers[-1].abstract.endswith(last[1])


@pytest.mark.parametrize("name", PAGES)
def test_listing_pairs_the_lines_of_a_page_that_comes_along(name: str) -> None:
    # below its head, each of these pages is a title, its abstract, a title, its abstract, ...
    lines = [line.strip() for line in (CORPUS / name).read_text(encoding="utf-8").split("\n") if line.strip()]
    head = re.compile(r"new|Get trending papers.*|Subscribe|Daily Papers|byAK.*|\w{3} \d{1,2}")
    while head.fullmatch(lines[0]):
        del lines[0]
    lines[0] = lines[0].removeprefix("Subscribe")
    assert [line for pair in pairs(read_page(name)) for line in pair] == [readable(line) for line in lines]


def test_listing_pages_that_come_along_hold_579_papers() -> None:
    papers = [paper for name in PAGES for paper in read_page(name)]
    assert sorted(p.name for p in CORPUS.glob("*.txt")) == sorted(PAGES)
    assert len(papers) == 629
    merged = tuple(merge_papers(papers))
    assert len(merged) == 579
    assert sum(len(p.pages) for p in merged) == len({(p.title, page) for p in papers for page in p.pages})


def test_listing_gives_the_annotated_papers_word_for_word() -> None:
    read = {pair for name in PAGES for pair in pairs(read_page(name))}
    with (CORPUS / "gold" / "train.jsonl").open(encoding="utf-8") as lines:
        annotated = [json.loads(line) for line in lines]
    assert annotated
    assert [row["title"] for row in annotated if (readable(row["title"]), readable(row["abstract"])) not in read] == []
