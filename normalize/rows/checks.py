"""Doubts the normalize stage files itself, one small function each.

A check looks at one plan and yields its findings. To add one: write it, put it into `CHECKS`, and
its code into `dataset/kinds.csv`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dataset.kinds import Severity
from extract.model import PrintedPlan
from extract.script.markers import printed_number
from extract.script.numerals import FORMAL_ANY
from normalize.matching.alignment import Match
from normalize.matching.headings import PlanHeadings, RowHeadings, skipped
from normalize.model import Draft, FindingRow
from normalize.rows.findings import Place, finding, text_place
from normalize.vocabulary.agencies import Agency

AGENCY_KNOWN = 0.6  # agency score under which the name is in no registry
SCORE_SURE = 0.7  # heading score under which a match is reported
TEXT_SURE = 0.85  # confidence of its text under which a measure is reported
TWICE = re.compile(r"([^\n]{4,60}?)\1")
HAN = re.compile("[\u4e00-\u9fff]")
WORDS = 4  # Han characters in what is printed twice, three of them different: no figures, no dots
CLOSING = "、，。；：」』）〕】！？,;)"
TEXT_ASTRAY = re.compile(rf"^[{CLOSING}]|[，。、；]{{2}}|^[{FORMAL_ANY}]+、", re.MULTILINE)
UNIT_ASTRAY = re.compile(rf"^[{CLOSING}]|[。；]")
UNPLACED_MOST = 0.01  # share of visible glyphs in no row above which it is an error


@dataclass(frozen=True, slots=True)
class Case:
    """What a check may look at: a plan as printed, its rows so far, and what they were read as."""

    printed: PrintedPlan
    draft: Draft
    agency: Agency | None
    heads: PlanHeadings

    def row_places(self) -> list[Place]:
        """Place of each ruled row: its first measure; the plan alone for a row without one.

        No page: a heading stands in a cell of its own, often pages above the measure.
        """
        first: dict[int, str] = {}
        for (_, row), measure in zip(self.draft.groups, self.draft.measures):
            first.setdefault(row, measure.measure_id)
        plan_id = self.draft.plan.plan_id
        return [Place(plan_id, first.get(i)) for i in range(len(self.printed.rows))]


Findings = Iterator[FindingRow]
Check = Callable[[Case], Findings]


def glyphs_placed(case: Case) -> Findings:
    lost, most = case.printed.glyphs_unplaced, UNPLACED_MOST * max(1, case.printed.glyphs)
    if lost:
        message = f"有 {lost} 個可見文字未歸入任何欄位。"
        severity: Severity | None = "error" if lost > most else None
        yield finding("glyphs_unplaced", message, case.draft.plan, severity)


def plan_read(case: Case) -> Findings:
    """A document that calls itself an agency's plan of a year, but gives no row."""
    title = case.draft.title
    named = title.agency_printed and title.year_roc and not title.year_from_file
    if case.printed.status == "not_a_plan" and named:
        message = f"標題為「{case.draft.plan.title}」，但未讀得任何措施。"
        yield finding("plan_unread", message, case.draft.plan)


def agency_known(case: Case) -> Findings:
    agency, printed, plan = case.agency, case.draft.title.agency_printed, case.draft.plan
    if agency is None:
        yield finding("agency_missing", "計畫名稱中讀不到機關名稱。", plan)
    elif agency.score < AGENCY_KNOWN:
        yield finding("agency_unknown", f"機關名稱「{agency.name}」不在名冊內。", plan)
    elif agency.score < 1.0:
        read = f"機關名稱「{printed}」" if printed else "計畫名稱未印機關名稱，依檔名"
        yield finding("agency_uncertain", f"{read}判定為「{agency.name}」。", plan)


def year_known(case: Case) -> Findings:
    title, plan = case.draft.title, case.draft.plan
    if title.year_from_file:
        message = f"計畫名稱未印年度，依檔名判定為 {title.year_roc} 年度。"
        yield finding("year_uncertain", message, plan)
    if title.year_roc is None:
        yield finding("year_missing", "計畫名稱中讀不到計畫年度。", plan)


def measures_found(case: Case) -> Findings:
    if not case.draft.measures:
        yield finding("no_measures", "計畫表格中未讀得任何措施。", case.draft.plan)


