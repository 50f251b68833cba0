"""Lines of the unit column → unit names: what wraps in a narrow cell is one name, what stands on lines of its own is several."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from extract.layout.lines import Line
from extract.table.columns import UNIT_END
from extract.text.paragraphs import Limits, Placed, cluster_width

REMAINDER = re.compile(r"^(?:[\u4e00-\u9fff]|中心|[(（].*|[)）、，,].*|[至與及暨或][第各其一二三四五六七八九十].*)$")
JOINERS = "、，,及與和/("
BLANK = 1.55  # of the line pitch: a larger step between unit lines is a blank line
LEADING = 2.2  # of the glyph size: lines of one paragraph stand no farther apart


@dataclass(slots=True)
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


def join_names(cells: list[list[Placed]], limits: Limits, pitch: float) -> list[list[UnitName]]:
    """Names of each unit cell of the plan, wraps rejoined (役政災防 / 課).

    `cells` holds the lines of every unit cell, `pitch` the distance (points) of the plan's lines. Names that the plan prints
    whole elsewhere stay apart, or come together, as they do there.
    """
    pads = limits.left + min(limits.left, limits.right)  # a cell is padded alike on both sides
    step = _line_step(cells, pitch)
    whole = set(_printed_whole(cells, pads, limits.pitch, step))
    return [_names(lines, pads, limits.pitch, step, whole) for lines in cells]


def _line_step(cells: list[list[Placed]], pitch: float) -> float:
    """Distance (points) of a unit column's successive lines; `pitch` where all of them are divided by blank lines."""
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
            full = _free(above, pads) < cluster_width(placed.line, advance)
            if _continues(out[-1].text, text, full, whole):
                out[-1].text += text
                out[-1].lines.append(placed.line)
                continue
        out.append(UnitName(text, [placed.line]))
    return out


def _printed_whole(
    cells: list[list[Placed]], pads: float, advance: float, step: float
) -> Iterator[str]:
    """Names that no wrap can have cut: alone on a line that the line above and the name itself leave room on."""
    for lines in cells:
        open_above = False
        for i, placed in enumerate(lines):
            after = lines[i + 1] if i + 1 < len(lines) else None
            open_below = (
                after is not None
                and not _divided(placed.line, after.line, step)
                and _free(placed, pads) < cluster_width(after.line, advance)
            )
            text = placed.line.text.strip()
            if not open_above and not open_below and text[-1] not in JOINERS:
                yield from (part for part in re.split("[、，,]", text) if part)
            open_above = open_below


def _divided(above: Line, below: Line, step: float) -> bool:
    """Whether a blank line lies between; over a page break the padding of two cells does."""
    cut = above.page != below.page
    return below.order - above.order > (2 if cut else 1) * BLANK * step


def _free(placed: Placed, pads: float) -> float:
    """Free width (points) of a line. Names may be centred: what counts is the width, not the right edge."""
    return (placed.x1 - placed.x0) - pads - (placed.line.right - placed.line.left)


def _continues(before: str, text: str, full: bool, whole: set[str]) -> bool:
    """Whether `text` goes on with the name that the line above leaves as `before`."""
    opened = sum(before.count(c) for c in "(（") > sum(before.count(c) for c in ")）")
    if before[-1] in JOINERS or opened or REMAINDER.match(text):
        return True
    if not full or before in whole:
        return False
    # Where names are divided by 、 a line's end divides none.
    return before + text in whole or "、" in before or not UNIT_END.search(before)
