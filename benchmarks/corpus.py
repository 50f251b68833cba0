"""Made-up plans by the thousand.

A few hundred typeset anew in varied layouts, each filed by many agencies and years.

Headings are those of the 2017 edition; measures and units are made up. Every file has its own title
(agency and year), so that no two are alike; the texts of the measures recur every `bases` files.
Plans have 38 measures on 3.4 pages on average, fewer than the filed ones (46 to 69 on 5 to 10).
"""

from __future__ import annotations

import argparse
import random
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import pymupdf
from rich.progress import track

from normalize.vocabulary.agencies import registry
from normalize.vocabulary.taxonomy import edition
from tests.typesetter.content import NUMERALS, Style, make_plan
from tests.typesetter.page import Layout, Typesetter

TITLE = (60.0, 48.0)  # points: the title's baseline, above the typesetter's first line
LAST_YEAR = 114  # ROC


def base(seed: int) -> bytes:
    """A plan without title, its font reduced to the glyphs used."""
    rng = random.Random(seed)
    style = Style(
        marker=rng.choice(["{}.", "({})"]), titled=rng.random() < 0.3, aligned=rng.random() < 0.5
    )
    plan = make_plan(seed, style, rows=rng.randint(8, 14))
    known = edition("2017")
    pillars = [n for n in known.nodes if n.level == "pillar"]
    focus = sorted(rng.sample(range(len(known.focus)), len(plan.rows)))
    rows, number = [], {}
    for row, at in zip(plan.rows, focus):
        point = known.focus[at]
        pillar = next(n for n in pillars if n.code == point.code.split(".")[0])
        number[pillar.code] = number.get(pillar.code, 0) + 1
        order = list(number).index(pillar.code)
        rows.append(
            replace(
                row,
                pillar=f"{NUMERALS[order]}、{pillar.text}",
                focus=f"（{NUMERALS[number[pillar.code] - 1]}）{point.text}",
            )
        )
    layout = Layout(
        size=rng.choice([10.0, 11.0, 12.0]),
        rules=rng.choice(["stroke", "fill"]),
        justify=rng.random() < 0.5,
        repeat_header=rng.random() < 0.5,
        page_numbers=rng.choice(["- {} -", ""]),
    )
    with pymupdf.open(
        stream=Typesetter(replace(plan, title="", rows=tuple(rows)), layout).save()
    ) as doc:
        doc.subset_fonts()
        return doc.tobytes(garbage=3, deflate=True)


def file_plans(seed: int, folder: Path, bases: int, plans: int, agencies: list[str]) -> int:
    """Write base `seed` once for every plan number that falls to it; returns how many."""
    source = base(seed)
    numbers = range(seed, plans, bases)
    for n in numbers:
        year, agency = LAST_YEAR - n // len(agencies), agencies[n % len(agencies)]
        with pymupdf.open(stream=source) as doc:
            doc[0].insert_text(
                TITLE, f"{agency}{year}年度提升服務執行計畫", fontname="china-t", fontsize=14
            )
            doc.save(folder / f"plan{n:06d}.pdf")
    return len(numbers)


def make(folder: Path, plans: int, bases: int = 200, workers: int = 2) -> None:
    """Write `plans` PDF files into `folder`. The same numbers give the same plans."""
    folder.mkdir(parents=True, exist_ok=True)
    agencies = registry().names()
    one = partial(
        file_plans, folder=folder, bases=min(bases, plans), plans=plans, agencies=agencies
    )
    with ProcessPoolExecutor(workers) as pool:
        seeds = range(min(bases, plans))
        for _ in track(
            pool.map(one, seeds), "typesetting", total=len(seeds), disable=not sys.stderr.isatty()
        ):
            pass


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.corpus", description=__doc__.splitlines()[0]
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--plans", type=int, default=5000)
    parser.add_argument("--bases", type=int, default=200)
    args = parser.parse_args(argv)
    make(args.folder, args.plans, args.bases)
    return 0


if __name__ == "__main__":
    sys.exit(main())
