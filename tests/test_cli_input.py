"""Bad input through the command line: one clear line, the good rows kept, the former exports untouched."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pyoxigraph
import pytest
import zstandard
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.cli import main
from kg.readers import FORMATS, stream_papers
from kg.records import Paper, Skipped

ROOT = Path(__file__).parent.parent
EXPORTS = ("graph-query.js", "graph.graphml", "graph.html", "graph.jsonld", "graph.nt.gz", "graph.ttl")
GOOD = "FooNet: Pruning Nets Fast\nWe propose FooNet, a pruning method. It is 2x faster than BarNet.\n"


# what formats are made of, for texts that are nearly one of them
CORNERS = [
    b"\x1f\x8b\x08\x00", b"\x28\xb5\x2f\xfd", b"\xff\xfe", b"\xef\xbb\xbf", b"\x00", b"\xe2\x80\xae", b"\r", b"\n",
    b"PK\x03\x04",
    b"[", b"]", b"{", b"}", b'"title"', b":", b'"abstract"', b'"We study it."', b",", b"{'title':", b'"paper":',
    b"<feed xmlns='http://www.w3.org/2005/Atom'>", b"<entry>", b"<title>", b"</title>", b"<html>", b"<h3>", b"<p>",
    b"@misc{a,", b"title = {", b"abstract = ", b"TY  - JOUR\n", b"AB  - ", b"ER  - ", b"# ", b"**Abstract**: ",
    b"title,abstract\n", b"title\tabstract\n", b"On Foo\n", b"We study foo and find it good.\n",
    b"\\frac{", b"$", b"&amp;",
]  # fmt: skip


@pytest.fixture(autouse=True)
def _in_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(name: str, content: str | bytes) -> str:
    Path(name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return name


def kg_build(*inputs: str, output: str = "out", stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["build", *inputs, "-o", output], input=stdin)


def titles() -> list[str]:
    store = pyoxigraph.Store()
    store.bulk_load(path="out/graph.ttl", format=pyoxigraph.RdfFormat.TURTLE)
    found = store.query(
        "PREFIX kg: <https://w3id.org/mlkg/ontology#> PREFIX dcterms: <http://purl.org/dc/terms/>"
        "SELECT ?title WHERE { ?paper a kg:Paper ; dcterms:title ?title } ORDER BY ?title"
    )
    assert isinstance(found, pyoxigraph.QuerySolutions)
    return [row["title"].value for row in found]


def files(folder: str) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in Path(folder).iterdir()}


def write_former() -> dict[str, bytes]:
    Path("out").mkdir()
    for name in (*EXPORTS, "notes.txt"):
        write(f"out/{name}", f"former {name}")
    return files("out")


BAD: dict[str, tuple[str | bytes, list[str]]] = {
    "empty.txt": ("", ["empty"]),
    "blank.txt": ("\n \n\t\n", ["empty"]),
    "binary.txt": (bytes(range(256)) * 50, ["binary", "save the listing as UTF-8 text"]),
    "title.txt": ("FooNet: Pruning Nets Fast\n", [":1:", "title without an abstract", "FooNet"]),
    "titles.txt": ("FooNet: Pruning\nBarNet: Growing\n", [":1:", "title without an abstract"]),
    "abstract.txt": (
        "\n" + "We study foo in depth. " * 12,
        [":2:", "abstract without a title", "We study foo"],
    ),
    "furniture.txt": ("new\n\nSubscribe\n\nMar 11\n", ["no papers found"]),
    "line.txt": ("word " * 2_000_000, [":1:", "9,999,999 characters", "a line of its own"]),
    "cut.jsonl": (
        json.dumps({"title": "FooNet", "abstract": "We propose FooNet."})[:-4],
        [":1:", "broken JSON"],
    ),
    "array.json": ('[{"title": "FooNet", "abstract": "We', ["broken JSON"]),
    "number.json": ("[1, 2]", [":1:", "no JSON object"]),
}


@pytest.mark.parametrize("name", BAD)
def test_cli_input_that_holds_no_paper_fails_in_one_line_and_leaves_the_exports(name: str) -> None:
    content, told = BAD[name]
    former = write_former()
    result = kg_build(write(name, content))
    assert result.exit_code == 1
    assert result.stdout == ""
    [line] = result.stderr.splitlines()
    assert line.startswith(f"kg: {name}: no papers found")
    assert "give listings" in line
    assert all(words in line for words in told), line
    assert files("out") == former


@pytest.mark.parametrize("name", [n for n in BAD if n != "furniture.txt"])
def test_cli_input_beside_a_good_one_is_told_and_passed_over(name: str) -> None:
    content, told = BAD[name]
    result = kg_build(write(name, content), write("good.txt", GOOD))
    assert result.exit_code == 0, result.stderr
    assert result.stdout == ""
    assert titles() == ["FooNet: Pruning Nets Fast"]
    skipped = [line for line in result.stderr.splitlines() if line.startswith("kg: skipped ")]
    assert skipped
    assert all(line.startswith(f"kg: skipped {name}:") for line in skipped)
    assert all(words in skipped[0] for words in told)


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (f"A Title Alone\n{GOOD}", [1]),
        (f"{GOOD}\nA Title Alone", [4]),
        (f"{'We study foo in depth. ' * 12}\n{GOOD}", [1]),
        (f"{GOOD}On Big Things\n{'word ' * 2_000_000}\n", [3, 4]),
    ],
    ids=["title-first", "cut-off", "abstract-first", "10-MB"],
)
def test_cli_input_rows_that_are_no_paper_are_told_and_the_good_kept(content: str, rows: list[int]) -> None:
    result = kg_build(write("page.txt", content))
    assert result.exit_code == 0, result.stderr
    assert titles() == ["FooNet: Pruning Nets Fast"]
    told = [line.split(":")[2] for line in result.stderr.splitlines() if line.startswith("kg: skipped page.txt:")]
    assert told == [str(row) for row in rows]


def test_cli_input_that_is_cut_off_in_an_abstract_keeps_both_papers() -> None:
    long = "BarNet: Growing Nets\n" + "We propose BarNet, a growing method. " * 8
    result = kg_build(write("page.txt", GOOD + long[:-9]))
    assert result.exit_code == 0, result.stderr
    assert titles() == ["BarNet: Growing Nets", "FooNet: Pruning Nets Fast"]


def test_cli_input_with_damaged_bytes_is_told_and_read() -> None:
    damaged = b"Caf\xe9Net: Growing Nets\nWe propose Caf\xe9Net, a growing method for networks.\n"
    result = kg_build(write("page.txt", GOOD.encode() + damaged))
    assert result.exit_code == 0, result.stderr
    assert titles() == ["Caf\ufffdNet: Growing Nets", "FooNet: Pruning Nets Fast"]
    told = [line for line in result.stderr.splitlines() if "UTF-8" in line]
    assert [line.split(": ")[1].split(" ")[-1] for line in told] == ["page.txt:3", "page.txt:4"]


HOSTILE = (
    "</script><script>alert(1)</script> <img src=x onerror=\"alert(1)\"> & 'FooNet' "
    '\\ \\u0041 """ ^^<x> @en ]]> <!-- ${x} {{y}}'
)


