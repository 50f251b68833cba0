"""Page numbers, headers and footers, told from content.

By where they stand, by coming back on other pages, and by counting the pages: what is printed less
the page's own number is the same on page after page.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable

import numpy as np

from extract.layout.lines import Line
from extract.page import Ints, Mask, Page
from extract.script import markers
from extract.script.vocabulary import goes_on

MARGIN = 0.09  # of the page's height: headers and footers stand in this strip
STRIP, STRIP_MOST = 76.0, 0.15  # points, of the height: … and in the same strip of a page turned
TOUCHING = 0.1  # of the glyph size: glyphs nearer than this are printed in one go
PAGES = 2  # pages: on fewer nothing comes back

Print = tuple[str, int]  # text without its numbers, place down the page

_NUMBERS = re.compile("[0-9０-９]+")
_ROMAN = re.compile("[ivxlIVXL]+")
_COUNT = r"(?:[0-9０-９]{1,4}|[ivxlIVXL]{1,6})"
_DASH = r"[\-–—－~～‧·]"
_PAGE_NUMBER = re.compile(rf"[（(]?{_COUNT}[)）.]?")
# 第1頁，共3頁 · - 1 - · P.1 · 1/3: signs that only page numbers are printed with.
_MARKED_NUMBER = re.compile(
    rf"{_DASH}*(?:(?:第|[Pp](?:age)?\.?){_COUNT}頁?|{_COUNT}頁)(?:[，,、/／(（]*共{_COUNT}頁[)）]*)?{_DASH}*"
    rf"|{_DASH}+{_COUNT}?{_DASH}*|{_COUNT}[/／]{_COUNT}頁?"
)


def over_table(pages: list[Page]) -> list[Mask]:
    """Glyphs of page numbers and running heads that a table's rules run past, a mask (n,) a page.

    Browsers draw the rules of a table that goes on to the next page through the margin. A run of
    glyphs there is furniture when it counts the pages, or when it runs across a column rule and
    comes back on another page. What rules close in towards the paper's edge stands in a cell.
    """
    masks = [np.zeros(len(p.chars), dtype=bool) for p in pages]
    numbers: dict[Print, list[tuple[int, Ints, int]]] = defaultdict(list)
    heads: dict[Print, list[tuple[int, Ints]]] = defaultdict(list)
    printed: dict[Print, set[int]] = defaultdict(set)
    for i, page in enumerate(pages):
        for run in _runs(page):
            text = "".join(page.chars[run])
            key = _without_numbers(text), round(float(page.baseline[run[0]]) / 3)
            printed[key].add(i)
            if _is_closed_in(page, run):
                continue
            number = _page_number(text)
            if number is not None:
                numbers[key].append((i, run, number - page.number))
            elif _crosses(page, run):
                heads[key].append((i, run))
    for group in numbers.values():
        offsets = _common((i, offset) for i, _, offset in group)
        for i, run, offset in group:
            masks[i][run] |= offset in offsets
    for key, crossing in heads.items():
        if len(printed[key]) >= PAGES:
            for i, run in crossing:
                masks[i][run] = True
    return masks


def _common(found: Iterable[tuple[int, int]]) -> set[int]:
    """Of pairs (page, offset) the offsets that hold on several pages."""
    pages = Counter(offset for _, offset in set(found))
    return {offset for offset, count in pages.items() if count >= PAGES}


def _runs(page: Page) -> list[Ints]:
    """Indices of the glyphs of each run (one baseline, no wide gap) in the page's margin strips."""
    strip = _strip(page.height)
    own = np.flatnonzero((page.boxes[:, 3] < strip) | (page.boxes[:, 1] > page.height - strip))
    if not len(own):
        return []
    order = own[np.lexsort((page.boxes[own, 0], page.baseline[own].round()))]
    base, size = page.baseline[order].round(), page.size[order]
    left, right = page.boxes[order, 0], page.boxes[order, 2]
    cut = np.flatnonzero((base[1:] != base[:-1]) | (left[1:] - right[:-1] > 3 * size[1:])) + 1
    return np.split(order, cut)


def _is_closed_in(page: Page, run: Ints) -> bool:
    """Whether a rule runs between the run and the paper's edge, and others on both its sides."""
    left, right = page.boxes[run[0], 0], page.boxes[run[-1], 2]
    y = page.baseline[run[0]]
    beyond = page.horizontal[:, 2] > y if y > page.height / 2 else page.horizontal[:, 2] < y
    over = (page.horizontal[:, 0] < right) & (page.horizontal[:, 1] > left)
    x = page.vertical[(page.vertical[:, 1] < y) & (page.vertical[:, 2] > y), 0]
    return bool((beyond & over).any() and (x < right).any() and (x > left).any())


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
    in_margin = [line for height, lines in pages for line in lines if _in_margin(line, height)]
    seen: dict[str, set[int]] = defaultdict(set)
    for line in in_margin:
        seen[_key(line)].add(line.page)
    back = {key for key, on in seen.items() if len(on) >= max(PAGES, 0.4 * len(pages))}
    counted = [(line.page, n - line.page) for line in in_margin if (n := _number(line)) is not None]
    offsets = _common(counted) | {0}
    if len(counted) == 1 and len(pages) <= PAGES:
        offsets.add(counted[0][1])  # a cover, and one page with a number: nothing says otherwise
    content: list[Line] = []
    furniture: list[Line] = []
    for height, lines in pages:
        for line in lines:
            aside = goes_on(line.chars)
            if not aside and _in_margin(line, height):
                aside = _is_page_number(line, offsets) or _is_running_head(line, back)
            (furniture if aside else content).append(line)
    return content, furniture


def _is_page_number(line: Line, offsets: set[int]) -> bool:
    """Whether a line says what page it is; `offsets` are those that hold for the document."""
    number = _number(line)
    if number is None:
        return False
    return _MARKED_NUMBER.fullmatch(line.chars) is not None or number - line.page in offsets


def _is_running_head(line: Line, back: set[str]) -> bool:
    """Whether a line's text is one of those that come `back` on other pages."""
    return _key(line) in back and _number(line) is None and markers.match(line.text.strip()) is None


def _number(line: Line) -> int | None:
    return _page_number(line.chars)


def _page_number(text: str) -> int | None:
    """The number that a text without spaces consists of, when it may be a page's."""
    if not (_PAGE_NUMBER.fullmatch(text) or _MARKED_NUMBER.fullmatch(text)):
        return None
    if found := _NUMBERS.search(text):
        return int(found.group())
    roman = _ROMAN.search(text)
    return _roman(roman.group().lower()) if roman else 0


def _roman(text: str) -> int:
    values = [dict(i=1, v=5, x=10, l=50)[c] for c in text]
    return sum(-v if v < max(values[i:]) else v for i, v in enumerate(values))


def _strip(height: float) -> float:
    """How deep (points) headers and footers reach into a page of this height."""
    return max(MARGIN * height, min(STRIP, STRIP_MOST * height))


def _in_margin(line: Line, height: float) -> bool:
    return line.bottom < _strip(height) or line.top > height - _strip(height)


def _key(line: Line) -> str:
    return _without_numbers(line.chars)


def _without_numbers(text: str) -> str:
    return _NUMBERS.sub("#", text)
