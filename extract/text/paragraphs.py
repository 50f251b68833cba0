"""Printed lines → paragraphs.

In a justified narrow column the end of a line says nothing by itself. A line ends a paragraph when what follows could
still have stood on it (the free width would have held the next unbreakable piece), when a list marker opens the next
line, or when the indent says so. Line-breaking rules follow the W3C's Requirements for Chinese Text Layout (clreq),
section on prohibition rules for line start and end.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass
from math import inf

from extract.layout.lines import Line, is_latin
from extract.script import markers
from extract.script.markers import Marker

NO_START = frozenset("、，。．：；！？）」』】〉》〕］｝…—～·‧%％‰℃,.!?:;)]}’”＞>々")
NO_END = frozenset("（「『【〈《〔［｛([{‘“＜<")
SENTENCE_END = frozenset("。！？!?")
PAUSE = SENTENCE_END | frozenset("；;：:")
UNSURE = 0.05  # of the glyph size: how far the padding of a cell's two sides may differ (rules and rounding)
SLACK = 0.004  # of the glyph size: measuring tolerance of the free width
AUTOSPACE = 0.25  # of the glyph size: typesetters put up to this much between CJK and Latin (clreq, section on mixed text)
INDENT = 0.8  # of the glyph size: a change of the left edge this large is an indent
EDGE = 0.1  # of the glyph size: a line this near the edge reaches it
UNSPREAD = (
    0.035  # of the glyph size: a justified column's running lines end nearer to the edge than this
)
SCAN_JITTER = 0.1  # of the glyph size: the same for glyph boxes estimated from a picture
LINK = frozenset("/.@-_:?&=%#~+")
_LETTER = re.compile("[A-Za-z]")


@dataclass(slots=True)
class Limits:
    """How far text may reach in a column, as distances (points) from the cell's edges, and the advance of a glyph."""

    left: float
    right: float
    pitch: float = 1.0
    """Advance of a CJK glyph as a multiple of its size (above 1 where text is letter-spaced)."""
    sure: bool = False
    """Several lines end at `right`; otherwise it is taken from the left padding."""
    full: float = 0.0
    """Free width (points) that ordinary running lines leave where text is ragged: lines this long are full."""
    closing: frozenset[str] = frozenset()
    """Marks that close a paragraph more often than they stand inside one, in this column."""
    jitter: float = UNSPREAD
    """Of the glyph size: how far edges and gaps may be off. Print has hardly any, a scan's glyph boxes are estimates."""
    justified: bool = False
    """Running lines are spread to the edge, so any line short of it ends a paragraph."""


@dataclass(slots=True)
class Placed:
    """A line with the x range (points) of the cell it stands in."""

    line: Line
    x0: float
    x1: float


@dataclass(slots=True)
class Rejoined:
    """A paragraph: its lines, its text with wraps rejoined, its marker if it has one."""

    lines: list[Line]
    text: str
    marker: Marker | None
    full: bool = False
    """The last line reaches the edge, so the text may go on."""


