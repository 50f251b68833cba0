"""Publishing: all tables of a run become visible together, or none does.

    data/processed/
      measures.parquet -> current/measures.parquet     what readers open
      datapackage.json -> current/datapackage.json
      current -> releases/3f2a9c…                       the one thing that is swapped (os.replace, atomic)
      releases/3f2a9c…/                                 a complete release, named by the hash of its files
      .lock                                             one publisher at a time

A release is written to `releases/.build-*`, flushed to disk, renamed, and only then does `current` point to it. A crash at
any moment leaves the old `current`; half-made builds are removed by the next run. The release before the current one is
kept. A reader who needs several tables of one release resolves `current` once.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import accumulate
from operator import itemgetter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

try:
    import fcntl
except ImportError:  # not on Windows: there two publishers at once are on their own
    fcntl = None

from normalize.schema import BOX, TABLES, TYPES, Table

KEEP = 2  # releases kept: the current one and the one before
_NAMES = [f"{t.name}.parquet" for t in TABLES] + ["datapackage.json"]


class PublishError(Exception):
    """The dataset could not be published; the old one is untouched."""


@contextmanager
def _locked(out_dir: Path) -> Iterator[None]:
    with open(out_dir / ".lock", "w") as lock:
        if fcntl is not None:
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def write_table(table: Table, data: pa.Table, path: Path) -> None:
    """Write one Parquet file: zstd, coded columns dictionary encoded, fixed row groups; the same rows give the same bytes."""
    coded = [c.name for c in table.columns if c.coded]
    pq.write_table(data, path, compression="zstd", use_dictionary=coded, row_group_size=65536, store_schema=True)


def to_arrow(table: Table, rows: list[dict]) -> pa.Table:
    """Rows as an Arrow table in the declared order; PublishError names column and reason when a row does not fit."""
    schema = table.arrow()
    columns = []
    try:
        by_column = list(zip(*map(itemgetter(*schema.names), rows))) or [()] * len(schema)
    except KeyError as error:
        raise PublishError(f"{table.name}: a row lacks the column {error}") from error
    for field, values in zip(schema, by_column):
        try:
            array = _boxes(values) if field.type == TYPES["list<box>"] else pa.array(values, type=field.type)
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError) as error:
            raise PublishError(f"{table.name}.{field.name}: {error}") from error
        if not field.nullable and array.null_count:
            raise PublishError(f"{table.name}.{field.name}: {array.null_count} rows have no value")
        columns.append(array)
    return pa.Table.from_arrays(columns, schema=schema)


def _boxes(values: list[list[dict]]) -> pa.Array:
    """Lists of boxes, built column by column: ten times as quick as from dicts."""
    flat = [box for boxes in values for box in boxes]
    offsets = [0, *accumulate(map(len, values))]
    children = [pa.array([box[f.name] for box in flat], type=f.type) for f in BOX]
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), pa.StructArray.from_arrays(children, fields=list(BOX)))


def publish(tables: dict[str, pa.Table], out_dir: Path, datapackage) -> Path:
    """Write all tables as one release and make it current; returns the release folder.

    `datapackage(files)` gives the descriptor for {file name: (bytes, sha256)}. Raises PublishError (nothing changed) when a table is missing.
    """
    missing = [t.name for t in TABLES if t.name not in tables]
    if missing:
        raise PublishError(f"tables missing: {', '.join(missing)}")
    releases = out_dir / "releases"
    releases.mkdir(parents=True, exist_ok=True)
    with _locked(out_dir):
        for stale in releases.glob(".build-*"):
            shutil.rmtree(stale, ignore_errors=True)
        build = Path(tempfile.mkdtemp(prefix=".build-", dir=releases))
        build.chmod(0o755)
        files = {}
        for table in TABLES:
            path = build / f"{table.name}.parquet"
            write_table(table, tables[table.name], path)
            raw = path.read_bytes()
            files[path.name] = (len(raw), hashlib.sha256(raw).hexdigest())
        (build / "datapackage.json").write_text(json.dumps(datapackage(files), ensure_ascii=False, indent=2) + "\n", "utf-8")
        name = hashlib.sha256(b"".join((build / n).read_bytes() for n in sorted(_NAMES))).hexdigest()[:16]
        for path in build.iterdir():
            _sync(path)
        release = releases / name
        if release.exists():
            shutil.rmtree(build)
        else:
            os.replace(build, release)
        _sync(releases)
        _point(out_dir, release)
        _sync(out_dir)
        _prune(releases, release)
    return release


def _point(out_dir: Path, release: Path) -> None:
    """Make a release the current one. Where links cannot be made (some network drives) files are swapped one by one."""
    try:
        _link(Path("releases") / release.name, out_dir / "current")
        for file in _NAMES:
            _link(Path("current") / file, out_dir / file)
    except (OSError, NotImplementedError) as error:
        if isinstance(error, FileExistsError | IsADirectoryError):
            raise
        for file in _NAMES:
            fresh = out_dir / f".{file}.new"
            shutil.copyfile(release / file, fresh)
            _sync(fresh)
            os.replace(fresh, out_dir / file)


def _link(target: Path, link: Path) -> None:
    """Point `link` at `target` (relative) in one step; a plain file of an older layout gives way."""
    if link.is_symlink() and os.readlink(link) == str(target):
        return
    if link.is_dir() and not link.is_symlink():  # a dataset copied with its links resolved
        shutil.rmtree(link)
    fresh = link.with_name(f".{link.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    os.replace(fresh, link)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _prune(releases: Path, current: Path) -> None:
    os.utime(current)
    others = sorted((r for r in releases.iterdir() if r != current and not r.name.startswith(".")), key=lambda r: r.stat().st_mtime, reverse=True)
    for old in others[KEEP - 1 :]:
        shutil.rmtree(old, ignore_errors=True)


def previous_times(out_dir: Path) -> dict[tuple[str, str], object]:
    """(plan_id, interim_sha256) -> extracted_at of the dataset now published; empty when there is none."""
    path = out_dir / "plans.parquet"
    if not path.exists():
        return {}
    try:
        old = pq.read_table(path, columns=["plan_id", "interim_sha256", "extracted_at"]).to_pylist()
    except (pa.ArrowException, OSError, KeyError):
        return {}
    return {(r["plan_id"], r["interim_sha256"]): r["extracted_at"] for r in old if r["extracted_at"] is not None}
