"""How often sure readings are right: plans in many typesettings, made, read and compared.

    python -m benchmarks.calibrate [--seed N] [--count K] [--show] [--write docs/doubt.md]

Every plan is set in a shape drawn at random by the project's typesetter, so its truth is known. For
each open decision the rows are counted that came out right or wrong in what the decision settles,
by whether the pipeline said that it was unsure:

    level      its marker, and the pillar it is       unsure: level_unsure (on the plan),
               printed under                          row_join_unsure, text_astray
    row join   its wording as a whole, and the focus  unsure: row_join_unsure, text_astray
               point that it is printed under
    paragraph  its paragraphs                         unsure: paragraph_unsure
    unit       its responsible units                  unsure: unit_unaligned, unit_missing,
                                                      text_astray
    focus      its focus point, where several or      unsure: focus_inferred of severity check
               none are printed for it
    any        all of these                           unsure: needs_review; where there is no
                                                      row, a check on the plan

A decision is judged where the one that it rests on came out right: a row join where the level did,
paragraphs and units where the row join did. `any` judges every measure.

Thresholds were set with the plans from number 0 on; the table is made with others (`--seed`, 5000
unless told).
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

from extract.document import extract_document
from normalize.calibrate import renew
from normalize.model import Draft, MeasureRow
from normalize.pipeline import one_plan
from normalize.vocabulary.agencies import registry
from tests.typesetter.shapes import Shape, random_shape
from tests.typesetter.truth import made

SAME = 0.5  # likeness from which a row is the measure's
MEASURED = 5000  # number of the first plan that is measured, unless told
KINDS = {
    "level": {"level_unsure", "row_join_unsure", "text_astray"},
    "row join": {"row_join_unsure", "text_astray"},
    "paragraph": {"paragraph_unsure"},
    "unit": {"unit_unaligned", "unit_missing", "text_astray"},
    "focus": {"focus_inferred"},
}
RESTS_ON = {"row join": "level", "paragraph": "row join", "unit": "row join"}


@dataclass(frozen=True)
class Said:
    """A measure as the plan says it, everything without white space."""

    paragraphs: tuple[str, ...]
    marker: str
    units: tuple[str, ...]
    pillar: str
    focus: str
    code: str

    @property
    def text(self) -> str:
        return "".join(self.paragraphs)


def said(truth: dict) -> Iterator[Said]:
    """The measures of a truth record, in order."""
    for row in truth["rows"]:
        for m in row["measures"]:
            yield Said(
                _paragraphs("\n".join([m["title"] or "", *m["paragraphs"]])),
                _fold(m["marker"]),
                tuple(sorted(m["units"])),
                _fold(row["pillar"]),
                _fold("".join(row["focus_cell"])),
                m["focus_code"],
            )


def read(row: MeasureRow) -> Said:
    """A row of the dataset in the same form."""
    return Said(
        _paragraphs(row.text),
        _fold(row.marker),
        tuple(sorted(row.units)),
        _fold(row.pillar_printed),
        _fold(row.focus_printed),
        row.focus_code or "",
    )


def _fold(text: str | None) -> str:
    return "".join((text or "").split())


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(folded for part in text.split("\n") if (folded := _fold(part)))


RIGHT: dict[str, Callable[[Said, Said], bool]] = {
    "level": lambda a, b: (a.marker, a.pillar) == (b.marker, b.pillar),
    "row join": lambda a, b: (a.text, a.focus) == (b.text, b.focus),
    "paragraph": lambda a, b: a.paragraphs == b.paragraphs,
    "unit": lambda a, b: a.units == b.units,
    "focus": lambda a, b: a.code == b.code,
}


def count(truth: list[Said], draft: Draft) -> Counter[tuple[str, bool, bool]]:
    """How many measures of the plan are (kind, right, sure)."""
    out: Counter[tuple[str, bool, bool]] = Counter()
    checks = [f for f in draft.findings if f.severity != "note"]
    of_plan = {f.code for f in checks if f.measure_id is None}
    pairs = pair(truth, [read(m) for m in draft.measures])
    for measure, at in zip(truth, pairs, strict=True):
        if at is None:
            out["any", False, not checks] += 1
            continue
        row = draft.measures[at]
        right = {kind: same(measure, read(row)) for kind, same in RIGHT.items()}
        for kind, codes in KINDS.items():
            judged = right[RESTS_ON[kind]] if kind in RESTS_ON else True
            if judged and (kind != "focus" or row.focus_basis == "inferred"):
                out[kind, right[kind], not codes & (set(row.doubts) | of_plan)] += 1
        out["any", all(right.values()), not row.needs_review] += 1
    out["any", False, True] += sum(
        not m.needs_review for n, m in enumerate(draft.measures) if n not in pairs
    )
    return +out


def pair(truth: list[Said], rows: list[Said]) -> list[int | None]:
    """The row of each measure: the likest first, each row once; None where none is like it."""
    out: list[int | None] = [None] * len(truth)
    if not truth or not rows:
        return out
    similarity = Levenshtein.normalized_similarity
    like = cdist([m.text for m in truth], [r.text for r in rows], scorer=similarity)
    taken: set[int] = set()
    for at in np.argsort(-like, axis=None, kind="stable"):
        m, r = divmod(int(at), len(rows))
        if like[m, r] >= SAME and out[m] is None and r not in taken:
            out[m] = r
            taken.add(r)
    return out


def plan(shape: Shape, number: int, folder: Path) -> tuple[list[Said], Draft]:
    """Make plan `number` in this shape and read it; raises BadInput where it cannot be read."""
    agencies = registry().names()
    agency = agencies[number % len(agencies)]
    pdf, truth = made(shape, number, f"made{number}", agency, 114)
    path = folder / f"made{number}.pdf"
    path.write_bytes(pdf)
    return list(said(truth)), one_plan(extract_document(path))


def table(counts: Counter[tuple[str, bool, bool]], first: int, plans: int) -> str:
    """Markdown: rows by decision, right or wrong, sure or unsure."""
    out = [
        f"Plans {first} to {first + plans - 1} of the typesetter, each in a random shape.",
        "",
        "| decision | sure, right | sure, wrong | right of sure | unsure, right | unsure, wrong |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for kind in [*KINDS, "any"]:
        right, wrong, alarm, warned = (
            counts[kind, good, sure] for sure in (True, False) for good in (True, False)
        )
        share = f"{right / (right + wrong):.1%}" if right + wrong else ""
        out.append(f"| {kind} | {right} | {wrong} | {share} | {alarm} | {warned} |")
    return "\n".join(out)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.calibrate", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--seed", type=int, default=MEASURED, help="number of the first plan")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--write", type=Path, metavar="FILE", help="page whose table is renewed")
    parser.add_argument("--show", action="store_true", help="name the plans with silent rows")
    args = parser.parse_args(argv)
    counts: Counter[tuple[str, bool, bool]] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(args.seed, args.seed + args.count):
            shape = random_shape(random.Random(number))
            own = count(*plan(shape, number, Path(folder)))
            counts += own
            silent = {k: n for (k, right, sure), n in own.items() if n and sure and not right}
            if args.show and silent:
                print(number, silent, random_shape(random.Random(number)).look)
    text = table(counts, args.seed, args.count)
    print(text)
    if args.write:
        renew(args.write, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
