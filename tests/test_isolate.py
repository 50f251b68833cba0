"""Worker processes: what they may use, how they end, and that they end with their parent."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from batch import limits
from batch.isolate import FREE, Lost, WorkersFailed, _Worker, ask_for_more, run_isolated
from batch.limits import Limits, allow, bind

from .conftest import ROOT
from .helpers.mishaps import Broken, mishap


def test_crashes_and_hangs_cost_one_task_each() -> None:
    kinds = ["a", "crash", "b", "hang", "c", "more"]
    results = dict(run_isolated(mishap, [(k,) for k in kinds], 2, Limits(seconds=2.0)))
    assert [results[i] for i in (0, 2, 4, 5)] == ["a", "b", "c", "more"]
    assert isinstance(results[1], Lost) and "SIGSEGV" in results[1].reason
    assert isinstance(results[3], Lost) and "時限" in results[3].reason


def test_a_worker_that_dies_before_its_first_task_stops_the_run() -> None:
    start = time.monotonic()
    with pytest.raises(WorkersFailed, match="before its first task .*7"):
        list(run_isolated(Broken(), [()] * 3, 1, Limits()))
    assert time.monotonic() - start < 30


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells who is alive")
def test_workers_end_with_their_parent_even_in_the_midst_of_c_code(tmp_path: Path) -> None:
    notes = [tmp_path / "first", tmp_path / "second"]
    command = [sys.executable, "-m", "tests.helpers.mishaps", *map(str, notes)]
    with subprocess.Popen(command, cwd=ROOT) as parent:
        until = time.monotonic() + 60
        while not all(n.exists() and n.read_text() for n in notes) and time.monotonic() < until:
            time.sleep(0.05)
        workers = [int(note.read_text("utf-8")) for note in notes]
        assert all(map(alive, workers))
        parent.kill()
    until = time.monotonic() + 2
    while any(map(alive, workers)) and time.monotonic() < until:
        time.sleep(0.02)
    left = [worker for worker in workers if alive(worker)]
    for worker in left:
        os.kill(worker, signal.SIGKILL)
    assert not left


@pytest.mark.skipif(not hasattr(os, "fork"), reason="made in a child of this process")
def test_who_computes_too_long_is_ended_by_the_system() -> None:
    child = os.fork()
    if not child:
        allow(0.1)
        sum(range(10**13))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU


def test_a_system_that_refuses_a_limit_is_worked_without(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise ValueError("current limit exceeds maximum limit")  # as macOS says

    assert limits.resource is not None
    monkeypatch.setattr(limits.resource, "setrlimit", refuse)
    monkeypatch.setattr(limits, "fcntl", None)
    assert bind(2**30) == ["memory", "computing time", "core files", "life"]
    monkeypatch.setattr(limits, "resource", None)
    assert "memory" in bind(2**30) and not allow(1.0)


def test_the_run_says_what_is_not_bound() -> None:
    worker = object.__new__(_Worker)
    worker.pipe, theirs = multiprocessing.Pipe()
    theirs.send(["memory"])
    with pytest.warns(UserWarning, match="does not bound the workers' memory"):
        worker._take_start(ready=True)
    assert worker.deadline == FREE


def test_more_time_is_no_matter_outside_a_worker() -> None:
    ask_for_more(60.0)
