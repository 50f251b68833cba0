"""Recognised characters of a line → glyph boxes as a typesetter would have set them.

Later modules reason about free widths to a hundredth of the glyph size, as born-digital pages
allow. A scan gives ink, which is narrower than the glyph's em box and jitters, so the boxes are
rebuilt: ideographs sit in the middle of their em, what stands between them is spaced evenly.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass

import numpy as np

from extract.page import Floats, Mask
from extract.readers.ocr.pitch import advance, centres, common_edge
from extract.readers.ocr.recognise import Char
from extract.readers.ocr.strips import runs


@dataclass(slots=True)
class Glyphs:
    """Characters of one line with left and right edges in pixels, baseline and glyph size in
    pixels.
    """

    chars: list[str]
    x0: list[float]
    x1: list[float]
    score: list[float]
    baseline: float
    em: float


OWN, OWN_WIDE = (
    0.55,
    0.8,
)  # of the em: ink further from the character's centre, as the recogniser tells it, is not its own
FULL = dict(zip("(),:;!?[]", "（），：；！？［］"))
# of the em: a bracket or stop that has this much room between two ideographs is a full-width one
WIDE_SPAN = 0.72


def widen(lines: list[tuple[list[Char], Mask]], em: float) -> list[list[Char]]:
    """Give brackets and stops the width they are printed in: the recogniser does not tell （ from
    (.

    `lines` are the page's lines, each with its ink (mask); centres in pixels of the mask. Where a
    mark stands between two ideographs the room it has decides; elsewhere (at a line's end) what is
    usual for it on the page.
    """
    extents = [
        _extents([c for c in chars if not c.text.isspace()], ink, em) for chars, ink in lines
    ]
    verdicts: list[dict[int, bool]] = []
    votes: Counter[tuple[str, bool]] = Counter()
    for (chars, _), extent in zip(lines, extents):
        kept = [c for c in chars if not c.text.isspace()]
        own: dict[int, bool] = {}
        for i in range(1, len(kept) - 1):
            if (
                kept[i].text in FULL
                and _ideograph(kept[i - 1].text)
                and _ideograph(kept[i + 1].text)
            ):
                room = (sum(extent[i + 1]) - sum(extent[i - 1])) / 2 - em
                own[i] = room > WIDE_SPAN * em
                votes[kept[i].text, own[i]] += 1
        verdicts.append(own)
    out = []
    for (chars, _), own in zip(lines, verdicts):
        line, k = [], 0
        kept = [c for c in chars if not c.text.isspace()]
        for c in chars:
            inner = kept[k + 1 : k + 2] if c.text in "([" else kept[k - 1 : k] if k else []
            usual = votes[c.text, True] > votes[c.text, False] and all(
                _ideograph(n.text) for n in inner
            )
            if c.text in FULL and own.get(k, usual):
                c = c._replace(text=FULL[c.text])
            line.append(c)
            k += not c.text.isspace()
        out.append(line)
    return out


def _ideograph(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff"


def is_wide(char: str) -> bool:
    """Characters that take a full em."""
    return unicodedata.east_asian_width(char) in "WF" or char in "…—○●．‧“”‘’"


def advance_of(chars: list[Char], ink: Mask, em: float) -> tuple[float, float]:
    """The line's advance and its lever (see `pitch.advance`), from its ink (mask); centres in
    pixels of the mask.
    """
    kept = [c for c in chars if not c.text.isspace()]
    return advance([c.text for c in kept], _extents(kept, ink, em), em)


def place(chars: list[Char], ink: Mask, x: int, y: int, em: float) -> Glyphs:
    """Boxes for the characters of a line whose ink (mask) has its top left corner at (x, y) pixels
    of the page.

    `chars` have their centres in the same pixels as the mask. Spaces only keep their neighbours
    apart.
    """
    spaces = [i for i, c in enumerate(chars) if c.text.isspace()]
    kept = [c for c in chars if not c.text.isspace()]
    extent = _extents(kept, ink, em)
    rows = np.flatnonzero(ink.any(axis=1))
    baseline = y + (rows[0] + rows[-1] + 1) / 2 + 0.38 * em if len(rows) else y + em
    size = len(kept)
    left = np.full(size, np.nan)
    width = np.full(size, em)
    middle = centres([c.text for c in kept], extent, em)
    for i, (c, (a, b)) in enumerate(zip(kept, extent)):
        if not is_wide(c.text):
            width[i] = min(max(b - a, 0.2 * em) + 0.08 * em, em)
            left[i] = a - 0.04 * em
        elif i in middle:
            left[i] = middle[i] - em / 2
        elif b - a > 0.6 * em:
            left[i] = (a + b) / 2 - em / 2
    _fill(left, width, [c.x for c in kept], em)
    for i in range(1, size):
        # Boxes must not overlap: lines are ordered by their left edges.
        left[i] = max(left[i], left[i - 1] + 0.1 * em)
    right = left + width
    right[:-1] = np.minimum(right[:-1], np.maximum(left[1:], left[:-1] + 0.1 * em))
    before = {i - n for n, i in enumerate(spaces)}
    for i in range(1, size):
        # The narrow ink of a 1 or an l leaves wide gaps that are no word spaces: the recogniser
        # tells those.
        if (
            i not in before
            and not is_wide(kept[i].text)
            and not is_wide(kept[i - 1].text)
            and left[i] - right[i - 1] < 0.8 * em
        ):
            right[i - 1] = max(right[i - 1], left[i])
    for i in before:
        # A space the recogniser saw between Latin words stays visible as a gap.
        if (
            0 < i < size
            and left[i] - right[i - 1] < 0.2 * em
            and not is_wide(kept[i].text)
            and not is_wide(kept[i - 1].text)
        ):
            right[i - 1] = max(left[i - 1] + 0.05 * em, left[i] - 0.22 * em)
    return Glyphs(
        [c.text for c in kept],
        (left + x).tolist(),
        (right + x).tolist(),
        [c.score for c in kept],
        float(baseline),
        em,
    )


def _extents(chars: list[Char], ink: Mask, em: float) -> list[tuple[float, float]]:
    """Left and right end of each character's ink: the runs of ink that lie nearest to its centre.

    Ink too far off to be the character's own (another beside it was not recognised) is nobody's.
    """
    reach = [(OWN_WIDE if is_wide(c.text) else OWN) * em for c in chars]
    pieces = runs(np.any(ink, axis=0))
    border = [(a.x + b.x) / 2 for a, b in zip(chars, chars[1:])]
    out = [[np.inf, -np.inf] for _ in chars]
    for a, b in pieces:
        for k in range(len(chars)):
            low = border[k - 1] if k else -np.inf
            high = border[k] if k < len(border) else np.inf
            start, end = max(a, low), min(b, high)
            if abs((start + end) / 2 - chars[k].x) > reach[k]:
                continue
            if end - start > 0.5 * (b - a) or end - start > 3:
                out[k][0], out[k][1] = min(out[k][0], start), max(out[k][1], end)
    return [(a, b) if b > a else (c.x - 1, c.x + 1) for (a, b), c in zip(out, chars)]


def _fill(left: Floats, width: Floats, centre: list[float], em: float) -> None:
    """Set the unknown left edges between known ones, gaps shared evenly; changes `left` in
    place.
    """
    known = np.flatnonzero(~np.isnan(left))
    if not len(known):
        left[:] = np.array(centre) - width / 2
        return
    gaps = [
        left[b] - left[a] - width[a:b].sum()
        for a, b in zip(known, known[1:])
        if b == a + 1 and width[a] == em == width[b]
    ]
    usual = float(np.median(gaps)) if gaps else 0.0
    usual = max(0.0, usual)
    for a, b in zip(known, known[1:]):
        if b > a + 1:
            gap = (left[b] - left[a] - width[a:b].sum()) / (b - a)
            for k in range(a + 1, b):
                left[k] = left[k - 1] + width[k - 1] + gap
    for k in range(known[0] - 1, -1, -1):
        left[k] = left[k + 1] - width[k] - usual
    for k in range(known[-1] + 1, len(left)):
        left[k] = left[k - 1] + width[k - 1] + usual


def snap(lines: list[Glyphs], edge: float) -> None:
    """Bring the lines of one column to common left and right edges (in place): a scan's edges
    jitter, print's do not.

    `edge` is how far (pixels) a line may stand off the left edge that at least three lines share.
    On the right a line that ends a paragraph may stop a fifth of the em short of the edge, so only
    ends as near as the boxes are precise are brought together.
    """
    lines = [line for line in lines if line.chars]
    for line in lines:
        near = sorted(o.x0[0] for o in lines if abs(o.x0[0] - line.x0[0]) <= edge)
        if len(near) >= 3:
            _stretch(line, "left", near[len(near) // 2])
    if not lines:
        return
    em = sorted(line.em for line in lines)[len(lines) // 2]
    ends = [line.x1[-1] for line in lines]
    outer = common_edge(ends, em)
    for line, end in zip(lines, ends):
        if outer is not None and outer - em / 12 <= end <= outer + edge:
            _stretch(line, "right", outer)
            continue
        near = sorted(v for v in ends if abs(v - end) <= em / 12)
        if len(near) >= 3:
            _stretch(line, "right", near[len(near) // 2])


def _stretch(line: Glyphs, side: str, to: float) -> None:
    """Move one end of the line to `to`, the glyphs between following in proportion."""
    start, end = line.x0[0], line.x1[-1]
    if end - start < line.em * 1.5:
        shift = to - (start if side == "left" else end)
        line.x0 = [v + shift for v in line.x0]
        line.x1 = [v + shift for v in line.x1]
        return
    fixed, moved = (end, start) if side == "left" else (start, end)
    ratio = (to - fixed) / (moved - fixed)
    widths = [b - a for a, b in zip(line.x0, line.x1)]
    if side == "left":
        line.x0 = [fixed + (v - fixed) * ratio for v in line.x0]
        line.x0[-1] = end - widths[-1]
    else:
        line.x0 = [fixed + (v - fixed) * ratio for v in line.x0]
        line.x0[-1] = to - widths[-1]
    line.x1 = [a + w for a, w in zip(line.x0, widths)]
