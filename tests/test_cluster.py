"""The extract stage on a real Dask cluster and a real S3 server.

The same bytes as the local run, whatever is lost on the way.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from distributed import Client
from moto.server import ThreadedMotoServer

from batch import cluster, store
from batch.cluster import ClusterError, extract_on_cluster
from batch.folder import extract_folder
from batch.isolate import Isolated, Lost, run_isolated
from batch.job import Job
from batch.limits import Limits
from batch.reading import read_file
from batch.store import Remote
from benchmarks.nightly import copies
from dataset.schema import TABLES
from normalize import pipeline
from normalize.pipeline import normalize
from plans.__main__ import main

from .typesetter.content import make_plan
from .typesetter.page import Layout, Typesetter

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
FILES = 16
PLANS = ("civil-affairs-109", "jiaxian-114", "public-works-112", "sanmin-114")


class Machines:
    """A scheduler and workers as processes.

    Each worker has a session of its own, so that it can be lost whole, as a machine is.
    """

    def __init__(self, scratch: Path) -> None:
        self._scratch = str(scratch)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        self._processes = {
            "scheduler": self._start("scheduler", "--host", self.address, "--no-dashboard")
        }

    def _start(self, *command: str) -> subprocess.Popen:
        settings = os.environ | {
            "PYTHONPATH": str(ROOT),
            "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
        }
        return subprocess.Popen(
            [sys.executable, "-m", "dask", *command],
            cwd="/",
            env=settings,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def add(self, name: str) -> None:
        self._processes[name] = self._start(
            "worker",
            self.address,
            "--name",
            name,
            "--nthreads",
            "1",
            "--no-dashboard",
            "--local-directory",
            self._scratch,
        )

    def lose(self, name: str) -> None:
        """SIGKILL the worker, its nanny and its reading process."""
        os.killpg(self._processes[name].pid, signal.SIGKILL)
        self._processes.pop(name).wait()

    def stop(self) -> None:
        for name in list(self._processes):
            self.lose(name)


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """Address of a bucket on a local S3 server, its place and keys in the environment as ever."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "AWS_ENDPOINT_URL": f"http://{host}:{port}",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
        }.items():
            patch.setenv(name, value)
        import s3fs

        s3fs.S3FileSystem().mkdir("plans")
        yield "s3://plans"
    server.stop()


