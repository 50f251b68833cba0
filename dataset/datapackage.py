"""`datapackage.json`: the dataset's descriptor (a Frictionless Data Package), from the schema."""

from __future__ import annotations

from typing import Any

from dataset.kinds import KINDS
from dataset.publish import Files
from dataset.schema import TABLES, Column, Table

_ABOUT = (
    "Measures, responsible units and agencies of Kaohsiung's service-improvement plans, "
    "read from the filed PDFs."
)
# Table Schema's array and object are JSON texts; nested Parquet values are none, so they are
# declared as any (`arrowType` says what they are).
_TYPES = {
    "string": "string",
    "int16": "integer",
    "int32": "integer",
    "float32": "number",
    "bool": "boolean",
    "list<string>": "any",
    "box": "any",
    "list<box>": "any",
    "timestamp": "datetime",
}


def descriptor(files: Files) -> dict[str, Any]:
    """The package descriptor; holds nothing volatile."""
    return {
        "profile": "data-package",
        "name": "kaohsiung-service-plans",
        "title": "高雄市政府各機關提升服務執行計畫資料集",
        "description": _ABOUT,
        "licenses": [
            {
                "name": "OGDL-Taiwan-1.0",
                "title": "政府資料開放授權條款第1版",
                "path": "https://data.gov.tw/license",
            }
        ],
        "finding_codes": {
            k.code: {"severity": k.severity, "description": k.en, "description_zh": k.zh}
            for k in KINDS.values()
        },
        "resources": [_resource(t, files[t.name]) for t in TABLES],
    }


def _resource(table: Table, files: list[tuple[str, int, str]]) -> dict[str, Any]:
    fields = [_field(c) for c in table.columns]
    # "" is a text; a missing value is null
    schema: dict[str, Any] = {"fields": fields, "missingValues": []}
    if table.key:
        schema["primaryKey"] = list(table.key)
    if table.foreign:
        schema["foreignKeys"] = [
            {"fields": list(own), "reference": {"resource": other, "fields": list(own)}}
            for own, other in table.foreign
        ]
    (path, size, digest), *more = files
    # Not the standard's `bytes` and `hash`: its own tool cannot count them for Parquet and calls
    # the package invalid.
    out: dict[str, Any] = {
        "name": table.name,
        "path": path,
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "title": table.en,
        "title_zh": table.zh,
        "file_bytes": size,
        "file_sha256": digest,
    }
    if more:  # divided by year: the first file stands for the schema, the others are listed
        out["more_files"] = [{"path": p, "file_bytes": n, "file_sha256": d} for p, n, d in more]
    return out | {"schema": schema}


def _field(column: Column) -> dict[str, Any]:
    out: dict[str, Any] = {
        "name": column.name,
        "type": _type(column),
        "arrowType": column.type,
        "description": column.en,
        "description_zh": column.zh,
    }
    constraints: dict[str, Any] = {} if column.nullable else {"required": True}
    if column.values:
        constraints["enum"] = list(column.values)
    if constraints:
        out["constraints"] = constraints
    return out


def _type(column: Column) -> str:
    """The standard's type; whole numbers that may be missing are read as numbers by its tool."""
    kind = _TYPES[column.type]
    return "number" if kind == "integer" and column.nullable else kind
