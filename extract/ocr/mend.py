"""Slips of the recogniser that the line itself proves wrong. Wording is never touched here."""

from __future__ import annotations

from collections import Counter

from ..simplified import traditional_twin
from .recognise import Char

ONE = frozenset("lI|！!Ⅰ丨")
STOP = frozenset(".．、")


def mend(chars: list[Char], count: Counter[str]) -> list[Char]:
    """The line with Simplified twins mended and a list number 1 that was read as l, I or |; `count` gains each change.

    A number is mended only at the line's start and before the stop of a list marker, where no letter can stand.
    """
    out = list(chars)
    for i, char in enumerate(out):
        twin = traditional_twin(char.text) if len(char.text) == 1 else char.text
        if twin != char.text:
            count[f"{char.text}→{twin}"] += 1
            out[i] = char._replace(text=twin)
    seen = [i for i, c in enumerate(out) if not c.text.isspace()]
    if len(seen) > 2 and out[seen[0]].text in ONE and out[seen[1]].text in STOP:
        count[f"{out[seen[0]].text}→1"] += 1
        out[seen[0]] = out[seen[0]]._replace(text="1")
    return out
