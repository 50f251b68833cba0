"""Units of the plan's rows: names rejoined from their lines, and each beside its measure."""

from __future__ import annotations

import random
from array import array
from dataclasses import replace
from itertools import accumulate
from math import inf

import pytest

from extract.layout.lines import Line
from extract.paragraphs.rejoin import Limits, Placed
from extract.units.alignment import Placement, place_units
from extract.units.beside import join_names, units_beside
from extract.units.readings import MeasurePlace, NamePlace, RowPlaces

PITCH = 14.0
SIZE = 10.0


def row(
    measures: list[tuple[float, float]], names: list[tuple[str, float]], top: float | None = None
) -> RowPlaces:
    """A row in lines: each measure's first and last, each name's only one."""
    spans = [MeasurePlace(a * PITCH, b * PITCH) for a, b in measures]
    if top is not None:
        spans[0] = MeasurePlace(spans[0].first, spans[0].last, top * PITCH)
    return RowPlaces(spans, [NamePlace(t, y * PITCH, y * PITCH) for t, y in names])


def units(placed: Placement, printed: RowPlaces) -> list[str]:
    return ["".join(printed.names[i].text for i in own) for own in placed.units]


def read(*rows: RowPlaces) -> list[list[str]]:
    return [units(p, r) for p, r in zip(place_units(list(rows), PITCH), rows)]


BESIDE = row([(0, 4), (5, 9), (10, 12)], [("甲", 0), ("乙", 5), ("丙", 10)])
LISTED = row([(0, 4), (5, 9), (10, 12)], [("甲", 0), ("乙", 1), ("丙", 2), ("丁", 3)])
LINES = row([(0, 0), (1, 1)], [("甲", 0), ("乙", 1)])


def test_beside_first_lines() -> None:
    assert read(BESIDE) == [["甲", "乙", "丙"]]


def test_one_list_for_the_row() -> None:
    assert read(LISTED) == [["甲乙丙丁"] * 3]


@pytest.mark.parametrize("off", [-1, 1, 2, 3])
def test_one_name_a_measure_shifted_alike(off: int) -> None:
    printed = row([(0, 4), (5, 9), (10, 12)], [("甲", off), ("乙", 5 + off), ("丙", 10 + off)])
    assert read(printed) == [["甲", "乙", "丙"]]


def test_one_name_a_measure_centred() -> None:
    assert read(row([(0, 4), (5, 10)], [("甲", 2), ("乙", 7.5)])) == [["甲", "乙"]]


def test_one_name_a_measure_at_its_foot() -> None:
    assert read(row([(0, 4), (5, 10)], [("甲", 4), ("乙", 10)])) == [["甲", "乙"]]


def test_blocks_in_order_of_the_measures() -> None:
    printed = row([(0, 5), (6, 12), (13, 19)], [("甲", 0), ("乙", 2), ("丙", 3), ("丁", 5)])
    assert read(printed) == [["甲", "乙丙", "丁"]]


def test_names_on_consecutive_lines_beside_longer_measures_are_a_list() -> None:
    printed = row([(0, 4), (5, 9), (10, 14)], [("甲", 0), ("乙", 1), ("丙", 2)])
    assert read(printed) == [["甲乙丙"] * 3]
    assert read(*[BESIDE] * 5, printed)[-1] == ["甲乙丙"] * 3


def test_names_that_fill_every_line_follow_the_plan() -> None:
    assert read(*[LISTED] * 3, LINES)[-1] == ["甲乙"] * 2
    assert read(*[BESIDE] * 3, LINES)[-1] == ["甲", "乙"]


def test_a_full_cell_beside_its_measures_follows_the_plan() -> None:
    full = row([(0, 2), (3, 4)], [("甲", 0), ("乙", 1), ("丙", 2), ("丁", 3)])
    assert read(*[BESIDE] * 3, full)[-1] == ["甲乙丙", "丁"]
    assert read(*[LISTED] * 3, full)[-1] == ["甲乙丙丁"] * 2


def test_names_beside_the_heading_above_a_measure() -> None:
    measures = [
        MeasurePlace(2 * PITCH, 3 * PITCH, 0.0),
        MeasurePlace(6 * PITCH, 9 * PITCH, 4 * PITCH),
    ]
    names = [NamePlace("甲", 0.0, 0.0), NamePlace("乙", 4 * PITCH, 4 * PITCH)]
    assert read(RowPlaces(measures, names)) == [["甲", "乙"]]


