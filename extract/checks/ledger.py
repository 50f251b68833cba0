"""Keeps account of every printed line: what no part of the plan has taken up is a finding."""

from __future__ import annotations

from collections.abc import Iterable

from extract.layout.lines import Line
from extract.model import PrintedFinding


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
        """One for each line left over."""
        return [
            PrintedFinding(
                severity="check",
                code="glyphs_unplaced",
                message=f"這一行文字沒有歸入任何列或章節：「{line.text}」。",
                page=line.page,
                box=line.box,
            )
            for line in self.left()
        ]
