"""The dataset for those without Parquet: CSV files, and one Excel workbook with a sheet a table.

Text of a plan is foreign text: a cell that a spreadsheet would take for a formula is written so
that it stays text. In CSV such a cell gets an apostrophe in front (OWASP, "CSV Injection"); in the
workbook cells are typed, so nothing is changed.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from dataset.publish import current_release
from dataset.schema import TABLES, Table

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

FORMATS = ("csv", "xlsx")
FORMULA = tuple("=+-@\t\r＝＋－＠")  # full width counts, too: East Asian spreadsheets fold it
CELL_MOST = 32_767  # characters Excel keeps in a cell
ROWS_MOST = 1_048_575  # rows of a sheet below its header
CUT = "…（儲存格字數上限，全文見 CSV）"
_WIDE = {
    "text": 60,
    "measure": 60,
    "message": 60,
    "text_before": 60,
    "text_after": 60,
    "focus": 40,
    "pillar": 30,
    "agency": 22,
    "heading": 22,
    "title": 30,
}


def export(processed: Path, out: Path, formats: tuple[str, ...] = FORMATS) -> Iterator[Path]:
    """Write the tables of `processed` into `out` and yield each file's path once it is whole.

    Raises OSError without a dataset, and for a table of more rows than a sheet holds.
    """
    current = current_release(processed)
    tables = {table: pq.read_table(current / f"{table.name}.parquet") for table in TABLES}
    out.mkdir(parents=True, exist_ok=True)
    if "csv" in formats:
        for table, data in tables.items():
            yield _whole(out / f"{table.name}.csv", partial(_csv, table, data))
    if "xlsx" in formats:
        for table, data in tables.items():
            if data.num_rows > ROWS_MOST:
                most = f"a sheet holds {ROWS_MOST}; use --format csv"
                raise OSError(f"{table.name} has {data.num_rows} rows, {most}")
        yield _whole(out / "plans.xlsx", partial(_workbook, tables))


def plain(value: object) -> str | bool | int | float | None:
    """A value of a cell: names joined with 、, other structures as JSON, times as ISO 8601."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, list) and all(isinstance(v, str) for v in value):
        return "、".join(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False)


def safe(value: object) -> object:
    """The value with an apostrophe in front where a spreadsheet would run it as a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _whole(target: Path, write: Callable[[Path], None]) -> Path:
    """Write beside the target and swap in, so that no one opens half a file."""
    fresh = target.with_name(f".{target.name}.new")
    try:
        write(fresh)
        os.replace(fresh, target)
    except BaseException:  # what a full disk took is given back
        fresh.unlink(missing_ok=True)
        raise
    return target


def _rows(data: pa.Table) -> Iterator[list[str | bool | int | float | None]]:
    for batch in data.to_batches(max_chunksize=10_000):
        for row in batch.to_pylist():
            yield [plain(v) for v in row.values()]


def _csv(table: Table, data: pa.Table, path: Path) -> None:
    with open(path, "w", encoding="utf-8-sig", newline="") as file:  # the mark lets Excel see UTF-8
        writer = csv.writer(file)
        writer.writerow(table.names)
        for row in _rows(data):
            writer.writerow(["" if v is None else safe(v) for v in row])


def _workbook(tables: dict[Table, pa.Table], path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(
        path, {"strings_to_formulas": False, "strings_to_urls": False, "constant_memory": True}
    ) as book:
        head = book.add_format({"bold": True, "bottom": 1})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        _dictionary(book.add_worksheet("說明"), head, wrap)
        for table, data in tables.items():
            _sheet(book.add_worksheet(table.name), table, data, head, wrap)


def _sheet(sheet: Worksheet, table: Table, data: pa.Table, head: Format, wrap: Format) -> None:
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(1, data.num_rows), len(table.columns) - 1)
    for at, name in enumerate(table.names):
        sheet.set_column(at, at, _WIDE.get(name, max(10, len(name) + 2)), wrap)
    sheet.write_row(0, 0, table.names, head)
    for number, row in enumerate(_rows(data), 1):
        for at, value in enumerate(row):
            _cell(sheet, number, at, value)


def _cell(sheet: Worksheet, row: int, column: int, value: str | bool | int | float | None) -> None:
    if isinstance(value, str):
        whole = len(value) <= CELL_MOST
        sheet.write_string(row, column, value if whole else value[: CELL_MOST - len(CUT)] + CUT)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif value is not None:
        sheet.write_number(row, column, value)


def _dictionary(sheet: Worksheet, head: Format, wrap: Format) -> None:
    """First sheet: what every column of every sheet means."""
    for at, width in enumerate((18, 20, 14, 70, 50)):
        sheet.set_column(at, at, width, wrap)
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, ["table", "column", "type", "meaning", "說明"], head)
    lines = [(table, column) for table in TABLES for column in table.columns]
    for number, (table, c) in enumerate(lines, 1):
        sheet.write_row(number, 0, [table.name, c.name, c.type, c.en, c.zh])
