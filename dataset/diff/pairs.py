"""Which rows of two datasets are one: plans first, then their measures, then what hangs on them.

Everything is by key, in time that grows with the rows; texts are compared only where keys leave
rows over.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Rows = dict[str, Any]
Ints = npt.NDArray[np.int64]
PLAN_ID = 12  # characters of a measure_id that are its plan's


@dataclass(frozen=True)
class PlanPairs:
    """Plans of two datasets: `(before, after)` rows that are one, and those that stand alone.

    A plan filed again has another content and so another plan_id: its two rows are one where file
    name, or agency and year, are the same, and neither content is in both datasets.
    """

    pairs: list[tuple[Rows, Rows]]
    gone: list[Rows]
    new: list[Rows]

    @property
    def after(self) -> dict[str, str]:
        """plan_id before -> plan_id after, of plans filed again."""
        ids = ((old["plan_id"], new["plan_id"]) for old, new in self.pairs)
        return {old: new for old, new in ids if old != new}


def pair_plans(before: list[Rows], after: list[Rows]) -> PlanPairs:
    """Pair rows of `plans`: by content, then by file name, then by agency and year."""
    known = {row["plan_id"]: row for row in before}
    pairs = [(known.pop(new["plan_id"]), new) for new in after if new["plan_id"] in known]
    same = {new["plan_id"] for _, new in pairs}
    gone, new = list(known.values()), [row for row in after if row["plan_id"] not in same]
    for key in (_file, _filing):
        found, gone, new = _paired(gone, new, key)
        pairs += found
    return PlanPairs(pairs, gone, new)


def _file(plan: Rows) -> Hashable:
    name: str = plan["source_file"]
    return name


def _filing(plan: Rows) -> Hashable:
    return (plan["agency"], plan["year_roc"]) if plan["agency"] and plan["year_roc"] else None


def _paired(
    gone: list[Rows], new: list[Rows], key: Callable[[Rows], Hashable]
) -> tuple[list[tuple[Rows, Rows]], list[Rows], list[Rows]]:
    """Pairs of equal key (None is equal to nothing), in order; and what is left of both."""
    waiting: dict[Hashable, list[Rows]] = defaultdict(list)
    for row in gone:
        waiting[key(row)].append(row)
    waiting.pop(None, None)
    pairs, left = [], []
    for row in new:
        mine = waiting.get(key(row))
        pairs.append((mine.pop(0), row)) if mine else left.append(row)
    taken = {old["plan_id"] for old, _ in pairs}
    return pairs, [row for row in gone if row["plan_id"] not in taken], left


def renamed(values: pa.ChunkedArray, names: dict[str, str]) -> pa.ChunkedArray:
    """A column of strings with some of them exchanged for others."""
    if not names:
        return values
    at = pc.index_in(values, pa.array(list(names)))
    return pc.coalesce(pc.take(pa.array(list(names.values())), at), values)


def pair_measures(before: pa.Table, after: pa.Table, plans: dict[str, str]) -> tuple[Ints, Ints]:
    """Rows of `measures` that are one, as indexes into both.

    In each plan by key (the same wording under the same headings), then the same wording, then the
    same place in print, reworded. `plans` is `PlanPairs.after`.
    """
    of_plan = renamed(before["plan_id"], plans)
    places = (pc.utf8_slice_codeunits(t["measure_id"], PLAN_ID) for t in (before, after))
    steps = [(before["text"], after["text"]), tuple(places)]
    if "measure_key" in before.column_names:
        steps.insert(0, (before["measure_key"], after["measure_key"]))
    return _stepwise(of_plan, after["plan_id"], steps)


def _stepwise(
    old_plan: pa.ChunkedArray,
    new_plan: pa.ChunkedArray,
    steps: Iterable[tuple[pa.ChunkedArray, pa.ChunkedArray]],
) -> tuple[Ints, Ints]:
    left_old, left_new = np.arange(len(old_plan)), np.arange(len(new_plan))
    olds, news = [], []
    for old_key, new_key in steps:
        old, new = pair_rows(
            [taken(old_plan, left_old), taken(old_key, left_old)],
            [taken(new_plan, left_new), taken(new_key, left_new)],
        )
        olds.append(left_old[old])
        news.append(left_new[new])
        left_old, left_new = np.delete(left_old, old), np.delete(left_new, new)
    return np.concatenate(olds), np.concatenate(news)


def taken(values: pa.ChunkedArray, rows: Ints) -> pa.ChunkedArray:
    """A column's values in these rows; the column itself where that is all of them in order."""
    whole = len(rows) == len(values) and bool((rows == np.arange(len(rows))).all())
    return values if whole else values.take(rows)


def pair_rows(before: list[pa.ChunkedArray], after: list[pa.ChunkedArray]) -> tuple[Ints, Ints]:
    """Rows whose key columns are the same, as indexes into both; of equal rows the first each."""
    old, new = (_key(columns) for columns in (before, after))
    at = pc.fill_null(pc.index_in(new, old), -1).to_numpy(zero_copy_only=False).astype(np.int64)
    found, first = np.unique(at, return_index=True)
    return (found[1:], first[1:]) if len(found) and found[0] == -1 else (found, first)


def _key(columns: list[pa.ChunkedArray]) -> pa.Array:
    """Columns joined to one of strings; no value is an empty one."""
    strings = [pc.fill_null(c.cast(pa.large_string()), "") for c in columns]
    joined = pc.binary_join_element_wise(*strings, pa.scalar("\x1f", pa.large_string()))
    return joined.combine_chunks() if isinstance(joined, pa.ChunkedArray) else joined
