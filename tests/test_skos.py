"""The SKOS files: what is read from them, and mistakes in them, each told in one line."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.cli import main
from kg.errors import OntologyError
from kg.files import ontology_folder
from kg.kept import open_vocabulary
from kg.records import TYPES
from kg.skos import read_vocabulary
from kg.vocabulary import Concept

PREFIXES = """\
@prefix kg: <https://w3id.org/mlkg/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix t: <https://w3id.org/mlkg/technique/> .

"""


def write_files(folder: Path, *bodies: str) -> Path:
    for number, body in enumerate(bodies):
        (folder / f"file{number}.ttl").write_text(PREFIXES + body, encoding="utf-8")
    return folder


def test_skos_is_read_from_skos(tmp_path: Path) -> None:
    write_files(
        tmp_path,
        't:foo a kg:Technique ; skos:prefLabel "foo method" ; skos:altLabel "FM", "foo way" ;\n'
        '  kg:ambiguousLabel "foo" ; skos:broader t:bar ; skos:definition "A method of foo." .',
        't:bar a kg:Technique ; skos:prefLabel "bar" .\nt:unrelated skos:note "no concept" .',
    )
    vocabulary = read_vocabulary(tmp_path)
    assert list(vocabulary.concepts) == ["technique/bar", "technique/foo"]
    assert vocabulary.concepts["technique/foo"] == Concept(
        id="technique/foo",
        type="Technique",
        label="foo method",
        aliases=("FM", "foo way"),
        ambiguous=("foo",),
        broader=("technique/bar",),
        definition="A method of foo.",
    )


A = 't:a a kg:Technique ; skos:prefLabel "A thing"'
B = 't:b a kg:Technique ; skos:prefLabel "B thing"'


MISTAKES: dict[str, tuple[tuple[str, ...], list[str]]] = {
    "no-dot": ((f"{A} .\n{B}",), ["file0.ttl", "not valid Turtle", "line 6"]),
    "escape": ((f'{A[:-1]}\\q" .',), ["file0.ttl", "not valid Turtle", "line 5", "'\\q'"]),
    "no-quote": ((f"{A[:-1]} .",), ["file0.ttl", "not valid Turtle", "line 5"]),
    "semicolon": (('t:a a kg:Technique\n  skos:prefLabel "A" .',), ["file0.ttl", "not valid Turtle", "line 6"]),
    "prefix": ((f"{A} .", "x:y a kg:Technique ."), ["file1.ttl", "not valid Turtle", "x:"]),
    "page": (("<!DOCTYPE html><html><body>404</body></html>",), ["file0.ttl", "not valid Turtle", "line 5"]),
    "merge": ((f"{A} .\n<<<<<<< HEAD\n{B} .\n=======\n",), ["file0.ttl", "not valid Turtle", "line 6"]),
    "nothing-seen": ((f"{A} .\n\0\n",), ["file0.ttl", "not valid Turtle", "line 6"]),
    "two-labels": ((f'{A}, "Another" .',), ["file0.ttl:5:", "technique/a", "one skos:prefLabel", "2"]),
    "no-label": ((f"{A} .\nt:b a kg:Technique .",), ["file0.ttl:6:", "technique/b", "one skos:prefLabel", "0"]),
    "empty-label": (
        ('t:a a kg:Technique ; skos:prefLabel "" .',),
        ["file0.ttl:5:", "no word in its skos:prefLabel ''"],
    ),
    "blank-alias": ((f'{A} ; skos:altLabel " " .',), ["file0.ttl:5:", "no word in its skos:altLabel ' '"]),
    "label-iri": (("t:a a kg:Technique ; skos:prefLabel t:b .",), ["file0.ttl:5:", "technique/a", "no word"]),
    "wrong-type": (('t:a a kg:Gadget ; skos:prefLabel "A" .',), ["file0.ttl:5:", "technique/a", "Gadget", *TYPES]),
    "two-types": (('t:a a kg:Model, kg:Task ; skos:prefLabel "A" .',), ["file0.ttl:5:", "technique/a", "Model, Task"]),
    "no-type": ((f'{A} .\n\nt:b skos:prefLabel "B" .',), ["file0.ttl:7:", "technique/b needs one type", "not none"]),
    "other-prefix": (
        (f"@prefix kg: <https://w3id.org/mlkg/ontology/> .\n{A} .",),
        ["file0.ttl:6:", "technique/a needs one type of kg:Technique", "not https://w3id.org/mlkg/ontology/Technique"],
    ),
    "typo": ((f'{A} ; skos:altlabel "AA" .',), ["file0.ttl:5:", "skos:altlabel", "did you mean skos:altLabel?"]),
    "typo-of-ours": ((f'{A} ; kg:ambigousLabel "Q" .',), ["file0.ttl:5:", "did you mean kg:ambiguousLabel?"]),
    "capitals": (('t:Aa a kg:Technique ; skos:prefLabel "A" .',), ["file0.ttl:5:", "technique/Aa", "small letters"]),
    "other-place": (('<x:a> a kg:Technique ; skos:prefLabel "A" .',), ["x:a", "https://w3id.org/mlkg/technique/"]),
    "nameless": (('[] a kg:Technique ; skos:prefLabel "A" .',), ["https://w3id.org/mlkg/technique/"]),
    "unknown-broader": (
        (f'{A} ; skos:broader t:some-thign .\nt:some-thing a kg:Technique ; skos:prefLabel "some thing" .',),
        ["file0.ttl:5:", "technique/a", "technique/some-thign", "did you mean technique/some-thing?"],
    ),
    "broader-text": ((f'{A} ; skos:broader "t:b" .',), ["file0.ttl:5:", "technique/a", "skos:broader t:b", "no file"]),
    "broader-type": (
        (f"{A} .", '<https://w3id.org/mlkg/model/m> a kg:Model ; skos:prefLabel "M" ; skos:broader t:a .'),
        ["file1.ttl:5:", "model/m is a Model", "technique/a, a Technique"],
    ),
    "own-broader": ((f"{A} ; skos:broader t:a .",), ["file0.ttl:5:", "technique/a → technique/a", "circle"]),
    "circle": (
        (f"{A} ; skos:broader t:b .", f"{B} ; skos:broader t:a ."),
        ["technique/a → technique/b → technique/a", "circle"],
    ),
    "twice": ((f"{A} .", f"{A} ."), ["file1.ttl:5:", "technique/a", "already defined in file0.ttl"]),
    "same-label": ((f"{A} .", f'{B} ; skos:altLabel "A thing" .'), ["file1.ttl:5:", "technique/b", "of technique/a"]),
    "same-words": (
        (f"{A} .", 't:b a kg:Technique ; skos:prefLabel "a-Things" .'),
        ["file1.ttl:5:", "technique/b has the label 'a-Things'", "'A thing', a label of technique/a", "ambiguousLabel"],
    ),
    "same-of-types": (
        (f"{A} .", '<https://w3id.org/mlkg/model/m> a kg:Model ; skos:prefLabel "M" ; skos:altLabel "A thing" .'),
        ["file0.ttl:5:", "technique/a has the label 'A thing'", "model/m"],
    ),
    "empty": ((), ["no vocabulary here", "*.ttl"]),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_skos_refuses_broken_files_in_one_line(tmp_path: Path, name: str) -> None:
    bodies, told = MISTAKES[name]
    with pytest.raises(OntologyError) as caught:
        read_vocabulary(write_files(tmp_path, *bodies))
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(str(tmp_path))
    assert all(words in message for words in told), message


def test_skos_refuses_a_file_that_is_not_utf_8(tmp_path: Path) -> None:
    (tmp_path / "latin.ttl").write_bytes((PREFIXES + A).encode() + b' ; skos:altLabel "\xe9t\xe9" .')
    with pytest.raises(OntologyError, match=r"latin\.ttl: not valid Turtle"):
        read_vocabulary(tmp_path)


def test_skos_refuses_a_long_circle_without_recursion(tmp_path: Path) -> None:
    size = 3000
    body = "\n".join(
        f't:c{i} a kg:Technique ; skos:prefLabel "C{i}" ; skos:broader t:c{(i + 1) % size} .' for i in range(size)
    )
    with pytest.raises(OntologyError, match="circle"):
        read_vocabulary(write_files(tmp_path, body))


@pytest.mark.parametrize(
    "body",
    [
        f"{A} .\n{A} .",
        f'{A} ; skos:altLabel "AA"@en, "AA" .',
        f'{A} ; kg:ambiguousLabel "Q" . {B} ; kg:ambiguousLabel "Q" .',
        f'{A} ; skos:altLabel "Q" . {B} ; kg:ambiguousLabel "Q" .',
        f"{A} ; skos:note <<( t:a t:b t:c )>> .",
        f"{A} ; skos:scopeNote 5 ; <http://purl.org/dc/terms/source> <http://example.org/> .",
        f"{A} .\nt:unrelated skos:note 'no concept' .",
    ],
)
def test_skos_takes_what_does_no_harm(tmp_path: Path, body: str) -> None:
    found = read_vocabulary(write_files(tmp_path, body)).concepts["technique/a"]
    assert found.label == "A thing"
    assert len(set(found.aliases)) == len(found.aliases)


def test_skos_takes_the_byte_order_mark_of_an_editor(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text(f"{PREFIXES}{A} .", encoding="utf-8-sig")
    assert list(read_vocabulary(tmp_path).concepts) == ["technique/a"]


@pytest.mark.parametrize("small", [0, 2**20])
def test_skos_files_that_cannot_be_read(tmp_path: Path, small: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.kept.SMALL", small)
    write_files(tmp_path, f"{A} .")
    (tmp_path / ".#file0.ttl").symlink_to("somebody@somewhere.1")  # as Emacs locks a file
    assert list(open_vocabulary(tmp_path).concepts) == ["technique/a"]
    (tmp_path / "gone.ttl").symlink_to("nowhere")
    with pytest.raises(OntologyError, match=r"gone\.ttl: cannot be read: No such file or directory; mend it"):
        open_vocabulary(tmp_path)
    (tmp_path / "gone.ttl").unlink()
    (tmp_path / "gone.ttl").mkdir()
    with pytest.raises(OntologyError, match=r"gone\.ttl: cannot be read: Is a directory; mend it"):
        open_vocabulary(tmp_path)


def refusal(folder: Path) -> str:
    try:
        read_vocabulary(folder)
    except OntologyError as e:
        return str(e)
    return ""


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_skos_files_changed_anywhere_are_read_or_refused_in_one_line(tmp_path: Path, data: st.DataObject) -> None:
    whole = f'{PREFIXES}{A} ; skos:altLabel "AA" ; skos:broader t:b .\n{B} ; skos:definition "What it is." .\n'
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 12)))
    new = data.draw(st.text(max_size=5) | st.sampled_from(["skos:", '"', "<", "[", "(", "t:b", "@en", ";", ".", "<<("]))
    (tmp_path / "a.ttl").write_bytes((whole[:start] + new + whole[end:]).encode("utf-8", "surrogatepass"))
    said = refusal(tmp_path)
    assert said.startswith(str(tmp_path)) or not said
    assert said.isprintable()


def test_skos_mistake_is_one_line_of_a_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("kg.ttl", "cues.toml", "resolution.toml"):
        (tmp_path / "ontology" / "vocabulary").mkdir(parents=True, exist_ok=True)
        (tmp_path / "ontology" / name).write_bytes((ontology_folder() / name).read_bytes())
    write_files(tmp_path / "ontology" / "vocabulary", f"{A} .", f'{B} ; skos:altLabel "A thing" .')
    (tmp_path / "papers.txt").write_text(
        "FooNet: Pruning Nets Fast\nWe propose FooNet, a pruning method for networks.\n", encoding="utf-8"
    )
    monkeypatch.setattr("kg.files.__file__", str(tmp_path / "kg" / "files.py"))
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["build", "papers.txt"])
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == (
        f"kg: {tmp_path}/ontology/vocabulary/file1.ttl:5: technique/b has the label 'A thing', a label of technique/a; "
        "merge the two, or declare it a kg:ambiguousLabel of one of them\n"
    )
    assert not (tmp_path / "exports").exists()