@pytest.fixture(scope="module")
def machines(bucket: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    made = Machines(tmp_path_factory.mktemp("machines"))
    made.add("one")
    made.add("two")
    with Client(made.address, timeout=30, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Filed plans, a made one with an odd name below a folder, small ones, one that is no PDF."""
    folder = tmp_path_factory.mktemp("raw")
    copies(folder, 10)
    for name in PLANS:
        shutil.copy(ROOT / "data" / "raw" / f"{name}.pdf", folder)
    (folder / "114 年").mkdir()
    (folder / "114 年" / "三民區公所 計畫.PDF").write_bytes(
        Typesetter(make_plan(3), Layout()).save()
    )
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    return folder


@pytest.fixture(scope="module")
def local(raw: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Records of the local run."""
    out = tmp_path_factory.mktemp("local")
    extract_folder(raw, out, 2)
    assert len(store.records(out)) == FILES
    return out


def contents(folder: str | Path) -> dict[str, bytes]:
    return {r.name: store.read(r) for r in store.records(store.at(folder))}


def tables(interim: str | Path, out: Path) -> dict[str, str]:
    normalize(interim, out, corrections_dir=None)
    return {
        p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(out.glob("*.parquet"))
    }


def same_times(*folders: Path) -> None:
    """`extracted_at` is the time of the record's file: the one thing that two runs cannot share."""
    for folder in folders:
        for record in store.records(folder):
            os.utime(record, (1_800_000_000, 1_800_000_000))


@pytest.fixture(scope="module")
def in_bucket(bucket: str, raw: Path) -> str:
    """`raw` as objects."""
    for path in raw.rglob("*"):
        if path.is_file():
            store.write(Remote(f"{bucket}/raw/{path.relative_to(raw)}"), path.read_bytes())
    return f"{bucket}/raw"


# --- a cluster and the local run ---


def test_a_worker_lost_in_the_middle_changes_no_byte(
    machines: Machines, raw: Path, local: Path, tmp_path: Path
) -> None:
    lost: list[str] = []

    def lose_one(outcome, done: int, total: int) -> None:
        if done > 1:
            return
        with Client(machines.address, set_as_default=False) as client:
            names = {
                w["id"]: address
                for address, w in client.scheduler_info(n_workers=-1)["workers"].items()
            }
            held = client.processing()[names["two"]]
            assert held, "the worker to be lost has no file"
            machines.lose("two")
            lost.extend(held)

    outcomes = extract_on_cluster(raw, tmp_path / "interim", machines.address, on_done=lose_one)
    assert 0 < len(lost) < FILES and len(outcomes) == FILES and not any(o.kept for o in outcomes)
    with Client(machines.address, set_as_default=False) as client:
        assert {w["id"] for w in client.scheduler_info(n_workers=-1)["workers"].values()} == {"one"}
    machines.add("two")
    assert contents(tmp_path / "interim") == contents(local)
    same_times(local, tmp_path / "interim")
    made = tables(tmp_path / "interim", tmp_path / "cluster")
    assert len(made) == len(TABLES) and made == tables(local, tmp_path / "local")


def test_a_second_run_keeps_and_a_gone_file_is_dropped(
    machines: Machines, local: Path, raw: Path, tmp_path: Path
) -> None:
    here, out = tmp_path / "raw", tmp_path / "interim"
    shutil.copytree(raw, here)
    shutil.copytree(local, out)
    before = {r.name: r.stat().st_mtime_ns for r in store.records(out)}
    assert all(o.kept for o in extract_on_cluster(here, out, machines.address))
    assert {r.name: r.stat().st_mtime_ns for r in store.records(out)} == before
    (here / "copy00000.pdf").rename(here / "renamed.pdf")
    (here / "copy00001.pdf").unlink()
    shutil.copy(
        here / "copy00002.pdf", here / "copy00003.pdf"
    )  # known name, other content: a content filed twice
    outcomes = extract_on_cluster(here, out, machines.address)
    assert [o.file for o in outcomes if not o.kept] == ["copy00003.pdf", "renamed.pdf"]
    named = {json.loads(record)["source_file"] for record in contents(out).values()}
    assert (
        len(contents(out)) == FILES - 2
        and {"renamed.pdf", "copy00003.pdf"} <= named
        and not {"copy00000.pdf", "copy00001.pdf", "copy00002.pdf"} & named
    )


@pytest.fixture
def filed_twice(raw: Path, tmp_path: Path) -> Path:
    """A folder with one content under two names, whose record names the second."""
    (tmp_path / "raw").mkdir()
    for name in ("a.pdf", "b.pdf"):
        shutil.copy(raw / "copy00000.pdf", tmp_path / "raw" / name)
    extract_folder(tmp_path / "raw", tmp_path / "out")
    return tmp_path


def named(folder: Path) -> list[str]:
    return sorted(json.loads(record)["source_file"] for record in contents(folder).values())


@pytest.mark.parametrize("turn", [1, -1])
@pytest.mark.parametrize("known", [True, False])
def test_the_record_of_a_file_filed_twice_names_the_last_whoever_answers_first(
    filed_twice: Path, turn: int, known: bool
) -> None:
    files, out = store.find_pdfs(filed_twice / "raw"), filed_twice / "out"
    before = contents(out)
    job = Job(files, out, "mupdf", afresh=not known)
    answers = [
        (n, read_file(file, str(filed_twice), "mupdf", job.known_by_name(n)))
        for n, file in enumerate(job.files)
    ]
    assert [not answer.record for _, answer in answers] == [False, known]
    outcomes = job.run(answers[::turn], None, whole=True)
    assert [(o.file, o.kept) for o in outcomes] == [("a.pdf", False), ("b.pdf", known)]
    assert named(out) == ["b.pdf"] and contents(out) == before


def test_a_file_filed_twice_is_not_read_again(filed_twice: Path) -> None:
    raw, out = filed_twice / "raw", filed_twice / "out"
    before = {r.name: r.stat().st_mtime_ns for r in store.records(out)}
    assert all(o.kept for o in extract_folder(raw, out, 2))
    assert {r.name: r.stat().st_mtime_ns for r in store.records(out)} == before


def test_of_a_file_filed_twice_the_one_that_stays_gives_its_name(
    filed_twice: Path, raw: Path
) -> None:
    """The record of what was read by another name is that of the file read alone."""
    alone = filed_twice / "alone"
    extract_folder(filed_twice / "raw" / "a.pdf", alone)
    shutil.copy(raw / "copy00001.pdf", filed_twice / "raw" / "b.pdf")
    outcomes = extract_folder(filed_twice / "raw", filed_twice / "out")
    assert [(o.file, o.kept) for o in outcomes] == [("a.pdf", True), ("b.pdf", False)]
    assert named(filed_twice / "out") == ["a.pdf", "b.pdf"]
    assert contents(alone).items() <= contents(filed_twice / "out").items()


def test_pictures_of_pages_are_drawn_from_files_read_before(raw: Path, tmp_path: Path) -> None:
    one, out, pictures = raw / "copy00000.pdf", tmp_path / "out", tmp_path / "pictures"
    extract_folder(one, out)
    before = contents(out)
    assert [o.kept for o in extract_folder(one, out)] == [True]
    assert [o.kept for o in extract_folder(one, out, debug=pictures)] == [False]
    assert list(pictures.rglob("*.png")) and contents(out) == before


def test_records_of_gone_files_and_what_was_half_written_go(raw: Path, tmp_path: Path) -> None:
    here, out = tmp_path / "raw", tmp_path / "out"
    here.mkdir()
    for n in range(2):
        shutil.copy(raw / f"copy{n:05d}.pdf", here)
    extract_folder(here, out)
    (here / "copy00001.pdf").unlink()
    (out / "half.1.tmp").write_bytes(b"{")
    extract_folder(here / "copy00000.pdf", out)
    assert named(out) == ["copy00000.pdf", "copy00001.pdf"], "one file is not all there are"
    extract_folder(here, out)
    assert named(out) == ["copy00000.pdf"] and not list(out.glob("*.tmp"))


def _dies_reading(file, scratch, reader, known):
    if file.name == "copy00004.pdf":
        os.kill(os.getpid(), signal.SIGSEGV)
    return cluster.read_file(file, scratch, reader, known)


def _with_a_deadly_file(file, *more):
    honest, cluster.read_file = cluster.read_file, _dies_reading
    try:
        return _REAL(file, *more)
    finally:
        cluster.read_file = honest


def _with_a_deadlier_file(file, *more):
    if file.name == "copy00004.pdf":
        os.kill(os.getpid(), signal.SIGKILL)
    return _REAL(file, *more)


_REAL = cluster.read_on_worker


@pytest.mark.parametrize(
    ("task", "reason"),
    [(_with_a_deadly_file, "SIGSEGV"), (_with_a_deadlier_file, "工作節點一再中止")],
)
def test_a_file_that_kills_its_process_or_its_worker_is_a_failed_record(
    machines: Machines,
    local: Path,
    raw: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    task,
    reason: str,
) -> None:
    monkeypatch.setattr(cluster, "read_on_worker", task)
    (tmp_path / "raw").mkdir()
    for n in range(8):
        shutil.copy(raw / f"copy{n:05d}.pdf", tmp_path / "raw")
    outcomes = extract_on_cluster(
        tmp_path / "raw", tmp_path / "interim", machines.address, limits=Limits(seconds=100)
    )
    assert [o.file for o in outcomes if o.status == "failed"] == ["copy00004.pdf"]
    bad = next(o for o in outcomes if o.status == "failed")
    record = json.loads(bad.path.read_bytes())
    assert (
        reason in record["reason"]
        and record["source_file"] == "copy00004.pdf"
        and not record["rows"]
    )
    assert record["sha256"] == hashlib.sha256((raw / "copy00004.pdf").read_bytes()).hexdigest()
    known = contents(local)
    assert {n: r for n, r in contents(tmp_path / "interim").items() if n != bad.path.name} == {
        o.path.name: known[o.path.name] for o in outcomes if o is not bad
    }


def test_the_limits_hold_on_the_workers(machines: Machines, raw: Path, tmp_path: Path) -> None:
    (outcome,) = extract_on_cluster(
        raw / "sanmin-114.pdf", tmp_path, machines.address, limits=Limits(seconds=0.05)
    )
    assert outcome.status == "failed" and "時限" in outcome.reason


def _pretend(version: str) -> None:
    cluster.EXTRACTOR_VERSION = version


def test_another_extractor_version_is_an_error(
    machines: Machines, raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = cluster.EXTRACTOR_VERSION
    with Client(machines.address, set_as_default=False) as client:
        client.wait_for_workers(1, timeout=60)  # a test before may have killed them
        one = next(iter(client.nthreads()))
        client.run(_pretend, "0", workers=[one])
        try:
            with pytest.raises(ClusterError, match=f"{real}, but {one} has 0"):
                extract_on_cluster(raw, tmp_path, machines.address)
            monkeypatch.setattr(
                cluster, "_check_workers", lambda client, patience: None
            )  # as for a worker that joins later
            with pytest.raises(ClusterError, match="extractor version 0"):
                extract_on_cluster(raw, tmp_path, machines.address)
        finally:
            client.run(_pretend, real, workers=[one])


# --- addresses ---


def test_records_and_tables_through_s3_without_a_cluster(
    bucket: str, in_bucket: str, local: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = f"{bucket}/alone"
    assert main(["extract", in_bucket, "--out", out, "--workers", "2"]) == 1  # one file is broken
    assert contents(out) == contents(local)
    assert all(o.kept for o in extract_folder(in_bucket, out, 2))
    assert main(["normalize", out, "--out", str(tmp_path / "s3"), "--workers", "1"]) == 1
    made = {
        p.name: hashlib.sha256(p.read_bytes()).hexdigest()
        for p in (tmp_path / "s3").glob("*.parquet")
    }
    of_local = tables(local, tmp_path / "local")
    assert {n for n in made if made[n] != of_local[n]} <= {"plans.parquet"}
    monkeypatch.setattr(pipeline, "POOL_FROM", 2)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    normalize(out, tmp_path / "pool", corrections_dir=pipeline.CORRECTIONS, workers=2)
    assert {
        p.name: hashlib.sha256(p.read_bytes()).hexdigest()
        for p in (tmp_path / "pool").glob("*.parquet")
    } == made


def test_records_through_s3_on_a_cluster(
    machines: Machines, bucket: str, in_bucket: str, local: Path
) -> None:
    out = f"{bucket}/cluster"
    command = ["extract", in_bucket, "--out", out, "--scheduler", machines.address]
    assert main(command) == 1
    assert contents(out) == contents(local)
    gone = Remote(f"{in_bucket}/copy00009.pdf")
    content = store.read(gone)
    store.delete(gone)
    try:
        assert all(o.kept for o in extract_on_cluster(in_bucket, out, machines.address))
    finally:
        store.write(gone, content)
    assert contents(local).keys() - contents(out).keys() == {
        f"{hashlib.sha256(content).hexdigest()}.json"
    }


def test_names_that_no_disk_would_take(bucket: str, tmp_path: Path) -> None:
    names = ["執行計畫" * 30 + ".pdf", "[x]* #100%25.pdf"]
    for name in names:
        store.write(Remote(f"{bucket}/odd/{name}"), f"no PDF: {name}".encode())
    assert sorted(o.file for o in extract_folder(f"{bucket}/odd", tmp_path)) == sorted(names)
    assert {json.loads(record)["source_file"] for record in contents(tmp_path).values()} == set(
        names
    )
    assert all(o.kept for o in extract_folder(f"{bucket}/odd", tmp_path))
    (lost,) = extract_folder(
        f"{bucket}/odd/{names[0]}", tmp_path / "lost", limits=Limits(seconds=0.01)
    )
    assert "時限" in lost.reason and json.loads(store.read(lost.path))["source_file"] == names[0]


@pytest.mark.parametrize("where", ["memory://plans", "local"])
def test_a_store_lists_reads_writes_and_deletes(where: str, tmp_path: Path) -> None:
    folder = store.at(where if "://" in where else tmp_path)
    names = [f"{c * 64}.json" for c in "ba"]
    for name in [*names, "report.json", "x.pdf"]:
        store.write(folder / name, name.encode())
    assert [r.name for r in store.records(folder)] == names[::-1]
    assert [p.name for p in store.find_pdfs(folder)] == ["x.pdf"] and store.find_pdfs(
        folder / "x.pdf"
    ) == [folder / "x.pdf"]
    assert store.read(folder / names[0]) == names[0].encode()
    assert abs(store.written_at(folder / names[0]).timestamp() - time.time()) < 60
    with store.local_copy(folder / "x.pdf", tmp_path) as path:
        assert path.read_bytes() == b"x.pdf"
    store.delete(folder / names[0])
    assert [r.name for r in store.records(folder)] == names[1:]
    assert store.records(folder / "nowhere") == [] and not store.exists(folder / "nowhere")


# --- what goes wrong ---


def test_a_scheduler_that_does_not_answer(raw: Path, tmp_path: Path) -> None:
    with pytest.raises(ClusterError, match="cannot reach the scheduler at tcp://127.0.0.1:1"):
        extract_on_cluster(raw, tmp_path, "tcp://127.0.0.1:1", patience=0.5)


def test_errors_name_what_is_missing(
    bucket: str,
    raw: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["extract", f"{bucket}/nothing", "--out", str(tmp_path)]) == 2
    assert "找不到" in capsys.readouterr().err
    assert main(["normalize", f"{bucket}/nothing", "--out", str(tmp_path)]) == 2
    assert "no printed plan" in capsys.readouterr().err
    assert main(["extract", "nonsense://x", "--out", str(tmp_path)]) == 2
    assert "nonsense" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "gcsfs", None)
    assert main(["extract", "gs://x", "--out", str(tmp_path)]) == 2
    assert "gcsfs" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert (
        main(["extract", str(raw), "--out", str(tmp_path), "--scheduler", "tcp://127.0.0.1:1"]) == 2
    )
    assert "service-plans[cluster]" in capsys.readouterr().err


def test_local_folders_need_no_fsspec(raw: Path, tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['fsspec'] = sys.modules['distributed'] = None; "
        "from plans.__main__ import main; sys.exit(main())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "extract", str(raw / "copy00000.pdf"), "--out", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def _task(what: str) -> str:
    if what == "refused":
        raise ConnectionRefusedError("no store")
    if what == "end":
        raise EOFError("half a file")
    if what == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    return f"{what} {os.getpid()}"


@pytest.mark.parametrize(("what", "kind"), [("refused", ConnectionRefusedError), ("end", EOFError)])
def test_an_error_of_the_task_is_not_the_death_of_its_process(
    what: str, kind: type[Exception]
) -> None:
    with pytest.raises(kind):
        list(run_isolated(_task, [(what,)], 1, Limits()))


def test_a_kept_process_outlives_errors_and_is_replaced_when_it_dies() -> None:
    kept = Isolated(_task, Limits())
    try:
        first = kept.run("a")
        with pytest.raises(ConnectionRefusedError):
            kept.run("refused")
        assert kept.run("a") == first
        lost = kept.run("die")
        assert isinstance(lost, Lost) and "SIGKILL" in lost.reason
        second = kept.run("a")
        assert second != first
        os.kill(int(second.split()[1]), signal.SIGKILL)  # dies idle: the next task is not to blame
        time.sleep(0.3)
        assert kept.run("b").startswith("b ")
    finally:
        kept.stop()
