"""The tables of the dataset, described once: what a row is here, the columns in `columns.csv`.

From these two come the Arrow schemas (with column descriptions in their metadata),
`datapackage.json`, the data dictionary page (`python -m dataset.dictionary`) and the checks before
publishing. Names are fixed: add, never rename.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

COLUMNS = Path(__file__).parent / "columns.csv"
BOX = pa.struct(
    [
        ("page", pa.int16()),
        ("x0", pa.float32()),
        ("y0", pa.float32()),
        ("x1", pa.float32()),
        ("y1", pa.float32()),
    ]
)
TYPES = {
    "string": pa.string(),
    "int16": pa.int16(),
    "int32": pa.int32(),
    "float32": pa.float32(),
    "bool": pa.bool_(),
    "list<string>": pa.list_(pa.string()),
    "box": BOX,
    "list<box>": pa.list_(BOX),
    "timestamp": pa.timestamp("ms", tz="UTC"),
}


@dataclass(frozen=True)
class Column:
    """One column; `type` is a key of TYPES.

    `coded` columns repeat few values and are dictionary encoded in Parquet. `values`, where given,
    are all it may hold; `en` and `zh` say what it means.
    """

    name: str
    type: str
    en: str
    zh: str
    nullable: bool = False
    coded: bool = False
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One table: what a row is, its columns, key, foreign keys (columns -> table), sort order."""

    name: str
    en: str
    zh: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    foreign: tuple[tuple[tuple[str, ...], str], ...] = ()
    sort: tuple[str, ...] = ()

    def arrow(self) -> pa.Schema:
        fields = [
            pa.field(
                c.name,
                TYPES[c.type],
                nullable=c.nullable,
                metadata={"description": c.en, "description_zh": c.zh},
            )
            for c in self.columns
        ]
        return pa.schema(
            fields,
            metadata={"title": self.en, "title_zh": self.zh, "primary_key": ",".join(self.key)},
        )

    @property
    def names(self) -> list[str]:
        return [c.name for c in self.columns]


_Keys = tuple[tuple[tuple[str, ...], str], ...]
_OF_PLAN: _Keys = ((("plan_id",), "plans"),)
_OF_MEASURE: _Keys = ((("measure_id",), "measures"),)
_OF_BOTH_YEARS: _Keys = (
    (("measure_id_before",), "measures"),
    (("measure_id_after",), "measures"),
)


def read_columns(lines: Iterable[str]) -> dict[str, tuple[Column, ...]]:
    """Columns of each table by its name, from the lines of a `columns.csv`.

    Raises ValueError for a type that is not in TYPES and for a column described twice.
    """
    out: dict[str, dict[str, Column]] = {}
    for line in csv.DictReader(lines):
        column = Column(
            line["column"],
            line["type"],
            line["en"],
            line["zh"],
            nullable=line["nullable"] == "yes",
            coded=line["coded"] == "yes",
            values=tuple(line["values"].split()),
        )
        where = f"{line['table']}.{column.name}"
        if column.type not in TYPES:
            raise ValueError(f"{where}: no type {column.type}")
        if out.setdefault(line["table"], {}).setdefault(column.name, column) is not column:
            raise ValueError(f"{where} is described twice")
    return {table: tuple(columns.values()) for table, columns in out.items()}


with open(COLUMNS, encoding="utf-8", newline="") as _file:
    _COLUMNS = read_columns(_file)


def _table(
    name: str,
    en: str,
    zh: str,
    *,
    key: tuple[str, ...] = (),
    foreign: _Keys = (),
    sort: tuple[str, ...],
) -> Table:
    return Table(name, en, zh, _COLUMNS[name], key, foreign, sort)


MEASURES = _table(
    "measures",
    "One row a measure",
    "每一項措施一列",
    key=("measure_id",),
    foreign=_OF_PLAN,
    sort=("plan_id", "seq"),
)
MEASURE_UNITS = _table(
    "measure_units",
    "One row a measure and responsible unit",
    "每一項措施與執行單位一列",
    foreign=_OF_MEASURE + _OF_PLAN,
    sort=("plan_id", "seq"),
)
PLANS = _table(
    "plans",
    "One row a filed document, the rejected ones included",
    "每一份文件一列，含未能處理者",
    key=("plan_id",),
    sort=("plan_id",),
)
SECTIONS = _table(
    "sections",
    "One row a printed section",
    "每一章節一列",
    key=("plan_id", "seq"),
    foreign=_OF_PLAN,
    sort=("plan_id", "seq"),
)
FINDINGS = _table(
    "findings",
    "One row a thing a person should look at",
    "每一項待留意事項一列",
    foreign=_OF_PLAN + _OF_MEASURE,
    sort=("plan_id",),
)
TAXONOMY = _table(
    "taxonomy",
    "One row a focus point of each edition",
    "每一版本之執行重點一列",
    key=("taxonomy", "focus_code"),
    sort=("taxonomy", "focus_code"),
)
MEASURE_CHANGES = _table(
    "measure_changes",
    "One row a measure of two consecutive plans of an agency: "
    "kept, reworded, moved, new or dropped",
    "同一機關前後兩年計畫之措施異動，每項一列",
    foreign=_OF_BOTH_YEARS,
    sort=("agency", "year_roc_before"),
)
MEASURE_FAMILIES = _table(
    "measure_families",
    "One row a family: measures of nearly the same wording, over all offices and years",
    "用語相同或相近之措施群組，每群組一列",
    key=("family_id",),
    sort=("family_id",),
)

TABLES = (
    MEASURES,
    MEASURE_UNITS,
    PLANS,
    SECTIONS,
    FINDINGS,
    TAXONOMY,
    MEASURE_CHANGES,
    MEASURE_FAMILIES,
)
