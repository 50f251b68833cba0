"""What changed between two datasets: plans as events, values by name, doubts that are new.

Columns are compared whole, in Arrow; rows become Python objects only where they are shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dataset.diff.pairs import (
    Ints,
    PlanPairs,
    Rows,
    pair_measures,
    pair_plans,
    pair_rows,
    renamed,
    taken,
)
from dataset.diff.records import Change, Difference, Doubt, PlanEvent
from dataset.schema import FINDINGS, MEASURE_UNITS, MEASURES, PLANS, SECTIONS, TAXONOMY

Tables = dict[str, pa.Table]
Mask = npt.NDArray[np.bool_]

LEAST = 0.01
"""Difference of a score, margin or share from which it is a change."""
SHOWN = 40
"""Changes of one column that are listed; all are counted."""
WORDS = 16
"""Characters of a measure that name it."""

# The gravest first; columns that are not named come after these, in the schema's order.
GRAVEST = (
    *("status", "reason", "is_current", "agency", "year_roc", "taxonomy"),
    *("pillar_code", "focus_code", "units", "unit_kind", "role"),
    *("text", "theme", "title", "heading", "kind", "marker"),
)
SCORES = ("pillar_score", "focus_score", "pillar_margin", "focus_margin", "text_confidence")

# What follows from another column, what names the row or its making, where it stands on the page.
_FOLLOWS = {"measure", "pillar", "focus", "year", "text_folded", "needs_review", "doubts"}
_MAKING = {"extracted_at", "pipeline_version", "examples_version", "interim_sha256", "sha256"}
_PLACE = {"boxes", "seq", "pages", "glyphs", "page_first", "page_last"}
_NAMES = {"plan_id", "measure_id", "measure_key", "source_file", "review_url", "family_id"}
_COUNTS = {"findings", "measures", "glyphs_unplaced"}
ASIDE = _FOLLOWS | _MAKING | _PLACE | _NAMES | _COUNTS
# Columns that repeat those of another table are told once, there.
_OF_PLAN = set(PLANS.names) - {"title"}
REPEATED = {MEASURES.name: _OF_PLAN, MEASURE_UNITS.name: _OF_PLAN | set(MEASURES.names)}


def diff(before: Tables | None, after: Tables) -> Difference:
    """Compare the tables published before (None: there were none) with those made now."""
    return _Comparison(before or {n: t.slice(0, 0) for n, t in after.items()}, after).difference()


def doubts(tables: Tables, wanted: Callable[[str], bool]) -> list[Doubt]:
    """Findings whose code is wanted, in the table's order."""
    found = tables[FINDINGS.name]
    codes = [code for code in pc.unique(found["code"]).to_pylist() if wanted(code)]
    mine = found.filter(pc.is_in(found["code"], pa.array(codes, pa.string())))
    return _doubts(mine, {p["plan_id"]: p for p in _plans(tables)})


