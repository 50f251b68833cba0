"""The shapes offices print a plan in: what each changes in the made plan and in its layout."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from .content import NUMERALS, Plan, Row, Style, make_plan, sentence
from .layout import Layout
from .outline import set_outline, settled_outline
from .page import Typesetter

NUMBERS = ("1999服務專線", "110報案後", "65歲以上長者", "24小時", "3個工作天內", "2026年起")
LONG_UNITS = ("第一課至第三課", "資訊廠商", "農業觀光課", "役政災防課", "各區清潔隊及隊部")
Change = Callable[[Plan, int], Plan]


# --- what a plan says ---


def numbers_first(plan: Plan, seed: int) -> Plan:
    """Measures whose text begins with a number: 1.1999服務專線."""
    words = iter(NUMBERS * 99)
    return _measures(
        plan, lambda m: replace(m, paragraphs=(next(words) + m.paragraphs[0], *m.paragraphs[1:]))
    )


def small_sections(plan: Plan, seed: int) -> Plan:
    """Sections numbered 一、二、三、 instead of 壹、貳、參、."""
    numbers = iter(NUMERALS)
    renumber = lambda sections: tuple((next(numbers), h, p) for _, h, p in sections)  # noqa: E731
    return replace(plan, sections=renumber(plan.sections), after=renumber(plan.after))


def sections_after(plan: Plan, seed: int) -> Plan:
    """Two sections below the table."""
    rng = random.Random(seed)
    after = (
        ("肆", "管制考核", (sentence(rng, False, 2),)),
        ("伍", "附則", (sentence(rng, False, 2), sentence(rng, False, 2))),
    )
    return replace(plan, after=after)


def note_below(plan: Plan, seed: int) -> Plan:
    """A note below the table's last row."""
    return replace(plan, notes=("備註：本表得視實際需要修正。",))


def one_name(plan: Plan, seed: int) -> Plan:
    """As many names as measures."""
    return _measures(plan, lambda m: replace(m, units=m.units[:1]))


def two_names(plan: Plan, seed: int) -> Plan:
    """A name that leads and one that assists."""
    pairs = ("秘書室", "人事室")
    return _measures(
        plan,
        lambda m: replace(m, units=(m.units[0], pairs[m.units[0] == pairs[0]])),
    )


def long_names(plan: Plan, seed: int) -> Plan:
    """Names that fill more than one line of a narrow column."""
    rng = random.Random(seed)
    return _measures(plan, lambda m: replace(m, units=(rng.choice(LONG_UNITS),)))


def _measures(plan: Plan, change: Callable) -> Plan:
    rows: list[Row] = []
    for row in plan.rows:
        rows.append(replace(row, measures=tuple(change(m) for m in row.measures)))
    return replace(plan, rows=tuple(rows))


# --- shapes ---


@dataclass(frozen=True)
class Shape:
    """Options of the layout, changes of what is said; `outline`: the unit's bracket, no table."""

    look: dict = field(default_factory=dict)
    changes: tuple[Change, ...] = (sections_after,)
    style: dict = field(default_factory=dict)
    outline: str = ""

    def plan(self, seed: int, rows: int = 6) -> Plan:
        """A made plan that says what the shape needs."""
        return self.change(make_plan(seed, Style(**self.style), rows), seed)

    def change(self, plan: Plan, seed: int) -> Plan:
        for change in self.changes:
            plan = change(plan, seed)
        return plan

    def print(self, plan: Plan) -> tuple[bytes, Plan]:
        """The PDF file's bytes and what it says."""
        layout = Layout(**self.look)
        if self.outline:
            plan = settled_outline(plan, self.outline, layout)
            return set_outline(plan, self.outline, layout), plan
        setter = Typesetter(plan, layout)
        return setter.save(), setter.plan


NO_PILLAR = ("focus", "measure", "unit")
NO_HEADINGS = ("measure", "unit")
IN_CELL = ("pillar", "measure", "unit")
TWO_UNITS = ("pillar", "focus", "measure", "unit", "coop")
NARROW = tuple((dict(Layout().widths) | {"unit": 0.75}).items())
BANNER = {"pillar_place": "banner", "columns": NO_PILLAR}
BOTH = {"pillar_place": "banner", "focus_place": "banner", "columns": NO_HEADINGS}
ASIDE = {"focus_place": "banner", "columns": IN_CELL, "whole_banner": False}
BETWEEN = {"pillar_place": "between", "columns": NO_PILLAR}
CELL = {"focus_place": "cell", "columns": IN_CELL}
LANDSCAPE = {
    "table_paper": "A4 landscape",
    "continued": "表（續）",
    "page_numbers": "第{}頁，共{}頁",
}
PLACES = (
    *[{}] * 4,
    BANNER,
    BOTH,
    CELL,
    BETWEEN,
    ASIDE,
    BANNER | {"focus_place": "cell", "columns": NO_HEADINGS},
    BETWEEN | {"focus_place": "cell", "columns": NO_HEADINGS},
)
NAMES = (sections_after, one_name)

