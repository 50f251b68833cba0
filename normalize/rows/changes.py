"""Year over year: what an agency kept, reworded, moved, dropped or added in its next plan."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from rapidfuzz import fuzz, process

from normalize.model import ChangeRow, Draft, MeasureRow
from normalize.vocabulary.text import match_key

KEPT = 0.97  # likeness at or above which the wording is the same
REWORDED = 0.60  # likeness at or above which two measures are one, under the same focus point
MOVED = 0.75  # the same, under another focus point


def changes(drafts: list[Draft]) -> list[ChangeRow]:
    """Rows of `measure_changes` for every pair of consecutive current plans of one agency.

    Each measure of either plan stands in exactly one row of the pair. Likeness is RapidFuzz's
    normalised Indel ratio over the folded text (`fuzz.ratio` / 100).
    """
    of_agency: dict[str, list[tuple[int, Draft]]] = {}
    for draft in drafts:
        plan = draft.plan
        if plan.agency and plan.year_roc and plan.is_current and draft.measures:
            of_agency.setdefault(plan.agency, []).append((plan.year_roc, draft))
    rows = []
    for agency in sorted(of_agency):
        plans = sorted(of_agency[agency], key=lambda p: p[0])
        for (year, before), (year_after, after) in pairwise(plans):
            rows += _Pair(agency, year, year_after, before, after).rows()
    return rows


class _Pair:
    """Two consecutive plans of an agency, and which of their measures are one."""

    def __init__(self, agency: str, year: int, year_after: int, old: Draft, new: Draft) -> None:
        self.facts = agency, year, year_after
        self.old, self.new = old.measures, new.measures
        self.likeness = _likeness(self.old, self.new)
        self.same_focus = _same_focus(self.old, self.new)
        # Editions number differently: between them a focus point cannot be told to have moved.
        self.comparable = old.plan.taxonomy == new.plan.taxonomy

    def rows(self) -> list[ChangeRow]:
        partner = self._partners()
        taken = set(partner.values())
        out = []
        for i, m in enumerate(self.old):
            j = partner.get(i)
            if j is None:
                out.append(_row(self.facts, "dropped", m, None, None))
            else:
                likeness = float(self.likeness[i, j])
                out.append(_row(self.facts, self._kind(i, j), m, self.new[j], likeness))
        added = (m for j, m in enumerate(self.new) if j not in taken)
        return out + [_row(self.facts, "new", None, m, None) for m in added]

    def _partners(self) -> dict[int, int]:
        """Index of the new measure for each old one that has one.

        The likeliest pairs are joined first; among equals those under the same focus point, then
        in printed order.
        """
        order = np.argsort(-(self.likeness + 0.001 * self.same_focus), axis=None, kind="stable")
        partner: dict[int, int] = {}
        taken: set[int] = set()
        for flat in order:
            i, j = divmod(int(flat), len(self.new))
            if self.likeness[i, j] < REWORDED:
                break
            least = REWORDED if self.same_focus[i, j] else MOVED
            if i not in partner and j not in taken and self.likeness[i, j] >= least:
                partner[i] = j
                taken.add(j)
        return partner

    def _kind(self, i: int, j: int) -> str:
        both_known = self.old[i].focus_code and self.new[j].focus_code
        if self.comparable and not self.same_focus[i, j] and both_known:
            return "moved"
        return "kept" if self.likeness[i, j] >= KEPT else "reworded"


def _likeness(old: list[MeasureRow], new: list[MeasureRow]) -> np.ndarray:
    """Likeness of every pair, shape (old, new), 0-1."""
    keys = ([match_key(m.text) for m in measures] for measures in (old, new))
    likeness: np.ndarray = process.cdist(*keys, scorer=fuzz.ratio, dtype=np.float32)
    return likeness / 100


def _same_focus(old: list[MeasureRow], new: list[MeasureRow]) -> np.ndarray:
    """Which pairs stand under the same, known, focus point, shape (old, new)."""
    before, after = (np.array([m.focus_code or "" for m in ms]) for ms in (old, new))
    same: np.ndarray = (before[:, None] == after[None, :]) & (before != "")[:, None]
    return same


def _row(
    facts: tuple[str, int, int],
    change: str,
    old: MeasureRow | None,
    new: MeasureRow | None,
    likeness: float | None,
) -> ChangeRow:
    agency, year, year_after = facts
    return ChangeRow(
        agency=agency,
        year_roc_before=year,
        year_roc_after=year_after,
        change=change,
        measure_id_before=old.measure_id if old else None,
        measure_id_after=new.measure_id if new else None,
        focus_code_before=old.focus_code if old else None,
        focus_code_after=new.focus_code if new else None,
        likeness=likeness,
        units_changed=bool(old and new and set(old.units) != set(new.units)),
        text_before=old.text if old else None,
        text_after=new.text if new else None,
    )
