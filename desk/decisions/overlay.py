"""What the rows of a release are now, with the decisions made since it was published.

The rules are those of `normalize.rows.corrections`, on published rows: a decision made a moment ago
is shown at once, and the next run gives the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dataset.kinds import KINDS
from normalize.reviewed import Correction, parse, written
from normalize.vocabulary.taxonomy import edition
from normalize.vocabulary.units import read_units

Row = dict[str, Any]


class Overlay:
    """Lines by the measure's identifier and by its key."""

    def __init__(self, lines: Iterable[Correction]) -> None:
        self.lines = list(lines)
        self._own: dict[str, dict[str, Correction]] = {}
        self._equal: dict[str, dict[str, Correction]] = {}
        for c in self.lines:
            self._own.setdefault(c.measure_id or c.plan_id, {})[c.column] = c
            if c.measure_key:
                self._equal.setdefault(c.measure_key, {})[c.column] = c

    def of(self, row: Row) -> dict[str, Correction]:
        """The lines about a measure, by column: its own, else those of its key."""
        equal = self._equal.get(row["measure_key"], {})
        return equal | self._own.get(row["measure_id"], {})

    def measure(self, row: Row) -> Row:
        """The measure as it is now."""
        lines = self.of(row)
        now = {**row, "corrected": list(row["corrected"]), "confirmed": list(row["confirmed"])}
        for column, c in lines.items():
            if holds(c, row):
                _take(now, column, c)
        return now

    def plan(self, row: Row) -> Row:
        """The plan as it is now: agency, kind, year, whether it is current."""
        lines = self._own.get(row["plan_id"], {}).values()
        return row | {c.column: parse(c.column, c.new) for c in lines}

    def findings(self, findings: Iterable[Row], rows: Iterable[Row]) -> list[Row]:
        """The findings that are still open about these rows (as they are now) and their plan."""
        settled = {r["measure_id"]: {*r["corrected"], *r["confirmed"]} for r in rows}
        return [f for f in findings if not answers(settled.get(f["measure_id"], set()), f["code"])]


def answers(columns: Iterable[str], code: str) -> bool:
    """Whether a person's word on these columns answers a finding of this code."""
    return code in KINDS and not set(columns).isdisjoint(KINDS[code].columns)


def holds(c: Correction, row: Row) -> bool:
    """Whether a line fits a published row: a value set by a line has given up its own."""
    settled = c.column in (*row["corrected"], *row["confirmed"])
    return settled or written(row[c.column]) in (c.old, c.new)


def _take(now: Row, column: str, c: Correction) -> None:
    for names in (now["corrected"], now["confirmed"]):
        if column in names:
            names.remove(column)
    now["confirmed" if c.old == c.new else "corrected"].append(column)
    if column == "units":
        now["units"] = [u.name for u in read_units(c.new)] if c.new else []
    else:
        now[column] = parse(column, c.new)
    known = edition(now["taxonomy"])
    if column in ("focus_code", "pillar_code"):
        name = column.removesuffix("_code")
        now[name] = known.text(c.new) if known and c.new in known.by_code else None
        now[f"{name}_score"] = 1.0
    if column == "focus_code" and c.old != c.new:
        now["focus_basis"] = "corrected"
    now["doubts"] = [d for d in now["doubts"] if not answers([column], d)]
    now["needs_review"] = bool(now["doubts"])
