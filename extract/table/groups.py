"""Rows that hold several focus points, each beside or above its own list: taken apart.

Some plans draw no rule between the groups of a pillar, others print the focus point in the measure
cell above its list. What belongs together then shows by place: a heading stands where its list
begins.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from math import inf

from extract.paragraphs.rejoin import Rejoined
from extract.table.parts import Row, TextCell
from extract.table.styles import Styles

BESIDE = 0.6  # of the line pitch: a heading this near a line stands beside it
GAP = 1.25  # of the line pitch: a wider step between lines is a gap between groups
MOSTLY = 0.7  # of the headings that do not open their cell: so many stand where a list begins
HEADINGS = ("cjk", "cjk_paren", "number", "number_paren")


def split_beside(rows: list[Row], styles: Styles, pitch: float) -> list[Row]:
    """Divide rows whose pillar or focus cell holds several headings,
    each beside the beginning of its list.

    `pitch` is the distance between lines in points. Where headings are only stacked at the cell's
    top, the rows stay as they are: which measure belongs to which is then no matter of place.
    """
    for role in ("pillar", "focus"):
        rows = _split_role(rows, role, styles, pitch)
    return rows


def _split_role(rows: list[Row], role: str, styles: Styles, pitch: float) -> list[Row]:
    cells: dict[TextCell, list[Row]] = {}
    for row in rows:
        cells.setdefault(getattr(row, role), []).append(row)
    points = {cell: _points(cell) for cell in cells}
    near = BESIDE * pitch
    beside = whole = 0
    for cell, own in cells.items():
        begins = [order for row in own for order in _beginnings(row, styles, pitch)]
        for point in points[cell][1:]:
            whole += 1
            beside += any(abs(order - point.lines[0].line.order) <= near for order in begins)
    if not whole or beside < MOSTLY * whole:
        return rows
    shared = Counter(cell for row in rows for cell in row.units)
    out: list[Row] = []
    for row in rows:
        parts, bounds = _parts(row, role, points[getattr(row, role)], near)
        if all(shared[cell] == 1 for cell in row.units):
            _share_units(parts, bounds, pitch)
        out += parts
    return out


def _points(cell: TextCell) -> list[TextCell]:
    """The headings of a cell, one a marker of the style that opens it."""
    opening = cell.lines[0].line.marker if cell.lines else None
    if opening is None or opening.style not in HEADINGS:
        return [cell]
    out: list[TextCell] = []
    for placed in cell.lines:
        found = placed.line.marker
        if not out or found is not None and found.style == opening.style:
            out.append(TextCell())
        out[-1].lines.append(placed)
    return out


def _beginnings(row: Row, styles: Styles, pitch: float) -> list[float]:
    """Where in the row (points down the table) a list begins anew, or its theme; without numbers,
    what stands below a gap.
    """
    lines = [placed.line for placed in row.measure.lines]
    out = [lines[0].order] if lines else []
    for above, line in pairwise(lines):
        found = line.marker
        apart = line.order - above.order > GAP * pitch
        if found is not None and found.style == styles.top and found.number == 1:
            out += [line.order] if above.marker is not None or apart else [above.order, line.order]
        elif styles.top is None and apart:
            out.append(line.order)
    return out


def _parts(
    row: Row, role: str, points: list[TextCell], near: float
) -> tuple[list[Row], list[tuple[float, float]]]:
    """The row once for each of the headings whose lines of measures it holds, and the bounds
    (points down the table) of each.
    """
    starts = [point.lines[0].line.order - near for point in points if point.lines]
    bounds = list(pairwise([-inf, *starts[1:], inf])) if len(starts) > 1 else []
    out: list[Row] = []
    held: list[tuple[float, float]] = []
    for point, bound in zip(points, bounds):
        own = _within(row.measure, bound)
        if own.lines:
            part = replace(row, measure=own, extra=row.extra if not out else {})
            setattr(part, role, point)
            out.append(part)
            held.append(bound)
    return (out, held) if out else ([row], [])


def _within(cell: TextCell, bound: tuple[float, float]) -> TextCell:
    """The lines of the cell between two places down the table."""
    return TextCell([p for p in cell.lines if bound[0] <= p.line.order < bound[1]])


def _share_units(parts: list[Row], bounds: list[tuple[float, float]], pitch: float) -> None:
    """Divide the unit cells beside the parts of one row, where each part has names of its own with
    a blank line above them; else the names are those of all parts.
    """
    if len(parts) < 2:
        return
    columns = [[_within(cell, bound) for bound in bounds] for cell in parts[0].units]
    if any(not _apart(column, pitch) for column in columns):
        return
    for part, units in zip(parts, zip(*columns, strict=True)):
        part.units = list(units)


def _apart(cells: list[TextCell], pitch: float) -> bool:
    """Whether each cell has lines, below a blank line or page break behind those of the one
    before.
    """
    if not all(cell.lines for cell in cells):
        return False
    ends = [(above.lines[-1].line, below.lines[0].line) for above, below in pairwise(cells)]
    return all(a.page != b.page or b.order - a.order > GAP * pitch for a, b in ends)


def split_inside(
    rows: list[Row], paragraphs: list[list[Rejoined]], styles: Styles, pitch: float
) -> tuple[list[Row], list[list[Rejoined]]]:
    """Divide rows at the focus points that stand in their measure cells;
    both lists come back in step.

    What stands in a cell above its first focus point goes on under the one before. `pitch` is the
    distance between lines in points.
    """
    if styles.inside is None:
        return rows, paragraphs
    shared = Counter(cell for row in rows for cell in row.units)
    out: list[Row] = []
    texts: list[list[Rejoined]] = []
    focus = TextCell()
    for row, own in zip(rows, paragraphs, strict=True):
        at = [
            n for n, p in enumerate(own) if p.marker is not None and p.marker.style == styles.inside
        ]
        parts: list[Row] = []
        starts: list[float] = []
        for start, stop in pairwise(sorted({0, *at, len(own)})):
            part = own[start:stop]
            top = None
            if start in at:
                length = _heading(part, styles.top)
                lines = [line for p in part[:length] for line in p.lines]
                focus = TextCell([p for p in row.measure.lines if p.line in lines])
                part, top = part[length:], lines[0].order
            if part or top is not None:
                parts.append(replace(row, focus=focus, top=top))
                texts.append(part)
                starts.append(own[start].lines[0].order - BESIDE * pitch)
        if all(shared[cell] == 1 for cell in row.units):
            _share_units(parts, list(pairwise([-inf, *starts[1:], inf])), pitch)
        out += parts
    return out, texts


def _heading(part: list[Rejoined], top: str | None) -> int:
    """How many paragraphs the focus point takes: those above the first numbered measure, one where
    none is numbered.
    """
    numbered = [n for n, p in enumerate(part) if p.marker is not None and p.marker.style == top]
    return numbered[0] if numbered else 1
