"""MuPDF's drawings → rules, and the fills that may hide text below them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from extract.readers.page import is_white

THIN = 2.5  # points: a filled rectangle no thicker than this is a rule
LEVEL = 1.0  # points: a line whose ends differ by no more runs along the page

Box = tuple[float, float, float, float]


class Fill(NamedTuple):
    """An opaque area: its box (points), its place in the paint order, and whether it is white."""

    box: Box
    order: int
    white: bool


@dataclass(slots=True)
class Drawings:
    """Rules as drawn, horizontal (x0, x1, y) and vertical (x, y0, y1), and opaque fills; in
    points.
    """

    horizontal: list[tuple[float, float, float]] = field(default_factory=list)
    vertical: list[tuple[float, float, float]] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)

    def across(self, box: Box) -> None:
        """Take a thin box for a horizontal rule."""
        self.horizontal.append((box[0], box[2], (box[1] + box[3]) / 2))

    def down(self, box: Box) -> None:
        """Take a thin box for a vertical rule."""
        self.vertical.append(((box[0] + box[2]) / 2, box[1], box[3]))

    def frame(self, box: Box) -> None:
        """Take the four sides of a box for rules."""
        x0, y0, x1, y1 = box
        self.horizontal += [(x0, x1, y0), (x0, x1, y1)]
        self.vertical += [(x0, y0, y1), (x1, y0, y1)]


def read_drawings(paths: Iterable[dict[str, Any]]) -> Drawings:
    """Rules and fills of a page's paths, as `pymupdf.Page.get_cdrawings` gives them."""
    out = Drawings()
    for path in paths:
        if path["type"] not in ("clip", "group"):
            _read_path(path, out)
    return out


def _read_path(path: dict[str, Any], out: Drawings) -> None:
    filled, stroked = "f" in path["type"], _is_stroked(path)
    painted = filled and not is_white(path.get("fill"))
    if painted and _is_one_rule(path, out):
        return
    for item in path["items"]:
        if item[0] == "l":
            if stroked:
                _add_line(item[1], item[2], out)
        elif item[0] in ("re", "qu"):
            box = _box(item)
            width, height = box[2] - box[0], box[3] - box[1]
            if filled and max(width, height) <= THIN:
                # The corner square of four borders: part of whichever rule runs through it.
                if painted:
                    out.across(box)
                    out.down(box)
            elif painted or stroked:
                _add_box(box, stroked, out)
            if filled and min(width, height) > 3 and path.get("fill_opacity", 1) in (1, None):
                out.fills.append(Fill(box, path.get("seqno", 0), is_white(path.get("fill"))))


def _is_stroked(path: dict[str, Any]) -> bool:
    inked = path.get("stroke_opacity", 1) != 0 and not is_white(path.get("color"))
    return "s" in path["type"] and inked


def _is_one_rule(path: dict[str, Any], out: Drawings) -> bool:
    """Dashes and dots painted as little polygons in one path: together they are one rule."""
    if not all(item[0] in "lc" for item in path["items"]):
        return False
    box = path["rect"]
    width, height = box[2] - box[0], box[3] - box[1]
    if height <= THIN < width:
        out.across(box)
    elif width <= THIN < height:
        out.down(box)
    else:
        return False
    return True


def _add_box(box: Box, stroked: bool, out: Drawings) -> None:
    if box[3] - box[1] <= THIN:
        out.across(box)
    elif box[2] - box[0] <= THIN:
        out.down(box)
    elif stroked:
        out.frame(box)


def _add_line(p: Sequence[float], q: Sequence[float], out: Drawings) -> None:
    box = min(p[0], q[0]), min(p[1], q[1]), max(p[0], q[0]), max(p[1], q[1])
    if box[3] - box[1] <= LEVEL and box[2] > box[0]:
        out.across(box)
    elif box[2] - box[0] <= LEVEL and box[3] > box[1]:
        out.down(box)


def _box(item: Sequence[Any]) -> Box:
    """The box of a rectangle or quadrilateral."""
    points = item[1] if item[0] == "qu" else (item[1][:2], item[1][2:])
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    return min(xs), min(ys), max(xs), max(ys)
