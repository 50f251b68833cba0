"""The vocabulary of findings: every doubt the pipeline has, one code each (`kinds.csv`).

Both stages file findings; a code that is not listed there is refused. Messages are sentences in
Traditional Chinese.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

Severity = Literal["note", "check", "error"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)  # the lightest first


@dataclass(frozen=True)
class Kind:
    """One code: its usual severity, what it means (English, Chinese), what a person should do.

    `columns`: those on which a person's word answers it, the likeliest first.
    """

    code: str
    severity: Severity
    en: str
    zh: str
    do: str
    columns: tuple[str, ...]


def _read(path: Path) -> dict[str, Kind]:
    """The codes of the table, those about the page first, then the plan table, then meaning."""
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    return {
        line["code"]: Kind(
            line["code"],
            cast(Severity, line["severity"]),
            line["en"],
            line["zh"],
            line["do"],
            tuple(line["columns"].split()),
        )
        for line in lines
    }


KINDS = _read(Path(__file__).parent / "kinds.csv")
