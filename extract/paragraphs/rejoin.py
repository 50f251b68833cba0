"""Printed lines → paragraphs.

In a justified narrow column the end of a line says nothing by itself. A line ends a paragraph when
what follows could still have stood on it (the free width would have held the next unbreakable
piece), when a list marker opens the next line, or when characters and indent say so. Where they
leave it open the text goes on, and the paragraph carries a doubt.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf

from extract.layout.lines import Line, is_latin
from extract.paragraphs.breaks import DOUBTFUL, break_odds, could_hold, marker_odds, width_odds
from extract.paragraphs.edges import measure_limits
from extract.paragraphs.limits import Limits, Placed
from extract.paragraphs.pieces import NO_START, SENTENCE_END, cluster_width
from extract.script import markers
from extract.script.markers import Marker

__all__ = [
    "SENTENCE_END",
    "Doubt",
    "Limits",
    "Placed",
    "Rejoined",
    "cluster_width",
    "could_hold",
    "join_text",
    "measure_limits",
    "rejoin",
]


STOPS = SENTENCE_END | {"；", ";", "：", ":"}  # what a line ends with above a list


@dataclass(slots=True)
class Doubt:
    """A line's end where the paragraph may as well end as go on; it is read as going on."""

    line: Line
    """The line before the doubtful break."""
    following: Line
    odds: float
    """Log-odds that the paragraph ends here, near 0."""


@dataclass(slots=True)
class Rejoined:
    """A paragraph: its lines, its text with wraps rejoined, its marker if it has one."""

    lines: list[Line]
    text: str
    marker: Marker | None
    full: bool = False
    """The last line reaches the edge, so the text may go on."""
    doubts: list[Doubt] = field(default_factory=list)
    """Joins between its lines where it may as well have ended."""


def join_text(lines: list[Line], rights: list[float] | None = None) -> str:
    """Rejoin wrapped lines: CJK runs on; a space stands where a line broke between Latin words.

    `rights` gives the x (points) up to which each line could have been filled; a Latin word is
    taken as broken inside only where not even one more letter would have fitted.
    """
    text = lines[0].text
    for i in range(1, len(lines)):
        before, after = lines[i - 1], lines[i]
        a, b = before.chars[-1], after.chars[0]
        if (
            is_latin(a)
            and is_latin(b)
            and a.isascii()
            and b.isascii()
            and (a.isalnum() or a in ",;)")
            and (b.isalnum() or b == "(")
        ):
            room = (rights[i - 1] - before.right) if rights else 0.0
            inside = room < _letter(after) + 0.05 * before.size
            # Figures and addresses are broken where the line is full; words are carried over whole.
            if not inside and not (a.isdigit() and b.isdigit()) and not _in_link(text):
                text += " "
        text += after.text
    return text


def _letter(line: Line) -> float:
    """Width (points) of the line's first letter with the closing marks that may not
    be parted from it.
    """
    i = 1
    while i < len(line.chars) and line.chars[i] in NO_START:
        i += 1
    return sum(line.x1[k] - line.x0[k] for k in range(i))


def _in_link(text: str) -> bool:
    tail = text[-60:].rsplit(" ", 1)[-1]
    return "://" in tail or "www." in tail or "@" in tail


def rejoin(lines: list[Placed], limits: Limits, expected: int | None = None) -> list[Rejoined]:
    """Divide the lines of one cell into paragraphs, in order.

    `expected` is the next number of the list that the cell continues, which lets a marker without
    its dot be recognised.
    """
    out: list[Rejoined] = []
    current: list[Placed] = []
    seen: dict[str, int] = {}
    for i, placed in enumerate(lines):
        found = _found(lines, i, seen, expected, limits)
        lead, opened = _lead(current, placed, found, seen, limits)
        if current and abs(lead) < DOUBTFUL:
            out[-1].doubts.append(Doubt(current[-1].line, placed.line, lead))
        if lead < DOUBTFUL:
            current.append(placed)
            out[-1].lines.append(placed.line)
            continue
        if out:
            _close(out[-1], current, limits, width_odds(current[-1], placed.line, limits) <= 0)
        current = [placed]
        out.append(Rejoined([placed.line], "", opened))
        if opened:
            seen[opened.style] = opened.number
    if out:
        _close(out[-1], current, limits, False)
    return out


def _close(paragraph: Rejoined, lines: list[Placed], limits: Limits, full: bool) -> None:
    rights = [p.line.right + limits.natural_room(p) for p in lines]
    paragraph.text = join_text(paragraph.lines, rights)
    paragraph.full = full


def _lead(
    current: list[Placed],
    placed: Placed,
    found: Marker | None,
    seen: dict[str, int],
    limits: Limits,
) -> tuple[float, Marker | None]:
    """Log-odds that a paragraph begins at `placed`, and the marker it begins with in that case."""
    if not current:
        return inf, found
    plain = break_odds(current, placed, limits)
    if found is None:
        return plain, None
    marked = marker_odds(current, placed, found, seen.get(found.style), limits)
    return max(plain, marked), found


def _found(
    lines: list[Placed], i: int, seen: dict[str, int], expected: int | None, limits: Limits
) -> Marker | None:
    """What looks like a list marker at the start of line i."""
    line = lines[i].line
    roman = markers.match_roman(line.text)
    if roman is not None and _is_roman(roman, line.marker, seen):
        return roman
    if line.marker is not None:
        return line.marker if line.marker.style != "section" else None
    ended = i == 0 or width_odds(lines[i - 1], line, limits) > 0
    following = seen["number"] + 1 if "number" in seen else expected
    if following and ended:
        bare = markers.match_bare(line.text, following)
        if bare is not None and bare.style == "number":
            return bare
    glued = markers.match_glued(line.text)
    if glued is None:
        return None
    if glued.number == following:
        return glued
    if glued.number != 1:
        return None
    if limits.numbered and (i == 0 or lines[i - 1].line.chars[-1] in STOPS):
        return glued
    if not ended:
        return None
    alone = i == 0 and not markers.is_decimal(line.text)
    return glued if alone or _counts_on([p.line for p in lines[i + 1 :]]) else None


def _counts_on(lines: list[Line]) -> bool:
    """Whether a 2 follows the 1 of a list."""
    found = (line.marker or markers.match_glued(line.text) for line in lines)
    return any(m is not None and m.style == "number" and m.number == 2 for m in found)


def _is_roman(roman: Marker, letter: Marker | None, seen: dict[str, int]) -> bool:
    """Whether the list counts I, II, III rather than A, B, … H, I."""
    if letter is not None and letter.number == seen.get(letter.style, 0) + 1:
        return False
    return roman.number in (1, seen.get("roman", 0) + 1)
