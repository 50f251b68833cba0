"""Decisions on disk: lines of `data/corrections/`, one file a plan, written at once and whole.

A file is written anew beside the old one, flushed and swapped in under a lock that all writers of
the folder share: a crash at any moment leaves the file before or the file after, never half a line.
"""

from __future__ import annotations

import csv
import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from normalize.reviewed import COLUMNS, KEY, Correction, checked, read_corrections

HEADER = (*COLUMNS, KEY)
Place = tuple[str, str, str]


@dataclass(frozen=True)
class Change:
    """What one decision did: the lines it wrote and the lines that gave way to them."""

    written: tuple[Correction, ...]
    replaced: tuple[Correction, ...]


class Overtaken(Exception):
    """A decision cannot be taken back: its lines have changed since."""


class Journal:
    """The corrections of a folder. All methods may be called from several threads and processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: tuple[object, list[Correction]] = (None, [])

    def lines(self) -> list[Correction]:
        """All lines as they stand; read again only where a file has changed.

        Raises CorrectionError for a file that is not well formed.
        """
        state = self.state()
        if state != self._read[0]:
            self._read = state, read_corrections(self._folder)
        return self._read[1]

    def state(self) -> tuple[tuple[str, int, int], ...]:
        """Names, times and sizes of the files: another one after every write."""
        files = sorted(self._folder.glob("*.csv"))
        return tuple((p.name, s.st_mtime_ns, s.st_size) for p in files for s in [p.stat()])

    def write(self, lines: Iterable[Correction]) -> Change:
        """Put down one decision; a line takes the place of one about the same value.

        Raises CorrectionError for a line that no run would take, and OSError where the folder
        cannot be written; nothing is changed then, or the files of whole plans.
        """
        written = tuple(map(checked, lines))
        with self._locked():
            places = {_place(c) for c in written}
            replaced = tuple(c for c in self.lines() if _place(c) in places)
            self._exchange(replaced, written)
        return Change(written, replaced)

    def undo(self, change: Change) -> None:
        """Take one decision back. Raises Overtaken where its lines are no longer as written."""
        with self._locked():
            now = {_place(c): _content(c) for c in self.lines()}
            if any(now.get(_place(c)) != _content(c) for c in change.written):
                raise Overtaken("後來另有決定，無法復原。")
            self._exchange(change.written, change.replaced)

    def _exchange(self, gone: Iterable[Correction], new: Iterable[Correction]) -> None:
        """Each file without the lines that are gone; a new line goes to its plan's file."""
        left = {_place(c) for c in gone}
        files: dict[str, list[Correction]] = {}
        for c in self.lines():
            files.setdefault(_file(c), []).append(c)
        touched = {name for name, held in files.items() if any(_place(c) in left for c in held)}
        for name in touched:
            files[name] = [c for c in files[name] if _place(c) not in left]
        for c in new:
            name = f"{c.plan_id}.csv"
            files.setdefault(name, []).append(c)
            touched.add(name)
        for name in sorted(touched):
            self._replace(self._folder / name, files[name])

    def _replace(self, path: Path, lines: list[Correction]) -> None:
        fresh = path.with_name(f".{path.name}.new")
        with open(fresh, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(HEADER)
            writer.writerows(_content(c) for c in lines)
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, path)
        self._read = None, []

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._folder.mkdir(parents=True, exist_ok=True)
        with open(self._folder / ".lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _place(c: Correction) -> Place:
    """The value a line is about: there is one line for it."""
    return c.plan_id, c.measure_id, c.column


def _content(c: Correction) -> tuple[str, ...]:
    return tuple(getattr(c, name) for name in HEADER)


def _file(c: Correction) -> str:
    """The file a line was read from (`where` is `name:number`)."""
    return c.where.rpartition(":")[0]