def edition_known(case: Case) -> Findings:
    if case.heads.edition is None and case.heads.rows:
        message = "執行要項與執行重點不屬任何已知方案，均保留印刷文字。"
        yield finding("edition_unknown", message, case.draft.plan)


def edition_unmixed(case: Case) -> Findings:
    places = case.row_places()
    for row, heading, edition in case.heads.foreign:
        message = f"標題「{heading}」屬 {edition} 年版方案，與本計畫所依版本不同。"
        yield finding("edition_mixed", message, places[row])


def pillars_printed(case: Case) -> Findings:
    """A plan prints its pillars for all rows or for none."""
    bare = [text_place(m) for m in case.draft.measures if not m.pillar_printed]
    if 0 < len(bare) < len(case.draft.measures):
        yield _of_rows("level_unsure", "未讀得執行要項，而其他各列均有。", case.draft, bare)


def pillars_matched(case: Case) -> Findings:
    last: Match | None = None
    for head, place in _rows_of_edition(case):
        node, printed = head.pillar.node, head.pillar_printed
        if head.pillar is last:  # the cell above, running on
            continue
        last = head.pillar
        if node is None and printed:
            message = f"執行要項「{printed}」與方案之標題不符。"
            yield finding("pillar_unmatched", message, place)
        elif node is not None and head.pillar.score < SCORE_SURE:
            read = f"判定為「{node.text}」，信心 {head.pillar.score:.2f}。"
            yield finding("heading_uncertain", f"執行要項「{printed}」{read}", place)


def focus_points_matched(case: Case) -> Findings:
    for head, rows in _focus_cells(case):
        for match, printed in zip(head.focus, head.focus_printed):
            if match.node is None:
                message = f"執行重點「{printed}」與方案之標題不符。"
                yield _of_rows("focus_unmatched", message, case.draft, rows)
            elif match.score < SCORE_SURE:
                read = f"判定為 {match.node.code}，信心 {match.score:.2f}。"
                message = f"執行重點「{printed}」{read}"
                yield _of_rows("heading_uncertain", message, case.draft, rows)


def headings_agree(case: Case) -> Findings:
    for head, rows in _focus_cells(case):
        beside = head.pillar.node
        for match, printed in zip(head.focus, head.focus_printed):
            if match.node and beside and match.node.pillar != beside.code:
                own = f"執行重點「{printed}」屬第 {match.node.pillar} 項"
                message = f"{own}，與並列之執行要項「{head.pillar_printed}」不同。"
                yield _of_rows("heading_conflict", message, case.draft, rows)


def focus_points_run_on(case: Case) -> Findings:
    """Focus points that are left out only where a page begins: a page may be gone.

    A plan that leaves some out inside its pages does so by intent.
    """
    pages = [[b.page for m in row.measures for b in m.boxes] or [0] for row in case.printed.rows]
    gaps = [(min(pages[row - 1]), max(pages[row]), codes) for row, codes in skipped(case.heads)]
    if all(before < page for before, page, _ in gaps):
        for before, page, codes in gaps:
            where = f"第{before}頁與第{page}頁之間略過執行重點 {'、'.join(codes)}"
            message = f"{where}，其他各頁內均未略過，可能缺頁。"
            yield finding("page_doubtful", message, Place(case.draft.plan.plan_id, None, page))


def _of_rows(code: str, message: str, draft: Draft, rows: list[Place]) -> FindingRow:
    """One finding on the first of the rows; the others share in it."""
    draft.doubtful |= {(row.measure_id, code) for row in rows if row.measure_id}
    count = f"（共 {len(rows)} 列）" if len(rows) > 1 else ""
    return finding(code, f"{message.removesuffix('。')}{count}。", rows[0])


def _rows_of_edition(case: Case) -> list[tuple[RowHeadings, Place]]:
    """Headings and place of each ruled row; none where the plan follows no known edition."""
    return list(zip(case.heads.rows, case.row_places())) if case.heads.edition else []


