"""Tables too large for one file: one file a year, read as one by the libraries analysts use."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dataset import publish
from dataset.datapackage import descriptor
from dataset.schema import TABLES


@pytest.fixture
def tables(digital: Path) -> dict[str, pa.Table]:
    """The dataset's tables, the year of one plan unknown."""
    out = {t.name: pq.read_table(digital / f"{t.name}.parquet", schema=t.arrow()) for t in TABLES}
    unknown = out["plans"]["plan_id"][0].as_py()
    for name in ("plans", "measures"):
        rows = out[name].to_pylist()
        for row in rows:
            if row["plan_id"] == unknown:
                row["year"] = row["year_roc"] = None
        out[name] = pa.Table.from_pylist(rows, schema=out[name].schema)
    return out


def test_a_table_divided_by_year_reads_as_one(
    tables: dict[str, pa.Table], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = (
        pd.DataFrame(tables["measures"].to_pylist())
        .sort_values("measure_id")
        .reset_index(drop=True)
    )
    publish.publish(tables, tmp_path, descriptor)
    one_file = pd.read_parquet(tmp_path / "measures.parquet")
    monkeypatch.setattr(publish, "PARTITION_FROM", 100)
    publish.publish(tables, tmp_path, descriptor)
    folder = tmp_path / "measures.parquet"
    years = {f"{y:.0f}" for y in whole["year"].dropna().unique()}
    assert {p.stem for p in folder.glob("*.parquet")} == years | {"unknown"} and len(years) > 2
    assert (tmp_path / "plans.parquet").is_file(), "a small table stays one file"
    by_pandas = pd.read_parquet(folder)
    assert by_pandas.dtypes.equals(one_file.dtypes)
    by_polars = pl.read_parquet(folder)
    by_duckdb = duckdb.sql(f"select * from '{folder}/*.parquet'").df()
    for ids in (
        by_pandas["measure_id"],
        by_polars["measure_id"].to_list(),
        by_duckdb["measure_id"],
    ):
        assert sorted(ids) == whole["measure_id"].tolist()
    for texts in (by_pandas, by_polars.to_pandas(), by_duckdb):
        assert texts.sort_values("measure_id")["text"].tolist() == whole["text"].tolist()
    assert (
        duckdb.sql(f"select count(*) from '{folder}/*.parquet' where year = 2025").fetchall()[0][0]
        == (whole["year"] == 2025).sum()
        > 0
    )
    resource = next(
        r
        for r in json.loads((tmp_path / "datapackage.json").read_text("utf-8"))["resources"]
        if r["name"] == "measures"
    )
    listed = {f["path"] for f in [resource, *resource["more_files"]]}
    assert listed == {f"measures.parquet/{p.name}" for p in folder.iterdir()}


@pytest.mark.parametrize("links", [True, False])
def test_one_file_gives_way_to_a_folder_and_back(
    links: bool, tables: dict[str, pa.Table], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not links:

        def refuse(*_: object, **__: object) -> None:
            raise OSError(errno.EPERM, "no links on this drive")

        monkeypatch.setattr(Path, "symlink_to", refuse)
    for limit, folder in ((10**9, False), (100, True), (10**9, False)):
        monkeypatch.setattr(publish, "PARTITION_FROM", limit)
        publish.publish(tables, tmp_path, descriptor)
        assert (tmp_path / "measures.parquet").is_dir() == folder
        assert pq.read_table(tmp_path / "measures.parquet").num_rows == tables["measures"].num_rows
    assert not [name for name in os.listdir(tmp_path) if name.endswith(".new")]
