"""A page on its side, turned so that its text reads upright."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from extract.page import Floats

DEGREES = {(1, 0): 0, (0, 1): -90, (0, -1): 90, (-1, 0): 180}
"""Way a line runs on the page (x to the right, y down) → degrees to turn it by, see `Page.turn`."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The turn of a page of `from_width` × `from_height` points by `degrees`."""

    degrees: int
    from_width: float
    from_height: float

    @property
    def width(self) -> float:
        """Width (points) of the page as it reads."""
        return self.from_height if self.degrees in (90, -90) else self.from_width

    @property
    def height(self) -> float:
        """Height (points) of the page as it reads."""
        return self.from_width if self.degrees in (90, -90) else self.from_height

    def points(self, points: Floats) -> Floats:
        """Points of shape (n, 2) on the page as it reads."""
        x, y = points[:, 0], points[:, 1]
        match self.degrees:
            case -90:
                return np.stack([y, self.from_width - x], axis=1)
            case 90:
                return np.stack([self.from_height - y, x], axis=1)
            case 180:
                return np.stack([self.from_width - x, self.from_height - y], axis=1)
        return points

    def boxes(self, boxes: Floats) -> Floats:
        """Boxes (x0, y0, x1, y1) of shape (n, 4) on the page as it reads."""
        if not self.degrees:
            return boxes
        a, b = self.points(boxes[:, :2]), self.points(boxes[:, 2:])
        return np.hstack([np.minimum(a, b), np.maximum(a, b)])

    def rules(self, horizontal: Floats, vertical: Floats) -> tuple[Floats, Floats]:
        """Rules, (h, 3) as x0, x1, y and (v, 3) as x, y0, y1, on the page as it reads."""
        if not self.degrees:
            return horizontal, vertical
        box = self.boxes(np.vstack([horizontal[:, [0, 2, 1, 2]], vertical[:, [0, 1, 0, 2]]]))
        flat = (box[:, 3] - box[:, 1]) <= (box[:, 2] - box[:, 0])
        return box[flat][:, [0, 2, 1]], box[~flat][:, [0, 1, 3]]
