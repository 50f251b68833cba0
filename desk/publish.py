"""The dataset made anew with the decisions of the day, beside the desk's other work."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from desk.decisions.journal import Journal
from desk.library import Library
from normalize import normalize


class Publisher:
    """One run of the normalize stage at a time; what becomes of it is there to be asked."""

    def __init__(self, interim: Path, processed: Path, corrections: Path, journal: Journal) -> None:
        self._interim, self._processed, self._corrections = interim, processed, corrections
        self._journal = journal
        self._thread: threading.Thread | None = None
        self._published: object = None
        self._at = self._total = 0
        self._error = ""

    def pending(self, library: Library) -> bool:
        """Whether lines have been written that the current release does not know."""
        state = self._journal.state()
        if self._published is not None:
            return state != self._published
        published = library.release().folder.stat().st_mtime_ns
        return any(time > published for _, time, _ in state)

    def progress(self, library: Library) -> dict[str, object]:
        """For the page: pending, publishing, `at` of `total` plans, and what went wrong."""
        running = self._thread is not None and self._thread.is_alive()
        return {
            "pending": self.pending(library),
            "publishing": running,
            "at": self._at,
            "total": self._total,
            "error": self._error,
        }

    def start(self) -> None:
        """Begin a run, unless one is under way."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._attempt, daemon=True)
            self._thread.start()

    def wait(self) -> None:
        """Until the run that is under way has ended."""
        if self._thread is not None:
            self._thread.join()

    def run(self, progress: Callable[[int, int], None]) -> None:
        """Publish now. Raises what `normalize` raises."""
        state = self._journal.state()
        normalize(
            self._interim,
            self._processed,
            corrections_dir=self._corrections,
            progress=progress,
        )
        self._published = state

    def _attempt(self) -> None:
        self._at = self._total = 0
        self._error = ""
        try:
            self.run(self._shown)
        except Exception as error:  # told on the page; the dataset is as before
            self._error = f"發布失敗，資料集仍是原樣：{error}"

    def _shown(self, done: int, total: int) -> None:
        self._at, self._total = done, total
