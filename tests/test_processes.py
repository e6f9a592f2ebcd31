"""Tests of `kg.processes`: what processes beside a build do when something dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kg.errors import KGError
from kg.processes import CAN_FORK, processes_beside

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.skipif(not CAN_FORK, reason="processes are forked on Linux alone")
PREPARED: list[int] = []


def prepared() -> list[int]:
    return PREPARED


def test_processes_are_prepared_and_work() -> None:
    with processes_beside(2, PREPARED.append, 7) as submit:
        assert [submit(divmod, 7, n).result() for n in (2, 3)] == [(3, 1), (2, 1)]
        assert submit(prepared).result() == [7]
    assert PREPARED == []


def test_processes_tell_what_went_wrong() -> None:
    with pytest.raises(ZeroDivisionError), processes_beside(1) as submit:
        submit(divmod, 1, 0).result()


def test_processes_killed_are_one_clear_line() -> None:
    with pytest.raises(KGError, match=r"a process was killed, .* fewer --workers"), processes_beside(1) as submit:
        submit(os.kill, submit(os.getpid).result(), signal.SIGKILL).result()


def test_processes_end_when_the_one_they_work_for_is_killed() -> None:
    script = (
        "import os, time\n"
        "from kg.processes import processes_beside\n"
        "with processes_beside(1) as submit:\n"
        "    print(submit(os.getpid).result(), flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout
        worker = int(run.stdout.readline())
        os.kill(worker, 0)
        run.kill()
    # a minute, for a busy machine: it looks every second
    for _ in range(600):
        if not Path(f"/proc/{worker}").exists() or "Z" in Path(f"/proc/{worker}/stat").read_text().split()[2]:
            return
        time.sleep(0.1)
    os.kill(worker, signal.SIGKILL)
    raise AssertionError("the process goes on")
