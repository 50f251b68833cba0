"""The plan table → rows of the record: measures told apart, headings read, units beside them."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from extract.layout.lines import Line
from extract.model import Box, PrintedFinding, PrintedMeasure, PrintedRow, PrintedUnit
from extract.paragraphs.rejoin import Limits, Rejoined, rejoin
from extract.table.groups import split_beside, split_inside
from extract.table.parts import Row, TextCell
from extract.table.printed import (
    Heading,
    boxes,
    cell_lines,
    cell_text,
    headings,
    printed_measure,
)
from extract.table.stitching import PlanTable
from extract.text.measures import Item, split_measures
from extract.units.beside import units_beside
from extract.units.readings import MeasurePlace

DOUBT = 0.5  # lines: units read so hardly fit better than the next way
PITCH = 16.0  # points: line pitch of a table without two lines in any measure cell


@dataclass(slots=True)
class TableRows:
    """Rows of the plan table as printed, doubts about them, and the lines they are made of."""

    rows: list[PrintedRow] = field(default_factory=list)
    items: list[list[Item]] = field(default_factory=list)
    """What the measures of each row were made of."""
    findings: list[PrintedFinding] = field(default_factory=list)
    used: list[Line] = field(default_factory=list)


def read_rows(table: PlanTable) -> TableRows:
    """Read every ruled row; rows without a measure are left out with a finding."""
    pitch = _pitch(table.rows)
    rows = split_beside(table.rows, table.styles, pitch)
    texts = _paragraphs(rows, table.limits["measure"])
    rows, paragraphs = split_inside(rows, texts, table.styles, pitch)
    items = [split_measures(own, table.styles.top) for own in paragraphs]
    units = units_beside(
        [[cell.lines for cell in row.units] for row in rows],
        [
            [_place(item, row.top if n == 0 else None) for n, item in enumerate(own)]
            for row, own in zip(rows, items, strict=True)
        ],
        table.limits["unit"],
        _pitch(rows),
    )
    pillars = headings(row.pillar for row in rows)
    focuses = headings(row.focus for row in rows)
    names = [name for own in units for beside in own for name in beside.units]
    shown = {name: PrintedUnit(text=name.text, box=boxes(name.lines)[0]) for name in names}
    has_units = bool(table.columns.of("unit"))
    out = TableRows(used=list(table.header_lines))
    for row, own, beside in zip(rows, items, units):
        out.used += [line for c in (*row.units, *row.extra.values()) for line in cell_lines(c)]
        out.used += [line for item in own for part in item.printed for line in part.lines]
        if not own:
            out.findings.append(_without_measure(row))
            continue
        printed = _printed_row(row, pillars[row.pillar], focuses[row.focus])
        for item, mine in zip(own, beside):
            measure = printed_measure(item)
            measure.units = [shown[name] for name in mine.units]
            measure.units_beside = mine.how
            place = len(out.rows), len(printed.measures)
            if has_units and not mine.units:
                message = "這項作法旁沒有印出執行單位。"
                out.findings.append(_doubt("unit_missing", message, measure, *place))
            elif mine.lead < DOUBT:
                out.findings.append(_doubt("unit_unaligned", mine.doubt, measure, *place))
            printed.measures.append(measure)
        out.rows.append(printed)
        out.items.append(own)
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


def _place(item: Item, heading: float | None) -> MeasurePlace:
    """Where a measure stands; `heading` is where one above it in its cell begins (points down)."""
    lines = [line for p in item.paragraphs for line in p.lines]
    above = [line.order for line in item.theme.lines] if item.theme is not None else []
    above += [heading] if heading is not None else []
    resumes = tuple(b.order for a, b in pairwise(lines) if a.page != b.page)
    return MeasurePlace(lines[0].order, lines[-1].order, min([*above, lines[0].order]), resumes)


def _pitch(rows: list[Row]) -> float:
    """Distance (points) between the baselines of successive lines in the measure column."""
    steps = sorted(
        b.line.order - a.line.order
        for row in rows
        for a, b in zip(row.measure.lines, row.measure.lines[1:])
        if 0 < b.line.order - a.line.order < 4 * a.line.size
    )
    return steps[len(steps) // 2] if steps else PITCH


def _doubt(
    code: str, message: str, measure: PrintedMeasure, row: int, number: int
) -> PrintedFinding:
    """A finding about the measure that will stand as `number` in the `row` of the record."""
    return _check(code, message, measure.boxes[0] if measure.boxes else None, row, number)


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
