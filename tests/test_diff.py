"""The difference of two releases: which rows are one, what is a change, what is told first."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from benchmarks.diff import altered, repeated
from dataset.diff.compare import Tables, diff
from extract.model import PrintedPlan
from normalize.pipeline import normalize
from tests.helpers.truth_to_printed import load_truth, printed_plan, write_printed


def made(folder: Path, *plans: PrintedPlan) -> Tables:
    tables: Tables = {}
    write_printed(plans, folder / "interim")
    normalize(folder / "interim", folder / "out", corrections_dir=None, gate=tables.update)
    return tables


def jiaxian() -> PrintedPlan:
    return printed_plan(load_truth()["jiaxian-114"])


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return made(tmp_path_factory.mktemp("tables"), jiaxian())


def changed(tables: Tables, table: str, column: str, change) -> Tables:
    """The tables with one column another."""
    old = tables[table]
    at, field = old.column_names.index(column), old.schema.field(column)
    values = pa.chunked_array([pa.array(change(old[column].to_pylist()), field.type)])
    return tables | {table: old.set_column(at, field, values)}


def test_the_same_is_no_change(tables: Tables) -> None:
    found = diff(tables, tables)
    assert not (found.plans or found.columns or found.changes or found.doubts_by_code)


def test_without_a_dataset_before_all_plans_are_new(tables: Tables) -> None:
    found = diff(None, tables)
    assert [(p.event, p.counts) for p in found.plans] == [("new", {"added": 55})]
    assert not found.columns and found.rows["measures"] == (0, 55)


def test_a_plan_filed_again_is_one_line(tables: Tables, tmp_path: Path) -> None:
    """One measure reworded, one put in before all others: the rest is kept, whatever its number."""
    again = jiaxian()
    again.sha256, again.source_file = "f" * 64, "another name.pdf"
    row = again.rows[3]
    row.measures[0].paragraphs[0].text += "並加以改進。"
    for n, measure in enumerate(again.rows[0].measures, 2):
        measure.marker = f"{n}."
    first = printed_plan(load_truth()["sanmin-114"]).rows[0].measures[0]
    again.rows[0].measures.insert(0, first)
    found = diff(tables, made(tmp_path, again))
    (plan,) = found.plans
    assert (plan.event, plan.file_before) == ("replaced", "jiaxian-114.pdf")
    renumbered = len(again.rows[0].measures) - 1
    assert plan.counts == {
        "kept": 54 - renumbered, "reworded": 1, "altered": renumbered, "added": 1
    }  # fmt: skip
    (change,) = [c for c in found.changes if c.column == "text"]
    assert change.new.endswith("並加以改進。") and change.measure_id.startswith("f" * 12)


def test_a_score_that_hardly_moved_is_no_change(tables: Tables) -> None:
    def moved(by: float) -> Tables:
        return changed(tables, "measures", "focus_score", lambda v: [v[0] - by, *v[1:]])

    assert not diff(tables, moved(0.009)).columns
    assert diff(tables, moved(0.02)).columns == {"measures.focus_score": 1}


def test_the_gravest_changes_come_first(tables: Tables) -> None:
    after = changed(tables, "measures", "focus_score", lambda v: [0.0] * len(v))
    after = changed(after, "measures", "text", lambda v: [t + "改" for t in v])
    after = changed(after, "measures", "units", lambda v: [["某課"], *v[1:]])
    after = changed(after, "plans", "status", lambda v: ["partial"])
    found = diff(tables, after)
    assert found.columns == {
        "plans.status": 1,
        "measures.units": 1,
        "measures.text": 55,
        "measures.focus_score": 55,
    }
    assert [c.column for c in found.changes[:3]] == ["status", "units", "text"]
    units = found.changes[1]
    assert units.new == "某課" and units.agency == "高雄市甲仙區公所" and units.words


def test_a_withdrawn_plan_and_a_renamed_file_are_told(tables: Tables, tmp_path: Path) -> None:
    both = made(tmp_path, jiaxian(), printed_plan(load_truth()["sanmin-114"]))
    renamed = changed(tables, "plans", "source_file", lambda v: ["renamed.pdf"])
    events = {p.event: p for p in diff(both, renamed).plans}
    assert set(events) == {"renamed", "withdrawn"}
    assert events["withdrawn"].file == "sanmin-114.pdf"
    assert events["renamed"].file_before == "jiaxian-114.pdf"


def test_only_doubts_that_are_new_are_told(tables: Tables, tmp_path: Path) -> None:
    plan = jiaxian()
    plan.rows[0].measures[0].units = []
    doubted = made(tmp_path, plan)
    found = diff(tables, doubted)
    assert found.doubts_by_code == {"unit_missing": 1}
    assert found.doubts[0].agency == "高雄市甲仙區公所" and found.doubts[0].measure_id
    assert not diff(doubted, doubted).doubts_by_code


def test_ids_of_many_plans_are_kept_apart(tables: Tables) -> None:
    """As the benchmark makes them: one plan in a hundred filed again, one measure in ten worded
    otherwise."""
    before, after = repeated(tables, 3), altered(repeated(tables, 3, refiled=True), 0.1)
    found = diff(before, after)
    assert [p.event for p in found.plans].count("replaced") == 1
    assert found.columns["measures.text"] == 17
    assert sum(p.counts.get("reworded", 0) for p in found.plans) == 17
