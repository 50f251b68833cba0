"""The published tables as pandas frames, for people who ask questions: `plans.load`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

# Imported by the command line's package: pandas is loaded only where a table is asked for.
FOLDER = Path("data/processed")


def load(
    table: str = "measures",
    folder: Path | str | None = None,
    *,
    current: bool = True,
    edition: str | None = None,
    crosswalk: bool = False,
) -> pd.DataFrame:
    """A table by its name in the data dictionary; codes are text, whole numbers stay whole.

    `folder` holds the dataset: the environment's PLANS_DATASET, or `data/processed`, by default.
    Only the filing that counts for an agency's year is given, unless `current` is False. `edition`
    keeps the rows of one edition of the national programme; with `crosswalk` the rows of other
    editions are carried over to it: a row stands under each counterpart of its focus point, with
    `weight` (1 / number of counterparts, 1.0 for rows of the edition itself), so that weights add
    up to measures, and `carried_over`. A row without counterpart has no pillar and focus point.

    Raises ValueError for a table, an edition or a combination that does not exist, and
    FileNotFoundError without a dataset.
    """
    from dataset.schema import TABLES

    names = [t.name for t in TABLES]
    if table not in names:
        raise ValueError(f"no table {table}; there are {', '.join(names)}")
    where = Path(folder or os.environ.get("PLANS_DATASET") or FOLDER)
    rows = _read(where, table)
    if current:
        rows = _current(rows, where)
    if edition is None and not crosswalk:
        return rows
    return _of_edition(rows, _read(where, "taxonomy"), str(edition), crosswalk)


def _read(folder: Path, table: str) -> pd.DataFrame:
    import pandas as pd

    path = folder / f"{table}.parquet"
    if not path.exists():
        raise FileNotFoundError(f"no {table}.parquet in {folder}; run make extract first")
    return pd.read_parquet(path, dtype_backend="numpy_nullable")


def _current(rows: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """Rows of the filings that count, numbered anew; tables without plans as they are."""
    if "is_current" in rows:
        return rows[rows.is_current].reset_index(drop=True)
    if "plan_id" in rows:
        plans = _read(folder, "plans")
        return rows[rows.plan_id.isin(plans.plan_id[plans.is_current])].reset_index(drop=True)
    return rows


def _of_edition(
    rows: pd.DataFrame, taxonomy: pd.DataFrame, edition: str, crosswalk: bool
) -> pd.DataFrame:
    editions = sorted(taxonomy.taxonomy.unique())
    if edition not in editions:
        raise ValueError(f"no edition {edition}; there are {', '.join(editions)}")
    if not {"taxonomy", "focus_code"} <= set(rows):
        raise ValueError(
            "only measures, measure_units and taxonomy have focus points of an edition"
        )
    own = rows[rows.taxonomy == edition]
    if not crosswalk:
        return own.reset_index(drop=True)
    import pandas as pd

    own = own.assign(weight=1.0, carried_over=False)
    others = _carried_over(rows[rows.taxonomy != edition], taxonomy, edition)
    return pd.concat([own, others], ignore_index=True)


def _carried_over(rows: pd.DataFrame, taxonomy: pd.DataFrame, edition: str) -> pd.DataFrame:
    """The rows under the edition's counterparts of their focus points, a row a counterpart."""
    codes = taxonomy.set_index(["taxonomy", "focus_code"]).counterpart
    found = codes.reindex(list(zip(rows.taxonomy, rows.focus_code)))
    rows = rows.assign(focus_code=found.to_numpy(), weight=1 / found.str.len().to_numpy())
    rows = rows.explode("focus_code").fillna({"weight": 1.0})
    points = taxonomy[taxonomy.taxonomy == edition].set_index("focus_code")
    wording = {
        c: points[c].reindex(rows.focus_code).to_numpy()
        for c in ("pillar_code", "pillar", "focus")
        if c in rows
    }
    known = rows.focus_code.isin(points.index)
    return rows.assign(
        taxonomy=edition,
        focus_code=rows.focus_code.where(known).astype("string"),
        carried_over=True,
        **wording,
    )
