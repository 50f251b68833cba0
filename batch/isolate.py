"""Worker processes with limits.

A file that hangs, crashes the C library or eats the memory takes nobody with it.
"""

from __future__ import annotations

import gc
import multiprocessing
import resource
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnContext
from typing import Any, Generic, TypeVar

T = TypeVar("T")
Arguments = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may use: wall-clock seconds, and bytes of address space of its process."""

    seconds: float = 600.0
    memory: int = 6 * 2**30


@dataclass(frozen=True, slots=True)
class Lost:
    """A task that ended without a result, and why (a sentence in Traditional Chinese)."""

    reason: str


def run_isolated(
    task: Callable[..., T], arguments: Sequence[Arguments], workers: int, limits: Limits
) -> Iterator[tuple[int, T | Lost]]:
    """Yield (index, result) of `task(*arguments[index])` as results come.

    A task that took its process down gives `Lost`.

    Processes are kept from task to task and replaced when one dies or is killed. They are spawned,
    not forked: MuPDF is not safe to fork once used. An exception that the task itself raises is
    raised here and ends the run.
    """
    waiting = deque(range(len(arguments)))
    context = multiprocessing.get_context("spawn")
    crew = [_Worker(context, task, limits) for _ in range(min(workers, len(arguments)))]
    try:
        while waiting or any(w.index is not None for w in crew):
            for worker in crew:
                if worker.index is None and waiting:
                    number = waiting.popleft()
                    worker.give(number, arguments[number])
            busy = [w for w in crew if w.index is not None]
            until = min(w.deadline for w in busy)
            ready = wait([w.pipe for w in busy], timeout=max(0.0, until - time.monotonic()))
            for worker in busy:
                if worker.pipe in ready or time.monotonic() >= worker.deadline:
                    yield worker.take(worker.pipe in ready)
    finally:
        for worker in crew:
            worker.stop()


class Isolated(Generic[T]):
    """One kept process for one task after the other.

    `run_isolated` for callers that have threads of their own.
    """

    def __init__(self, task: Callable[..., T], limits: Limits) -> None:
        self._worker = _Worker(multiprocessing.get_context("spawn"), task, limits)

    def run(self, *arguments: object) -> T | Lost:
        """Result of `task(*arguments)`, or `Lost` when it took its process down.

        What the task raises is raised here.
        """
        self._worker.revive()
        self._worker.give(0, arguments)
        left = max(0.0, self._worker.deadline - time.monotonic())
        ready = wait([self._worker.pipe], timeout=left)
        return self._worker.take(bool(ready))[1]

    def stop(self) -> None:
        self._worker.stop()


class _Worker(Generic[T]):
    """One process that answers one task at a time; `index` is the task it has, None when idle."""

    def __init__(self, context: SpawnContext, task: Callable[..., T], limits: Limits) -> None:
        self._context, self._task, self._limits = context, task, limits
        self.index: int | None = None
        self.deadline = float("inf")
        self._start()

    def _start(self) -> None:
        self.pipe, theirs = self._context.Pipe()
        arguments = (theirs, self._task, self._limits.memory)
        self._process = self._context.Process(target=_serve, args=arguments, daemon=True)
        self._process.start()
        theirs.close()

    def revive(self) -> None:
        """A new process for one that died idle, so that no task is blamed for it."""
        if not self._process.is_alive():
            self.stop()
            self._start()

    def give(self, index: int, arguments: Arguments) -> None:
        self.index, self.deadline = index, time.monotonic() + self._limits.seconds
        try:
            self.pipe.send(arguments)
        except OSError:
            pass  # it died idle: take() finds the pipe closed

    def take(self, ready: bool) -> tuple[int, T | Lost]:
        """The task's number and result; `ready` says whether it answered or died in time."""
        assert self.index is not None
        index, self.index, self.deadline = self.index, None, float("inf")
        if not ready:
            return index, self._replace(f"讀取超過時限（{self._limits.seconds:g} 秒）。")
        try:
            result = self.pipe.recv()
        except (EOFError, ConnectionError):
            return index, self._replace(f"讀取程序異常中止（{self._death()}）。")
        if isinstance(result, Exception):  # an error of the task itself, not the process's death
            raise result
        return index, result

    def _death(self) -> str:
        self._process.join(5)
        code = self._process.exitcode
        return signal.Signals(-code).name if code is not None and code < 0 else f"結束碼 {code}"

    def _replace(self, reason: str) -> Lost:
        self.stop()
        self._start()
        return Lost(reason)

    def stop(self) -> None:
        self.pipe.close()
        if self._process.is_alive():
            self._process.kill()
        self._process.join(5)


def settle_collector() -> None:
    """Let the garbage collector look less often, and never at what is loaded by now.

    A page is tens of thousands of small objects that live as long as the file; looking through them
    again and again took a tenth of the time.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def _serve(pipe: Connection[object, Arguments], task: Callable[..., object], memory: int) -> None:
    """The worker's loop: ends when the parent closes the pipe or dies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    settle_collector()
    while True:
        try:
            arguments = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            result = task(*arguments)
        except Exception as error:  # the machine's fault (a full disk): the parent raises it
            result = error
        pipe.send(result)