class _Comparison:
    def __init__(self, before: Tables, after: Tables) -> None:
        self.before, self.after = before, after
        self.plans: PlanPairs = pair_plans(_plans(before), _plans(after))
        self.by_id = {p["plan_id"]: p for p in _plans(after)}
        old, new = before[MEASURES.name], after[MEASURES.name]
        self.old, self.new = pair_measures(old, new, self.plans.after)
        self.reworded, self.altered = np.zeros((2, len(self.new)), dtype=bool)
        self.out = Difference()

    def difference(self) -> Difference:
        for name, table in self.after.items():
            was = self.before[name].num_rows if name in self.before else 0
            self.out.rows[name] = (was, table.num_rows)
        self._values()
        self.out.plans = list(self._events())
        self._new_doubts()
        return self.out

    def _values(self) -> None:
        """Compare all columns of the tables that are compared row by row."""
        found: list[tuple[int, str, int, list[Change]]] = []
        for table, (old, new) in self._paired().items():
            then, now = self.before[table], self.after[table]
            for column, differs in _differences(table, (then, old), (now, new)):
                at = np.flatnonzero(differs)
                if table == MEASURES.name and column not in SCORES:
                    (self.reworded if column == "text" else self.altered)[at] = True
                few = at[:SHOWN]
                shown = list(self._changes(table, column, then.take(old[few]), now.take(new[few])))
                found.append((_rank(column), f"{table}.{column}", len(at), shown))
        for _, name, count, shown in sorted(found, key=lambda f: f[:2]):
            self.out.columns[name] = count
            self.out.changes += shown

    def _paired(self) -> dict[str, tuple[Ints, Ints]]:
        """Rows that are one, by table."""
        names = self.plans.after
        out = {MEASURES.name: (self.old, self.new)}
        old, new = self.before[MEASURE_UNITS.name], self.after[MEASURE_UNITS.name]
        now = _exchanged(old["measure_id"], *self._ids())
        out[MEASURE_UNITS.name] = pair_rows([now, old["unit"]], [new["measure_id"], new["unit"]])
        for table, rest in ((PLANS, ()), (SECTIONS, ("seq",))):
            old, new = self.before[table.name], self.after[table.name]
            own = renamed(old["plan_id"], names)
            out[table.name] = pair_rows(
                [own, *(old[c] for c in rest)], [new["plan_id"], *(new[c] for c in rest)]
            )
        old, new = self.before[TAXONOMY.name], self.after[TAXONOMY.name]
        out[TAXONOMY.name] = pair_rows(*([t[c] for c in TAXONOMY.key] for t in (old, new)))
        return out

    def _changes(self, table: str, column: str, then: pa.Table, rows: pa.Table) -> Iterator[Change]:
        for old, row in zip(then[column].to_pylist(), rows.to_pylist()):
            yield Change(
                table,
                column,
                row.get("plan_id"),
                row.get("measure_id"),
                *self._named(row.get("plan_id")),
                row.get("marker"),
                _words(row),
                _text(old),
                _text(row[column]),
            )

    def _named(self, plan_id: str | None) -> tuple[str | None, int | None]:
        plan = self.by_id.get(plan_id or "")
        return (plan["agency"] or plan["source_file"], plan["year_roc"]) if plan else (None, None)

    def _events(self) -> Iterator[PlanEvent]:
        old, new = self.before[MEASURES.name]["plan_id"], self.after[MEASURES.name]["plan_id"]
        kept = _counts(new.take(self.new))
        reworded = _counts(new.take(self.new[self.reworded]))
        altered = _counts(new.take(self.new[self.altered & ~self.reworded]))
        was, now = _counts(renamed(old, self.plans.after)), _counts(new)
        for plan in self.plans.new:
            yield _event("new", plan, {"added": now[plan["plan_id"]]})
        for then, plan in self.plans.pairs:
            one = plan["plan_id"]
            counts = {
                "kept": kept[one] - reworded[one] - altered[one],
                "reworded": reworded[one],
                "altered": altered[one],
                "added": now[one] - kept[one],
                "removed": was[one] - kept[one],
            }
            event = _what(then, plan, counts)
            if event:
                name = then["source_file"] if then["source_file"] != plan["source_file"] else None
                yield _event(event, plan, counts, name)
        for plan in self.plans.gone:
            yield _event("withdrawn", plan, {"removed": was[plan["plan_id"]]})

    def _new_doubts(self) -> None:
        """Findings that ask for a person and did not stand in the dataset before."""
        now, then = (_asking(t[FINDINGS.name]) for t in (self.after, self.before))
        where = _exchanged(then["measure_id"], *self._ids())
        plan = renamed(then["plan_id"], self.plans.after)
        old, new = pair_rows(
            [plan, where, then["code"], _page(then)],
            [now["plan_id"], now["measure_id"], now["code"], _page(now)],
        )
        fresh = now.take(np.delete(np.arange(now.num_rows), new))
        self.out.doubts_by_code = dict(Counter(fresh["code"].to_pylist()).most_common())
        self.out.doubts = _doubts(fresh.slice(0, SHOWN), self.by_id)

    def _ids(self) -> Iterable[pa.ChunkedArray]:
        """Identifiers of measures that are one: before, after."""
        both = (self.before, self.old), (self.after, self.new)
        return (taken(tables[MEASURES.name]["measure_id"], rows) for tables, rows in both)


