"""Rows over page breaks: grids made by hand, stitched to one table."""

from __future__ import annotations

from array import array
from itertools import accumulate

import numpy as np
import pytest

from extract.layout.grid import Cell, Grid
from extract.layout.lines import Line
from extract.script import markers
from extract.table.stitching import PlanTable, stitch

LABELS = ("執行要項", "執行重點", "推動作法", "執行單位")
GLYPHS = (6, 6, 12, 6)  # as many fill a line of the column
SIZE, PITCH, HEIGHT = 10.0, 14.0, 800.0


def line(page: int, text: str, x: float, y: float) -> Line:
    """A line of glyphs one em wide from (x, y) on, points."""
    x0 = array("d", [x + SIZE * i for i in range(len(text))])
    x1 = array("d", [left + SIZE for left in x0])
    own = (page, text, x0, x1, y, y + SIZE, y + 0.9 * SIZE, SIZE, 1.0, text, 0.0, SIZE)
    return Line(*own, markers.match(text))


def grid(page: int, *rows: tuple[str | None, ...], top: float = 50.0) -> Grid:
    """A ruled table with a cell a text, lines divided by `/`; None: the cell above goes on."""
    columns = GLYPHS if len(rows[0]) == len(GLYPHS) else (GLYPHS[0], *GLYPHS[2:])
    xs = [50.0, *(50.0 + SIZE * n for n in accumulate(columns))]
    high = [max(1, *(len((text or "").split("/")) for text in row)) for row in rows]
    ys = [top, *(top + PITCH * n for n in accumulate(high))]
    cells: dict[tuple[int, int], Cell] = {}
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            if text is None:
                cell = cells[r, c] = cells[r - 1, c]
                cell.row_end, cell.y1 = r + 1, ys[r + 1]
                continue
            cell = cells[r, c] = Cell(r, r + 1, c, c + 1, xs[c], ys[r], xs[c + 1], ys[r + 1])
            parts = [part for part in text.split("/") if part]
            cell.lines = [line(page, p, xs[c], ys[r] + PITCH * n) for n, p in enumerate(parts)]
    own = list(dict.fromkeys(cells.values()))
    index = {cell: n for n, cell in enumerate(own)}
    lattice = np.full((len(rows), len(columns)), -1)
    for at, cell in cells.items():
        lattice[at] = index[cell]
    return Grid(page, xs, ys, own, lattice)


def table(*grids: Grid) -> PlanTable:
    made = stitch(list(grids), {g.page: HEIGHT for g in grids}, [])
    assert made is not None
    return made


def rows(made: PlanTable) -> list[tuple[str, str, str, str]]:
    """Text of the cells of each row."""

    def text(*cells) -> str:
        return "".join(placed.line.text for cell in cells for placed in cell.lines)

    return [(text(r.pillar), text(r.focus), text(r.measure), text(*r.units)) for r in made.rows]


FULL = "設置單一窗口受理民眾申請"  # fills its line


@pytest.mark.parametrize(
    "units", [("民政課", ""), ("", "民政課"), ("", "")], ids=["above", "below", "none"]
)
@pytest.mark.parametrize("headings", [("提升/服務", "品質"), ("便捷/服務", "遞送/過程")])
def test_a_measure_cut_in_mid_sentence_runs_on_whatever_its_headings_look_like(
    headings: tuple[str, str], units: tuple[str, str]
) -> None:
    pillar = headings[0].replace("/", ""), headings[1].replace("/", "")
    made = table(
        grid(
            1,
            (LABELS[0], *LABELS[2:]),
            ("完備/流程", "檢討作業流程。", "社會課"),
            (headings[0], f"{FULL}/{FULL}", units[0]),
        ),
        grid(2, (headings[1], "案件並列管。", units[1]), ("精進/態度", "辦理講習。", "人事室")),
    )
    assert [(r[0], r[2], r[3]) for r in rows(made)] == [
        ("完備流程", "檢討作業流程。", "社會課"),
        ("".join(pillar), f"{FULL}{FULL}案件並列管。", "".join(units)),
        ("精進態度", "辦理講習。", "人事室"),
    ]


