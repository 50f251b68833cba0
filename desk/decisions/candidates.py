"""The focus points a measure may stand under, the likeliest first: what `c` offers."""

from __future__ import annotations

from typing import Any

from rapidfuzz import fuzz, process

from normalize.matching.focus_inference import released_library, witnesses
from normalize.vocabulary.taxonomy import Edition, edition
from normalize.vocabulary.text import match_key

Row = dict[str, Any]
LIKE = 60.0  # RapidFuzz ratio from which a printed heading is taken for a wording


def choices(row: Row) -> dict[str, Row]:
    """For each column of codes the other codes in order, the first `printed` of them printed in
    the row's own cell."""
    known = edition(row["taxonomy"])
    if known is None:
        return {}
    focus, printed = _focus_points(known, row)
    pillars = [n.code for n in known.nodes if n.level == "pillar"]
    return {
        "focus_code": {"codes": focus, "printed": printed},
        "pillar_code": {"codes": [c for c in pillars if c != row["pillar_code"]], "printed": 0},
    }


def wordings(taxonomy: str | None) -> dict[str, dict[str, str]]:
    """What the codes of an edition stand for, by column."""
    known = edition(taxonomy)
    nodes = known.nodes if known else ()
    return {
        f"{level}_code": {n.code: n.text for n in nodes if n.level == level}
        for level in ("focus", "pillar")
    }


def _focus_points(known: Edition, row: Row) -> tuple[list[str], int]:
    """The other focus points: those printed in the row's cell, then the rest, both ranked by how
    well their wording and examples fit the measure's text; and how many are printed."""
    codes = [n.code for n in known.focus]
    text = (row["theme"] or "") + row["text"]
    known_texts = released_library(known.code)
    plan = row["agency"], row["year_roc"]
    fit = witnesses(known_texts, plan, [text], codes)[0] if known_texts else [0.0] * len(codes)
    printed = _printed(known, row["focus_printed"]) - {row["focus_code"]}
    ranked = sorted(range(len(codes)), key=lambda i: (codes[i] not in printed, -fit[i]))
    return [codes[i] for i in ranked if codes[i] != row["focus_code"]], len(printed)


def _printed(known: Edition, printed: str) -> set[str]:
    """Codes of the focus points that a cell prints, one a line."""
    wordings = {n.code: match_key(n.text) for n in known.focus}
    lines = [match_key(line) for line in printed.split("\n") if line.strip()]
    best = (process.extractOne(line, wordings, scorer=fuzz.ratio) for line in lines)
    return {found[2] for found in best if found and found[1] >= LIKE}