def _plans(tables: Tables) -> list[Rows]:
    columns = ["plan_id", "source_file", "agency", "year_roc", "status", "reason", "measures"]
    rows: list[Rows] = tables[PLANS.name].select(columns).to_pylist()
    return rows


def _differences(
    table: str, before: tuple[pa.Table, Ints], after: tuple[pa.Table, Ints]
) -> Iterator[tuple[str, Mask]]:
    """Columns in which paired rows differ, and in which of them."""
    aside = ASIDE | REPEATED.get(table, set())
    for column in after[0].column_names:
        if column in aside or column not in before[0].column_names:
            continue
        differs = _differs(*(taken(t[column], rows) for t, rows in (before, after)))
        if differs.any():
            yield column, differs


def _differs(old: pa.ChunkedArray, new: pa.ChunkedArray) -> Mask:
    """Where values differ, those of floating columns by LEAST and more; shape (rows,)."""
    if pa.types.is_list(new.type):
        old, new = (pc.binary_join(c, "\x1f") for c in (old, new))
    if pa.types.is_floating(new.type):
        apart = pc.greater_equal(pc.abs(pc.subtract(old, new)), LEAST)
    else:
        apart = pc.not_equal(old, new)
    one_null = pc.xor(pc.is_null(old), pc.is_null(new))
    mask: Mask = pc.coalesce(apart, one_null).to_numpy()
    return mask


def _exchanged(
    values: pa.ChunkedArray, old: pa.ChunkedArray, new: pa.ChunkedArray
) -> pa.ChunkedArray:
    """Each value that stands in `old` as the one beside it in `new`."""
    return pc.coalesce(pc.take(new, pc.index_in(values, old.combine_chunks())), values)


def _asking(findings: pa.Table) -> pa.Table:
    return findings.filter(pc.not_equal(findings["severity"], "note"))


def _page(findings: pa.Table) -> pa.ChunkedArray:
    """The page of findings that name no measure: of those it is part of what they say."""
    return pc.if_else(pc.is_null(findings["measure_id"]), findings["page"], None)


def _counts(ids: pa.ChunkedArray) -> Counter[str]:
    found = pc.value_counts(ids)
    return Counter(dict(zip(found.field(0).to_pylist(), found.field(1).to_pylist())))


def _rank(column: str) -> int:
    if column in SCORES:
        return len(GRAVEST) + 1
    return GRAVEST.index(column) if column in GRAVEST else len(GRAVEST)


def _what(then: Rows, plan: Rows, counts: dict[str, int]) -> str | None:
    """The event of a plan that stands in both datasets; None where nothing happened."""
    if then["plan_id"] != plan["plan_id"]:
        return "replaced"
    if then["source_file"] != plan["source_file"]:
        return "renamed"
    altered = any(count for what, count in counts.items() if what != "kept")
    return "changed" if altered or then["status"] != plan["status"] else None


def _event(
    event: str, plan: Rows, counts: dict[str, int], file_before: str | None = None
) -> PlanEvent:
    named = plan["plan_id"], plan["agency"], plan["year_roc"], plan["source_file"]
    return PlanEvent(event, *named, file_before, {k: n for k, n in counts.items() if n})


def _doubts(findings: pa.Table, plans: dict[str, Rows]) -> list[Doubt]:
    return [
        Doubt(
            f["severity"],
            f["code"],
            f["message"],
            f["plan_id"],
            f["measure_id"],
            plans[f["plan_id"]]["agency"] or plans[f["plan_id"]]["source_file"],
            plans[f["plan_id"]]["year_roc"],
            f["page"],
        )
        for f in findings.to_pylist()
    ]


def _words(row: Rows) -> str:
    """The first words of what the row says."""
    said = row.get("text") or row.get("measure") or row.get("heading") or row.get("source_file")
    return "".join((said or row.get("focus") or "").split())[:WORDS]


def _text(value: Any) -> str:
    text = "、".join(value) if isinstance(value, list) else "" if value is None else str(value)
    return text[:200]
