"""Page numbers, headers and footers: told from content by where they stand and by coming back on
other pages.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict

import numpy as np

from extract.layout.lines import Line
from extract.model import Ints, Mask, Page
from extract.script import markers

MARGIN = 0.09  # of the page's height: headers and footers stand in this strip
TOUCHING = 0.1  # of the glyph size: glyphs nearer than this are printed in one go
Print = tuple[str, int]  # text without its numbers, place down the page

_PAGE_NUMBER = re.compile(r"^[\s\-–—－~～第頁共,，、/／0-9０-９ivxIVXPpage.()（）]+$")


def over_table(pages: list[Page]) -> list[Mask]:
    """Glyphs of page numbers and running heads that a table's rules run past, a mask of shape (n,)
    a page.

    Browsers draw the rules of a table that goes on to the next page through the margin. A run of
    glyphs there is furniture when it counts the pages, or when it runs across a column rule and
    comes back on another page.
    """
    masks = [np.zeros(len(p.chars), dtype=bool) for p in pages]
    numbers: dict[Print, list[tuple[int, Ints, int]]] = defaultdict(list)
    heads: dict[Print, list[tuple[int, Ints]]] = defaultdict(list)
    printed: Counter[Print] = Counter()
    for i, page in enumerate(pages):
        for run in _runs(page):
            text = "".join(page.chars[run])
            key = _without_numbers(text), round(float(page.baseline[run[0]]) / 3)
            printed[key] += 1
            found = re.search(r"[0-9０-９]+", text)
            if found and _PAGE_NUMBER.match(text):
                numbers[key].append((i, run, int(found.group()) - page.number))
            elif _crosses(page, run):
                heads[key].append((i, run))
    for group in numbers.values():
        offset, count = Counter(o for _, _, o in group).most_common(1)[0]
        if count >= 2 and count > 0.6 * len(group):
            for i, run, own in group:
                masks[i][run] |= own == offset
    for key, crossing in heads.items():
        if printed[key] >= 2:
            for i, run in crossing:
                masks[i][run] = True
    return masks


def _runs(page: Page) -> list[Ints]:
    """Indices of the glyphs of each run (one baseline, no wide gap) in the page's margin strips."""
    strip = np.flatnonzero(
        (page.boxes[:, 3] < MARGIN * page.height) | (page.boxes[:, 1] > (1 - MARGIN) * page.height)
    )
    if not len(strip):
        return []
    order = strip[np.lexsort((page.boxes[strip, 0], page.baseline[strip].round()))]
    base, left, right, size = (
        page.baseline[order].round(),
        page.boxes[order, 0],
        page.boxes[order, 2],
        page.size[order],
    )
    cut = np.flatnonzero((base[1:] != base[:-1]) | (left[1:] - right[:-1] > 3 * size[1:])) + 1
    return np.split(order, cut)


def _crosses(page: Page, run: Ints) -> bool:
    """Whether a vertical rule runs through a glyph of the run or between two that touch."""
    left, right, y = page.boxes[run, 0], page.boxes[run, 2], page.baseline[run[0]]
    x = page.vertical[(page.vertical[:, 1] < y) & (page.vertical[:, 2] > y), 0]
    next_to = np.searchsorted(left, x) - 1
    inside = (next_to >= 0) & (x < right[-1])
    x, next_to = x[inside], next_to[inside]
    follows = left[np.minimum(next_to + 1, len(run) - 1)]
    touching = follows - right[next_to] < TOUCHING * page.size[run[0]]
    return bool(((x < right[next_to] - 0.5) & (x > left[next_to] + 0.5) | touching).any())


def split_furniture(pages: list[tuple[float, list[Line]]]) -> tuple[list[Line], list[Line]]:
    """Divide the open lines of all pages into (content, page furniture).

    `pages` gives each page's height (points) and its lines outside tables. A line in the margin
    strip is furniture when it is a page number or when its text comes back on other pages.
    """
    repeated: Counter[str] = Counter()
    for height, lines in pages:
        repeated.update({_key(line) for line in lines if _in_margin(line, height)})
    content, furniture = [], []
    for height, lines in pages:
        for line in lines:
            text = line.text.strip()
            margin = _in_margin(line, height)
            if margin and (
                _PAGE_NUMBER.match(text)
                or (
                    len(pages) > 1
                    and repeated[_key(line)] >= max(2, 0.4 * len(pages))
                    and markers.match(text) is None
                )
            ):
                furniture.append(line)
            else:
                content.append(line)
    return content, furniture


def _in_margin(line: Line, height: float) -> bool:
    return line.bottom < MARGIN * height or line.top > (1 - MARGIN) * height


def _key(line: Line) -> str:
    return _without_numbers("".join(line.chars))


def _without_numbers(text: str) -> str:
    return re.sub(r"[0-9０-９]+", "#", text)