def test_cli_input_with_metacharacters_comes_out_as_it_was() -> None:
    abstract = f"We propose FooNet, a pruning method. It is better than BarNet {HOSTILE}."
    result = kg_build(write("rows.jsonl", json.dumps({"title": HOSTILE, "abstract": abstract})))
    assert result.exit_code == 0, result.stderr
    assert titles() == [HOSTILE]
    page = Path("out/graph.html").read_text(encoding="utf-8")
    assert "<script>alert(1)" not in page
    assert "<img src=x" not in page
    graphml = ElementTree.parse("out/graph.graphml")
    assert HOSTILE in {e.text for e in graphml.iter() if e.text}


def test_cli_input_folder_without_listings() -> None:
    former = write_former()
    Path("papers").mkdir()
    write("papers/README.md", GOOD)
    result = kg_build("papers")
    assert result.exit_code == 1
    assert result.stderr == (
        "kg: papers: no listings in this folder; expected files .atom, .bib, .csv, .htm, .html, .json,"
        " .jsonl, .markdown, .md, .ndjson, .ris, .text, .tsv, .txt, .xml\n"
    )
    assert files("out") == former


@pytest.mark.parametrize("inputs", [["gone.txt"], ["good.txt", "gone.txt"], []], ids=["one", "second", "none"])
def test_cli_input_that_does_not_exist(inputs: list[str]) -> None:
    former = write_former()
    write("good.txt", GOOD)
    result = kg_build(*inputs)
    assert result.exit_code == 1
    [line] = result.stderr.splitlines()
    assert line.startswith(f"kg: {inputs[-1] if inputs else 'corpus'}: no such file; give ")
    assert files("out") == former


