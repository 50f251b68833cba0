"""Worker processes with limits.

A file that hangs, crashes the C library or eats the memory takes nobody with it.

Why not a library: in `pebble` (5.2) a worker that dies idle breaks the whole pool, and all workers
share one pipe and its lock; in `loky`, as in `concurrent.futures`, any worker that dies breaks the
executor, and a task has no limit of time. Here each worker has a pipe of its own, so that a death
at any moment costs that worker's task alone.
"""

from __future__ import annotations

import gc
import multiprocessing
import signal
import time
import traceback
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnContext
from typing import Any, Generic, TypeVar

from batch.limits import Limits, allow, bind

T = TypeVar("T")
Arguments = tuple[Any, ...]

START = 120.0
"""Seconds within which a worker must have loaded what its task needs."""


class WorkersFailed(OSError):
    """Worker processes do not start here: nothing can be done."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A task that ended without a result, and why (a sentence in Traditional Chinese)."""

    reason: str


@dataclass(frozen=True, slots=True)
class _More:
    """What a worker asks for in mid-task: seconds added to the time of this task."""

    seconds: float


def run_isolated(
    task: Callable[..., T], arguments: Sequence[Arguments], workers: int, limits: Limits
) -> Iterator[tuple[int, T | Lost]]:
    """Yield (index, result) of `task(*arguments[index])` as results come.

    A task that took its process down, or its time, gives `Lost`.

    Processes are kept from task to task and replaced when one dies or is killed. They are spawned,
    not forked: MuPDF is not safe to fork once used. An exception that the task itself raises is
    raised here and ends the run. Raises WorkersFailed when a process ends before its first task.
    """
    waiting = deque(range(len(arguments)))
    context = multiprocessing.get_context("spawn")
    crew = [_Worker(context, task, limits) for _ in range(min(workers, len(arguments)))]
    try:
        while waiting or any(w.index is not None for w in crew):
            for worker in crew:
                if waiting and worker.is_free():
                    number = waiting.popleft()
                    worker.give(number, arguments[number])
            busy = [w for w in crew if w.deadline < FREE]
            until = min(w.deadline for w in busy)
            ready = wait([w.pipe for w in busy], timeout=max(0.0, until - time.monotonic()))
            for worker in busy:
                if worker.pipe in ready or time.monotonic() >= worker.deadline:
                    answer = worker.take(worker.pipe in ready)
                    if answer is not None:
                        yield answer
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
        while not self._worker.is_free():
            self._worker.wait()
        self._worker.give(0, arguments)
        while (answer := self._worker.wait()) is None:
            pass
        return answer[1]

    def stop(self) -> None:
        self._worker.stop()


FREE = float("inf")


class _Worker(Generic[T]):
    """One process that answers one task at a time.

    `index` is the task it has; `deadline` the moment until which it must have answered, or started;
    FREE when nothing is awaited of it.
    """

    def __init__(self, context: SpawnContext, task: Callable[..., T], limits: Limits) -> None:
        self._context, self._task, self._limits = context, task, limits
        self._start()

    def _start(self) -> None:
        self.index: int | None = None
        self.deadline = time.monotonic() + START
        self.pipe, theirs = self._context.Pipe()
        arguments = (theirs, self._task, self._limits)
        self._process = self._context.Process(target=_serve, args=arguments, daemon=True)
        self._process.start()
        theirs.close()

    def is_free(self) -> bool:
        """Whether it awaits a task. One that died idle is replaced, so that no task is blamed."""
        if self.deadline == FREE and not self._process.is_alive():
            self._replace()
        return self.deadline == FREE

    def give(self, index: int, arguments: Arguments) -> None:
        self.index, self.deadline = index, time.monotonic() + self._limits.seconds
        try:
            self.pipe.send(arguments)
        except OSError:
            pass  # it died just now: take() finds the pipe closed

    def wait(self) -> tuple[int, T | Lost] | None:
        """`take` once there is something to take."""
        left = max(0.0, self.deadline - time.monotonic())
        return self.take(bool(wait([self.pipe], timeout=left)))

    def take(self, ready: bool) -> tuple[int, T | Lost] | None:
        """The task's number and result; None when it has started, or asks for more time.

        `ready` says whether it answered or died in time.
        """
        if self.index is None:
            self._take_start(ready)
            return None
        index = self.index
        if not ready:
            self._replace()
            return index, Lost(f"讀取超過時限（{self._limits.seconds:g} 秒）。")
        try:
            result = self.pipe.recv()
        except (EOFError, ConnectionError):
            death = self._death()
            self._replace()
            return index, Lost(death)
        if isinstance(result, _More):
            self.deadline += result.seconds
            return None
        self.index, self.deadline = None, FREE
        if isinstance(result, Exception):  # an error of the task itself, not the process's death
            raise result
        return index, result

    def _take_start(self, ready: bool) -> None:
        if not ready:
            raise WorkersFailed(f"a worker process did not start within {START:g} seconds")
        try:
            unbound = self.pipe.recv()
        except (EOFError, ConnectionError) as error:
            raise WorkersFailed(
                f"a worker process ended before its first task ({self._end()}); "
                "what it said stands above"
            ) from error
        self.deadline = FREE
        if unbound:
            warnings.warn(
                f"this system does not bound the workers' {', '.join(unbound)}", stacklevel=1
            )

    def _death(self) -> str:
        end = self._end()
        if end == "SIGXCPU":
            return f"讀取超過運算時限（{self._limits.seconds:g} 秒）。"
        return f"讀取程序異常中止（{end}）。"

    def _end(self) -> str:
        """How the process ended: a signal's name, or its exit code."""
        self._process.join(5)
        code = self._process.exitcode
        return signal.Signals(-code).name if code is not None and code < 0 else f"結束碼 {code}"

    def _replace(self) -> None:
        self.stop()
        self._start()

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


_ask: Callable[[_More], None] | None = None
"""How this process, a worker, asks for more."""


def ask_for_more(seconds: float) -> None:
    """Have the time of the task under way made longer, as it has turned out to be a larger one; no
    matter outside a worker.
    """
    if _ask is not None:
        _ask(_More(seconds))


def _serve(
    pipe: Connection[object, Arguments], task: Callable[..., object], limits: Limits
) -> None:
    """The worker's loop: ends when the parent closes the pipe or dies."""
    global _ask
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pipe.send(bind(limits.memory))
    settle_collector()

    def ask(more: _More) -> None:
        allow(limits.seconds + more.seconds)
        pipe.send(more)

    _ask = ask
    while True:
        try:
            arguments = pipe.recv()
        except (EOFError, OSError):
            return
        allow(limits.seconds)
        try:
            result = task(*arguments)
        except Exception as error:  # the machine's fault (a full disk): the parent raises it
            error.add_note(traceback.format_exc())
            result = error
        pipe.send(result)
