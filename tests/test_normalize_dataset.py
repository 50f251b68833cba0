"""The stage from interim files to published tables."""

import csv
import errno
import hashlib
import json
import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pyarrow.parquet as pq
import pytest

from dataset import check, dictionary, publish
from dataset.kinds import KINDS
from dataset.schema import TABLES
from extract.errors import BadInput
from extract.model import PrintedFinding, PrintedPlan, decode_plan
from normalize import reviewed
from normalize.__main__ import main
from normalize.matching.focus_inference import SURE
from normalize.pipeline import normalize
from tests.helpers.truth_to_printed import load_truth, printed_plan, write_printed


@pytest.fixture(scope="module")
def interim(tmp_path_factory):
    folder = tmp_path_factory.mktemp("interim")
    write_printed([printed_plan(t) for t in load_truth().values()], folder)
    return folder


@pytest.fixture(scope="module")
def dataset(interim, tmp_path_factory):
    out = tmp_path_factory.mktemp("processed")
    report = normalize(interim, out, corrections_dir=None)
    assert report.exit_code == 0
    return out


def rows(out, table):
    return pq.read_table(out / f"{table}.parquet").to_pylist()


def digests(out):
    return {
        p.name: hashlib.sha256(p.read_bytes()).hexdigest()
        for p in out.iterdir()
        if p.suffix in (".parquet", ".json")
    }


def truth_measures(truth):
    return [(row, m) for row in truth["rows"] for m in row["measures"]]


@pytest.mark.parametrize("slug", sorted(load_truth()))
def test_printed_facts_and_matches_are_the_hand_checked_ones(dataset, slug):
    truth = load_truth()[slug]
    plan = next(p for p in rows(dataset, "plans") if p["source_file"] == f"{slug}.pdf")
    assert (plan["agency"], plan["year_roc"], plan["taxonomy"], plan["status"]) == (
        truth["agency"],
        truth["year_roc"],
        truth["edition"],
        "ok",
    )
    found = [m for m in rows(dataset, "measures") if m["plan_id"] == plan["plan_id"]]
    assert [m["seq"] for m in found] == list(range(1, len(found) + 1))
    for (row, m), got in zip(truth_measures(truth), found, strict=True):
        assert (
            got["pillar_code"] == row["pillar_code"]
            and got["theme"] == row["theme"]
            and got["marker"] == m["marker"]
        )
        assert (
            got["text"] == "\n".join(([m["title"]] if m["title"] else []) + m["paragraphs"])
            and got["units"] == m["units"]
        )
        if m["focus_certainty"] == "printed":
            assert (
                got["focus_code"] == m["focus_code"]
                and got["focus_basis"] == "printed"
                and got["focus_score"] == 1
            )


def test_stacked_focus_points_are_decided_by_meaning(dataset):
    truth = load_truth()["public-works-112"]
    plan = next(p for p in rows(dataset, "plans") if p["source_file"] == "public-works-112.pdf")
    found = [m for m in rows(dataset, "measures") if m["plan_id"] == plan["plan_id"]]
    judged = [
        (m["focus_code"] in [t["focus_code"], *t.get("focus_also", [])], m["focus_score"])
        for (_, t), m in zip(truth_measures(truth), found, strict=True)
        if t["focus_certainty"] == "judged"
    ]
    sure = [right for right, score in judged if score >= SURE]
    assert sum(right for right, _ in judged) / len(judged) >= 0.85
    assert len(sure) > len(judged) / 2 and sum(sure) / len(sure) >= 0.9


def test_tables_hold_together(dataset):
    measures, units, plans, findings = (
        rows(dataset, t) for t in ("measures", "measure_units", "plans", "findings")
    )
    ids = [m["measure_id"] for m in measures]
    assert len(set(ids)) == len(ids) and {u["measure_id"] for u in units} == set(ids)
    for m in measures:
        mine = [u for u in units if u["measure_id"] == m["measure_id"]]
        assert [u["unit"] for u in mine if u["unit"]] == m["units"] and {
            u["measure"] for u in mine
        } == {m["text"]}
        assert {u["units_in_measure"] for u in mine} == {len(m["units"])} and {
            u["focus_code"] for u in mine
        } == {m["focus_code"]}
    assert {f["code"] for f in findings} <= set(KINDS)
    counts = Counter(f["plan_id"] for f in findings)
    assert all(p["findings"] == counts[p["plan_id"]] for p in plans)
    assert {f["measure_id"] for f in findings} - {None} <= set(ids)
    named = {(f["measure_id"], f["code"]) for f in findings if f["severity"] != "note"}
    flagged = sorted((m, code) for m, code in named if m is not None)
    listed = sorted((m["measure_id"], code) for m in measures for code in m["doubts"])
    assert listed == flagged != []
    assert all(m["needs_review"] == bool(m["doubts"]) for m in measures)
    assert all(m["doubts"] == sorted(m["doubts"]) for m in measures)


