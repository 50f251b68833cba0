"""What runs on over a page break, cell by cell, and why: one function a kind of cell."""

from __future__ import annotations

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


class Verdict(NamedTuple):
    """Whether the cell at the top of a page goes on from the one above the break, and why.

    `lead` says how much the text on both sides speaks for it, in log-odds: infinite where a marker,
    a unit or free room decides, negative where the text alone would have been read the other way.
    """

    joins: bool
    why: str
    lead: float = inf

    @property
    def sure(self) -> bool:
        return self.lead >= DOUBTFUL


class Break(NamedTuple):
    """A verdict and where it was needed: the cell's role, and the first line that the measure cell
    has below the break.
    """

    role: str
    line: Line | None
    verdict: Verdict


def heading_runs_on(
    above: list[Placed], lines: list[Line], limits: Limits, marked: bool
) -> Verdict:
    """For pillar and focus cells: `lines` below the break, `above` those of the cell before it.

    `marked` says that headings of this column are usually numbered.
    """
    if not lines:
        return Verdict(True, "nothing printed below the break")
    if not above:
        return Verdict(False, "no text above the break")
    found = lines[0].marker
    if found is not None and found.style in NEW_HEADING:
        return Verdict(False, "opens with a marker")
    if marked:
        # 「三便捷」: the heading that counts on, its 、 left out.
        opened = above[0].line.marker
        if opened is not None and markers.match_bare(lines[0].text, opened.number + 1):
            return Verdict(False, "counts on without its mark")
        return Verdict(True, "headings are marked, this is not")
    if could_hold(above[-1], lines[0], limits):
        return Verdict(False, "would have fitted above the break")
    odds = _break_odds(above, lines[0], limits)
    if _sentence_ends(above):
        return Verdict(False, "sentence ends above the break", odds)
    return Verdict(True, "the last line above is full", -odds)


def measure_runs_on(
    above: list[Placed],
    lines: list[Line],
    units: bool,
    room: float,
    styles: Styles,
    limits: Limits,
) -> Verdict:
    """For measure cells: `lines` below the break, `above` those of the row before it.

    `units` says whether a unit is printed beside `lines`; `room` is what the table left free at the
    foot of the page above, in points (0 where both stand on one page).
    """
    if not lines:
        return Verdict(True, "nothing printed below the break")
    if not above:
        return Verdict(False, "no text above the break")
    first = lines[0]
    if room > ROOM * LEADING * first.size:
        return Verdict(False, "room left above the break")
    found = first.marker
    if found is not None and found.style == styles.inside:
        return Verdict(False, "opens with a focus point")
    if found is not None and found.style != "section" and styles.top is not None:
        if found.level > markers.LEVEL[styles.top]:
            return Verdict(True, "opens with a sub-item")
        if found.style == styles.top:
            return _numbered(above, found, units, styles)
    if not units:
        return Verdict(True, "no unit beside it")
    odds = _break_odds(above, first, limits)
    if _sentence_ends(above):
        return Verdict(False, "sentence ends above, own unit", odds)
    # A heading whose body comes on the next page, or a clause that goes on.
    return Verdict(True, "no sentence ends above the break", -odds)


def _numbered(above: list[Placed], found: Marker, units: bool, styles: Styles) -> Verdict:
    """The cell below the break opens with a number of the measures' own style."""
    before = any(p.line.marker and p.line.marker.style == styles.top for p in above)
    if found.number == 1:
        if before:
            return Verdict(False, "numbers start anew")
        if is_title("".join(p.line.text for p in above)):
            return Verdict(True, "list below its theme")
    if styles.many_in_cell:
        return Verdict(True, "cells hold several numbers")
    if units:
        return Verdict(False, "own number, own unit")
    if before:
        return Verdict(True, "number without a unit")
    return Verdict(False, "first number of a list")


def _break_odds(above: list[Placed], line: Line, limits: Limits) -> float:
    """Log-odds that the text above ends before `line`, as within one cell."""
    return break_odds(above, Placed(line, above[-1].x0, above[-1].x1), limits)


def _sentence_ends(above: list[Placed]) -> bool:
    return above[-1].line.chars[-1] in SENTENCE_END
