"""The one constructor of findings' rows: it knows the vocabulary, and takes the place from what a
finding is about."""

from __future__ import annotations

from dataclasses import dataclass

from dataset.kinds import KINDS, SEVERITIES, Severity
from extract.model import Box, PrintedPlan
from normalize.model import BoxRow, Draft, FindingRow, MeasureRow, PlanRow, UnitRow


class UnknownFinding(ValueError):
    """A finding's code or severity is not in the vocabulary (`dataset.kinds`)."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a finding points: a plan, a measure of it, a page (from 1), a box on that page."""

    plan_id: str
    measure_id: str | None = None
    page: int | None = None
    box: BoxRow | None = None


About = PlanRow | MeasureRow | UnitRow | Place


def finding(code: str, message: str, about: About, severity: Severity | None = None) -> FindingRow:
    """A row of findings; `severity` where it is not the code's usual one.

    A plan gives no page, a measure the page it begins on; a unit stands somewhere beside its
    measure, on a page its row does not know. Raises UnknownFinding for a code or severity that is
    not in the vocabulary.
    """
    if code not in KINDS:
        raise UnknownFinding(f"no finding has the code {code}")
    severity = severity or KINDS[code].severity
    if severity not in SEVERITIES:
        raise UnknownFinding(f"{code}: no finding has the severity {severity}")
    at = _place(about)
    return FindingRow(at.plan_id, at.measure_id, severity, code, message, at.page, at.box)


def _place(about: About) -> Place:
    if isinstance(about, Place):
        return about
    if isinstance(about, MeasureRow):
        return Place(about.plan_id, about.measure_id, about.page_first)
    return Place(about.plan_id, about.measure_id if isinstance(about, UnitRow) else None)


def text_place(measure: MeasureRow) -> Place:
    """Where a measure's text begins, its box with it."""
    box = measure.boxes[0] if measure.boxes else None
    page = box.page if box else measure.page_first
    return Place(measure.plan_id, measure.measure_id, page, box)


def box_row(box: Box) -> BoxRow:
    return BoxRow(box.page, box.x0, box.y0, box.x1, box.y1)


def printed_findings(plan: PrintedPlan, draft: Draft) -> list[FindingRow]:
    """Findings of the extract stage, tied to their measures.

    Raises UnknownFinding for a code that the vocabulary does not have.
    """
    places = [(r, m) for r, row in enumerate(plan.rows) for m in range(len(row.measures))]
    at = dict(zip(places, (m.measure_id for m in draft.measures)))
    out = []
    for f in plan.findings:
        measure_id = at.get((f.row, f.measure or 0)) if f.row is not None else None
        box = None if f.box is None else box_row(f.box)
        place = Place(draft.plan.plan_id, measure_id, f.page, box)
        out.append(finding(f.code, f.message, place, f.severity))
    return out
