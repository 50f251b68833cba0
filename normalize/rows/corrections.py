"""Reviewed corrections (`data/corrections/*.csv`), applied on every run.

One line a decision: `plan_id,measure_id,column,old,new,who,why,date,measure_key`; without
measure_id it concerns the plan, and `measure_key` may be left out. It holds for the measure of that
identifier and for every other filing's measure of that key, so that a plan filed again keeps what
was decided. It is applied only while the dataset's own value is `old` (or `new` already); otherwise
it is reported: `correction_stale` where the value is another, `correction_orphaned` where no such
measure is left. A line whose `new` is its `old` confirms the value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from dataset.kinds import KINDS
from normalize.model import ROC_OFFSET, Draft, MeasureRow, PlanRow
from normalize.reviewed import Correction, CorrectionError, parse, written
from normalize.rows.findings import finding
from normalize.rows.measures import filing_key
from normalize.rows.units import unit_rows
from normalize.vocabulary.taxonomy import edition
from normalize.vocabulary.text import searchable
from normalize.vocabulary.units import Unit, read_units


@dataclass
class Applied:
    """What became of the lines: how many were applied, and those that no plan of the run knows."""

    count: int = 0
    unknown: list[Correction] = field(default_factory=list)


def apply(corrections: list[Correction], drafts: list[Draft]) -> Applied:
    """Apply all that fit.

    The others become findings of their plan, or of a plan of the same agency and year.
    """
    known, applied = _Known(corrections, drafts), Applied()
    for c in corrections:
        places = known.measures(c) if c.measure_id else known.plans(c)
        if places:
            applied.count += _apply(c, places)
        elif (draft := known.filing(c)) is not None:
            message = _left(c, "措施已不存在")
            draft.findings.append(finding("correction_orphaned", message, draft.plan))
        else:
            applied.unknown.append(c)
    return applied


_Place = tuple[Draft, PlanRow | MeasureRow]


class _Known:
    """What the lines may name among the rows of a run, before any of them is changed."""

    def __init__(self, corrections: list[Correction], drafts: list[Draft]) -> None:
        wanted = {name for c in corrections for name in (c.measure_id, c.measure_key) if name}
        self._own = {(c.measure_id or c.plan_id, c.column) for c in corrections}
        self._plans = {d.plan.plan_id: d for d in drafts}
        self._filings: dict[str, list[Draft]] = {}
        self._measures: dict[str, list[_Place]] = {}
        for draft in drafts if corrections else ():
            if draft.plan.agency and draft.plan.year_roc:
                self._filings.setdefault(filing_key(draft.plan), []).append(draft)
            for m in draft.measures:
                for name in wanted & {m.measure_id, m.measure_key}:
                    self._measures.setdefault(name, []).append((draft, m))

    def measures(self, c: Correction) -> list[_Place]:
        """The measure of the line's identifier first, then those of its key; a measure that has
        a line of its own for the column is none of these."""
        exact = self._measures.get(c.measure_id, [])
        equal = self._measures.get(c.measure_key, [])
        return exact + [
            (draft, m)
            for draft, m in equal
            if isinstance(m, MeasureRow) and (m.measure_id, c.column) not in self._own
        ]

    def plans(self, c: Correction) -> list[_Place]:
        """The plan of the line's identifier, or the other filings of its agency and year."""
        exact = self._plans.get(c.plan_id)
        found = [exact] if exact else self._filings.get(c.measure_key, [])
        return [(draft, draft.plan) for draft in found]

    def filing(self, c: Correction) -> Draft | None:
        """The plan of the line's identifier, else one of the same agency and year."""
        others = self._filings.get(c.measure_key.partition("-")[0], [None])
        return self._plans.get(c.plan_id) or others[0]


