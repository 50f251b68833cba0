"""Time a page, memory and accuracy beside bare MuPDF and other table readers, in one run on the
same files.

    python -m benchmarks.speed [--rounds 5] [--peers PYTHON]

Each reader runs in a process of its own on one core. Rounds go through the readers in turn, so that
whatever slows the machine slows all; the first round warms up and is not counted. Ratios are
medians over rounds of the ratio to bare MuPDF (every character with its box, and all drawings)
within the round. `text whole` is the share of the truth's paragraphs that stand unbroken in one
cell, white space aside.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
import pymupdf

from tests.test_regression import expected, fold, found

ROOT = Path(__file__).parent.parent
RAW = ROOT / "data" / "raw"
OWN, PEERS = ("bare", "trace", "extract"), ("find_tables", "pdfplumber", "camelot", "img2table")
NAMES = {
    "bare": "bare MuPDF",
    "trace": "MuPDF trace and drawings",
    "extract": "extract stage (this project)",
    "find_tables": "PyMuPDF find_tables",
    "pdfplumber": "pdfplumber extract_tables",
    "camelot": "Camelot lattice",
}
SCRIPT = 0.52
"""Whole-row F1 of an afternoon's script over pdfplumber or PyMuPDF tables on these plans.

Quoted, not measured here.
"""


class Reader:
    """A reader's process (`benchmarks/readers.py`)."""

    def __init__(self, name: str, python: str, files: list[Path]) -> None:
        self.name = name
        self.process = subprocess.Popen(
            [python, ROOT / "benchmarks" / "readers.py", name, *map(str, files)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={"PYTHONPATH": str(ROOT), "PATH": ""},
        )
        self.rounds: list[float] = []
        self.peak, self.version = 0, ""

    def ask(self, what: str):
        self.process.stdin.write(what + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(
                f"{self.name} ended with code {self.process.wait()}; "
                f"run benchmarks/readers.py {self.name} by hand to see why"
            )
        return json.loads(line)

    def round(self) -> None:
        answer = self.ask("go")
        self.rounds.append(sum(answer["seconds"]))
        self.peak, self.version = answer["peak"], answer["version"]


def born_digital() -> list[Path]:
    """The filed plans that are no scans."""
    out = []
    for path in sorted(RAW.glob("*.pdf")):
        with pymupdf.open(path) as doc:
            if any(page.get_text().strip() for page in doc):
                out.append(path)
    return out


def text_whole(cells: list[list[str]], files: list[Path]) -> float:
    """Share of the truth's paragraphs that stand in one cell of their plan."""
    whole = total = 0
    for path, texts in zip(files, cells):
        folded = [fold(t) for t in texts]
        for measure in expected(path.stem):
            for paragraph in measure["paragraphs"]:
                total += 1
                whole += any(paragraph in t for t in folded)
    return whole / total


def whole_rows(files: list[Path]) -> float:
    """F1 of rows right in every column (text, theme, marker, pillar, printed focus point, units)
    after both stages.
    """
    from batch.folder import extract_files
    from normalize import normalize

    right = there = 0
    with tempfile.TemporaryDirectory() as folder:
        list(extract_files(files, Path(folder)))
        normalize(folder, Path(folder) / "out")
        plans = pd.read_parquet(Path(folder) / "out" / "plans.parquet").set_index("source_file")
        measures = pd.read_parquet(Path(folder) / "out" / "measures.parquet")
        for path in files:
            truth, got = expected(path.stem), found(measures, plans.loc[path.name].plan_id)
            there += len(truth) + len(got)
            for row in truth:
                match = next(
                    (
                        g
                        for g in got
                        if all(
                            g[k] == v for k, v in row.items() if not (k == "focus" and v is None)
                        )
                    ),
                    None,
                )
                if match is not None:
                    right += 1
                    got.remove(match)
    return 2 * right / there


STARTS = {
    "import pymupdf": ["-c", "import pymupdf"],
    "plans --help": ["-m", "plans", "--help"],
    "plans extract, nothing to do": ["-m", "plans", "extract", "no/such/folder"],
    "plans normalize, nothing to do": ["-m", "plans", "normalize", "no/such/folder"],
}


def startup(rounds: int) -> list[str]:
    """Lines on how long the command takes to be there, beside `import pymupdf`: medians."""
    spent: dict[str, list[float]] = {name: [] for name in STARTS}
    for number in range(rounds + 1):
        for name, arguments in STARTS.items():
            start = time.perf_counter()
            subprocess.run(
                [sys.executable, *arguments],
                cwd=ROOT,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            if number:
                spent[name].append(time.perf_counter() - start)
    bare = spent["import pymupdf"]
    return [
        f"{name:<34}{statistics.median(s):>8.2f} s"
        f"{statistics.median(a - b for a, b in zip(s, bare)):>+8.2f} s"
        for name, s in spent.items()
    ]


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.speed", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--peers",
        metavar="PYTHON",
        help="interpreter with benchmarks/peers.txt installed; without it only this is measured",
    )
    args = parser.parse_args(argv)
    files = born_digital()
    pages = sum(len(pymupdf.open(f)) for f in files)
    readers = [Reader(name, sys.executable, files) for name in OWN] + (
        [Reader(name, args.peers, files) for name in PEERS] if args.peers else []
    )
    for number in range(args.rounds + 1):
        print(f"\rround {number} of {args.rounds}", end="", file=sys.stderr, flush=True)
        for reader in readers:
            reader.round()
    print("\r" + " " * 30 + "\r", end="", file=sys.stderr)
    bare = readers[0].rounds[1:]
    print(
        f"{len(files)} plans, {pages} pages, one core, "
        f"median of {args.rounds} rounds (least–most)\n"
    )
    print(
        f"{'reader':<34}{'ms a page':>10}{'':>16}{'× bare':>8}{'peak MB':>9}"
        f"{'text whole':>12}{'whole-row F1':>14}"
    )
    for reader in readers:
        own = reader.rounds[1:]
        ratio = statistics.median(a / b for a, b in zip(own, bare))
        ms = [1000 * s / pages for s in own]
        name = NAMES.get(reader.name, reader.name)
        whole = (
            "–"
            if reader.name in ("bare", "trace")
            else f"{text_whole(reader.ask('cells'), files):.1%}"
        )
        rows = (
            f"{whole_rows(files):.3f}"
            if reader.name == "extract"
            else f"({SCRIPT})"
            if reader.name in ("pdfplumber", "find_tables")
            else "–"
        )
        print(
            f"{name + ' ' + reader.version:<34}{statistics.median(ms):>10.1f}"
            f"{f'({min(ms):.1f}–{max(ms):.1f})':>16}{ratio:>8.2f}{reader.peak / 1e6:>9.0f}"
            f"{whole:>12}{rows:>14}"
        )
    print()
    for line in startup(args.rounds):
        print(line)
    named = {r.name: r.rounds[1:] for r in readers}
    if "pdfplumber" in named:
        gain = [a / b for a, b in zip(named["pdfplumber"], named["extract"])]
        print(f"\nextract is {statistics.median(gain):.1f} × faster than pdfplumber extract_tables")
    print(
        f"({SCRIPT}): an afternoon's script over these tables, with forward fill, "
        "regular expressions and RapidFuzz; quoted, not measured here"
    )
    for reader in readers:
        reader.process.stdin.close()
        reader.process.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
