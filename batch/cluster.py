"""The extract stage over addresses: files anywhere, read by the workers of a Dask cluster or by processes of this machine.

The client lists the files and alone writes the records, so that a worker lost in mid-work leaves nothing half done. Workers
need to reach `raw` by its address and nothing else; no disk is shared.
"""

from __future__ import annotations

import json
import multiprocessing
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from batch import store
from batch.folder import Outcome, as_record, failed_plan, read_plan, reader_version
from batch.isolate import Isolated, Limits, Lost, run_isolated
from batch.store import File
from extract.document import EXTRACTOR_VERSION, Reader, file_hash, file_name
from extract.errors import BadInput

PER_THREAD = 4
"""Files in flight a worker thread: enough that none waits for the client, few enough that a lost worker costs little."""

RETRIES = 2
"""How often a file is given out again after an error of the machine (a store that did not answer). Lost workers are the scheduler's `allowed-failures`."""

KILLER = "讀取此檔的工作節點一再中止（{}次），記憶體可能不足。"


class ClusterError(Exception):
    """The cluster cannot be used; records written so far stay and the next run goes on from them."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one file: SHA-256, status, reason, and the record; no record where the known one holds."""

    sha256: str
    status: str
    reason: str | None
    record: bytes | None


Known = dict[str, tuple[str, str | None]]
"""SHA-256 → (status, reason) of records that hold for a file of this name."""

Answers = Iterator[tuple[int, Answer | Lost]]


def extract_at(
    raw: str | File,
    out: str | File,
    workers: int = 1,
    reader: Reader = "mupdf",
    on_done: Callable[[Outcome, int, int], None] | None = None,
    limits: Limits = Limits(),
) -> list[Outcome]:
    """`extract_folder` for addresses: every PDF under `raw` is read by `workers` processes of this machine, its record written to `out`.

    Raises BadInput when there is no PDF, StoreError when an address cannot be read or written.
    """
    job = _Job(raw, out, reader)
    with tempfile.TemporaryDirectory(prefix="plans-") as scratch:
        return job.collect(
            run_isolated(
                read_file,
                [(file, scratch, reader, job.known_of(file)) for file in job.files],
                workers,
                limits,
            ),
            on_done,
        )


def extract_on_cluster(
    raw: str | File,
    out: str | File,
    scheduler: str,
    reader: Reader = "mupdf",
    on_done: Callable[[Outcome, int, int], None] | None = None,
    limits: Limits = Limits(),
    patience: float = 30.0,
) -> list[Outcome]:
    """`extract_folder` with the files read by the workers of the Dask cluster at `scheduler` (`tcp://host:8786`, or `tls://`).

    Workers must reach `raw` by its address; `limits` hold for each file on its worker. `patience` is how many seconds the
    scheduler, then its first worker, may take to answer. A file whose workers are lost again and again gets a failed record.
    Raises BadInput when there is no PDF, StoreError when an address cannot be read or written, ClusterError when the
    cluster cannot be reached, runs another extractor version, or is lost.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise ClusterError(f"--scheduler needs Dask: {store.HINT}") from error
    job = _Job(raw, out, reader)
    try:
        client = Client(scheduler, timeout=patience, set_as_default=False, name="plans-extract")
    except (
        Exception
    ) as error:  # nobody there, an address that is none, no certificate: each has its own error
        raise ClusterError(f"cannot reach the scheduler at {scheduler}: {error}") from error
    with client:
        _check_workers(client, patience)
        return job.collect(_read_on_workers(client, job, limits), on_done)


class _Job:
    """One run: the files, the folder of the records, and the records that hold already."""

    def __init__(self, raw: str | File, out: str | File, reader: Reader) -> None:
        self.raw, self.out, self.reader = store.at(raw), store.at(out), reader
        if isinstance(self.raw, Path):
            self.raw = self.raw.absolute()  # a worker's working directory is another
        if not store.exists(self.raw):
            raise BadInput(str(raw), "找不到這個資料夾或檔案。")
        self.files = store.find_pdfs(self.raw)
        if not self.files:
            raise BadInput(str(raw), "資料夾裡沒有 PDF 檔。")
        if isinstance(self.out, Path):
            self.out.mkdir(parents=True, exist_ok=True)
        self._names = {file_name(f.name) for f in self.files}
        self._known: dict[str, str] = {}
        self._by_name: dict[str, Known] = {}
        with ThreadPoolExecutor(16) as pool:  # a store answers slowly, but many at once
            for record in pool.map(_head, store.records(self.out)):
                if record is not None and record["extractor_version"] == reader_version(reader):
                    self._known[record["sha256"]] = record["source_file"]
                    self._by_name.setdefault(record["source_file"], {})[record["sha256"]] = (
                        record["status"],
                        record["reason"],
                    )

    def known_of(self, file: File) -> Known:
        return self._by_name.get(file_name(file.name), {})

    def collect(
        self, answers: Answers, on_done: Callable[[Outcome, int, int], None] | None
    ) -> list[Outcome]:
        """Write the records as answers come, then drop records of files no longer there. Outcomes in order of file name."""
        outcomes: list[Outcome] = []
        last: dict[
            str, int
        ] = {}  # content → the last file that has it: its name stands in the record, whoever answers first
        later: dict[str, tuple[int, bytes]] = {}
        for index, answer in answers:
            if isinstance(answer, Lost):
                answer = self._failed(self.files[index], answer.reason)
            sha, record = answer.sha256, answer.record
            last[sha] = max(index, last.get(sha, -1))
            if record is not None and last[sha] == index:
                if (
                    self._known.get(sha) in self._names
                ):  # the file known for this content may yet answer
                    later[sha] = index, record
                else:
                    store.write(self._target(sha), record)
            outcomes.append(
                Outcome(
                    file_name(self.files[index].name),
                    self._target(sha),
                    answer.status,
                    answer.reason,
                    record is None,
                )
            )
            if on_done:
                on_done(outcomes[-1], len(outcomes), len(self.files))
        for sha, (index, record) in later.items():
            if last[sha] == index:
                store.write(self._target(sha), record)
        if self.raw not in self.files:
            for stale in store.records(self.out):
                if stale.stem not in last:
                    store.delete(stale)
        if isinstance(self.out, Path):
            for leftover in self.out.glob("*.tmp"):
                leftover.unlink()
        return sorted(outcomes, key=lambda o: o.file)

    def _target(self, sha256: str) -> File:
        return self.out / f"{sha256}.json"

    def _failed(self, file: File, reason: str) -> Answer:
        with (
            tempfile.TemporaryDirectory(prefix="plans-") as scratch,
            store.local_copy(file, Path(scratch)) as path,
        ):
            plan = failed_plan(path, file_hash(path), reason, self.reader)
        plan.source_file = file_name(file.name)
        return Answer(plan.sha256, plan.status, plan.reason, as_record(plan))


def _head(record: File) -> dict | None:
    """What decides whether a record holds; None for one that cannot be read."""
    try:
        whole = json.loads(store.read(record))
        return {
            key: whole[key]
            for key in ("sha256", "source_file", "extractor_version", "status", "reason")
        }
    except (ValueError, KeyError, TypeError):
        return None


def read_file(file: File, scratch: str, reader: Reader, known: Known) -> Answer:
    """Fetch one file into `scratch` and read it, unless its content is `known`. Runs in a process of its own.

    Raises OSError when the file cannot be fetched: that is the machine's fault, not the file's.
    """
    with store.local_copy(file, Path(scratch)) as path:
        digest = file_hash(path)
        if digest in known:
            return Answer(digest, *known[digest], None)
        plan = read_plan(path, digest, reader)
    plan.source_file = file_name(file.name)
    return Answer(digest, plan.status, plan.reason, as_record(plan))


# --- on the workers --------------------------------------------------------------------------------------------------

_kept = threading.local()


def read_on_worker(
    file: File, reader: Reader, known: Known, limits: Limits, version: str
) -> Answer | Lost:
    """`read_file` in this worker thread's kept process. Raises ClusterError when the worker, joined late, has another extractor version."""
    if installed() != version:
        raise ClusterError(f"a worker has extractor version {installed()}, the client {version}")
    from distributed import get_worker

    with tempfile.TemporaryDirectory(
        prefix="plans-", dir=get_worker().local_directory
    ) as scratch:  # Dask clears up after lost workers
        return _process(limits).run(file, scratch, reader, known)


