"""Which unit name belongs to which measure: one alignment over all rows of the plan.

A unit cell is printed in one of a few ways: one list for the whole row (or one for each row, where
no rule parts them), its names beside each measure (its first line, the heading above it, its
middle, its last line), or block by block in the measures' order. Every way is tried on every row
and costs lines. What the plan's rows do most often costs least; that is found by expectation
maximisation over the ways, as for any mixture. The cheapest reading of a row is taken; how much
cheaper it is than the next one that gives other units is the row's lead.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import exp, inf, log
from typing import Literal

from extract.units.readings import (
    WAYS,
    NamePlace,
    Reading,
    RowPlaces,
    Spans,
    Texts,
    readings,
)

SHARP = 2.0  # nats a line: how fast a way becomes unlikely with the lines it costs
PRIOR = 0.5  # rows: what each way is taken to have shown before any row is seen
CLOSE = 1.55  # line pitches: names nearer than this have no blank line between them
ROUNDS = 12  # of expectation maximisation; it settles in fewer


@dataclass(slots=True, frozen=True)
class Placement:
    """The units of one row's measures.

    `units` holds, for each measure, indices into the row's names; `how` says whether they stand
    beside the measure or the row; `lead` is how many lines the next reading with other units
    (`other`) costs more, infinite when no reading near gives other units.
    """

    units: list[list[int]]
    how: Literal["measure", "row", "none"]
    lead: float = inf
    other: list[list[int]] | None = None


def place_units(rows: list[RowPlaces], pitch: float) -> list[Placement]:
    """Give every measure its units; `pitch` is the distance (points) of the plan's lines."""
    step = _list_step(rows, pitch)
    read = [readings(row, pitch, step) for row in rows]
    weights = _habit([r for r in read if r])
    return [_choose(row, own, weights) for row, own in zip(rows, read)]


def _list_step(rows: list[RowPlaces], pitch: float) -> float:
    """Distance (points) of a list's names: as beside single measures, else where they are close."""
    alone = [step for row in rows if len(row.measures) == 1 for step in _steps(row)]
    steps = sorted(alone or [s for row in rows for s in _steps(row) if s < CLOSE * pitch])
    return steps[len(steps) // 2] if steps else pitch


def _steps(row: RowPlaces) -> list[float]:
    """Distances (points) of the row's names from one another, page breaks left aside."""
    on_page = [(a, b) for a, b in pairwise(row.names) if a.last_page == b.page]
    return [b.first - a.last for a, b in on_page if b.first > a.last]


def _habit(rows: list[dict[str, list[Reading]]]) -> dict[str, float]:
    """What each way costs (lines) for leaving the plan's habit: 0 for one all rows show."""
    fits = [
        [(way, exp(-SHARP * min(r.cost for r in found))) for way, found in row.items() if found]
        for row in rows
    ]
    share = dict.fromkeys(WAYS, 1 / len(WAYS))
    for _ in range(ROUNDS):
        shown = dict.fromkeys(WAYS, PRIOR)
        for row_fits in fits:
            total = sum(share[way] * fit for way, fit in row_fits) or 1.0
            for way, fit in row_fits:
                shown[way] += share[way] * fit / total
        share = {way: n / (len(rows) + PRIOR * len(WAYS)) for way, n in shown.items()}
    return {way: -log(part) / SHARP for way, part in share.items()}


def _choose(row: RowPlaces, read: dict[str, list[Reading]], weights: dict[str, float]) -> Placement:
    names, k = row.names, len(row.measures)
    everything = _once(names, range(len(names)))
    if not read:
        return Placement([everything] * k, "row" if names else "none")
    costs: dict[Texts, tuple[float, str, Spans]] = {}
    for way, found in read.items():
        for reading in found:
            cost, key = reading.cost + weights[way], _texts(row, reading.spans)
            if key not in costs or cost < costs[key][0]:
                costs[key] = cost, way, reading.spans
    ranked = sorted(costs.values(), key=lambda c: c[0])
    (cost, best, spans), rest = ranked[0], ranked[1:]
    return Placement(
        _given(row, spans),
        "row" if best == "list" else "measure",
        rest[0][0] - cost if rest else inf,
        _given(row, rest[0][2]) if rest else None,
    )


def _given(row: RowPlaces, spans: Spans) -> list[list[int]]:
    """The names of each measure under a reading, as indices; a name printed twice counts once."""
    return [_once(row.names, range(a, b)) for a, b in spans]


def _once(names: list[NamePlace], wanted: range) -> list[int]:
    places: dict[str, int] = {}
    for i in wanted:
        places.setdefault(names[i].text, i)
    return list(places.values())


def _texts(row: RowPlaces, spans: Spans) -> Texts:
    return tuple(frozenset(row.names[i].text for i in own) for own in _given(row, spans))
