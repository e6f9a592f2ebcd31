"""The cues: how a phrase matches, and files that are refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.cues import SECTIONS as KNOWN
from kg.cues import Cues, phrases, read_cues
from kg.errors import OntologyError
from kg.files import ontology_folder

SHIPPED = ontology_folder() / "cues.toml"
SECTIONS = re.findall(r"^\[([\w.-]+)\]$", SHIPPED.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        (["over"], "gains over FooNet", "over"),
        (["over"], "Over FooNet", "Over"),
        (["over"], "overall and moreover", None),
        (["over"], "left-over and over-all", None),
        (["compared to"], "compared  to FooNet", "compared  to"),
        (["compared to"], "compared\nto FooNet", "compared\nto"),
        (["than", "better than"], "better than FooNet", "better than"),
        (["speed", "speed up"], "speed up FooNet", "speed up"),
        (["vs."], "A vs. B", "vs."),
        (["vs."], "A vsx B", None),
        (["C++"], "in C++ code", "C++"),
        (["compare … with"], "compare with FooNet", "compare with"),
        (["compare … with"], "compare it with FooNet", "compare it with"),
        (["compare … with"], "compare our fast method with FooNet", "compare our fast method with"),
        (["compare … with"], "compare our very fast method with FooNet", None),
    ],
)
def test_cues_phrases_match_whole_words_in_any_case(words: list[str], text: str, found: str | None) -> None:
    assert [text[start:end] for start, end in phrases(words).spans(text)] == ([found] if found else [])


@given(
    st.lists(
        st.text(alphabet="ab.*+?()[]|^$\\ ", min_size=1, max_size=8).map(str.strip).filter(bool),
        min_size=1,
        max_size=5,
    )
)
def test_cues_phrases_take_every_sign_literally(words: list[str]) -> None:
    pattern = phrases(words)
    for word in words:
        assert pattern.fullmatch(word)
    assert not pattern.spans("zzz")


def test_cues_that_come_along_are_complete() -> None:
    cues = read_cues(SHIPPED)
    assert all(getattr(cues, name) for name in Cues.__slots__)


@pytest.mark.parametrize("section", SECTIONS)
def test_cues_name_the_section_that_is_missing(tmp_path: Path, section: str) -> None:
    path = tmp_path / "cues.toml"
    path.write_text(
        SHIPPED.read_text(encoding="utf-8").replace(f"\n[{section}]\n", f"\n[un{section}]\n"),
        encoding="utf-8",
    )
    with pytest.raises(OntologyError, match=rf"cues\.toml: .*'{section}'") as caught:
        read_cues(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"[introduce\n", "not valid TOML"),
        (b"\xff\xfe", "not valid TOML"),
        (b"", "'introduce'"),
        (b'[introduce]\nverbs = ["propose"]\n[improve]\n', "'subjects'"),
    ],
    ids=["syntax", "encoding", "empty", "entry"],
)
def test_cues_refuse_a_broken_file_in_one_line(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "cues.toml"
    path.write_bytes(content)
    with pytest.raises(OntologyError) as caught:
        read_cues(path)
    assert str(caught.value).startswith(f"{path}:")
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_cues_show_the_unit_that_is_no_regular_expression(tmp_path: Path) -> None:
    path = tmp_path / "cues.toml"
    path.write_text(
        SHIPPED.read_text(encoding="utf-8").replace("[unit]\n", "[unit]\n\"bad\" = '(unclosed'\n"),
        encoding="utf-8",
    )
    with pytest.raises(OntologyError, match=r"cues\.toml:\d+: bad .* not a regular expression: '\(unclosed'"):
        read_cues(path)


def changed(pattern: str, new: str) -> str:
    text, n = re.subn(pattern, lambda _: new, SHIPPED.read_text(encoding="utf-8"), count=1, flags=re.MULTILINE)
    assert n, pattern
    return text


# what is written in place of what, where, and what is told of it
MISTAKES: dict[str, tuple[str, str, list[str]]] = {
    "text": (r"^named = .*$", 'named = "called"', ["named in section [introduce]", "list of phrases, not 'called'"]),
    "none": (r"^named = .*$", "named = []", ["named in section [introduce]", "list of phrases"]),
    "number": (r"^named = .*$", 'named = ["called", 1]', ["named in section [introduce]", "1 is none"]),
    "blank": (r"^named = .*$", 'named = ["called", " "]', ["named in section [introduce]", "' ' is none"]),
    "nested": (r"^own = .*$", 'own = [["we"]]', ["own in section [position]", "['we'] is none"]),
    "words": (r"^articles = .*$", 'articles = "the"', ["articles in section [introduce]", "not 'the'"]),
    "other-section": (r"^\[aspect\]$", "[aspcet]", ["section 'aspect' is missing"]),
    "more-section": (r"^\[aspect\]$", '[improves]\nbetter = ["x"]\n[aspect]', ["[improves]; did you mean improve?"]),
    "entry": (r"^\[position\]$", '[position]\nonw = ["x"]', ["unknown entry 'onw' in section [position]", "mean own?"]),
    "type": (
        r"^\[head\]$",
        '[head]\nGadget = ["gadget"]',
        ["'Gadget' in section [head]", "Technique, M"],
    ),
    "suffix": (r"^\[suffix\]$", '[suffix]\nModels = ["Net"]', ["'Models' in section [suffix]; did you mean Model?"]),
    "two-heads": (
        r'^Hardware = \["accel',
        'Hardware = ["Model", "accel',
        ["'Model' in section [head]", "Hardware"],
    ),
    "unit-number": (r"^\[unit\]$", '[unit]\n"q" = 5', ["q in section [unit]", "a regular expression, not 5"]),
    "unit-empty": (r"^\[unit\]$", "[unit]\n'q' = '(?:q)?'", ["q in section [unit] fits where nothing stands"]),
    "unit-long": (r"^\[unit\]$", "[unit]\nq = 'q{99999999999}'", ["q in section [unit] is not a regular expression"]),
    "digits": (r"^\[unit\]$", f"[unit]\nq = {'9' * 5000}", ["not valid TOML"]),
    "deep": (r"^\[unit\]$", f"[unit]\nq = {'[' * 3000}", ["not valid TOML"]),
    "twice": (r"^\[unit\]$", "[position]\n[unit]", ["not valid TOML", "line"]),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_cues_mistakes_are_told_in_one_line(tmp_path: Path, name: str) -> None:
    pattern, new, told = MISTAKES[name]
    path = tmp_path / "cues.toml"
    path.write_text(changed(pattern, new), encoding="utf-8")
    with pytest.raises(OntologyError) as caught:
        read_cues(path)
    message = str(caught.value)
    assert message.startswith(f"{path}:")
    assert all(words in message for words in told), message
    assert message.isprintable()
    assert len(message) < 400


def test_cues_name_the_line_of_a_mistake(tmp_path: Path) -> None:
    path = tmp_path / "cues.toml"
    path.write_text(changed(r"^own = .*$", "own = 5"), encoding="utf-8")
    line = path.read_text(encoding="utf-8").splitlines().index("own = 5") + 1
    with pytest.raises(OntologyError, match=rf"cues\.toml:{line}: own in section \[position\]"):
        read_cues(path)


def test_cues_take_the_byte_order_mark_of_an_editor(tmp_path: Path) -> None:
    (tmp_path / "cues.toml").write_text(SHIPPED.read_text(encoding="utf-8"), encoding="utf-8-sig")
    assert read_cues(tmp_path / "cues.toml").articles == read_cues(SHIPPED).articles


def test_cues_that_come_along_hold_nothing_that_is_not_read() -> None:
    assert set(SECTIONS) == set(KNOWN)


PIECES = ["better", "than", " ", " better than ", "compare", " with ", "(", "-", "vs.", "x", " word" * 200, "\n"]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join), st.data())
def test_cues_phrases_of_a_part_are_those_of_a_plain_search(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    for words in (["than", "better", "better than"], ["compare … with", "with"], ["vs.", "vs"]):
        found = phrases(words)
        assert list(found.within(text, start, end)) == [m.span() for m in found.compiled.finditer(text, start, end)]
        first = next((e for s, e in found.spans(text) if s >= start), len(text) + 1)
        assert found.first_end(text, start) == first


def test_cues_phrases_of_a_part_that_ends_in_a_word() -> None:
    assert phrases(["auc"]).spans("AUCROC") == ()
    assert list(phrases(["auc"]).within("AUCROC", 0, 3)) == [(0, 3)]
