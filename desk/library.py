"""The published dataset as the desk reads it: DuckDB over the Parquet files of one release."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from extract.errors import BadInput
from review.page import Counts, in_order

Row = dict[str, Any]
TABLES = ("measures", "plans", "findings")


class Release:
    """The tables of one release; queries may come from several threads."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.name = folder, folder.name
        self._base = duckdb.connect(":memory:", config={"enable_external_access": "true"})
        for name in TABLES:
            path = folder / f"{name}.parquet"
            files = f"{path}/*.parquet" if path.is_dir() else str(path)
            quoted = files.replace("'", "''")
            # Read as published: what a run publishes later is another release.
            self._base.execute(f"CREATE VIEW {name} AS FROM read_parquet('{quoted}')")

    def cursor(self) -> duckdb.DuckDBPyConnection:
        return self._base.cursor()

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        found = self.cursor().execute(sql, list(values))
        names = [d[0] for d in found.description]
        return [dict(zip(names, row)) for row in found.fetchall()]

    def of_plan(self, table: str, plan_id: str) -> list[Row]:
        """The rows of a plan in a table, in their order."""
        assert table in TABLES
        order = " ORDER BY seq" if table == "measures" else ""
        return self.rows(f"FROM {table} WHERE plan_id = ?{order}", [plan_id])

    @cached_property
    def plans(self) -> dict[str, Row]:
        """All plans in order of agency, year and file name."""
        # A time with a zone takes one more package to read, and nothing here shows it.
        sql = "SELECT * EXCLUDE (extracted_at) FROM plans"
        return {p["plan_id"]: p for p in in_order(self.rows(sql))}

    @cached_property
    def counts(self) -> dict[str, Counts]:
        """Number of findings of each plan by (severity, code)."""
        counts = {plan_id: Counter[tuple[str, str]]() for plan_id in self.plans}
        for f in self.rows(
            "SELECT plan_id, severity, code, count(*) AS n FROM findings GROUP BY ALL"
        ):
            counts[f["plan_id"]][f["severity"], f["code"]] = f["n"]
        return counts

    @cached_property
    def doubtful(self) -> list[Row]:
        """Measures that need review, in the order of `plans` and of print, with one finding each
        that says why."""
        order = {plan_id: at for at, plan_id in enumerate(self.plans)}
        reasons: dict[str, list[Row]] = {}
        for f in self.rows("FROM findings WHERE measure_id IS NOT NULL AND severity <> 'note'"):
            reasons.setdefault(f["measure_id"], []).append(f)
        found = self.rows("SELECT * EXCLUDE (boxes, text_folded) FROM measures WHERE needs_review")
        found.sort(key=lambda m: (order[m["plan_id"]], m["seq"]))
        return [m | {"reasons": reasons.get(m["measure_id"], [])} for m in found]

    @cached_property
    def settled(self) -> set[str]:
        """Measures on which a person's word was published."""
        sql = "SELECT measure_id FROM measures WHERE len(corrected) + len(confirmed) > 0"
        return {m["measure_id"] for m in self.rows(sql)}

    def measure(self, measure_id: str, key: str = "") -> Row | None:
        """A measure by its identifier, else by its key in the filing that is current."""
        found = self.rows("FROM measures WHERE measure_id = ?", [measure_id])
        if not found and key:
            sql = "FROM measures WHERE measure_key = ? ORDER BY is_current DESC, plan_id LIMIT 1"
            found = self.rows(sql, [key])
        return found[0] if found else None


class Library:
    """The dataset at `processed`: always its current release.

    Raises BadInput where there is none.
    """

    def __init__(self, processed: Path) -> None:
        self._processed = processed
        self._lock = threading.Lock()
        self._now: Release | None = None
        self.release()

    def release(self) -> Release:
        """The release that is current now."""
        current = self._processed / "current"
        folder = current.resolve() if current.is_dir() else self._processed
        with self._lock:
            if self._now is None or self._now.folder != folder:
                if not (folder / "plans.parquet").exists():
                    todo = "no dataset; run plans extract and plans normalize first"
                    raise BadInput(str(self._processed), todo)
                self._now = Release(folder)
            return self._now
