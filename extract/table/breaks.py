"""What runs on over a page break and why: one function a kind of cell, one for what they say
together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import accumulate
from math import inf
from typing import NamedTuple

from extract.layout.lines import Line
from extract.paragraphs.breaks import DOUBTFUL, break_odds
from extract.paragraphs.rejoin import SENTENCE_END, Limits, Placed, could_hold
from extract.script import markers
from extract.script.markers import Marker
from extract.table.styles import Styles
from extract.text.measures import is_title

ROOM = 6.0  # lines: more room than this at a page's foot means that nothing was cut there
LEADING = 1.4  # of the glyph size: the line pitch taken for measuring that room
NEW_HEADING = ("cjk", "cjk_paren", "section", "number", "number_paren")

# Log-odds of what speaks for a cell's going on or ending. Only an end can be certain: a heading's
# marker is no slip, all else may be.
LEAST = 0.5  # where the text alone speaks against what a mark says
HINT = 3.0  # an empty heading, a number without a unit: less than a heading's free width
FREE = 5.0  # free width behind a heading, which may be broken by hand
HABIT = 6.0  # what most cells of the plan do
TEXT = 8.0  # the most that text on both sides of a break says
INSIDE = 9.0  # a list that begins after its 1 began above


class Verdict(NamedTuple):
    """Whether the cell at the top of a page goes on from the one above the break, and why.

    `lead` is by how much that reading leads over the other, in log-odds: infinite where the other
    is ruled out.
    """

    joins: bool
    why: str
    lead: float = inf

    @property
    def sure(self) -> bool:
        return self.lead >= DOUBTFUL

    @property
    def odds(self) -> float:
        """Log-odds that the cell goes on."""
        return self.lead if self.joins else -self.lead


class Break(NamedTuple):
    """A verdict and where it was needed: the cell's role, the page that begins there, and the first
    line that the measure cell has on it.
    """

    role: str
    page: int
    line: Line | None
    verdict: Verdict


def settle(own: Mapping[str, Verdict]) -> dict[str, Verdict]:
    """What the cells beside each other, from left to right, say together of a break.

    `own` are the verdicts on each cell's own evidence. A cell goes on only where those to its left
    do: of the readings (none goes on, the first does, the first two do …) the one that the evidence
    supports most is taken, the one of fewer cells where two are equal. The lead of a cell is how
    far the best reading in which it does so leads over the best in which it does not.
    """
    totals = list(accumulate((verdict.odds for verdict in own.values()), initial=0.0))
    out = {}
    for n, (role, verdict) in enumerate(own.items(), 1):
        lead = max(totals[n:]) - max(totals[:n])
        why = verdict.why
        if verdict.joins != (lead > 0):
            # The most telling of the cells that overrule it.
            others = [r for r in own if own[r].joins == (lead > 0)]
            other = max(others, key=lambda r: own[r].lead, default=role)
            why = f"{other}: {own[other].why}"
        out[role] = Verdict(lead > 0, why, abs(lead))
    return out


def heading_runs_on(
    above: list[Placed], lines: list[Line], limits: Limits, marked: bool
) -> Verdict:
    """For pillar and focus cells: `lines` below the break, `above` those of the cell before it.

    `marked` says that headings of this column are usually numbered.
    """
    if not lines:
        return Verdict(True, "nothing printed below the break", HINT)
    if not above:
        return Verdict(False, "no text above the break", FREE)
    found = lines[0].marker
    if found is not None and found.style in NEW_HEADING:
        return Verdict(False, "opens with a marker")
    if marked:
        # 「三便捷」: the heading that counts on, its 、 left out.
        opened = above[0].line.marker
        if opened is not None and markers.match_bare(lines[0].text, opened.number + 1):
            return Verdict(False, "counts on without its mark")
        return Verdict(True, "headings are marked, this is not", HABIT)
    if could_hold(above[-1], lines[0], limits):
        return Verdict(False, "would have fitted above the break", FREE)
    odds = _break_odds(above, lines[0], limits)
    if _sentence_ends(above):
        return Verdict(False, "sentence ends above the break", _bounded(odds, FREE))
    return Verdict(True, "the last line above is full", _bounded(-odds, FREE))


def measure_runs_on(
    above: list[Placed],
    lines: list[Line],
    units: tuple[bool, bool],
    room: float,
    styles: Styles,
    limits: Limits,
) -> Verdict:
    """For measure cells: `lines` below the break, `above` those of the row before it.

    `units` says whether a unit is printed beside `above` and beside `lines`; `room` is what the
    table left free at the foot of the page above, in points (0 where both stand on one page).
    """
    if not lines:
        return Verdict(True, "nothing printed below the break", HABIT)
    if not above:
        return Verdict(False, "no text above the break", FREE)
    first = lines[0]
    if room > ROOM * LEADING * first.size:
        return Verdict(False, "room left above the break")
    one_sided = units[0] != units[1]
    split_unit = one_sided and not styles.units_merged
    found = first.marker
    if found is not None and found.style == styles.inside:
        return Verdict(False, "opens with a focus point")
    if found is not None and found.style != "section" and styles.top is not None:
        if found.level > markers.LEVEL[styles.top]:
            return Verdict(True, "opens with a sub-item", HINT if found.number == 1 else INSIDE)
        if found.style == styles.top:
            return _numbered(above, found, units[0] and split_unit, styles)
    odds = _break_odds(above, first, limits)
    if split_unit:
        return Verdict(True, "a unit on one side only", HABIT + max(-HINT, min(-odds, HINT)))
    if _sentence_ends(above):
        return Verdict(False, "sentence ends above the break", _bounded(odds, TEXT))
    # A heading whose body comes on the next page, or a clause that goes on.
    lead = _bounded(-odds, TEXT) + HINT * one_sided
    return Verdict(True, "no sentence ends above the break", lead)


def _numbered(above: list[Placed], found: Marker, without: bool, styles: Styles) -> Verdict:
    """The cell below the break opens with a number of the measures' own style.

    `without` says that it has no unit and the row above has one.
    """
    before = any(p.line.marker and p.line.marker.style == styles.top for p in above)
    if found.number == 1:
        if before:
            return Verdict(False, "numbers start anew")
        if is_title("".join(p.line.text for p in above)):
            return Verdict(True, "list below its theme", HINT)
    if styles.many_in_cell:
        inside = styles.lists_restart and found.number > 1
        return Verdict(True, "cells hold several numbers", INSIDE if inside else HINT)
    if not without:
        return Verdict(False, "own number, own unit")
    if before:
        return Verdict(True, "number without a unit", HINT)
    return Verdict(False, "first number of a list")


def _bounded(odds: float, most: float) -> float:
    """The lead that text gives a reading which marks have decided."""
    return max(LEAST, min(odds, most))


def _break_odds(above: list[Placed], line: Line, limits: Limits) -> float:
    """Log-odds that the text above ends before `line`, as within one cell.

    The last line of a page may stay unspread though its paragraph goes on: in mid-sentence it ends
    there only if the next piece would have fitted.
    """
    if limits.justified and not _sentence_ends(above):
        limits = replace(limits, justified=False)
    return break_odds(above, Placed(line, above[-1].x0, above[-1].x1), limits)


def _sentence_ends(above: list[Placed]) -> bool:
    return above[-1].line.chars[-1] in SENTENCE_END
