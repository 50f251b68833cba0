"""The unattended batch: incremental, isolated, atomic, and honest about what it left out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from batch.folder import extract_files
from batch.limits import Limits
from benchmarks.nightly import broken_files, command, copies, kill, state
from dataset.diff import as_html, diff
from nightly import health
from nightly.report import Report, as_markdown
from nightly.run import Busy, run_nightly

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent


@pytest.fixture
def base(tmp_path: Path) -> Path:
    (tmp_path / "raw").mkdir()
    copies(tmp_path / "raw", 3)
    return tmp_path


def night(base: Path, **options) -> Report:
    return run_nightly(
        base / "raw", base / "interim", base / "processed", workers=2, corrections=None, **options
    )


def rows(base: Path, table: str) -> list[dict]:
    return pq.read_table(base / "processed" / f"{table}.parquet").to_pylist()


def test_new_changed_and_withdrawn_files(base: Path) -> None:
    copies(base / "raw", 9, tag="x")
    first = night(base)
    assert (first.exit_code, first.published, len(first.read)) == (0, True, 12)
    quiet = night(base)
    assert (quiet.exit_code, quiet.published, quiet.unchanged, quiet.read) == (0, False, True, [])
    copies(base / "raw", 1, tag="new")
    os.replace(base / "raw" / "copynew00000.pdf", base / "raw" / "copy00001.pdf")
    (base / "raw" / "copy00002.pdf").unlink()
    second = night(base)
    assert (second.read, second.withdrawn) == (
        ["copy00001.pdf"],
        ["copy00001.pdf", "copy00002.pdf"],
    )
    assert {p["source_file"] for p in rows(base, "plans")} == {
        f.name for f in (base / "raw").iterdir()
    }
    assert len(list((base / "interim").glob("*.json"))) == 11
    plans = next(c for c in second.changes if c["table"] == "plans")
    assert (plans["added"], plans["removed"]) == (1, 2)


def test_a_touched_file_is_not_read_again(base: Path) -> None:
    night(base)
    os.utime(base / "raw" / "copy00000.pdf")
    assert night(base).read == []


def test_failures_are_listed_once_and_not_retried(base: Path) -> None:
    (base / "raw" / "broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    first = night(base)
    assert first.exit_code == 1 and first.published and "broken.pdf" in first.failed
    again = night(base)
    assert again.exit_code == 1 and again.read == [] and "broken.pdf" in again.failed
    assert "broken.pdf" in as_markdown(again)
    assert {p["source_file"]: p["status"] for p in rows(base, "plans")}["broken.pdf"] == "failed"


def test_an_unhealthy_dataset_is_archived_and_the_old_one_stays(base: Path) -> None:
    night(base)
    old = state(base / "processed")
    bounds = base / "bounds.csv"
    bounds.write_text("figure,minimum,maximum,why\nmeasures_per_plan,1000,,impossible\n", "utf-8")
    copies(base / "raw", 1, tag="more")
    report = night(base, bounds=bounds)
    assert report.exit_code == 2 and "measures_per_plan" in report.reason
    assert state(base / "processed") == old
    archived = base / "processed" / "unhealthy" / report.started
    assert (
        pq.read_table(archived / "findings.parquet") is not None
        and pq.read_table(archived / "plans.parquet").num_rows == 4
    )
    assert night(base).published, "mended bounds let it out"


def test_bounds_fail_below_the_minimum_and_warn_above_the_maximum(tmp_path: Path) -> None:
    bounds = tmp_path / "bounds.csv"
    bounds.write_text("figure,minimum,maximum,why\na,0.5,2,x\nb,0.5,2,x\nc,0.5,,x\n", "utf-8")
    states = {v.name: v.state for v in health.judge({"a": 0.4, "b": 3.0, "c": 0.5}, bounds)}
    assert states == {"a": "fail", "b": "warn", "c": "ok"}


def test_a_second_run_says_so_and_goes(base: Path) -> None:
    import fcntl

    (base / "processed").mkdir()
    with open(base / "processed" / ".nightly.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(Busy):
            night(base)
        done = subprocess.run(command(base), cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 2 and '"event": "busy"' in done.stderr


def test_kills_leave_a_whole_dataset(capsys: pytest.CaptureFixture[str]) -> None:
    kill(times=4, seed=8)
    assert "no torn dataset" in capsys.readouterr().out


def test_a_full_disk_leaves_the_old_dataset(base: Path) -> None:
    night(base)
    old = state(base / "processed")
    copies(base / "raw", 2, tag="more")
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000)); "
        "from nightly.__main__ import main; sys.exit(main())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *command(base)[3:]],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert state(base / "processed") == old
    assert night(base).exit_code == 0
    assert state(base / "processed") != old


def test_broken_files_end_with_a_status_and_without_rows(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "out").mkdir()
    broken_files(tmp_path / "raw")
    files = sorted((tmp_path / "raw").glob("*.pdf"))
    outcomes = list(extract_files(files, tmp_path / "out", 2, limits=Limits(seconds=60)))
    assert {o.file for o in outcomes} == {f.name for f in files}
    for outcome in outcomes:
        record = json.loads(outcome.path.read_text("utf-8"))
        assert (
            record["status"] in ("failed", "not_a_plan") and record["reason"] and not record["rows"]
        ), outcome.file


def test_names_that_are_hard_to_live_with(base: Path) -> None:
    names = [
        "有 空格 的計畫.pdf",
        "換\n行.pdf",
        "..%2f..%2fetc.pdf",
        "x" * 251 + ".pdf",
        "<script>alert(1)</script>.pdf".replace("/", "∕"),
        "=cmd.pdf",
    ]
    copies(base / "raw", len(names), tag="n")
    for n, name in enumerate(names):
        os.replace(base / "raw" / f"copyn{n:05d}.pdf", base / "raw" / name)
    raw_name = os.fsencode(str(base / "raw")) + b"/\xff\xfe.pdf"
    with open(raw_name, "wb") as file:
        file.write(b"no pdf")
    report = night(base)
    assert report.published and report.exit_code == 1
    shown = {name.replace("\n", "\\n") for name in names}
    assert {p["source_file"] for p in rows(base, "plans")} >= shown
    inside = {p.resolve() for p in base.rglob("*")}
    assert all(str(p).startswith(str(base.resolve())) for p in inside)
    assert "<script>" not in as_html(report.changes, "x")


def test_passwords(base: Path) -> None:
    import pymupdf

    with pymupdf.open(base / "raw" / "copy00000.pdf") as doc:
        doc.save(
            base / "raw" / "owner.pdf",
            encryption=pymupdf.PDF_ENCRYPT_AES_256,
            owner_pw="y",
            user_pw="",
        )
        doc.save(
            base / "raw" / "user.pdf",
            encryption=pymupdf.PDF_ENCRYPT_AES_256,
            owner_pw="y",
            user_pw="x",
        )
    report = night(base)
    status = {p["source_file"]: p["status"] for p in rows(base, "plans")}
    assert status["owner.pdf"] == "ok" and status["user.pdf"] == "failed"
    assert "密碼" in report.failed["user.pdf"]


def test_the_diff_names_added_changed_and_removed_rows(base: Path) -> None:
    night(base)
    before = {
        t: pq.read_table(base / "processed" / f"{t}.parquet")
        for t in (
            "measures",
            "measure_units",
            "plans",
            "sections",
            "findings",
            "taxonomy",
            "measure_changes",
        )
    }
    after = dict(before) | {"plans": before["plans"].slice(1)}
    entry = next(e for e in diff(before, after) if e["table"] == "plans")
    assert (entry["added"], entry["changed"], entry["removed"]) == (0, 0, 1)