def test_schema_descriptor_and_dictionary_agree(dataset):
    package = json.loads((dataset / "datapackage.json").read_text("utf-8"))
    for table, resource in zip(TABLES, package["resources"], strict=True):
        path = dataset / resource["path"]
        schema = pq.read_schema(path)
        assert schema.names == table.names == [f["name"] for f in resource["schema"]["fields"]]
        assert all(f.metadata[b"description"] and f.metadata[b"description_zh"] for f in schema)
        assert (
            resource["file_sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
            and resource["file_bytes"] == path.stat().st_size
        )
    page = (publish.Path(__file__).parent.parent / "docs" / "data-dictionary.md").read_text("utf-8")
    assert page == dictionary.page(), "run: python -m dataset.dictionary > docs/data-dictionary.md"


def test_a_rerun_gives_the_same_bytes(interim, dataset, tmp_path):
    before = digests(dataset)
    for path in interim.glob("*.json"):
        os.utime(path, (1, 1))  # written again, same content
    normalize(interim, dataset, corrections_dir=None)
    assert digests(dataset) == before


def test_identifiers_do_not_hang_on_matching(dataset, interim, tmp_path):
    plan = decode_plan(next(interim.glob("*.json")).read_bytes())
    write_printed([plan], tmp_path / "one")
    normalize(tmp_path / "one", tmp_path / "out", corrections_dir=None)
    alone = {m["measure_id"] for m in rows(tmp_path / "out", "measures")}
    assert alone == {
        m["measure_id"] for m in rows(dataset, "measures") if m["plan_id"] == plan.sha256[:12]
    }


def test_failed_rejected_and_broken_plans_are_rows(tmp_path):
    folder = tmp_path / "interim"
    good = printed_plan(load_truth()["jiaxian-114"])
    failed = PrintedPlan(
        source_file="scan.pdf",
        sha256="a" * 64,
        status="failed",
        reason="頁面只有圖像",
        findings=[PrintedFinding(severity="error", code="no_text", message="頁面只有圖像。")],
    )
    other = PrintedPlan(
        source_file="menu.pdf", sha256="b" * 64, status="not_a_plan", reason="無計畫表格"
    )
    write_printed([good, failed, other], folder)
    (folder / ("c" * 64 + ".json")).write_text('{"source_file": "x.pdf", "sha', "utf-8")
    (folder / "run.json").write_text("{}", "utf-8")
    report = normalize(folder, tmp_path / "out", corrections_dir=None)
    plans = {p["plan_id"]: p for p in rows(tmp_path / "out", "plans")}
    assert report.exit_code == 1 and len(plans) == 4
    assert [plans[c * 12]["status"] for c in "abc"] == ["failed", "not_a_plan", "failed"] and all(
        plans[c * 12]["reason"] for c in "abc"
    )
    assert len(rows(tmp_path / "out", "measures")) == 55


def test_a_plan_with_an_error_is_not_ok(tmp_path):
    plan = printed_plan(load_truth()["jiaxian-114"])
    plan.findings.append(
        PrintedFinding(
            severity="error",
            code="glyphs_unplaced",
            message="第 3 頁有文字未歸入任何欄位。",
            page=3,
            row=1,
            measure=2,
        )
    )
    write_printed([plan], tmp_path / "interim")
    normalize(tmp_path / "interim", tmp_path / "out", corrections_dir=None)
    assert rows(tmp_path / "out", "plans")[0]["status"] == "partial"
    assert [m["seq"] for m in rows(tmp_path / "out", "measures") if m["needs_review"]] == [4]


def test_one_filing_of_an_agency_and_year_is_current_and_all_keep_their_rows(tmp_path):
    plans = []
    for name in ("x.pdf", "x__web.pdf", "x__ming.pdf"):
        plan = printed_plan(load_truth()["jiaxian-114"])
        plan.source_file, plan.sha256 = name, hashlib.sha256(name.encode()).hexdigest()
        plans.append(plan)
    write_printed(plans, tmp_path / "interim")
    normalize(tmp_path / "interim", tmp_path / "out", corrections_dir=None)
    assert {p["source_file"] for p in rows(tmp_path / "out", "plans") if p["is_current"]} == {
        "x.pdf"
    }
    assert len(rows(tmp_path / "out", "measures")) == 3 * 55
    plans[1].findings.append(
        PrintedFinding(
            severity="note", code="title_note", message="標題之後另有文字：「114年8月1日修正」。"
        )
    )
    write_printed(plans, tmp_path / "interim")
    normalize(tmp_path / "interim", tmp_path / "out", corrections_dir=None)
    assert {p["source_file"] for p in rows(tmp_path / "out", "plans") if p["is_current"]} == {
        "x__web.pdf"
    }


def test_a_crash_while_publishing_leaves_the_old_dataset_whole(interim, tmp_path, monkeypatch):
    out = tmp_path / "out"
    one = tmp_path / "one"
    write_printed([printed_plan(load_truth()["jiaxian-114"])], one)
    normalize(one, out, corrections_dir=None)
    before = digests(out)
    real = publish.write_table
    for nth in range(1, len(TABLES) + 1):
        calls = iter(range(1, 99))

        def dying(table, data, path, calls=calls, nth=nth):
            if next(calls) == nth:
                raise KeyboardInterrupt
            return real(table, data, path)

        monkeypatch.setattr(publish, "write_table", dying)
        with pytest.raises(KeyboardInterrupt):
            normalize(interim, out, corrections_dir=None)
        assert digests(out) == before
    monkeypatch.setattr(publish, "write_table", real)
    normalize(interim, out, corrections_dir=None)
    assert (
        len(rows(out, "plans")) == 5
        and not list((out / "releases").glob(".build-*"))
        and len(list((out / "releases").iterdir())) == 2
    )


def test_command_line(interim, tmp_path, capsys):
    assert main([str(interim), "--out", str(tmp_path / "out"), "--corrections", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert (
        "jiaxian-114.pdf" in shown
        and "高雄市甲仙區公所" in shown
        and str(tmp_path / "out") in shown
    )
    (tmp_path / "empty").mkdir()
    assert main([str(tmp_path / "empty"), "--out", str(tmp_path / "out")]) == 2
    assert main([str(tmp_path / "nowhere"), "--out", str(tmp_path / "out")]) == 2
    with pytest.raises(BadInput):
        normalize(tmp_path / "empty", tmp_path / "out")


def write_corrections(folder, *lines):
    folder.mkdir(exist_ok=True)
    with open(folder / "a.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(reviewed.COLUMNS)
        writer.writerows(lines)


def test_corrections_survive_a_rerun_and_stale_ones_are_reported(interim, dataset, tmp_path):
    inferred = next(
        m
        for m in rows(dataset, "measures")
        if m["focus_basis"] == "inferred" and m["focus_code"] == "1.3"
    )
    bare = next(m for m in rows(dataset, "measures") if not m["units"])
    folder, out = tmp_path / "corrections", tmp_path / "out"
    by = ("王小明", "與頁面核對", "2025-01-02")
    write_corrections(
        folder,
        (inferred["plan_id"], inferred["measure_id"], "focus_code", "1.3", "1.4", *by),
        (bare["plan_id"], bare["measure_id"], "units", "", "民政課、秘書室", *by),
        (bare["plan_id"], bare["measure_id"], "title", "不是這個", "那個", *by),
        (bare["plan_id"], "", "year_roc", "114", "113", *by),
        ("f" * 12, "x", "text", "", "甲", *by),
    )
    for _ in range(2):
        report = normalize(interim, out, corrections_dir=folder)
        assert (report.corrections_applied, report.corrections_stale) == (3, 1)
        measures = {m["measure_id"]: m for m in rows(out, "measures")}
        fixed, filled = measures[inferred["measure_id"]], measures[bare["measure_id"]]
        assert (fixed["focus_code"], fixed["corrected"], fixed["focus_score"]) == (
            "1.4",
            ["focus_code"],
            1.0,
        )
        assert (
            filled["units"] == ["民政課", "秘書室"]
            and filled["year_roc"] == 113
            and filled["title"] == bare["title"]
        )
        assert [
            u["unit"] for u in rows(out, "measure_units") if u["measure_id"] == bare["measure_id"]
        ] == ["民政課", "秘書室"]
        stale = [f for f in rows(out, "findings") if f["code"] == "correction_stale"]
        assert len(stale) == 1 and stale[0]["measure_id"] == bare["measure_id"]
        assert not any(
            f["code"] == "unit_missing" and f["measure_id"] == bare["measure_id"]
            for f in rows(out, "findings")
        )


@pytest.mark.parametrize(
    "line",
    [
        ("a" * 12, "m", "seq", "1", "2", "甲", "乙", "2025-01-01"),
        ("a" * 12, "m", "text", "1", "2", "", "乙", "2025-01-01"),
    ],
)
def test_malformed_corrections_name_the_line(tmp_path, line):
    write_corrections(tmp_path, line)
    with pytest.raises(reviewed.CorrectionError, match="a.csv:2"):
        reviewed.read_corrections(tmp_path)


def test_the_corrections_of_the_repository_are_well_formed():
    from normalize.pipeline import CORRECTIONS

    reviewed.read_corrections(CORRECTIONS)


def test_the_file_name_gives_what_the_title_lacks_and_says_so(tmp_path):
    plan = printed_plan(load_truth()["jiaxian-114"])
    plan.title, plan.source_file = None, "高雄市甲仙區公所114年度提升服務執行計畫.pdf"
    plan.rows[0].extra = {"辦理期程": "114年12月"}
    stranger = PrintedPlan(
        source_file="menu.pdf",
        sha256="b" * 64,
        status="not_a_plan",
        reason="無計畫表格",
        title="本週菜單",
    )
    write_printed([plan, stranger], tmp_path / "interim")
    normalize(tmp_path / "interim", tmp_path / "out", corrections_dir=None)
    plans = {p["source_file"]: p for p in rows(tmp_path / "out", "plans")}
    found = plans[plan.source_file]
    assert (found["agency"], found["year_roc"], found["agency_printed"]) == (
        "高雄市甲仙區公所",
        114,
        "",
    ) and plans["menu.pdf"]["agency"] == ""
    assert {"agency_uncertain", "year_uncertain"} <= {
        f["code"] for f in rows(tmp_path / "out", "findings")
    }
    assert json.loads(rows(tmp_path / "out", "measures")[0]["extra"]) == {"辦理期程": "114年12月"}
    assert check.print_findings(tmp_path / "out") == 0


def test_publishers_at_once_leave_one_whole_dataset(interim, tmp_path):
    one, out = tmp_path / "one", tmp_path / "out"
    write_printed([printed_plan(load_truth()["jiaxian-114"])], one)
    with ThreadPoolExecutor(4) as pool:
        list(
            pool.map(
                lambda n: normalize(interim if n % 2 else one, out, corrections_dir=None), range(8)
            )
        )
    ids = {p["plan_id"] for p in rows(out, "plans")}
    assert len(ids) in (1, 5) and {m["plan_id"] for m in rows(out, "measures")} == ids


def test_a_drive_without_links_gets_plain_files(interim, tmp_path, monkeypatch):
    def refused(*_):
        raise OSError(errno.EOPNOTSUPP, "links are not supported")

    monkeypatch.setattr(publish.Path, "symlink_to", refused)
    normalize(interim, tmp_path / "out", corrections_dir=None)
    assert (
        len(rows(tmp_path / "out", "plans")) == 5
        and not (tmp_path / "out" / "measures.parquet").is_symlink()
    )
    monkeypatch.undo()
    normalize(interim, tmp_path / "out", corrections_dir=None)
    assert (tmp_path / "out" / "measures.parquet").is_symlink() and len(
        rows(tmp_path / "out", "plans")
    ) == 5
