"""Whether every page of the document is there, whole, once and in its place.

What a page prints about itself (its number, its size) and what it holds beside the others; what
runs on from page to page stands in `extract.checks.order`. Each check is one small function.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from extract.checks.order import CLOSE, Findings, cut_off, doubtful, lists, steps, swallowed
from extract.layout.grid import Grid
from extract.layout.lines import Line
from extract.model import PrintedFinding, PrintedPlan

SPARSE = 1 / 3  # of what other pages of the table hold in a point of its height
TWIN = 50  # glyphs: shorter pages may be alike (a blank form, a signature)
NUMBERED = 0.6  # share of pages that print a number, from which on the numbers count the pages
SIZE = 2.0  # points: pages this much alike are of one size
PAPER = 2**0.5  # an ISO sheet's longer side over its shorter
LOWEST = 0.9  # of the way down to the lowest line of the document: a page printed full

_COUNT = re.compile(r"第\s*(\d+)\s*頁(?:[,，、/／]?\s*[共全]\s*(\d+)\s*頁)?|^\D{0,3}(\d+)\D{0,3}$")
_OUT_OF = re.compile(r"^\s*(\d+)\s*[/／]\s*(\d+)\s*$")


@dataclass(slots=True)
class PageFacts:
    """A page: its size (points), the lines of its content and margins, its part of the table."""

    number: int
    width: float
    height: float
    content: list[Line] = field(default_factory=list)
    margins: list[Line] = field(default_factory=list)
    grids: list[Grid] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(line.chars for line in self.content)

    @property
    def foot(self) -> float:
        """How far down content stands, points."""
        return max((line.bottom for line in self.content), default=0.0)


def page_facts(
    sizes: dict[int, tuple[float, float]],
    lines: Iterable[Line],
    furniture: list[Line],
    table: list[Grid],
) -> list[PageFacts]:
    """Facts of all pages, in order.

    `sizes` gives (width, height) in points by page number, `table` the grids of the plan table;
    `furniture` are the lines that are page numbers or running heads.
    """
    pages = {number: PageFacts(number, *size) for number, size in sizes.items()}
    aside = set(furniture)
    for line in lines:
        page = pages[line.page]
        (page.margins if line in aside else page.content).append(line)
    for grid in table:
        pages[grid.page].grids.append(grid)
    return [pages[n] for n in sorted(pages)]


def check_pages(plan: PrintedPlan, pages: list[PageFacts]) -> list[PrintedFinding]:
    """Findings about pages that are missing, doubled, misplaced, cut or emptied."""
    if plan.status != "ok":
        return []
    checks = (empty(pages), numbers(pages), totals(pages), twins(pages), sizes(pages))
    found = [f for check in (*checks, sparse(pages), open_end(plan, pages)) for f in check]
    return [*found, *steps(plan), *cut_off(plan), *lists(plan), *swallowed(plan)]


def empty(pages: list[PageFacts]) -> Findings:
    for page in pages:
        if not page.content:
            yield gone(page.number, f"第{page.number}頁沒有內容。")


def printed_number(page: PageFacts) -> tuple[int, int | None] | None:
    """The number that the page prints, and of how many pages."""
    for line in page.margins:
        if found := _OUT_OF.match(line.chars) or _COUNT.search(line.chars):
            groups = [int(g) for g in found.groups() if g]
            return groups[0], groups[1] if len(groups) > 1 else None
    return None


def numbers(pages: list[PageFacts]) -> Findings:
    """Printed page numbers count on with the pages; an annex behind the table may begin anew."""
    printed = [(p, n[0]) for p in pages if (n := printed_number(p))]
    if len(printed) < max(2, NUMBERED * len(pages)):
        return
    table_end = max((p.number for p in pages if p.grids), default=0)
    for (before, first), (page, second) in pairwise(printed):
        missing = (second - first) - (page.number - before.number)
        if missing > 0:
            message = f"第{page.number}頁印的頁碼由{first}跳到{second}，缺{missing}頁。"
            yield gone(page.number, message)
        elif missing < 0 and (second != 1 or page.number <= table_end):
            message = f"第{page.number}頁印的頁碼是{second}，前一個頁碼是{first}。"
            yield doubtful(page.number, message)


def totals(pages: list[PageFacts]) -> Findings:
    """「共 12 頁」 of eleven."""
    stated = Counter(n[1] for p in pages if (n := printed_number(p)) and n[1])
    if stated:
        total, times = stated.most_common(1)[0]
        if total > len(pages) and (times > 1 or len(pages) == 1):
            message = f"頁碼印明共{total}頁，檔案只有{len(pages)}頁。"
            yield gone(pages[-1].number, message)


def twins(pages: list[PageFacts]) -> Findings:
    first: dict[str, int] = {}
    for page in pages:
        text = page.text
        if len(text) >= TWIN and text in first:
            message = f"第{page.number}頁的文字與第{first[text]}頁完全相同。"
            yield doubtful(page.number, message)
        first.setdefault(text, page.number)


def sizes(pages: list[PageFacts]) -> Findings:
    """A page that shares one side with the others and is shorter on the other is cropped, unless it
    is a sheet of paper's shape."""
    wide, high = (median(p.width for p in pages), median(p.height for p in pages))
    for page in pages:
        narrow, low = wide - page.width, high - page.height
        cropped = abs(narrow) < SIZE < low or abs(low) < SIZE < narrow
        long, short = max(page.width, page.height), min(page.width, page.height)
        if cropped and abs(long / short - PAPER) > 0.01:
            message = f"第{page.number}頁比其他各頁小，內容可能被裁切。"
            yield doubtful(page.number, message)


def sparse(pages: list[PageFacts]) -> Findings:
    """A page inside the table that holds far fewer glyphs in its height than the others.

    A page that breaks off early because a row moved to the next one is as dense as any other.
    """
    inside = [p for p in pages if p.grids][1:-1]
    dense = {p.number: len(p.text) / max(1.0, _table_height(p)) for p in inside}
    for page in inside:
        others = [d for n, d in dense.items() if n != page.number]
        if others and dense[page.number] < SPARSE * median(others):
            message = f"第{page.number}頁在表格之內，文字卻不到其他各頁的三分之一。"
            yield doubtful(page.number, message)


def _table_height(page: PageFacts) -> float:
    return sum(g.ys[-1] - g.ys[0] for g in page.grids)


def open_end(plan: PrintedPlan, pages: list[PageFacts]) -> Findings:
    """The last page is printed full and nothing closes the plan.

    The table runs to its end with no section behind, or the last sentence has no stop.
    """
    last = pages[-1]
    lowest = max((p.foot for p in pages[:-1]), default=last.height * LOWEST)
    if last.foot < LOWEST * lowest:
        return
    tail = max(last.content, key=lambda line: line.bottom)
    grid_end = max((g.ys[-1] for g in last.grids), default=0.0)
    behind = bool(plan.sections) and not plan.sections[-1].has_plan_table
    if tail.bottom <= grid_end and not behind:
        message = f"計畫表格到最後一頁（第{last.number}頁）頁底為止，其後沒有章節。"
        yield gone(last.number, message)
    elif tail.bottom > grid_end and not tail.chars.endswith(CLOSE):
        message = f"最後一頁（第{last.number}頁）頁底的句子未完：「{tail.text[-20:]}」。"
        yield gone(last.number, message)


def gone(page: int, message: str) -> PrintedFinding:
    return PrintedFinding(severity="check", code="page_missing", message=message, page=page)
