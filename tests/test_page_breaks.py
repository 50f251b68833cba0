"""What runs on over a page break, decided on lines made by hand."""

from __future__ import annotations

from array import array
from math import inf

import pytest

from extract.layout.lines import Line
from extract.paragraphs.rejoin import Limits, Placed
from extract.script import markers
from extract.table.breaks import Verdict, heading_runs_on, measure_runs_on, settle
from extract.table.styles import Styles
from extract.text.levels import Levels

WIDTH = 100.0  # points: ten glyphs
LIMITS = Limits(0.0, 0.0)


def line(text: str, page: int = 1) -> Line:
    """A line of glyphs one em (10 points) wide, from the cell's left edge on."""
    x0 = array("d", [10.0 * i for i in range(len(text))])
    x1 = array("d", [x + 10.0 for x in x0])
    found = markers.match(text)
    return Line(page, text, x0, x1, 90.0, 100.0, 99.0, 10.0, 1.0, text, 0.0, 10.0, found)


def above(*texts: str) -> list[Placed]:
    return [Placed(line(text), 0.0, WIDTH) for text in texts]


def below(*texts: str) -> list[Line]:
    return [line(text, 2) for text in texts]


def styles(top: str | None = "number", many: bool = False) -> Styles:
    """Habits of a plan whose cells hold one measure or `many`, numbered in the style `top`."""
    return Styles(
        levels=Levels({}, 0.0),
        top=top,
        inside=None,
        many_in_cell=many,
        lists_restart=True,
        focus_stacked=False,
        units_merged=False,
        pillars_marked=False,
        focus_marked=False,
        on_top=False,
    )


@pytest.mark.parametrize(
    "before, after, marked, joins",
    [
        (["提升服務"], [], False, True),
        ([], ["提升服務"], False, False),
        (["一、提升服務"], ["二、便民"], True, False),
        (["一、提升服務品質及效"], ["能"], True, True),
        (["一、提升"], ["二便民"], True, False),
        (["一、提升"], ["三便民"], True, True),
        (["提升服務品質及行政效"], ["能"], False, True),
        (["提升服務"], ["能"], False, False),
        (["提升服務品質及行政。"], ["能"], False, False),
    ],
)
def test_heading(before: list[str], after: list[str], marked: bool, joins: bool) -> None:
    assert heading_runs_on(above(*before), below(*after), LIMITS, marked).joins is joins


@pytest.mark.parametrize(
    "before, after, units, room, style, joins",
    [
        (["1.設置櫃台"], [], True, 0.0, styles(), True),
        ([], ["2.設置櫃台"], False, 0.0, styles(), False),
        # Room for more than six lines was left: nothing was cut there.
        (["1.設置櫃台，"], ["並備書寫用品"], False, 83.0, styles(), True),
        (["1.設置櫃台，"], ["並備書寫用品"], False, 85.0, styles(), False),
        (["1.設置櫃台"], ["(1)備書寫用品"], True, 0.0, styles(), True),
        (["1.設置櫃台"], ["1.印製摺頁"], False, 0.0, styles(), False),
        (["優化環境"], ["1.印製摺頁"], True, 0.0, styles(), True),
        (["設置服務櫃台。"], ["1.印製摺頁"], False, 0.0, styles(), False),
        (["1.設置櫃台"], ["2.印製摺頁"], True, 0.0, styles(many=True), True),
        (["1.設置櫃台"], ["2.印製摺頁"], True, 0.0, styles(), False),
        (["1.設置櫃台"], ["2.印製摺頁"], False, 0.0, styles(), True),
        (["設置櫃台"], ["2.印製摺頁"], False, 0.0, styles(), False),
        (["設置櫃台。"], ["印製摺頁"], False, 0.0, styles(None), True),
        (["設置櫃台。"], ["印製摺頁"], True, 0.0, styles(None), False),
        (["設置櫃台"], ["印製摺頁"], True, 0.0, styles(None), True),
    ],
)
def test_measure(
    before: list[str], after: list[str], units: bool, room: float, style: Styles, joins: bool
) -> None:
    verdict = measure_runs_on(above(*before), below(*after), (True, units), room, style, LIMITS)
    assert verdict.joins is joins


def test_the_reason_is_said() -> None:
    text = above("1.設置櫃台")
    verdict = measure_runs_on(text, below("1.印製摺頁"), (True, False), 0.0, styles(), LIMITS)
    assert verdict.why == "numbers start anew"


FULL = "設置櫃台提供民眾諮詢"  # as wide as the cell


@pytest.mark.parametrize(
    "before, after, joins, sure",
    [
        (["1.設置櫃台，", "並備書寫用品"], ["2.印製摺頁"], False, True),  # a marker decides
        ([FULL, "並備書寫用品。"], ["印製摺頁"], False, True),  # its last line has room
        ([FULL, FULL[:-1] + "。"], ["印製摺頁"], False, False),  # it has none: either may be
        ([FULL, FULL], ["及引導申辦"], True, True),
        ([FULL, "並備書寫用品"], ["印製摺頁"], True, False),  # room, yet no sentence ends
    ],
)
def test_what_only_text_decides_knows_its_lead(
    before: list[str], after: list[str], joins: bool, sure: bool
) -> None:
    style = styles("number")
    verdict = measure_runs_on(above(*before), below(*after), (True, True), 0.0, style, LIMITS)
    assert (verdict.joins, verdict.sure) == (joins, sure), verdict


@pytest.mark.parametrize(
    "own, joins, leads",
    [
        # Nothing contradicts: each by itself.
        ((3.0, 3.0, 9.0), (True, True, True), (15.0, 12.0, 9.0)),
        ((3.0, 3.0, -9.0), (True, True, False), (6.0, 3.0, 9.0)),
        ((3.0, -4.0, -1.0), (True, False, False), (3.0, 4.0, 5.0)),
        # A cell within goes on: what it stands in does, too, if that is not ruled out.
        ((-5.0, 9.0), (True, True), (4.0, 4.0)),
        ((-5.0, -5.0, 9.0), (False, False, False), (1.0, 1.0, 1.0)),
        ((-inf, 9.0, 9.0), (False, False, False), (inf, inf, inf)),
        ((3.0, -inf, 9.0), (True, False, False), (3.0, inf, inf)),
        # Equal: no cell goes on.
        ((-5.0, 5.0), (False, False), (0.0, 0.0)),
    ],
)
def test_cells_beside_each_other_are_settled_together(
    own: tuple[float, ...], joins: tuple[bool, ...], leads: tuple[float, ...]
) -> None:
    alone = {role: Verdict(odds > 0, role, abs(odds)) for role, odds in zip("pfm", own)}
    settled = settle(alone).values()
    assert tuple(v.joins for v in settled) == joins
    assert tuple(v.lead for v in settled) == leads


def test_the_cell_that_overrules_is_named() -> None:
    ends, goes_on = Verdict(False, "would have fitted", 5.0), Verdict(True, "no unit", 9.0)
    assert settle({"pillar": ends, "measure": goes_on})["pillar"].why == "measure: no unit"
    ruled_out = Verdict(False, "opens with a marker")
    settled = settle({"pillar": ruled_out, "measure": goes_on})
    assert settled["measure"].why == "pillar: opens with a marker"


def test_a_line_left_unspread_at_the_foot_of_a_page_does_not_end_its_sentence() -> None:
    short = above(FULL, FULL[:-1])  # one glyph short: 資、 would not have fitted
    justified = Limits(0.0, 0.0, justified=True)
    verdict = measure_runs_on(short, below("資、合夥"), (True, True), 0.0, styles(), justified)
    assert verdict.joins and verdict.sure
