"""Fuzz: seek inputs that break a law of `benchmarks.laws`, led by the branches of `kg` that they reach.

Run by hand with ``make fuzz``; ``SECONDS=600`` sets the time for each target, ``TARGETS="ris bibtex"`` takes some.

What must hold for every target is looked after here: no error but a `KGError`, no more than `SLOWEST` seconds, no more
than `MOST_MEMORY` megabytes. Whatever breaks a law is told once for each place in the code, and kept in the folder of
the run as a file; ``--again FILE`` with the name of its target runs the law on it anew, which needs no atheris.

atheris drives libFuzzer, which ends its process: so each target has one of its own. There are wheels for Linux alone.
"""

from __future__ import annotations

import argparse
import re
import resource
import signal
import subprocess
import sys
import tempfile
import traceback
import warnings
from collections.abc import Sequence
from pathlib import Path

from benchmarks.laws import ROOT, TARGETS, Law

LONGEST = 4096
SLOWEST = 4.0
# what the trained weights, the vocabulary and lxml take, with room
MOST_MEMORY = 2048


def too_slow(*_: object) -> None:
    """Stop what takes too long; regular expressions look for signals too."""
    raise TimeoutError(f"more than {SLOWEST} seconds")


def place(error: BaseException) -> str:
    """Return the innermost line of the project that an error came through."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith(str(ROOT))]
    # of a law that is broken, where it stands, not `hold`
    inner = frames[:-1] if isinstance(error, AssertionError) else [f for f in frames if "/kg/" in f.filename]
    if not (inner or frames):
        return "?"
    frame = (inner or frames)[-1]
    return f"{Path(frame.filename).relative_to(ROOT)}:{frame.lineno}"


def guarded(law: Law, folder: Path) -> Law:
    """Return `law` so that it tells and keeps what breaks it, once for each place, and goes on."""
    seen: set[str] = set()
    signal.signal(signal.SIGPROF, too_slow)

    def run(data: bytes) -> None:
        try:
            signal.setitimer(signal.ITIMER_PROF, SLOWEST)
            try:
                law(data)
            finally:
                signal.setitimer(signal.ITIMER_PROF, 0)
        except Exception as error:
            where = f"{place(error)} {type(error).__name__}"
            if where not in seen:
                seen.add(where)
                file = folder / f"finding-{len(seen)}"
                file.write_bytes(data)
                told = "".join(traceback.format_exception(error))
                file.with_suffix(".txt").write_text(told, "utf-8", "replace")
                print(f"FINDING {where} {str(error)[:300]!r} {file}", file=sys.stderr, flush=True)

    return run


def fuzz_one(name: str, seconds: int, folder: Path) -> None:
    """Fuzz a target in this process, which ends with it."""
    import atheris

    with atheris.instrument_imports(include=["kg"]):
        law, seeds = TARGETS[name]()
    for part in ("seeds", "corpus"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for i, seed in enumerate(seeds):
        (folder / "seeds" / f"{i}").write_bytes(seed[:LONGEST])
    # what libFuzzer may put together, in its notation
    words = sorted({w for seed in seeds for w in re.findall(rb"[A-Za-z][\w:.-]{1,30}|[^\w\s]{1,4}", seed)})
    lines = [f'"{"".join(f"{chr(92)}x{b:02x}" for b in word)}"' for word in words]
    (folder / "words.txt").write_text("\n".join(lines))
    arguments = [
        "fuzz", str(folder / "corpus"), str(folder / "seeds"), f"-dict={folder / 'words.txt'}", f"-max_len={LONGEST}",
        f"-max_total_time={seconds}", f"-rss_limit_mb={MOST_MEMORY}", f"-artifact_prefix={folder}/finding-",
        "-print_final_stats=1", "-timeout=60", "-len_control=20",
    ]  # fmt: skip
    # what would be said beside the reasons
    warnings.simplefilter("error")
    atheris.Setup(arguments, guarded(law, folder))
    atheris.Fuzz()


def fuzz(name: str, seconds: int, folder: Path) -> str:
    """Fuzz a target in a process of its own and return the line that tells of it."""
    began = processor_time()
    options = ["--one", f"--seconds={seconds}", f"--folder={folder.resolve()}"]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.fuzz", name, *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        errors="replace",
    )
    (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / name / "log.txt").write_text(done.stderr, "utf-8", "replace")

    def last(pattern: str) -> str:
        return str((re.findall(pattern, done.stderr) or ["?"])[-1])

    findings = re.findall(r"^FINDING (.*)$|^(.*ERROR: .*)$", done.stderr, re.MULTILINE)
    told = "".join(f"\n    {a or b}" for a, b in findings)
    runs, branches = last(r"number_of_executed_units: (\d+)"), last(r"cov: (\d+)")
    memory = last(r"peak_rss_mb: +(\d+)")
    spent = processor_time() - began
    return line(name, seconds, round(spent), runs, branches, memory, len(findings)) + told


def line(name: str, *figures: object) -> str:
    """Return a line of the table."""
    return f"{name:16}" + "".join(f"{figure:>10}" for figure in map(str, figures))


def processor_time() -> float:
    """Return the seconds of processor time of the processes that this one has started."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main(arguments: Sequence[str] | None = None) -> None:
    """Fuzz the targets that are named, all without a name, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--seconds", type=int, default=60, help="for each target (default: %(default)s)")
    parser.add_argument("--folder", type=Path, help="where inputs and findings go (default: a new one)")
    parser.add_argument("--again", type=Path, metavar="FILE", help="run the law of a target on this file alone")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    names = given.targets or list(TARGETS)
    if unknown := sorted({*names} - {*TARGETS}):
        parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(TARGETS)}")
    folder = given.folder or Path(tempfile.mkdtemp(prefix="kg-fuzz-"))
    if given.again:
        TARGETS[names[0]]()[0](given.again.read_bytes())
    elif given.one:
        fuzz_one(names[0], given.seconds, folder / names[0])
    else:
        print(line("target", "seconds", "of CPU", "inputs", "branches", "peak MB", "findings"), folder)
        for name in names:
            print(fuzz(name, given.seconds, folder), flush=True)


if __name__ == "__main__":
    main()
