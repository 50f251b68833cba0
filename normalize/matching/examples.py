"""What plans print under each focus point: the released examples that inference learns from.

A data file (`examples-<date>.csv`, written by `python -m normalize.examples`) and not the other
plans of the run: a plan's rows do not change with who else has filed.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from functools import cache
from pathlib import Path

from normalize.vocabulary import DATA


@dataclass(frozen=True, slots=True, order=True)
class Example:
    """A measure whose focus point is printed, and whose plan it stands in.

    `year_roc` is empty where the plan does not say.
    """

    taxonomy: str
    focus_code: str
    agency: str
    year_roc: str
    text: str


COLUMNS = tuple(field.name for field in fields(Example))


def read_examples(path: Path) -> list[Example]:
    """The examples of a file. Raises ValueError, which names file and line, for a malformed one."""
    with open(path, encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        if tuple(next(reader, ())) != COLUMNS:
            raise ValueError(f"{path}:1: the header must be {','.join(COLUMNS)}")
        out = []
        for row in reader:
            if len(row) != len(COLUMNS):
                raise ValueError(f"{path}:{reader.line_num}: {len(row)} values, not {len(COLUMNS)}")
            out.append(Example(*row))
    return out


def write_examples(path: Path, examples: Iterable[Example]) -> None:
    """One line an example, by focus point and plan, so that a change reads well as a diff."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(map(astuple, examples))


@cache
def released() -> tuple[str, list[Example]]:
    """(version, examples) of the newest file by its date; ("", []) where there is none."""
    files = sorted(DATA.glob("examples-*.csv"))
    return (files[-1].stem, read_examples(files[-1])) if files else ("", [])
