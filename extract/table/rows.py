"""The plan table → rows of the record: measures told apart, headings read, units beside them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from extract.layout.lines import Line
from extract.model import Box, PrintedFinding, PrintedMeasure, PrintedRow, PrintedUnit
from extract.table.cells import Row, TextCell
from extract.table.groups import split_beside, split_inside
from extract.table.printed import (
    Heading,
    boxes,
    cell_lines,
    cell_text,
    headings,
    printed_measure,
)
from extract.table.stitching import PlanTable
from extract.table.units import UnitName, align, join_names, plan_habit
from extract.text.measures import Item, split_measures
from extract.text.paragraphs import Limits, Rejoined, rejoin

PITCH = 16.0  # points: line pitch of a table without two lines in any measure cell


@dataclass(slots=True)
class TableRows:
    """Rows of the plan table as printed, doubts about them, and the lines they are made of."""

    rows: list[PrintedRow] = field(default_factory=list)
    findings: list[PrintedFinding] = field(default_factory=list)
    used: list[Line] = field(default_factory=list)


class Units(NamedTuple):
    """Units of one measure: their names, beside what they stand, whether that is sure."""

    names: list[UnitName]
    beside: Literal["measure", "row", "none"]
    sure: bool


def read_rows(table: PlanTable) -> TableRows:
    """Read every ruled row; rows without a measure are left out with a finding."""
    rows = split_beside(table.rows, table.styles, _pitch(table.rows))
    rows, paragraphs = split_inside(rows, _paragraphs(rows, table.limits["measure"]), table.styles)
    items = [split_measures(own, table.styles.top) for own in paragraphs]
    units = _units(rows, table.limits["unit"], items)
    pillars = headings(row.pillar for row in rows)
    focuses = headings(row.focus for row in rows)
    names = [name for own in units for beside in own for name in beside.names]
    shown = {name: PrintedUnit(text=name.text, box=boxes(name.lines)[0]) for name in names}
    has_units = bool(table.columns.of("unit"))
    out = TableRows(used=list(table.header_lines))
    for row, own, beside in zip(rows, items, units):
        out.used += [line for c in (*row.units, *row.extra.values()) for line in cell_lines(c)]
        out.used += [line for item in own for line in _item_lines(item)]
        if not own:
            out.findings.append(_without_measure(row))
            continue
        printed = _printed_row(row, pillars[row.pillar], focuses[row.focus])
        for item, mine in zip(own, beside):
            measure = printed_measure(item)
            measure.units = [shown[name] for name in mine.names]
            measure.units_beside = mine.beside
            if has_units and not mine.names or not mine.sure:
                out.findings.append(_unit_doubt(measure, len(out.rows), len(printed.measures)))
            printed.measures.append(measure)
        out.rows.append(printed)
    out.used += [line for h in (*pillars.values(), *focuses.values()) for line in h.lines]
    return out


def _printed_row(row: Row, pillar: Heading, focus: Heading) -> PrintedRow:
    """The row's record, its measures left out."""
    return PrintedRow(
        pillar=pillar.text,
        pillar_cell=pillar.number,
        pillar_boxes=pillar.boxes,
        focus=focus.points,
        focus_cell=focus.number,
        focus_boxes=focus.boxes,
        extra={label: cell_text(cell) for label, cell in row.extra.items()},
    )


def _item_lines(item: Item) -> list[Line]:
    parts = item.paragraphs if item.theme is None else [item.theme, *item.paragraphs]
    return [line for part in parts for line in part.lines]


def _paragraphs(rows: list[Row], limits: Limits) -> list[list[Rejoined]]:
    """Paragraphs of each row's measure cell; numbers are expected to count on below one focus."""
    out: list[list[Rejoined]] = []
    focus: TextCell | None = None
    last: int | None = None
    for row in rows:
        expected = last + 1 if last and row.focus is focus else None
        own = rejoin(row.measure.lines, limits, expected)
        numbers = [p.marker.number for p in own if p.marker and p.marker.style == "number"]
        last = numbers[-1] if numbers else None
        focus = row.focus
        out.append(own)
    return out


def _units(rows: list[Row], limits: Limits, items: list[list[Item]]) -> list[list[Units]]:
    """Units of every measure, row by row; rows that share a unit cell are looked at together."""
    names = {
        cell: join_names(cell.lines, limits)
        for cell in dict.fromkeys(cell for row in rows for cell in row.units)
    }
    jobs = []
    for group in _groups(rows):
        cells = dict.fromkeys(cell for n in group for cell in rows[n].units)
        own = sorted((name for cell in cells for name in names[cell]), key=lambda u: u.order)
        measures = [(n, item) for n in group for item in items[n]]
        starts = [_start(rows[n], item, items[n]) for n, item in measures]
        ends = [item.paragraphs[-1].lines[-1].order for _, item in measures]
        if measures:
            jobs.append(([n for n, _ in measures], starts, ends, own))
    pitch = _pitch(rows)
    habit = plan_habit([(s, e, own) for at, s, e, own in jobs if len(at) > 1], pitch)
    out: list[list[Units]] = [[] for _ in rows]
    for at, starts, ends, own in jobs:
        placed, beside, sure = align(starts, ends, own, pitch, habit)
        for n, mine in zip(at, placed):
            found = Units(mine, "measure" if beside == "measure" else "row", sure)
            out[n].append(found if mine else Units([], "none", True))
    return out


def _groups(rows: list[Row]) -> list[list[int]]:
    """Indices of successive rows that share a unit cell."""
    out: list[list[int]] = []
    for n, row in enumerate(rows):
        if out and set(row.units) & set(rows[n - 1].units):
            out[-1].append(n)
        else:
            out.append([n])
    return out


def _start(row: Row, item: Item, own: list[Item]) -> float:
    """Where a measure begins (points down the table), the heading above it in its cell included."""
    first = item.paragraphs[0].lines[0].order
    return row.top if row.top is not None and item is own[0] else first


def _pitch(rows: list[Row]) -> float:
    """Distance (points) between the baselines of successive lines in the measure column."""
    steps = sorted(
        b.line.order - a.line.order
        for row in rows
        for a, b in zip(row.measure.lines, row.measure.lines[1:])
        if 0 < b.line.order - a.line.order < 4 * a.line.size
    )
    return steps[len(steps) // 2] if steps else PITCH


def _unit_doubt(measure: PrintedMeasure, row: int, number: int) -> PrintedFinding:
    """No unit is printed beside the measure, or its units could not be told by position.

    `row` and `number` say where the measure will stand in the record.
    """
    code, message = "unit_unaligned", "執行單位與作法的對應無法由位置確定，依印出的次序對應。"
    if not measure.units:
        code, message = "unit_missing", "這項作法旁沒有印出執行單位。"
    box = measure.boxes[0] if measure.boxes else None
    return _check(code, message, box, row, number)


def _without_measure(row: Row) -> PrintedFinding:
    stray = [line for cell in row.units for line in cell_lines(cell)]
    message = f"這一列沒有作法，只有：「{''.join(line.text for line in stray)}」。"
    return _check("row_without_measure", message, stray[0].box if stray else None)


def _check(
    code: str, message: str, box: Box | None, row: int | None = None, measure: int | None = None
) -> PrintedFinding:
    page = box.page if box is not None else None
    return PrintedFinding(
        severity="check", code=code, message=message, page=page, box=box, row=row, measure=measure
    )
