"""What a published dataset finds fault with, and whether it is whole."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from dataset.kinds import KINDS, SEVERITIES


def print_findings(processed: Path, notes: bool = False) -> int:
    """Print the findings, worst first, `notes` one by one as well; returns the number of errors.

    Raises OSError without a dataset.
    """
    findings = pq.read_table(processed / "findings.parquet").to_pylist()
    plans = pq.read_table(processed / "plans.parquet", columns=["plan_id", "source_file"])
    files = {p["plan_id"]: p["source_file"] for p in plans.to_pylist()}
    for severity in reversed(SEVERITIES):
        mine = [f for f in findings if f["severity"] == severity]
        print(f"{severity}: {len(mine)}")
        for code, count in sorted(Counter(f["code"] for f in mine).items()):
            meaning = KINDS[code].en if code in KINDS else "not in the vocabulary"
            print(f"  {code} {count}: {meaning}")
            for f in mine if severity != "note" or notes else []:
                if f["code"] == code:
                    print(f"    {_line(f, files[f['plan_id']])}")
    return sum(f["severity"] == "error" for f in findings)


def _line(f: dict[str, Any], file: str) -> str:
    page = f" p. {f['page']}" if f["page"] else ""
    measure = f" {f['measure_id']}" if f["measure_id"] else ""
    return f"{file}{page}{measure}: {f['message']}"


def broken_files(processed: Path) -> list[str]:
    """Files of the dataset that are not as its descriptor says (content, by SHA-256), or are gone.

    Raises OSError without a dataset, ValueError for a descriptor that is none.
    """
    package = json.loads((processed / "datapackage.json").read_text("utf-8"))
    files = [f for one in package["resources"] for f in (one, *one.get("more_files", []))]
    return [f["path"] for f in files if _digest(processed / f["path"]) != f["file_sha256"]]


def _digest(path: Path) -> str | None:
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
