"""How far text may reach in a column, and what its lines would have had room for."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from math import inf

from extract.layout.lines import Line, is_latin
from extract.paragraphs.pieces import NO_START, cluster_width, piece_length
from extract.paragraphs.witness import Witness

UNSPREAD = 0.035  # of the glyph size: print places glyphs and edges this exactly
ROUNDING = 0.0025  # of the glyph size: what each advance may be rounded by
AUTOSPACE = 0.25  # of the glyph size: typesetters put up to this much between CJK and Latin (clreq)
WORD_SPACE = 0.25  # of the glyph size: the space between Latin words


@dataclass(slots=True)
class Placed:
    """A line with the x range (points) of the cell it stands in."""

    line: Line
    x0: float
    x1: float


@dataclass(slots=True)
class Limits:
    """How far text may reach in a column, as distances (points) from the cell's edges, and the
    column's habits.
    """

    left: float
    right: float
    pitch: float = 1.0
    """Advance of a CJK glyph as a multiple of its size (above 1 where text is letter-spaced)."""
    jitter: float = UNSPREAD
    """Of the glyph size: how far line ends may be off. Print has hardly any,
    a scan's glyph boxes are estimates.
    """
    justified: bool = False
    """Running lines are spread to the edge, so any line short of it ends a paragraph."""
    natural: float = 0.0
    """Of the glyph size: the gap between CJK glyphs that no justification has spread."""
    uneven: float = 0.0
    """Of the glyph size: how much lines that are not spread seem to be,
    by the noise of their glyph boxes.
    """
    autospace: float = AUTOSPACE
    """Of the glyph size: the gap between CJK and Latin."""
    hang: float = 0.0
    """Of the glyph size: how far punctuation may pass the edge."""
    pages: dict[int, float] = field(default_factory=dict)
    """`right` on pages whose cells are padded differently."""
    hidden: float = -4.0
    """Log-odds that a full line followed by an unmarked one ends a paragraph,
    before any character is looked at.
    """
    numbered: bool = False
    """Lists that begin with 1. are common in the column."""
    witness: Witness = field(default_factory=Witness)

    def room(self, placed: Placed) -> float:
        """Free width (points) behind a line; negative where it passes the edge."""
        right = self.pages.get(placed.line.page, self.right)
        return placed.x1 - right - placed.line.right

    def natural_room(self, placed: Placed) -> float:
        """Free width (points) behind a line had it not been spread."""
        excess = self.excess(placed.line)
        return self.room(placed) + (max(0.0, excess) if excess < inf else 0.0)

    def excess(self, line: Line) -> float:
        """Points by which justification has spread the line; infinite where it has no two CJK
        glyphs in a row.
        """
        return line.spread - self.natural * line.size * cjk_pairs(line.chars)

    def is_spread(self, line: Line) -> bool:
        """Whether justification has spread the line beyond what rounding explains."""
        least = max(self.jitter + ROUNDING * cjk_pairs(line.chars), 1.5 * self.uneven)
        return least * line.size < self.excess(line) < inf


def needed(line: Line, following: Line, limits: Limits) -> float:
    """Width (points) that the start of `following` would have taken behind `line`."""
    width = cluster_width(following, limits.pitch)
    if limits.pitch > 1.0:
        width += (limits.pitch - 1.0) * line.size
    last, first = line.chars[-1], following.chars[0]
    if last.isalnum() and first.isalnum() and (is_latin(last) or is_latin(first)):
        both = is_latin(last) and is_latin(first)
        width += (WORD_SPACE if both else limits.autospace) * line.size
    if following.chars[piece_length(following) - 1] in NO_START:
        width -= limits.hang * line.size
    return width


@lru_cache(4096)  # the lines of a column are looked at again for every edge that is tried
def cjk_pairs(chars: str) -> int:
    """How many neighbouring characters are both CJK."""
    return sum(not is_latin(a) and not is_latin(b) for a, b in pairwise(chars))
