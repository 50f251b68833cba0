"""How sure is a focus score? Leave-one-plan-out over plans that print their focus points.

    python -m normalize.calibrate data/interim [--write docs/focus-score.md]

For each plan the printed focus points are hidden, every measure is decided among all focus points
of its pillar with the released examples of other plans, and the table shows, by score, how many
were right. Rows are not pooled here (a printed row belongs to one focus point, so its neighbours
would give the answer away): a stacked cell does a little better than this table.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from batch.store import records
from normalize.matching.focus_inference import SURE, decide, plan_of, released_library
from normalize.model import Draft
from normalize.rows.draft import draft_file

BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"
BANDS = (0.0, 0.4, 0.6, SURE, 0.8, 0.9, 1.0001)


def hidden(drafts: list[Draft]) -> list[tuple[str, float, bool]]:
    """(file, score, right) of measures with a printed focus point, decided as if not printed."""
    return [row for draft in drafts for row in _hidden(draft)]


def _hidden(draft: Draft) -> Iterator[tuple[str, float, bool]]:
    lib = released_library(draft.plan.taxonomy or "")
    if lib is None:
        return
    printed = [m for m in draft.measures if m.focus_basis == "printed" and m.focus_code]
    for pillar in sorted({m.pillar_code for m in printed if m.pillar_code}):
        candidates = [n.code for n in lib.edition.focus_of(pillar)]
        measures = [m for m in printed if m.pillar_code == pillar]
        if len(candidates) > 1:
            rows = list(range(len(measures)))  # each by itself
            guesses = decide(lib, plan_of(draft), measures, rows, candidates)
            for guess, m in zip(guesses, measures):
                yield draft.plan.source_file, guess.score, guess.code == m.focus_code


def _line(label: str, rights: list[bool]) -> str:
    """One line of a table: label, number of measures, share of right ones (empty where none)."""
    share = f"{sum(rights) / len(rights):.0%} " if rights else ""
    return f"| {label} | {len(rights)} | {share}|"


def table(rows: list[tuple[str, float, bool]]) -> str:
    """Markdown: share of right decisions by score, the pooled line of sure ones, and by plan."""
    out = ["| score | measures | right |", "|---|---:|---:|"]
    for low, high in pairwise(BANDS):
        band = [right for _, score, right in rows if low <= score < high]
        out.append(_line(f"{low:.1f} to {min(high, 1):.1f}", band))
    sure = [right for _, score, right in rows if score >= SURE]
    share = f"**{sum(sure) / len(sure):.1%}**" if sure else ""
    out += [f"| **{SURE} and more** | **{len(sure)}** | {share} |", ""]
    out += ["| plan | measures | right |", "|---|---:|---:|"]
    for file in sorted({f for f, *_ in rows}):
        out.append(_line(file, [right for f, _, right in rows if f == file]))
    return "\n".join(out)


def renew(page: Path, text: str) -> None:
    """Put the text between the two marks of a Markdown page."""
    before, _, rest = page.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", "utf-8")


def main(argv: list[str] | None = None) -> int:
    """Print the table, with --write also into a page; returns 2 when no plan can teach."""
    parser = argparse.ArgumentParser(
        prog="python -m normalize.calibrate",
        description="Leave-one-plan-out check of inferred focus scores.",
    )
    parser.add_argument("interim", type=Path, help="folder of the extract stage's records")
    parser.add_argument(
        "--write",
        type=Path,
        metavar="FILE",
        help="Markdown page whose table is renewed between its two marks",
    )
    args = parser.parse_args(argv)
    rows = hidden([draft_file(p) for p in records(args.interim)])
    if not rows:
        print("no plan with printed focus points", file=sys.stderr)
        return 2
    print(table(rows))
    if args.write:
        renew(args.write, table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
