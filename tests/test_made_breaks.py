"""A made plan for every kind of page break: what stands at the top of the second page, and what of
it goes on from the first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pymupdf
import pytest

from .test_layouts import fold, found, read, truth
from .typesetter.content import Measure, Plan, Row
from .typesetter.page import Layout, Typesetter

SHORT = "辦理服務滿意度調查並檢討改善。"
LONG = "設置服務櫃台提供民眾諮詢及引導申辦各項業務，並備有書寫用品、老花眼鏡及飲水等設施。"


def item(number: int, text: str = SHORT, units: tuple[str, ...] = ("秘書室",)) -> Measure:
    return Measure(f"{number}.", None, (text,), units)


def items(count: int, *last: Measure) -> tuple[Measure, ...]:
    """`count` short measures, then `last`."""
    return tuple(item(n + 1) for n in range(count)) + last


ONE, TWO = "一、完備基礎服務項目", "二、便捷服務遞送過程"
FIRST, SECOND = "（一）訂定服務規範。", "（二）公開作業流程。"
OTHER = "（一）提供線上申辦。"
UNITS = ("民政課", "社會課", "經建課", "人事室", "會計室", "秘書室")


@dataclass(frozen=True)
class Break:
    """`rows(n)`: the table, n measures before the break; `opens`: the next page's first text."""

    rows: Callable[[int], tuple[Row, ...]]
    opens: str
    whole_rows: bool = False
    closed: bool = True


BREAKS = {
    "pillar goes on": Break(
        lambda n: (Row(ONE, FIRST, items(n)), Row(ONE, SECOND, items(3))),
        opens=SECOND[:4],
        whole_rows=True,
    ),
    "focus point goes on, at a measure's end": Break(
        lambda n: (Row(ONE, FIRST, items(n, item(n + 1, "公開作業流程及表單。"), item(n + 2))),),
        opens="{next}.公開",
    ),
    "measure goes on": Break(
        lambda n: (Row(ONE, FIRST, items(n, item(n + 1, LONG), item(n + 2))),),
        opens="等設施。",
    ),
    "measure goes on, its cut open": Break(
        lambda n: (Row(ONE, FIRST, items(n, item(n + 1, LONG), item(n + 2))),),
        opens="等設施。",
        closed=False,
    ),
    "unit goes on": Break(
        lambda n: (
            Row(ONE, FIRST, items(n)),
            Row(ONE, SECOND, (item(1, SHORT, UNITS),)),
            Row(TWO, OTHER, items(2)),
        ),
        opens=UNITS[2],
    ),
    "nothing goes on": Break(
        lambda n: (Row(ONE, FIRST, items(n)), Row(TWO, OTHER, items(3))),
        opens=TWO[:4],
        whole_rows=True,
    ),
    "an empty strip": Break(
        lambda n: (Row(ONE, FIRST, items(n)), Row(TWO, OTHER, items(3))),
        opens=TWO[:4],
    ),
}


def table_text(page: pymupdf.Page, header: bool) -> str:
    """The page's text without page number, spaces and, where it is repeated, the table's header."""
    words = [w[4] for w in sorted(page.get_text("words"), key=lambda w: (round(w[1]), w[0]))]
    labels = {label for _, label in Layout().labels} if header else set()
    return fold("".join(w for w in words if w not in labels and w not in "- 2 -"))


def cut_plan(kind: Break, header: bool) -> tuple[Typesetter, bytes]:
    """The first plan whose second page opens as the kind of break wants it, and its PDF."""
    sections = (("壹", "計畫依據", ("依行政院函辦理。",)),)
    layout = Layout(
        size=12.0,
        repeat_header=header,
        keep_rows=kind.whole_rows,
        closed_cuts=kind.closed,
    )
    for n in range(15, 20):
        plan = Plan("高雄市岡山區公所113年度提升服務執行計畫", sections, kind.rows(n))
        setter = Typesetter(plan, layout)
        made = setter.save()
        with pymupdf.open(stream=made) as pdf:
            text = table_text(pdf[1], header) if len(pdf) == 2 else ""
        opens = fold(kind.opens.format(next=n + 1))
        if text.startswith(opens):
            return setter, made
    raise AssertionError("no plan breaks there")


@pytest.mark.parametrize("header", [False, True], ids=["", "header repeated"])
@pytest.mark.parametrize("kind", BREAKS)
def test_rows_over_a_page_break(tmp_path: Path, kind: str, header: bool) -> None:
    setter, pdf = cut_plan(BREAKS[kind], header)
    plan = read(pdf, tmp_path)
    assert found(plan) == truth(setter.plan)
    assert [(r.pillar, [fold(f) for f in r.focus], len(r.measures)) for r in plan.rows] == [
        (r.pillar, [fold(r.focus)], len(r.measures)) for r in setter.plan.rows
    ]
    assert plan.glyphs_unplaced == 0
