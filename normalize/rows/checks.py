"""Doubts the normalize stage files itself: about headings, agency and year, numbering, units and confidence."""

from __future__ import annotations

import re

from extract.model import PrintedPlan
from normalize.matching.headings import PlanHeadings
from normalize.model import Draft
from normalize.rows.findings import finding
from normalize.vocabulary.agencies import Agency
from normalize.vocabulary.numerals import chinese_number
from normalize.vocabulary.titles import Title

SCORE_SURE = 0.7  # heading score under which a match is reported
OCR_SURE = 0.85  # recognition confidence under which a measure is reported
_ITEM_NUMBER = re.compile(r"^\s*[（(]?(\d{1,2}|[一二三四五六七八九十]{1,3})")


def plan_findings(
    plan_id: str,
    title: Title,
    agency: Agency | None,
    heads: PlanHeadings,
    measure_ids: list[str],
    row_measure: list[str | None],
) -> list[dict]:
    """Findings about the plan and its headings; `row_measure` is the first measure of each ruled row."""
    out = []
    if agency is None:
        out.append(finding("agency_missing", "計畫名稱中讀不到機關名稱。", plan_id=plan_id))
    elif agency.score < 0.6:
        out.append(
            finding("agency_unknown", f"機關名稱「{agency.name}」不在名冊內。", plan_id=plan_id)
        )
    elif agency.score < 1.0:
        printed = (
            f"機關名稱「{title.agency_printed}」"
            if title.agency_printed
            else "計畫名稱未印機關名稱，依檔名"
        )
        out.append(
            finding("agency_uncertain", f"{printed}判定為「{agency.name}」。", plan_id=plan_id)
        )
    if title.year_from_file:
        out.append(
            finding(
                "year_uncertain",
                f"計畫名稱未印年度，依檔名判定為 {title.year_roc} 年度。",
                plan_id=plan_id,
            )
        )
    if title.year_roc is None:
        out.append(finding("year_missing", "計畫名稱中讀不到計畫年度。", plan_id=plan_id))
    if not measure_ids:
        out.append(finding("no_measures", "計畫表格中未讀得任何措施。", plan_id=plan_id))
    if heads.edition is None:
        if heads.rows:
            out.append(
                finding(
                    "edition_unknown",
                    "執行要項與執行重點不屬任何已知方案，均保留印刷文字。",
                    plan_id=plan_id,
                )
            )
        return out
    for row, heading, edition in heads.foreign:
        out.append(
            finding(
                "edition_mixed",
                f"標題「{heading}」屬 {edition} 年版方案，與本計畫所依版本不同。",
                plan_id=plan_id,
                measure_id=row_measure[row],
            )
        )
    return out + _heading_findings(plan_id, heads, row_measure)


def _heading_findings(
    plan_id: str, heads: PlanHeadings, row_measure: list[str | None]
) -> list[dict]:
    out = []
    last_pillar = last_focus = None
    for head, measure_id in zip(heads.rows, row_measure):
        where = {"plan_id": plan_id, "measure_id": measure_id}
        if head.pillar is not last_pillar:
            last_pillar = head.pillar
            if head.pillar_printed and head.pillar.node is None:
                out.append(
                    finding(
                        "pillar_unmatched",
                        f"執行要項「{head.pillar_printed}」與方案之標題不符。",
                        **where,
                    )
                )
            elif head.pillar.node is not None and head.pillar.score < SCORE_SURE:
                out.append(
                    finding(
                        "heading_uncertain",
                        f"執行要項「{head.pillar_printed}」判定為「{head.pillar.node.text}」，信心 {head.pillar.score:.2f}。",
                        **where,
                    )
                )
        if head.focus is last_focus:
            continue
        last_focus = head.focus
        for match, printed in zip(head.focus, head.focus_printed):
            if match.node is None:
                out.append(
                    finding("focus_unmatched", f"執行重點「{printed}」與方案之標題不符。", **where)
                )
            elif match.score < SCORE_SURE:
                out.append(
                    finding(
                        "heading_uncertain",
                        f"執行重點「{printed}」判定為 {match.node.code}，信心 {match.score:.2f}。",
                        **where,
                    )
                )
            if (
                match.node is not None
                and head.pillar.node is not None
                and match.node.pillar != head.pillar.node.code
            ):
                out.append(
                    finding(
                        "heading_conflict",
                        f"執行重點「{printed}」屬第 {match.node.pillar} 項，與並列之執行要項「{head.pillar_printed}」不同。",
                        **where,
                    )
                )
    return out


def measure_findings(plan: PrintedPlan, draft: Draft) -> list[dict]:
    """Findings about single measures and sections, where the extract stage has not filed the same one."""
    plan_id = draft.plan["plan_id"]
    filed = {(f["code"], f["measure_id"]) for f in draft.findings}
    codes = {f["code"] for f in draft.findings}
    out = []

    def file(code: str, message: str, measure: dict) -> None:
        if (code, measure["measure_id"]) not in filed:
            out.append(
                finding(
                    code,
                    message,
                    plan_id=plan_id,
                    measure_id=measure["measure_id"],
                    page=measure["page_first"],
                )
            )

    for measure in draft.measures:
        if not measure["units"]:
            file("unit_missing", f"第 {measure['seq']} 項措施未印執行單位。", measure)
        if not measure["text"].strip():
            file("empty_measure", f"第 {measure['seq']} 項措施無文字。", measure)
        if measure["text_confidence"] < OCR_SURE:
            file(
                "low_ocr_confidence",
                f"第 {measure['seq']} 項措施之辨識信心為 {measure['text_confidence']:.2f}。",
                measure,
            )
    kinds = {(u["measure_id"], u["unit"]): u["unit_kind"] for u in draft.units}
    for measure in draft.measures:
        for unit in measure["units"]:
            if kinds[measure["measure_id"], unit] == "other":
                file("unit_unknown", f"執行單位「{unit}」無法歸類。", measure)
    if "numbering_gap" not in codes:
        out += _numbering_gaps(draft)
    if "section_misnumbered" not in codes:
        out += _misnumbered(plan, plan_id)
    return out


def _numbering_gaps(draft: Draft) -> list[dict]:
    out = []
    last: tuple | None = None
    number_before = 0
    for group, measure in zip(draft.groups, draft.measures):
        found = _ITEM_NUMBER.match(measure["marker"] or "")
        number = chinese_number(found.group(1)) if found else None
        place = (group[0], measure["pillar_printed"])
        if number is None:
            if measure["theme"] or measure["title"]:
                number_before = 0
            continue
        expected = {number_before + 1, 1} if place == last else {1}
        if number not in expected:
            before = f"第 {number_before} 點之後" if place == last and number_before else "開頭"
            out.append(
                finding(
                    "numbering_gap",
                    f"編號不連續：{before}為「{measure['marker']}」。",
                    plan_id=draft.plan["plan_id"],
                    measure_id=measure["measure_id"],
                    page=measure["page_first"],
                )
            )
        last, number_before = place, number
    return out


def _misnumbered(plan: PrintedPlan, plan_id: str) -> list[dict]:
    out = []
    expected = 1
    for section in plan.sections:
        number = chinese_number(section.marker or "")
        if number is None:
            continue
        if number != expected:
            out.append(
                finding(
                    "section_misnumbered",
                    f"章節「{section.marker}、{section.heading}」之編號與次序不符（應為第 {expected} 章）。",
                    plan_id=plan_id,
                    page=section.page,
                )
            )
        expected = expected + 1
    return out
