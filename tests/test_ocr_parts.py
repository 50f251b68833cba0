"""Parts of the reader of scans on made-up input: places, rules, rings, mended characters."""

from __future__ import annotations

from collections import Counter

import cv2
import numpy as np
import pytest

from extract.readers.ocr import guard, pitch, rules
from extract.readers.ocr.mend import mend
from extract.readers.ocr.recognise import Char

EM = 36.0


def line(
    advance: float, count: int = 12, seed: int = 0
) -> tuple[list[str], list[tuple[float, float]]]:
    """Ideographs whose ink is 0.8 to 0.95 em wide and up to a twentieth of it off the middle."""
    rng = np.random.default_rng(seed)
    middle = advance * np.arange(count) + rng.uniform(-0.05, 0.05, count) * EM
    half = rng.uniform(0.4, 0.475, count) * EM
    return ["字"] * count, list(zip((middle - half).tolist(), (middle + half).tolist()))


@pytest.mark.parametrize("advance", [EM, EM * 1.016, EM * 1.25])
def test_the_advance_is_told_to_a_few_thousandths(advance: float) -> None:
    found = [pitch.advance(*line(advance, seed=seed), EM)[0] for seed in range(20)]
    assert max(abs(f - advance) for f in found) < 0.01 * EM
    assert abs(np.mean(found) - advance) < 0.003 * EM


def test_ink_cut_in_the_wrong_place_does_not_move_the_others() -> None:
    chars, extents = line(EM)
    sound = pitch.centres(chars, extents, EM)
    extents[4] = (extents[4][0], extents[4][1] + 0.8 * EM)
    harmed = pitch.centres(chars, extents, EM)
    assert max(abs(sound[i] - harmed[i]) for i in sound) < 0.05 * EM


def test_marks_between_ideographs_keep_their_own_place() -> None:
    chars, extents = line(EM, 9)
    chars[4] = "，"
    assert 4 not in pitch.centres(chars, extents, EM)


def test_the_glyph_size_is_the_advance_of_unspread_lines() -> None:
    spread = [(EM * 1.02, 82.0)] * 20 + [(EM * 1.6, 60.0)] * 4
    own = [(EM * (1 + d), 60.0) for d in (-0.003, 0.0, 0.002, 0.001)]
    assert pitch.natural_em(spread + own, EM * 1.02) == pytest.approx(EM, rel=0.003)
    assert pitch.natural_em(spread[:2], EM) == EM, "two lines are no measure"


def test_line_ends_a_fifth_of_an_em_apart_are_two_ends() -> None:
    full, short = [500.0, 500.8, 499.5, 500.2], [492.6, 492.9, 492.7]
    assert pitch.common_edge(full + short, EM) == pytest.approx(500, abs=1)
    assert pitch.common_edge([500.0, 450.0, 400.0], EM) is None


def ring(thickness: int, broken: bool = False) -> np.ndarray:
    picture = np.zeros((44, 60), dtype=np.uint8)
    cv2.circle(picture, (20, 22), 15, 1, thickness)
    if broken:
        picture[:, 18:24] = 0
    return picture > 0


def test_a_ring_is_told_from_a_disc_and_from_strokes() -> None:
    assert guard.is_ring(ring(2), (5, 36), EM)
    assert guard.is_ring(ring(2), (5, 20), EM), (
        "part of it is enough: the digit's box may cover the rest"
    )
    assert not guard.is_ring(ring(-1), (5, 36), EM)
    assert not guard.is_ring(ring(2, broken=True), (5, 36), EM)
    box = np.zeros((44, 60), dtype=bool)
    box[6:38, 5:37] = True
    box[8:36, 7:35] = False
    assert not guard.is_ring(box, (5, 37), EM), "口 is no ring"


def chars(text: str) -> list[Char]:
    return [Char(c, i * EM, 0.99) for i, c in enumerate(text)]


@pytest.mark.parametrize(
    ("before", "after", "more"),
    [
        ("獎金檔", "獎、金檔", "、"),
        ("獎金檔", "獎金檔", None),
        ("獎金檔", "獎、全檔", None),
        ("獎金檔", "獎E金檔", None),
        ("服務", "服 務", None),
        ("", "、", "、"),
    ],
)
def test_a_second_look_may_only_add(before: str, after: str, more: str | None) -> None:
    assert guard.added(chars(before), chars(after)) == more


def mended(*read: Char) -> tuple[str, dict[str, int]]:
    count: Counter[str] = Counter()
    return "".join(c.text for c in mend(list(read), count)), dict(count)


def test_a_foreign_character_gives_way_to_the_likely_second_choice() -> None:
    assert mended(Char("腾", 0, 0.6, "謄", 0.39), Char("本", 1, 1.0)) == ("謄本", {"腾→謄": 1})
    assert mended(Char("腾", 0, 0.9, "謄", 0.05)) == ("騰", {"腾→騰": 1}), (
        "an unlikely one does not outweigh the twin"
    )
    assert mended(Char("塡", 0, 0.6, "填", 0.36)) == ("填", {"塡→填": 1})
    assert mended(Char("覧", 0, 0.9, "覽", 0.08)) == ("覧", {}), (
        "no twin and no likely choice: kept as read"
    )


def test_wording_is_not_touched() -> None:
    for text in ("核准", "里長", "占用", "標准"):
        assert mended(*(Char(c, i, 0.6, "準", 0.39) for i, c in enumerate(text))) == (text, {})


@pytest.mark.parametrize(
    ("before", "after", "out"),
    [
        ("B", "o", "l"),
        ("事", "i", "l"),
        ("", "i", "l"),
        ("第", "項", "1"),
        ("2", "s", "1"),
        ("A", "級", "1"),
        ("第", "F", "1"),
    ],
)
def test_a_one_is_an_l_within_a_word_alone(before: str, after: str, out: str) -> None:
    read = [Char(before, 0, 1.0)] * bool(before) + [
        Char("1", 1, 0.9, "l", 0.06),
        Char(after, 2, 1.0),
    ]
    assert mended(*read)[0] == before + out + after


def table(stroke: bool) -> np.ndarray:
    """A page of 200 dots per inch with a table; a short upright in its last row, crossed as 申 is
    when `stroke`."""
    page = np.full((1200, 900), 255, dtype=np.uint8)
    for y in (200, 600, 680):
        cv2.line(page, (100, y), (800, y), 0, 2)
    for x in (100, 400, 800):
        cv2.line(page, (x, 200), (x, 680), 0, 2)
    cv2.line(page, (600, 600), (600, 680), 0, 2)
    if stroke:
        for y in range(608, 680, 9):
            cv2.line(page, (590, y), (610, y), 0, 2)
    return page


def test_a_short_rule_is_not_crossed_by_strokes() -> None:
    plain = rules.find_rules(table(False), 200)[1]
    crossed = rules.find_rules(table(True), 200)[1]
    assert sorted(round(x, -1) for x in plain[:, 0]) == [100, 400, 600, 800]
    assert sorted(round(x, -1) for x in crossed[:, 0]) == [100, 400, 800]


def test_a_short_rule_over_other_rules_stays() -> None:
    page = table(False)
    for y in range(620, 680, 20):
        cv2.line(page, (100, y), (800, y), 0, 2)
    assert 600 in [round(x, -1) for x in rules.find_rules(page, 200)[1][:, 0]]
