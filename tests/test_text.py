"""Words, keys, slugs, tokens and sentences: the laws the rest stands on."""

from __future__ import annotations

import re
from itertools import combinations

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language

from kg.text import TOKENS, Tokenizer, blank_pipeline, digest, find_sentences, key, normalise, paper_id, slug, title_key

# what an IRI of the graph may end in without any escape
SLUG = re.compile(r"[a-z0-9][a-z0-9-]*[a-z0-9]|[a-z0-9]")
TOKENIZER = Tokenizer(spacy.blank("en").vocab)

texts = st.text(max_size=80)
# the signs that decide where words begin and end, in all orders
crooked = st.text(alphabet="abS19 \n\t-‐–_/.,'’\"()%$+#*^&é½™中", max_size=40)
any_text = st.one_of(texts, crooked)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("KV cache", "KV caches"),
        ("KV cache", "kv-Cache"),
        ("matrix", "matrices"),
        ("index", "Indices"),
        ("policy", "policies"),
        ("loss", "losses"),
        ("bias", "biases"),
        ("batch", "batches"),
        ("box", "boxes"),
        ("process", "processes"),
        ("series", "series"),
        ("optimization", "optimisation"),
        ("optimizer", "optimisers"),
        ("tokenized", "tokenised"),
        ("quantizing", "quantising"),
        ("behavior cloning", "behaviour cloning"),
        ("neighbor", "Neighbours"),
        ("modeling", "modelling"),
        ("labeled data", "labelled data"),
        ("color", "colour"),
        ("center", "centre"),
        ("naive Bayes", "naïve Bayes"),
        ("multi-head attention", "Multi‐Head Attention"),
        ("encoder-decoder", "encoder–decoder"),
        ("encoder/decoder", "encoder decoder"),
        ("snake_case", "snake case"),
        ("FooNet2-7B", "foonet 2 7b"),
        ("FooNet-50", "FooNet50"),
        ("  spaced   out ", "spaced out"),
    ],
)
def test_text_key_is_one_for_all_spellings_of_a_name(one: str, other: str) -> None:
    assert key(one) == key(other) != ()
    assert slug(one) == slug(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("attention", "attentive"),
        ("GPT-3", "GPT-4"),
        ("C", "C++"),
        ("C", "C#"),
        ("A", "A*"),
        ("FooNet", "FooNet++"),
        ("3.5", "35"),
        ("v2", "v22"),
        ("data-free", "free data"),
        ("pretraining", "training"),
        ("noise", "noize model"),
        ("日本", "中文"),
        ("α-divergence", "β-divergence"),
    ],
)
def test_text_key_and_slug_keep_different_names_apart(one: str, other: str) -> None:
    assert key(one) != key(other)
    assert slug(one) != slug(other)


@pytest.mark.parametrize(
    "word", ["noise", "precise", "bias", "analysis", "corpus", "s", "is", "Bayes", "data", "class"]
)
def test_text_normalise_leaves_words_that_only_look_like_plurals_or_british(word: str) -> None:
    assert normalise(word) == word.lower()


@given(any_text)
def test_text_tokens_are_the_text(text: str) -> None:
    doc = TOKENIZER(text)
    assert doc.text == text
    for token in doc:
        assert text[token.idx : token.idx + len(token.text)] == token.text


def atoms(text: str) -> list[str]:
    """Return the atoms that the tokenizer leaves, without white space."""
    return [a for a in TOKENIZER(text).user_data[TOKENS][3] if a.strip()]


@given(any_text)
def test_text_tokens_carry_their_offsets_and_the_atoms_of_the_key(text: str) -> None:
    doc = TOKENIZER(text)
    _, words, starts, _ = doc.user_data[TOKENS]
    assert [(t.text, t.idx) for t in doc] == list(zip(words, starts, strict=True))
    assert all(atom in atoms(text) for atom in key(text) if atom.strip())


def test_text_tokens_of_a_name_do_not_depend_on_how_it_is_joined() -> None:
    assert atoms("key-value_cache/store") == atoms("key value cache store")


def test_text_blank_pipeline_uses_the_tokenizer_and_can_be_written_down() -> None:
    nlp: Language = blank_pipeline()
    again = blank_pipeline().from_bytes(nlp.to_bytes())
    assert again("Fast KV-caches").user_data[TOKENS][3] == ("fast", "kv", "cache")


@given(any_text)
def test_text_sentences_are_pieces_of_the_text_in_its_order(text: str) -> None:
    end = 0
    for sentence in find_sentences(text):
        assert text[sentence.start : sentence.end] == sentence.text == sentence.text.strip() != ""
        assert "\n" not in sentence.text
        assert not text[end : sentence.start].strip()
        end = sentence.end
    assert not text[end:].strip()


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("", []),
        (" \n ", []),
        ("A Title\nOne. Two.", ["A Title", "One.", "Two."]),
        ("It is 2.5x faster than v1.5 here. Good.", ["It is 2.5x faster than v1.5 here.", "Good."]),
        (
            "As in Fig. 2, by Foo et al. Bars, i.e. Baz wins. Yes.",
            ["As in Fig. 2, by Foo et al. Bars, i.e. Baz wins.", "Yes."],
        ),
        ('He says "no." We say yes.', ['He says "no."', "We say yes."]),
        ("Is it so? It is! Fine.", ["Is it so?", "It is!", "Fine."]),
        ("The space is missing.Then we go on.", ["The space is missing.", "Then we go on."]),
        ("of foo.bar and x.y. done", ["of foo.bar and x.y. done"]),
    ],
)
def test_text_sentences_end_where_a_reader_ends_them(text: str, sentences: list[str]) -> None:
    assert [s.text for s in find_sentences(text)] == sentences


