"""CSV and Excel exports and the data package, held against the tools that people open them with."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from dataset.export import CELL_MOST, CUT, export, plain, safe
from dataset.schema import TABLES

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def sheets(workbook: Path) -> dict[str, list[list[str]]]:
    """Texts of the workbook's cells by sheet, from its XML; numbers as written."""
    with zipfile.ZipFile(workbook) as book:
        shared = (
            []
            if "xl/sharedStrings.xml" not in book.namelist()
            else [
                "".join(s.itertext())
                for s in ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
            ]
        )
        names = [
            s.get("name")
            for s in ElementTree.fromstring(book.read("xl/workbook.xml")).iter(f"{MAIN}sheet")
        ]
        out = {}
        for number, name in enumerate(names, 1):
            tree = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))
            assert not list(tree.iter(f"{MAIN}f")), "a formula"
            out[name] = [
                [
                    shared[int(c.findtext(f"{MAIN}v"))]
                    if c.get("t") == "s"
                    else "".join(c.itertext())
                    for c in row
                ]
                for row in tree.iter(f"{MAIN}row")
            ]
    return out


def test_csv_and_workbook_hold_every_row(dataset: Path, tmp_path: Path) -> None:
    written = list(export(dataset, tmp_path))
    assert (
        {p.name for p in written}
        == {f"{t.name}.csv" for t in TABLES} | {"plans.xlsx"}
        == {p.name for p in tmp_path.iterdir()}
    )
    book = sheets(tmp_path / "plans.xlsx")
    for table in TABLES:
        rows = pq.read_table(dataset / f"{table.name}.parquet").to_pylist()
        with open(tmp_path / f"{table.name}.csv", encoding="utf-8-sig", newline="") as file:
            assert list(csv.reader(file)) == [table.names] + [
                ["" if v is None else str(safe(plain(v))) for v in r.values()] for r in rows
            ]
        assert len(book[table.name]) == len(rows) + 1 and book[table.name][0] == table.names
    texts = {m["text"] for m in pq.read_table(dataset / "measures.parquet").to_pylist()}
    assert texts <= {cell for row in book["measures"] for cell in row}
    assert {c.name for t in TABLES for c in t.columns} <= {row[1] for row in book["說明"]}


def test_foreign_text_never_becomes_a_formula(dataset: Path, tmp_path: Path) -> None:
    evil = ['=HYPERLINK("http://x","y")', "+1+1", "-2", "@SUM(A1)", "\t=1", "好" * (CELL_MOST + 5)]
    for table in TABLES:
        data = pq.read_table(dataset / f"{table.name}.parquet")
        if table.name == "measures":
            data = data.set_column(
                data.schema.get_field_index("text"),
                data.schema.field("text"),
                pa.array((evil * data.num_rows)[: data.num_rows]),
            )
        pq.write_table(data, tmp_path / f"{table.name}.parquet")
    list(export(tmp_path, tmp_path / "out"))
    with open(tmp_path / "out" / "measures.csv", encoding="utf-8-sig", newline="") as file:
        assert {r["text"] for r in csv.DictReader(file)} == {"'" + e for e in evil[:5]} | {evil[5]}
    cells = {cell for row in sheets(tmp_path / "out" / "plans.xlsx")["measures"] for cell in row}
    assert set(evil[:4]) <= cells and any(len(c) == CELL_MOST and c.endswith(CUT) for c in cells)


def packaged(dataset: Path, folder: Path, plan: str) -> None:
    """One plan's rows of the dataset as a package: to the slow tool all plans are alike."""
    for table in TABLES:
        rows = pq.read_table(dataset / f"{table.name}.parquet")
        if "plan_id" in rows.column_names:
            rows = rows.filter(pc.equal(rows["plan_id"], plan))
        pq.write_table(rows, folder / f"{table.name}.parquet")
    (folder / "datapackage.json").write_bytes((dataset / "datapackage.json").read_bytes())


def test_the_data_package_passes_the_standards_own_check(dataset: Path, tmp_path: Path) -> None:
    plans = pq.read_table(dataset / "plans.parquet", columns=["plan_id", "measures"])
    packaged(dataset, tmp_path, plans.sort_by("measures")["plan_id"][0].as_py())
    done = subprocess.run(
        [Path(sys.executable).with_name("frictionless"), "validate", "datapackage.json", "--json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    report = json.loads(done.stdout)
    assert done.returncode == 0 and report["valid"] and report["stats"]["tasks"] == len(TABLES), (
        done.stdout[:2000]
    )
    package = json.loads((dataset / "datapackage.json").read_text("utf-8"))
    for field in (f for r in package["resources"] for f in r["schema"]["fields"]):
        assert field["description"].strip() and any(
            "\u4e00" <= c <= "\u9fff" for c in field["description_zh"]
        ), field["name"]


def test_the_check_does_find_faults(dataset: Path, tmp_path: Path) -> None:
    package = json.loads((dataset / "datapackage.json").read_text("utf-8"))
    for table in TABLES:
        pq.write_table(
            pq.read_table(dataset / f"{table.name}.parquet")
            .slice(0, 5)
            .drop_columns([TABLES[0].names[1]] if table is TABLES[0] else []),
            tmp_path / f"{table.name}.parquet",
        )
    (tmp_path / "datapackage.json").write_text(json.dumps(package), "utf-8")
    done = subprocess.run(
        [Path(sys.executable).with_name("frictionless"), "validate", "datapackage.json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (["秘書室", "人事室"], "秘書室、人事室"),
        ({"page": 1}, '{"page": 1}'),
        (None, None),
        (0.5, 0.5),
    ],
)
def test_values_read_well_in_a_cell(value: object, shown: object) -> None:
    assert plain(value) == shown
