"""What changed between two datasets, table by table and row by row."""

from __future__ import annotations

import html
import json
from typing import Any

import pyarrow as pa

from dataset.schema import TABLES, Table

SAMPLES = 5
IGNORED = ("extracted_at", "pipeline_version")
BRIEF = (
    "plan_id",
    "measure_id",
    "source_file",
    "agency",
    "code",
    "text",
    "unit",
    "heading",
    "message",
    "change",
)
Entry = dict[str, Any]


def diff(before: dict[str, pa.Table] | None, after: dict[str, pa.Table]) -> list[Entry]:
    """One entry a table: numbers of added, removed and changed rows, and samples.

    Rows are matched by the table's key.
    """
    out = []
    for table in TABLES:
        old = _keyed(table, before[table.name]) if before and table.name in before else {}
        new = _keyed(table, after[table.name])
        changed = [k for k in new if k in old and new[k] != old[k]]
        added, removed = [k for k in new if k not in old], [k for k in old if k not in new]
        out.append(
            {
                "table": table.name,
                "rows": len(new),
                "added": len(added),
                "removed": len(removed),
                "changed": len(changed),
                "samples": {
                    "added": [_brief(new[k]) for k in added[:SAMPLES]],
                    "removed": [_brief(old[k]) for k in removed[:SAMPLES]],
                    "changed": [
                        {
                            c: [_text(old[k].get(c)), _text(v)]
                            for c, v in new[k].items()
                            if old[k].get(c) != v
                        }
                        for k in changed[:SAMPLES]
                    ],
                },
            }
        )
    return out


def _keyed(table: Table, rows: pa.Table) -> dict[tuple[Any, ...], Entry]:
    out = {}
    for row in rows.to_pylist():
        row = {c: v for c, v in row.items() if c not in IGNORED}
        key = (
            tuple(row[c] for c in table.key)
            if table.key
            else (json.dumps(row, sort_keys=True, default=str, ensure_ascii=False),)
        )
        out[key] = row
    return out


def _text(value: object) -> str:
    return "" if value is None else str(value)[:200]


def _brief(row: Entry) -> dict[str, str]:
    return {c: _text(v) for c, v in row.items() if c in BRIEF and v is not None}


def as_text(entries: list[Entry]) -> str:
    """One line a table."""
    return "\n".join(f"{e['table']}: {_counts(e)}" for e in entries)


def as_html(entries: list[Entry], title: str) -> str:
    """One page without scripts or links; everything that comes from plans is escaped."""
    parts = [_HEAD, f"<title>{html.escape(title)}</title><style>{_STYLE}</style>"]
    parts.append(f"<h1>{html.escape(title)}</h1>")
    for e in entries:
        parts.append(f"<h2>{html.escape(e['table'])}</h2><p>{_counts(e)}</p>")
        for kind, samples in e["samples"].items():
            parts += [_sample(kind, sample) for sample in samples]
    return "".join(parts) + "</html>\n"


def _counts(e: Entry) -> str:
    changes = ", ".join(f"{e[kind]} {kind}" for kind in ("added", "changed", "removed"))
    return f"{e['rows']} rows, {changes}"


def _sample(kind: str, sample: dict[str, str | list[str]]) -> str:
    cells = []
    for column, value in sample.items():
        shown = value if isinstance(value, str) else " → ".join(value)
        cells.append(f"<tr><th>{html.escape(column)}</th><td>{html.escape(shown)}</td></tr>")
    return f"<table class={kind}><caption>{kind}</caption>{''.join(cells)}</table>"


_HEAD = (
    "<!doctype html><html lang=zh-Hant><meta charset=utf-8>"
    "<meta name=viewport content='width=device-width'>"
)
_STYLE = """
body { font: 15px/1.5 sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em }
table { border-collapse: collapse; margin: .5em 0; width: 100% }
th { text-align: left; width: 9em; vertical-align: top }
td, th { border: 1px solid #ccc; padding: .2em .5em }
.added { background: #eefbee }
.removed { background: #fdeeee }
.changed { background: #fff9e5 }
"""
