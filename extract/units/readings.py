"""What each way to print units makes of one row: readings and what they cost.

Costs are lines: distances in line pitches of names from where the way puts them, and a few lines
for each measure left without a unit and each blank line that the way does not explain.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise
from operator import itemgetter

# All in lines, or as parts of a line counted for each line of distance.
EMPTY = 3.0  # a measure left without a unit
EXACT = 0.1  # where names stand as some way puts them, nothing has shifted them
FAR = 4.0  # a name farther than this from where it should stand does not stand there
GAP = 1.5  # a blank line that the reading has no reason for, twice at most
LOOSE = 0.25  # spacing that is no blank line yet
PUSHED = 0.7  # of a line's distance, where the names before have pushed the next ones down
SHIFTED = 0.25  # of a line's distance, where all names of a row stand off alike
OFF = 0.25  # of a line's distance of a list from the row's top, middle or foot
OFF_MOST = 1.0
MORE = 0.1  # each further name beside one measure
AGREE = 0.3  # a list of as many names, or blocks, as there are measures: a coincidence
NEAR = 3.25  # what a plan's habit makes up for at most
ORDER = 0.6  # names that keep the order of the measures but no places

Cuts = tuple[int, ...]
"""For each measure (or list), how many of the row's names stand beside it or the ones before."""
Spans = tuple[tuple[int, int], ...]
"""For each measure, which of the row's names are its: from, up to."""
Texts = tuple[frozenset[str], ...]
"""For each measure, the wording of its units."""


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
    """One cell of the unit column: its names and the measures beside it, in printed order.

    `lists` says how many measures each of the printed rows (focus points) beside the cell has.
    """

    measures: list[MeasurePlace]
    names: list[NamePlace]
    lists: tuple[int, ...] = ()


@dataclass(slots=True, frozen=True)
class Reading:
    cost: float
    spans: Spans


def readings(row: RowPlaces, pitch: float, step: float) -> dict[str, list[Reading]]:
    """For each way its best readings of the row; nothing where all ways read the same.

    Readings that cost NEAR more than another way's best one are left out: no habit makes up for it.
    """
    if len(row.measures) < 2 or not row.names:
        return {}
    measures = [_scaled(m, pitch) for m in row.measures]
    names = [_scaled_name(n, pitch) for n in row.names]
    gaps = [_blank(a, b, step / pitch) for a, b in pairwise(names)]
    out = {
        "list": [Reading(_list_cost(measures, names, gaps), ((0, len(names)),) * len(measures))],
        "order": _in_order(measures, names, gaps),
    }
    best = min(r.cost for found in out.values() for r in found)
    if 1 < len(row.lists) < len(measures):
        out["list"] += _lists(measures, row.lists, names, gaps, best + NEAR)
        best = min(r.cost for found in out.values() for r in found)
    for way, (part, targets) in _beside(measures).items():
        out[way] = _Runs(names, gaps, part, targets).readings(best + NEAR)
        best = min([best, *(r.cost for r in out[way])])
    if best > EXACT:
        out["shifted"] = list(_shifted(measures, names, gaps, best + NEAR))
    return out


def _scaled(m: MeasurePlace, pitch: float) -> MeasurePlace:
    resumes = tuple(r / pitch for r in m.resumes)
    return MeasurePlace(m.first / pitch, m.last / pitch, _top(m) / pitch, resumes)


def _scaled_name(n: NamePlace, pitch: float) -> NamePlace:
    return NamePlace(n.text, n.first / pitch, n.last / pitch, n.page, n.last_page)


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
    return GAP * sum(gaps) + min(OFF * off, OFF_MOST) + AGREE * agree


def _in_order(
    measures: list[MeasurePlace], names: list[NamePlace], gaps: list[float]
) -> list[Reading]:
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
    return [Reading(ORDER + GAP * (missing + inside), spans((*(i + 1 for i in cuts), n)))]


def spans(cuts: Cuts) -> Spans:
    return tuple(pairwise((0, *cuts)))


def _lists(
    measures: list[MeasurePlace],
    counts: tuple[int, ...],
    names: list[NamePlace],
    gaps: list[float],
    ceiling: float,
) -> Iterator[Reading]:
    """A list for each printed row in a cell that is not ruled between them: its measures, `counts`
    of them, all have the list's names.
    """
    rows = [measures[a:b] for a, b in spans(tuple(accumulate(counts)))]
    whole = [
        MeasurePlace(own[0].first, own[-1].last, _top(own[0]), sum((m.resumes for m in own), ()))
        for own in rows
    ]
    for part, targets in _beside(whole).values():
        for reading in _Runs(names, gaps, part, targets, more=0.0).readings(ceiling):
            each = zip(reading.spans, counts, strict=True)
            yield Reading(reading.cost, tuple(s for s, count in each for _ in range(count)))


