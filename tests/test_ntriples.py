"""Tests of `kg.ntriples`: the lines are those of the Turtle file, and the same graph gives the same bytes."""

from __future__ import annotations

import gzip
import shutil
import subprocess
import time
from pathlib import Path

import pyoxigraph
import pytest
from rdflib import Graph as RdfGraph

from kg.errors import OutputError
from kg.ntriples import write_ntriples
from kg.rdf import build_rdf, write_turtle
from tests.small import small_facts


@pytest.fixture
def turtle(tmp_path: Path) -> Path:
    write_turtle(small_facts(), tmp_path / "graph.ttl")
    return tmp_path / "graph.ttl"


def test_ntriples_say_what_the_turtle_file_says_in_its_order(turtle: Path, tmp_path: Path) -> None:
    write_ntriples(turtle, tmp_path / "graph.nt.gz")
    lines = gzip.decompress((tmp_path / "graph.nt.gz").read_bytes())
    by_pyoxigraph = [q.triple for q in pyoxigraph.parse(lines, format=pyoxigraph.RdfFormat.N_TRIPLES)]
    assert by_pyoxigraph == [q.triple for q in pyoxigraph.parse(path=turtle, format=pyoxigraph.RdfFormat.TURTLE)]
    assert set(RdfGraph().parse(data=lines, format="nt")) == set(build_rdf(small_facts()))


def test_ntriples_stand_one_on_a_line_without_repetition(turtle: Path, tmp_path: Path) -> None:
    write_ntriples(turtle, tmp_path / "graph.nt.gz")
    lines = gzip.decompress((tmp_path / "graph.nt.gz").read_bytes()).decode().split("\n")
    assert lines.pop() == ""
    assert len(lines) == len(set(lines)) == len(build_rdf(small_facts()))
    assert all(line.startswith("<") and line.endswith(" .") for line in lines)


def test_ntriples_hold_no_time_and_no_name(turtle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_ntriples(turtle, tmp_path / "graph.nt.gz")
    monkeypatch.setattr(time, "time", lambda: 1e9)
    write_ntriples(turtle, tmp_path / "other.gz")
    packed = (tmp_path / "graph.nt.gz").read_bytes()
    assert packed == (tmp_path / "other.gz").read_bytes()
    # RFC 1952: no flags, so no name; the time is 0
    assert packed[3:8] == bytes(5)


@pytest.mark.skipif(shutil.which("rapper") is None, reason="rapper (raptor2-utils) is not installed")
def test_ntriples_are_read_by_rapper(turtle: Path, tmp_path: Path) -> None:
    write_ntriples(turtle, tmp_path / "graph.nt.gz")
    lines = gzip.decompress((tmp_path / "graph.nt.gz").read_bytes())
    command = ["rapper", "-q", "-i", "ntriples", "-o", "ntriples", "-", "urn:base"]
    run = subprocess.run(command, input=lines, capture_output=True, check=False)
    assert (run.returncode, run.stderr) == (0, b"")
    assert len(run.stdout.splitlines()) == len(lines.splitlines())


def test_ntriples_that_cannot_be_written_leave_the_former_file(turtle: Path, tmp_path: Path) -> None:
    (tmp_path / "graph.nt.gz").write_bytes(b"former")
    turtle.write_text("no Turtle", encoding="utf-8")
    with pytest.raises(SyntaxError):
        write_ntriples(turtle, tmp_path / "graph.nt.gz")
    assert (tmp_path / "graph.nt.gz").read_bytes() == b"former"
    with pytest.raises(OutputError, match="cannot be written"):
        write_ntriples(turtle, turtle / "graph.nt.gz")
