"""Decisions outlive files: corrections and confirmations are found again in a plan filed anew."""

from __future__ import annotations

import csv
from copy import deepcopy
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pymupdf
import pytest
from msgspec.structs import replace

from dataset.kinds import KINDS
from dataset.schema import MEASURES, PLANS
from extract.document import extract_document
from extract.model import PrintedPlan
from normalize.pipeline import RunReport, normalize, one_plan
from normalize.reviewed import COLUMNS, KEY
from tests.helpers.truth_to_printed import load_truth, printed_plan, write_printed

BY = {"who": "王小明", "why": "與頁面核對", "date": "2026-11-21"}
Row = dict[str, Any]


def line(row: Row, column: str, new: str, old: str | None = None) -> Row:
    """A line of a corrections file about a measure, or about a plan that has a key."""
    now = row[column]
    now = "、".join(now) if isinstance(now, list) else str(now or "")
    named = {c: row.get(c) or "" for c in ("plan_id", "measure_id", KEY)}
    return named | BY | {"column": column, "old": now if old is None else old, "new": new}


def run(folder: Path, plans: list[PrintedPlan], lines: list[Row]) -> RunReport:
    """The dataset of the plans, in `folder`, with these lines applied."""
    for old in (folder / "interim").glob("*"):
        old.unlink()
    write_printed(plans, folder / "interim")
    (folder / "corrections").mkdir(exist_ok=True)
    with open(folder / "corrections" / "a.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*COLUMNS, KEY])
        writer.writeheader()
        writer.writerows(lines)
    return normalize(folder / "interim", folder, corrections_dir=folder / "corrections")


def table(folder: Path, name: str) -> list[Row]:
    rows: list[Row] = pq.read_table(folder / f"{name}.parquet").to_pylist()
    return rows


def told(folder: Path, code: str) -> list[Row]:
    return [f for f in table(folder, "findings") if f["code"] == code]


@pytest.fixture(scope="module")
def filed() -> PrintedPlan:
    """A plan with a stacked focus cell and a measure without units."""
    return printed_plan(load_truth()["jiaxian-114"])


@pytest.fixture(scope="module")
def rows(filed: PrintedPlan) -> list[Row]:
    return [{c: getattr(m, c) for c in MEASURES.names} for m in one_plan(filed).measures]


def again(plan: PrintedPlan, digit: str = "f") -> PrintedPlan:
    """The same plan out of a file of other bytes."""
    return replace(deepcopy(plan), sha256=digit * 64)


def decided(rows: list[Row]) -> list[Row]:
    """One line for each of the first ten measures: corrections and confirmations of all kinds."""
    codes = {"1.1": "1.2"}
    lines = [line(m, "focus_code", codes.get(m["focus_code"], "1.1")) for m in rows[:3]]
    lines += [line(m, "focus_code", m["focus_code"]) for m in rows[3:6]]
    lines += [line(m, "text", m["text"] + "（更正）") for m in rows[6:8]]
    return lines + [line(m, "units", "民政課、秘書室") for m in rows[8:10]]


def values(folder: Path, plan: PrintedPlan) -> list[Row]:
    """What a person decides, and what it makes of a row, in printed order."""
    names = ("focus_code", "focus", "focus_basis", "focus_score", "text", "units")
    names += ("corrected", "confirmed", "needs_review")
    mine = [m for m in table(folder, "measures") if m["plan_id"] == plan.sha256[:12]]
    return [{c: m[c] for c in names} for m in sorted(mine, key=lambda m: m["seq"])]


def test_a_plan_filed_again_keeps_every_decision(
    filed: PrintedPlan, rows: list[Row], tmp_path: Path
) -> None:
    lines = decided(rows)
    assert run(tmp_path, [filed], lines).corrections_applied == len(lines)
    before = values(tmp_path, filed)
    assert [m["corrected"] + m["confirmed"] for m in before[:10]] == [[r["column"]] for r in lines]
    fixed = before[0]
    assert (fixed["focus_basis"], fixed["focus_score"]) == ("corrected", 1.0)
    refiled = again(filed)
    report = run(tmp_path, [refiled], lines)
    assert (report.corrections_applied, report.corrections_orphaned) == (len(lines), 0)
    assert values(tmp_path, refiled) == before
    assert not told(tmp_path, "correction_stale") + told(tmp_path, "correction_orphaned")
    # Beside the filing before, both have them.
    run(tmp_path, [filed, refiled], lines)
    assert values(tmp_path, filed) == values(tmp_path, refiled) == before


def test_a_changed_measure_loses_its_decision_alone_and_that_is_told(
    filed: PrintedPlan, rows: list[Row], tmp_path: Path
) -> None:
    lines = decided(rows)
    run(tmp_path, [filed], lines)
    before = values(tmp_path, filed)
    refiled = again(filed)
    printed = [m for r in refiled.rows for m in r.measures]
    printed[1].paragraphs[0].text += "並於每季檢討。"
    report = run(tmp_path, [refiled], lines)
    assert (report.corrections_applied, report.corrections_orphaned) == (len(lines) - 1, 1)
    after = values(tmp_path, refiled)
    assert [a == b for a, b in zip(after, before)] == [i != 1 for i in range(len(before))]
    assert after[1]["corrected"] == []
    (orphan,) = told(tmp_path, "correction_orphaned")
    assert "a.csv:3" in orphan["message"] and orphan["plan_id"] == refiled.sha256[:12]


def test_a_value_that_is_another_by_now_is_told_at_its_row(
    filed: PrintedPlan, rows: list[Row], tmp_path: Path
) -> None:
    lines = [line(rows[0], "focus_code", "1.4", old="9.9"), line(rows[1], "marker", "1.", old="x")]
    report = run(tmp_path, [again(filed)], lines)
    by_now_right = rows[1]["marker"] == "1."
    assert (report.corrections_applied, report.corrections_stale) == (int(by_now_right), 1)
    (stale,) = told(tmp_path, "correction_stale")
    assert stale["measure_id"].startswith("f" * 12)


def test_a_line_of_its_own_goes_before_one_by_key(
    filed: PrintedPlan, rows: list[Row], tmp_path: Path
) -> None:
    refiled = again(filed)
    mine = [{c: getattr(m, c) for c in MEASURES.names} for m in one_plan(refiled).measures]
    lines = [line(rows[0], "focus_code", "1.3"), line(mine[0], "focus_code", "1.4")]
    run(tmp_path, [refiled, filed], lines)
    assert values(tmp_path, refiled)[0]["focus_code"] == "1.4"
    assert values(tmp_path, filed)[0]["focus_code"] == "1.3"
    assert not told(tmp_path, "correction_stale")


def test_a_line_without_a_key_holds_for_its_own_file_alone(
    filed: PrintedPlan, rows: list[Row], tmp_path: Path
) -> None:
    bare = line(rows[0], "focus_code", "1.4") | {KEY: ""}
    assert run(tmp_path, [filed], [bare]).corrections_applied == 1
    report = run(tmp_path, [again(filed)], [bare])
    assert (report.corrections_applied, report.corrections_orphaned) == (0, 1)
    assert not told(tmp_path, "correction_orphaned")  # no plan of the run knows it


def test_a_confirmed_row_needs_no_review(tmp_path: Path, filed: PrintedPlan) -> None:
    doubted = again(filed)
    printed = [m for r in doubted.rows for m in r.measures]
    printed[0].units, printed[2].confidence = [], 0.4
    run(tmp_path, [doubted], [])
    doubtful = [m for m in table(tmp_path, "measures") if m["needs_review"]]
    assert [m["doubts"] for m in doubtful] == [["unit_missing"], ["low_ocr_confidence"]]
    lines = [line(m, KINDS[c].columns[0], "") for m in doubtful for c in m["doubts"]]
    run(tmp_path, [doubted], [r | {"new": r["old"]} for r in lines])
    after = {m["measure_id"]: m for m in table(tmp_path, "measures")}
    assert not any(m["needs_review"] or m["doubts"] for m in after.values())
    assert all(after[m["measure_id"]]["confirmed"] for m in doubtful)
    assert not [f for f in table(tmp_path, "findings") if f["severity"] == "check"]


def test_of_a_plan_the_agency_the_year_and_which_filing_is_current(
    filed: PrintedPlan, rows: list[Row], tmp_path: Path
) -> None:
    refiled = again(filed)
    run(tmp_path, [filed, refiled], [])
    plans = {p["plan_id"]: p for p in table(tmp_path, "plans")}
    (other,) = [i for i, p in plans.items() if not p["is_current"]]
    key = rows[0][KEY].partition("-")[0]
    chosen = {"plan_id": other, KEY: key, "is_current": "false"}
    moved = {"plan_id": filed.sha256[:12], KEY: key, "year_roc": 114}
    run(tmp_path, [filed, refiled], [line(chosen, "is_current", "true")])
    assert {p["plan_id"]: p["is_current"] for p in table(tmp_path, "plans")} == {
        i: i == other for i in plans
    }
    third = again(filed, "e")
    run(tmp_path, [third], [line(moved, "year_roc", "113")])
    (plan,) = table(tmp_path, "plans")
    assert (plan["year_roc"], plan["year"]) == (113, 2024)


def test_every_doubt_about_a_row_has_a_column_that_answers_it(tmp_path: Path) -> None:
    of_measures, of_plans = set(MEASURES.names), set(PLANS.names)
    for kind in KINDS.values():
        assert set(kind.columns) <= of_measures | of_plans, kind.code


def test_a_pdf_saved_again_with_other_metadata_keeps_every_decision(tmp_path: Path) -> None:
    pdf, resaved = Path("data/raw/jiaxian-114.pdf"), tmp_path / "jiaxian-114.pdf"
    with pymupdf.open(pdf) as doc:
        doc.set_metadata({"title": "另存", "author": "王小明"})
        doc.save(resaved)
    plans = [extract_document(pdf), extract_document(resaved)]
    assert plans[0].sha256 != plans[1].sha256
    rows = [{c: getattr(m, c) for c in MEASURES.names} for m in one_plan(plans[0]).measures]
    lines = decided(rows)
    for plan in plans:
        report = run(tmp_path, [plan], lines)
        assert (report.corrections_applied, report.corrections_stale) == (len(lines), 0)
    assert report.corrections_orphaned == 0
