"""Measure `kg build` from a thousand papers to two hundred thousand: cost of a paper, memory, disk.

Run by hand with ``make bench``; ``python -m benchmarks.scale --papers 1000 --papers 200000`` takes other numbers,
``--from`` other papers than those of ``corpus/``. Where more papers are wanted than there are, one more is made of the
first half of one abstract and the second half of another, under a name of its own, so that what is new grows with the
papers. Each build is a process of its own, with no extractions kept. Memory is the proportional share of all its
processes (PSS), taken twice a second.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import spacy

from kg.readers import read_papers
from kg.records import Paper
from kg.text import find_sentences

ROOT = Path(__file__).parent.parent
SYLLABLES = "ba do fe gi lo mu na pe ri so ta vu".split()
WAIT = 0.5


def more_papers(papers: Sequence[Paper], wanted: int) -> Iterator[tuple[str, str]]:
    """Yield title and abstract of so many papers: `papers` first, then such as are made of two of them."""
    chance = random.Random(1)
    yield from ((p.title, p.abstract) for p in papers[:wanted])
    for i in range(wanted - len(papers)):
        one, other = chance.choice(papers), chance.choice(papers)
        name = "".join(SYLLABLES[i // 12**k % 12] for k in range(5)).capitalize() + "Net"
        first, second = ([s.text for s in find_sentences(p.abstract)] for p in (one, other))
        said = [*first[: len(first) // 2], f"We propose {name}.", *second[len(second) // 2 :]]
        yield f"{name}: {other.title}", " ".join(said)


def bare_rate(papers: Sequence[Paper]) -> float:
    """Return how many abstracts a second the bare tokenizer of spaCy takes, in one process."""
    tokenize, texts = spacy.blank("en").make_doc, [p.text for p in papers[:2000]]
    best = min(_seconds(lambda: [tokenize(t) for t in texts]) for _ in range(2))
    return len(texts) / best


def _seconds(run: object) -> float:
    began = time.perf_counter()
    run()  # type: ignore[operator]
    return time.perf_counter() - began


def shared_memory(process: int) -> int:
    """Return the proportional memory of `process` and its children in kB; Linux alone tells it."""
    total = 0
    waiting = [process]
    while waiting:
        one = waiting.pop()
        try:
            rollup = Path(f"/proc/{one}/smaps_rollup").read_text(encoding="ascii")
            children = Path(f"/proc/{one}/task/{one}/children").read_text(encoding="ascii")
        except OSError:
            continue
        total += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
        waiting += map(int, children.split())
    return total


def measure(papers: Sequence[Paper], wanted: int, arguments: Sequence[str]) -> tuple[float, int, int]:
    """Build a graph of so many papers and return seconds, most memory in kB, and bytes of the exports."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "papers.jsonl")
        with source.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps({"title": t, "abstract": a}) + "\n" for t, a in more_papers(papers, wanted))
        exports = Path(folder, "exports")
        command = [sys.executable, "-m", "kg.cli", "build", str(source), "-o", str(exports), "--anew", *arguments]
        began, most = time.perf_counter(), 0
        run = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
        while run.poll() is None:
            most = max(most, shared_memory(run.pid))
            time.sleep(WAIT)
        taken = time.perf_counter() - began
        if run.returncode:
            raise SystemExit(run.stderr.read() if run.stderr else "the build failed")
        return taken, most, sum(f.stat().st_size for f in exports.iterdir() if f.is_file())


def main() -> None:
    """Print a line for each number of papers."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--papers", type=int, action="append")
    parser.add_argument("--from", dest="source", default=str(ROOT / "corpus"))
    parser.add_argument("--no-model", action="store_true")
    given = parser.parse_args()
    papers = read_papers([given.source]).papers
    bare = bare_rate(papers)
    print(f"bare tokenizer, one process: {bare:.0f} papers/s; with {'rules alone' if given.no_model else 'the model'}:")
    print(f"{'papers':>8}{'seconds':>9}{'papers/s':>10}{'x bare':>8}{'ms/paper':>10}{'peak MB':>9}{'exports MB':>12}")
    for wanted in given.papers or (1000, 5000, 20_000, 50_000, 200_000):
        taken, most, size = measure(papers, wanted, ["--no-model"] if given.no_model else [])
        rate = wanted / taken
        cost = f"{wanted:8}{taken:9.1f}{rate:10.1f}{bare / rate:8.1f}{1000 / rate:10.2f}"
        print(f"{cost}{most / 1024:9.0f}{size / 1e6:12.1f}", flush=True)


if __name__ == "__main__":
    main()
