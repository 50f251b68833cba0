"""Reviewed corrections (`data/corrections/*.csv`), applied on every run.

One line a correction: `plan_id,measure_id,column,old,new,who,why,date`; without measure_id it concerns the plan. A correction
is applied only while the dataset's own value is still `old`; otherwise it is reported (`correction_stale`) and left alone.
Lists (units) are written with 、 between names. An empty `old` or `new` means no value.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from normalize.model import ROC_OFFSET, Draft
from normalize.rows.findings import finding
from normalize.vocabulary.taxonomy import edition
from normalize.vocabulary.text import searchable
from normalize.vocabulary.units import Unit, read_units

COLUMNS = ("plan_id", "measure_id", "column", "old", "new", "who", "why", "date")
MEASURE_COLUMNS = ("pillar_code", "focus_code", "theme", "marker", "title", "text", "units")
PLAN_COLUMNS = ("agency", "agency_kind", "year_roc", "is_current")
_REQUIRED = ("plan_id", "column", "who", "why", "date")


class CorrectionError(ValueError):
    """A corrections file is not well formed; names file and line."""


@dataclass(frozen=True)
class Correction:
    plan_id: str
    measure_id: str
    column: str
    old: str
    new: str
    who: str
    why: str
    date: str
    where: str

    def __str__(self) -> str:
        return f"{self.where} {self.measure_id or self.plan_id}.{self.column}"


def read_corrections(folder: Path | None) -> list[Correction]:
    """All corrections of a folder, files in name order; CorrectionError names the line that is not well formed."""
    out: list[Correction] = []
    seen: dict[tuple[str, str, str], str] = {}
    for path in sorted(folder.glob("*.csv")) if folder and folder.is_dir() else []:
        with open(path, encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if reader.fieldnames is None or set(COLUMNS) - set(reader.fieldnames):
                raise CorrectionError(f"{path.name}: the header must be {','.join(COLUMNS)}")
            for row in reader:
                where = f"{path.name}:{reader.line_num}"
                values = {
                    c: (row[c] or "").strip() if c not in ("old", "new") else (row[c] or "")
                    for c in COLUMNS
                }
                lacking = [c for c in _REQUIRED if not values[c]]
                if lacking:
                    raise CorrectionError(f"{where}: no {', '.join(lacking)}")
                allowed = MEASURE_COLUMNS if values["measure_id"] else PLAN_COLUMNS
                if values["column"] not in allowed:
                    raise CorrectionError(
                        f"{where}: column {values['column']} cannot be corrected (allowed: {', '.join(allowed)})"
                    )
                place = values["plan_id"], values["measure_id"], values["column"]
                if place in seen:
                    raise CorrectionError(f"{where}: {seen[place]} corrects the same value")
                seen[place] = where
                out.append(Correction(**values, where=where))
    return out


def apply(corrections: list[Correction], drafts: list[Draft]) -> int:
    """Apply all that fit; the others become findings of their plan. Returns how many were applied."""
    by_plan = {d.plan["plan_id"]: d for d in drafts}
    applied = 0
    for c in corrections:
        draft = by_plan.get(c.plan_id)
        if draft is None:
            continue  # the plan is not part of this dataset
        target = (
            draft.plan
            if not c.measure_id
            else next((m for m in draft.measures if m["measure_id"] == c.measure_id), None)
        )
        now = None if target is None else _shown(target[c.column])
        if target is None or now != c.old:
            found = "措施已不存在" if target is None else f"現值為「{now}」"
            measure_id = c.measure_id if target is not None and c.measure_id else None
            draft.findings.append(
                finding(
                    "correction_stale",
                    f"更正條目 {c.where}（{c.column}：「{c.old}」改為「{c.new}」）未套用：{found}。",
                    plan_id=c.plan_id,
                    measure_id=measure_id,
                )
            )
            continue
        _set_measure(draft, target, c) if c.measure_id else _set_plan(draft, c)
        applied += 1
    return applied


def _shown(value: object) -> str:
    if value is None:
        return ""
    return (
        "、".join(value)
        if isinstance(value, list)
        else str(value).lower()
        if isinstance(value, bool)
        else str(value)
    )


def _set_plan(draft: Draft, c: Correction) -> None:
    value: object = c.new or None
    if c.column == "year_roc":
        value = int(c.new)
        draft.plan["year"] = value + ROC_OFFSET
    if c.column == "is_current":
        value = c.new.lower() == "true"
    draft.plan[c.column] = value if value is not None else ""
    for row in [*draft.measures, *draft.units]:
        row.update({k: draft.plan[k] for k in ("agency", "year_roc", "year") if k in row})


def _set_measure(draft: Draft, row: dict, c: Correction) -> None:
    value = c.new or None
    row["corrected"].append(c.column)
    if c.column == "units":
        _set_units(draft, row, [u for u in read_units(c.new)] if c.new else [])
        return
    if c.column == "text":
        row["text"] = c.new
        row["text_folded"] = searchable(c.new)
        for unit in draft.units:
            if unit["measure_id"] == row["measure_id"]:
                unit["measure"] = c.new
        return
    row[c.column] = value
    known = edition(row["taxonomy"])
    if c.column in ("pillar_code", "focus_code"):
        kind = c.column[: -len("_code")]
        if value is not None and (known is None or value not in known.by_code):
            raise CorrectionError(f"{c.where}: {value} is no code of edition {row['taxonomy']}")
        row[kind] = known.text(value) if known else None
        row[f"{kind}_score"] = 1.0 if value else 0.0
        if kind == "focus":
            row["focus_margin"] = 1.0 if value else 0.0
            draft.findings[:] = [
                f
                for f in draft.findings
                if not (f["measure_id"] == row["measure_id"] and f["code"] == "focus_inferred")
            ]


def _set_units(draft: Draft, row: dict, units: list[Unit]) -> None:
    row["units"] = [u.name for u in units]
    at = next(i for i, u in enumerate(draft.units) if u["measure_id"] == row["measure_id"])
    common = {
        k: v
        for k, v in draft.units[at].items()
        if k not in ("unit", "unit_printed", "unit_kind", "role", "units_in_measure", "position")
    }
    rows = [
        common
        | {
            "unit": u.name,
            "unit_printed": u.printed,
            "unit_kind": u.kind,
            "role": u.role,
            "units_in_measure": len(units),
            "position": i,
        }
        for i, u in enumerate(units)
    ]
    rows = rows or [
        common
        | {
            "unit": None,
            "unit_printed": None,
            "unit_kind": None,
            "role": None,
            "units_in_measure": 0,
            "position": 0,
        }
    ]
    draft.units[:] = (
        draft.units[:at]
        + rows
        + [u for u in draft.units[at:] if u["measure_id"] != row["measure_id"]]
    )
    draft.findings[:] = [
        f
        for f in draft.findings
        if not (
            f["measure_id"] == row["measure_id"] and f["code"] in ("unit_missing", "unit_unaligned")
        )
    ]
