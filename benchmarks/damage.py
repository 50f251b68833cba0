"""What becomes of damaged plans: refused, read the same, told by a new finding, or silently wrong.

Makes damaged copies of the project's plans, reads each as the nightly run would and compares title,
rows and sections with the undamaged plan's. Only born-digital plans: a scan's copy takes minutes.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pymupdf
from rich.progress import track

from batch.isolate import Lost, run_isolated
from batch.limits import Limits
from batch.reading import read_plan
from benchmarks.damages import KINDS, damaged
from benchmarks.figures import ROOT, Table
from normalize.pipeline import one_plan

PLANS = (ROOT / "data" / "raw", ROOT / "tests" / "plans" / "dev")
COPIES = 450
SILENT_MOST = 0.01
"""Share of the copies that may differ silently."""
LIMITS = Limits(seconds=120)
OUTCOMES = ("refused", "same", "told", "silent")


@dataclass(frozen=True, slots=True)
class Reading:
    """A plan as read: status, title with rows and sections, findings not mere notes by code."""

    status: str
    wording: str
    doubts: Counter[str]


def read(path: Path) -> Reading:
    """Both stages over one file."""
    printed = read_plan(path, "0" * 64)
    draft = one_plan(printed)
    rows = [
        (m.pillar_printed, m.focus_printed, m.theme, m.marker, m.text, m.units)
        for m in draft.measures
    ]
    sections = [(s.marker, s.heading, s.text) for s in draft.sections]
    doubts = Counter(f.code for f in draft.findings if f.severity != "note")
    wording = repr((printed.title, rows, sections))
    return Reading(printed.status, wording, doubts)


def outcome(sound: Reading, copy: Reading | Lost) -> str:
    """One of OUTCOMES; a copy whose process was lost is a failed plan, too."""
    if isinstance(copy, Lost) or copy.status != "ok":
        return "refused"
    if copy.wording == sound.wording:
        return "same"
    return "told" if copy.doubts - sound.doubts else "silent"


def read_copy(kind: str, plans: list[Path], of: int, seed: str) -> Reading:
    """Damage `plans[of]` and read it."""
    content = damaged(kind, plans, of, random.Random(seed))
    with tempfile.TemporaryDirectory(prefix="damage-") as folder:
        path = Path(folder) / plans[of].name
        path.write_bytes(content)
        return read(path)


def has_text(path: Path) -> bool:
    with pymupdf.open(path) as doc:
        return any(page.get_text().strip() for page in doc)


def read_sound(plans: list[Path], workers: int) -> dict[Path, Reading]:
    """The undamaged plans, by file."""
    tasks = [(path,) for path in plans]
    found = dict(run_isolated(read, tasks, workers, LIMITS))
    readings = ((path, found[i]) for i, path in enumerate(plans))
    return {p: r for p, r in readings if isinstance(r, Reading) and r.status == "ok"}


def run(
    plans: list[Path], kinds: Sequence[str], copies: int, seed: int, workers: int
) -> list[tuple[str, str, str]]:
    """(kind, name of the copy, outcome) of each copy; the same numbers give the same copies."""
    sound = read_sound(plans, workers)
    paths = list(sound)
    tasks = []
    for n in range(copies):
        kind, of = kinds[n % len(kinds)], n // len(kinds) % len(paths)
        tasks.append((kind, paths, of, f"{seed} {kind} {n}"))
    done = run_isolated(read_copy, tasks, workers, LIMITS)
    shown = track(done, "reading copies", total=len(tasks), disable=not sys.stderr.isatty())
    found: dict[int, str] = {i: outcome(sound[paths[tasks[i][2]]], copy) for i, copy in shown}
    named = [(t[0], f"{paths[t[2]].name} (seed “{t[3]}”)") for t in tasks]
    return [(kind, name, found[i]) for i, (kind, name) in enumerate(named)]


def show(results: list[tuple[str, str, str]], names: bool) -> float:
    """Print the table; returns the share of copies that differ silently."""
    table = Table(("damage", 20, ""), ("copies", 8, ""), *((o, 9, "") for o in OUTCOMES))
    for kind in (*KINDS, "all"):
        counts = Counter(o for k, _, o in results if kind in (k, "all"))
        if counts:
            table.line(kind, counts.total(), *(counts[o] for o in OUTCOMES))
    silent = [f"{kind}: {name}" for kind, name, o in results if o == "silent"]
    print(f"silent: {len(silent)} of {len(results)} = {len(silent) / len(results):.1%}")
    if names:
        print("\n".join(silent))
    return len(silent) / len(results)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.damage", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--seed", type=int, default=1, help="of the damage done (1)")
    parser.add_argument("--copies", type=int, default=COPIES, help=f"to make ({COPIES})")
    parser.add_argument("--plans", type=Path, nargs="+", default=PLANS, help="folders of PDF files")
    parser.add_argument(
        "--kind", choices=KINDS, nargs="+", default=KINDS, help="only copies damaged like this"
    )
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--show", action="store_true", help="name the copies that differ silently")
    args = parser.parse_args(argv)
    plans = sorted(path for folder in args.plans for path in folder.glob("*.pdf") if has_text(path))
    if not plans:
        parser.error("no PDF file with text in " + ", ".join(map(str, args.plans)))
    results = run(plans, args.kind, args.copies, args.seed, args.workers)
    return int(show(results, args.show) > SILENT_MOST)


if __name__ == "__main__":
    sys.exit(main())
