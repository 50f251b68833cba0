"""Cost of comparing two releases, over the number of measures.

    python -m benchmarks.diff [--measures 3000 60000 240000] [--changed 0.01]

The tables of `data/raw/` are repeated under other identifiers; of the later release one measure in
a hundred has another wording, and one plan in a hundred is filed again. Each size is measured in a
process of its own: CPU time of the comparison, and by how much it raises the peak resident set over
the two releases held in memory. Linux only.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.figures import ROOT, exponent
from dataset.diff.compare import Tables, diff
from normalize.pipeline import normalize
from tests.helpers.truth_to_printed import load_truth, printed_plan, write_printed

KEYS = ("plan_id", "measure_id", "measure_key", "source_file")
REFILED = 100  # every so many plans one is filed again


def filed() -> Tables:
    """The tables of the filed plans, made from their truth."""
    made: Tables = {}
    with tempfile.TemporaryDirectory() as folder:
        write_printed([printed_plan(t) for t in load_truth().values()], Path(folder) / "interim")
        normalize(Path(folder) / "interim", Path(folder) / "out", gate=made.update)
    return made


def repeated(tables: Tables, times: int, refiled: bool = False) -> Tables:
    """The tables `times` over, each time under identifiers and file names of their own.

    `refiled`: every REFILED-th time under other identifiers of plans, and so of measures.
    """
    return {
        name: pa.concat_tables(
            _marked(table, n, refiled and n % REFILED == 0) for n in range(times)
        )
        if "plan_id" in table.column_names
        else table
        for name, table in tables.items()
    }


def _marked(table: pa.Table, n: int, refiled: bool) -> pa.Table:
    for column in KEYS:
        if column in table.column_names:
            again = refiled and column in ("plan_id", "measure_id")
            mark = f"{n:06x}"[:-1] + "z" if again else f"{n:06x}"
            values = pc.utf8_replace_slice(table[column], 0, len(mark), mark)
            at = table.column_names.index(column)
            table = table.set_column(at, table.schema.field(column), values)
    return table


def altered(tables: Tables, share: float) -> Tables:
    """One measure of every 1/`share` is worded otherwise, and has another key."""
    measures = tables["measures"]
    every = round(1 / share)
    chosen = pa.array([n % every == 0 for n in range(measures.num_rows)])
    for column in ("text", "measure_key"):
        other = pc.binary_join_element_wise(measures[column], "改", "")
        values = pc.if_else(chosen, other, measures[column])
        at = measures.column_names.index(column)
        measures = measures.set_column(at, measures.schema.field(column), values)
    return tables | {"measures": measures}


def peak() -> int:
    """Peak resident set in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def measured(measures: int, share: float) -> tuple[int, float, float]:
    """(measures, CPU seconds, bytes a measure) of one comparison."""
    once = filed()
    times = max(1, measures // once["measures"].num_rows)
    before = repeated(once, times)
    after = altered(repeated(once, times, refiled=True), share)
    rows = after["measures"].num_rows
    high, start = peak(), time.process_time()
    found = diff(before, after)
    seconds = time.process_time() - start
    assert found.columns["measures.text"] == -(-rows // round(1 / share))
    return rows, seconds, (peak() - high) / rows


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.diff", description=__doc__)
    parser.add_argument("--measures", type=int, nargs="+", default=[3000, 60_000, 240_000])
    parser.add_argument("--changed", type=float, default=0.01)
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    if args.alone:
        print(*measured(args.measures[0], args.changed))
        return 0
    sizes, times = [], []
    print("| measures | seconds | µs a measure | KB a measure |\n|---:|---:|---:|---:|")
    for size in args.measures:
        command = [sys.executable, "-m", "benchmarks.diff", "--alone", "--measures", str(size)]
        done = subprocess.run(
            [*command, "--changed", str(args.changed)], cwd=ROOT, capture_output=True, text=True
        )
        rows, seconds, memory = map(float, done.stdout.split())
        print(f"| {rows:,.0f} | {seconds:.2f} | {seconds / rows * 1e6:.1f} | {memory / 1e3:.2f} |")
        sizes.append(rows)
        times.append(seconds)
    print(f"\ngrowth exponent {exponent(sizes, times):.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
