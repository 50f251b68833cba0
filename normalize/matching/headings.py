"""The headings of a printed plan: gathered, matched to an edition, handed back row by row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from extract.model import PrintedPlan, PrintedRow
from normalize.matching.alignment import Heading, Match, align, wording_matrix
from normalize.vocabulary.numerals import leading_number
from normalize.vocabulary.taxonomy import Edition, editions
from normalize.vocabulary.text import compact, repair

SUPPORT_LEAST = 0.35  # mean wording over all headings under which a plan follows no known edition
SUPPORT_TIE = 0.04  # editions this close are told apart by the year
MIXED_WORDING = (
    0.8  # a heading this much like another edition's, and unlike the plan's own, is reported
)

_INNER_MARKER = re.compile(r"(?<=\S)\s*(?=[（(][一二三四五六七八九十]{1,2}[)）])")


@dataclass
class RowHeadings:
    """The headings one ruled row stands beside, as printed and as matched.

    `focus` has one entry a printed focus point.
    """

    pillar_printed: str
    focus_printed: list[str]
    pillar: Match
    focus: list[Match]


@dataclass
class PlanHeadings:
    """The edition a plan follows (None: no known one) and the matched headings of its rows."""

    edition: Edition | None
    support: float
    rows: list[RowHeadings]
    foreign: list[tuple[int, str, str]] = field(default_factory=list)
    """Headings worded like another edition: (row index, printed heading, edition)."""
    headings: list[tuple[Heading, Match]] = field(default_factory=list)

    @property
    def matched_share(self) -> float:
        return (
            sum(m.node is not None for _, m in self.headings) / len(self.headings)
            if self.headings
            else 0.0
        )


def split_focus(entries: list[str]) -> list[str]:
    """Focus points of a cell, one each, where several stand in one string ((一)…(二)…)."""
    out: list[str] = []
    for entry in entries:
        parts = [p for p in _INNER_MARKER.split(repair(entry).strip()) if p.strip()]
        out.extend(compact(p) for p in parts)
    return out


def printed_headings(row: PrintedRow) -> tuple[str, list[str]]:
    """Pillar and focus points of a row as printed.

    A focus point printed inside the pillar cell is taken out of it.
    """
    pillar, focus = compact(repair(row.pillar)), split_focus(row.focus)
    if not focus:
        first, *rest = _INNER_MARKER.split(pillar)
        if rest and first:
            pillar, focus = compact(first), [compact(r) for r in rest]
    return pillar, focus


def gather(
    rows: list[PrintedRow],
) -> tuple[list[tuple[str, list[str]]], list[Heading], list[tuple[int | None, list[int]]]]:
    """Printed headings of each row, all distinct ones in order, and the indexes of each row's own.

    Rows that share a cell (same cell number, same wording) share its headings.
    """
    printed = [printed_headings(row) for row in rows]
    headings: list[Heading] = []
    index: list[tuple[int | None, list[int]]] = []
    last_pillar: tuple[int, str] | None = None
    last_focus: tuple[int, list[str]] | None = None
    pillar_at: int | None = None
    focus_at: list[int] = []
    for row, (pillar, focus) in zip(rows, printed):
        if (row.pillar_cell, pillar) != last_pillar:
            last_pillar = (row.pillar_cell, pillar)
            last_focus = None
            pillar_at = None
            if pillar:
                number, rest = leading_number(pillar)
                pillar_at = len(headings)
                headings.append(Heading("pillar", rest, number))
        if (row.focus_cell, focus) != last_focus:
            last_focus = (row.focus_cell, focus)
            focus_at = []
            for entry in focus:
                number, rest = leading_number(entry)
                focus_at.append(len(headings))
                headings.append(Heading("focus", rest, number))
        index.append((pillar_at, focus_at))
    return printed, headings, index


def decide_edition(
    headings: list[Heading], year_roc: int | None
) -> tuple[Edition | None, float, list[Match]]:
    """The edition whose wording the headings carry, its support (0-1) and the matches.

    The year only breaks ties.
    """
    if not headings:
        return None, 0.0, []
    wording = {e: wording_matrix(e, headings) for e in editions()}
    bound = {e: float(w.max(axis=1).mean()) for e, w in wording.items()}
    likely = [e for e in editions() if bound[e] >= max(bound.values()) - 0.15]
    matches = {e: align(e, headings, wording[e]) for e in likely}
    support = {e: sum(m.wording for m in ms if m.node) / len(ms) for e, ms in matches.items()}
    best = max(support.values())
    tied = [e for e in likely if support[e] >= best - SUPPORT_TIE]
    chosen = max(tied, key=lambda e: (e.covers(year_roc), support[e]))
    found = [m for m in matches[chosen] if m.node]
    if support[chosen] < SUPPORT_LEAST or (
        len(found) < 2 and not any(m.wording >= 0.9 for m in found)
    ):
        return None, support[chosen], [Match(None, m.wording, m.margin) for m in matches[chosen]]
    return chosen, support[chosen], matches[chosen]


def match_plan(plan: PrintedPlan, year_roc: int | None) -> PlanHeadings:
    """Match all headings of a plan. Rows keep their printed headings whatever the outcome."""
    printed, headings, index = gather(plan.rows)
    edition, support, matches = decide_edition(headings, year_roc)
    none = Match(None)
    rows = [
        RowHeadings(pillar, focus, matches[p] if p is not None else none, [matches[f] for f in fs])
        for (pillar, focus), (p, fs) in zip(printed, index)
    ]
    result = PlanHeadings(edition, support, rows, [], list(zip(headings, matches)))
    if edition is not None:
        result.foreign = _foreign(edition, headings, matches, index)
    return result


def skipped(heads: PlanHeadings) -> Iterator[tuple[int, list[str]]]:
    """Index of each row before which the plan leaves out focus points of its edition, and their
    codes; what it prints elsewhere is not left out.
    """
    order = sorted(n.code for n in heads.edition.focus) if heads.edition else []
    rows = [[m.node.code for m in head.focus if m.node] for head in heads.rows]
    printed = {code for own in rows for code in own}
    last = ""
    for row, own in enumerate(rows):
        if own:
            left_out = [c for c in order if last < c < min(own) and c not in printed]
            if last and left_out:
                yield row, left_out
            last = max(own)


def _foreign(
    edition: Edition,
    headings: list[Heading],
    matches: list[Match],
    index: list[tuple[int | None, list[int]]],
) -> list[tuple[int, str, str]]:
    weak = [i for i, m in enumerate(matches) if m.wording < 0.6 and len(headings[i].text) >= 6]
    if not weak:
        return []
    row_of = {
        h: r for r, (p, fs) in reversed(list(enumerate(index))) for h in [p, *fs] if h is not None
    }
    out = []
    for other in editions():
        if other is edition:
            continue
        top = wording_matrix(other, [headings[i] for i in weak]).max(axis=1)
        out += [
            (row_of[i], headings[i].text, other.code)
            for i, t in zip(weak, top)
            if t >= MIXED_WORDING
        ]
    return out
