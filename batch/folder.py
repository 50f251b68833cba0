"""The extract stage by processes of this machine.

Every PDF → `<sha256>.json`, kept per content and extractor version.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from batch import store
from batch.isolate import Lost, run_isolated
from batch.job import Job, OnDone, Outcome, list_files
from batch.limits import Limits
from batch.reading import Answer, Left, read_file
from batch.store import File
from extract.readers import Reader


def extract_folder(
    raw: str | File,
    out: str | File,
    workers: int = 1,
    reader: Reader = "mupdf",
    on_done: OnDone | None = None,
    debug: Path | None = None,
    limits: Limits = Limits(),
) -> list[Outcome]:
    """Extract every PDF under `raw` into `out`, `workers` processes wide, and drop records of files
    no longer there.

    Both are folders of this machine or addresses. With `debug`, a folder for page pictures, all
    files are read, whatever is known. Outcomes come back in order of file name. Raises BadInput
    when `raw` does not exist or holds no PDF, StoreError when an address cannot be read or written.
    """
    raw = store.at(raw)
    files = list_files(raw)
    job = Job(files, store.at(out), reader, afresh=debug is not None)
    return job.run(_read_here(job, workers, limits, debug), on_done, whole=files != [raw])


def extract_files(
    files: list[Path], out: Path, workers: int = 1, limits: Limits = Limits()
) -> Iterator[Outcome]:
    """Extract files into `out`, each in a worker process within `limits`.

    Outcomes in order of completion. A file that hangs or takes its process down gets a record with
    status `failed` and the reason, like any unreadable one. Records of other files stay.
    """
    if files:  # else the records need not be looked at
        job = Job(list(files), out, "mupdf")
        yield from job.collect(_read_here(job, workers, limits))


def _read_here(
    job: Job, workers: int, limits: Limits, debug: Path | None = None
) -> Iterator[tuple[int, Answer | Left | Lost]]:
    with tempfile.TemporaryDirectory(prefix="plans-") as scratch:
        tasks = [
            (file, scratch, job.reader, job.known(index), debug)
            for index, file in enumerate(job.files)
        ]
        yield from run_isolated(read_file, tasks, workers, limits)
