"""Which marker style opens which level of a plan: pillar, focus point or measure.

A plan is one outline, 一、 pillar, (一) focus point, 1. measure, printed in different places: in
columns of their own, in banner rows across the table, in the measure cell, in paragraphs. The place
alone does not tell the level, and neither does the style: an office may number its measures 一、
below focus points (一). So every way to give the levels that have no column of their own to the
styles that occur is tried on the whole plan, and what breaks is counted: numbers that do not
follow, lists that do not begin anew under a new parent, headings without children, items without a
parent. The way that breaks least is taken; its lead over the next best says how sure it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product
from math import inf

from extract.script.markers import LEVEL

LEVELS = ("pillar", "focus", "measure")
BAND, CELL, PROSE = "band", "cell", "prose"

# What breaks, in the unit of one number that does not follow.
GAP = 0.4  # a number left out (1, 2, 4)
BACK = 1.0  # a number that comes again or goes back within its list
ANEW = 0.3  # a list that begins anew although nothing above it changed (under a theme)
LATE = 0.6  # a list that does not begin at 1 under a new parent, nor counts on from the list before
ON = 0.1  # a list that counts on under a new parent
CHILDLESS = 1.0  # a heading right above the next one
# An item whose parent level has not been seen, or a band or marked cell that opens no level.
ORPHAN = 0.5
OUTRANKS = 0.5  # a marker left within a text although its style stands above the measure's
LONG = 1.0  # a heading longer than headings are
HEADING_MOST = 160  # characters

# Order of levels in official papers (文書處理手冊, 行政院): what departs from it needs better
# numbers to be believed.
_PRIOR: dict[str, dict[str | None, float]] = {
    "pillar": {"cjk": 0.0, None: 0.5, "section": 0.5, "cjk_paren": 1.0, "number": 2.0},
    "focus": {"cjk_paren": 0.0, None: 0.8, "cjk": 0.5, "number": 3.0},
    "measure": {"number": 0.0, "cjk": 0.3, "number_paren": 0.3, "cjk_paren": 0.5, "circled": 0.6},
}
_RARE = 2.5  # any other style for a level
_MISSING = {"pillar": 1.5, "focus": 2.0, "measure": 1.0}  # no style opens the level

Key = tuple[str, str | None]
"""Place and marker style of a block."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph or band in reading order.

    `length` counts its characters; `opens` is set on the first block of a ruled row or section;
    `under` names the level of the column heading that changed right above it (None: none did).
    """

    place: str
    style: str | None
    number: int = 0
    length: int = 0
    opens: bool = False
    under: str | None = None

    @property
    def key(self) -> Key:
        return self.place, self.style


@dataclass(frozen=True, slots=True)
class Levels:
    """The reading taken: which level each (place, style) opens, what breaks in it, and its lead
    over the next best.
    """

    of: dict[Key, str]
    cost: float
    lead: float = inf
    other: dict[Key, str] = field(default_factory=dict)
    """The next best reading."""

    def level(self, block: Block) -> str | None:
        return self.of.get(block.key)

    def style(self, level: str, place: str) -> str | None:
        """The style that opens `level` in `place`; None where none does."""
        return next((s for (p, s), name in self.of.items() if name == level and p == place), None)


def find_levels(blocks: list[Block], needed: Iterable[str]) -> Levels:
    """The likeliest reading of the blocks, in which each `needed` level is opened by one (place,
    style) at most.
    """
    wanted = [level for level in LEVELS if level in set(needed)]
    ranked = sorted(
        (
            (_cost(blocks, reading, wanted), n, reading)
            for n, reading in enumerate(_readings(blocks, wanted))
        ),
        key=lambda r: r[:2],
    )
    best, _, reading = ranked[0]
    if len(ranked) == 1:
        return Levels(reading, best)
    cost, _, other = ranked[1]
    return Levels(reading, best, cost - best, other)


def _readings(blocks: list[Block], wanted: list[str]) -> Iterator[dict[Key, str]]:
    """Every way to give the wanted levels to the keys that occur, each key to one level, the outer
    levels' styles first.
    """
    counts = Counter(b.key for b in blocks)
    choices: list[list[Key | None]] = [
        [None, *(key for key in counts if _may_open(level, key, counts[key]))] for level in wanted
    ]
    for chosen in product(*choices):
        keys = [key for key in chosen if key is not None]
        if len(set(keys)) == len(keys):
            yield {key: level for key, level in zip(chosen, wanted, strict=True) if key is not None}


def _may_open(level: str, key: Key, count: int) -> bool:
    place, style = key
    if level == "measure":
        return place != BAND and style not in (None, "section", "bullet")
    if place == BAND:
        return style != "bullet"
    return style in _PRIOR[level] and style is not None and count > 1


def _cost(blocks: list[Block], reading: dict[Key, str], wanted: list[str]) -> float:
    """What breaks when the blocks are read so."""
    given = {level: key for key, level in reading.items()}
    cost = sum(
        _PRIOR[level].get(given[level][1], _RARE) if level in given else _MISSING[level]
        for level in wanted
    )
    rank = LEVEL[given["measure"][1] or "bullet"] if "measure" in given else LEVEL["bullet"]
    outer = {level: [o for o in given if LEVELS.index(o) < LEVELS.index(level)] for level in given}
    last = dict.fromkeys(LEVELS, 0)
    fresh = dict.fromkeys(LEVELS, True)
    childless: str | None = None
    for block in blocks:
        if block.under is not None:
            fresh.update(dict.fromkeys(LEVELS[LEVELS.index(block.under) + 1 :], True))
        level = reading.get(block.key)
        if level is None:
            if block.place == BAND or block.opens and block.style not in (None, "bullet"):
                cost += ORPHAN
            elif block.style is not None and LEVEL[block.style] < rank:
                cost += OUTRANKS
            childless = None
            continue
        if any(last[o] == 0 and given[o][1] is not None for o in outer[level]):
            cost += ORPHAN
        if childless == level:
            cost += CHILDLESS
        childless = level if level != "measure" else None
        if level != "measure" and block.length > HEADING_MOST:
            cost += LONG
        if block.style is not None and block.style != "bullet":
            cost += _follows(block.number, last[level], fresh[level])
        last[level], fresh[level] = block.number or 1, False
        for inner in LEVELS[LEVELS.index(level) + 1 :]:
            fresh[inner] = True
    return cost + (CHILDLESS if childless is not None else 0.0)


def _follows(number: int, last: int, fresh: bool) -> float:
    """What a number costs behind the `last` of its level;
    `fresh` where a new parent stands between them.
    """
    if fresh:
        return 0.0 if number == 1 else ON if number == last + 1 else LATE
    if number == last + 1:
        return 0.0
    if number == 1:
        return ANEW
    return GAP if number > last else BACK