@pytest.mark.parametrize("output", ["blocked", "blocked/out"])
def test_cli_output_that_cannot_be_written(output: str) -> None:
    write("blocked", "a file where a folder is wanted")
    result = kg_build(write("good.txt", GOOD), output=output)
    assert result.exit_code == 1
    [line] = result.stderr.splitlines()
    assert line.startswith(f"kg: {output}: cannot be written: ")
    assert line.endswith("choose another folder with -o")
    assert Path("blocked").read_text(encoding="utf-8") == "a file where a folder is wanted"
    assert sorted(p.name for p in Path().iterdir()) == ["blocked", "good.txt"]


def test_cli_build_that_fails_while_it_writes_leaves_the_former_exports(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kg.build.write_graphml", full)
    former = write_former()
    result = kg_build(write("good.txt", GOOD))
    assert result.exit_code == 1
    assert (
        result.stderr
        == "kg: out: cannot be written: No space left on device; free some space or choose another folder with -o\n"
    )
    assert files("out") == former


@pytest.mark.parametrize("content", [GOOD, GOOD.replace("\n", "\r\n").encode("utf-16")], ids=["utf-8", "utf-16"])
def test_cli_input_from_a_pipe(content: str | bytes) -> None:
    result = kg_build("-", stdin=content)
    assert result.exit_code == 0, result.stderr
    assert titles() == ["FooNet: Pruning Nets Fast"]
    assert sorted(files("out")) == sorted(EXPORTS)


def test_cli_input_given_twice_or_in_another_order_gives_the_same_bytes() -> None:
    one, other = (
        write("a.txt", GOOD),
        write("b.txt", "BarNet: Growing Nets\nWe propose BarNet, a growing method.\n"),
    )
    made = []
    for inputs in ([one, other], [other, one, one]):
        assert kg_build(*inputs).exit_code == 0
        made.append(files("out"))
    assert made[0] == made[1]


@pytest.mark.parametrize("base", ["example.org/", "http://example.org", "http://exa mple.org/", "http://<x>/", ""])
def test_cli_base_that_is_no_iri_is_misuse(base: str) -> None:
    former = write_former()
    result = CliRunner().invoke(main, ["build", write("good.txt", GOOD), "-o", "out", "--base", base])
    assert result.exit_code == 2
    assert "--base" in result.stderr
    assert files("out") == former


def test_cli_debug_shows_the_traceback() -> None:
    assert "Traceback" not in kg_build("gone.txt").stderr
    result = CliRunner().invoke(main, ["--debug", "build", "gone.txt"])
    assert type(result.exception).__name__ == "InputError"


ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>http://arxiv.org/abs/2401.00001v1</id><title>FooNet</title>'
    "<summary>We propose FooNet, a pruning method.</summary><published>2024-01-05T00:00:00Z</published>"
    "<author><name>Ada Lovelace</name></author></entry></feed>"
)
BIBTEX = "@misc{a, title = {FooNet: Pruning}, abstract = {We propose FooNet.}, eprint = {2401.00001}, year = 2023}"


def said_of_papers(predicate: str) -> list[str]:
    store = pyoxigraph.Store()
    store.bulk_load(path="out/graph.ttl", format=pyoxigraph.RdfFormat.TURTLE)
    found = store.query(
        "PREFIX kg: <https://w3id.org/mlkg/ontology#> PREFIX dcterms: <http://purl.org/dc/terms/> "
        "PREFIX dc: <http://purl.org/dc/elements/1.1/> "
        f"SELECT ?o WHERE {{ ?s a kg:Paper ; {predicate} ?o }} ORDER BY ?o"
    )
    assert isinstance(found, pyoxigraph.QuerySolutions)
    return [row["o"].value for row in found]


