"""Units of measures as rows: one row a measure and unit."""

from __future__ import annotations

from collections.abc import Sequence

from extract.model import PrintedMeasure
from normalize.model import Draft, FindingRow, MeasureRow, UnitRow
from normalize.rows.findings import finding
from normalize.vocabulary.text import repair
from normalize.vocabulary.units import Unit, kind_of, mended_names, read_units


def printed_units(measure: PrintedMeasure, known: frozenset[str]) -> list[Unit]:
    """The units printed beside a measure, each name once; `known` as for `read_units`."""
    units = [u for printed in measure.units for u in read_units(repair(printed.text), known)]
    return list({u.name: u for u in reversed(units)}.values())[::-1]


def unit_rows(measure: MeasureRow, units: Sequence[Unit]) -> list[UnitRow]:
    """A row a unit; a measure without units has one row that says so."""
    named: list[Unit | None] = [*units] or [None]
    return [
        UnitRow(
            measure_id=measure.measure_id,
            plan_id=measure.plan_id,
            agency=measure.agency,
            year=measure.year,
            taxonomy=measure.taxonomy,
            pillar_code=measure.pillar_code,
            focus_code=measure.focus_code,
            measure=measure.text,
            unit=unit.name if unit else None,
            unit_printed=unit.printed if unit else None,
            unit_kind=unit.kind if unit else None,
            units_in_measure=len(units),
            role=unit.role if unit else None,
        )
        for unit in named
    ]


def mend_units(draft: Draft) -> list[FindingRow]:
    """Read recognised names that are one character off as the plan's own; a finding for each."""
    mended = mended_names([u.unit for u in draft.units if u.unit])
    findings = []
    for row in draft.units:
        if row.unit in mended:
            name = mended[row.unit]
            findings.append(finding("unit_mended", f"執行單位「{row.unit}」讀作「{name}」。", row))
            row.unit, row.unit_kind = name, kind_of(name)
    for measure in draft.measures:
        measure.units = [mended.get(u, u) for u in measure.units]
    return findings
