"""Lines of the unit column → unit names, and each name beside its measure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from extract.layout.lines import Line
from extract.table.columns import UNIT_END
from extract.text.paragraphs import Limits, Placed, cluster_width

REMAINDER = re.compile(r"^(?:[課室科處局所隊組股館站院校會]|中心|心|\(.*\)|（.*）|[)）、，,].*)$")
JOINERS = "、，,及與和/("
BLANK = 1.55  # of the line pitch: a larger step between unit lines is a blank line
BESIDE = 0.6  # of the line pitch: a unit this near a measure's first line stands beside it


@dataclass(slots=True, eq=False)
class UnitName:
    """One printed unit entry: its text (wraps rejoined), its lines and its place down the table."""

    text: str
    lines: list[Line]
    order: float
    last: float


def join_names(lines: list[Placed], limits: Limits) -> list[UnitName]:
    """Rejoin unit names that wrap in a narrow column (役政災防 / 課); names on lines of their own stay apart."""
    out: list[UnitName] = []
    free = 0.0
    for placed in lines:
        text = placed.line.text.strip()
        if out and _continues(out[-1].text, text, free < cluster_width(placed.line, limits.pitch)):
            out[-1].text += text
            out[-1].lines.append(placed.line)
            out[-1].last = placed.line.order
        else:
            out.append(UnitName(text, [placed.line], placed.line.order, placed.line.order))
        # Names may be centred: what counts is the width, not the right edge.
        free = (
            (placed.x1 - placed.x0)
            - limits.left
            - limits.right
            - (placed.line.right - placed.line.left)
        )
    return out


def _continues(before: str, text: str, full: bool) -> bool:
    if before[-1] in JOINERS or before.count("(") + before.count("（") > before.count(
        ")"
    ) + before.count("）"):
        return True
    if REMAINDER.match(text):
        return True
    # Where names are divided by 、 a line's end divides none.
    return full and (not UNIT_END.search(before) or "、" in before)


def align(
    starts: list[float], ends: list[float], names: list[UnitName], pitch: float, habit: Habit
) -> tuple[list[list[UnitName]], str, bool]:
    """Give each measure of one ruled row its units.

    `starts` and `ends` are the places (points down the table) of each measure's first and last line; `habit` is how the
    plan's other rows do it. Returns the names a measure, how they were placed (`measure` or `row`) and whether that is sure.
    """
    k = len(starts)
    if not names:
        return [[] for _ in starts], "none", True
    if k == 1:
        return [names], "row", True
    verdict = lines_up(starts, ends, names, pitch)
    if verdict is None:
        verdict = habit.ever if _line_by_line(starts, names, pitch) else bool(habit.usual)
        sure = habit.usual is not None or len(names) == 1
    else:
        sure = True
    if not verdict:
        return [list(names) for _ in starts], "row", sure
    out: list[list[UnitName]] = [[] for _ in starts]
    for name in names:
        out[_beside(starts, name.order, pitch)].append(name)
    if len(names) == k and any(not own for own in out):
        # As many names as measures, but shifted by a blank line too many or too few: printed order decides.
        return [[name] for name in names], "measure", False
    return out, "measure", sure and all(out)


def _line_by_line(starts: list[float], names: list[UnitName], pitch: float) -> bool:
    """As many names as measures, each beside another one's first line: measures of one line each."""
    nearest = [min(range(len(starts)), key=lambda i: abs(starts[i] - name.order)) for name in names]
    beside = all(abs(starts[i] - name.order) <= BESIDE * pitch for i, name in zip(nearest, names))
    return beside and sorted(nearest) == list(range(len(starts)))


@dataclass(slots=True)
class Habit:
    """What the plan's rows of several measures show of its way to print units; None where no row tells.

    `usual`: units stand beside measures more often than beside whole rows; `ever`: at least one row shows it beyond doubt.
    """

    usual: bool | None
    ever: bool


def plan_habit(rows: list[tuple[list[float], list[float], list[UnitName]]], pitch: float) -> Habit:
    """Look at all rows of several measures: each as its measures' first and last places and its unit names.

    A row of several measures and one name says little alone; where most rows are like that, units belong to rows.
    """
    beside = whole = single = doubtful = 0
    for starts, ends, names in rows:
        if not names:
            continue
        vote = lines_up(starts, ends, names, pitch)
        beside += vote is True
        whole += vote is False
        if vote is None:
            doubtful += _line_by_line(starts, names, pitch)
            single += len(names) == 1
    if not beside + whole + doubtful:
        return Habit(None, False)
    return Habit(beside + doubtful > whole + single, beside > 0 or doubtful > whole + single)


def _beside(starts: list[float], order: float, pitch: float) -> int:
    """Index of the measure whose text stands beside `order`; the last one that starts at or above it."""
    best = 0
    for i, start in enumerate(starts):
        if start <= order + BESIDE * pitch:
            best = i
    return best


def lines_up(
    starts: list[float], ends: list[float], names: list[UnitName], pitch: float
) -> bool | None:
    """Whether the names of one row stand beside its measures one by one; None when the row does not tell."""
    k = len(starts)
    if k < 2 or not names:
        return None
    if (
        _line_by_line(starts, names, pitch)
        and max(b.order - a.order for a, b in pairwise(names)) > BLANK * pitch
    ):
        return True
    blocks: list[list[UnitName]] = []
    doubtful = False
    for name in names:
        # Over a page break the padding of two cells lies between neighbours.
        cut = bool(blocks) and blocks[-1][-1].lines[0].page != name.lines[0].page
        step = name.order - blocks[-1][-1].last if blocks else 0.0
        if blocks and 0 <= step <= (2 if cut else 1) * BLANK * pitch:
            # There it may be a blank line as well, where the name stands beside a measure's first line.
            doubtful = (
                doubtful
                or cut
                and step > BLANK * pitch
                and min(abs(name.order - s) for s in starts) <= BESIDE * pitch
            )
            blocks[-1].append(name)
        else:
            blocks.append([name])
    block_near = [min(abs(b[0].order - s) for s in starts) <= BESIDE * pitch for b in blocks]
    gaps_between = [b - a for a, b in pairwise(starts)]
    if len(blocks) > 1:
        return sum(block_near) >= 0.6 * len(blocks) or len(blocks) == k
    if not doubtful and len(names) >= 2 and max(gaps_between) > BLANK * pitch:
        return False
    return None
