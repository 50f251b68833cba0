"""The default reader: MuPDF's text trace and drawings as a `Page`.

The trace is used rather than structured text because it keeps what decides visibility: render mode, colour, opacity
and paint order. Coordinates come unrotated; the page is turned so that its text reads upright, whatever its rotation entry
says (scanners and converters leave pages on their side).
"""

from __future__ import annotations

from functools import lru_cache
from itertools import chain
from operator import itemgetter

import numpy as np
import pymupdf

from extract.layout.geometry import clean_rules
from extract.model import Page, PrintedFinding

THIN = 2.5  # points: a filled rectangle no thicker than this is a rule
WHITE = 0.93  # colour components at or above this are white on paper
WATERMARK_SIZE = 30.0  # points: table text is never this large
ASCENT = 0.38  # of the glyph size: a CJK glyph's baseline stands this far below its centre
RULE_MIN = 2.0  # points: shorter strokes are dots of a dashed rule; clean_rules joins them

SPACES = frozenset(
    "\u0020\u00a0\u3000\t\r\n\u200b\u200c\u200d\ufeff\u2002\u2003\u2009\u00ad\u2028\u2029\x00\x0b\x0c"
)
_IS_SPACE = np.zeros(0x10000, dtype=bool)
_IS_SPACE[[ord(c) for c in SPACES]] = True
_PARTS = itemgetter("chars", "size", "color", "seqno", "dir", "wmode")


@lru_cache(maxsize=256)
def _way(direction: tuple[float, float], mode: int) -> tuple[int, int]:
    """The writing direction as a unit step along an axis; (0, 0) for slanted text. Fonts set vertically (`mode` 1) read as upright text."""
    if mode:
        return 1, 0
    return (
        (round(direction[0]), round(direction[1]))
        if max(abs(direction[0]), abs(direction[1])) > 0.99
        else (0, 0)
    )


def _is_white(color) -> bool:
    if color is None:
        return False
    if len(color) == 4:  # CMYK
        return max(color) <= 1 - WHITE
    return min(color) >= WHITE


