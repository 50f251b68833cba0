"""Measures of nearly the same wording over all offices and years: families.

A family is named by the first measure that has it (year, then measure_key). Once published it keeps
its name: the part that holds the naming measure, else most of the family's measures.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from normalize.matching.alike import leaders
from normalize.model import ChangeRow, FamilyRow, MeasureRow
from normalize.vocabulary.text import match_key

LAST = 10_000  # stands for a year that is not known


@dataclass(frozen=True)
class Families:
    """Rows of `measure_families`, and in words what became of families published before."""

    rows: list[FamilyRow]
    moves: list[str]


@dataclass
class _Family:
    """Measures of one wording in their order, each with its likeness to the first one's."""

    members: list[tuple[MeasureRow, float]]
    name: str = ""

    @property
    def current(self) -> list[tuple[MeasureRow, float]]:
        """Members of filings that count."""
        return [(m, like) for m, like in self.members if m.is_current]


def find_families(measures: Iterable[MeasureRow], before: dict[str, str]) -> Families:
    """Set `family_id` of the measures and return the families.

    A family has at least two measures in filings that count; those of superseded filings belong to
    it and are not counted. `before` gives the family of each measure_key as published.
    """
    found = [f for f in _grouped(measures) if len({m.measure_key for m, _ in f.current}) > 1]
    _name(found, before)
    for family in found:
        for m, _ in family.members:
            m.family_id = family.name
    rows = sorted(map(_row, found), key=lambda row: row.family_id)
    return Families(rows, _moves(found, before))


def _grouped(measures: Iterable[MeasureRow]) -> list[_Family]:
    """All measures by the wording they are like, in the order of who wrote it first."""
    by_text: dict[str, list[MeasureRow]] = defaultdict(list)
    for m in sorted(measures, key=_order):
        if key := match_key(m.text):
            by_text[key].append(m)
    families: dict[int, _Family] = {}
    lead, likeness = leaders(list(by_text))
    for same, first, like in zip(by_text.values(), lead, likeness):
        families.setdefault(first, _Family([])).members += [(m, like) for m in same]
    return list(families.values())


def _order(m: MeasureRow) -> tuple[bool, int, str, str]:
    """Filings that count first, then by year; measure_id tells filings of one year apart."""
    return not m.is_current, m.year_roc or LAST, m.measure_key, m.measure_id


def _row(family: _Family) -> FamilyRow:
    members = [m for m, _ in family.current]
    years = [m.year for m in members if m.year]
    return FamilyRow(
        family_id=family.name,
        members=len(members),
        agencies=len({m.agency for m in members}),
        year_first=min(years, default=None),
        year_last=max(years, default=None),
        text=members[0].text,
        likeness=fmean(like for _, like in family.current),
    )


def _name(families: Sequence[_Family], before: dict[str, str]) -> None:
    """Names as published for what goes on, new ones for the rest."""
    votes: Counter[tuple[str, int]] = Counter()
    holds: set[tuple[str, int]] = set()
    for at, family in enumerate(families):
        for key in _keys(family):
            if old := before.get(key):
                votes[old, at] += 1
            holds.add((key, at))
    taken: set[str] = set()
    for old, at in sorted(votes, key=lambda v: (v not in holds, -votes[v], v)):
        if old not in taken and not families[at].name:
            families[at].name = old
            taken.add(old)
    for family in families:
        if not family.name:
            keys = _keys(family)
            free = (key for key in keys if key not in taken)
            family.name = next(free, f"{keys[0]}-2")
            taken.add(family.name)


def _keys(family: _Family) -> list[str]:
    """Keys of the members that count, each once."""
    return list(dict.fromkeys(m.measure_key for m, _ in family.current))


def _moves(families: Sequence[_Family], before: dict[str, str]) -> list[str]:
    """What was one family and is several now, and the other way round."""
    now: dict[str, set[str]] = defaultdict(set)
    once: dict[str, set[str]] = defaultdict(set)
    for family in families:
        for old in {before[key] for key in _keys(family) if key in before}:
            now[old].add(family.name)
            once[family.name].add(old)
    split = [f"{old} split: {', '.join(sorted(new))}" for old, new in now.items() if len(new) > 1]
    merged = [f"{new} merged: {', '.join(sorted(o))}" for new, o in once.items() if len(o) > 1]
    return sorted(split + merged)


def seen_before(changes: Iterable[ChangeRow], measures: Iterable[MeasureRow]) -> None:
    """Set `seen_before_at` of new measures: the first of the family, if of an earlier year."""
    first: dict[str, MeasureRow] = {}
    family: dict[str, str] = {}
    for m in sorted(measures, key=_order):
        if m.family_id:
            family[m.measure_id] = m.family_id
            if m.is_current:
                first.setdefault(m.family_id, m)
    for change in changes:
        of = family.get(change.measure_id_after or "") if change.change == "new" else None
        if of and (first[of].year_roc or LAST) < change.year_roc_after:
            change.seen_before_at = first[of].measure_id
