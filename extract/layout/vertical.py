"""Text set vertically in horizontal lines of glyphs: told apart, and read column by column."""

from __future__ import annotations

from itertools import pairwise

from extract.layout.lines import Line, make_line

# Of the glyph size: glyphs that follow each other down the page stand no further apart.
UPRIGHT = 1.08


def is_vertical(cells: list[list[Line]]) -> bool:
    """Whether a column of cells (each its lines, from top to bottom) is set vertically.

    Vertical text steps down by one glyph and fills its columns from the right, so only its last
    rows are short, at their left. Horizontal text as tight as that ends short at the right. A cell
    whose rows are all full says nothing, unless its glyphs stand further apart sideways than
    downwards.
    """
    votes = wide = 0
    for lines in cells:
        if len(lines) < 3:
            continue
        down = sorted(b.baseline - a.baseline for a, b in pairwise(lines))[(len(lines) - 1) // 2]
        size = lines[0].size
        if down > UPRIGHT * size:
            votes -= 1
            continue
        left, right = min(line.left for line in lines), max(line.right for line in lines)
        short_left = any(line.left - left > 0.5 * size for line in lines)
        short_right = any(right - line.right > 0.5 * size for line in lines)
        if (
            short_left
            and not short_right
            and lines[0].left - left <= 0.5 * size
            and _in_columns(lines)
        ):
            votes += 1
        elif short_right:
            votes -= 1
        else:
            across = sorted(b - a for line in lines for a, b in pairwise(line.x0))
            wide += not across or across[len(across) // 2] > 1.04 * down
    return votes > 0 or votes == 0 and wide > 0


def _in_columns(lines: list[Line]) -> bool:
    """Whether the glyphs of all lines stand below glyphs of the first."""
    first = [(a + b) / 2 for a, b in zip(lines[0].x0, lines[0].x1)]
    return all(
        min(abs((a + b) / 2 - x) for x in first) < 0.3 * line.size
        for line in lines
        for a, b in zip(line.x0, line.x1)
    )


def upright(lines: list[Line]) -> list[Line]:
    """The columns of vertical text as one line each, from right to left, in reading order."""
    columns: list[list[tuple[Line, int]]] = []
    for line in lines:
        for i in range(len(line.chars)):
            for column in columns:
                first, k = column[0]
                if abs(first.x0[k] + first.x1[k] - line.x0[i] - line.x1[i]) < line.size:
                    column.append((line, i))
                    break
            else:
                columns.append([(line, i)])
    out = []
    for column in sorted(columns, key=lambda c: -c[0][0].x0[c[0][1]]):
        ends = [line for line, _ in column]
        out.append(
            make_line(
                ends[0],
                "".join(line.chars[i] for line, i in column),
                [min(line.x0[i] for line, i in column)] * len(column),
                [max(line.x1[i] for line, i in column)] * len(column),
                bottom=ends[-1].bottom,
                confidence=sum(line.confidence for line in ends) / len(ends),
            )
        )
    return out
