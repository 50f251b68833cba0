"""Draft of an edition from plans that follow a programme which is not on file.

Headings are taken as printed, the wording most plans use first; a person gives the draft its name,
years and source, and strikes out what is no heading of the programme.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from extract.model import PrintedPlan
from normalize.matching.headings import match_plan, split_focus
from normalize.vocabulary.numerals import leading_number
from normalize.vocabulary.shapes import EditionFile, FocusEntry, PillarEntry
from normalize.vocabulary.text import compact, match_key, repair

ALIKE = 85.0
"""RapidFuzz ratio of folded wordings from which one is a variant of the other."""


@dataclass
class _Heading:
    """One heading: its wordings with the plans that print them, and what stands under it."""

    wordings: Counter[str] = field(default_factory=Counter)
    under: list[_Heading] = field(default_factory=list)
    plans: set[str] = field(default_factory=set)

    def said(self) -> tuple[str, list[str]]:
        """The wording that most plans print, and the others."""
        first, *others = (text for text, _ in self.wordings.most_common())
        return first, others


def strangers(plans: Iterable[PrintedPlan]) -> tuple[list[PrintedPlan], dict[str, str]]:
    """Plans of no known edition; and the others by file, with the edition or why they say
    nothing.
    """
    unknown, others = [], {}
    for plan in plans:
        known = match_plan(plan, None).edition if plan.rows else None
        if known is not None:
            others[plan.source_file] = f"follows edition {known.code}"
        elif not plan.rows:
            others[plan.source_file] = plan.reason or "has no plan table"
        else:
            unknown.append(plan)
    return unknown, others


def draft(plans: list[PrintedPlan]) -> EditionFile:
    """The headings of the plans as an edition, in the order in which they are first met.

    Raises ValueError when they print no pillar.
    """
    pillars: list[_Heading] = []
    for plan in plans:
        for row in plan.rows:
            if not row.pillar.strip():
                continue
            pillar = _met(pillars, row.pillar, plan.sha256)
            for focus in split_focus(row.focus):
                _met(pillar.under, focus, plan.sha256)
    if not pillars:
        raise ValueError("no plan prints a pillar")
    return EditionFile(
        edition="draft",
        programme="（請填方案名稱）",
        source="（請填依據文號）",
        years_roc=(None, None),
        pillars=[_pillar(n, pillar) for n, pillar in enumerate(pillars, 1)],
    )


def _met(known: list[_Heading], printed: str, plan: str) -> _Heading:
    """The heading of this wording, added when it is none of those known."""
    text = compact(repair(leading_number(printed)[1]))
    key = match_key(text)
    alike = ((max(_likeness(key, w) for w in heading.wordings), heading) for heading in known)
    likeness, found = max(alike, key=lambda pair: pair[0], default=(0.0, None))
    if found is None or likeness < ALIKE:
        found = _Heading()
        known.append(found)
    if plan not in found.plans or text not in found.wordings:
        found.wordings[text] += 1
    found.plans.add(plan)
    return found


def _likeness(key: str, wording: str) -> float:
    return fuzz.ratio(key, match_key(wording))


def _pillar(number: int, heading: _Heading) -> PillarEntry:
    text, variants = heading.said()
    focus = [_focus(f"{number}.{n}", one) for n, one in enumerate(heading.under, 1)]
    return PillarEntry(
        code=str(number), text=text, focus=focus, variants=variants, seen=len(heading.plans)
    )


def _focus(code: str, heading: _Heading) -> FocusEntry:
    text, variants = heading.said()
    return FocusEntry(code=code, text=text, variants=variants, seen=len(heading.plans))