def _focus_cells(case: Case) -> list[tuple[RowHeadings, list[Place]]]:
    """Headings of each printed focus cell, and the ruled rows beside it."""
    cells: list[tuple[RowHeadings, list[Place]]] = []
    printed: tuple[int, list[str]] | None = None
    for row, (head, place) in zip(case.printed.rows, _rows_of_edition(case)):
        if (row.focus_cell, head.focus_printed) != printed:
            printed = row.focus_cell, head.focus_printed
            cells.append((head, []))
        cells[-1][1].append(place)
    return cells


def units_printed(case: Case) -> Findings:
    for m in case.draft.measures:
        if not m.units:
            yield finding("unit_missing", f"第 {m.seq} 項措施未印執行單位。", m)


def units_known(case: Case) -> Findings:
    measures = {m.measure_id: m for m in case.draft.measures}
    for row in case.draft.units:
        if row.unit_kind == "other":
            where = measures[row.measure_id]
            yield finding("unit_unknown", f"執行單位「{row.unit}」無法歸類。", where)


def text_printed(case: Case) -> Findings:
    for m in case.draft.measures:
        if not m.text.strip():
            yield finding("empty_measure", f"第 {m.seq} 項措施無文字。", m)


def text_printed_once(case: Case) -> Findings:
    """The same words twice side by side; white space between them does not count."""
    for m in case.draft.measures:
        text = re.sub(r"[^\S\n]", "", m.text)
        runs = [found.group(1) for found in TWICE.finditer(text) if _is_words(found.group(1))]
        if runs:
            listed = "」、「".join(dict.fromkeys(runs))
            yield finding("repeated_text", f"「{listed}」連續印了兩次，照錄。", text_place(m))


def _is_words(run: str) -> bool:
    han = HAN.findall(run)
    return len(han) >= WORDS and len(set(han)) >= WORDS - 1


def text_in_place(case: Case) -> Findings:
    """What no office prints in a measure or a unit, so that it belongs elsewhere or lost a part."""
    labels = set(case.printed.column_headers)
    for m in case.draft.measures:
        odd = [line for line in m.text.split("\n") if TEXT_ASTRAY.search(line)]
        odd += [unit for unit in m.units if UNIT_ASTRAY.search(unit) or unit in labels]
        if odd:
            message = f"「{odd[0][:20]}」不似此處所印，可能錯置或缺字。"
            yield finding("text_astray", message, text_place(m))


def text_sure(case: Case) -> Findings:
    for m in case.draft.measures:
        if m.text_confidence < TEXT_SURE:
            message = f"第 {m.seq} 項措施之辨識信心為 {m.text_confidence:.2f}。"
            yield finding("low_ocr_confidence", message, m)


def numbers_count_on(case: Case) -> Findings:
    """Numbers of a focus cell begin at 1 and count on by one; they may begin again at any place,
    and do so after a heading without a number."""
    cell_before, before = -1, 0
    for (cell, _), m in zip(case.draft.groups, case.draft.measures):
        number = printed_number(m.marker or "")
        if not number:
            before = 0 if m.theme or m.title else before
            continue
        if cell != cell_before:
            before = 0
        if number not in (1, before + 1):
            after = f"第 {before} 點之後" if before else "開頭"
            yield finding("numbering_gap", f"編號不連續：{after}為「{m.marker}」。", text_place(m))
        cell_before, before = cell, number


OF_ANY_DOCUMENT: tuple[Check, ...] = (glyphs_placed, plan_read)
CHECKS: tuple[Check, ...] = (
    *OF_ANY_DOCUMENT,
    agency_known,
    year_known,
    measures_found,
    edition_known,
    edition_unmixed,
    pillars_printed,
    pillars_matched,
    focus_points_matched,
    headings_agree,
    focus_points_run_on,
    units_printed,
    units_known,
    text_printed,
    text_printed_once,
    text_in_place,
    text_sure,
    numbers_count_on,
)


def doubts(case: Case) -> list[FindingRow]:
    """Findings of all checks, where the extract stage has not filed the same one of the measure."""
    filed = {(f.code, f.measure_id) for f in case.draft.findings}
    checks = CHECKS if case.printed.status == "ok" else OF_ANY_DOCUMENT
    found = (f for check in checks for f in check(case))
    return [f for f in found if (f.code, f.measure_id) not in filed]
