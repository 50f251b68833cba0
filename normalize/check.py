"""Findings of the published dataset by severity: `python -m normalize.check data/processed`; exit code 1 when there is an error."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq

from normalize.findings import KINDS, SEVERITIES


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m normalize.check", description="Print the dataset's findings by severity; exit code 1 when there is an error, 2 without a dataset.")
    parser.add_argument("processed", type=Path, nargs="?", default=Path("data/processed"))
    parser.add_argument("--all", action="store_true", help="print notes one by one, too")
    args = parser.parse_args(argv)
    try:
        findings = pq.read_table(args.processed / "findings.parquet").to_pylist()
        files = {p["plan_id"]: p["source_file"] for p in pq.read_table(args.processed / "plans.parquet", columns=["plan_id", "source_file"]).to_pylist()}
    except OSError as error:
        print(f"check: {error}", file=sys.stderr)
        return 2
    for severity in reversed(SEVERITIES):
        mine = [f for f in findings if f["severity"] == severity]
        print(f"{severity}: {len(mine)}")
        for code, count in sorted(Counter(f["code"] for f in mine).items()):
            print(f"  {code} {count}: {KINDS[code].en if code in KINDS else 'not in the vocabulary'}")
            for f in mine if severity != "note" or args.all else []:
                if f["code"] == code:
                    page = f" p. {f['page']}" if f["page"] else ""
                    print(f"    {files[f['plan_id']]}{page}{' ' + f['measure_id'] if f['measure_id'] else ''}: {f['message']}")
    return int(any(f["severity"] == "error" for f in findings))


if __name__ == "__main__":
    sys.exit(main())
