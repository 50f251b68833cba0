"""The command line as a user meets it: help, exit codes, what is printed where."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from extract.readers import READERS
from plans.commands import app
from plans.stages import ReaderName

from .conftest import ROOT, run

COMMANDS = sorted(c.name or c.callback.__name__ for c in app.registered_commands)


def test_every_stage_has_its_command() -> None:
    assert {"extract", "normalize", "nightly", "review", "show", "check", "export"} <= set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_teaches(command: str) -> None:
    done = run("plans", command, "--help")
    assert done.returncode == 0 and command in done.stdout and len(done.stdout.splitlines()) > 8
    assert "\x1b[" not in done.stdout, "colours only on a terminal"


def test_the_readers_offered_are_those_there_are() -> None:
    assert [r.value for r in ReaderName] == list(READERS)


def test_without_arguments_it_lists_the_commands() -> None:
    done = run("plans")
    assert all(command in done.stdout + done.stderr for command in COMMANDS)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["extract", "no/such/folder"], "no/such/folder"),
        (["normalize", "no/such/folder"], "no/such/folder"),
        (["show", "no-such-plan", "--processed", "no/such/folder"], "no-such-plan"),
        (["check", "no/such/folder"], "run plans extract and plans normalize"),
        (["review", "no/such/folder"], "run plans extract and plans normalize"),
        (["export", "no/such/folder"], "run plans extract and plans normalize"),
        (["explore", "no/such/folder"], "run plans extract and plans normalize"),
        (["harmonise", "no/such/folder"], "run plans extract and plans normalize"),
        (["export", "--format", "pdf"], "csv, xlsx"),
        (["extract", "--reader", "tesseract"], "tesseract"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line_with_exit_code_2(
    arguments: list[str], said: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "plans", *arguments],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2 and said in done.stderr and "Traceback" not in done.stderr
    assert not list(tmp_path.rglob("*.parquet"))


@pytest.mark.slow
def test_a_file_that_fails_is_named_and_the_rest_is_written(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "good.pdf").symlink_to(ROOT / "data/raw/jiaxian-114.pdf")
    (raw / "broken.pdf").write_bytes(b"%PDF-1.7 nothing else")
    done = run("plans", "extract", str(raw), "--out", str(tmp_path / "interim"))
    assert done.returncode == 1 and "broken.pdf" in done.stderr and "1 failed" in done.stdout
    done = run("plans", "normalize", str(tmp_path / "interim"), "--out", str(tmp_path / "out"))
    assert (
        done.returncode == 1 and pq.read_table(tmp_path / "out" / "measures.parquet").num_rows > 0
    )


@pytest.mark.slow
def test_show_prints_the_tree_of_a_pdf(dataset: Path) -> None:
    done = run("plans", "show", "data/raw/jiaxian-114.pdf")
    plan = next(
        r
        for r in pq.read_table(dataset / "plans.parquet").to_pylist()
        if r["source_file"] == "jiaxian-114.pdf"
    )
    rows = pq.read_table(
        dataset / "measures.parquet", filters=[("plan_id", "=", plan["plan_id"])]
    ).to_pylist()
    assert done.returncode == 0 and plan["agency"] in done.stdout and "\x1b[" not in done.stdout
    assert all(m["text"].splitlines()[0][:12] in done.stdout for m in rows) and all(
        u in done.stdout for m in rows for u in m["units"]
    )
    known = run("plans", "show", plan["plan_id"][:6], "--processed", str(dataset))
    assert known.returncode == 0 and plan["agency"] in known.stdout


@pytest.mark.slow
def test_check_counts_findings_by_code(dataset: Path) -> None:
    done = run("plans", "check", str(dataset))
    findings = pq.read_table(dataset / "findings.parquet").to_pylist()
    assert done.returncode == int(any(f["severity"] == "error" for f in findings))
    assert all(f["code"] in done.stdout for f in findings if f["severity"] != "note")


def test_the_shell_completes_commands_and_options() -> None:
    environment = os.environ | {
        "_PLANS_COMPLETE": "complete_bash",
        "COMP_WORDS": "plans re",
        "COMP_CWORD": "1",
    }
    done = subprocess.run(
        [Path(sys.executable).with_name("plans")], env=environment, capture_output=True, text=True
    )
    assert "review" in done.stdout.split() and "export" not in done.stdout.split()


@pytest.mark.slow
def test_a_pipe_closed_early_is_no_error(dataset: Path) -> None:
    done = subprocess.run(
        f"{sys.executable} -m plans check {dataset} --all | head -1",
        shell=True,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.stdout.startswith("error:") and not done.stderr
