"""Bounds a dataset must keep to be published: a file in git, for their changes to be reviewed."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, nan
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from extract.errors import BadInput
from normalize.vocabulary.files import csv_rows

BOUNDS = Path(__file__).parent / "bounds.csv"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One figure held against its bounds.

    `state` is ok, warn (above the maximum) or fail (below the minimum).
    """

    name: str
    value: float
    minimum: float | None
    maximum: float | None
    state: str


def figures(tables: dict[str, pa.Table], before: dict[str, pa.Table] | None) -> dict[str, float]:
    """The dataset's figures.

    Those that compare with the dataset published before are 1 when there is none.
    """
    plans, measures = tables["plans"], tables["measures"]
    read = (
        pc.sum(pc.is_in(plans["status"].cast(pa.string()), pa.array(["ok", "partial"]))).as_py()
        or 0
    )
    known = pc.sum(pc.not_equal(plans["status"].cast(pa.string()), "not_a_plan")).as_py() or 0
    rows = measures.num_rows
    with_units = sum(bool(u) for u in measures["units"].to_pylist())
    printed = pc.sum(pc.equal(measures["focus_basis"].cast(pa.string()), "printed")).as_py() or 0
    old_rows = before["measures"].num_rows if before else 0
    return {
        "share_of_plans_read": read / known if known else 1.0,
        "measures_per_plan": rows / read if read else 0.0,
        "share_of_measures_with_units": with_units / rows if rows else 0.0,
        "share_of_printed_focus": printed / rows if rows else 0.0,
        "measures_against_last": rows / old_rows if old_rows else 1.0,
    }


def judge(values: dict[str, float], bounds: Path = BOUNDS) -> list[Verdict]:
    """Hold figures against the bounds file.

    Raises BadInput, which names the line, for a bound that is no number and for one on a figure
    that does not exist.
    """
    columns = ("figure", "minimum", "maximum")
    return [_verdict(place, row, values) for place, row in csv_rows(bounds, columns)]


def _verdict(place: str, row: dict[str, str], values: dict[str, float]) -> Verdict:
    name, low, high = row["figure"], _bound(place, row["minimum"]), _bound(place, row["maximum"])
    if name not in values:
        raise BadInput(place, f"{name} is none of the figures {', '.join(values)}")
    value = values[name]
    fails, warns = low is not None and value < low, high is not None and value > high
    state = "fail" if fails else "warn" if warns else "ok"
    return Verdict(name, round(value, 4), low, high, state)


def _bound(place: str, text: str) -> float | None:
    """A bound; None for none."""
    try:
        value = float(text) if text.strip() else None
    except ValueError:
        value = nan
    if value is not None and not isfinite(value):
        raise BadInput(place, f"a bound is a number, or empty for none, not {text}")
    return value