def test_cli_input_of_several_formats_packed_or_not_makes_one_paper() -> None:
    Path("in").mkdir()
    write("in/a.xml.gz", gzip.compress(ATOM.encode()))
    write("in/b.bib.zst", zstandard.compress(BIBTEX.encode()))
    result = kg_build("in", write("good.txt", GOOD))
    assert result.exit_code == 0, result.stderr
    assert titles() == ["FooNet", "FooNet: Pruning Nets Fast"]
    assert said_of_papers("dcterms:identifier") == ["arxiv:2401.00001"]
    assert said_of_papers("dcterms:issued") == ["2023"]
    assert said_of_papers("kg:authors") == ["Ada Lovelace"]
    assert said_of_papers("dc:source") == ["a.xml.gz", "b.bib.zst", "good.txt"]


def test_cli_input_by_a_pattern() -> None:
    write("one.txt", GOOD)
    write("two.xml", ATOM)
    assert kg_build("*.txt").exit_code == 0
    assert titles() == ["FooNet: Pruning Nets Fast"]
    result = kg_build("*.bib")
    assert (result.exit_code, result.stderr) == (1, "kg: *.bib: no file matches this pattern\n")


def test_cli_input_format_can_be_forced() -> None:
    page = write("page.txt", "{'title' is what a dict has}\nWe study what a dict has and what it does not have.\n")
    assert kg_build(page).exit_code == 1
    assert CliRunner().invoke(main, ["build", page, "-o", "out", "--format", "listing"]).exit_code == 0
    assert titles() == ["{'title' is what a dict has}"]
    wrong = CliRunner().invoke(main, ["build", page, "-o", "out", "--format", "docx"])
    assert wrong.exit_code == 2
    assert "snapshot" in wrong.stderr


def test_cli_input_tells_many_rows_of_one_reason_together() -> None:
    rows = [json.dumps({"title": f"On {i}"}) for i in range(1000)]
    rows[500] = json.dumps({"title": "FooNet", "abstract": "We propose FooNet, a pruning method."})
    result = kg_build(write("rows.jsonl", "\n".join(rows)))
    assert result.exit_code == 0, result.stderr
    told = [line for line in result.stderr.splitlines() if line.startswith("kg: skipped")]
    assert told[0] == "kg: skipped rows.jsonl:1: no abstract: 'On 0'"
    assert told[-1] == "kg: skipped rows.jsonl:6: no abstract, here and in 993 rows below"
    assert len(told) == 6
    assert "1 papers, 999 rows skipped" in result.stderr


@pytest.mark.parametrize("name", ["../../up.txt", "a\nb.txt", "<b>.txt", "\u202etxt.txt", "é'\".txt"])
def test_cli_input_name_is_text_alone(name: str) -> None:
    path = Path("deep/er/x") / name
    path.parent.mkdir(parents=True, exist_ok=True)
    result = kg_build(write(str(path), GOOD))
    assert result.exit_code == 0, result.stderr
    [source] = said_of_papers("dc:source")
    assert "/" not in source
    assert "\n" not in source
    assert "\u202e" not in source


@given(st.binary(max_size=300) | st.lists(st.sampled_from(CORNERS), max_size=8).map(b"".join))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_cli_input_of_any_bytes_gives_papers_or_reasons(data: bytes) -> None:
    write("any", data)
    for form in (None, *FORMATS):
        for found in stream_papers(["any"], form):
            assert isinstance(found, Paper | Skipped)
            assert "\n" not in str(found)


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="no terminal can be made here")
def test_cli_progress_is_shown_on_a_terminal_alone() -> None:
    piped = kg_build(write("a.txt", GOOD))
    assert (piped.stdout, "Extracting" in piped.stderr) == ("", False)
    command = [sys.executable, "-m", "kg.cli", "build", "a.txt", "-o", "out", "--no-model"]
    ours, theirs = os.openpty()
    with subprocess.Popen(command, stderr=theirs, env=os.environ | {"PYTHONPATH": str(ROOT), "TERM": "xterm"}) as run:
        os.close(theirs)
        seen = b""
        with contextlib.suppress(OSError):  # what a terminal says once nobody writes to it
            while more := os.read(ours, 4096):
                seen += more
    os.close(ours)
    assert run.returncode == 0
    for stage in (b"Reading papers", b"Extracting", b"Resolving", b"Writing graph.ttl", b"graph.jsonld "):
        assert stage in seen
