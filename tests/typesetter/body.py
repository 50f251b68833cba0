"""The table's body: a plan's rows as cells of lines, and the banner rows between them."""

from __future__ import annotations

from dataclasses import dataclass

from .content import Measure, Plan, Row
from .lines import Frame, Slot


@dataclass
class Band:
    """A heading outside the columns: a banner row, or a line between two tables."""

    text: str
    place: str
    beside: bool = False
    """A pillar's cell begins beside it."""


@dataclass
class RuledRow:
    """One focus point's cells by column. A merged cell is given to the first row it stands beside.

    `ruled` names the columns with a rule above; `height` counts lines.
    """

    cells: dict[str, list[Slot]]
    ruled: set[str]
    height: int


def table_body(plan: Plan, frame: Frame) -> list[Band | RuledRow]:
    """The table from top to bottom."""
    layout = frame.layout
    out: list[Band | RuledRow] = []
    before: Row | None = None
    for n, row in enumerate(plan.rows):
        new_pillar = before is None or row.pillar != before.pillar
        new_focus = before is None or row.focus != before.focus
        if new_pillar and layout.pillar_place != "column":
            out.append(Band(row.pillar, layout.pillar_place))
        if new_focus and layout.focus_place == "banner":
            out.append(Band(row.focus, "banner", new_pillar and "pillar" in layout.columns))
        cells = _measure_cells(row, new_focus, plan.aligned, frame)
        height = max(len(slots) for slots in cells.values())
        if new_focus:
            cells |= _focus_cells(row.focus, n + 1, frame)
        if new_pillar and "pillar" in layout.columns:
            cells["pillar"] = _pillar_cell(row.pillar, frame)
        ruled = set(cells) if layout.group_rules or new_pillar else set()
        out.append(RuledRow(cells, ruled, height))
        before = row
    for column in ("pillar", "focus", "period"):
        _make_room([b for b in out if isinstance(b, RuledRow)], column, frame)
    return out


def _measure_cells(row: Row, new_focus: bool, aligned: bool, frame: Frame) -> dict[str, list[Slot]]:
    """The measures and the unit names beside them."""
    in_cell = new_focus and frame.layout.focus_place == "cell"
    measure = frame.paragraph(row.focus, frame.room("measure")) if in_cell else []
    if row.theme:
        measure += frame.wrap(row.theme, frame.room("measure"))
    columns = [c for c in frame.layout.columns if c in ("unit", "coop")]
    units: dict[str, dict[int, Slot]] = {c: {} for c in columns}
    at_list = 0 if in_cell else len(measure)
    for i, m in enumerate(row.measures):
        start = len(measure)
        _add_measure(m, i, measure, frame)
        if aligned:
            names = {c: _names(m, c, frame) for c in columns}
            deepest = max(len(n) for n in names.values())
            at = _beside(start, len(measure) - start, deepest, i == 0, frame.layout.unit_beside)
            last = i == len(row.measures) - 1
            _pad(measure, at + deepest + (0 if last else 1))
            _place(names, at, units)
    if not aligned:
        names = {c: _names(row.measures[0], c, frame) for c in columns}
        deepest = max(len(n) for n in names.values())
        middle = frame.layout.unit_place == "middle"
        at = max(0, (len(measure) - deepest) // 2) if middle else at_list
        _pad(measure, at + deepest)
        _place(names, at, units)
    return {"measure": measure} | {
        c: [lines.get(i, Slot("")) for i in range(len(measure))] for c, lines in units.items()
    }


def _add_measure(m: Measure, i: int, measure: list[Slot], frame: Frame) -> None:
    for k, text in enumerate(m.printed):
        slots = frame.paragraph(text, frame.room("measure"), k == 0)
        for slot in slots:
            slot.underlined = frame.layout.underline and i % 2 == 0
        measure += slots


def _beside(start: int, lines: int, names: int, first: bool, habit: str) -> int:
    """The line at which the names of a measure begin that has `lines` lines from `start` on."""
    if habit == "top" and first:
        return 0
    if habit == "centre":
        return start + max(0, (lines - names) // 2)
    return start + 1 if habit == "shift" else start


def _names(measure: Measure, column: str, frame: Frame) -> list[Slot]:
    """A unit column's lines: with two columns the first name leads, the others assist."""
    units = measure.units
    if "coop" in frame.layout.columns:
        units = units[:1] if column == "unit" else units[1:]
    return [s for u in units for s in frame.wrap(u, frame.room(column))]


def _place(names: dict[str, list[Slot]], at: int, units: dict[str, dict[int, Slot]]) -> None:
    for column, slots in names.items():
        units[column] |= {at + i: slot for i, slot in enumerate(slots)}


def _pad(slots: list[Slot], least: int) -> None:
    slots += [Slot("")] * (least - len(slots))


def _focus_cells(focus: str, number: int, frame: Frame) -> dict[str, list[Slot]]:
    """The cells a focus point has of its own."""
    texts = {"focus": focus, "index": str(number), "remark": "", "period": "全年度辦理"}
    return {c: frame.wrap(texts[c], frame.room(c)) for c in frame.layout.columns if c in texts}


def _pillar_cell(pillar: str, frame: Frame) -> list[Slot]:
    if frame.layout.vertical_pillar:
        return [Slot(c) for c in pillar]
    return frame.wrap(pillar, frame.room("pillar"))


def _make_room(rows: list[RuledRow], column: str, frame: Frame) -> None:
    """Heighten the last row of each merged cell whose span is too low for its text."""
    starts = [i for i, row in enumerate(rows) if column in row.cells]
    for first, end in zip(starts, [*starts[1:], len(rows)]):
        need = len(rows[first].cells[column])
        if column == "pillar" and frame.layout.vertical_pillar:
            need = -(-need * 10 // int(frame.layout.leading * 10)) + 1
        have = sum(row.height for row in rows[first:end])
        rows[end - 1].height += max(0, need - have)
