"""Keeps account of every printed line: what no part of the plan has taken up is a finding."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from extract.layout.lines import Line
from extract.model import Box, PrintedFinding


class Ledger:
    """Lines of a document, and which of them are placed."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self.lines = list(lines)
        self.placed: set[Line] = set()

    def place(self, lines: Iterable[Line]) -> None:
        self.placed.update(lines)

    def left(self) -> list[Line]:
        """The lines that are in no part of the plan."""
        return [line for line in self.lines if line not in self.placed]

    def findings(self) -> list[PrintedFinding]:
        """One for each page with lines left over."""
        by_page = groupby(sorted(self.left(), key=lambda line: line.page), lambda line: line.page)
        return [_unplaced(page, list(lines)) for page, lines in by_page]


def _unplaced(page: int, lines: list[Line]) -> PrintedFinding:
    texts = "」、「".join(line.text for line in lines)
    message = f"第{page}頁有{len(lines)}行文字沒有歸入任何列或章節：「{texts}」。"
    boxes = [line.box for line in lines]
    box = Box(
        page=page,
        x0=min(b.x0 for b in boxes),
        y0=min(b.y0 for b in boxes),
        x1=max(b.x1 for b in boxes),
        y1=max(b.y1 for b in boxes),
    )
    return PrintedFinding(
        severity="check", code="glyphs_unplaced", message=message, page=page, box=box
    )