def measure_limits(lines: list[Placed]) -> Limits:
    """Find the text edges of a column from all its lines (several cells, several pages)."""
    if not lines:
        return Limits(0.0, 0.0)
    size = sorted(p.line.size for p in lines)[len(lines) // 2]
    left = max(0.0, min(p.line.left - p.x0 for p in lines))
    slack = sorted(p.x1 - p.line.right for p in lines if p.line.chars[-1] not in NO_START) or [left]
    nearest = max(slack[0], -size)
    pitch = _pitch(lines, size)
    sure = sum(s - nearest < 0.06 * size for s in slack) >= max(3, 0.2 * len(slack))
    running = sum(s - nearest < 1.2 * size for s in slack) >= max(3, 0.2 * len(slack))
    if nearest > left and (nearest - left < size or len(lines) < 6 or not running) and not sure:
        # Ragged text never fills the last fraction of a glyph; cells are padded alike on both sides.
        nearest = left
    jitter = UNSPREAD if all(p.line.confidence == 1.0 for p in lines) else SCAN_JITTER
    spread = [
        p.line.spread > jitter * size for p in lines if p.x1 - p.line.right - nearest < EDGE * size
    ]
    return Limits(
        left,
        nearest,
        pitch,
        sure,
        _full(slack, nearest, size),
        _closing(lines, nearest, size),
        jitter,
        len(spread) >= 6 and sum(spread) > 0.5 * len(spread),
    )


def _closing(lines: list[Placed], nearest: float, size: float) -> frozenset[str]:
    """Colons and semicolons that hardly ever stand inside a line of this column, but end clearly short ones.

    Where such a mark stands at the very end of a full line, either reading fits the width, so the likelier one is taken.
    A full stop says too little: a paragraph of two sentences is common.
    """
    ends: Counter[str] = Counter(
        p.line.chars[-1]
        for p in lines
        if p.x1 - nearest - p.line.right > max(2 * size, 0.3 * (p.x1 - p.x0))
    )
    inside = "".join(p.line.text[:-1] for p in lines)
    return frozenset(
        c for c in PAUSE - SENTENCE_END if ends[c] >= 5 and ends[c] > 8 * inside.count(c)
    )


def _full(slack: list[float], nearest: float, size: float) -> float:
    """The free width most running lines share: the column's width less a whole number of glyphs."""
    short = [s - nearest for s in slack if 0 <= s - nearest < 0.99 * size]
    if not short:
        return 0.0
    near = 0.03 * size
    same = [bisect_right(short, s + near) - bisect_left(short, s - near) for s in short]
    count = max(same)
    return short[same.index(count)] if count >= max(5, 0.15 * len(slack)) else 0.0


def _pitch(lines: list[Placed], size: float) -> float:
    ratios = sorted(p.line.advance / p.line.size for p in lines if p.line.advance < inf)
    if len(ratios) < 4:
        return 1.0
    tight = ratios[len(ratios) // 10]
    return tight if 1.02 < tight < 1.8 else 1.0


def cluster_width(line: Line, pitch: float) -> float:
    """Width (points) of the piece at the line's start that no line break may divide."""
    chars, i = line.chars, 0
    n = len(chars)
    if (
        n > 1
        and not is_latin(chars[0])
        and chars[0] not in NO_END
        and not is_latin(chars[1])
        and chars[1] not in NO_START
    ):
        return max(line.x1[0] - line.x0[0], line.size) * pitch
    width = 0.0

    def take() -> None:
        nonlocal i, width
        own = line.x1[i] - line.x0[i]
        width += own if is_latin(chars[i]) else max(own, line.size) * pitch
        i += 1

    while i < n and chars[i] in NO_END:
        take()
    if i < n:
        if is_latin(chars[i]) and chars[i].isalnum():
            while (
                i < n
                and is_latin(chars[i])
                and (
                    i == 0
                    or line.x0[i] - line.x1[i - 1] <= 0.16 * line.size
                    or chars[i - 1] in NO_END
                )
                and chars[i] not in NO_END
            ):
                take()
        else:
            take()
    while i < n and chars[i] in NO_START:
        take()
    if i + 1 < n and chars[i] in LINK and is_latin(chars[i + 1]):
        # 「程/SOP」: no line breaks before the stroke, nor between it and the word.
        while i < n and is_latin(chars[i]) and line.x0[i] - line.x1[i - 1] <= 0.16 * line.size:
            take()
    return width


def could_hold(line: Placed, following: Line, limits: Limits) -> bool:
    """True when the start of `following` would have fitted behind `line`: the break was meant."""
    free = line.x1 - limits.right - line.line.right
    if (
        not limits.justified
        and free <= limits.full + 0.03 * line.line.size
        and not is_latin(following.chars[0])
    ):
        return False
    if limits.justified:
        # Typesetters leave a little more unspread where Latin letters stand in the line.
        least = 4 * UNSPREAD if _LETTER.search(line.line.text) else limits.jitter
        if free > least * line.line.size and line.line.spread < 0.5 * free:
            return True
    if limits.pitch > 1.0:
        free -= (limits.pitch - 1.0) * line.line.size
    last, first = line.line.chars[-1], following.chars[0]
    if is_latin(last) != is_latin(first) or last.isalnum() and is_latin(first) and first.isalnum():
        free -= AUTOSPACE * line.line.size  # as wide as a word space
    spare = free - cluster_width(following, limits.pitch)
    if not limits.sure and abs(spare) < UNSURE * line.line.size:
        return line.line.chars[-1] in PAUSE
    return spare >= -SLACK * line.line.size


def join_text(lines: list[Line], rights: list[float] | None = None) -> str:
    """Rejoin wrapped lines: CJK runs on; a space stands where a line broke between Latin words.

    `rights` gives the x (points) up to which each line could have been filled; a Latin word is taken as broken inside
    only where not even one more letter would have fitted.
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
            inside = room < (after.x1[0] - after.x0[0]) + 0.05 * before.size
            # Figures and addresses are broken where the line is full; words are carried over whole.
            if not inside and not (a.isdigit() and b.isdigit()) and not _in_link(text):
                text += " "
        text += after.text
    return text


def _in_link(text: str) -> bool:
    tail = text[-60:].rsplit(" ", 1)[-1]
    return "://" in tail or "www." in tail or "@" in tail


def rejoin(lines: list[Placed], limits: Limits, expected: int | None = None) -> list[Rejoined]:
    """Divide the lines of one cell into paragraphs, in order.

    `expected` is the next number of the list that the cell continues, which lets a marker without its dot be recognised.
    """
    out: list[Rejoined] = []
    current: list[Placed] = []
    marker: Marker | None = None
    seen: dict[str, int] = {}

    def close(full: bool) -> None:
        if current:
            rights = [p.x1 - limits.right for p in current]
            out.append(
                Rejoined(
                    [p.line for p in current],
                    join_text([p.line for p in current], rights),
                    marker,
                    full,
                )
            )

    for i, placed in enumerate(lines):
        ended = i == 0 or could_hold(lines[i - 1], placed.line, limits)
        found = _marker_at(lines, i, ended, seen, expected)
        if current:
            new = found is not None or ended or _breaks(current, placed, limits)
            if not new:
                current.append(placed)
                continue
            close(not ended)
        current = [placed]
        marker = found
        if found:
            seen[found.style] = found.number
    close(False)
    return out


def _breaks(current: list[Placed], placed: Placed, limits: Limits) -> bool:
    """Whether a paragraph ends before a line that would not have fitted behind the one before it."""
    before, line = current[-1], placed.line
    step = (line.left - placed.x0) - (before.line.left - before.x0)
    if before.line.chars[-1] in limits.closing and not _hanging(current, placed):
        return True
    if len(current) >= 2 and step < -INDENT * line.size and before.line.chars[-1] in SENTENCE_END:
        return True  # back from a hanging indent
    return step > INDENT * line.size and len(current) >= 2 and before.line.chars[-1] in SENTENCE_END


def _hanging(current: list[Placed], placed: Placed) -> bool:
    """Whether the line keeps to the indent of a paragraph whose first line sticks out."""
    first = current[0].line.left - current[0].x0
    return (placed.line.left - placed.x0) - first > 0.3 * placed.line.size


def _marker_at(
    lines: list[Placed], i: int, ended: bool, seen: dict[str, int], expected: int | None
) -> Marker | None:
    """The marker of line i, unless the line is the middle of a sentence (`ended`: the line before had room) that only looks like one."""
    line = lines[i].line
    text = line.text
    found = line.marker
    if found is None:
        following = seen["number"] + 1 if "number" in seen else expected
        if following and ended:
            bare = markers.match_bare(text, following)
            return bare if bare is not None and bare.style == "number" else None
        return None
    if found.style == "section":
        return None
    if i == 0 or found.style == "bullet":
        return found
    before = lines[i - 1].line.chars[-1]
    if (
        found.style in ("upper", "lower", "cjk", "number")
        and not ended
        and before not in "。；：，、！？:;）)」"
    ):
        # A full line before it: a number of running text, unless it carries a list on.
        if found.number != seen.get(found.style, 0) + 1:
            return None
    if (
        not ended
        and before not in "。；：！？:;"
        and found.number not in (1, seen.get(found.style, 0) + 1)
    ):
        return None
    return found