def test_a_spaced_list_is_known_by_the_rows_of_one_measure() -> None:
    alone = row([(0, 9)], [("甲", 0), ("乙", 2), ("丙", 4)])
    printed = row([(0, 5), (6, 12)], [("甲", 0), ("乙", 2), ("丙", 4), ("丁", 6)])
    assert read(*[alone] * 3, *[printed] * 3)[-1] == ["甲乙丙丁"] * 2


@pytest.mark.parametrize("where", [0, 1])
def test_a_list_for_each_focus_point_in_a_cell_without_rules(where: int) -> None:
    measures = [(0, 2), (3, 4), (6, 7), (8, 10), (12, 14)]
    names = [("甲", where), ("乙", where + 1), ("丙", 6 + where), ("丁", 12 + where)]
    printed = replace(row(measures, names), lists=(2, 2, 1))
    assert read(printed) == [["甲乙", "甲乙", "丙", "丙", "丁"]]
    assert read(replace(printed, lists=(5,))) != read(printed)


def test_a_list_of_all_focus_points_stays_one() -> None:
    measures = [(0, 2), (3, 4), (6, 7), (8, 10), (12, 14)]
    printed = replace(row(measures, [("甲", 0), ("乙", 1), ("丙", 2)]), lists=(2, 2, 1))
    assert read(printed) == [["甲乙丙"] * 5]


def test_one_name_belongs_to_the_whole_row() -> None:
    assert read(*[BESIDE] * 9, row([(0, 4), (5, 9)], [("甲", 0)]))[-1] == ["甲"] * 2


def test_the_unit_of_a_row_that_the_page_cuts_may_stand_on_the_next_page() -> None:
    cut = MeasurePlace(0.0, 6 * PITCH, None, (4.5 * PITCH,))
    below = MeasurePlace(7 * PITCH, 9 * PITCH)
    names = [
        NamePlace("甲", 4.5 * PITCH, 4.5 * PITCH, 2, 2),
        NamePlace("乙", 7 * PITCH, 7 * PITCH, 2, 2),
    ]
    assert read(RowPlaces([cut, below], names)) == [["甲", "乙"]]


def test_a_row_without_names_and_one_without_measures() -> None:
    found = place_units([row([(0, 1), (2, 3)], []), row([], [("甲", 0)])], PITCH)
    assert [p.units for p in found] == [[[], []], []]
    assert [p.how for p in found] == ["none", "row"]


def test_readings_with_the_same_units_leave_no_doubt() -> None:
    same = row([(0, 0), (1, 1)], [("甲", 0), ("甲", 1)])
    (placed,) = place_units([same], PITCH)
    assert units(placed, same) == ["甲", "甲"]
    assert placed.lead > 2  # what is left is a measure without a unit


def test_a_row_that_tells_nothing_has_a_small_lead_and_names_both_readings() -> None:
    (placed,) = place_units([LINES], PITCH)
    assert placed.lead < 0.5
    assert {str(placed.units), str(placed.other)} == {"[[0], [1]]", "[[0, 1], [0, 1]]"}


def test_more_witnesses_make_surer() -> None:
    leads = [place_units([*[BESIDE] * n, LINES], PITCH)[-1].lead for n in (1, 3, 9)]
    assert leads == sorted(leads) and leads[0] < leads[-1]


# Random plans: the true units are known, places are jittered, a few rows stand off as a whole.

Made = tuple[RowPlaces, list[frozenset[str]]]


def stand(measures: list[MeasurePlace], blocks: list[list[str]], starts: list[float]) -> Made:
    names: list[NamePlace] = []
    free = -inf
    for block, start in zip(blocks, starts):
        place = max(start, free)
        for text in block:
            names.append(NamePlace(text, place, place))
            place += PITCH
        free = place
    return RowPlaces(measures, names), [frozenset(b) for b in blocks]


