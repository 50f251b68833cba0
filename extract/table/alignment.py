"""Which unit name belongs to which measure: one alignment over all rows of the plan.

A unit cell is printed in one of a few ways: one list for the whole row, or its names beside each
measure (its first line, the heading above it, its middle, its last line), or block by block in the
measures' order. Every way is tried on every row and costs lines: the distance (in line pitches) of
the names from where the way puts them, and a few lines for each measure it leaves without a unit and
each blank line it does not explain. What the plan's rows do most often costs least; that is found by
expectation maximisation over the ways, as for any mixture. The cheapest reading of a row is taken;
how much cheaper it is than the next one that gives other units is the row's lead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import exp, inf, log
from typing import Literal

EMPTY = 3.0  # lines: what a measure left without a unit costs
FAR = 4.0  # lines: a name farther than this from where it should stand does not stand there
GAP = 1.5  # lines: what a blank line costs where the reading has no reason for one, twice at most
LOOSE = 0.25  # of a line: spacing that is no blank line yet
PUSHED = (
    0.7  # a line of distance counts this much where the names before have pushed the next ones down
)
SHIFTED = 0.25  # a line of distance counts this much where all names of a row stand off alike
OFF = (
    0.25,
    1.0,
)  # what a list's distance from the row's top, middle or foot counts a line, and at most
MORE = 0.1  # lines: each further name beside one measure
AGREE = (
    0.3  # lines: a list that has as many names, or blocks, as there are measures is a coincidence
)
ORDER = 0.6  # lines: names that keep the order of the measures but no places
SHARP = 2.0  # nats a line: how fast a way becomes unlikely with the lines it costs
PRIOR = 0.5  # rows: what each way is taken to have shown before any row is seen
ROUNDS = 12  # of expectation maximisation; it settles in fewer

Cuts = tuple[
    int, ...
]  # for each measure, how many of the row's names stand beside it or the ones before
Texts = tuple[frozenset[str], ...]  # for each measure, the wording of its units


@dataclass(slots=True, frozen=True)
class MeasurePlace:
    """Places of a measure's first and last line (points down the stitched table)."""

    first: float
    last: float
    top: float | None = None
    """Place of the heading above its first line, where it has one."""
    resumes: tuple[float, ...] = ()
    """Its first line on each further page."""


@dataclass(slots=True, frozen=True)
class NamePlace:
    """A printed unit name; places (points) and pages of its first and last line."""

    text: str
    first: float
    last: float
    page: int = 1
    last_page: int = 1


@dataclass(slots=True, frozen=True)
class RowPlaces:
    """One cell of the unit column: its names and the measures beside it, in printed order."""

    measures: list[MeasurePlace]
    names: list[NamePlace]


@dataclass(slots=True, frozen=True)
class Placement:
    """The units of one row's measures.

    `units` holds, for each measure, indices into the row's names; `how` says whether they stand
    beside the measure or the row; `lead` is how many lines the next reading with other units
    (`other`) costs more, infinite when all readings give the same units.
    """

    units: list[list[int]]
    how: Literal["measure", "row", "none"]
    lead: float = inf
    other: list[list[int]] | None = None


@dataclass(slots=True, frozen=True)
class _Reading:
    cost: float
    cuts: Cuts | None
    """None: every measure has all names."""


def place_units(rows: list[RowPlaces], pitch: float) -> list[Placement]:
    """Give every measure its units; `pitch` is the distance (points) of the plan's lines."""
    step = list_step(rows, pitch)
    readings = [_readings(row, pitch, step) for row in rows]
    weights = _habit([r for r in readings if r])
    return [_choose(row, own, weights) for row, own in zip(rows, readings)]


