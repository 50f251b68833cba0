"""Sections of a plan as rows, with a kind read from the heading."""

from __future__ import annotations

import re

from extract.model import PrintedPlan
from normalize.vocabulary.text import match_key, repair

# In this order: the first pattern that a folded heading holds decides.
_KINDS = (
    ("evaluation", re.compile("推動及管考|管考|考核|督考|管制|評核|評估|督導|考評|獎懲|獎勵|績效")),
    ("basis", re.compile("依據|緣起|前言")),
    ("goals", re.compile("目標|目的|願景|宗旨")),
    ("scope", re.compile("實施對象|對象|範圍|適用|實施單位|實施機關|任務分工|單位職掌")),
    ("content", re.compile("內容|策略|作法|做法|執行方法|實施要項|工作要領|執行要項|具體")),
)


def section_kind(heading: str, has_plan_table: bool = False) -> str:
    """basis, goals, scope, content, evaluation or other; the section that holds the plan table is content."""
    if has_plan_table:
        return "content"
    key = match_key(heading)
    return next((kind for kind, pattern in _KINDS if pattern.search(key)), "other")


_KINDS = tuple(
    (kind, re.compile("|".join(match_key(w) for w in pattern.pattern.split("|"))))
    for kind, pattern in _KINDS
)


def section_rows(plan: PrintedPlan, plan_id: str) -> list[dict]:
    """Rows of `sections`, text repaired."""
    rows = []
    for seq, section in enumerate(plan.sections, 1):
        lines = [repair(p.text) for p in section.paragraphs]
        for table in section.tables:
            lines += [
                " | ".join(repair(cell).replace("\n", " ") for cell in cells)
                for cells in [table.header, *table.rows]
                if any(cells)
            ]
        heading = repair(section.heading)
        rows.append(
            {
                "plan_id": plan_id,
                "seq": seq,
                "marker": section.marker,
                "heading": heading,
                "kind": section_kind(heading, section.has_plan_table),
                "text": "\n".join(lines),
                "page_first": section.page,
            }
        )
    return rows
