"""The focus points a measure may stand under, the likeliest first: what `c` offers."""

from __future__ import annotations

from functools import cache
from typing import Any

from rapidfuzz import fuzz, process

from normalize.matching.focus_inference import Library, library, witnesses
from normalize.vocabulary.taxonomy import Edition, edition
from normalize.vocabulary.text import match_key

Row = dict[str, Any]
Choice = tuple[str, str, bool]
"""Code, wording, and whether it is printed in the row's own cell."""
LIKE = 60.0  # RapidFuzz ratio from which a printed heading is taken for a wording


def focus_points(row: Row) -> list[Choice]:
    """The other focus points of the row's edition: those printed in its cell, then all others.

    Both ranked by how well their wording and items fit the measure's text.
    """
    known = edition(row["taxonomy"])
    if known is None:
        return []
    codes = [n.code for n in known.focus]
    text = (row["theme"] or "") + row["text"]
    fit = witnesses(_wordings(known.code), known.code, ("", None), [text], codes)[0]
    printed = _printed(known, row["focus_printed"])
    ranked = sorted(range(len(codes)), key=lambda i: (codes[i] not in printed, -fit[i]))
    choices = [(codes[i], known.text(codes[i]) or "", codes[i] in printed) for i in ranked]
    return [c for c in choices if c[0] != row["focus_code"]]


def pillars(row: Row) -> list[Choice]:
    """The other pillars of the row's edition, in their order."""
    known = edition(row["taxonomy"])
    nodes = [n for n in known.nodes if n.level == "pillar"] if known else []
    return [(n.code, n.text, False) for n in nodes if n.code != row["pillar_code"]]


def _printed(known: Edition, printed: str) -> set[str]:
    """Codes of the focus points that a cell prints, one a line."""
    wordings = {n.code: match_key(n.text) for n in known.focus}
    lines = [match_key(line) for line in printed.split("\n") if line.strip()]
    best = (process.extractOne(line, wordings, scorer=fuzz.ratio) for line in lines)
    return {found[2] for found in best if found and found[1] >= LIKE}


@cache
def _wordings(code: str) -> Library:
    """What a measure is held against: an edition's own wordings and items."""
    known = edition(code)
    assert known is not None
    return library([], [known])
