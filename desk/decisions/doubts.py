"""Doubts that are equal: rows that one decision can settle together."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from dataset.kinds import KINDS
from normalize.reviewed import written

Row = dict[str, Any]
OWN = ("text", "title", "marker", "theme")
"""Columns of which every row has a value of its own: equal doubts need no equal values there."""
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass
class Group:
    """Rows doubted for one reason, about one column; `value` is what all of them have there."""

    key: str
    code: str
    column: str
    reason: str
    value: str
    wording: str
    rows: list[Row] = field(default_factory=list)

    @property
    def correctable(self) -> bool:
        """Whether one new value can hold for all rows."""
        return self.column not in OWN or len(self.rows) == 1


def columns_of(row: Row) -> list[str]:
    """The columns on which a person's word settles the row's doubts; its focus point without any.

    What no column answers (a correction that no longer fits) is answered by the focus point's.
    """
    codes = [KINDS[d].columns for d in row["doubts"] if d in KINDS]
    named = [columns[0] for columns in codes if columns]
    return list(dict.fromkeys(named)) or ["focus_code"]


def groups(rows: Iterable[Row]) -> list[Group]:
    """Doubtful rows by their doubts, the largest groups first; a row is in one group a doubt."""
    found: dict[tuple[str, ...], Group] = {}
    for row in rows:
        for code in row["doubts"]:
            group = _alone(row, code)
            cell = row["focus_printed"] if group.column == "focus_code" else ""
            reason = _NUMBER.sub("…", group.reason)
            key = code, group.column, group.value, cell, reason, row["taxonomy"] or ""
            known = found.setdefault(key, group)
            known.rows.append(row)
            if known is not group:
                known.reason = reason
    ordered = sorted(found.values(), key=lambda g: -len(g.rows))
    for at, group in enumerate(ordered):
        group.key = str(at)
    return ordered


def _alone(row: Row, code: str) -> Group:
    """The group of a row that is the first of it."""
    column = next(iter(KINDS[code].columns), "focus_code") if code in KINDS else "text"
    reason = next((f["message"] for f in row["reasons"] if f["code"] == code), "")
    value = "" if column in OWN else written(row[column])
    wording = (row["focus"] or "") if column == "focus_code" else ""
    return Group("", code, column, reason, value, wording)
