"""What runs on from page to page: numbers of headings and measures, and sentences."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, dropwhile, groupby, pairwise, takewhile

from extract.model import PrintedFinding, PrintedMeasure, PrintedPlan, PrintedRow
from extract.script.markers import printed_number
from extract.script.numerals import ANY, chinese_number

SELDOM = 0.5  # share of focus points whose list goes on or begins anew: more are the plan's way
HABIT = 0.05  # share of steps inside pages that skip or go back, above which that is the plan's way
CLOSED = 0.9  # share of measures that end in a stop, above which one that does not is cut off
CLOSE = tuple("。．.！？!?；;：:…」』）)】")

_SECTION = re.compile(rf"([{ANY}]+)、[^。，；、：]{{2,12}}$")

Findings = Iterator[PrintedFinding]


@dataclass(frozen=True, slots=True)
class Step:
    """From one printed number to the next of its list, and the pages they stand on."""

    what: str
    before: str
    after: str
    odd: bool
    first: int
    page: int


def steps(plan: PrintedPlan) -> Findings:
    """Numbers that skip or go back from one page to the next, where they do not inside pages."""
    by_list: dict[str, list[Step]] = defaultdict(list)
    for step in (*_sections(plan), *_headings(plan), *_measures(plan)):
        by_list[step.what].append(step)
    for listed in by_list.values():
        inside = [s.odd for s in listed if s.first == s.page]
        if sum(inside) > HABIT * len(inside):
            continue
        for step in listed:
            if step.odd and step.first != step.page:
                message = f"{step.what}由第{step.first}頁「{step.before}」接到第{step.page}頁"
                yield doubtful(step.page, f"{message}「{step.after}」，次序不連續。")


def _sections(plan: PrintedPlan) -> Iterator[Step]:
    marked = [(s.marker, s.page) for s in plan.sections if s.marker]
    for (before, first), (after, page) in pairwise(marked):
        odd = (chinese_number(after) or 0) - (chinese_number(before) or 0) != 1
        yield Step("章節", before, after, odd, first, page)


@dataclass(frozen=True, slots=True)
class Item:
    """A printed number: the cell or row it counts in, and the text that it opens."""

    cell: int
    number: int
    text: str


def _headings(plan: PrintedPlan) -> Iterator[Step]:
    """Pillars count on by one; focus points do within their pillar."""
    pillar: Item | None = None
    focus: Item | None = None
    before = 0  # the page on which the measure above begins
    for row in plan.rows:
        starts = [m.boxes[0].page for m in row.measures if m.boxes]
        if not starts:
            continue
        opened = Item(row.pillar_cell, printed_number(row.pillar), row.pillar)
        if opened.number and (pillar is None or opened.cell != pillar.cell):
            if pillar is not None:
                yield _step("執行要項", pillar, opened, before, starts[0])
            pillar, focus = opened, None
        point = Item(row.focus_cell, printed_number("".join(row.focus[:1])), "".join(row.focus[:1]))
        if point.number and (focus is None or point.cell != focus.cell):
            if focus is not None:
                yield _step("執行重點", focus, point, before, starts[0])
            focus = point if len(row.focus) == 1 else None
        before = starts[-1]


def _step(what: str, before: Item, after: Item, first: int, page: int) -> Step:
    return Step(what, before.text, after.text, after.number != before.number + 1, first, page)


def _measures(plan: PrintedPlan) -> Iterator[Step]:
    """Measures of a focus cell count on by one or begin again; those of a new cell begin at 1."""
    before: Item | None = None
    first = 0
    for row in plan.rows:
        for measure in row.measures:
            item = Item(row.focus_cell, printed_number(measure.marker or ""), measure.marker or "")
            if not measure.boxes:
                continue
            page = measure.boxes[0].page
            if before is not None and item.number:
                follows = item.cell == before.cell and item.number == before.number + 1
                odd = item.number != 1 and not follows
                yield Step("作法", before.text, item.text, odd, first, page)
            before, first = item, page


def lists(plan: PrintedPlan) -> Findings:
    """Measures whose numbers say that they stand in another place than they were read in: a list
    that goes on from the focus point above, one that begins anew inside its own, and what has no
    number in a numbered list.
    """
    cells = [list(own) for _, own in groupby(_numbered(plan), key=lambda n: n.cell)]
    lists = [[n for n in own if n.number] for own in cells]
    going_on = [_going_on(above, own) for above, own in pairwise([[], *lists])]
    for doubted, what in (
        (going_on, "接續前一執行重點的編號，可能屬於另一執行重點"),
        ([_anew(own) for own in lists], "在同一執行重點內重新編號，可能屬於另一執行重點"),
        ([_unnumbered(own) for own in cells], "沒有編號，可能是上一項的一部分"),
    ):
        if sum(map(bool, doubted)) > SELDOM * len(cells):
            continue
        for n in chain.from_iterable(doubted):
            message = f"作法「{n.marker or n.text}」{what}。"
            yield PrintedFinding(
                severity="check",
                code="row_join_unsure",
                message=message,
                page=n.page,
                row=n.row,
                measure=n.measure,
            )


@dataclass(frozen=True, slots=True)
class Numbered:
    """A measure below one focus point, its number (0: none) and its place in the record."""

    cell: int
    number: int
    marker: str
    text: str
    themed: bool
    page: int | None
    row: int
    measure: int


def _numbered(plan: PrintedPlan) -> Iterator[Numbered]:
    for r, row in enumerate(plan.rows):
        for m, measure in enumerate(row.measures):
            marker, page = measure.marker or "", measure.boxes[0].page if measure.boxes else None
            if len(row.focus) == 1:
                text = "".join(p.text for p in measure.paragraphs[:1])[:10]
                themed = measure.theme is not None
                number = printed_number(marker)
                yield Numbered(row.focus_cell, number, marker, text, themed, page, r, m)


def _going_on(above: list[Numbered], own: list[Numbered]) -> list[Numbered]:
    """The measures of a focus point that count on from the one above."""
    if not above or not own or own[0].number == 1 or own[0].number != above[-1].number + 1:
        return []
    return list(takewhile(lambda n: n.number != 1, own))


def _anew(own: list[Numbered]) -> list[Numbered]:
    """The measures from where a focus point's list begins a second time, without a theme."""
    again = dropwhile(lambda n: n.number != 1 or n.themed, own[1:])
    return list(again) if own and own[0].number == 1 else []


