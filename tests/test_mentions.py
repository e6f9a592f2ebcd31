"""Mentions as a whole: laws that hold for any text."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.pipeline import build_pipeline, extract
from kg.records import TYPES, Extraction, Paper

Extract = Callable[[str, str], Extraction]

PIECES = [
    "We propose", "FooQuant", "LoRA", "low-rank adaptation (LoRA)", "outperforms", "BERT", "BERTs",
    "the key-value (KV) cache", "KV cache compression", "an NVIDIA A100", "GPUs", "PyTorch", "2.2x",
    "79.46%", "faster than", ",", ".", ";", ":", "(", ")", "-", "“", "”", "’s", "\t", "\n", "sparse",
    "mixed-precision", "quantization", "called", "Zabble", "a framework", "dataset", "on", "ImageNet", "C4",
    "RAM", "unlike", "compared to", "4-bit", "LLaMA-2-7B", "https://foo.org/BERT", "naïve", "ＬＬＭ",
    "e\u0301", "\u200b", "İstanbul", "ß", "\U0001f600", "\x00", "$\\times$", "(DFT)", "Deep Foo Tuning",
    "and", "of", "the",
]  # fmt: skip
abstracts = st.lists(st.sampled_from(PIECES), max_size=30).map(" ".join)
joined = st.lists(st.sampled_from(PIECES), max_size=20).map("".join)
arbitrary = st.text(max_size=80)
titles = st.one_of(st.lists(st.sampled_from(PIECES), max_size=6).map(" ".join), arbitrary).map(
    lambda t: t.replace("\n", " ")
)
laws = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@laws
@given(title=titles, abstract=st.one_of(abstracts, joined, arbitrary))
def test_mentions_and_quotes_are_pieces_of_the_text(extract_text: Extract, title: str, abstract: str) -> None:
    extraction = extract_text(title, abstract)
    text = extraction.paper.text
    for mention in extraction.mentions:
        assert text[mention.start : mention.end] == mention.surface
        assert mention.surface.strip() == mention.surface != ""
        assert mention.type in TYPES
        assert mention.name
        assert 0 < mention.confidence <= 1
    for relation in extraction.relations:
        quote = relation.quote
        assert text[quote.start : quote.end] == quote.text
        assert quote.start <= relation.target.start
        assert relation.target.end <= quote.end
        assert 0 < relation.confidence <= 1
    for result in extraction.results:
        assert text[result.quote.start : result.quote.end] == result.quote.text
        assert text[result.start : result.end] == result.value
        assert result.quote.start <= result.start < result.end <= result.quote.end


@laws
@given(title=titles, abstract=st.one_of(abstracts, joined))
def test_mentions_do_not_overlap_and_have_one_role_each(extract_text: Extract, title: str, abstract: str) -> None:
    extraction = extract_text(title, abstract)
    assert all(a.end <= b.start for a, b in pairwise(extraction.mentions))
    roles = [r.target for r in extraction.relations if r.predicate != "improvesOn"]
    assert sorted(roles) == list(extraction.mentions)


@settings(max_examples=60, deadline=None)
@given(title=titles, abstract=abstracts)
def test_mentions_of_one_name_have_one_type(extract_text: Extract, title: str, abstract: str) -> None:
    kinds: dict[str, set[str]] = {}
    for mention in extract_text(title, abstract).mentions:
        kinds.setdefault(mention.surface, set()).add(mention.type)
    assert all(len(found) == 1 for found in kinds.values())


@settings(max_examples=30, deadline=None)
@given(title=titles, abstract=abstracts)
def test_mentions_are_the_same_each_time(extract_text: Extract, title: str, abstract: str) -> None:
    assert extract_text(title, abstract) == extract_text(title, abstract)


def test_mentions_in_the_title_and_the_abstract_are_kept(extract_text: Extract) -> None:
    extraction = extract_text("Notes on BERT", "We like BERT.")
    assert [(m.start, m.surface) for m in extraction.mentions if m.surface == "BERT"] == [
        (9, "BERT"),
        (22, "BERT"),
    ]


def test_mentions_never_cross_from_the_title_into_the_abstract(extract_text: Extract) -> None:
    extraction = extract_text("We study low-rank", "adaptation of lists.")
    assert all("\n" not in m.surface for m in extraction.mentions)


def test_mentions_are_none_in_a_text_about_other_things(extract_text: Extract) -> None:
    assert extract_text("A walk in the woods", "The birds sang. It was a warm day, and we went home.").mentions == ()


def test_mentions_of_an_empty_paper_are_none(extract_text: Extract) -> None:
    extraction = extract_text("", "")
    assert (extraction.mentions, extraction.relations, extraction.results) == ((), (), ())


def test_mentions_of_a_long_text_are_all_found(extract_text: Extract) -> None:
    extraction = extract_text("Notes", "We use BERT. " * 2000)
    assert len(extraction.mentions) == 2000


def test_mentions_are_each_in_one_sentence(extract_text: Callable[[str, str], Extraction]) -> None:
    found = extract_text("Notes", "We build on SD3 and FLUX.1.In this report, we use FooNet.")
    assert "FooNet" in {m.surface for m in found.mentions}
    assert not [m.surface for m in found.mentions if "In" in m.surface]
    for relation in found.relations:
        assert relation.quote.start <= relation.target.start
        assert relation.target.end <= relation.quote.end


def test_mentions_do_not_take_the_kind_of_a_paper_for_a_name() -> None:
    titles = ("SoK: A Classification of Pruning", "Position: Leaderboards Should Be Pruned", "Survey: Pruning of Nets")
    papers = [Paper(title=t, abstract="We argue that it should be done, and introduce FooNet.") for t in titles]
    for found in extract(build_pipeline(), papers):
        assert {m.surface for m in found.mentions} & {"SoK", "Position", "Survey"} == set()
