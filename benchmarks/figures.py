"""What the measurements share: figures as a table, growth, and what steps and commands cost."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parent.parent


def exponent(sizes: list[int], seconds: list[float]) -> float:
    """Slope of log(seconds) over log(size) for the sizes from a hundredth of the largest on.

    NaN for fewer than two.
    """
    used = [(n, s) for n, s in zip(sizes, seconds) if n * 100 >= max(sizes)]
    return float(np.polyfit(*np.log(np.array(used)).T, 1)[0]) if len(used) > 1 else float("nan")


class Table:
    """Lines of figures under their names, printed as they come; columns: (name, width, format)."""

    def __init__(self, *columns: tuple[str, int, str]) -> None:
        self._columns = columns
        print("".join(f"{name:>{width}}" for name, width, _ in columns))

    def line(self, *values: float) -> None:
        cells = zip(values, self._columns, strict=True)
        print("".join(f"{v:>{width}{form}}" for v, (_, width, form) in cells), flush=True)


def timed(step: Callable, spent: Counter[str]) -> Callable:
    """`step`, its CPU seconds added to `spent` under its name."""

    def run(*arguments, **options):
        start = time.process_time()
        result = step(*arguments, **options)
        spent[step.__name__] += time.process_time() - start
        return result

    return run


def command(*arguments: str) -> tuple[float, float, float]:
    """Seconds, CPU seconds and peak memory (MB, of the largest process) of `plans …`."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "plans", *arguments],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, arguments
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
