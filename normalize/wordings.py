"""Writes `normalize/vocabulary/data/wordings.txt` from printed plans and all editions."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from batch.store import read, records
from extract.model import PrintedPlan, decode_plan
from normalize.vocabulary.agencies import registry
from normalize.vocabulary.taxonomy import editions
from normalize.vocabulary.text import repair
from normalize.vocabulary.wordings import FILE, stretches


def printed(plan: PrintedPlan) -> Iterator[str]:
    """All wording of a printed plan."""
    yield plan.title or ""
    for section in plan.sections:
        yield section.heading
        yield from (p.text for p in section.paragraphs)
    for row in plan.rows:
        yield from (row.pillar, *row.focus, *row.extra.values())
        for m in row.measures:
            yield from (m.theme or "", m.title or "", *(p.text for p in m.paragraphs))
            yield from (u.text for u in m.units)


def main(argv: list[str] | None = None) -> int:
    """Returns 2 when no plan is there to take wordings from."""
    parser = argparse.ArgumentParser(prog="python -m normalize.wordings", description=__doc__)
    parser.add_argument("interim", type=Path, help="folder of the extract stage's records")
    args = parser.parse_args(argv)
    plans = [decode_plan(read(path)) for path in records(args.interim)]
    texts = [repair(text) for plan in plans if plan.status == "ok" for text in printed(plan)]
    if not texts:
        print("no printed plan", file=sys.stderr)
        return 2
    headings = [text for e in editions() for n in e.nodes for text in (n.text, *n.items)]
    FILE.write_text("\n".join(stretches([*texts, *headings, *registry().names()])) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
