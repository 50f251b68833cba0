"""Year over year: what an agency kept, reworded, moved, dropped and added from one plan to its next."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from rapidfuzz import fuzz, process

from normalize.model import Draft
from normalize.vocabulary.text import match_key

KEPT = 0.97  # likeness at or above which the wording is the same
REWORDED = 0.60  # likeness at or above which two measures are one, under the same focus point
MOVED = 0.75  # the same, under another focus point


def changes(drafts: list[Draft]) -> list[dict]:
    """Rows of `measure_changes` for every pair of consecutive current plans of one agency.

    Each measure of either plan stands in exactly one row of the pair. Likeness is RapidFuzz's normalised Indel ratio over the
    folded text (`fuzz.ratio` / 100).
    """
    of_agency: dict[str, list[Draft]] = {}
    for draft in drafts:
        if (
            draft.plan["agency"]
            and draft.plan["year_roc"]
            and draft.plan["is_current"]
            and draft.measures
        ):
            of_agency.setdefault(draft.plan["agency"], []).append(draft)
    rows = []
    for agency in sorted(of_agency):
        for before, after in pairwise(sorted(of_agency[agency], key=lambda d: d.plan["year_roc"])):
            rows += _pair(agency, before, after)
    return rows


def _pair(agency: str, before: Draft, after: Draft) -> list[dict]:
    old, new = before.measures, after.measures
    likeness = (
        process.cdist(
            [match_key(m["text"]) for m in old],
            [match_key(m["text"]) for m in new],
            scorer=fuzz.ratio,
            dtype=np.float32,
        )
        / 100
    )
    codes = [np.array([m["focus_code"] or "" for m in measures]) for measures in (old, new)]
    same_focus = (codes[0][:, None] == codes[1][None, :]) & (codes[0] != "")[:, None]
    # The likeliest pairs are joined first; among equals those under the same focus point, then in printed order.
    order = np.argsort(-(likeness + 0.001 * same_focus), axis=None, kind="stable")
    partner: dict[int, int] = {}
    taken: set[int] = set()
    for flat in order:
        i, j = divmod(int(flat), len(new))
        if likeness[i, j] < REWORDED:
            break
        if (
            i not in partner
            and j not in taken
            and likeness[i, j] >= (REWORDED if same_focus[i, j] else MOVED)
        ):
            partner[i] = j
            taken.add(j)
    rows = []
    for i, m in enumerate(old):
        j = partner.get(i)
        if j is None:
            rows.append(_row(agency, before, after, "dropped", m, None, None))
            continue
        # Editions number differently: between them a focus point cannot be told to have moved.
        comparable = before.plan["taxonomy"] == after.plan["taxonomy"]
        kind = (
            "moved"
            if comparable and not same_focus[i, j] and m["focus_code"] and new[j]["focus_code"]
            else "kept"
            if likeness[i, j] >= KEPT
            else "reworded"
        )
        rows.append(_row(agency, before, after, kind, m, new[j], float(likeness[i, j])))
    rows += [
        _row(agency, before, after, "new", None, m, None)
        for j, m in enumerate(new)
        if j not in taken
    ]
    return rows


def _row(
    agency: str,
    before: Draft,
    after: Draft,
    change: str,
    old: dict | None,
    new: dict | None,
    likeness: float | None,
) -> dict:
    return {
        "agency": agency,
        "year_roc_before": before.plan["year_roc"],
        "year_roc_after": after.plan["year_roc"],
        "change": change,
        "measure_id_before": old and old["measure_id"],
        "measure_id_after": new and new["measure_id"],
        "focus_code_before": old and old["focus_code"],
        "focus_code_after": new and new["focus_code"],
        "likeness": likeness,
        "units_changed": bool(old and new and set(old["units"]) != set(new["units"])),
        "text_before": old and old["text"],
        "text_after": new and new["text"],
    }