SHAPES: dict[str, Shape] = {
    "pillar banner": Shape(BANNER),
    "pillar banner, grey": Shape(BANNER | {"shade": True}),
    "pillar banner, units of the row": Shape(BANNER, style={"aligned": False}),
    "pillar banner, no rule between focus points": Shape(BANNER | {"group_rules": False}),
    "pillar and focus banner": Shape(BOTH),
    "focus banner beside a pillar column": Shape(
        {"focus_place": "banner", "columns": IN_CELL, "pillar_place": "column"}
    ),
    "focus banner right of the pillar column": Shape(ASIDE),
    "focus banner right of the pillar column, unruled down": Shape(ASIDE | {"verticals": False}),
    "pillar and focus banner at a page's foot": Shape(
        BOTH | {"size": 12.0, "repeat_header": True}, style={"aligned": False}
    ),
    "focus in the measure cell": Shape(CELL),
    "focus in the measure cell, first unit at the top": Shape(CELL | {"unit_beside": "top"}),
    "pillar banner, focus in the measure cell": Shape(
        {"pillar_place": "banner", "focus_place": "cell", "columns": NO_HEADINGS}
    ),
    "no rule between focus points": Shape({"group_rules": False}),
    "no rule between focus points, numbered table": Shape(
        {"group_rules": False, "columns": ("index", "pillar", "focus", "measure", "unit")}
    ),
    "no rule between focus points, units of the row": Shape(
        {"group_rules": False}, style={"aligned": False}
    ),
    "no rule between focus points, cut by a page break": Shape(
        {"group_rules": False, "size": 14.0, "closed_cuts": True}
    ),
    "no rule between focus points in the measure cell, units of the row": Shape(
        CELL | {"group_rules": False}, style={"aligned": False}
    ),
    "one table a pillar": Shape(BETWEEN),
    "one table a pillar, one header": Shape(BETWEEN | {"head_each": False}),
    "one table a pillar, split over pages": Shape(
        BETWEEN | {"size": 14.0, "repeat_header": True, "closed_cuts": False}
    ),
    "horizontal rules only": Shape({"verticals": False}),
    "horizontal rules only, hanging": Shape({"verticals": False, "hanging": 11.0}),
    "horizontal rules only, banner": Shape(BANNER | {"verticals": False}),
    "horizontal rules only, two columns": Shape(BOTH | {"verticals": False}),
    "horizontal rules only, narrow gutters": Shape({"verticals": False, "padding": 3.0}),
    "horizontal rules only, cut rows left open": Shape(
        BETWEEN | {"verticals": False, "closed_cuts": False, "size": 12.0}
    ),
    "horizontal rules only, beside a stamp": Shape(
        {"verticals": False, "stamp": "高雄市政府113.02.05收文"}
    ),
    "no table, unit in brackets": Shape(outline="（主辦：{}）", changes=NAMES),
    "no table, unit on its own line": Shape(outline="\n承辦單位：{}"),
    "contents page": Shape({"contents": "…"}),
    "contents page, dots": Shape({"contents": ".", "page_numbers": "{}"}),
    "header over a merged cell": Shape({"repeat_header": True, "open_merge": True, "size": 14.0}),
    "header over a merged cell, whole rows": Shape(
        {"repeat_header": True, "open_merge": True, "size": 14.0, "keep_rows": True}
    ),
    "underlined": Shape({"underline": True}),
    "underlined up to the rule": Shape({"underline": True, "padding": 3.0, "justify": True}),
    "numbers first": Shape(changes=(sections_after, numbers_first)),
    "numbers first, no table": Shape(
        outline="（主辦：{}）", changes=(sections_after, one_name, numbers_first)
    ),
    "names beside first lines": Shape({"unit_beside": "first"}, NAMES),
    "names centred on their measures": Shape({"unit_beside": "centre"}, NAMES),
    "names a line below": Shape({"unit_beside": "shift"}, NAMES),
    "names of the row in the middle": Shape({"unit_place": "middle"}, style={"aligned": False}),
    "names that wrap": Shape({"widths": NARROW}, (sections_after, long_names)),
    "names that wrap, centred": Shape(
        {"widths": NARROW, "unit_beside": "centre"}, (sections_after, long_names)
    ),
    "two unit columns": Shape(
        {"columns": TWO_UNITS, "unit_levels": ("主辦", "協辦")}, (sections_after, two_names)
    ),
    "sections 一、二、三、": Shape(changes=(sections_after, small_sections)),
    "sections 一、二、三、 with banner": Shape(BANNER, (sections_after, small_sections)),
    "note below the table": Shape(changes=(sections_after, note_below)),
    "section below an open table": Shape({"rules": "open"}),
    "section below ungrouped rows": Shape({"group_rules": False, "closed_cuts": False}),
    "section below an open foot": Shape({"open_foot": True}),
    "note below an open foot": Shape({"open_foot": True}, (sections_after, note_below)),
    "section right below a table of two columns": Shape(BOTH | {"padding": 3.0}),
    "stamp beside the title": Shape({"stamp": "高雄市政府113.02.05收文"}),
    "page of pages": Shape({"page_numbers": "第{}頁，共{}頁"}),
    "landscape table": Shape(LANDSCAPE),
    "landscape table drawn sideways": Shape(LANDSCAPE | {"sideways": True}),
    "landscape table with header": Shape(LANDSCAPE | {"sideways": True, "repeat_header": True}),
    "ragged edge": Shape({"ragged": 1.0}),
    "letter-spaced": Shape({"spacing": 2.0}),
    "first line set in": Shape({"indent": 22.0}, style={"titled": True}),
    "hanging": Shape({"hanging": 22.0}),
}


