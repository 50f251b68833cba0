"""Writes the examples that inference learns from: measures of records with a printed focus point.

    python -m normalize.examples data/interim [--date 2026-11-24]

The file replaces the one before. Its change is reviewed as a diff: a line whose focus point is
wrong is struck out before it is committed.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from batch.store import records
from normalize.matching.examples import Example, write_examples
from normalize.matching.focus_inference import plan_of
from normalize.model import Draft
from normalize.rows.draft import draft_file
from normalize.vocabulary import DATA
from normalize.vocabulary.text import match_key

MOST = 100
"""Examples of one focus point: enough to learn from, few enough to be reviewed."""
SURE = 0.9
"""Score of a printed heading from which it serves as an example."""


def printed(draft: Draft) -> Iterator[Example]:
    """The measures of a plan whose focus point is printed, on one line each."""
    for m in draft.measures:
        if m.focus_basis == "printed" and m.focus_code and m.focus_score >= SURE:
            text = " ".join(((m.theme or "") + m.text).split())
            yield Example(m.taxonomy or "", m.focus_code, *plan_of(draft), text)


def chosen(drafts: list[Draft]) -> list[Example]:
    """Each wording of a plan once a focus point, sorted; of more than MOST those that are spread
    evenly over the plans."""
    under: dict[tuple[str, str], dict[tuple[str, str, str], Example]] = defaultdict(dict)
    for example in sorted(e for d in drafts for e in printed(d)):
        wording = example.agency, example.year_roc, match_key(example.text)
        under[example.taxonomy, example.focus_code].setdefault(wording, example)
    return [e for _, mine in sorted(under.items()) for e in _spread(list(mine.values()))]


def _spread(examples: list[Example]) -> list[Example]:
    step = max(1.0, len(examples) / MOST)
    return [examples[int(i * step)] for i in range(min(MOST, len(examples)))]


def main(argv: list[str] | None = None) -> int:
    """Returns 2 when no plan prints its focus points."""
    parser = argparse.ArgumentParser(prog="python -m normalize.examples", description=__doc__)
    parser.add_argument("interim", type=Path, help="folder of the extract stage's records")
    parser.add_argument("--date", default=date.today().isoformat(), help="names the file")
    parser.add_argument("--out", type=Path, default=DATA, help="folder of the vocabulary")
    args = parser.parse_args(argv)
    examples = chosen([draft_file(path) for path in records(args.interim)])
    if not examples:
        print("no plan with printed focus points", file=sys.stderr)
        return 2
    file = args.out / f"examples-{args.date}.csv"
    write_examples(file, examples)
    for old in set(args.out.glob("examples-*.csv")) - {file}:
        old.unlink()
    print(f"{len(examples)} examples → {file}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
