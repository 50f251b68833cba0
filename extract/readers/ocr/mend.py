"""Slips of the recogniser that the line itself, or its own second choice, proves wrong.

Wording is never touched here.
"""

from __future__ import annotations

from collections import Counter

from extract.readers.ocr.recognise import Char
from extract.script.simplified import traditional_twin

ONE = frozenset("lI|！!Ⅰ丨")
STOP = frozenset(".．、")
# probability from which the second choice stands in for a character foreign to Traditional text
LIKELY = 0.25
POSSIBLE = 0.02  # probability from which l stands in for a 1 within a Latin word


def mend(chars: list[Char], count: Counter[str]) -> list[Char]:
    """The line with characters mended that cannot stand where they were read; `count` gains each
    change.

    Three cases: a character foreign to Traditional text (its twin, or the recogniser's second
    choice, stands in); a list number 1 read as l, I or | at the line's start before a stop; a 1
    within a Latin word whose second choice is the letter l.
    """
    out = [_traditional(c) for c in chars]
    for i, char in enumerate(out):
        if (
            char.text == "1"
            and char.other in ("l", "I")
            and char.other_score >= POSSIBLE
            and _in_word(out, i)
        ):
            out[i] = char._replace(text="l", score=char.other_score)
    seen = [i for i, c in enumerate(out) if not c.text.isspace()]
    if len(seen) > 2 and out[seen[0]].text in ONE and out[seen[1]].text in STOP:
        out[seen[0]] = out[seen[0]]._replace(text="1")
    for before, after in zip(chars, out):
        if before.text != after.text:
            count[f"{before.text}→{after.text}"] += 1
    return out


def _traditional(char: Char) -> Char:
    """The character, or what stands for one that Traditional text does not have (one outside
    Big5).
    """
    if len(char.text) != 1 or not _foreign(char.text):
        return char
    twin = traditional_twin(char.text)
    known = bool(char.other) and "\u3400" <= char.other <= "\u9fff" and not _foreign(char.other)
    if known and char.other_score >= LIKELY:
        return char._replace(
            text=char.other, score=max(char.other_score, char.score if char.other == twin else 0.0)
        )
    return char._replace(text=twin)


def _foreign(char: str) -> bool:
    if char < "\u3400":
        return False
    try:
        char.encode("cp950")
    except UnicodeEncodeError:
        return True
    return False


def _in_word(chars: list[Char], i: int) -> bool:
    """Whether Latin letters stand on both sides, or a small letter follows and no digit or letter
    goes before (line, not 21st).
    """
    before = chars[i - 1].text if i else ""
    after = chars[i + 1].text if i + 1 < len(chars) else ""
    letter = after.isascii() and after.isalpha()
    if before.isascii() and before.isalpha():
        return letter
    return letter and after.islower() and not (before.isascii() and before.isdigit())
