"""The data dictionary page, printed from the schema.

python -m dataset.dictionary > docs/data-dictionary.md
"""

from __future__ import annotations

import sys

from dataset.kinds import KINDS
from dataset.schema import TABLES, Table

_HEAD = """# Data dictionary

Made by `python -m dataset.dictionary` from `dataset/schema.py`, `dataset/columns.csv` and
`dataset/kinds.csv`; a test keeps it current.

The dataset is `data/processed/`: one Parquet file a table (zstd, descriptions in the file's own
metadata) and `datapackage.json`. All files of a run appear together; the same input gives the same
bytes.
"""

_NOTES = """## Notes

A `box` is `page` (from 1), `x0`, `y0`, `x1`, `y1` in PDF points, origin at the top left of the page
as a person sees it.

A table of more than two million rows is a folder of the same name with one Parquet file a year;
pandas and Polars read it like the file, DuckDB as `measures.parquet/*.parquet`.

`extracted_at` is the only volatile column: when the printed plan was extracted. While a printed
plan is unchanged (`interim_sha256`) the time of the dataset published before is kept, so a rerun
gives the same bytes.

`is_current`: of several filings of an agency and year the one with the later approval date printed
by its title, or marked as revised, is current; between equals (one plan in several typesettings)
the one read best, then the first by file name.
"""

_CODES = """## Codes of findings

`note` needs nobody, `check` asks a person to look, `error` keeps a plan from being `ok`.

| code | usual severity | meaning | 說明 | what to do |
|---|---|---|---|---|"""


def _table(table: Table) -> str:
    lines = [f"## {table.name}", "", f"{table.en}. {table.zh}。", ""]
    if table.key:
        lines.append(f"Key: {', '.join(f'`{k}`' for k in table.key)}. ")
    lines += [f"`{', '.join(fields)}` refers to `{other}`. " for fields, other in table.foreign]
    lines += [
        f"Sorted by {', '.join(f'`{s}`' for s in table.sort)}.",
        "",
        "| column | type | may be null | meaning | 說明 |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {c.name} | {c.type} | {'yes' if c.nullable else ''} | {c.en} | {c.zh} |"
        for c in table.columns
    ]
    return "\n".join(lines) + "\n"


def page() -> str:
    """The whole page as Markdown."""
    codes = [f"| {k.code} | {k.severity} | {k.en} | {k.zh} | {k.do} |" for k in KINDS.values()]
    parts = [_HEAD, *(_table(t) for t in TABLES), _NOTES, "\n".join([_CODES, *codes])]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
