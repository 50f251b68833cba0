"""Open decisions whose best reading leads by little → findings that name both readings.

Paragraphs, page breaks and levels each know how far the reading taken leads; here the leads that
are too small are said. What concerns one measure is filed with it, once a measure and kind; what
concerns the whole plan, once a plan. How often each is right: docs/doubt.md.
"""

from __future__ import annotations

from collections.abc import Iterator

from extract.layout.lines import Line
from extract.model import PrintedFinding
from extract.paragraphs.rejoin import Doubt
from extract.table.breaks import Break
from extract.table.rows import TableRows
from extract.table.stitching import PlanTable
from extract.text.levels import Key, Levels
from extract.text.outline import Outline

LEVEL_LEAD = 2.0  # in `extract.text.levels`' unit: one number that does not follow
SHOWN = 10  # characters of a line in a message

_ROLES = {"pillar": "執行要項", "focus": "執行重點", "measure": "作法"}
_STYLES = {
    "section": "壹、",
    "cjk": "一、",
    "cjk_paren": "（一）",
    "number": "1.",
    "number_paren": "(1)",
    "circled": "①",
    "letter": "A.",
}

Place = tuple[int, int]
"""Row of the record and measure in it."""


def table_doubts(table: PlanTable, read: TableRows) -> Iterator[PrintedFinding]:
    """What the plan table's levels, page breaks and paragraphs leave open; `read` are its rows."""
    levels = table.styles.levels
    if levels.lead < LEVEL_LEAD:
        yield _check("level_unsure", _level_message(levels), None)
    holders: dict[int, Place] = {}
    for r, items in enumerate(read.items):
        for m, item in enumerate(items):
            lines = [line for part in item.printed for line in part.lines]
            holders |= dict.fromkeys(map(id, lines), (r, m))
            doubts = [doubt for part in item.printed for doubt in part.doubts]
            if doubts:
                yield _paragraph_unsure("", doubts, (r, m))
    said: set[int] = set()
    for at in table.breaks:
        # One finding a break: the doubt of an outer cell is that of those within it.
        if id(at.line) in holders.keys() - said and not at.verdict.sure:
            said.add(id(at.line))
            yield _check("row_join_unsure", _break_message(at), at.line, holders[id(at.line)])


def outline_doubts(outline: Outline) -> Iterator[PrintedFinding]:
    """What the sections' paragraphs leave open, as one finding."""
    if outline.doubts:
        yield _paragraph_unsure("章節中", outline.doubts)


def _paragraph_unsure(
    where: str, doubts: list[Doubt], place: Place | None = None
) -> PrintedFinding:
    first = doubts[0]
    above, below = first.line.text[-SHOWN:], first.following.text[:SHOWN]
    more = f"（共{len(doubts)}處）" if len(doubts) > 1 else ""
    message = (
        f"{where}行末是否分段無法由版面確定{more}：採「{above}{below}」連讀，"
        f"也可能在「{above}」之後另起一段。"
    )
    return _check("paragraph_unsure", message, first.line, place)


def _break_message(at: Break) -> str:
    on, new = "接續前頁", "另起一格"
    taken, other = (on, new) if at.verdict.joins else (new, on)
    text = at.line.text[:SHOWN] if at.line is not None else ""
    return f"換頁處「{text}」之{_ROLES[at.role]}是否接續前頁無法確定：採{taken}，也可能{other}。"


def _level_message(levels: Levels) -> str:
    taken, other = _reading(levels.of), _reading(levels.other)
    return f"標題層級無法由編號確定：採{taken}，也可能{other}。"


def _reading(of: dict[Key, str]) -> str:
    shown = [
        f"「{_STYLES.get(style or '', '無編號')}」為{_ROLES[level]}"
        for (_, style), level in of.items()
    ]
    return "、".join(shown) or "均無編號"


def _check(
    code: str, message: str, line: Line | None, place: Place | None = None
) -> PrintedFinding:
    row, measure = place or (None, None)
    box = line.box if line is not None else None
    page = line.page if line is not None else None
    return PrintedFinding(
        severity="check", code=code, message=message, page=page, box=box, row=row, measure=measure
    )