def _process(limits: Limits) -> Isolated:
    if getattr(_kept, "limits", None) != limits:
        if hasattr(_kept, "process"):
            _kept.process.stop()
        # Dask's nanny marks its worker daemonic, which forbids children. Ours end by themselves when the worker does: their pipe closes.
        multiprocessing.current_process().daemon = False
        _kept.process, _kept.limits = Isolated(read_file, limits), limits
    return _kept.process


def installed() -> str:
    return EXTRACTOR_VERSION


# --- on the client ---------------------------------------------------------------------------------------------------


def _check_workers(client, patience: float) -> None:
    try:
        client.wait_for_workers(1, timeout=patience)
    except TimeoutError as error:
        raise ClusterError(f"the scheduler at {client.scheduler.address} has no worker") from error
    try:
        versions = client.run(installed)
    except Exception as error:  # the worker has no service-plans, or one too old for this module
        raise ClusterError(
            f"the workers cannot run service-plans ({type(error).__name__}: {error}); client and workers need the same version of it"
        ) from error
    others = {
        address: version for address, version in versions.items() if version != EXTRACTOR_VERSION
    }
    if others:
        raise ClusterError(
            f"the client has extractor version {EXTRACTOR_VERSION}, but {', '.join(f'{a} has {v}' for a, v in sorted(others.items()))}; client and workers need the same version of service-plans"
        )


def _read_on_workers(client, job: _Job, limits: Limits) -> Answers:
    """Give files out, PER_THREAD a thread at most; yield what comes back.

    Dask suspects every file that a lost worker held. Those it gives up are tried once more, alone, so that none fails for another.
    """
    from distributed import KilledWorker, as_completed
    from distributed.comm import CommClosedError

    def submit(index: int):
        file = job.files[index]
        return client.submit(
            read_on_worker,
            file,
            job.reader,
            job.known_of(file),
            limits,
            EXTRACTOR_VERSION,
            pure=False,
            retries=RETRIES,
        )

    waiting, suspects = deque(range(len(job.files))), []
    running: dict = {}
    done = as_completed(loop=client.loop)
    try:
        while waiting or running:
            room = max(1, PER_THREAD * sum(client.nthreads().values()))
            while waiting and len(running) < room:
                index = waiting.popleft()
                future = submit(index)
                running[future] = index
                done.add(future)
            future = next(done)
            index = running.pop(future)
            try:
                answer = future.result()
            except KilledWorker:
                suspects.append(index)
                continue
            yield index, answer
        for index in suspects:
            try:
                answer = submit(index).result()
            except KilledWorker as error:
                answer = Lost(KILLER.format(error.allowed_failures + 1))
            yield index, answer
    except (CancelledError, CommClosedError) as error:
        raise ClusterError(
            "the scheduler was lost; what was read so far is kept, run again to go on"
        ) from error
