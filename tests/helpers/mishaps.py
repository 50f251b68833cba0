"""Tasks that end badly, in a module that a worker process has loaded at once."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from batch.isolate import ask_for_more, run_isolated
from batch.limits import Limits


def mishap(kind: str) -> str:
    """Crash, hang, take more time than was given, or give back what came in."""
    if kind == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if kind == "hang":
        time.sleep(600)
    if kind == "more":
        ask_for_more(60.0)
        time.sleep(2.5)
    return kind


class Broken:
    """A task that no worker can load."""

    def __call__(self) -> None: ...

    def __setstate__(self, state: object) -> None:
        os._exit(7)

    def __getstate__(self) -> str:
        return "anything"


def compute(note: str) -> None:
    """Compute in C code, which no Python thread or signal handler could interrupt."""
    Path(note).write_text(str(os.getpid()), "utf-8")
    sum(range(10**13))


if __name__ == "__main__":
    list(run_isolated(compute, [(note,) for note in sys.argv[1:]], len(sys.argv) - 1, Limits()))
