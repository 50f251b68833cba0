"""The extract stage by the workers of a Dask cluster.

The client lists the files and alone writes the records, so that a worker lost in mid-work leaves
nothing half done. Workers need to reach `raw` by its address and nothing else; no disk is shared.
"""

from __future__ import annotations

import multiprocessing
import tempfile
import threading
from collections import deque
from collections.abc import Set
from concurrent.futures import CancelledError
from pathlib import Path
from typing import TYPE_CHECKING

from batch import store
from batch.isolate import Isolated, Lost
from batch.job import Answers, Job, OnDone, Outcome, list_files
from batch.limits import Limits
from batch.reading import Answer, Left, read_file
from batch.store import File
from extract.readers import Reader
from extract.version import EXTRACTOR_VERSION

if TYPE_CHECKING:  # Dask is loaded where a cluster is used
    from distributed import Client, Future

PER_THREAD = 4
"""Files in flight a worker thread.

Enough that none waits for the client, few enough that a lost worker costs little.
"""

RETRIES = 2
"""How often a file is given out again after an error of the machine (a store that did not answer).

Lost workers are the scheduler's `allowed-failures`.
"""

KILLER = "讀取此檔的工作節點一再中止（{}次），記憶體可能不足。"
SAME = "client and workers need the same version of service-plans"
LOST = "the scheduler was lost; what was read so far is kept, run again to go on"


class ClusterError(OSError):
    """The cluster cannot be used; what is written stays, and the next run goes on from it."""


def extract_on_cluster(
    raw: str | File,
    out: str | File,
    scheduler: str,
    reader: Reader = "mupdf",
    on_done: OnDone | None = None,
    limits: Limits = Limits(),
    patience: float = 30.0,
) -> list[Outcome]:
    """`extract_folder` by the workers of the Dask cluster at `scheduler` (`tcp://host:8786`,
    `tls://…`).

    Workers must reach `raw` by its address; `limits` hold for each file on its worker. `patience`
    is how many seconds the scheduler, then its first worker, may take to answer. A file whose
    workers are lost again and again gets a failed record. Raises BadInput when there is no PDF,
    StoreError when an address cannot be read or written, ClusterError when the cluster cannot be
    reached, runs another extractor version, or is lost.
    """
    try:
        import distributed  # noqa: F401
    except ImportError as error:
        raise ClusterError(f"--scheduler needs Dask: {store.HINT}") from error
    raw = store.at(raw)
    if isinstance(raw, Path):
        raw = raw.absolute()  # a worker's working directory is another
    files = list_files(raw)
    job = Job(files, store.at(out), reader)
    with _connect(scheduler, patience) as client:
        _check_workers(client, patience)
        answers = _read_on_workers(client, job, limits)
        return job.run(answers, on_done, whole=files != [raw])


# --- on the workers ---------------------------------------------------------------------------

_kept = threading.local()


def read_on_worker(
    file: File, reader: Reader, known: Set[str], limits: Limits, version: str
) -> Answer | Left | Lost:
    """`read_file` in this worker thread's kept process.

    Raises ClusterError when the worker, joined late, has another extractor version.
    """
    if installed() != version:
        raise ClusterError(f"a worker has extractor version {installed()}, the client {version}")
    from distributed import get_worker

    place = get_worker().local_directory  # Dask clears up after lost workers
    with tempfile.TemporaryDirectory(prefix="plans-", dir=place) as scratch:
        return _process(limits).run(file, scratch, reader, known)


def _process(limits: Limits) -> Isolated[Answer | Left]:
    if getattr(_kept, "limits", None) != limits:
        if hasattr(_kept, "process"):
            _kept.process.stop()
        # Dask's nanny marks its worker daemonic, which forbids children. Ours end by themselves
        # when the worker does: their pipe closes.
        multiprocessing.current_process().daemon = False
        _kept.process, _kept.limits = Isolated(read_file, limits), limits
    kept: Isolated[Answer | Left] = _kept.process
    return kept


def installed() -> str:
    """The extractor version of the machine this runs on."""
    return EXTRACTOR_VERSION


# --- on the client ----------------------------------------------------------------------------


def _connect(scheduler: str, patience: float) -> Client:
    from distributed import Client

    try:
        return Client(scheduler, timeout=patience, set_as_default=False, name="plans-extract")
    except Exception as error:  # nobody there, no such address, no certificate: each has its own
        raise ClusterError(f"cannot reach the scheduler at {scheduler}: {error}") from error


def _check_workers(client: Client, patience: float) -> None:
    try:
        client.wait_for_workers(1, timeout=patience)
    except TimeoutError as error:
        raise ClusterError(f"the scheduler at {client.scheduler.address} has no worker") from error
    try:
        versions: dict[str, str] = client.run(installed)
    except Exception as error:  # the worker has no service-plans, or one too old for this module
        why = f"{type(error).__name__}: {error}"
        raise ClusterError(f"the workers cannot run service-plans ({why}); {SAME}") from error
    others = [f"{a} has {v}" for a, v in sorted(versions.items()) if v != EXTRACTOR_VERSION]
    if others:
        mine = f"the client has extractor version {EXTRACTOR_VERSION}"
        raise ClusterError(f"{mine}, but {', '.join(others)}; {SAME}")


def _read_on_workers(client: Client, job: Job, limits: Limits) -> Answers:
    """Give files out; yield what comes back.

    Dask suspects every file that a lost worker held. Those it gives up are tried once more, alone,
    so that none fails for another.
    """
    from distributed.comm import CommClosedError

    suspects: list[int] = []
    try:
        yield from _many_at_once(client, job, limits, suspects)
        for index in suspects:
            yield index, _alone(client, job, limits, index)
    except (CancelledError, CommClosedError) as error:
        raise ClusterError(LOST) from error


def _many_at_once(client: Client, job: Job, limits: Limits, suspects: list[int]) -> Answers:
    """Answers with PER_THREAD files a thread under way; what Dask gives up goes to `suspects`."""
    from distributed import KilledWorker, as_completed

    waiting = deque(range(len(job.files)))
    running: dict[Future, int] = {}
    done = as_completed(loop=client.loop)
    while waiting or running:
        room = max(1, PER_THREAD * sum(client.nthreads().values()))
        while waiting and len(running) < room:
            index = waiting.popleft()
            future = _submit(client, job, limits, index)
            running[future] = index
            done.add(future)
        future = next(done)
        index = running.pop(future)
        try:
            answer = future.result()
        except KilledWorker:
            suspects.append(index)
        else:
            yield index, answer


def _alone(client: Client, job: Job, limits: Limits, index: int) -> Answer | Left | Lost:
    from distributed import KilledWorker

    try:
        answer: Answer | Left | Lost = _submit(client, job, limits, index).result()
    except KilledWorker as error:
        return Lost(KILLER.format(error.allowed_failures + 1))
    return answer


def _submit(client: Client, job: Job, limits: Limits, index: int) -> Future:
    known = job.known_by_name(index)  # `known` would send what all other files have with each
    task = read_on_worker, job.files[index], job.reader, known, limits, EXTRACTOR_VERSION
    return client.submit(*task, pure=False, retries=RETRIES)
