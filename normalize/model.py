"""The rows of the published tables, and a plan's rows on their way through the stage.

Each row class has the columns of its table in `dataset.schema`, in that order (a test holds the two
together); what a column means stands there. `dataset.publish.to_arrow` reads the attributes.
Columns with a default hang on other rows and are filled last (`normalize.across`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from dataset.kinds import Severity
from normalize.vocabulary.titles import Title

ROC_OFFSET = 1911


class BoxRow(NamedTuple):
    """A rectangle on a page: page from 1, PDF points, origin top left."""

    page: int
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(slots=True)
class MeasureRow:
    measure_id: str
    measure_key: str
    plan_id: str
    agency: str
    year_roc: int | None
    year: int | None
    taxonomy: str | None
    pillar_code: str | None
    pillar: str | None
    focus_code: str | None
    focus: str | None
    pillar_printed: str
    focus_printed: str
    pillar_score: float
    focus_score: float
    focus_basis: str | None
    seq: int
    theme: str | None
    marker: str | None
    title: str | None
    text: str
    units: list[str]
    page_first: int | None
    page_last: int | None
    boxes: list[BoxRow]
    text_confidence: float
    needs_review: bool
    doubts: list[str]
    pillar_margin: float
    focus_margin: float
    text_folded: str
    extra: str | None
    corrected: list[str]
    confirmed: list[str]
    is_current: bool = True
    agency_kind: str = "other"
    source_file: str = ""
    review_url: str = ""
    family_id: str | None = None


@dataclass(slots=True)
class UnitRow:
    measure_id: str
    plan_id: str
    agency: str
    year: int | None
    taxonomy: str | None
    pillar_code: str | None
    focus_code: str | None
    measure: str
    unit: str | None
    unit_printed: str | None
    unit_kind: str | None
    units_in_measure: int
    role: str | None
    year_roc: int | None = None
    focus: str | None = None
    page_first: int | None = None
    needs_review: bool = False
    is_current: bool = True


@dataclass(slots=True)
class PlanRow:
    plan_id: str
    source_file: str
    sha256: str
    is_current: bool
    status: str
    reason: str | None
    title: str
    agency: str
    agency_printed: str
    agency_code: str | None
    agency_kind: str
    year_roc: int | None
    year: int | None
    taxonomy: str | None
    pages: int
    text_source: str
    measures: int
    findings: int
    glyphs: int
    glyphs_unplaced: int
    extracted_at: datetime | None
    pipeline_version: str
    agency_parent: str | None
    agency_score: float | None
    taxonomy_score: float
    matched_share: float
    column_headers: list[str]
    interim_sha256: str | None
    examples_version: str
    source_url: str | None = None
    source_date: str | None = None
    source_licence: str | None = None


@dataclass(slots=True)
class SectionRow:
    plan_id: str
    seq: int
    marker: str | None
    heading: str
    kind: str
    text: str
    page_first: int


@dataclass(slots=True)
class FindingRow:
    """Made by `normalize.rows.findings.finding` alone, which knows the vocabulary."""

    plan_id: str
    measure_id: str | None
    severity: Severity
    code: str
    message: str
    page: int | None
    box: BoxRow | None
    agency: str = ""
    year: int | None = None


@dataclass(slots=True)
class TaxonomyRow:
    taxonomy: str
    pillar_code: str
    pillar: str
    focus_code: str
    focus: str
    counterpart: list[str]


@dataclass(slots=True)
class ChangeRow:
    agency: str
    year_roc_before: int
    year_roc_after: int
    change: str
    measure_id_before: str | None
    measure_id_after: str | None
    focus_code_before: str | None
    focus_code_after: str | None
    likeness: float | None
    units_changed: bool
    text_before: str | None
    text_after: str | None
    seen_before_at: str | None = None


@dataclass(slots=True)
class FamilyRow:
    family_id: str
    members: int
    agencies: int
    year_first: int | None
    year_last: int | None
    text: str
    likeness: float


@dataclass(slots=True)
class Draft:
    """Rows of one plan."""

    plan: PlanRow
    measures: list[MeasureRow] = field(default_factory=list)
    units: list[UnitRow] = field(default_factory=list)
    sections: list[SectionRow] = field(default_factory=list)
    findings: list[FindingRow] = field(default_factory=list)
    doubtful: set[tuple[str, str]] = field(default_factory=set)
    """(measure_id, code): rows that share in a finding which names another row or the plan."""
    open: list[tuple[int, list[str]]] = field(default_factory=list)
    """Measures whose focus point is to be inferred: (index, candidate codes, printed order)."""
    groups: list[tuple[int, int]] = field(default_factory=list)
    """For each measure its (focus cell, ruled row): neighbours in meaning."""
    current: bool | None = None
    """Whether it is the current filing, where a person has decided that."""
    title: Title = field(default_factory=lambda: Title(None, None))
