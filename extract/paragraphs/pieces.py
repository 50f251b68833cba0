"""What line breaking may not divide: the piece of text that stands at a line's start.

The rules follow the W3C's Requirements for Chinese Text Layout (clreq), section on prohibition
rules for line start and end.
"""

from __future__ import annotations

from extract.layout.lines import Line, is_latin

NO_START = frozenset("、，。．：；！？）」』】〉》〕］｝…—～·‧%％‰℃,.!?:;)]}’”＞>々")
NO_END = frozenset("（「『【〈《〔［｛([{‘“＜<")
SENTENCE_END = frozenset("。！？!?")
LINK = frozenset("/.@-_:?&=%#~+")
WORD_GAP = 0.16  # of the glyph size: Latin glyphs further apart are two words


def piece_length(line: Line) -> int:
    """How many glyphs at the line's start no line break may divide."""
    chars, n = line.chars, len(line.chars)
    i = _while_in(chars, 0, NO_END)
    if i < n:
        i = _word(line, i) if is_latin(chars[i]) and chars[i].isalnum() else i + 1
    i = _while_in(chars, i, NO_START)
    if i + 1 < n and chars[i] in LINK and is_latin(chars[i + 1]):
        # 「程/SOP」: no line breaks before the stroke, nor between it and the word.
        while i < n and is_latin(chars[i]) and line.x0[i] - line.x1[i - 1] <= WORD_GAP * line.size:
            i += 1
    return i


def _while_in(chars: str, i: int, kinds: frozenset[str]) -> int:
    while i < len(chars) and chars[i] in kinds:
        i += 1
    return i


def _word(line: Line, i: int) -> int:
    """The end of the Latin word that begins at glyph i."""
    start = i
    while i < len(line.chars) and is_latin(line.chars[i]) and line.chars[i] not in NO_END:
        if i > start and line.x0[i] - line.x1[i - 1] > WORD_GAP * line.size:
            break
        i += 1
    return i


def cluster_width(line: Line, pitch: float) -> float:
    """Width (points) of the piece at the line's start that no line break may divide.

    `pitch` is the advance of a CJK glyph as a multiple of its size.
    """
    width = 0.0
    for i in range(piece_length(line)):
        own = line.x1[i] - line.x0[i]
        width += own if is_latin(line.chars[i]) else max(own, line.size) * pitch
    return width
