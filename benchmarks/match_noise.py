"""How well headings are matched when print or recognition is bad.

    python benchmarks/match_noise.py [--plans DIR] [--seeds N]

The headings of the hand-checked plans are corrupted (characters replaced, dropped or doubled at
0-30 %; whole headings dropped, doubled, renumbered, swapped, cut short, merged with the next,
written in Simplified) and matched again. A heading counts as right when its rows get the code the
plan has; a *wrong confident* one got another code with a score of 0.8 or more. Rows must never be
lost.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable
from copy import deepcopy
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from extract.model import PrintedPlan
from normalize.model import MeasureRow
from normalize.rows.draft import draft_plan
from tests.helpers.truth_to_printed import TRUTH, load_truth, printed_plan

NOISE = (0.0, 0.05, 0.10, 0.15, 0.20, 0.30)
CONFIDENT = 0.8
# Characters as recognition confuses them: common ones of the plans themselves and look-alikes.
CONFUSED = (
    "務服民機關的之業資訊提供申辦已己巳末未入人八土士日曰目自白"
    "大太犬木本束東口曱甲由田申會曾侯候線緣綠管菅准淮即既免兔"
)
NUMERALS = "一二三四五六七八九"
Corrupt = Callable[[str, random.Random], str]


def characters(rate: float) -> Corrupt:
    """Each character is replaced, dropped or doubled with this probability."""

    def corrupt(text: str, rng: random.Random) -> str:
        out = []
        for c in text:
            if rng.random() < rate:
                kind = rng.random()
                out.append(rng.choice(CONFUSED) if kind < 0.7 else "" if kind < 0.9 else c + c)
            else:
                out.append(c)
        return "".join(out)

    return corrupt


def simplified(text: str, rng: random.Random) -> str:
    import opencc

    return opencc.OpenCC("t2s").convert(text)


def cut(text: str, rng: random.Random) -> str:
    return text[: max(6, int(len(text) * rng.uniform(0.3, 0.7)))]


def renumbered(text: str, rng: random.Random) -> str:
    return "".join(
        rng.choice(NUMERALS) if c in NUMERALS and i < 3 else c for i, c in enumerate(text)
    )


def unnumbered(text: str, rng: random.Random) -> str:
    return text.lstrip("（(一二三四五六)）、.")


def each_heading(
    plan: PrintedPlan, corrupt: Corrupt, rng: random.Random, share: float = 1.0
) -> PrintedPlan:
    """A copy of the plan with this share of its printed cells corrupted, each cell once."""
    plan = deepcopy(plan)
    pillars: dict[int, str] = {}
    cells: dict[int, list[str]] = {}
    for row in plan.rows:
        if row.pillar_cell not in pillars:
            pillars[row.pillar_cell] = (
                corrupt(row.pillar, rng) if rng.random() < share else row.pillar
            )
        if row.focus_cell not in cells:
            cells[row.focus_cell] = [
                corrupt(f, rng) if rng.random() < share else f for f in row.focus
            ]
        row.pillar, row.focus = pillars[row.pillar_cell], [f for f in cells[row.focus_cell] if f]
    return plan


def repeated_cells(plan: PrintedPlan, rng: random.Random) -> PrintedPlan:
    """Every row prints its headings again, as where each page repeats the merged cells."""
    plan = deepcopy(plan)
    for i, row in enumerate(plan.rows):
        row.pillar_cell = row.focus_cell = i
    return plan


def merged_focus(plan: PrintedPlan, rng: random.Random) -> PrintedPlan:
    """The focus point is printed behind the pillar, in its cell, for a third of the cells."""
    plan = deepcopy(plan)
    for row in plan.rows:
        if (
            len(row.focus) == 1
            and row.focus[0][:1] in "(（"
            and random.Random(row.focus_cell).random() < 1 / 3
        ):
            row.pillar, row.focus, row.pillar_cell = (
                row.pillar + row.focus[0],
                [],
                100 + row.focus_cell,
            )
    return plan


def swapped_rows(plan: PrintedPlan, rng: random.Random) -> PrintedPlan:
    """Two neighbouring focus cells change places, three times."""
    plan = deepcopy(plan)
    for _ in range(3):
        i = rng.randrange(len(plan.rows) - 1)
        plan.rows[i], plan.rows[i + 1] = plan.rows[i + 1], plan.rows[i]
    return plan


def truth_codes(plan: PrintedPlan) -> dict[str, tuple[str, str | None]]:
    """Id of each measure of the clean plan → (pillar, focus); None where a cell stacks several."""
    draft = draft_plan(plan)
    return {_tag(m): (m.pillar_code, m.focus_code) for m in draft.measures}


def _tag(measure: MeasureRow) -> str:
    return f"{measure.boxes[0].x0:.0f}"


def tagged(plan: PrintedPlan) -> PrintedPlan:
    """Number the measures in their boxes, so that they can be told after corruption."""
    for n, measure in enumerate(m for row in plan.rows for m in row.measures):
        measure.boxes[0].x0 = n
    return plan


def judge(
    clean: list[PrintedPlan], wreck: Callable[[PrintedPlan, random.Random], PrintedPlan], seeds: int
) -> dict[str, float]:
    """Accuracy over distinct headings (rows weigh alike), wrong confident share and rows lost."""
    right = total = confident = rows_lost = editions = plans = 0
    for plan in clean:
        want = truth_codes(plan)
        for seed in range(seeds):
            draft = draft_plan(wreck(plan, random.Random(f"{plan.source_file}{seed}")))
            plans += 1
            editions += draft.plan.taxonomy == draft_plan(plan).plan.taxonomy
            rows_lost += len(want) - len(draft.measures)
            seen = set()
            open_rows = dict(draft.open)
            for i, m in enumerate(draft.measures):
                pillar, focus = want[_tag(m)]
                place = (pillar, focus, draft.groups[i][0])
                if place in seen:
                    continue
                seen.add(place)
                found = [(m.pillar_code, pillar, m.pillar_score)]
                if focus is not None and i not in open_rows:
                    found.append((m.focus_code, focus, m.focus_score))
                for code, wanted, score in found:
                    total += 1
                    right += code == wanted
                    confident += code is not None and code != wanted and score >= CONFIDENT
    return {
        "headings": total,
        "accuracy": right / total,
        "wrong confident": confident / total,
        "rows lost": rows_lost,
        "edition": editions / plans,
    }


def _noisy(rate: float, plan: PrintedPlan, rng: random.Random) -> PrintedPlan:
    return each_heading(plan, characters(rate), rng)


def cases() -> list[tuple[str, Callable[[PrintedPlan, random.Random], PrintedPlan]]]:
    out: list[tuple[str, Callable]] = [
        (f"characters {rate:.0%}", partial(_noisy, rate)) for rate in NOISE
    ]
    out += [
        ("renumbered", lambda p, r: each_heading(p, renumbered, r)),
        ("unnumbered", lambda p, r: each_heading(p, unnumbered, r)),
        ("cut to 30-70 %", lambda p, r: each_heading(p, cut, r)),
        ("Simplified", lambda p, r: each_heading(p, simplified, r)),
        ("cells repeated", repeated_cells),
        ("focus merged into pillar", merged_focus),
        ("rows swapped", swapped_rows),
        ("a tenth dropped", lambda p, r: each_heading(p, lambda t, _: "", r, 0.1)),
        (
            "Simplified, cut, 10 %",
            lambda p, r: each_heading(
                p, lambda t, q: characters(0.1)(cut(simplified(t, q), q), q), r
            ),
        ),
        (
            "renumbered, swapped, 20 %",
            lambda p, r: each_heading(
                swapped_rows(p, r), lambda t, q: characters(0.2)(renumbered(t, q), q), r
            ),
        ),
    ]
    return out


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--plans", type=Path, default=TRUTH)
    parser.add_argument("--seeds", type=int, default=20)
    args = parser.parse_args(argv)
    clean = [tagged(printed_plan(t)) for t in load_truth(args.plans).values()]
    print(
        f"{'corruption':<28}{'headings':>9}{'accuracy':>10}{'wrong, confident':>18}"
        f"{'rows lost':>11}{'edition':>9}"
    )
    for name, wreck in cases():
        r = judge(clean, wreck, args.seeds)
        print(
            f"{name:<28}{r['headings']:>9}{r['accuracy']:>10.4f}{r['wrong confident']:>18.4f}"
            f"{r['rows lost']:>11}{r['edition']:>9.3f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
