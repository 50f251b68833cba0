"""Measures of a printed plan as rows, with the codes that their headings give them."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections import Counter
from functools import lru_cache
from typing import TypedDict

from extract.model import PrintedMeasure, PrintedPlan, PrintedRow
from normalize.matching.alignment import Match
from normalize.matching.headings import PlanHeadings, RowHeadings
from normalize.model import Draft, MeasureRow, PlanRow
from normalize.rows.findings import box_row
from normalize.rows.units import printed_units, unit_rows
from normalize.vocabulary.taxonomy import Edition
from normalize.vocabulary.text import fold, repair
from normalize.vocabulary.units import plan_names


class _RowColumns(TypedDict):
    """Columns of `measures` that all measures of a ruled row have in common."""

    pillar_printed: str
    focus_printed: str
    taxonomy: str | None
    pillar_code: str | None
    pillar: str | None
    focus_code: str | None
    focus: str | None
    pillar_score: float
    pillar_margin: float
    focus_score: float
    focus_margin: float
    focus_basis: str | None
    extra: str | None


def add_measures(draft: Draft, plan: PrintedPlan, heads: PlanHeadings) -> None:
    """Fill in the draft's measures, their units, groups and open focus points."""
    seen: Counter[tuple[str, ...]] = Counter()
    equal: Counter[tuple[str, ...]] = Counter()
    known = plan_names({u.text for r in plan.rows for m in r.measures for u in m.units})
    elsewhere = {m.node.code for head in heads.rows for m in head.focus if m.node}
    last_focus: str | None = None
    for index, (printed, head) in enumerate(zip(plan.rows, heads.rows)):
        pillar, focus, candidates = codes(head, heads.edition)
        if not head.focus:  # what no other cell prints, or the cell above running on
            left = [c for c in candidates if c not in elsewhere or c == last_focus]
            candidates = left or candidates
        last_focus = focus or last_focus
        columns = _row_columns(printed, head, heads.edition, pillar, focus)
        for measure in printed.measures:
            row = _measure_row(draft.plan, len(draft.measures) + 1, measure, columns)
            row.measure_id = _measure_id(draft.plan.plan_id, printed, measure, seen)
            row.measure_key = _measure_key(draft.plan, printed, row, equal)
            units = printed_units(measure, known)
            row.units = [u.name for u in units]
            if focus is None and candidates:
                draft.open.append((len(draft.measures), candidates))
            draft.measures.append(row)
            draft.groups.append((printed.focus_cell, index))
            draft.units += unit_rows(row, units)


def codes(head: RowHeadings, edition: Edition | None) -> tuple[str | None, str | None, list[str]]:
    """(pillar code, focus code, candidates) of a row.

    One printed focus point decides; several, or none, leave candidates. A focus point that names
    another pillar than the printed one is believed where its score is higher.
    """
    if edition is None:
        return None, None, []
    pillar = head.pillar.node.code if head.pillar.node else None
    if len(head.focus) == 1:
        match = head.focus[0]
        if match.node is None:
            return pillar, None, []
        if pillar is None or (match.node.pillar != pillar and match.score > head.pillar.score):
            pillar = match.node.pillar
        return pillar, match.node.code, []
    candidates = list(dict.fromkeys(m.node.code for m in head.focus if m.node))
    if pillar is None and candidates:
        owners = [edition.by_code[c].pillar for c in candidates]
        pillar = max(set(owners), key=lambda p: (owners.count(p), p))
    if not head.focus and pillar is not None:
        candidates = [n.code for n in edition.focus_of(pillar)]
    return pillar, None, candidates


