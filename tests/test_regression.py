"""Every measure of the hand-checked plans, in three typesettings, comes out whole."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pandas as pd
import pytest

from .conftest import SCAN

TRUTH = Path(__file__).parent / "plans" / "truth"
SLUGS = sorted(p.stem for p in TRUTH.glob("*.json"))
PRINTED = [
    (slug, variant)
    for variant in ("", "__ming", "__web")
    for slug in SLUGS
    if f"{slug}{variant}.pdf" != SCAN  # scans have their own test
]


def fold(text: object) -> str:
    return "".join(unicodedata.normalize("NFKC", text if isinstance(text, str) else "").split())


def expected(slug: str) -> list[dict]:
    """Measures of the truth file, in printed order; focus points only where they are printed."""
    rows = []
    for row in json.loads((TRUTH / f"{slug}.json").read_text("utf-8"))["rows"]:
        for m in row["measures"]:
            rows.append(
                {
                    "pillar": str(row["pillar_code"]),
                    "focus": m["focus_code"] if m["focus_certainty"] == "printed" else None,
                    "theme": fold(row["theme"]),
                    "marker": fold(m["marker"]).strip(".、"),
                    "title": fold(m["title"]),
                    "paragraphs": [
                        fold(p) for p in ([m["title"]] if m["title"] else []) + m["paragraphs"]
                    ],
                    "units": [fold(u) for u in m["units"]],
                }
            )
    return rows


def found(measures: pd.DataFrame, plan_id: str) -> list[dict]:
    rows = []
    for r in measures[measures.plan_id == plan_id].sort_values("seq").to_dict("records"):
        rows.append(
            {
                "pillar": r["pillar_code"],
                "focus": r["focus_code"],
                "theme": fold(r["theme"]),
                "marker": fold(r["marker"]).strip(".、"),
                "title": fold(r["title"]),
                "paragraphs": [fold(p) for p in r["text"].split("\n")],
                "units": [fold(u) for u in r["units"]],
            }
        )
    return rows


@pytest.mark.parametrize(("slug", "variant"), PRINTED)
def test_every_measure_is_whole(digital: Path, slug: str, variant: str) -> None:
    plans = pd.read_parquet(digital / "plans.parquet").set_index("source_file")
    plan = plans.loc[f"{slug}{variant}.pdf"]
    truth = expected(slug)
    got = found(pd.read_parquet(digital / "measures.parquet"), plan.plan_id)
    for a, b in zip(truth, got):
        if a["focus"] is None:
            a["focus"] = b["focus"]
    assert got == truth
    assert plan.glyphs_unplaced == 0


@pytest.mark.parametrize("slug", SLUGS)
def test_agency_year_and_edition(digital: Path, slug: str) -> None:
    truth = json.loads((TRUTH / f"{slug}.json").read_text("utf-8"))
    plans = pd.read_parquet(digital / "plans.parquet")
    mine = plans[plans.source_file.str.startswith(slug) & (plans.status != "failed")]
    assert len(mine) >= 2
    assert set(mine.agency) == {truth["agency"]}
    assert set(mine.year_roc) == {truth["year_roc"]}
    assert set(mine.taxonomy) == {truth["edition"]}


@pytest.mark.slow
def test_failed_plans_are_recorded_with_a_reason(dataset: Path) -> None:
    plans = pd.read_parquet(dataset / "plans.parquet")
    failed = plans[plans.status.isin(["failed", "not_a_plan"])]
    assert failed.reason.notna().all()
    measures = pd.read_parquet(dataset / "measures.parquet")
    assert not set(failed.plan_id) & set(measures.plan_id)