def test_a_list_that_goes_on_takes_the_row_with_it() -> None:
    made = table(
        grid(
            1,
            (LABELS[0], *LABELS[2:]),
            ("完備/流程", "1.檢討流程。/2.公布時程。", ""),
            ("通信/服務", "1.設置櫃臺。", ""),
        ),
        grid(2, ("網路/業務", "2.備有用品。", ""), ("精進/態度", "1.辦理講習。/2.考核。", "")),
    )
    assert [(r[0], r[2]) for r in rows(made)] == [
        ("完備流程", "1.檢討流程。2.公布時程。"),
        ("通信服務網路業務", "1.設置櫃臺。2.備有用品。"),
        ("精進態度", "1.辦理講習。2.考核。"),
    ]


def test_a_strip_left_of_a_row_that_was_moved_is_no_row() -> None:
    made = table(
        grid(
            1,
            LABELS,
            ("一、完備/流程", "(一)建立/程序", "1.檢討流程。", "社會課"),
            (None, "", "", ""),
        ),
        grid(
            2, ("", "(二)公開/流程", "1.公布時程。", "秘書室"), (None, None, "2.檢討。", "人事室")
        ),
    )
    assert rows(made) == [
        ("一、完備流程", "(一)建立程序", "1.檢討流程。", "社會課"),
        ("一、完備流程", "(二)公開流程", "1.公布時程。", "秘書室"),
        ("一、完備流程", "(二)公開流程", "2.檢討。", "人事室"),
    ]


@pytest.mark.parametrize("units", [("秘書室", ""), ("", "秘書室")], ids=["above", "below"])
def test_a_unit_cell_beside_several_rows_serves_those_on_both_pages(units: tuple[str, str]) -> None:
    made = table(
        grid(
            1,
            LABELS,
            ("一、完備/流程", "(一)建立/程序", "1.檢討流程。", "社會課"),
            (None, None, "2.設置櫃臺。", None),
            (None, None, "3.公布時程。", units[0]),
            (None, None, "4.製作摺頁。", None),
        ),
        grid(2, ("", "", "5.檢討摺頁。", units[1]), (None, None, "6.檢討時程。", None)),
    )
    assert [r[3] for r in rows(made)] == ["社會課"] * 2 + ["秘書室"] * 4
    assert len({id(unit) for row in made.rows[2:] for unit in row.units}) == 1


TWO_LEVELS = (
    ("執行要項", "執行重點", "推動作法", "辦理情形"),
    (None, None, None, "執行單位"),
)


@pytest.mark.parametrize("goes_on", ["", "/持續推動/相關措施"], ids=["empty", "text"])
def test_a_header_of_two_levels_is_cut_from_the_merged_cells_that_go_on_below_it(
    goes_on: str,
) -> None:
    again = (LABELS[0] + goes_on, *TWO_LEVELS[0][1:])
    made = table(
        grid(1, *TWO_LEVELS, ("一、完備/流程", "(一)建立/程序", "1.檢討流程。", "社會課")),
        grid(
            2,
            again,
            TWO_LEVELS[1],
            (None, "(二)公開/流程", "1.公布時程。", "秘書室"),
            ("二、精進/態度", "(一)辦理/訓練", "1.辦理講習。", "人事室"),
        ),
    )
    pillar = "一、完備流程" + goes_on.replace("/", "")
    assert rows(made) == [
        (pillar, "(一)建立程序", "1.檢討流程。", "社會課"),
        (pillar, "(二)公開流程", "1.公布時程。", "秘書室"),
        ("二、精進態度", "(一)辦理訓練", "1.辦理講習。", "人事室"),
    ]
    assert made.header_repeats and len(made.header_lines) == 10


@pytest.mark.parametrize(
    "first, again",
    [
        (("執行要項/執行重點", "推動作法"), ("執行重點", "推動作法")),
        (("執行要項／重點", "推動作法"), ("重點", "推動作法")),
        (("執行重點", "推動作法"), ("推動作法/執行重點", "推動作法")),
    ],
)
def test_labels_that_share_a_cell_are_known_apart_and_together(
    first: tuple[str, str], again: tuple[str, str]
) -> None:
    made = table(
        grid(1, (*first, "執行單位"), ("完備/流程", "1.檢討流程。", "社會課")),
        grid(
            2,
            (*again, "執行單位"),
            (None, "2.公布時程。", "秘書室"),
            ("精進/態度", "1.辦理講習。", "人事室"),
        ),
    )
    assert [(r[0] + r[1], r[2]) for r in rows(made)] == [
        ("完備流程", "1.檢討流程。"),
        ("完備流程", "2.公布時程。"),
        ("精進態度", "1.辦理講習。"),
    ]
