"""Room: what fails gives back what it took, a night looks before it begins, files follow umask."""

from __future__ import annotations

import errno
import os
import shutil
from collections import namedtuple
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from batch import store
from dataset import export, publish
from dataset.datapackage import descriptor
from dataset.schema import TABLES
from nightly import space
from nightly.run import run_nightly

EMPTY = {table.name: table.arrow().empty_table() for table in TABLES}


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_failed_build_removes_what_it_wrote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = publish.write_table, []

    def third(*args: object) -> list[Path]:
        calls.append(args)
        return real(*args) if len(calls) < 3 else full()

    monkeypatch.setattr(publish, "write_table", third)
    with pytest.raises(OSError, match="No space left"):
        publish.publish(EMPTY, tmp_path, descriptor)
    assert list((tmp_path / "releases").iterdir()) == []


def test_a_full_disk_is_not_taken_for_a_drive_without_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish.publish(EMPTY, tmp_path, descriptor)
    before = os.readlink(tmp_path / "current")
    changed = EMPTY | {"plans": EMPTY["plans"].replace_schema_metadata({"x": "y"})}
    monkeypatch.setattr(publish.Path, "symlink_to", full)
    with pytest.raises(OSError, match="No space left"):
        publish.publish(changed, tmp_path, descriptor)
    assert os.readlink(tmp_path / "current") == before
    assert all((tmp_path / f"{table.name}.parquet").is_symlink() for table in TABLES)


@pytest.mark.parametrize("umask", [0o022, 0o027, 0o077])
def test_what_is_published_follows_the_umask(umask: int, tmp_path: Path) -> None:
    before = os.umask(umask)
    try:
        release = publish.publish(EMPTY, tmp_path, descriptor)
    finally:
        os.umask(before)
    modes = {path: path.stat().st_mode & 0o777 for path in [release, *release.iterdir()]}
    assert modes.pop(release) == 0o777 & ~umask
    assert set(modes.values()) == {0o666 & ~umask}


def test_half_a_record_and_half_an_export_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish.publish(EMPTY, tmp_path / "processed", descriptor)
    (tmp_path / "out").mkdir()
    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        store.write(tmp_path / "record.json", b"{}")
    with pytest.raises(OSError, match="No space left"):
        list(export.export(tmp_path / "processed", tmp_path / "out", ("csv",)))
    assert not [p for p in tmp_path.iterdir() if p.is_file()] and not list(
        (tmp_path / "out").iterdir()
    )


def test_a_night_without_room_does_not_begin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a.pdf").write_bytes(b"%PDF-1.4 nothing")
    publish.publish(EMPTY, tmp_path / "processed", descriptor)
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage(2**40, 2**40, space.LEAST))
    report = run_nightly(tmp_path / "raw", tmp_path / "interim", tmp_path / "processed")
    assert (report.exit_code, report.files) == (2, 0)
    assert "bytes of room" in (report.reason or "") and "processed" in (report.reason or "")
    assert list((tmp_path / "processed" / "runs").glob("*.json"))


@pytest.mark.parametrize("sign", "=+-@\t\r＝＋－＠")
def test_no_cell_begins_like_a_formula(sign: str) -> None:
    assert export.safe(f"{sign}1") == f"'{sign}1" and export.safe(f"1{sign}") == f"1{sign}"


def test_an_empty_dataset_is_one(tmp_path: Path) -> None:
    publish.publish(EMPTY, tmp_path, descriptor)
    assert pq.read_table(tmp_path / "plans.parquet").num_rows == 0
