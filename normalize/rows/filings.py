"""Which filing of an agency and year is the current one.

No filing date is printed as a rule. A filing is later, in this order of evidence: a later approval
date printed with the title; a title or file name that says it was revised (修正, 第二版). Between
filings that are otherwise equal (the same plan in several typesettings or scans) the one read best
stands for all: status ok before partial, born digital before recognised text, more measures, then
the shorter and alphabetically first file name. A person's word on it (a correction of `is_current`)
stands above all that. Every filing keeps its rows.
"""

from __future__ import annotations

import re

from normalize.model import Draft
from normalize.vocabulary.titles import REVISED

_FILE_REVISED = re.compile(rf"{REVISED.pattern}|[_-](?:rev|v[2-9])", re.IGNORECASE)
_STATUS = {"ok": 2, "partial": 1}
_SOURCE = {"digital": 2, "mixed": 1}


def _rank(draft: Draft) -> tuple[bool, tuple[int, int, int], bool, int, int, int]:
    plan = draft.plan
    revised = draft.title.revised or bool(_FILE_REVISED.search(plan.source_file))
    return (
        draft.current is True,
        draft.title.approved_roc or (0, 0, 0),
        revised,
        _STATUS.get(plan.status, 0),
        _SOURCE.get(plan.text_source, 0),
        plan.measures,
    )


def mark_current(drafts: list[Draft]) -> None:
    """Set `is_current` of every plan.

    Documents without agency or year (rejected ones) supersede nothing.
    """
    groups: dict[tuple[str, int], list[Draft]] = {}
    for draft in drafts:
        draft.plan.is_current = draft.current is not False
        if draft.plan.status in _STATUS and draft.plan.agency and draft.plan.year_roc:
            groups.setdefault((draft.plan.agency, draft.plan.year_roc), []).append(draft)
    for filings in groups.values():
        filings.sort(key=lambda d: (len(d.plan.source_file), d.plan.source_file, d.plan.plan_id))
        left = [d for d in filings if d.current is not False]
        best = max(left, key=_rank, default=None)  # the first of equals
        for draft in filings:
            draft.plan.is_current = draft is best
