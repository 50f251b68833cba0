"""Paragraphs of a measure cell → measures: theme, marker, title, body."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from extract.text.paragraphs import Rejoined

TITLE_MAX = 32  # characters: a heading phrase is never longer
CLAUSE_MAX = 16  # characters: a heading with a comma in it is short (簡化流程，簡政便民)
COLON_MAX = 48  # characters: a heading that ends in a colon may run to several clauses
_LEADING = re.compile(r"^[\s.．、]+")


@dataclass(slots=True)
class Item:
    """One measure as printed in its cell."""

    theme: str | None = None
    marker: str | None = None
    title: str | None = None
    number: int = 0
    body: list[Rejoined] = field(default_factory=list)
    head: Rejoined | None = None
    """The paragraph that carries the marker or the title."""
    theme_lines: list = field(default_factory=list)

    @property
    def paragraphs(self) -> list[Rejoined]:
        return ([self.head] if self.head is not None else []) + self.body


def is_title(text: str) -> bool:
    """A short heading phrase: no sentence, no clause list."""
    text = text.strip()
    if (
        not text
        or len(text) > TITLE_MAX
        or text[-1] in "。；，、;,!！?？」"
        and not text.endswith("」")
    ):
        return False
    if "。" in text or "；" in text or re.search(r"[：:].", text):
        return False
    return len(text) <= CLAUSE_MAX if "，" in text or text[-1] in "：:" and len(text) > 20 else True


def top_style(cells: list[list[Rejoined]]) -> str | None:
    """The marker style that numbers measures in this plan.

    A style opens measures when cells begin with it or carry it at the highest level; sub-items stand under it.
    """
    firsts: Counter[str] = Counter()
    for paragraphs in cells:
        styles = [p.marker for p in paragraphs if p.marker is not None]
        if styles:
            firsts[min(styles, key=lambda m: m.level).style] += 1
    if not firsts:
        return None
    total = sum(firsts.values())
    common = [s for s, n in firsts.items() if n >= max(1, 0.12 * total)]
    from extract.script.markers import LEVEL

    return min(common, key=LEVEL.__getitem__)


def split_measures(paragraphs: list[Rejoined], style: str | None) -> list[Item]:
    """Divide the paragraphs of one measure cell into measures, in printed order.

    A cell without a number of the plan's own style is one measure. What stands above the first number is a theme when
    it is a heading phrase, else a measure of its own.
    """
    if not paragraphs:
        return []
    own = [i for i, p in enumerate(paragraphs) if p.marker is not None and p.marker.style == style]
    if not own:
        return [_item(paragraphs, None)]
    out: list[Item] = []
    theme: str | None = None
    theme_lines: list = []
    opening = paragraphs[: own[0]]
    if opening and is_title(opening[0].text) and (opening[0].marker is None or len(opening) == 1):
        theme, theme_lines, opening = opening[0].text, opening[0].lines, opening[1:]
    if opening:
        out.append(Item(theme=theme, body=list(opening), theme_lines=theme_lines))
        theme_lines = []
    bounds = own + [len(paragraphs)]
    for start, stop in zip(bounds, bounds[1:]):
        part = paragraphs[start:stop]
        next_theme = None
        if (
            stop < len(paragraphs)
            and paragraphs[stop].marker.number == 1
            and len(part) > 1
            and part[-1].marker is None
            and is_title(part[-1].text)
        ):
            # A heading right above a list that starts anew.
            next_theme, part = part[-1], part[:-1]
        item = _item(part, part[0])
        item.theme = theme
        item.theme_lines = theme_lines
        theme_lines = []
        out.append(item)
        if next_theme is not None:
            theme, theme_lines = next_theme.text, next_theme.lines
    return out


def _announces(text: str, following: Rejoined) -> bool:
    """A heading of several clauses, closed by a colon, above a plain body (not an introduction to a list)."""
    return (
        text[-1] in "：:"
        and len(text) <= COLON_MAX
        and following.marker is None
        and "。" not in text
    )


def _item(part: list[Rejoined], marked: Rejoined | None) -> Item:
    item = Item()
    first, rest = part[0], part[1:]
    text = first.text
    if marked is not None and first.marker is not None:
        item.marker = text[: first.marker.length].strip()
        item.number = first.marker.number
        text = _LEADING.sub("", text[first.marker.length :]).strip()
    elif first.marker is not None:
        item.body = list(part)
        return item
    if rest and (is_title(text) or _announces(text, rest[0])):
        item.title = text
        item.head = first
        item.body = list(rest)
    else:
        item.body = list(part)
    return item


def body_text(item: Item, paragraph: Rejoined) -> str:
    """Text of one body paragraph, without the measure's own marker."""
    if (
        item.marker is not None
        and paragraph is item.body[0]
        and item.head is None
        and paragraph.marker is not None
    ):
        return _LEADING.sub("", paragraph.text[paragraph.marker.length :]).strip()
    return paragraph.text.strip()
