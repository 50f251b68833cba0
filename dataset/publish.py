"""Publishing: all tables of a run become visible together, or none does.

    data/processed/
      measures.parquet -> current/measures.parquet     what readers open
      datapackage.json -> current/datapackage.json
      current -> releases/3f2a9c…                      the one thing that is swapped (atomic)
      releases/3f2a9c…/                                a complete release, named by its hash
      .lock                                            one publisher at a time

A table of more than PARTITION_FROM rows that has a year becomes a folder of the same name, one file
a year (`measures.parquet/2025.parquet`, `unknown.parquet` for plans without one). pandas and Polars
read the folder as they read the file, DuckDB reads `measures.parquet/*.parquet`; a query for one
year opens one file, by the files' statistics.

A release is written to `releases/.build-*`, flushed to disk, renamed, and only then does `current`
point to it. A crash at any moment leaves the old `current`; half-made builds are removed by the
next run. The release before the current one is kept. A reader who needs several tables of one
release resolves `current` once.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import accumulate
from operator import attrgetter
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dataset.schema import BOX, TABLES, TYPES, Table

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # not on Windows: there two publishers at once are on their own
    fcntl = None

NO_LINKS = {errno.EPERM, errno.EACCES, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL}
"""How drives answer that have no links; any other error (a full disk) is one."""
KEEP = 2  # releases kept: the current one and the one before
PIECE = 16_384  # rows turned into Arrow at a time
# Rows above which a table is divided by year; the measures of 10^6 pages are some 10^7.
PARTITION_FROM = 2_000_000
_NAMES = [f"{t.name}.parquet" for t in TABLES] + ["datapackage.json"]


class PublishError(Exception):
    """The dataset could not be published; the old one is untouched."""


@contextmanager
def _locked(out_dir: Path) -> Iterator[None]:
    with open(out_dir / ".lock", "w") as lock:
        if fcntl is not None:
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def write_table(table: Table, data: pa.Table, path: Path) -> list[Path]:
    """Write one Parquet file, or a folder of one a year.

    zstd, coded columns dictionary encoded, fixed row groups. The same rows give the same bytes.
    Returns the files written, in name order.
    """
    parts = {path: data}
    if data.num_rows > PARTITION_FROM and "year" in data.column_names:
        path.mkdir()
        parts = {
            path / f"{'unknown' if year is None else year}.parquet": data.filter(
                pc.is_null(data["year"]) if year is None else pc.equal(data["year"], year)
            )
            for year in sorted(data["year"].unique().to_pylist(), key=lambda y: (y is None, y))
        }
    coded = [c.name for c in table.columns if c.coded]
    for part, rows in parts.items():
        pq.write_table(
            rows,
            part,
            compression="zstd",
            use_dictionary=coded,
            row_group_size=65536,
            store_schema=True,
        )
    return list(parts)


def to_arrow(table: Table, rows: Sequence[object]) -> pa.Table:
    """Rows as an Arrow table, columns in the declared order.

    A row is any object with the columns as attributes. A box is a tuple of the fields of `BOX`, a
    list of boxes a list of such tuples. Raises PublishError, which names column and reason, when a
    row does not fit.
    """
    schema = table.arrow()
    # Piece by piece: the columns of all rows at once would stand in memory a second time, as
    # Python objects.
    return pa.concat_tables(
        [_piece(table, schema, rows[i : i + PIECE]) for i in range(0, len(rows), PIECE)]
        or [schema.empty_table()]
    )


def _piece(table: Table, schema: pa.Schema, rows: Sequence[object]) -> pa.Table:
    try:
        by_column = zip(*map(attrgetter(*schema.names), rows))
    except AttributeError as error:
        raise PublishError(f"{table.name}: {error}") from error
    columns = [_column(table, field, values) for field, values in zip(schema, by_column)]
    return pa.Table.from_arrays(columns, schema=schema)


def _column(table: Table, field: pa.Field, values: tuple[Any, ...]) -> pa.Array:
    boxes = field.type == TYPES["list<box>"]
    try:
        array = _boxes(values) if boxes else pa.array(values, type=field.type)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError) as error:
        raise PublishError(f"{table.name}.{field.name}: {error}") from error
    if not field.nullable and array.null_count:
        raise PublishError(f"{table.name}.{field.name}: {array.null_count} rows have no value")
    return array


def _boxes(values: Sequence[list[tuple[float, ...]]]) -> pa.Array:
    """Lists of boxes, built column by column: ten times as quick as from single boxes."""
    offsets = [0, *accumulate(map(len, values))]
    by_field = zip(*(box for boxes in values for box in boxes))
    filled = [pa.array(numbers, type=f.type) for f, numbers in zip(BOX, by_field)]
    children = filled or [pa.array([], type=f.type) for f in BOX]
    return pa.ListArray.from_arrays(
        pa.array(offsets, pa.int32()), pa.StructArray.from_arrays(children, fields=list(BOX))
    )


Files = dict[str, list[tuple[str, int, str]]]  # by table: path in the release, bytes, SHA-256


def publish(
    tables: dict[str, pa.Table],
    out_dir: Path,
    datapackage: Callable[[Files], dict[str, Any]],
) -> Path:
    """Write all tables as one release and make it current; returns the release folder.

    `datapackage(files)` gives the descriptor. Raises PublishError (nothing changed) when a table is
    missing.
    """
    missing = [t.name for t in TABLES if t.name not in tables]
    if missing:
        raise PublishError(f"tables missing: {', '.join(missing)}")
    releases = out_dir / "releases"
    releases.mkdir(parents=True, exist_ok=True)
    with _locked(out_dir):
        for stale in releases.glob(".build-*"):
            shutil.rmtree(stale, ignore_errors=True)
        with _build_folder(releases) as build:
            release = _write(tables, build, datapackage)
        _sync(releases)
        _point(out_dir, release)
        _sync(out_dir)
        _prune(releases, release)
    return release


@contextmanager
def _build_folder(releases: Path) -> Iterator[Path]:
    """A folder to build in, gone at the end unless it was renamed: a full disk is not kept full."""
    build = releases / f".build-{os.getpid()}"
    build.mkdir()
    try:
        yield build
    finally:
        shutil.rmtree(build, ignore_errors=True)


def _write(
    tables: dict[str, pa.Table], build: Path, datapackage: Callable[[Files], dict[str, Any]]
) -> Path:
    """Write all tables into `build` and rename it after its content; the release folder."""
    files: Files = {}
    for table in TABLES:
        parts = write_table(table, tables[table.name], build / f"{table.name}.parquet")
        files[table.name] = [
            (p.relative_to(build).as_posix(), p.stat().st_size, _digest(p)) for p in parts
        ]
    (build / "datapackage.json").write_text(
        json.dumps(datapackage(files), ensure_ascii=False, indent=2) + "\n", "utf-8"
    )
    name = _digest(build / "datapackage.json")[:16]  # which holds the digest of every file
    for path in build.rglob("*"):
        _sync(path)
    release = build.with_name(name)
    if not release.exists():
        os.replace(build, release)
    return release


def _digest(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def current_release(out_dir: Path) -> Path:
    """The folder whose tables belong together: the published release, else the folder itself."""
    current = out_dir / "current"
    return current.resolve() if current.is_dir() else out_dir


def _point(out_dir: Path, release: Path) -> None:
    """Make a release the current one.

    Where links cannot be made (some network drives) files are swapped one by one.
    """
    try:
        _link(Path("releases") / release.name, out_dir / "current")
        for file in _NAMES:
            _link(Path("current") / file, out_dir / file)
    except (OSError, NotImplementedError) as error:
        if isinstance(error, OSError) and error.errno not in NO_LINKS:
            raise
        for file in _NAMES:  # all are there before the first is swapped
            copy = shutil.copytree if (release / file).is_dir() else shutil.copyfile
            copy(release / file, out_dir / f".{file}.new")
            _sync(out_dir / f".{file}.new")
        for file in _NAMES:
            fresh, old = out_dir / f".{file}.new", out_dir / file
            if fresh.is_dir() or old.is_dir():  # no folder is replaced in one step
                shutil.rmtree(old, ignore_errors=True)
                old.unlink(missing_ok=True)
            os.replace(fresh, old)


def _link(target: Path, link: Path) -> None:
    """Point `link` at `target` (relative) in one step; a plain file gives way."""
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
    others = sorted(
        (r for r in releases.iterdir() if r != current and not r.name.startswith(".")),
        key=lambda r: r.stat().st_mtime,
        reverse=True,
    )
    for old in others[KEEP - 1 :]:
        shutil.rmtree(old, ignore_errors=True)


def published(out_dir: Path, table: str, columns: list[str]) -> list[dict[str, Any]]:
    """Rows of a table as now published; none without a dataset that has these columns."""
    path = out_dir / f"{table}.parquet"
    try:
        rows: list[dict[str, Any]] = pq.read_table(path, columns=columns).to_pylist()
        return rows if rows and len(rows[0]) == len(columns) else []
    except (pa.ArrowException, OSError, KeyError):
        return []


def previous_times(out_dir: Path) -> dict[tuple[str, str], datetime]:
    """(plan_id, interim_sha256) -> extracted_at as now published; empty without a dataset."""
    old = published(out_dir, "plans", ["plan_id", "interim_sha256", "extracted_at"])
    return {
        (r["plan_id"], r["interim_sha256"]): r["extracted_at"] for r in old if r["extracted_at"]
    }


def previous_families(out_dir: Path) -> dict[str, str]:
    """measure_key -> family_id as now published; empty without a dataset."""
    old = published(out_dir, "measures", ["measure_key", "family_id"])
    return {r["measure_key"]: r["family_id"] for r in old if r["family_id"]}
