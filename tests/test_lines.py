"""Glyphs → lines, on pages made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from extract.layout.lines import make_lines
from extract.page import Page


def page(chars: list[str], x: list[float], baseline: list[float], size: float = 10.0) -> Page:
    """A page of glyphs one em wide that stand on the given baselines (points)."""
    left, base = np.array(x), np.array(baseline)
    boxes = np.column_stack([left, base - 0.88 * size, left + size, base + 0.12 * size])
    count = len(chars)
    return Page(
        1,
        600.0,
        800.0,
        np.array(chars, dtype="<U1"),
        boxes,
        base,
        np.full(count, size),
        np.ones(count),
        np.zeros((0, 3)),
        np.zeros((0, 3)),
    )


def lines(p: Page, key: list[int] | None = None) -> tuple[dict[int, list[str]], int]:
    found, removed = make_lines(
        p, np.zeros(len(p.chars), dtype=int) if key is None else np.array(key)
    )
    return {k: [line.text for line in ls] for k, ls in found.items()}, removed


def test_a_raised_glyph_stays_in_its_line_and_cells_stay_apart() -> None:
    p = page(list("甲乙2丙丁"), [10, 20, 30, 10, 20], [100, 100, 97, 115, 115])
    assert lines(p) == ({0: ["甲乙2", "丙丁"]}, 0)
    assert lines(p, [0, 1, 1, 0, -1])[0] == {0: ["甲", "丙"], 1: ["乙2"]}


def test_glyphs_drawn_again_count_once() -> None:
    assert lines(page(list("甲甲甲乙"), [10, 10.5, 11, 20], [100] * 4)) == ({0: ["甲乙"]}, 2)
    assert lines(page(list("甲甲乙"), [10, 20, 30], [100] * 3)) == ({0: ["甲甲乙"]}, 0)


def test_spaces_stand_between_latin_words_only() -> None:
    assert lines(page(list("QR碼ab"), [10, 24, 38, 52, 62], [100] * 5))[0] == {0: ["Q R碼ab"]}


def test_justification_is_measured_between_cjk_glyphs() -> None:
    (line,) = make_lines(
        page(list("甲乙丙A"), [10, 22, 35, 50], [100] * 4), np.zeros(4, dtype=int)
    )[0][0]
    assert (line.spread, line.advance) == (pytest.approx(5.0), pytest.approx(12.0))
    (alone,) = make_lines(page(["甲"], [10], [100]), np.zeros(1, dtype=int))[0][0]
    assert alone.spread == alone.advance == float("inf")


@pytest.mark.parametrize("odd", ["\ud83d", "\x00"])
def test_what_is_no_character_shifts_nothing(odd: str) -> None:
    found, _ = make_lines(page(["甲", odd, "乙"], [10, 20, 30], [100] * 3), np.zeros(3, dtype=int))
    (line,) = found[0]
    assert line.text[0] == "甲" and line.text[2] == "乙" and len(line.chars) == len(line.x0) == 3
