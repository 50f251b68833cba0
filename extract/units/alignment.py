"""Which unit name belongs to which measure: one alignment over all rows of the plan.

A unit cell is printed in one of a few ways: one list for the whole row, or its names beside each
measure (its first line, the heading above it, its middle, its last line), or block by block in the
measures' order. Every way is tried on every row and costs lines. What the plan's rows do most
often costs least; that is found by expectation maximisation over the ways, as for any mixture. The
cheapest reading of a row is taken; how much cheaper it is than the next one that gives other units
is the row's lead.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import exp, inf, log
from typing import Literal

from extract.units.readings import (
    WAYS,
    Cuts,
    NamePlace,
    Reading,
    RowPlaces,
    Texts,
    list_step,
    readings,
)

SHARP = 2.0  # nats a line: how fast a way becomes unlikely with the lines it costs
PRIOR = 0.5  # rows: what each way is taken to have shown before any row is seen
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
    step = list_step(rows, pitch)
    read = [readings(row, pitch, step) for row in rows]
    weights = _habit([r for r in read if r])
    return [_choose(row, own, weights) for row, own in zip(rows, read)]


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
    costs: dict[Texts, tuple[float, Cuts | None]] = {}
    for way, found in read.items():
        for reading in found:
            cost, key = reading.cost + weights[way], _texts(row, reading.cuts)
            if cost < costs.get(key, (inf, None))[0]:
                costs[key] = cost, reading.cuts
    ranked = sorted(costs.values(), key=lambda c: c[0])
    (cost, best), rest = ranked[0], ranked[1:]
    return Placement(
        _given(row, best),
        "row" if best is None else "measure",
        rest[0][0] - cost if rest else inf,
        _given(row, rest[0][1]) if rest else None,
    )


def _given(row: RowPlaces, cuts: Cuts | None) -> list[list[int]]:
    """The names of each measure under a reading, as indices; a name printed twice counts once."""
    if cuts is None:
        return [_once(row.names, range(len(row.names)))] * len(row.measures)
    return [_once(row.names, range(a, b)) for a, b in pairwise((0, *cuts))]


def _once(names: list[NamePlace], wanted: range) -> list[int]:
    places: dict[str, int] = {}
    for i in wanted:
        places.setdefault(names[i].text, i)
    return list(places.values())


def _texts(row: RowPlaces, cuts: Cuts | None) -> Texts:
    return tuple(frozenset(row.names[i].text for i in own) for own in _given(row, cuts))