def _top(m: MeasurePlace) -> float:
    return m.first if m.top is None else m.top


WAYS = ["list", "order", "first", "top", "middle", "last", "shifted"]
Targets = list[tuple[float, ...]]
"""For each measure the places where its names may stand."""


def _beside(measures: list[MeasurePlace]) -> dict[str, tuple[float, Targets]]:
    """Names beside their measure: which part of their block (0 first, 1 last line) stands where."""
    out: dict[str, tuple[float, Targets]] = {
        "first": (0.0, [(m.first, *m.resumes) for m in measures]),
        "middle": (0.5, [((m.first + m.last) / 2,) for m in measures]),
        "last": (1.0, [(m.last,) for m in measures]),
    }
    if any(_top(m) < m.first for m in measures):
        out["top"] = 0.0, [(_top(m),) for m in measures]
    return out


def _shifted(
    measures: list[MeasurePlace], names: list[NamePlace], gaps: list[float], ceiling: float
) -> Iterator[Reading]:
    """Names spaced as the first lines of the measures are, all of them higher or lower."""
    for off in {names[0].first - measures[0].first, names[-1].first - measures[-1].first}:
        if LOOSE < abs(off) <= FAR:
            own = SHIFTED * abs(off)
            runs = _Runs(names, gaps, 0.0, [(m.first + off,) for m in measures])
            for reading in runs.readings(ceiling - own):
                yield Reading(reading.cost + own, reading.spans)


State = tuple[float, Cuts, Texts]


class _Runs:
    """The names of a row cut into one run a measure, in order: the two cheapest cuts."""

    def __init__(
        self,
        names: list[NamePlace],
        gaps: list[float],
        part: float,
        targets: Targets,
        more: float = MORE,
    ) -> None:
        self.texts = [n.text for n in names]
        self.heads, self.feet = [n.first for n in names], [n.last for n in names]
        self.gaps, self.part, self.targets, self.more = gaps, part, targets, more

    def readings(self, ceiling: float) -> list[Reading]:
        """Dynamic programming: for each number of names given away the two best beginnings."""
        owed = [0.0, *accumulate(self._least(t) for t in reversed(self.targets))][::-1]
        if owed[0] > ceiling:
            return []
        states: dict[int, list[State]] = {0: [(0.0, (), ())]}
        for target, rest in zip(self.targets, owed[1:]):
            grown: dict[int, list[State]] = {}
            for start, best in states.items():
                limit = ceiling - rest - best[0][0]
                for end, cost in self._ends(target, start, limit):
                    texts = frozenset(self.texts[start:end])
                    grown.setdefault(end, []).extend(
                        (c + cost, (*cuts, end), (*before, texts)) for c, cuts, before in best
                    )
            states = {end: _two_best(found) for end, found in grown.items()}
        return [Reading(cost, spans(cuts)) for cost, cuts, _ in states.get(len(self.heads), [])]

    def _least(self, target: tuple[float, ...]) -> float:
        """What a measure costs at least, whichever names stand beside it."""
        if 0 < self.part < 1:
            off = max(0.0, self.heads[0] - target[0], target[0] - self.feet[-1])
        else:
            off = min(abs(y - t) for y in (self.feet if self.part else self.heads) for t in target)
        return min(EMPTY, PUSHED * off)

    def _ends(
        self, target: tuple[float, ...], start: int, limit: float
    ) -> Iterator[tuple[int, float]]:
        """Where a run of names from `start` may end, and what it costs beside the measure."""
        if limit >= EMPTY:
            yield start, EMPTY
        inside = 0.0
        for end in range(start + 1, len(self.heads) + 1):
            if end > start + 1:
                inside += self.more + GAP * self.gaps[end - 2]
            if inside > min(limit, EMPTY):
                return
            place = (1 - self.part) * self.heads[start] + self.part * self.feet[end - 1]
            off = place - target[0]
            if len(target) > 1:
                off = min((place - t for t in target), key=abs)
            cost = inside + self._cost(off, start)
            if abs(off) <= FAR and cost <= limit:
                yield end, cost
            elif not self.part:
                return

    def _cost(self, off: float, start: int) -> float:
        """Cost of a distance: less where the names before leave no room higher up."""
        if off <= 0 or not start:
            return abs(off)
        room = self.heads[start] - self.feet[start - 1] - 1
        free = min(off, max(0.0, room - 1))
        return free + PUSHED * (off - free)


def _two_best(found: list[State]) -> list[State]:
    found.sort(key=itemgetter(0))
    best = found[0]
    return [best, *[f for f in found if f[2] != best[2]][:1]]