def make_row(rng: random.Random, way: str, jitter: float, shifts: float) -> Made:
    k = rng.choice([1, 2, 2, 3, 3, 4, 5, 7])
    lengths = [rng.randint(1, 6) for _ in range(k)]
    between = rng.choice([0.0, 0.0, 0.35]) * PITCH
    firsts = [0.0, *accumulate(n * PITCH + between for n in lengths[:-1])]
    lasts = [f + (n - 1) * PITCH for f, n in zip(firsts, lengths)]
    measures = [MeasurePlace(a, b) for a, b in zip(firsts, lasts)]
    pool = iter(rng.sample([f"第{i}課" for i in range(60)], 60))

    def off() -> float:
        return rng.gauss(0, jitter) * PITCH

    if way == "list":
        texts = [next(pool) for _ in range(rng.choice([1, 1, 2, 3, 4, 6]))]
        printed, _ = stand(measures, [texts], [off()])
        return printed, [frozenset(texts)] * k
    blocks = [[next(pool) for _ in range(min(n, rng.choice([1, 1, 1, 2])))] for n in lengths]
    if way == "order":
        starts = [0.0, *accumulate((len(b) + 1) * PITCH for b in blocks[:-1])]
    elif way == "centred":
        starts = [(a + b - (len(n) - 1) * PITCH) / 2 for a, b, n in zip(firsts, lasts, blocks)]
    else:
        shift = PITCH * rng.choice([-1, 1, 2]) if rng.random() < shifts else 0.0
        starts = [f + shift for f in firsts]
    return stand(measures, blocks, [s + off() for s in starts])


def tally(way: str, jitter: float, shifts: float, plans: int = 60) -> dict[tuple[bool, bool], int]:
    """Rows of random plans: read right or not, with a lead of half a line or without."""
    rng = random.Random(f"{way} {jitter}")
    out = {(right, sure): 0 for right in (False, True) for sure in (False, True)}
    for _ in range(plans):
        made = [make_row(rng, way, jitter, shifts) for _ in range(rng.randint(6, 20))]
        placed = place_units([printed for printed, _ in made], PITCH)
        for found, (printed, truth) in zip(placed, made):
            got = [frozenset(printed.names[i].text for i in own) for own in found.units]
            out[got == truth, found.lead >= 0.5] += 1
    return out


@pytest.mark.parametrize("way", ["list", "first", "centred", "order"])
@pytest.mark.parametrize("jitter", [0.0, 0.1])
def test_random_plans_come_back(way: str, jitter: float) -> None:
    found = tally(way, jitter, shifts=0.1)
    total = sum(found.values())
    assert found[True, True] + found[True, False] >= 0.99 * total
    assert found[False, True] <= 0.005 * total


def test_clean_plans_leave_less_doubt() -> None:
    clean, rough = (tally("first", jitter, shifts=0.0) for jitter in (0.0, 0.3))
    assert clean[True, False] + clean[False, False] == 0
    assert rough[True, False] + rough[False, False] > 0


# Names that wrap.


def cell(*lines: str, glyphs: int = 3, first: float = 0.0, centred: bool = False) -> list[Placed]:
    """A unit cell `glyphs` wide between paddings of 5 points; an empty string is a blank line."""
    width = glyphs * SIZE + 10
    out = []
    for i, text in enumerate(lines):
        if not text:
            continue
        left = (width - len(text) * SIZE) / 2 if centred else 5.0
        x0 = array("d", [left + n * SIZE for n in range(len(text))])
        x1 = array("d", [x + SIZE for x in x0])
        y = first + i * PITCH
        line = Line(1, text, x0, x1, y - SIZE, y, y, SIZE, 1.0, text, 0.0, SIZE, None)
        line.order = y
        out.append(Placed(line, 0.0, width))
    return out


def names(*cells: list[Placed], limits: Limits = Limits(5.0, 5.0)) -> list[list[str]]:
    return [[n.text for n in own] for own in join_names(list(cells), limits, PITCH)]


