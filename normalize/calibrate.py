"""How sure is a focus score? Leave-one-plan-out over plans that print their focus points.

    python -m normalize.calibrate data/interim

For each plan the printed focus points are hidden, every measure is decided among all focus points of its pillar with the
other plans as teachers, and the table shows, by score, how many were right. Rows are not pooled here (a printed row belongs
to one focus point, so its neighbours would give the answer away): a stacked cell does a little better than this table.
"""

from __future__ import annotations

import argparse
import sys
from itertools import pairwise
from pathlib import Path

from normalize.draft import Draft, draft_file
from normalize.focus_inference import decide, library, teachers_of
from normalize.pipeline import interim_files
from normalize.taxonomy import edition

BANDS = (0.0, 0.4, 0.6, 0.8, 0.9, 1.0001)


def hidden(drafts: list[Draft]) -> list[tuple[str, float, bool]]:
    """(file, score, right) of every measure with a printed focus point, decided as if it were not printed."""
    editions = [e for e in map(edition, sorted({d.plan["taxonomy"] for d in drafts if d.plan["taxonomy"]})) if e]
    lib = library(teachers_of(drafts), editions)
    out = []
    for draft in drafts:
        known = edition(draft.plan["taxonomy"])
        printed = [m for m in draft.measures if m["focus_basis"] == "printed" and m["focus_code"]]
        for pillar in sorted({m["pillar_code"] for m in printed if m["pillar_code"]}):
            candidates = [n.code for n in known.focus_of(pillar)]
            measures = [m for m in printed if m["pillar_code"] == pillar]
            if len(candidates) > 1:
                guesses = decide(lib, known.code, (draft.plan["agency"], draft.plan["year_roc"]), measures, [(i,) for i in range(len(measures))], candidates)
                out += [(draft.plan["source_file"], g.score, g.code == m["focus_code"]) for g, m in zip(guesses, measures)]
    return out


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m normalize.calibrate", description="Leave-one-plan-out check of inferred focus scores.")
    parser.add_argument("interim", type=Path)
    paths = interim_files(parser.parse_args(argv).interim)
    rows = hidden([draft_file(p) for p in paths])
    if not rows:
        print("no plan with printed focus points", file=sys.stderr)
        return 2
    print(f"{'score':>12}  {'measures':>8}  {'right':>6}")
    for low, high in pairwise(BANDS):
        band = [right for _, score, right in rows if low <= score < high]
        print(f"{low:.1f} to {min(high, 1):.1f}{'':>3}  {len(band):>8}  {sum(band) / len(band) if band else float('nan'):>6.1%}")
    for file in sorted({f for f, *_ in rows}):
        mine = [right for f, _, right in rows if f == file]
        print(f"{file}: {sum(mine)} of {len(mine)} right ({sum(mine) / len(mine):.0%})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
