"""Lines of the unit columns → unit names, and each name with the measures it is printed for.

What wraps in a narrow cell is one name, what stands on lines of its own is several.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf
from typing import Literal

from extract.layout.lines import Line
from extract.paragraphs.rejoin import Limits, Placed, cluster_width
from extract.script.vocabulary import UNIT
from extract.units.alignment import Placement, place_units
from extract.units.readings import MeasurePlace, NamePlace, RowPlaces

UNIT_END = re.compile(rf"(?:{UNIT}|\))$")
REMAINDER = re.compile(
    r"^(?:[\u4e00-\u9fff]|中心|[(（)）、，,及與暨或].*|至[第各一二三四五六七八九十\d].*)$"
)  # no name: 課 alone, 中心, a bracket, what joins two names (至 opens names of schools: 至善)
JOINERS = "、，,及與和/("
BLANK = 1.55  # of the line pitch: a larger step between unit lines is a blank line
NEARLY = 0.03  # of the glyph size: rounding of widths
LEADING = 2.2  # of the glyph size: lines of one paragraph stand no farther apart


@dataclass(slots=True, eq=False)
class UnitName:
    """One printed unit entry: its text (wraps rejoined), its lines and its place down the table."""

    text: str
    lines: list[Line]

    @property
    def order(self) -> float:
        return self.lines[0].order

    @property
    def last(self) -> float:
        return self.lines[-1].order


@dataclass(slots=True)
class Beside:
    """The units of one measure, over all unit columns.

    `lead` is how many lines the next reading costs that gives it other units (`other`).
    """

    units: list[UnitName] = field(default_factory=list)
    how: Literal["measure", "row", "none"] = "none"
    lead: float = inf
    other: list[str] = field(default_factory=list)

    def add(self, placement: Placement, m: int, names: list[UnitName]) -> None:
        """Take up what one column gives measure `m` of its row."""
        own = [names[i] for i in placement.units[m]]
        self.units += own
        if own and self.how != "measure":
            self.how = placement.how
        if placement.other is not None and placement.lead < self.lead:
            other = [names[i].text for i in placement.other[m]]
            if set(other) != {u.text for u in own}:
                self.lead, self.other = placement.lead, other

    def doubt_first(self, above: Beside) -> None:
        """The first of several names may be that of the measure above, which has none."""
        if not above.units and self.how == "measure" and len(self.units) > 1:
            self.lead, self.other = 0.0, [u.text for u in self.units[1:]]

    def doubt_last(self, below: Beside) -> None:
        """The last of several names may be that of the measure below, which has none."""
        if not below.units and self.how == "measure" and len(self.units) > 1:
            self.lead, self.other = 0.0, [u.text for u in self.units[:-1]]

    @property
    def doubt(self) -> str:
        """Both readings, for people."""
        taken, other = "、".join(u.text for u in self.units), "、".join(self.other) or "無"
        return f"執行單位與作法的對應無法由位置確定：採「{taken}」，也可能是「{other}」。"


def units_beside(
    cells: list[list[list[Placed]]],
    measures: list[list[MeasurePlace]],
    limits: Limits,
    pitch: float,
) -> list[list[Beside]]:
    """Units of every measure, row by row.

    `cells` holds for each row the lines of the unit cells beside it (a cell beside several rows is
    the same list in each), `measures` the places of its measures. Each unit column (主辦, 協辦) is
    aligned by itself; a measure has the units of all columns, from left to right. `pitch` is the
    distance (points) of the plan's lines.
    """
    printed = list({id(lines): lines for row in cells for lines in row if lines}.values())
    names = dict(zip(map(id, printed), join_names(printed, limits, pitch)))
    out = [[Beside() for _ in own] for own in measures]
    for column in _columns(printed):
        groups = _groups(cells, column)
        own = [_group_names(cells, group, column, names) for group in groups]
        rows = [
            RowPlaces(
                [m for n in group for m in measures[n]],
                [_place(u) for u in units],
                tuple(len(measures[n]) for n in group if measures[n]),
            )
            for group, units in zip(groups, own)
        ]
        for group, units, placement in zip(groups, own, place_units(rows, pitch)):
            for m, beside in enumerate(b for n in group for b in out[n]):
                beside.add(placement, m, units)
    for above, below in pairwise(beside for own in out for beside in own):
        above.doubt_last(below)
        below.doubt_first(above)
    return out


def _columns(cells: list[list[Placed]]) -> list[set[int]]:
    """The unit cells (by identity) of each column, left to right."""
    columns: list[tuple[float, set[int]]] = []
    for lines in sorted(cells, key=_middle):
        if not columns or _middle(lines) > columns[-1][0]:
            columns.append((lines[0].x1, set()))
        columns[-1][1].add(id(lines))
    return [keys for _, keys in columns]


def _middle(lines: list[Placed]) -> float:
    return (lines[0].x0 + lines[0].x1) / 2


def _groups(cells: list[list[list[Placed]]], column: set[int]) -> list[list[int]]:
    """Rows that share a cell of the column, together; rows without one are left out."""
    groups: list[list[int]] = []
    last: set[int] = set()
    for n, row in enumerate(cells):
        own = {id(lines) for lines in row} & column
        if own & last:
            groups[-1].append(n)
        elif own:
            groups.append([n])
        last = own
    return groups


def _group_names(
    cells: list[list[list[Placed]]],
    group: list[int],
    column: set[int],
    names: dict[int, list[UnitName]],
) -> list[UnitName]:
    keys = {id(lines) for n in group for lines in cells[n]} & column
    return sorted((name for key in keys for name in names[key]), key=lambda u: u.order)


def _place(name: UnitName) -> NamePlace:
    lines = name.lines
    return NamePlace(name.text, name.order, name.last, lines[0].page, lines[-1].page)


def join_names(cells: list[list[Placed]], limits: Limits, pitch: float) -> list[list[UnitName]]:
    """Names of each unit cell of the plan, wraps rejoined (役政災防 / 課).

    `cells` holds the lines of every unit cell, `pitch` the distance (points) of the plan's lines.
    Names that the plan prints whole elsewhere stay apart, or come together, as they do there.
    """
    pads = limits.left + min(limits.left, limits.right)  # a cell is padded alike on both sides
    step = _line_step(cells, pitch)
    whole = set(_printed_whole(cells, pads, limits.pitch, step))
    return [_names(lines, pads, limits.pitch, step, whole) for lines in cells]


def _line_step(cells: list[list[Placed]], pitch: float) -> float:
    """Distance (points) of a unit column's successive lines; `pitch` where none follow closely."""
    steps = sorted(
        b.line.order - a.line.order
        for lines in cells
        for a, b in pairwise(lines)
        if 0 < b.line.order - a.line.order < min(BLANK * pitch, LEADING * a.line.size)
    )
    return steps[len(steps) // 2] if steps else pitch


def _names(
    lines: list[Placed], pads: float, advance: float, step: float, whole: set[str]
) -> list[UnitName]:
    out: list[UnitName] = []
    for i, placed in enumerate(lines):
        text = placed.line.text.strip()
        above = lines[i - 1] if i else None
        if above is not None and not _divided(above.line, placed.line, step):
            if _continues(out[-1].text, text, _full(above, placed.line, pads, advance), whole):
                out[-1].text += text
                out[-1].lines.append(placed.line)
                continue
        out.append(UnitName(text, [placed.line]))
    return out


def _printed_whole(
    cells: list[list[Placed]], pads: float, advance: float, step: float
) -> Iterator[str]:
    """Names that no wrap can have cut: neither their line nor the one above is full."""
    for lines in cells:
        open_above = False
        for i, placed in enumerate(lines):
            after = lines[i + 1] if i + 1 < len(lines) else None
            open_below = (
                after is not None
                and not _divided(placed.line, after.line, step)
                and _full(placed, after.line, pads, advance)
            )
            text = placed.line.text.strip()
            if not open_above and not open_below and text[-1] not in JOINERS:
                yield from (part for part in re.split("[、，,]", text) if part)
            open_above = open_below


def _divided(above: Line, below: Line, step: float) -> bool:
    """Whether a blank line lies between; over a page break the padding of two cells does."""
    cut = above.page != below.page
    return below.order - above.order > (2 if cut else 1) * BLANK * step


def _full(above: Placed, below: Line, pads: float, advance: float) -> bool:
    """Whether the start of `below` had no room on the line above.

    Names may be centred: what counts is the width, not the right edge.
    """
    free = (above.x1 - above.x0) - pads - (above.line.right - above.line.left)
    return free + NEARLY * below.size < cluster_width(below, advance)


def _continues(before: str, text: str, full: bool, whole: set[str]) -> bool:
    """Whether `text` goes on with the name that the line above leaves as `before`."""
    opened = sum(before.count(c) for c in "(（") > sum(before.count(c) for c in ")）")
    if before[-1] in JOINERS or opened or REMAINDER.match(text):
        return True
    if not full or before in whole:
        return False
    # Where names are divided by 、 a line's end divides none.
    return before + text in whole or "、" in before or not UNIT_END.search(before)