# --- shapes at random ---


def random_shape(rng: random.Random) -> Shape:
    """Any place of the headings with any habit of rules, text, units and sections."""
    if rng.random() < 0.1:
        unit = rng.choice(["（主辦：{}）", "（{}）", "\n承辦單位：{}"])
        changes = rng.sample((small_sections, numbers_first), rng.randint(0, 1))
        look = {"size": rng.choice([10.5, 12.0]), "contents": rng.choice(["", ".", "…"])}
        return Shape(look, (sections_after, *changes), outline=unit)
    aligned = rng.random() < 0.6
    units = rng.choice([(), (one_name,), (long_names,)]) if aligned else ()
    said = [c for c in (small_sections, numbers_first, note_below) if rng.random() < 0.25]
    titled = rng.random() < 0.3
    look = {**rng.choice(PLACES), **_habits(rng, aligned)}
    look["ragged"] = 0.0 if titled else rng.choice([0.0, 0.0, 1.0])
    style = {"aligned": aligned, "titled": titled}
    return Shape(look, (sections_after, *units, *said), style)


def _habits(rng: random.Random, aligned: bool) -> dict:
    """Options that go with every place of the headings."""
    size = rng.choice([9.0, 10.5, 12.0])
    often = lambda p: rng.random() < p  # noqa: E731
    return {
        "size": size,
        "leading": rng.choice([1.25, 1.5, 1.8]),
        "padding": rng.choice([3.0, 5.4]),
        "group_rules": often(0.8),
        "verticals": often(0.85),
        "shade": often(0.2),
        "repeat_header": often(0.5),
        "open_merge": often(0.5),
        "head_each": often(0.7),
        "justify": often(0.5),
        "spacing": rng.choice([0.0, 0.0, 0.0, 1.5]),
        "hanging": rng.choice([0.0, 0.0, 1.0]) * size,
        "indent": rng.choice([0.0, 0.0, 2.0]) * size,
        "underline": often(0.15),
        "rules": rng.choice(["stroke", "fill"]),
        "closed_cuts": often(0.7),
        "open_foot": often(0.15),
        "keep_rows": often(0.3),
        "unit_place": rng.choice(["top", "middle"]),
        "unit_beside": rng.choice(["first", "first", "centre", "shift"]) if aligned else "first",
        "page_numbers": rng.choice(["", "{}", "第{}頁，共{}頁"]),
        "contents": rng.choice([*[""] * 8, "…", "."]),
        "stamp": rng.choice([*[""] * 9, "收文113.02.05"]),
        **rng.choice([*[{}] * 6, LANDSCAPE, LANDSCAPE | {"sideways": True}]),
    }
