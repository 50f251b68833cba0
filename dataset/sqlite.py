"""The dataset as one SQLite file, and what Datasette says about it: titles, columns, questions."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from dataset.export import plain
from dataset.publish import current_release
from dataset.schema import TABLES, Table

NAME = "plans"
_TYPES = {"int16": int, "int32": int, "float32": float, "bool": int}

# What people look for beside each other; a link leads to the row on the picture of its page.
_VIEW = """
SELECT m.agency, m.year_roc, m.agency_kind, m.is_current, m.taxonomy, m.pillar_code, m.pillar,
  m.focus_code, m.focus, m.focus_basis, m.focus_score, m.theme, m.marker, m.title, m.text,
  u.unit, u.unit_kind, u.role, u.units_in_measure, m.needs_review, m.doubts, m.corrected,
  m.confirmed, m.page_first, '{site}' || m.review_url AS page, m.source_file, p.status,
  m.measure_key, m.measure_id, m.plan_id
FROM measures m
JOIN measure_units u USING (measure_id)
JOIN plans p ON p.plan_id = m.plan_id
"""

_FACETS = {
    "measures": ["year_roc", "agency_kind", "focus_code", "needs_review"],
    "measure_units": ["year_roc", "unit", "focus_code"],
    "measure_rows": ["agency", "year_roc", "focus_code", "unit", "needs_review"],
    "plans": ["year_roc", "agency_kind", "status", "is_current"],
    "findings": ["severity", "code"],
    "measure_changes": ["change", "year_roc_after"],
}
_INDICES = {
    "measures": ["plan_id", "measure_key", "agency", "year_roc", "focus_code"],
    "measure_units": ["measure_id", "plan_id", "unit", "focus_code"],
    "findings": ["plan_id", "measure_id", "code"],
    "plans": ["agency", "year_roc"],
}
_QUERIES = {
    "各重點作法數": """
        SELECT taxonomy, focus_code, focus, count(*) AS measures, count(DISTINCT plan_id) AS plans
        FROM measures WHERE is_current GROUP BY 1, 2, 3 ORDER BY 1, 2""",
    "各單位負責作法": """
        SELECT agency, year_roc, unit, count(*) AS measures,
          group_concat(DISTINCT focus_code) AS focus_codes
        FROM measure_rows WHERE is_current AND unit LIKE '%' || :unit || '%'
        GROUP BY 1, 2, 3 ORDER BY measures DESC""",
    "待確認": """
        SELECT agency, year_roc, marker, text, focus_code, round(focus_score, 2) AS score, doubts,
          page
        FROM (SELECT DISTINCT measure_id, agency, year_roc, marker, text, focus_code, focus_score,
          doubts, page, needs_review FROM measure_rows)
        WHERE needs_review ORDER BY agency, year_roc""",
    "年度異動": """
        SELECT agency, year_roc_before, year_roc_after, change, count(*) AS measures
        FROM measure_changes GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 4""",
    "全文檢索": """
        SELECT DISTINCT agency, year_roc, focus_code, marker, text, page
        FROM measure_rows WHERE is_current AND text LIKE '%' || :text || '%'
        ORDER BY agency, year_roc""",
    "各機關各重點": """
        SELECT agency, year_roc, focus_code, count(*) AS measures
        FROM measures WHERE is_current GROUP BY 1, 2, 3 ORDER BY 1, 2, 3""",
}


def write(processed: Path, out: Path, site: str) -> None:
    """Write the tables of `processed` into the SQLite file `out`, replaced whole.

    `site` is the address before `review_url`. Raises OSError without a dataset.
    """
    import sqlite_utils

    current = current_release(processed)
    fresh = out.with_name(f".{out.name}.new")
    fresh.unlink(missing_ok=True)
    db = sqlite_utils.Database(fresh)
    db.execute("PRAGMA journal_mode = OFF")  # half a file is never seen
    for table in TABLES:
        _fill(db, table, current / f"{table.name}.parquet")
    db.add_foreign_keys(_foreign_keys())
    db.create_view("measure_rows", _VIEW.format(site=site.replace("'", "''")))
    db.analyze()
    db.close()
    os.replace(fresh, out)


def _fill(db: Any, table: Table, path: Path) -> None:
    made = db.table(table.name)
    made.create(
        {c.name: _TYPES.get(c.type, str) for c in table.columns},
        pk=table.key or None,
        not_null={c.name for c in table.columns if not c.nullable},
    )
    made.insert_all(_rows(table, path), batch_size=2000)
    for column in _INDICES.get(table.name, ()):
        made.create_index([column])


def _foreign_keys() -> list[tuple[str, str, str, str]]:
    """Table, column, other table, its key: for all keys of one column."""
    keys = {t.name: t.key for t in TABLES}
    return [
        (table.name, own[0], other, keys[other][0])
        for table in TABLES
        for own, other in table.foreign
        if len(own) == len(keys[other]) == 1
    ]


def _rows(table: Table, path: Path) -> Iterator[dict[str, Any]]:
    for batch in pq.read_table(path).to_batches(max_chunksize=2000):
        for row in batch.to_pylist():
            yield {name: plain(value) for name, value in row.items()}


def metadata() -> dict[str, Any]:
    """Datasette's metadata: titles, what the columns mean, facets, and ready questions."""
    tables = {t.name: _described(t) for t in TABLES}
    joined = {c.name: c.zh for name in ("plans", "measure_units", "measures") for c in _of(name)}
    tables["measure_rows"] = {
        "title": "措施、單位、機關合併表",
        "description": "每項措施與執行單位一列，連同要項、重點、機關、年度及檢視頁連結",
        "columns": joined | {"page": "檢視頁上之本列"},
        "facets": _FACETS["measure_rows"],
    }
    return {
        "title": "高雄市政府各機關提升服務執行計畫",
        "license": "政府資料開放授權條款第1版",
        "license_url": "https://data.gov.tw/license",
        "databases": {
            NAME: {
                "tables": tables,
                "queries": {name: {"sql": _flat(sql)} for name, sql in _QUERIES.items()},
            }
        },
    }


def _of(name: str) -> tuple[Any, ...]:
    return next(t.columns for t in TABLES if t.name == name)


def _described(table: Table) -> dict[str, Any]:
    about = {"title": table.zh, "description": table.en}
    columns = {c.name: c.zh for c in table.columns}
    return about | {"columns": columns, "facets": _FACETS.get(table.name, [])}


def _flat(sql: str) -> str:
    return "\n".join(line.strip() for line in sql.strip().splitlines())


def write_metadata(path: Path) -> None:
    path.write_text(json.dumps(metadata(), ensure_ascii=False, indent=1), "utf-8")
