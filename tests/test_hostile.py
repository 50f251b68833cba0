"""Hostile files: made from a seed, and each of a cheap few ends with a status within its limits."""

from __future__ import annotations

from pathlib import Path

from batch.folder import extract_files
from batch.limits import Limits
from batch.store import find_pdfs
from benchmarks.hostile import MAKERS, NAMES, bombs, hostile_files

CHEAP = ("boxes-00", "boxes-05", "scripts-02", "escapes-0", "broken-")


def test_hostile_files_end_with_a_status(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    hostile_files(raw, 1, [make for make in MAKERS if make is not bombs])  # which take their time
    files = find_pdfs(raw)
    assert len(files) > 30 + len(NAMES)
    few = [f for f in files if f.name.startswith(CHEAP)]
    outcomes = list(extract_files(few, tmp_path / "interim", 1, Limits(30.0)))
    assert {o.file for o in outcomes} == {f.name for f in few}
    assert {o.status for o in outcomes} <= {"failed", "not_a_plan"}
    assert all(o.reason and "\x1b" not in o.reason for o in outcomes)
    assert not list(Path("/tmp").glob("hostile-*")), "a script has run"