def _row_columns(
    printed: PrintedRow,
    head: RowHeadings,
    edition: Edition | None,
    pillar: str | None,
    focus: str | None,
) -> _RowColumns:
    match = head.focus[0] if focus is not None else None
    extra = {k: repair(v) for k, v in printed.extra.items()}
    return {
        "pillar_printed": repair(head.pillar_printed),
        "focus_printed": repair("\n".join(head.focus_printed)),
        "taxonomy": edition.code if edition else None,
        "pillar_code": pillar,
        "pillar": edition.text(pillar) if edition else None,
        "focus_code": focus,
        "focus": edition.text(focus) if edition else None,
        "pillar_score": _pillar_score(head, pillar, match),
        "pillar_margin": head.pillar.margin,
        "focus_score": match.score if match else 0.0,
        "focus_margin": match.margin if match else 0.0,
        "focus_basis": "printed" if match else None,
        "extra": json.dumps(extra, ensure_ascii=False) if extra else None,
    }


def _pillar_score(head: RowHeadings, pillar: str | None, focus: Match | None) -> float:
    """Score of the heading that gave the pillar: the printed pillar, else the focus point."""
    if pillar is None:
        return 0.0
    if head.pillar.node is not None and head.pillar.node.code == pillar:
        return head.pillar.score
    return focus.score if focus else 0.0


def _measure_row(
    plan: PlanRow, seq: int, measure: PrintedMeasure, columns: _RowColumns
) -> MeasureRow:
    """The row of a measure; its identifiers and units follow."""
    title = repair(measure.title).strip() if measure.title else None
    theme = repair(measure.theme).strip() if measure.theme else None
    body = [repair(p.text) for p in measure.paragraphs if p.text.strip()]
    text = "\n".join([title, *body] if title else body)
    boxes = measure.boxes or [b for p in measure.paragraphs for b in p.boxes]
    pages = [b.page for b in boxes]
    return MeasureRow(
        **columns,
        measure_id="",
        measure_key="",
        plan_id=plan.plan_id,
        agency=plan.agency,
        year_roc=plan.year_roc,
        year=plan.year,
        seq=seq,
        theme=theme or None,
        marker=measure.marker,
        title=title,
        text=text,
        units=[],
        page_first=min(pages, default=None),
        page_last=max(pages, default=None),
        boxes=[box_row(b) for b in boxes],
        text_confidence=measure.confidence,
        needs_review=False,
        doubts=[],
        text_folded=fold(text),
        corrected=[],
        confirmed=[],
    )


def _measure_id(
    plan_id: str, row: PrintedRow, measure: PrintedMeasure, seen: Counter[tuple[str, ...]]
) -> str:
    """Identifier from printed facts and the ordinal among measures of equal facts (`seen`)."""
    fact = *_headings(row), _raw(measure.theme), _raw(measure.marker)
    seen[fact] += 1
    return f"{plan_id}-{_digest(fact, seen[fact])[:10]}"


def _measure_key(
    plan: PlanRow, row: PrintedRow, measure: MeasureRow, equal: Counter[tuple[str, ...]]
) -> str:
    """What a measure keeps when its plan is filed again: `<agency and year>-<printed facts>`.

    The wording is one of the facts: what was decided about a measure holds for no other wording,
    and a measure put in before it moves no key.
    """
    fact = *_headings(row), _raw(measure.theme), _raw(measure.marker), _raw(measure.text)
    equal[fact] += 1
    return f"{filing_key(plan)}-{_digest(fact, equal[fact])[:12]}"


def filing_key(plan: PlanRow) -> str:
    """What all filings of an agency and year have in common, 8 hexadecimal digits."""
    return _digest(plan.agency, plan.year_roc)[:8]


def _headings(row: PrintedRow) -> tuple[str, str]:
    return _raw(row.pillar), _raw("\n".join(row.focus))


def _digest(*facts: object) -> str:
    return hashlib.sha256(repr(facts).encode()).hexdigest()


@lru_cache(maxsize=16384)
def _raw(text: str | None) -> str:
    """Printed fact for identifiers: NFKC without white space.

    Frozen: changing it would move every identifier.
    """
    return "".join(unicodedata.normalize("NFKC", text or "").split())
