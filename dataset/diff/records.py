"""What a comparison of two datasets says: plain records, written as JSON as they are."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class PlanEvent:
    """A plan that is new, filed again (replaced), renamed, withdrawn, or read otherwise (changed).

    `counts` are its measures by what became of them: kept, reworded, altered (another value), added
    and removed. `file_before` is set where the name is another now.
    """

    event: str
    plan_id: str
    agency: str
    year_roc: int | None
    file: str
    file_before: str | None = None
    counts: dict[str, int] = field(default_factory=dict)


@dataclass
class Change:
    """One value that is another now, and the words that name its row."""

    table: str
    column: str
    plan_id: str | None
    measure_id: str | None
    agency: str | None
    year_roc: int | None
    marker: str | None
    words: str
    old: str
    new: str


@dataclass
class Doubt:
    """A finding that asks for a person."""

    severity: str
    code: str
    message: str
    plan_id: str
    measure_id: str | None
    agency: str
    year_roc: int | None
    page: int | None


@dataclass
class Difference:
    """All that changed. `columns` counts changed values by `table.column`, the gravest first;
    `changes` shows the first SHOWN of each. `rows` are each table's rows (before, after).
    """

    plans: list[PlanEvent] = field(default_factory=list)
    columns: dict[str, int] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    doubts_by_code: dict[str, int] = field(default_factory=dict)
    rows: dict[str, tuple[int, int]] = field(default_factory=dict)