@given(any_text)
def test_text_slug_stands_in_an_iri_as_it_is(name: str) -> None:
    assert SLUG.fullmatch(slug(name))
    assert len(slug(name)) <= 90


words = st.lists(
    st.text(alphabet="abcxyz", min_size=1, max_size=6) | st.integers(0, 999).map(str), min_size=1, max_size=4
)
joiners = st.sampled_from([" ", "-", "‐", "–", "_", "/", "  "])


@given(words, st.data())
def test_text_slug_depends_on_the_key_alone(parts: list[str], data: st.DataObject) -> None:
    def spelled() -> str:
        name = parts[0]
        for part in parts[1:]:
            name += data.draw(joiners) + part
        return name.upper() if data.draw(st.booleans()) else name

    one, other = spelled(), spelled()
    assert key(one) == key(other)
    assert slug(one) == slug(other)


@given(st.lists(st.text(alphabet="abS19 -/_'+#*^&(", min_size=1, max_size=8), min_size=2, max_size=30))
def test_text_slug_differs_where_the_key_differs(names: list[str]) -> None:
    by_key = {key(n): slug(n) for n in names}
    assert len(set(by_key.values())) == len(by_key)


def test_text_slug_differs_for_all_short_names() -> None:
    """Try every name of up to four signs of an alphabet that has one of each kind."""
    names = {""}
    for _ in range(4):
        names |= {n + c for n in names for c in "aB1-+é&"}
    slugs = {key(n): slug(n) for n in names if key(n)}
    assert len(slugs) > 500
    assert len(set(slugs.values())) == len(slugs)


def test_text_slug_of_a_long_name_is_cut_and_still_its_own() -> None:
    stem = "very " * 40
    one, other = slug(stem + "deep network"), slug(stem + "wide network")
    assert one != other
    assert one[:60] == other[:60]
    assert max(len(one), len(other)) <= 90


@pytest.mark.parametrize(
    ("name", "readable"),
    [
        ("Foo Bar Nets", "foo-bar-net"),
        ("FooNet2-7B", "foonet-2-7b"),
        ("C++", "c-plus-plus"),
        ("A* search", "a-star-search"),
        ("C4", "c4"),
    ],
)
def test_text_slug_reads_like_the_name(name: str, readable: str) -> None:
    assert slug(name) == readable


def test_text_digest_is_stable_and_tells_its_parts_apart() -> None:
    # IRIs of former builds hold it
    assert digest("a") == "ca978112ca"
    assert digest("a", "b") != digest("ab") != digest("b", "a")
    assert digest("\ud800")


TITLES = [
    "FooNet: Fast, Small and Good",
    "How Fast is FooNet?",
    "FooNet 2.0 -- the 7B Case",
    "Über Foo und Straßen",
    "中文 Foo",
    "日本語",
    "Αλφα",
    "???",
    "A",
    "The Very " + "Very " * 30 + "Long Title of Foo",
    "The Very " + "Very " * 30 + "Long Title of Bar",
]


@pytest.mark.parametrize("title", TITLES)
def test_text_paper_id_does_not_mind_case_and_space(title: str) -> None:
    for variant in (title.upper(), title.lower(), f"  {title}  ", title.replace(" ", "\n  ")):
        assert paper_id(variant) == paper_id(title)


def test_text_paper_id_differs_for_different_titles() -> None:
    assert all(paper_id(a) != paper_id(b) for a, b in combinations(TITLES, 2))


@given(st.lists(st.text(alphabet="abcDEF12", min_size=1, max_size=7), min_size=1, max_size=8), st.data())
def test_text_paper_id_does_not_mind_punctuation_between_words(parts: list[str], data: st.DataObject) -> None:
    marks = st.sampled_from([" ", ": ", " - ", " -- ", ", ", "-", " (", ") ", "? ", " “", "… ", " & ", "\n"])
    title = " ".join(parts)
    marked = (
        parts[0]
        + "".join(data.draw(marks) + p for p in parts[1:])
        + data.draw(st.sampled_from(["", ".", "?", "!", ")"]))
    )
    assert paper_id(marked) == paper_id(title)
    assert paper_id(marked.swapcase()) == paper_id(title)


@given(texts)
def test_text_paper_id_stands_in_an_iri_as_it_is(title: str) -> None:
    kind, _, name = paper_id(title).partition("/")
    assert kind == "paper"
    assert SLUG.fullmatch(name)


@given(texts, texts)
def test_text_paper_id_is_one_only_for_one_title(one: str, other: str) -> None:
    if title_key(one) != title_key(other):
        assert paper_id(one) != paper_id(other)
