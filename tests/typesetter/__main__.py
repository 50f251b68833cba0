"""Plans of random shapes as PDF, each with its truth.

    python -m tests.typesetter OUT [--seed 0] [--count 20] [--shape NAME]

Writes OUT/pdfs/madeNNNN__<shape>.pdf and OUT/truth/madeNNNN.json.
The same numbers give the same plans.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from pathlib import Path

from normalize.vocabulary.agencies import registry

from .shapes import SHAPES, random_shape
from .truth import made

LAST_YEAR = 114  # ROC
FIRST_YEAR = 106  # ROC; the edition whose headings are printed begins here


def write_plan(out: Path, number: int, name: str | None) -> str:
    """Write plan `number` in the named or a random shape; returns the PDF's name."""
    agencies = registry().names()
    years = LAST_YEAR - FIRST_YEAR + 1
    year = LAST_YEAR - number // len(agencies) % years
    shape = SHAPES[name] if name else random_shape(random.Random(number))
    slug = f"made{number:04d}"
    pdf, truth = made(shape, number, slug, agencies[number % len(agencies)], year)
    stem = f"{slug}__{name.replace(' ', '-').replace(',', '') if name else 'random'}"
    (out / "pdfs" / f"{stem}.pdf").write_bytes(pdf)
    text = json.dumps(truth | {"look": shape.look}, ensure_ascii=False, indent=1)
    (out / "truth" / f"{slug}.json").write_text(text, "utf-8")
    return stem


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.typesetter", description=__doc__.splitlines()[0]
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=0, help="number of the first plan")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument(
        "--shape", choices=[*SHAPES, "each"], metavar="NAME", help=", ".join(SHAPES)
    )
    args = parser.parse_args(argv)
    for folder in ("pdfs", "truth"):
        (args.out / folder).mkdir(parents=True, exist_ok=True)
    names = list(SHAPES) if args.shape == "each" else [args.shape]
    count = len(names) if args.shape == "each" else args.count
    for i in range(count):
        print(write_plan(args.out, args.seed + i, names[i % len(names)]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
