"""Whether the break between two lines was meant: log-odds from width, characters, indent and list markers.

Positive odds: a paragraph ends there; negative: the text goes on. A line that had room for what follows ends its
paragraph; one that had none says nothing, and the characters on either side tell.
"""

from __future__ import annotations

import re
from math import inf

from extract.layout.lines import Line
from extract.script.markers import Marker
from extract.text.limits import UNSPREAD, Limits, Placed, needed

CERTAIN = 12.0  # log-odds: width beyond doubt
DOUBTFUL = 2.0  # log-odds: a smaller lead is a doubt
STEEP = 4.0  # log-odds for each jitter of free width
INDENT = 0.8  # of the glyph size: a change of the left edge this large is an indent
SAME_INDENT = 0.3  # of the glyph size: left edges this near are the same
_LETTER = re.compile("[A-Za-z]")
_BRACKETS = {"（": "）", "(": ")", "「": "」", "『": "』", "【": "】"}


def could_hold(line: Placed, following: Line, limits: Limits) -> bool:
    """True when the start of `following` would have fitted behind `line`: the break was meant."""
    return width_odds(line, following, limits) > 0


def width_odds(line: Placed, following: Line, limits: Limits) -> float:
    """Log-odds from free width alone that `line` ends because its paragraph does; a full line gives minus infinity.

    In a justified column the running lines are spread to the edge, so that a line short of it ends its paragraph even
    where the next piece would not have fitted.
    """
    room, size = limits.room(line), line.line.size
    spare = room - needed(line.line, following, limits)
    lead = STEEP * spare / (limits.jitter * size) + 2.0
    if limits.justified:
        # Typesetters leave a little more unspread where Latin letters stand in the line.
        letters = _LETTER.search(line.line.text) is not None
        least = max(4 * UNSPREAD, limits.jitter) if letters else limits.jitter
        if limits.excess(line.line) < 0.5 * room:
            lead = max(lead, STEEP * (room / (least * size) - 1.0))
    return -inf if lead <= 0 else min(lead, CERTAIN)


def break_odds(current: list[Placed], placed: Placed, limits: Limits) -> float:
    """Log-odds that the paragraph of the lines `current` ends before the unmarked line `placed`."""
    above, line = current[-1].line, placed.line
    width = width_odds(current[-1], line, limits)
    odds = limits.witness.odds(above.chars[-1], line.chars[0]) + indent_odds(current, placed)
    if is_open("".join(p.line.text for p in current)):
        odds -= 2.5
    if width > 0:
        # Room beyond doubt outweighs any characters.
        return width + max(-4.0, min(odds, 4.0))
    return limits.hidden + odds


def marker_odds(
    current: list[Placed], placed: Placed, found: Marker, last: int | None, limits: Limits
) -> float:
    """Log-odds that the marker opens a paragraph behind a line that may be full.

    `last` is the number of the list's item before, None where the cell shows none.
    """
    above = current[-1].line
    width = width_odds(current[-1], placed.line, limits)
    if width > 0 or found.style == "bullet":
        return max(width, CERTAIN)
    odds = max(-5.0, min(limits.witness.end_odds(above.chars[-1]), 5.0))
    return odds - 1.0 + _sequence(found.number, last) - 2.5 * is_open(above.text)


def _sequence(number: int, last: int | None) -> float:
    """Log-odds for a number at a line's start, from the numbers of its list."""
    if number == (last or 0) + 1:
        return 5.0
    if number == 1:
        return 2.5
    if last is None:
        return 0.0
    return 1.0 if last < number <= last + 3 else -4.0


def indent_odds(current: list[Placed], placed: Placed) -> float:
    """Log-odds from the left edge: later lines of a paragraph share it, its first may stand further in or out."""
    size = placed.line.size
    step = _inset(placed) - _inset(current[-1])
    if len(current) >= 2:
        if abs(step) < SAME_INDENT * size:
            hangs = _inset(placed) - _inset(current[0]) > SAME_INDENT * size
            return -3.0 if hangs else 0.0
        return 3.0 if abs(step) > INDENT * size else 0.0
    return 0.0


def _inset(placed: Placed) -> float:
    return placed.line.left - placed.x0


def is_open(text: str) -> bool:
    """Whether a bracket of the text's end is still open."""
    tail = text[-60:]
    return any(tail.rfind(a) > tail.rfind(b) for a, b in _BRACKETS.items())