@pytest.mark.parametrize(
    ("lines", "glyphs", "want"),
    [
        (("第一課", "至第三", "課"), 3, ["第一課至第三課"]),
        (("資訊廠", "商"), 3, ["資訊廠商"]),
        (("役政災防", "課"), 4, ["役政災防課"]),
        (("役政災", "防課"), 3, ["役政災防課"]),
        (("人事", "室、秘", "書室"), 3, ["人事室、秘書室"]),
        (("各課室", "及會計", "室"), 3, ["各課室及會計室"]),
        (("登記課", "至善國", "中"), 3, ["登記課", "至善國中"]),
        (("登記課", "測量課"), 3, ["登記課", "測量課"]),
        (("人事", "總務", "資訊"), 3, ["人事", "總務", "資訊"]),
        (("民政課(含", "里幹事)"), 5, ["民政課(含里幹事)"]),
    ],
)
def test_names_rejoin(lines: tuple[str, ...], glyphs: int, want: list[str]) -> None:
    assert names(cell(*lines, glyphs=glyphs)) == [want]
    assert names(cell(*lines, glyphs=glyphs, centred=True)) == [want]


def test_names_printed_whole_elsewhere_stay_apart() -> None:
    stacked = cell("研考", "總務", glyphs=2)
    assert names(stacked) == [["研考總務"]]
    assert names(stacked, cell("研考", glyphs=2), cell("總務", glyphs=2))[0] == ["研考", "總務"]


def test_a_blank_line_divides_names() -> None:
    assert names(cell("役政災", "", "防課"), cell("民政課", "社會課"))[0] == ["役政災", "防課"]


def test_a_column_that_no_name_fills_wraps_none() -> None:
    """Names of one length end at one edge, which is not the cell's."""
    assert names(cell("人事", "總務", glyphs=5), limits=Limits(5.0, 35.0)) == [["人事", "總務"]]


# Cells of the table, as the stitched rows hold them.


def column(lines: list[Placed], x0: float) -> list[Placed]:
    return [Placed(p.line, p.x0 + x0, p.x1 + x0) for p in lines]


def beside(
    cells: list[list[list[Placed]]], measures: list[list[tuple[float, float]]]
) -> list[list[tuple[list[str], str]]]:
    places = [row(own, []).measures for own in measures]
    found = units_beside(cells, places, Limits(5.0, 5.0), PITCH)
    return [[([u.text for u in b.units], b.how) for b in own] for own in found]


def test_two_unit_columns_are_aligned_one_by_one() -> None:
    main = column(cell("民政課", "", "", "社會課"), 300)
    helping = column(cell("秘書室", "會計室"), 340)
    alone = [column(cell("人事室"), 300), column(cell("政風室", "研考室"), 340)]
    measures = [[(0.0, 2.0), (3.0, 4.0)], [(0.0, 3.0)]]
    assert beside([[helping, main], alone], measures) == [
        [
            (["民政課", "秘書室", "會計室"], "measure"),
            (["社會課", "秘書室", "會計室"], "measure"),
        ],
        [(["人事室", "政風室", "研考室"], "row")],
    ]


def test_rows_that_share_a_unit_cell_are_read_together() -> None:
    shared = cell("民政課", "", "", "社會課")
    own = cell("人事室", first=8 * PITCH)
    measures = [[(0.0, 1.0)], [(3.0, 4.0)], [(8.0, 9.0)]]
    assert beside([[shared], [shared], [own]], measures) == [
        [(["民政課"], "measure")],
        [(["社會課"], "measure")],
        [(["人事室"], "row")],
    ]


def test_a_measure_beside_no_unit_cell_has_none() -> None:
    assert beside([[]], [[(0.0, 1.0)]]) == [[([], "none")]]


def test_a_doubt_names_both_readings_and_only_where_they_differ() -> None:
    places = row([(0, 0), (1, 1)], []).measures
    ((first, second),) = units_beside([[cell("甲課", "乙課")]], [places], Limits(5.0, 5.0), PITCH)
    assert first.lead < 0.5
    assert "甲課" in first.doubt and "乙課" in second.doubt
    assert first.other != [u.text for u in first.units]


def test_a_measure_without_units_puts_its_neighbours_in_doubt() -> None:
    """A list of several names may hold the one that is missing above or below."""
    cells = [[[]], [cell("民政課", "社會課", "", "人事室", first=3 * PITCH)], [[]]]
    places = [row(own, []).measures for own in ([(0, 2)], [(3, 5), (6, 7)], [(9, 9)])]
    _, (several, single), _ = units_beside(cells, places, Limits(5.0, 5.0), PITCH)
    assert several.lead == 0.0 and several.other == ["社會課"]
    assert single.lead > 0.5, "a measure keeps its only name"
