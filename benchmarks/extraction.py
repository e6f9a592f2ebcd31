"""Measure the extraction: abstracts a second, beside the bare tokenizer of the same machine.

Run by hand with ``make bench``. Ratios are what to compare between machines; the papers are those of
``corpus/``, taken several times over for the growth of time and memory with their number.
"""

from __future__ import annotations

import gc
import os
import resource
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import spacy

from kg.pipeline import COLLECTED, build_pipeline, extract
from kg.readers import read_papers

CORPUS = Path(__file__).parent.parent / "corpus"


def seconds(run: Callable[[], object]) -> float:
    """Return the least time of two runs of `run`."""
    times = []
    for _ in range(2):
        began = time.perf_counter()
        run()
        times.append(time.perf_counter() - began)
    return min(times)


def main() -> None:
    """Print the table of figures, with the settings of ``kg build`` for one process."""
    papers = read_papers([CORPUS]).papers
    gc.set_threshold(COLLECTED)
    blank = spacy.blank("en")
    bare = seconds(lambda: [blank.make_doc(p.text) for p in papers])
    print(f"{'':28}{'papers/s':>10}{'x bare tokenizer':>18}")
    print(f"{'bare spaCy tokenizer':28}{len(papers) / bare:10.0f}{1:18.1f}")
    for caption, nlp in (("rules alone", build_pipeline(model=False)), ("with the trained part", build_pipeline())):
        taken = seconds(lambda nlp=nlp: [None for _ in extract(nlp, papers)])
        print(f"{caption:28}{len(papers) / taken:10.0f}{taken / bare:18.1f}")
    print(f"\n{'papers':>8}{'ms/paper':>10}{'peak MB':>9}")
    nlp = build_pipeline()
    gc.freeze()
    for times in (1, 2, 4, 8):
        many = [replace(p, title=f"{p.title} {i}") for i in range(times) for p in papers]
        began = time.perf_counter()
        for _ in extract(nlp, many):
            pass
        taken = time.perf_counter() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{len(many):8}{1000 * taken / len(many):10.2f}{peak:9.0f}")


if __name__ == "__main__":
    main()
