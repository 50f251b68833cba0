"""Reviewed corrections (`data/corrections/*.csv`), applied on every run.

One line a correction: `plan_id,measure_id,column,old,new,who,why,date`; without measure_id it
concerns the plan. A correction is applied only while the dataset's own value is still `old`;
otherwise it is reported (`correction_stale`) and left alone. `written` and `parse` are how values
stand in `old` and `new`: lists (units) with 、 between names, no value as an empty text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from dataset.schema import PLANS
from extract.errors import BadInput
from normalize.model import ROC_OFFSET, Draft, FindingRow, MeasureRow, PlanRow
from normalize.rows.findings import finding
from normalize.rows.units import unit_rows
from normalize.vocabulary.files import csv_rows
from normalize.vocabulary.taxonomy import edition, editions
from normalize.vocabulary.text import searchable
from normalize.vocabulary.units import Unit, read_units

COLUMNS = ("plan_id", "measure_id", "column", "old", "new", "who", "why", "date")
MEASURE_COLUMNS = ("pillar_code", "focus_code", "theme", "marker", "title", "text", "units")
PLAN_COLUMNS = ("agency", "agency_kind", "year_roc", "is_current")
_REQUIRED = ("plan_id", "column", "who", "why", "date")
_TEXTS = ("agency", "agency_kind", "text")  # columns that are empty rather than null
ROC_LAST = 199
Value = str | int | bool | list[str] | None


class CorrectionError(BadInput):
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
    """All corrections of a folder, files in name order.

    Raises CorrectionError, which names file and line, for one that is not well formed and for a
    second one of the same value.
    """
    seen: dict[tuple[str, str, str], Correction] = {}
    for path in sorted(folder.glob("*.csv")) if folder and folder.is_dir() else []:
        for c in _read_file(path):
            first = seen.setdefault((c.plan_id, c.measure_id, c.column), c)
            if first is not c:
                raise CorrectionError(c.where, f"{first.where} corrects the same value")
    return list(seen.values())


def _read_file(path: Path) -> Iterator[Correction]:
    for place, row in csv_rows(path, COLUMNS):
        # what is printed may begin or end with white space; who, why and date do not
        values = {c: row[c] if c in ("old", "new") else row[c].strip() for c in COLUMNS}
        yield _checked(Correction(**values, where=place))


def _checked(c: Correction) -> Correction:
    lacking = [name for name in _REQUIRED if not getattr(c, name)]
    if lacking:
        raise CorrectionError(c.where, f"no {', '.join(lacking)}")
    allowed = MEASURE_COLUMNS if c.measure_id else PLAN_COLUMNS
    if c.column not in allowed:
        listed = f"(allowed: {', '.join(allowed)})"
        raise CorrectionError(c.where, f"column {c.column} cannot be corrected {listed}")
    takes, expected = TAKES.get(c.column, (lambda text: True, ""))
    if not takes(c.new):
        raise CorrectionError(c.where, f"{c.column} takes {expected}, not {c.new or 'nothing'}")
    if not _is_day(c.date):
        raise CorrectionError(c.where, f"date takes a day such as 2026-11-21, not {c.date}")
    return c


def _is_year(text: str) -> bool:
    """Whether text is a ROC year of three digits or two: the Republic is as old as that."""
    return re.fullmatch("[1-9][0-9]{1,2}", text) is not None and int(text) <= ROC_LAST


def _is_code(level: str, text: str) -> bool:
    """Whether text is the code of a pillar or a focus point in any edition, or empty."""
    return not text or any(text == n.code for e in editions() for n in e.nodes if n.level == level)


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


KINDS_OF_AGENCY = next(c for c in PLANS.columns if c.name == "agency_kind").values
TAKES: dict[str, tuple[Callable[[str], bool], str]] = {
    "agency_kind": (KINDS_OF_AGENCY.__contains__, f"one of {', '.join(KINDS_OF_AGENCY)}"),
    "focus_code": (partial(_is_code, "focus"), "the code of a focus point, such as 1.2"),
    "is_current": (("true", "false").__contains__, "true or false"),
    "pillar_code": (partial(_is_code, "pillar"), "the code of a pillar, such as 1"),
    "text": (bool, "some text"),
    "year_roc": (_is_year, "a ROC year, such as 114"),
}
"""What the columns take as `new`: whether a text is that, and how it is called."""


def written(value: Value) -> str:
    """A value as corrections write it: no value is empty, names are joined with 、."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return "、".join(value) if isinstance(value, list) else str(value)


