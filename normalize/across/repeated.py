"""Columns that stand in more than one table, so that one table is enough for most questions.

They are copied last: corrections, findings and later filings may change any of them.
"""

from __future__ import annotations

from normalize.model import Draft


def repeat(draft: Draft) -> None:
    """Copy the plan's facts into its measures and findings, the measures' into their units."""
    plan = draft.plan
    for m in draft.measures:
        m.is_current, m.agency_kind, m.source_file = (
            plan.is_current,
            plan.agency_kind,
            plan.source_file,
        )
        m.review_url = f"review/{plan.plan_id}.html#{m.measure_key}"
    rows = {m.measure_id: m for m in draft.measures}
    for unit in draft.units:
        m = rows[unit.measure_id]
        unit.taxonomy, unit.pillar_code, unit.focus_code = m.taxonomy, m.pillar_code, m.focus_code
        unit.year_roc, unit.focus, unit.page_first = m.year_roc, m.focus, m.page_first
        unit.needs_review, unit.is_current = m.needs_review, m.is_current
    for f in draft.findings:
        f.agency, f.year = plan.agency, plan.year
