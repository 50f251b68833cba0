"""Header labels → roles, and how many rows of a table are its header."""

from __future__ import annotations

from array import array

import numpy as np
import pytest

from extract.layout.grid import Cell, Grid
from extract.layout.lines import Line
from extract.table.columns import count_header_rows, header_role


@pytest.mark.parametrize(
    ("label", "role"),
    [
        ("執行要項", "pillar"),
        ("執 行\n要 項", "pillar"),
        ("實施項目", "pillar"),
        ("執行重點", "focus"),
        ("實施策略", "focus"),
        ("推動作法", "measure"),
        ("具體措施", "measure"),
        ("執行重點及推動作法", "measure"),  # one label over both: the finer one
        ("執行單位", "unit"),
        ("主辦課室", "unit"),
        ("權責單位辦理情形", "unit"),
        ("完成期限", "period"),
        ("預期效益", "benefit"),
        ("預定完成日期", "period"),
        ("備註", "remark"),
        ("項次", "index"),
        ("編號", "index"),
        ("", None),
        ("秘書室", None),
        ("三民區公所", None),
        ("一、執行要項", None),  # a marker: a row of the body
        ("辦理時程：全年", None),
        ("推動作法，逐項辦理", None),
        ("本所各課室依權責辦理下列各項服務措施", None),  # too long for a label
    ],
)
def test_header_role(label: str, role: str | None) -> None:
    assert header_role(label) == role


def line(text: str) -> Line:
    """A printed line; where it stands has no part in this."""
    edges = array("d", [0.0, 1.0])
    return Line(1, text, edges, edges, 0.0, 10.0, 9.0, 10.0, 1.0, text, 0.0, 10.0, None)


def grid(*rows: tuple[str | None, ...], tall: tuple[tuple[int, int], ...] = ()) -> Grid:
    """A grid of one cell a text; None continues the cell to its left, and the cells (row, column)
    of `tall` are two rows high."""
    cells = []
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            if text is None or (r - 1, c) in tall:
                continue
            end = next((k for k in range(c + 1, len(row)) if row[k] is not None), len(row))
            cell = Cell(r, r + 1 + ((r, c) in tall), c, end, 50.0 * c, 20.0 * r, 50.0 * end, 0.0)
            cell.lines = [line(text)] if text else []
            cells.append(cell)
    height, width = len(rows), len(rows[0])
    xs, ys = [50.0 * i for i in range(width + 1)], [20.0 * i for i in range(height + 1)]
    return Grid(1, xs, ys, cells, np.zeros((height, width), dtype=int), *CLOSED)


CLOSED = (False,) * (len(Grid.__dataclass_fields__) - 5)
BODY = ("一、完備基礎服務項目", "（一）訂定規範。", "1.辦理調查。", "秘書室")
LABELS = ("執行要項", "執行重點", "推動作法", "執行單位")


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        (grid(LABELS, BODY), 1),
        (grid(BODY, BODY), 0),
        (grid(("執行要項", "執行重點", None, "執行單位"), BODY), 1),
        # 辦理 over 單位 and 期程: two rows, the others' labels as high as both.
        (
            grid(
                ("執行要項", "推動作法", "辦理情形", None),
                ("", "", "單位", "期程"),
                BODY,
                tall=((0, 0), (0, 1)),
            ),
            2,
        ),
        (grid(LABELS, ("", "", "", ""), BODY), 1),
        # One kind of label alone is no plan table's header.
        (grid(("執行單位", "主辦單位"), ("秘書室", "民政課")), 0),
        (grid(("服務項目", "王先生"), ("1.申辦", "李小姐")), 0),
        (grid(("執行要項", "執行單位"), ("目標", "單位")), 2),
    ],
)
def test_rows_of_the_header(table: Grid, rows: int) -> None:
    assert count_header_rows(table) == rows