def parse(column: str, text: str) -> Value:
    """The value `written` gives as `text`, for all columns but units (`read_units` reads those).

    Raises ValueError for a text that stands for no value of the column.
    """
    if column in _TEXTS:
        return text
    if column == "is_current":
        if text.lower() not in ("true", "false"):
            raise ValueError(f"neither true nor false: {text}")
        return text.lower() == "true"
    if column == "year_roc" and text:
        return int(text)
    return text or None


def apply(corrections: list[Correction], drafts: list[Draft]) -> int:
    """Apply all that fit.

    The others become findings of their plan. Returns how many were applied.
    """
    by_plan = {d.plan.plan_id: d for d in drafts}
    ours = [(c, by_plan[c.plan_id]) for c in corrections if c.plan_id in by_plan]
    return sum(_apply(c, draft) for c, draft in ours)


def _apply(c: Correction, draft: Draft) -> bool:
    if not c.measure_id:
        now = written(getattr(draft.plan, c.column))
        if now != c.old:
            draft.findings.append(_stale(c, draft.plan, f"現值為「{now}」"))
            return False
        _set_plan(draft, c)
        return True
    row = next((m for m in draft.measures if m.measure_id == c.measure_id), None)
    if row is None:
        draft.findings.append(_stale(c, draft.plan, "措施已不存在"))
        return False
    now = written(getattr(row, c.column))
    if now != c.old:
        draft.findings.append(_stale(c, row, f"現值為「{now}」"))
        return False
    _set_measure(draft, row, c)
    return True


def _stale(c: Correction, about: PlanRow | MeasureRow, found: str) -> FindingRow:
    entry = f"更正條目 {c.where}（{c.column}：「{c.old}」改為「{c.new}」）"
    return finding("correction_stale", f"{entry}未套用：{found}。", about)


def _set_plan(draft: Draft, c: Correction) -> None:
    plan = draft.plan
    setattr(plan, c.column, parse(c.column, c.new))
    plan.year = plan.year_roc + ROC_OFFSET if plan.year_roc else None
    for measure in draft.measures:
        measure.agency, measure.year_roc, measure.year = plan.agency, plan.year_roc, plan.year
    for unit in draft.units:
        unit.agency, unit.year = plan.agency, plan.year


def _set_measure(draft: Draft, row: MeasureRow, c: Correction) -> None:
    row.corrected.append(c.column)
    if c.column == "units":
        _set_units(draft, row, read_units(c.new) if c.new else ())
        return
    setattr(row, c.column, parse(c.column, c.new))
    if c.column == "text":
        row.text_folded = searchable(row.text)
        for unit in draft.units:
            if unit.measure_id == row.measure_id:
                unit.measure = row.text
    if c.column in ("pillar_code", "focus_code"):
        _set_wording(draft, row, c)


def _set_wording(draft: Draft, row: MeasureRow, c: Correction) -> None:
    """What hangs on a corrected code: its wording, and how sure it is."""
    known = edition(row.taxonomy)
    if c.new and (known is None or c.new not in known.by_code):
        raise CorrectionError(c.where, f"{c.new} is no code of edition {row.taxonomy}")
    wording = known.text(c.new) if known else None
    sure = 1.0 if c.new else 0.0
    if c.column == "pillar_code":
        row.pillar, row.pillar_score = wording, sure
        return
    row.focus, row.focus_score, row.focus_margin = wording, sure, sure
    _settle(draft, row, "focus_inferred")


def _set_units(draft: Draft, row: MeasureRow, units: Sequence[Unit]) -> None:
    row.units = [u.name for u in units]
    at = next(i for i, u in enumerate(draft.units) if u.measure_id == row.measure_id)
    rest = [u for u in draft.units[at:] if u.measure_id != row.measure_id]
    draft.units[at:] = unit_rows(row, units) + rest
    _settle(draft, row, "unit_missing", "unit_unaligned")


def _settle(draft: Draft, row: MeasureRow, *codes: str) -> None:
    """Take back findings of these codes about the measure: a person has answered them."""
    draft.findings[:] = [
        f for f in draft.findings if f.measure_id != row.measure_id or f.code not in codes
    ]