def _apply(c: Correction, places: list[_Place]) -> bool:
    """Whether the line fitted anywhere; told where it names a row it does not fit."""
    fitting = [(draft, row) for draft, row in places if _fits(c, row)]
    first, about = places[0]
    if not _fits(c, about) and (not fitting or _names(c, about)):
        found = f"現值為「{written(getattr(about, c.column))}」"
        first.findings.append(finding("correction_stale", _left(c, found), about))
    for draft, row in fitting:
        if isinstance(row, PlanRow):
            _set_plan(draft, c)
        else:
            _set_measure(draft, row, c)
    return bool(fitting)


def _fits(c: Correction, row: PlanRow | MeasureRow) -> bool:
    """Which filing is current shows last, and hangs on the other filings: a person's word on it
    is always taken."""
    return c.column == "is_current" or written(getattr(row, c.column)) in (c.old, c.new)


def _names(c: Correction, row: PlanRow | MeasureRow) -> bool:
    return isinstance(row, PlanRow) or row.measure_id == c.measure_id


def _left(c: Correction, found: str) -> str:
    entry = f"更正條目 {c.where}（{c.column}：「{c.old}」改為「{c.new}」）"
    return f"{entry}未套用：{found}。"


def _set_plan(draft: Draft, c: Correction) -> None:
    plan = draft.plan
    if c.column == "is_current":
        draft.current = c.new.lower() == "true"
        return
    _settle(draft, None, c.column)
    setattr(plan, c.column, parse(c.column, c.new))
    plan.year = plan.year_roc + ROC_OFFSET if plan.year_roc else None
    for measure in draft.measures:
        measure.agency, measure.year_roc, measure.year = plan.agency, plan.year_roc, plan.year
    for unit in draft.units:
        unit.agency, unit.year = plan.agency, plan.year


def _set_measure(draft: Draft, row: MeasureRow, c: Correction) -> None:
    _settle(draft, row.measure_id, c.column)
    if written(getattr(row, c.column)) == c.new:
        row.confirmed.append(c.column)
        _be_sure(row, c)
        return
    row.corrected.append(c.column)
    if c.column == "units":
        _set_units(draft, row, read_units(c.new) if c.new else ())
        return
    setattr(row, c.column, parse(c.column, c.new))
    if c.column == "text":
        row.text_folded = searchable(row.text)
        _be_sure(row, c)
        for unit in draft.units:
            if unit.measure_id == row.measure_id:
                unit.measure = row.text
    if c.column in ("pillar_code", "focus_code"):
        _set_wording(row, c)


def _settle(draft: Draft, measure_id: str | None, column: str) -> None:
    """Take back the findings that a person's word on the column has answered."""

    def stands(about: str | None, code: str) -> bool:
        return about != measure_id or column not in KINDS[code].columns

    draft.findings[:] = [f for f in draft.findings if stands(f.measure_id, f.code)]
    draft.doubtful = {found for found in draft.doubtful if stands(*found)}


def _set_wording(row: MeasureRow, c: Correction) -> None:
    """What hangs on a corrected code: its wording, and how sure it is."""
    known = edition(row.taxonomy)
    if c.new and (known is None or c.new not in known.by_code):
        raise CorrectionError(c.where, f"{c.new} is no code of edition {row.taxonomy}")
    wording = known.text(c.new) if known else None
    if c.column == "pillar_code":
        row.pillar = wording
    else:
        row.focus, row.focus_basis = wording, "corrected"
    _be_sure(row, c)


def _be_sure(row: MeasureRow, c: Correction) -> None:
    """A person's word is as sure as can be."""
    sure = 1.0 if c.new else 0.0
    if c.column == "text":
        row.text_confidence = 1.0
    if c.column == "pillar_code":
        row.pillar_score = row.pillar_margin = sure
    if c.column == "focus_code":
        row.focus_score = row.focus_margin = sure


def _set_units(draft: Draft, row: MeasureRow, units: Sequence[Unit]) -> None:
    row.units = [u.name for u in units]
    at = next(i for i, u in enumerate(draft.units) if u.measure_id == row.measure_id)
    rest = [u for u in draft.units[at:] if u.measure_id != row.measure_id]
    draft.units[at:] = unit_rows(row, units) + rest
