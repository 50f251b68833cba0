"""Slips of the recogniser that the line itself proves wrong. Wording is never touched here."""

from __future__ import annotations

from .recognise import Char

ONE = frozenset("lI|！!Ⅰ丨")
STOP = frozenset(".．、")


def mend(chars: list[Char]) -> tuple[list[Char], int]:
    """A list number 1 read as l, I or |: returns the characters and how many were changed.

    Only at the line's start and before the stop of a list marker, where no letter can stand.
    """
    seen = [i for i, c in enumerate(chars) if not c.text.isspace()]
    if len(seen) > 2 and chars[seen[0]].text in ONE and chars[seen[1]].text in STOP:
        out = list(chars)
        out[seen[0]] = out[seen[0]]._replace(text="1")
        return out, 1
    return chars, 0