def read_page(page: pymupdf.Page, number: int) -> Page:
    """Read one page (`number` is 1-based). Raises whatever MuPDF raises for a page it cannot interpret."""
    rect = page.rect * ~page.rotation_matrix
    drawings = page.get_cdrawings()
    horizontal, vertical, fills = _rules(drawings)
    trace = page.get_texttrace()

    shown = [span for span in trace if span["type"] != 3 and span["opacity"] != 0.0]
    hidden = (
        0
        if len(shown) == len(trace)
        else sum(len(span["chars"]) for span in trace) - sum(len(span["chars"]) for span in shown)
    )
    spans, sizes, colors, painted, directions, modes = (
        zip(*map(_PARTS, shown)) if shown else ((),) * 6
    )
    ways = [_way(d, mode) for d, mode in zip(directions, modes)]
    findings: list[PrintedFinding] = []
    glyphs = list(chain.from_iterable(spans))
    codes, _, origins, boxes = zip(*glyphs) if glyphs else ((), (), (), ())
    code = np.array(codes, dtype=np.int64)
    code[(code <= 0) | (code > 0x10FFFF) | (code >= 0xD800) & (code <= 0xDFFF)] = (
        0xFFFD  # no characters, but what broken font maps give
    )
    printed = ~_IS_SPACE[np.minimum(code, 0xFFFF)]
    if not printed.any():
        return _page(
            number,
            rect.width,
            rect.height,
            [],
            np.zeros((0, 4)),
            np.zeros((0, 2)),
            [],
            horizontal,
            vertical,
            findings,
        )

    char = code[printed].astype(np.uint32).view("<U1")
    box = np.fromiter(chain.from_iterable(boxes), np.float64, 4 * len(code)).reshape(-1, 4)[printed]
    origin = np.fromiter(chain.from_iterable(origins), np.float64, 2 * len(code)).reshape(-1, 2)[
        printed
    ]
    span_of = np.repeat(np.arange(len(shown)), [len(s) for s in spans])[printed]
    size = np.array(sizes, dtype=np.float64)[span_of]
    counts: dict[tuple[int, int], int] = {}
    for way, count in zip(ways, np.bincount(span_of, minlength=len(shown)).tolist()):
        if count:
            counts[way] = counts.get(way, 0) + count

    main = max(counts, key=lambda k: counts[k])
    keep = np.ones(len(char), dtype=bool)
    # Text that runs another way than the page's own is a watermark or a stamp.
    other = np.array([way != main for way in ways])
    if main == (1, 0) and (0, 1) in counts:
        _take_latin_of_vertical_text(ways, other, span_of, box, origin, size)
    faint = np.array(
        [
            s >= WATERMARK_SIZE and c is not None and sum(c) / len(c) > 0.6
            for s, c in zip(sizes, colors)
        ]
    )
    mask = (other | faint)[span_of]
    if mask.any():
        keep &= ~mask
        findings.append(
            _finding(
                "watermark_removed",
                f"第{number}頁有浮水印或斜排文字「{''.join(char[mask][:20])}」，未列入表格內容。",
                number,
            )
        )
    whites = {c for c in set(colors) if _is_white(c)}
    if whites:
        white = np.array([c in whites for c in colors])
        dark = [f for f in fills if not _is_white(f[5])]
        mask = white[span_of]
        for x0, y0, x1, y1, _, _ in dark:
            mask &= ~(
                (box[:, 0] >= x0 - 1)
                & (box[:, 2] <= x1 + 1)
                & (box[:, 1] >= y0 - 3)
                & (box[:, 3] <= y1 + 3)
            )
        hidden += int((mask & keep).sum())
        keep &= ~mask
    if fills:
        seq = np.array(painted)[span_of]
        cx, cy = (box[:, 0] + box[:, 2]) / 2, (box[:, 1] + box[:, 3]) / 2
        for x0, y0, x1, y1, order, _ in fills:
            if order <= 0 or not (seq < order).any():
                continue
            covered = (seq < order) & (cx > x0) & (cx < x1) & (cy > y0) & (cy < y1) & keep
            hidden += int(covered.sum())
            keep &= ~covered
    if main in ((0, 1), (0, -1), (-1, 0)):
        degrees = {(0, 1): -90, (0, -1): 90, (-1, 0): 180}[main]
        turn = pymupdf.Matrix(degrees)
        box = _transform_boxes(box, turn)
        origin = _transform_points(origin, turn)
        bounds = rect * turn
        shift = np.array([bounds.x0, bounds.y0])
        box -= np.tile(shift, 2)
        origin -= shift
        horizontal, vertical = _transform_rules(horizontal, vertical, turn, shift)
        width, height = bounds.width, bounds.height
    else:
        degrees, width, height = 0, rect.width, rect.height
    inside = (
        (box[:, 0] > -1) & (box[:, 2] < width + 1) & (box[:, 1] > -1) & (box[:, 3] < height + 1)
    )
    hidden += int((keep & ~inside).sum())
    keep &= inside
    if hidden:
        findings.append(
            _finding(
                "hidden_text",
                f"第{number}頁有{hidden}個看不見的字（隱藏、被遮蓋或在頁外），未列入。",
                number,
            )
        )
    return _page(
        number,
        width,
        height,
        char[keep],
        box[keep],
        origin[keep],
        size[keep],
        horizontal,
        vertical,
        findings,
        degrees,
    )


def _take_latin_of_vertical_text(ways, other, span_of, box, origin, size) -> None:
    """Keep Latin that vertical text turns by 90°: it stands right below or above an upright glyph of its size.

    Changes `other` and the glyphs' `origin` in place: a turned glyph gets the baseline an upright one would have there.
    """
    upright = ~other[span_of]
    cx, cy = (box[:, 0] + box[:, 2]) / 2, (box[:, 1] + box[:, 3]) / 2
    for n, way in enumerate(ways):
        own = np.flatnonzero(span_of == n) if way == (0, 1) else ()
        if not len(own):
            continue
        ends = (box[own[0], 1], box[own[-1], 3])
        near = (
            upright
            & (np.abs(cx - cx[own[0]]) < 0.5 * size[own[0]])
            & (np.abs(size - size[own[0]]) < 0.2 * size[own[0]])
        )
        if near.any() and min(np.abs(cy[near] - y).min() for y in ends) < size[own[0]]:
            other[n] = False
            origin[own, 1] = cy[own] + ASCENT * size[own]


def _page(
    number, width, height, char, box, origin, size, horizontal, vertical, findings, turn=0
) -> Page:
    horizontal, vertical = clean_rules(horizontal, vertical, float(width), float(height))
    count = len(char)
    return Page(
        number=number,
        width=float(width),
        height=float(height),
        chars=np.asarray(char, dtype="<U1"),
        boxes=np.asarray(box, dtype=np.float64).reshape(-1, 4),
        baseline=np.asarray(origin, dtype=np.float64).reshape(-1, 2)[:, 1],
        size=np.asarray(size, dtype=np.float64),
        confidence=np.ones(count),
        horizontal=horizontal,
        vertical=vertical,
        source="digital",
        findings=findings,
        turn=turn,
    )