def list_step(rows: list[RowPlaces], pitch: float) -> float:
    """Distance (points) of names that stand beside the same single measure; else `pitch`."""
    steps = sorted(
        b.first - a.last
        for row in rows
        if len(row.measures) == 1
        for a, b in pairwise(row.names)
        if a.last_page == b.page and b.first > a.last
    )
    return steps[len(steps) // 2] if steps else pitch


def _readings(row: RowPlaces, pitch: float, step: float) -> dict[str, list[_Reading]]:
    """For each way its best readings of the row; nothing where all ways read the same."""
    if len(row.measures) < 2 or not row.names:
        return {}
    measures = [_scaled(m, pitch) for m in row.measures]
    names = [
        NamePlace(n.text, n.first / pitch, n.last / pitch, n.page, n.last_page) for n in row.names
    ]
    gaps = [_blank(a, b, step / pitch) for a, b in pairwise(names)]
    out = {
        "list": [_Reading(_list_cost(measures, names, gaps), None)],
        "order": _in_order(measures, names, gaps),
    }
    for way, distance in _WAYS.items():
        out[way] = _Beside(measures, names, gaps, distance).readings()
    first = out["first"]
    if not first or first[0].cost > LOOSE:
        out["shifted"] = list(_shifted(measures, names, gaps))
    return out


def _scaled(m: MeasurePlace, pitch: float) -> MeasurePlace:
    top = m.first if m.top is None else m.top
    return MeasurePlace(
        m.first / pitch, m.last / pitch, top / pitch, tuple(r / pitch for r in m.resumes)
    )


def _blank(above: NamePlace, below: NamePlace, step: float) -> float:
    """Blank lines between two names, at most 2; `step` is a list's own (lines)."""
    lines = below.first - above.last - step
    if above.last_page != below.page:
        lines -= 1.0  # padding of two cells lies between them
    return min(2.0, max(0.0, (lines - LOOSE) / (1 - LOOSE)))


def _list_cost(measures: list[MeasurePlace], names: list[NamePlace], gaps: list[float]) -> float:
    """One list for the row: no blank lines, at the row's top, in its middle or at its foot."""
    k, n = len(measures), len(names)
    head, foot = _top(measures[0]), measures[-1].last
    tops = [head, measures[0].first, *(r for m in measures for r in m.resumes)]
    off = min(
        min(abs(names[0].first - t) for t in tops),
        abs((names[0].first + names[-1].last) - (head + foot)) / 2,
        abs(names[-1].last - foot),
    )
    agree = n == k or 1 + sum(g > 0.5 for g in gaps) == k
    return GAP * sum(gaps) + min(OFF[0] * off, OFF[1]) + AGREE * agree


def _in_order(
    measures: list[MeasurePlace], names: list[NamePlace], gaps: list[float]
) -> list[_Reading]:
    """Block by block, cut at the widest gaps; one name a measure may lack a blank line or two."""
    k, n = len(measures), len(names)
    if n < k:
        return []
    cuts = sorted(sorted(range(n - 1), key=lambda i: -gaps[i])[: k - 1])
    wide = [gaps[i] for i in cuts]
    if max(wide) < 0.5 or n > k and min(wide) < LOOSE:
        return []
    # Beside a measure of one line the next name needs no blank line above it.
    short = (n == k and m.last - m.first < 0.5 for m in measures)
    missing = sum(max(0.0, 1 - gap) for gap, no_need in zip(wide, short) if not no_need)
    if missing > 0.5 * len(cuts):
        return []
    inside = sum(gaps) - sum(wide)
    return [_Reading(ORDER + GAP * (missing + inside), (*(i + 1 for i in cuts), n))]


def _top(m: MeasurePlace) -> float:
    return m.first if m.top is None else m.top


Distance = Callable[[MeasurePlace, NamePlace, NamePlace], float]


def _from_first(m: MeasurePlace, first: NamePlace, last: NamePlace) -> float:
    ahead = first.first - m.first
    return min([ahead, *(first.first - r for r in m.resumes)], key=abs)


def _from_top(m: MeasurePlace, first: NamePlace, last: NamePlace) -> float:
    return first.first - _top(m)


def _from_middle(m: MeasurePlace, first: NamePlace, last: NamePlace) -> float:
    return (first.first + last.last - m.first - m.last) / 2


def _from_last(m: MeasurePlace, first: NamePlace, last: NamePlace) -> float:
    return last.last - m.last


_WAYS: dict[str, Distance] = {
    "first": _from_first,
    "top": _from_top,
    "middle": _from_middle,
    "last": _from_last,
}


class _Beside:
    """The names of a row cut into one run a measure, in order: the two cheapest cuts."""

    def __init__(
        self,
        measures: list[MeasurePlace],
        names: list[NamePlace],
        gaps: list[float],
        distance: Distance,
        shift: float = 0.0,
    ) -> None:
        self.measures, self.names, self.gaps = measures, names, gaps
        self.distance, self.shift = distance, shift

    def readings(self) -> list[_Reading]:
        """Dynamic programming: for each number of names given away the two best beginnings."""
        states: dict[int, list[tuple[float, Cuts, Texts]]] = {0: [(0.0, (), ())]}
        for measure in self.measures:
            grown: dict[int, list[tuple[float, Cuts, Texts]]] = {}
            for start, best in states.items():
                for end, cost in self._runs(measure, start):
                    texts = frozenset(n.text for n in self.names[start:end])
                    grown.setdefault(end, []).extend(
                        (c + cost, (*cuts, end), (*before, texts)) for c, cuts, before in best
                    )
            states = {end: _two_best(found) for end, found in grown.items()}
        return [_Reading(cost, cuts) for cost, cuts, _ in states.get(len(self.names), [])]

    def _runs(self, measure: MeasurePlace, start: int) -> Iterator[tuple[int, float]]:
        """Where a run of names from `start` may end, and what it costs beside the measure."""
        yield start, EMPTY
        inside = 0.0
        for end in range(start + 1, len(self.names) + 1):
            if end > start + 1:
                inside += MORE + GAP * self.gaps[end - 2]
            if inside > EMPTY:
                return
            off = self.distance(measure, self.names[start], self.names[end - 1]) - self.shift
            if abs(off) <= FAR:
                yield end, inside + self._cost(off, start)

    def _cost(self, off: float, start: int) -> float:
        """Cost of a distance: little where the names before leave no room higher up."""
        if off <= 0 or not start:
            return abs(off)
        room = self.names[start].first - self.names[start - 1].last - 1
        free = min(off, max(0.0, room - 1))
        return free + PUSHED * (off - free)


def _two_best(found: list[tuple[float, Cuts, Texts]]) -> list[tuple[float, Cuts, Texts]]:
    found.sort(key=lambda f: f[0])
    best = found[0]
    return [best, *[f for f in found if f[2] != best[2]][:1]]


def _shifted(
    measures: list[MeasurePlace], names: list[NamePlace], gaps: list[float]
) -> Iterator[_Reading]:
    """Names spaced as the first lines of the measures are, all of them higher or lower."""
    for off in {names[0].first - measures[0].first, names[-1].first - measures[-1].first}:
        if LOOSE < abs(off) <= FAR:
            for reading in _Beside(measures, names, gaps, _from_first, off).readings():
                yield _Reading(reading.cost + SHIFTED * abs(off), reading.cuts)


def _habit(rows: list[dict[str, list[_Reading]]]) -> dict[str, float]:
    """What each way costs (lines) for leaving the plan's habit: 0 for one all rows show."""
    ways = ["list", "order", "shifted", *_WAYS]
    share = dict.fromkeys(ways, 1 / len(ways))
    for _ in range(ROUNDS):
        shown = dict.fromkeys(ways, PRIOR)
        for row in rows:
            odds = {
                way: share[way] * exp(-SHARP * min(r.cost for r in found))
                for way, found in row.items()
                if found
            }
            total = sum(odds.values()) or 1.0
            for way, part in odds.items():
                shown[way] += part / total
        share = {way: n / (len(rows) + PRIOR * len(ways)) for way, n in shown.items()}
    return {way: -log(part) / SHARP for way, part in share.items()}


def _choose(
    row: RowPlaces, readings: dict[str, list[_Reading]], weights: dict[str, float]
) -> Placement:
    names, k = row.names, len(row.measures)
    everything = _once(names, range(len(names)))
    if not readings:
        return Placement([everything] * k, "row" if names else "none")
    costs: dict[Texts, tuple[float, Cuts | None]] = {}
    for way, found in readings.items():
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
