"""Reviewed corrections as they are written (`data/corrections/*.csv`), each line checked.

`written` and `parse` are how values stand in `old` and `new`: lists (units) with 、 between names,
no value as an empty text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from dataset.schema import PLANS
from extract.errors import BadInput
from normalize.vocabulary.files import csv_rows
from normalize.vocabulary.taxonomy import editions

COLUMNS = ("plan_id", "measure_id", "column", "old", "new", "who", "why", "date")
KEY = "measure_key"  # the one column that a file may lack
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
    measure_key: str = ""
    """The key of the measure; of a plan its `filing_key`."""

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
        values = {c: row.get(c, "") for c in (*COLUMNS, KEY)}
        values |= {c: v.strip() for c, v in values.items() if c not in ("old", "new")}
        yield checked(Correction(**values, where=place))


def checked(c: Correction) -> Correction:
    """The line. Raises CorrectionError, which says what is wrong with it."""
    lacking = [name for name in _REQUIRED if not getattr(c, name)]
    if lacking:
        raise CorrectionError(c.where, f"no {', '.join(lacking)}")
    allowed = MEASURE_COLUMNS if c.measure_id else PLAN_COLUMNS
    if c.column not in allowed:
        listed = f"(allowed: {', '.join(allowed)})"
        raise CorrectionError(c.where, f"column {c.column} cannot be corrected {listed}")
    takes, expected = TAKES.get(c.column, (lambda text: True, ""))
    if c.new != c.old and not takes(c.new):
        raise CorrectionError(c.where, f"{c.column} takes {expected}, not {c.new or 'nothing'}")
    if not _is_time(c.date):
        known = "a day such as 2026-11-21, or a time of it"
        raise CorrectionError(c.where, f"date takes {known}, not {c.date}")
    return c


def _is_year(text: str) -> bool:
    """Whether text is a ROC year of three digits or two: the Republic is as old as that."""
    return re.fullmatch("[1-9][0-9]{1,2}", text) is not None and int(text) <= ROC_LAST


def _is_code(level: str, text: str) -> bool:
    """Whether text is the code of a pillar or a focus point in any edition, or empty."""
    return not text or any(text == n.code for e in editions() for n in e.nodes if n.level == level)


def _is_time(text: str) -> bool:
    try:
        return bool(datetime.fromisoformat(text))
    except ValueError:
        return False


KINDS_OF_AGENCY = next(c for c in PLANS.columns if c.name == "agency_kind").values
TAKES: dict[str, tuple[Callable[[str], bool], str]] = {
    "agency_kind": (KINDS_OF_AGENCY.__contains__, f"one of {', '.join(KINDS_OF_AGENCY)}"),
    "focus_code": (partial(_is_code, "focus"), "the code of a focus point, such as 1.2"),
    "is_current": (lambda text: text.lower() in ("true", "false"), "true or false"),
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
