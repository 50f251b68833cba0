"""One run over many files.

Which records hold already, what came of each file, which records stand at the end. Whoever reads
the files (processes of this machine, workers of a cluster) asks the job what is known and hands it
the answers; the job alone writes and deletes records.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import msgspec

from batch import store
from batch.isolate import Lost
from batch.reading import Answer, Left, failed_file, reader_version
from batch.store import File
from extract.errors import BadInput
from extract.model import decode_plan, encode_plan, file_name
from extract.readers import Reader

Answers = Iterable[tuple[int, Answer | Left | Lost]]
"""Number of the file and what came of it, in any order.

`Lost` with the reason for a file that ended its process.
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file.

    Its record's place (None for a file that is left for the next run, which counts as failed), its
    status, and whether an earlier record was kept.
    """

    file: str
    path: File | None
    status: str
    reason: str | None
    kept: bool


OnDone = Callable[[Outcome, int, int], None]
"""Called with each outcome, the number of files done, and of all."""


class Head(msgspec.Struct, gc=False):
    """What decides whether a record holds: the beginning of a `PrintedPlan`."""

    sha256: str
    source_file: str
    extractor_version: str
    status: str
    reason: str | None


_HEAD = msgspec.json.Decoder(Head)


class Job:
    """The files of one run and the folder of their records.

    A record holds when this reader made it from the same content, for a file of the same name; of
    files with the same content, the last gives the record its name.
    """

    def __init__(self, files: list[File], out: File, reader: Reader, afresh: bool = False) -> None:
        """`afresh`: no record holds, all files are read."""
        self.files, self.out, self.reader = files, out, reader
        if isinstance(out, Path):
            out.mkdir(parents=True, exist_ok=True)
        self._names = [file_name(f.name) for f in files]
        self._held = {} if afresh else _heads(out, reader_version(reader))
        self._by_name: dict[str, set[str]] = {}
        for head in self._held.values():
            self._by_name.setdefault(head.source_file, set()).add(head.sha256)
        self._kept_back: set[str] = set()  # what earlier runs read of files that are left
        mine = set(self._names)
        self._elsewhere = {h.sha256 for h in self._held.values() if h.source_file in mine}

    def known_by_name(self, index: int) -> Set[str]:
        """SHA-256 of the contents whose records hold for a file of this name."""
        return self._by_name.get(self._names[index], frozenset())

    def known(self, index: int) -> Set[str]:
        """`known_by_name`; for a name without a record, the contents of all other files of the run.

        So the first of two files with one content, whose name stands in no record, is not read
        again.
        """
        return self.known_by_name(index) or self._elsewhere

    def collect(self, answers: Answers) -> Iterator[Outcome]:
        """Write the records as answers come; outcomes in the same order."""
        last: dict[str, int] = {}
        for index, answer in answers:
            if isinstance(answer, Lost):
                answer = failed_file(self.files[index], self.reader, answer.reason)
            if isinstance(answer, Left):
                self._kept_back |= self.known_by_name(index)
                yield Outcome(self._names[index], None, "failed", answer.reason, kept=False)
                continue
            sha, record = answer.sha256, answer.record
            last[sha] = max(index, last.get(sha, -1))
            head = self._held.get(sha) or _HEAD.decode(record)
            if sha not in self._held and last[sha] == index:
                store.write(self._target(sha), record)
            name, target = self._names[index], self._target(sha)
            yield Outcome(name, target, head.status, head.reason, kept=not record)
        for sha in last.keys() & self._held.keys():
            self._name(sha, self._names[last[sha]])

    def run(self, answers: Answers, on_done: OnDone | None, whole: bool) -> list[Outcome]:
        """Collect all answers. Outcomes in order of file name.

        `whole`: these are all the files there are, so that records of others go.
        """
        outcomes: list[Outcome] = []
        for outcome in self.collect(answers):
            outcomes.append(outcome)
            if on_done:
                on_done(outcome, len(outcomes), len(self.files))
        current = {o.path.stem for o in outcomes if o.path is not None} | self._kept_back
        drop_stale(self.out, current if whole else None)
        return sorted(outcomes, key=lambda o: o.file)

    def _target(self, sha256: str) -> File:
        return self.out / f"{sha256}.json"

    def _name(self, sha256: str, name: str) -> None:
        """Put another file's name into a record that holds, as if that file had been read."""
        if self._held[sha256].source_file != name:
            plan = decode_plan(store.read(self._target(sha256)))
            plan.source_file = name
            store.write(self._target(sha256), encode_plan(plan))


def list_files(raw: File) -> list[File]:
    """The PDF files below `raw`, or the one it is, by name. Raises BadInput when there is none."""
    if not store.exists(raw):
        raise BadInput(str(raw), "找不到這個資料夾或檔案。")
    files = store.find_pdfs(raw)
    if not files:
        raise BadInput(str(raw), "資料夾裡沒有 PDF 檔。")
    return files


def drop_stale(out: File, current: Set[str] | None) -> None:
    """Delete records of contents that are not `current` (None.

    Keep all), and what a killed run left half written.
    """
    if current is not None:
        for record in store.records(out):
            if record.stem not in current:
                store.delete(record)
    if isinstance(out, Path):
        for leftover in out.glob("*.tmp"):
            leftover.unlink()


def _heads(out: File, version: str) -> dict[str, Head]:
    """SHA-256 → head of the records of `out` that were made by this version."""
    with ThreadPoolExecutor(16) as pool:  # a store answers slowly, but many at once
        found = pool.map(partial(_head, version), store.records(out))
        return {head.sha256: head for head in found if head is not None}


def _head(version: str, record: File) -> Head | None:
    """None for a record of another version, and for one that cannot be read."""
    try:
        head = _HEAD.decode(store.read(record))
    except ValueError:
        return None
    return head if (head.extractor_version, head.sha256) == (version, record.stem) else None
