"""The look of a made-up plan."""

from __future__ import annotations

from dataclasses import dataclass

SIZES = {
    "A4": (595.0, 842.0),
    "A4 landscape": (842.0, 595.0),
    "A3": (842.0, 1191.0),
    "B5": (516.0, 729.0),
}


@dataclass(frozen=True)
class Layout:
    """The look of a plan. Lengths in points; `widths` in shares of the table's width."""

    paper: str = "A4"
    table_paper: str = ""
    """Paper of the table's pages, where it is another: other text stands on pages of its own."""
    margin: float = 60.0
    size: float = 11.0
    leading: float = 1.5
    padding: float = 5.4
    columns: tuple[str, ...] = ("pillar", "focus", "measure", "unit")
    """From the left; pillar and focus only where their place is a column. `coop`: 協辦單位."""
    labels: tuple[tuple[str, str], ...] = (
        ("pillar", "執行要項"),
        ("focus", "執行重點"),
        ("measure", "推動作法"),
        ("unit", "執行單位"),
        ("coop", "協辦單位"),
        ("index", "編號"),
        ("remark", "備註"),
        ("period", "辦理期程"),
    )
    widths: tuple[tuple[str, float], ...] = (
        ("pillar", 1.2),
        ("focus", 2.0),
        ("measure", 5.0),
        ("unit", 1.4),
        ("coop", 1.4),
        ("index", 0.7),
        ("remark", 0.8),
        ("period", 1.2),
    )
    pillar_place: str = "column"
    """column, banner (a row across the table), or between (a line above a table of its own)."""
    focus_place: str = "column"
    """column, banner, or cell (above its list in the measure cell)."""
    whole_banner: bool = True
    """A focus point's banner runs across the pillar's column, too."""
    group_rules: bool = True
    """A rule between the focus points of a pillar."""
    verticals: bool = True
    """Vertical rules; without them the table has horizontal rules only."""
    shade: bool = False
    """Grey behind header and banner rows."""
    joint_header: bool = False
    """One header label over the focus and the measure column."""
    unit_levels: tuple[str, ...] = ()
    """Labels of the unit columns below their common label (主辦｜協辦)."""
    repeat_header: bool = False
    open_merge: bool = False
    """No rule parts a repeated header from a pillar cell that runs on below it (Word)."""
    continued: str = ""
    """Line above the table on each later page: 表（續）."""
    head_each: bool = True
    """Each of several tables has the header, not the first alone."""
    justify: bool = False
    ragged: float = 0.0
    """Glyph sizes by which a line may end short of what would fit."""
    spacing: float = 0.0
    """Points added behind each CJK glyph."""
    hanging: float = 0.0
    """Points by which the second and later lines of a paragraph are set in."""
    indent: float = 0.0
    """Points by which the first line of a paragraph without marker is set in."""
    underline: bool = False
    """Every other measure is underlined, as amended text is."""
    rules: str = "stroke"
    """stroke, fill (thin rectangles), dashed, painted (dashes as little rectangles), double, or
    open (no outer frame)."""
    closed_cuts: bool = True
    """A rule closes the table where a page break cuts a row."""
    open_foot: bool = False
    """No rule closes the pillar and focus columns at the table's foot."""
    keep_rows: bool = False
    """A row moves to the next page whole where it fits there; otherwise a page break cuts it."""
    vertical_pillar: bool = False
    unit_place: str = "top"
    """top, or middle of the row (only where units belong to rows)."""
    unit_beside: str = "first"
    """Where units belong to measures: beside the first line, shift (a line below), centre, or
    top (the first measure's at the top of the row)."""
    bold: int = 1
    """How often each glyph is drawn, a fraction of a point apart."""
    page_numbers: str = "- {} -"
    """The page's number and the count of pages, in this order."""
    contents: str = ""
    """The leader (… or .) of a contents page before the plan."""
    stamp: str = ""
    """A receipt stamp beside the title."""
    rotation: int = 0
    sideways: bool = False
    """Landscape pages drawn turned on portrait paper, as printer drivers do."""
