"""Repair of characters that a broken text layer substitutes (`extract/script/characters.py`), with
an account.
"""

from __future__ import annotations

import numpy as np

from extract.page import Page
from extract.script.characters import MEANT, ODD, repair

_IS_ODD = np.zeros(0x110000, dtype=bool)
_IS_ODD[list(MEANT)] = True


def repair_text(text: str, count: dict[str, int] | None = None) -> str:
    """`repair`, after which `count` has gained one for each replaced character."""
    if count is not None and not ODD.isdisjoint(text):
        for char in (c for c in text if c in ODD):
            key = f"{char}→{MEANT[ord(char)]}"
            count[key] = count.get(key, 0) + 1
    return repair(text)


def repair_page(page: Page) -> tuple[dict[str, int], bool]:
    """Mend the page's glyphs in place, one character for one.

    Returns how often each replacement was made, and whether ligatures are left. Done before
    anything looks at the text: list markers and unit names are printed with such characters, too.
    """
    counts: dict[str, int] = {}
    left = False
    odd = page.chars[_IS_ODD[page.chars.view(np.uint32)]] if len(page.chars) else page.chars
    for char in set(odd.tolist()):
        mended = MEANT[ord(char)]
        if len(mended) == 1:
            where = page.chars == char
            page.chars[where] = mended
            counts[f"{char}→{mended}"] = int(where.sum())
        else:
            left = True
    return counts, left
