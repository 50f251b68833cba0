"""Whether the break between two lines was meant: log-odds from width, characters,
indent and list markers.

Positive odds: a paragraph ends there; negative: the text goes on. A line that had room for what
follows ends its paragraph; one that had none says nothing, and the characters on either side tell.
"""

from __future__ import annotations

import re

from extract.layout.lines import Line
from extract.paragraphs.limits import UNSPREAD, Limits, Placed, needed
from extract.paragraphs.witness import begins_nothing
from extract.script.markers import Marker

CERTAIN = 12.0  # log-odds: width beyond doubt
DOUBTFUL = 2.0  # log-odds: a smaller lead is a doubt
STEEP = 4.0  # log-odds for each jitter of free width
RAGGED = 4.0  # log-odds for each glyph size of free width, where lines may end early
INDENT = 0.8  # of the glyph size: a change of the left edge this large is an indent
SAME_INDENT = 0.3  # of the glyph size: left edges this near are the same
GLUED = -3.0  # log-odds: a figure right behind a list's number is a decimal as likely as not
_LETTER = re.compile("[A-Za-z]")
_BRACKETS = {"（": "）", "(": ")", "「": "」", "『": "』", "【": "】"}


def could_hold(line: Placed, following: Line, limits: Limits) -> bool:
    """True when the start of `following` would have fitted behind `line`: the break was meant."""
    return width_odds(line, following, limits) > 0


def width_odds(line: Placed, following: Line, limits: Limits) -> float:
    """Log-odds from the line's width alone that it ends because its paragraph does; 0 for a full
    line that says nothing.

    In a justified column the running lines are spread to the edge: a line short of it ends its
    paragraph even where the next piece would not have fitted, and a line that is spread goes on.
    """
    room, near = limits.room(line), limits.jitter * line.line.size
    spare = _spare(line, following, limits)
    lead = STEEP * spare / near + 2.0
    if limits.justified:
        spread = max(0.0, limits.excess(line.line))
        if limits.is_spread(line.line) and spread > room + near:
            return -CERTAIN
        # Typesetters leave a little more unspread where Latin letters stand in the line.
        letters = _LETTER.search(line.line.text) is not None
        least = max(4 * UNSPREAD * line.line.size, near) if letters else near
        lead = max(lead, STEEP * ((room - 2 * spread) / least - 0.5))
    return max(0.0, min(lead, CERTAIN))


def _spare(line: Placed, following: Line, limits: Limits) -> float:
    """Free width (points) behind the line beyond what the start of `following` needs."""
    return limits.room(line) - needed(line.line, following, limits)


def break_odds(current: list[Placed], placed: Placed, limits: Limits) -> float:
    """Log-odds that the paragraph of the lines `current` ends before the unmarked line `placed`."""
    above, line = current[-1].line, placed.line
    if begins_nothing(line.chars[0]):
        return -CERTAIN
    width = width_odds(current[-1], line, limits)
    odds = limits.witness.odds(above.chars[-1], line.chars[0]) + indent_odds(current, placed)
    if is_open("".join(p.line.text for p in current[-3:])):
        odds -= 2.5
    if width:
        if not limits.justified:
            # A ragged column may leave a little of its width anywhere: that alone proves nothing.
            width = min(width, 1.0 + RAGGED * _spare(current[-1], line, limits) / above.size)
        # Width beyond doubt outweighs any characters.
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
    if width == CERTAIN or found.style == "bullet":
        return CERTAIN
    odds = max(-5.0, min(limits.witness.end_odds(above.chars[-1]), 5.0))
    if placed.line.marker is None:
        odds += GLUED
    # Some typesetters spread last lines too: width is no proof against a list.
    return max(width, -4.0) + odds - 1.0 + _sequence(found.number, last) - 2.5 * is_open(above.text)


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
    """Log-odds from the left edge: later lines of a paragraph share it,
    its first may stand further in or out.
    """
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
