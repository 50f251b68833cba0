"""Sections of a plan as rows, with a kind read from the heading."""

from __future__ import annotations

from functools import cache

from extract.model import PrintedPlan, PrintedSection, PrintedTable
from normalize.model import SectionRow
from normalize.vocabulary import DATA
from normalize.vocabulary.files import json_file
from normalize.vocabulary.text import match_key, repair


@cache
def _kinds() -> list[tuple[str, list[str]]]:
    """(kind, folded words) in the order in which they decide."""
    with json_file(DATA / "sections.json") as raw:
        return [(entry["kind"], [match_key(w) for w in entry["words"]]) for entry in raw["kinds"]]


def section_kind(heading: str, has_plan_table: bool = False) -> str:
    """basis, goals, scope, content, evaluation or other; one with the plan table is content."""
    if has_plan_table:
        return "content"
    key = match_key(heading)
    return next((kind for kind, words in _kinds() if any(w in key for w in words)), "other")


def section_rows(plan: PrintedPlan, plan_id: str) -> list[SectionRow]:
    """Rows of `sections`, text repaired."""
    return [_section_row(plan_id, seq, s) for seq, s in enumerate(plan.sections, 1)]


def _section_row(plan_id: str, seq: int, section: PrintedSection) -> SectionRow:
    heading = repair(section.heading)
    lines = [repair(p.text) for p in section.paragraphs]
    for table in section.tables:
        lines += _table_lines(table)
    return SectionRow(
        plan_id=plan_id,
        seq=seq,
        marker=section.marker,
        heading=heading,
        kind=section_kind(heading, section.has_plan_table),
        text="\n".join(lines),
        page_first=section.page,
    )


def _table_lines(table: PrintedTable) -> list[str]:
    """One line a row, cells divided by bars; the caption leads the first: caption：header | …"""
    rows = (cells for cells in [table.header, *table.rows] if any(cells))
    lines = [" | ".join(repair(c).replace("\n", " ") for c in cells) for cells in rows]
    if table.caption is None:
        return lines
    first, *rest = lines or [""]
    return [f"{repair(table.caption)}：{first}", *rest]
