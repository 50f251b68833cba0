"""The work at the desk: what is decided becomes lines, what is left to decide has an order."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import datetime
from itertools import count
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from desk.decisions.doubts import columns_of
from desk.decisions.journal import Change, Journal, Overtaken
from desk.decisions.overlay import Overlay, holds
from desk.library import Library, Release
from normalize.reviewed import (
    MEASURE_COLUMNS,
    PLAN_COLUMNS,
    Correction,
    written,
)
from normalize.vocabulary.taxonomy import edition

Row = dict[str, Any]
UNDOABLE = 1000  # decisions that can be taken back


def _most(length: int) -> Meta:
    return Meta(max_length=length)


Name = Annotated[str, _most(64)]


class Item(Struct):
    """A measure as the page knows it; `seen` are the values that were shown, by column."""

    measure_id: Name
    measure_key: Name = ""
    seen: dict[str, str] = {}


class Decision(Struct):
    """What a person decides: of measures, or of a plan where there are no items."""

    action: Literal["confirm", "correct"]
    who: Annotated[str, _most(100)]
    why: Annotated[str, _most(500)] = "與頁面核對"
    column: Name = ""
    new: Annotated[str, _most(20_000)] = ""
    plan_id: Name = ""
    items: Annotated[list[Item], _most(1000)] = []


class Refused(Exception):
    """A decision cannot be taken; the message says why. `rows` are those that are others by now."""

    def __init__(self, message: str, rows: Iterable[Row] = ()) -> None:
        super().__init__(message)
        self.rows = list(rows)


class Work:
    """Decisions on the current release."""

    def __init__(self, library: Library, journal: Journal) -> None:
        self.library, self.journal = library, journal
        self._lock = threading.Lock()
        self._numbers = count(1)
        self._session = f"{datetime.now():%Y%m%d%H%M%S%f}"
        self._changes: dict[str, Change] = {}

    def overlay(self) -> Overlay:
        return Overlay(self.journal.lines())

    def open(self, release: Release) -> list[Row]:
        """The measures that still need review, as they are now, in order."""
        overlay = self.overlay()
        now = (overlay.measure(m) if overlay.of(m) else m for m in release.doubtful)
        return [m for m in now if m["needs_review"]]

    def progress(self, release: Release) -> dict[str, int]:
        """How many measures a person has decided on, and how many are left."""
        overlay = self.overlay()
        ids = [c.measure_id for c in overlay.lines if c.measure_id]
        keys = [c.measure_key for c in overlay.lines if c.measure_id and c.measure_key]
        named = (
            release.rows(
                "SELECT * EXCLUDE (boxes) FROM measures"
                " WHERE list_contains(?, measure_id) OR list_contains(?, measure_key)",
                [ids, keys],
            )
            if overlay.lines
            else []
        )
        decided = {
            m["measure_id"] for m in named if any(holds(c, m) for c in overlay.of(m).values())
        }
        return {"done": len(release.settled | decided), "left": len(self.open(release))}

    def after(self, release: Release, plan_id: str = "", seq: int = 10**9) -> Row | None:
        """The next measure that needs review after a place, from the beginning at the end."""
        order = {p: at for at, p in enumerate(release.plans)}
        left, here = self.open(release), (order.get(plan_id, -1), seq)
        behind = (m for m in left if (order[m["plan_id"]], m["seq"]) > here)
        return next(behind, left[0] if left else None)

    def decide(self, decision: Decision) -> tuple[str, list[Row], str]:
        """Write a decision down; returns its number, the measures it is about, what to say.

        Raises Refused where it does not fit what is there; nothing is written then.
        """
        if not decision.who.strip():
            raise Refused("請先填核對人。")
        with self._lock:
            release = self.library.release()
            rows = [_row(release, item) for item in decision.items]
            lines = self._lines(release, decision, rows)
            if not lines:
                raise Refused("沒有選取任何項目。")
            change = self.journal.write(lines)
            number = f"{self._session}-{next(self._numbers)}"
            self._changes[number] = change
            for old in list(self._changes)[:-UNDOABLE]:
                del self._changes[old]
        done = "已更正" if decision.action == "correct" else "已核對"
        return number, rows, f"{done} {max(1, len(rows))} 項"

    def undo(self, number: str) -> list[str]:
        """Take a decision back; returns the identifiers of its measures.

        Raises Refused where it is not known any more, or was decided anew since.
        """
        change = self._changes.pop(number, None)
        if change is None:
            raise Refused("這個決定已無法復原（工作檯曾重新啟動）；請直接再次更正。")
        try:
            self.journal.undo(change)
        except Overtaken as error:
            raise Refused(str(error)) from error
        return list(dict.fromkeys(c.measure_id for c in change.written))

    def _lines(self, release: Release, decision: Decision, rows: list[Row]) -> list[Correction]:
        overlay = self.overlay()
        if not rows:
            return [_plan_line(release, overlay, decision)]
        now = [overlay.measure(row) for row in rows]
        changed = [m for m, item in zip(now, decision.items) if _is_other(m, item, decision)]
        if changed:
            raise Refused("這一項剛才已有別的決定，請看過再決定。", changed)
        return [c for row, m in zip(rows, now) for c in _measure_lines(overlay, row, m, decision)]


def _row(release: Release, item: Item) -> Row:
    row = release.measure(item.measure_id, item.measure_key)
    if row is None:
        raise Refused("這項措施已不在資料集裡，請重新載入。")
    return row


def _is_other(now: Row, item: Item, decision: Decision) -> bool:
    """Whether the page showed other values than there are, where it matters."""
    columns = [decision.column] if decision.column else columns_of(now)
    return any(item.seen.get(c, written(now[c])) != written(now[c]) for c in columns if c in now)


def _measure_lines(overlay: Overlay, row: Row, now: Row, decision: Decision) -> list[Correction]:
    """The lines of one measure: a confirmation of each doubted column, or the new value."""
    if decision.action == "confirm":
        columns = [decision.column] if decision.column else columns_of(now)
        values = {c: written(now[c]) for c in columns if c in MEASURE_COLUMNS}
    else:
        values = _corrected(now, decision)
    lines = overlay.of(row)
    published = (*row["corrected"], *row["confirmed"])
    old = {c: lines[c].old if c in lines and c in published else written(row[c]) for c in values}
    return [
        _line(decision, row["plan_id"], row["measure_id"], row["measure_key"], c, old[c], new)
        for c, new in values.items()
    ]


def _corrected(now: Row, decision: Decision) -> dict[str, str]:
    """The new value, checked; a focus point brings its pillar with it."""
    column, new = decision.column, decision.new.replace("\r\n", "\n")
    if column not in MEASURE_COLUMNS:
        raise Refused(f"欄位 {column} 不能更正。")
    if column not in ("focus_code", "pillar_code") or not new:
        return {column: new}
    known = edition(now["taxonomy"])
    node = known.by_code.get(new) if known else None
    if node is None or (node.level == "pillar") != (column == "pillar_code"):
        raise Refused(f"{new} 不是 {now['taxonomy']} 年版方案的代碼。")
    moved = column == "focus_code" and node.pillar != now["pillar_code"]
    return {column: new} | ({"pillar_code": node.pillar} if moved else {})


def _plan_line(release: Release, overlay: Overlay, decision: Decision) -> Correction:
    plan = release.plans.get(decision.plan_id)
    if plan is None or decision.column not in PLAN_COLUMNS:
        raise Refused("這份計畫或欄位不能更正。")
    before = next(
        (
            c.old
            for c in overlay.lines
            if (c.plan_id, c.measure_id, c.column) == (decision.plan_id, "", decision.column)
        ),
        written(plan[decision.column]),
    )
    measures = release.rows(
        "SELECT measure_key FROM measures WHERE plan_id = ? LIMIT 1", [decision.plan_id]
    )
    key = measures[0]["measure_key"].partition("-")[0] if measures else ""
    return _line(decision, decision.plan_id, "", key, decision.column, before, decision.new)


def _line(
    decision: Decision, plan_id: str, measure_id: str, key: str, column: str, old: str, new: str
) -> Correction:
    return Correction(
        plan_id=plan_id,
        measure_id=measure_id,
        measure_key=key,
        column=column,
        old=old,
        new=new,
        who=decision.who.strip(),
        why=decision.why.strip() or "與頁面核對",
        date=datetime.now().astimezone().isoformat(timespec="seconds"),
        where="",
    )
