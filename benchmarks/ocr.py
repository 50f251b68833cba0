"""Scans: accuracy by resolution, and time and memory against RapidOCR's own whole-page call.

    python -m benchmarks.ocr accuracy    # scans made of the plans, against the hand-checked truth
    python -m benchmarks.ocr speed       # a page's time here and in RapidOCR's page call

A measure counts as whole when its text is at least 97 % alike (spaces and widths aside) and its
pillar, focus point (where the plan prints it), units, theme and marker are right. F1 is over the
measures of truth and dataset.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import unicodedata
from pathlib import Path

ROOT = Path(__file__).parent.parent
TRUTH = ROOT / "tests" / "plans" / "truth"
ALIKE = 0.97


def fold(text: object) -> str:
    return "".join(unicodedata.normalize("NFKC", text if isinstance(text, str) else "").split())


def whole_rows(truth: dict, measures) -> tuple[float, float]:
    """(F1, character error rate) of one plan.

    `truth` as hand-checked, `measures` its rows of the dataset in order.
    """
    from rapidfuzz.distance import Levenshtein

    expected = []
    for row in truth["rows"]:
        for m in row["measures"]:
            text = fold("".join(([m["title"]] if m["title"] else []) + m["paragraphs"]))
            focus = m["focus_code"] if m["focus_certainty"] == "printed" else None
            expected.append(
                (
                    text,
                    str(row["pillar_code"] or ""),
                    focus,
                    sorted(map(fold, m["units"])),
                    bool(row["theme"]),
                    fold(m["marker"]).strip(".、"),
                )
            )
    found = [
        (
            fold(r["text"]),
            r["pillar_code"] or "",
            r["focus_code"],
            sorted(map(fold, r["units"])),
            bool(fold(r["theme"])),
            fold(r["marker"]).strip(".、"),
        )
        for r in measures.sort_values("seq").to_dict("records")
    ]
    free = set(range(len(found)))
    whole = errors = 0
    for text, pillar, focus, *rest in expected:
        best = max(
            free, key=lambda k: Levenshtein.normalized_similarity(text, found[k][0]), default=None
        )
        if best is None or Levenshtein.normalized_similarity(text, found[best][0]) < 0.5:
            errors += len(text)
            continue
        free.discard(best)
        got = found[best]
        errors += Levenshtein.distance(text, got[0])
        alike = Levenshtein.normalized_similarity(text, got[0]) >= ALIKE
        whole += alike and pillar == got[1] and focus in (None, got[2]) and rest == list(got[3:])
    return 2 * whole / max(1, len(expected) + len(found)), errors / max(
        1, sum(len(e[0]) for e in expected)
    )


def accuracy(plans: list[Path], dpis: list[int], seed: int) -> None:
    """Print a table of F1 and character error rate by plan and resolution."""
    import pandas as pd

    from benchmarks.make_scans import make_scan

    with tempfile.TemporaryDirectory() as base:
        folder = Path(base)
        (folder / "raw").mkdir()
        for plan in plans:
            for dpi in dpis:
                make_scan(plan, folder / "raw" / f"{plan.stem}__scan{dpi}.pdf", dpi, seed)
        for command in (
            ["extract", str(folder / "raw"), "--out", str(folder / "interim")],
            ["normalize", str(folder / "interim"), "--out", str(folder / "processed")],
        ):
            done = subprocess.run(
                [sys.executable, "-m", *command], cwd=ROOT, check=False, stdout=subprocess.DEVNULL
            ).returncode
            if done not in (0, 1):  # 1: some plan could not be read, which the table shows
                sys.exit(f"python -m {command[0]} ended with {done}")
        filed = pd.read_parquet(folder / "processed" / "plans.parquet").set_index("source_file")
        measures = pd.read_parquet(folder / "processed" / "measures.parquet")
        print("| plan | " + " | ".join(f"{dpi} dpi: F1 | CER" for dpi in dpis) + " |")
        print("|---|" + "---:|---:|" * len(dpis))
        for plan in plans:
            truth = json.loads((TRUTH / f"{plan.stem}.json").read_text("utf-8"))
            cells = []
            for dpi in dpis:
                f1, cer = whole_rows(
                    truth,
                    measures[measures.plan_id == filed.loc[f"{plan.stem}__scan{dpi}.pdf"].plan_id],
                )
                cells.append(f"{f1:.3f} | {cer:.2%}")
            print(f"| {plan.stem} | " + " | ".join(cells) + " |")


def speed(plan: Path, pages: int, runs: int) -> None:
    """Print time a page of this project's reader and of RapidOCR's page call on the same rendered
    pages, alternating.
    """
    os.environ["SERVICE_PLANS_OCR_THREADS"] = "1"
    import logging

    import pymupdf
    from rapidocr import RapidOCR

    from extract.readers.ocr.image import render, resolution
    from extract.readers.ocr.reader import read_page

    logging.getLogger("RapidOCR").setLevel(logging.ERROR)
    engine = RapidOCR(
        params={
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "Global.log_level": "error",
        }
    )
    with pymupdf.open(plan) as doc:
        chosen = [doc[n] for n in range(min(pages, len(doc)))]
        read_page(chosen[0], 1), engine(render(chosen[0], resolution(chosen[0])))
        ours, theirs = [], []
        for _ in range(runs):
            for number, page in enumerate(chosen, 1):
                start = time.perf_counter()
                read_page(page, number)
                middle = time.perf_counter()
                engine(render(page, resolution(page)))
                ours.append(middle - start)
                theirs.append(time.perf_counter() - middle)
    ratio = statistics.median(a / b for a, b in zip(ours, theirs))
    print(
        f"this reader {statistics.median(ours):.2f} s a page, "
        f"RapidOCR's page call {statistics.median(theirs):.2f} s, "
        f"ratio (median of {len(ours)} pairs) {ratio:.2f}, one thread each"
    )


def memory(plan: Path) -> None:
    """Print the peak memory of reading the plan in a process of its own."""
    code = (
        "from pathlib import Path; from extract.document import extract_document; "
        f"extract_document(Path({str(plan)!r}))"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
    print(
        "peak memory of one worker: "
        f"{resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MB"
    )


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.ocr", description="Measure the reading of scans."
    )
    parser.add_argument("what", choices=["accuracy", "speed"])
    parser.add_argument(
        "--plans",
        type=Path,
        nargs="+",
        default=[
            p for p in sorted((ROOT / "data" / "raw").glob("*.pdf")) if p.stem != "xiaogang-105"
        ],
    )
    parser.add_argument(
        "--scan",
        type=Path,
        default=ROOT / "data" / "raw" / "xiaogang-105.pdf",
        help="scan whose pages are timed",
    )
    parser.add_argument("--dpi", type=int, nargs="+", default=[150, 200, 300])
    parser.add_argument("--pages", type=int, default=3)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args(argv)
    if args.what == "accuracy":
        accuracy(args.plans, args.dpi, args.seed)
    else:
        memory(args.scan)
        speed(args.scan, args.pages, args.runs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