def _finding(code: str, message: str, page: int) -> PrintedFinding:
    return PrintedFinding(severity="note", code=code, message=message, page=page)


def _transform_boxes(box: np.ndarray, m) -> np.ndarray:
    a = _transform_points(box[:, :2], m)
    b = _transform_points(box[:, 2:], m)
    return np.hstack([np.minimum(a, b), np.maximum(a, b)])


def _transform_points(points: np.ndarray, m) -> np.ndarray:
    x, y = points[:, 0], points[:, 1]
    return np.stack([x * m.a + y * m.c + m.e, x * m.b + y * m.d + m.f], axis=1)


def _transform_rules(horizontal, vertical, m, shift):
    """Rules through a rotation by a multiple of 90°: horizontals may become verticals."""
    segments = [(x0, y, x1, y) for x0, x1, y in horizontal] + [
        (x, y0, x, y1) for x, y0, y1 in vertical
    ]
    if not segments:
        return horizontal, vertical
    box = _transform_boxes(np.array(segments, dtype=np.float64), m) - np.tile(shift, 2)
    flat = (box[:, 3] - box[:, 1]) <= (box[:, 2] - box[:, 0])
    return [tuple(r) for r in box[flat][:, [0, 2, 1]]], [tuple(r) for r in box[~flat][:, [0, 1, 3]]]


def _rules(drawings):
    """Horizontal (x0, x1, y) and vertical (x, y0, y1) rules, and opaque fills (x0, y0, x1, y1, paint order, colour)."""
    horizontal: list[tuple] = []
    vertical: list[tuple] = []
    fills: list[tuple] = []
    for path in drawings:
        kind = path["type"]
        if kind == "clip" or kind == "group":
            continue
        filled = "f" in kind
        stroked = (
            "s" in kind and path.get("stroke_opacity", 1) != 0 and not _is_white(path.get("color"))
        )
        fill = path.get("fill")
        if filled and not _is_white(fill) and all(item[0] in "lc" for item in path["items"]):
            # Dashes and dots painted as little polygons in one path: together they are one rule.
            x0, y0, x1, y1 = path["rect"]
            if y1 - y0 <= THIN < x1 - x0:
                horizontal.append((x0, x1, (y0 + y1) / 2))
                continue
            if x1 - x0 <= THIN < y1 - y0:
                vertical.append(((x0 + x1) / 2, y0, y1))
                continue
        for item in path["items"]:
            if item[0] == "l":
                if stroked:
                    _add_line(item[1], item[2], horizontal, vertical)
            elif item[0] in ("re", "qu"):
                r = item[1] if item[0] == "re" else _quad_rect(item[1])
                x0, y0, x1, y1 = min(r[0], r[2]), min(r[1], r[3]), max(r[0], r[2]), max(r[1], r[3])
                w, h = x1 - x0, y1 - y0
                if filled and w <= THIN and h <= THIN:
                    # The corner square of four borders: part of whichever rule runs through it.
                    if not _is_white(fill):
                        horizontal.append((x0, x1, (y0 + y1) / 2))
                        vertical.append(((x0 + x1) / 2, y0, y1))
                elif (filled and not _is_white(fill) or stroked) and h <= THIN:
                    horizontal.append((x0, x1, (y0 + y1) / 2))
                elif (filled and not _is_white(fill) or stroked) and w <= THIN:
                    vertical.append(((x0 + x1) / 2, y0, y1))
                elif stroked:
                    horizontal += [(x0, x1, y0), (x0, x1, y1)]
                    vertical += [(x0, y0, y1), (x1, y0, y1)]
                if filled and w > 3 and h > 3 and path.get("fill_opacity", 1) in (1, 1.0, None):
                    fills.append((x0, y0, x1, y1, path.get("seqno", 0), fill))
    return horizontal, vertical, fills


def _add_line(p, q, horizontal, vertical) -> None:
    if abs(p[1] - q[1]) <= 1.0 and abs(p[0] - q[0]) > 0:
        horizontal.append((min(p[0], q[0]), max(p[0], q[0]), (p[1] + q[1]) / 2))
    elif abs(p[0] - q[0]) <= 1.0 and abs(p[1] - q[1]) > 0:
        vertical.append(((p[0] + q[0]) / 2, min(p[1], q[1]), max(p[1], q[1])))


def _quad_rect(quad):
    xs = [p[0] for p in quad]
    ys = [p[1] for p in quad]
    return min(xs), min(ys), max(xs), max(ys)
