"""What bounds a worker process: memory, computing time, and the life of its parent.

Made for Linux. Where a system does not know a limit, or refuses to set it (macOS and the address
space), the process runs without it.
"""

from __future__ import annotations

import math
import multiprocessing
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import ModuleType

fcntl: ModuleType | None
resource: ModuleType | None
try:
    import fcntl
    import resource
except ImportError:  # Windows
    fcntl = resource = None

THREADS = 2
"""Computing threads that a task is allowed for, so that wall-clock time runs out first."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may use: wall-clock seconds (a plan takes a few), and bytes of address space of
    its process.
    """

    seconds: float = 120.0
    memory: int = 6 * 2**30


def bind(memory: int) -> list[str]:
    """Bind this process to so many bytes, and to its parent's life.

    Returns the names of the bounds that could not be set.
    """
    bounds = {
        "memory": _works(partial(_limit, "RLIMIT_AS", memory)),
        "computing time": allow(math.inf),
        "core files": _works(partial(_limit, "RLIMIT_CORE", 0)),
        "life": end_with_parent(),
    }
    return [name for name, works in bounds.items() if not works]


def allow(seconds: float) -> bool:
    """Let this process compute for so many seconds from now, on THREADS cores; then the kernel ends
    it with SIGXCPU, whatever code runs, and whether or not its parent still looks.

    Returns whether the system can.
    """
    used = sum(os.times()[:2])
    most = seconds if seconds == math.inf else math.ceil(used + seconds * THREADS)
    return _works(partial(_limit, "RLIMIT_CPU", most))


def end_with_parent() -> bool:
    """Have the kernel end this process when its parent is gone, even in the midst of C code.

    A child holds a pipe whose other end its parent has (`parent_process().sentinel`); when that end
    closes, a pipe in asynchronous mode sends SIGIO (fcntl(2), O_ASYNC), which ends a process.
    Returns whether the system can.
    """
    return _works(_watch_parent)


def _watch_parent() -> None:
    parent = multiprocessing.parent_process()
    if fcntl is None or parent is None:
        raise OSError("no pipe to a parent")
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    fcntl.fcntl(parent.sentinel, fcntl.F_SETOWN, os.getpid())
    flags = fcntl.fcntl(parent.sentinel, fcntl.F_GETFL)
    fcntl.fcntl(parent.sentinel, fcntl.F_SETFL, flags | os.O_ASYNC)
    if os.getppid() != parent.pid:  # it was gone before
        os.kill(os.getpid(), signal.SIGIO)


def _limit(name: str, value: float) -> None:
    """Set the soft limit of this process, at most to its hard one. Raises OSError."""
    if resource is None:
        raise OSError(f"no {name}")
    which = getattr(resource, name)
    _, hard = resource.getrlimit(which)
    most = math.inf if hard == resource.RLIM_INFINITY else hard
    soft = min(value, most)
    soft = resource.RLIM_INFINITY if soft == math.inf else int(soft)
    try:
        resource.setrlimit(which, (soft, hard))
    except ValueError as error:  # as macOS answers for the address space
        raise OSError(str(error)) from error


def _works(set_bound: Callable[[], None]) -> bool:
    try:
        set_bound()
    except (AttributeError, OSError):  # a name that the system does not know
        return False
    return True
