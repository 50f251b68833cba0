"""Paragraphs of a measure cell → measures: theme, marker, title, body."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

from extract.paragraphs.rejoin import Rejoined

TITLE_MAX = 32  # characters: a heading phrase is never longer
CLAUSE_MAX = 16  # characters: a heading with a comma in it is short (簡化流程，簡政便民)
COLON_MAX = 48  # characters: a heading that ends in a colon may run to several clauses
_LEADING = re.compile(r"^[\s.．、]+")


@dataclass(slots=True)
class Item:
    """One measure as printed in its cell."""

    theme: Rejoined | None = None
    """The heading above it and the measures that follow in the cell."""
    marker: str | None = None
    title: str | None = None
    body: list[Rejoined] = field(default_factory=list)
    head: Rejoined | None = None
    """The paragraph that carries the marker or the title."""

    @property
    def paragraphs(self) -> list[Rejoined]:
        return ([self.head] if self.head is not None else []) + self.body

    @property
    def printed(self) -> list[Rejoined]:
        """All that is printed of it, its theme first."""
        return ([self.theme] if self.theme is not None else []) + self.paragraphs


def is_title(text: str) -> bool:
    """A short heading phrase: no sentence, no clause list."""
    text = text.strip()
    if not text or len(text) > TITLE_MAX or text[-1] in "。；，、;,!！?？":
        return False
    if "。" in text or "；" in text or re.search(r"[：:].", text):
        return False
    several = "，" in text or text[-1] in "：:" and len(text) > 20
    return len(text) <= CLAUSE_MAX if several else True


def split_measures(paragraphs: list[Rejoined], style: str | None) -> list[Item]:
    """Divide the paragraphs of one measure cell into measures, in printed order.

    A cell without a number of the plan's own style is one measure. What stands above the first
    number is a theme when it is a heading phrase, else a measure of its own.
    """
    if not paragraphs:
        return []
    own = [i for i, p in enumerate(paragraphs) if p.marker is not None and p.marker.style == style]
    if not own:
        return [_item(paragraphs, numbered=False)]
    out: list[Item] = []
    theme: Rejoined | None = None
    opening = paragraphs[: own[0]]
    if opening and is_title(opening[0].text) and (opening[0].marker is None or len(opening) == 1):
        theme, opening = opening[0], opening[1:]
    if opening:
        out.append(Item(theme=theme, body=opening))
    for start, stop in pairwise([*own, len(paragraphs)]):
        part = paragraphs[start:stop]
        heads_next = _heads_next(part, paragraphs[stop] if stop < len(paragraphs) else None)
        item = _item(part[:-1] if heads_next else part, numbered=True)
        item.theme = theme
        out.append(item)
        if heads_next:
            theme = part[-1]
    return out


def _heads_next(part: list[Rejoined], following: Rejoined | None) -> bool:
    """Whether the part's last paragraph is a heading right above a list that starts anew."""
    return (
        following is not None
        and following.marker is not None
        and following.marker.number == 1
        and len(part) > 1
        and part[-1].marker is None
        and is_title(part[-1].text)
    )


def _announces(text: str, following: Rejoined) -> bool:
    """A heading of several clauses, closed by a colon, above a plain body.

    Above a list it would be an introduction.
    """
    return (
        text[-1] in "：:"
        and len(text) <= COLON_MAX
        and following.marker is None
        and "。" not in text
    )


def _item(part: list[Rejoined], numbered: bool) -> Item:
    """The measure these paragraphs make; `numbered` when the first carries its number."""
    first, rest = part[0], part[1:]
    if first.marker is not None and not numbered:
        return Item(body=part)
    marker = first.text[: first.marker.length].strip() if first.marker is not None else None
    text = _without_marker(first) if first.marker is not None else first.text
    if rest and (is_title(text) or _announces(text, rest[0])):
        return Item(marker=marker, title=text, head=first, body=rest)
    return Item(marker=marker, body=part)


def _without_marker(paragraph: Rejoined) -> str:
    length = paragraph.marker.length if paragraph.marker is not None else 0
    return _LEADING.sub("", paragraph.text[length:]).strip()


def body_text(item: Item, paragraph: Rejoined) -> str:
    """Text of one body paragraph, without the measure's own marker."""
    opens = item.marker is not None and item.head is None and paragraph is item.body[0]
    if opens and paragraph.marker is not None:
        return _without_marker(paragraph)
    return paragraph.text.strip()
