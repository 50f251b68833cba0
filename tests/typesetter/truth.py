"""What a made plan says, written as the truth files of `tests/plans/truth` are."""

from __future__ import annotations

import random
from dataclasses import replace

from normalize.vocabulary.taxonomy import Edition, edition

from .content import NUMERALS, Measure, Plan, Row
from .shapes import Shape

EDITION = "2017"


def official(plan: Plan, rng: random.Random) -> Plan:
    """The plan under headings of the national programme, so that they have codes."""
    known = edition(EDITION)
    chosen = sorted(rng.sample(range(len(known.focus)), len(plan.rows)))
    numbers: dict[str, int] = {}
    rows = []
    for row, at in zip(plan.rows, chosen):
        point = known.focus[at]
        numbers[point.pillar] = numbers.get(point.pillar, 0) + 1
        pillar = NUMERALS[len(numbers) - 1] + "、" + known.by_code[point.pillar].text
        focus = f"（{NUMERALS[numbers[point.pillar] - 1]}）{point.text}"
        rows.append(replace(row, pillar=pillar, focus=focus))
    return replace(plan, rows=tuple(rows))


def truth_record(plan: Plan, codes: list[str], slug: str, agency: str, year: int) -> dict:
    """The truth file of a plan; `codes` are its rows' focus points."""
    before = [_section(s) for s in plan.sections]
    before[-1]["has_plan_table"] = True
    before[-1]["paragraphs"] += plan.notes
    return {
        "slug": slug,
        "title": plan.title,
        "agency": agency,
        "year_roc": year,
        "edition": EDITION,
        "sections": before + [_section(s) for s in plan.after],
        "rows": [_row(row, code, plan.aligned) for row, code in zip(plan.rows, codes)],
        "notes": ["made plan"],
    }


def _section(section: tuple[str, str, tuple[str, ...]]) -> dict:
    marker, heading, paragraphs = section
    return {
        "marker": marker,
        "heading": heading,
        "paragraphs": list(paragraphs),
        "has_plan_table": False,
        "tables": [],
    }


def _row(row: Row, code: str, aligned: bool) -> dict:
    return {
        "pillar": row.pillar,
        "pillar_code": code.split(".")[0],
        "focus_cell": [row.focus],
        "focus_cell_id": code,
        "theme": row.theme,
        "measures": [_measure(m, code, aligned) for m in row.measures],
    }


def _measure(measure: Measure, code: str, aligned: bool) -> dict:
    return {
        "marker": measure.marker,
        "title": measure.title,
        "paragraphs": list(measure.paragraphs),
        "units": list(measure.units),
        "units_printed_beside": "measure" if aligned else "row",
        "focus_code": code,
        "focus_certainty": "printed",
    }


def focus_codes(plan: Plan, known: Edition) -> list[str]:
    """The codes of a plan's focus points, which must be official ones."""
    codes = {point.text: point.code for point in known.focus}
    return [codes[row.focus.split("）", 1)[1]] for row in plan.rows]


def made(shape: Shape, seed: int, slug: str, agency: str, year: int) -> tuple[bytes, dict]:
    """A plan of this shape as PDF, and its truth."""
    rng = random.Random(seed)
    plan = official(shape.plan(seed, rng.randint(6, 10)), rng)
    codes = focus_codes(plan, edition(EDITION))
    pdf, said = shape.print(replace(plan, title=f"{agency}{year}年度提升服務執行計畫"))
    return pdf, truth_record(said, codes, slug, agency, year)