def _unnumbered(own: list[Numbered]) -> list[Numbered]:
    """The measures without a number or theme in a list of numbered ones."""
    loose = [n for n in own if not n.number and not n.themed]
    return loose if len(loose) < len(own) else []


def swallowed(plan: PrintedPlan) -> Findings:
    """Rows whose cells close with a section's heading that the outline lacks: one that it skips
    (參、 … 伍、), or the next one in the last row.
    """
    marked = [chinese_number(s.marker) or 0 for s in plan.sections if s.marker]
    skipped = {n for before, after in pairwise(marked) for n in range(before + 1, after)}
    following = {marked[-1] + 1} if marked else set()
    for r, row in enumerate(plan.rows):
        wanted = skipped | following if row is plan.rows[-1] else skipped
        for m, measure in enumerate(row.measures):
            if found := _section_in(row, measure, wanted):
                page = measure.boxes[0].page if measure.boxes else None
                yield PrintedFinding(
                    severity="check",
                    code="text_astray",
                    message=f"「{found}」似為章節標題，卻印在這一列。",
                    page=page,
                    row=r,
                    measure=m,
                )


def _section_in(row: PrintedRow, measure: PrintedMeasure, wanted: set[int]) -> str | None:
    """The heading of a section, numbered as `wanted`, at the end of one of the row's texts."""
    paragraphs = [p.text for p in measure.paragraphs]
    items = {chinese_number(text.partition("、")[0]) for text in paragraphs}
    # The number that opens a cell is its own; one whose predecessor opens a paragraph is a list's.
    for text in [*(h[1:] for h in (row.pillar, *row.focus)), *paragraphs]:
        found = _SECTION.search(text)
        number = chinese_number(found[1]) if found else None
        if found and number in wanted and number - 1 not in items:
            return found[0]
    return None


def cut_off(plan: PrintedPlan) -> Findings:
    """The last measure of a page ends without a stop, where nearly all others end in one."""
    measures = [
        (measure, r, m)
        for r, row in enumerate(plan.rows)
        for m, measure in enumerate(row.measures)
        if measure.boxes and measure.paragraphs
    ]
    ends = [measure.paragraphs[-1].text.endswith(CLOSE) for measure, _, _ in measures]
    if sum(ends) < CLOSED * len(ends):
        return
    for closed, (measure, r, m), (after, _, _) in zip(ends, measures, measures[1:]):
        page, text = measure.boxes[-1].page, measure.paragraphs[-1].text
        if after.boxes[0].page > page and not closed:
            message = f"第{page}頁最後一項作法的句子未完：「{text[-20:]}」。"
            yield doubtful(page, message, r, m)


def doubtful(
    page: int, message: str, row: int | None = None, measure: int | None = None
) -> PrintedFinding:
    return PrintedFinding(
        severity="check", code="page_doubtful", message=message, page=page, row=row, measure=measure
    )
