"""Rows have the columns of their tables, findings codes of the vocabulary, values one spelling."""

import ast
import dataclasses
import re
import types
import typing
from collections.abc import Iterator
from copy import deepcopy
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from dataset import schema
from dataset.kinds import KINDS, SEVERITIES, Severity
from dataset.publish import PublishError, to_arrow
from extract.model import (
    Box,
    Paragraph,
    PrintedFinding,
    PrintedPlan,
    PrintedUnit,
    decode_plan,
    encode_plan,
)
from normalize import model
from normalize.model import BoxRow
from normalize.reviewed import (
    MEASURE_COLUMNS,
    PLAN_COLUMNS,
    CorrectionError,
    parse,
    read_corrections,
    written,
)
from normalize.rows.draft import draft_file, draft_plan
from normalize.rows.findings import Place, UnknownFinding, finding
from normalize.vocabulary.units import read_units
from tests.helpers.truth_to_printed import load_truth, printed_plan, write_printed

ROOT = Path(__file__).parent.parent
ROWS = {
    schema.MEASURES: model.MeasureRow,
    schema.MEASURE_UNITS: model.UnitRow,
    schema.PLANS: model.PlanRow,
    schema.SECTIONS: model.SectionRow,
    schema.FINDINGS: model.FindingRow,
    schema.TAXONOMY: model.TaxonomyRow,
    schema.MEASURE_CHANGES: model.ChangeRow,
    schema.MEASURE_FAMILIES: model.FamilyRow,
}
PYTHON = {
    "string": str,
    "int16": int,
    "int32": int,
    "float32": float,
    "bool": bool,
    "list<string>": list[str],
    "box": BoxRow,
    "list<box>": list[BoxRow],
    "timestamp": datetime,
}


def column_type(column: schema.Column) -> object:
    """The Python type of a column's values."""
    plain: typing.Any = Severity if column.values == SEVERITIES else PYTHON[column.type]
    return plain | None if column.nullable else plain


@pytest.mark.parametrize("table", schema.TABLES, ids=lambda t: t.name)
def test_a_row_has_the_columns_of_its_table(table: schema.Table) -> None:
    row = ROWS[table]
    hints = typing.get_type_hints(row)
    assert [f.name for f in dataclasses.fields(row)] == table.names
    assert hints == {c.name: column_type(c) for c in table.columns}
    assert "__dict__" not in dir(row), "a misspelt column must not become an attribute"


def test_a_box_has_the_fields_of_the_schema() -> None:
    assert BoxRow._fields == tuple(f.name for f in schema.BOX)


def test_a_misspelt_column_is_an_error_where_it_stands() -> None:
    row = draft_plan(printed_plan(load_truth()["jiaxian-114"])).measures[0]
    with pytest.raises(AttributeError):
        row.focus_cod = "1.1"  # type: ignore[attr-defined]


def test_tables_are_made_of_what_fits() -> None:
    table = schema.SECTIONS
    row = model.SectionRow("a" * 12, 1, "壹", "依據", "basis", "文字", 1)
    assert to_arrow(table, [row]).to_pylist() == [dataclasses.asdict(row)]
    assert to_arrow(table, []).schema == table.arrow()
    for broken, why in (
        (dataclasses.replace(row, page_first=10**6), "sections.page_first"),
        (dataclasses.replace(row, heading=None), "sections.heading: 1 rows have no value"),
        (types.SimpleNamespace(plan_id="a"), "sections: .*seq"),
    ):
        with pytest.raises(PublishError, match=why):
            to_arrow(table, [row, broken])


@pytest.mark.parametrize(
    "line, why",
    [("t,c,strin,,,,,", "no type strin"), ("t,c,string,,,,,\nt,c,bool,,,,,", "described twice")],
)
def test_a_broken_description_of_columns_is_refused(line: str, why: str) -> None:
    header = "table,column,type,nullable,coded,values,en,zh"
    with pytest.raises(ValueError, match=why):
        schema.read_columns([header, *line.split("\n")])


def test_severities_are_the_same_on_both_sides_of_the_seam() -> None:
    printed = typing.get_type_hints(PrintedFinding)["severity"]
    assert typing.get_args(printed) == SEVERITIES
    column = next(c for c in schema.FINDINGS.columns if c.name == "severity")
    assert column.values == SEVERITIES


def test_an_unknown_code_or_severity_is_refused() -> None:
    with pytest.raises(UnknownFinding, match="unit_mising"):
        finding("unit_mising", "…", Place("a" * 12))
    with pytest.raises(UnknownFinding, match="grave"):
        finding("unit_missing", "…", Place("a" * 12), "grave")  # type: ignore[arg-type]


def test_a_finding_stands_where_what_it_is_about_stands() -> None:
    plan = printed_plan(load_truth()["jiaxian-114"])
    plan.rows[0].measures[0].boxes = [Box(page=3, x0=1, y0=2, x1=3, y1=4)]
    draft = draft_plan(plan)
    measure = draft.measures[0]
    for about, place in (
        (draft.plan, (None, None)),
        (measure, (measure.measure_id, 3)),
        (draft.units[0], (measure.measure_id, None)),
    ):
        row = finding("unit_missing", "…", about)
        assert (row.measure_id, row.page, row.box) == (*place, None)
        assert (row.plan_id, row.severity) == (draft.plan.plan_id, "check")


def test_the_seam_holds_what_was_put_in_and_refuses_what_is_no_plan() -> None:
    plan = printed_plan(load_truth()["jiaxian-114"])
    plan.turned = {2: 90}
    plan.rows[0].measures[0].boxes = [Box(page=1, x0=np.float64(1.5), y0=2.0, x1=3.0, y1=1e-5)]
    assert decode_plan(encode_plan(plan)) == plan
    for old, new, why in (
        (b'"page": 1', b'"page": "1"', "Expected `int`, got `str` - at `$"),
        (b'"glyphs": ', b'"glyph": ', "unknown field `glyph`"),
        (b'"sha256"', b"sha256", "malformed"),
    ):
        with pytest.raises(ValueError, match=re.escape(why)):
            decode_plan(encode_plan(plan).replace(old, new, 1))


def test_a_record_with_an_unknown_finding_is_a_failed_plan(tmp_path: Path) -> None:
    plan = printed_plan(load_truth()["jiaxian-114"])
    plan.findings = [PrintedFinding(severity="note", code="nonsense", message="…")]
    write_printed([plan], tmp_path)
    draft = draft_file(next(tmp_path.glob("*.json")))
    assert draft.plan.status == "failed" and "nonsense" in (draft.plan.reason or "")
    assert not draft.measures


def test_printed_findings_keep_measure_page_and_box() -> None:
    plan = printed_plan(load_truth()["jiaxian-114"])
    box = Box(page=2, x0=1, y0=2, x1=3, y1=4)
    plan.findings = [
        PrintedFinding(
            severity="error", code="unit_unaligned", message="…", page=2, box=box, row=1, measure=1
        )
    ]
    draft = draft_plan(plan)
    found = next(f for f in draft.findings if f.code == "unit_unaligned")
    at = len(plan.rows[0].measures) + 1
    assert found.measure_id == draft.measures[at].measure_id
    assert (found.severity, found.page, found.box) == ("error", 2, BoxRow(2, 1, 2, 3, 4))


# --- every code in the sources is in the vocabulary --------------------------------------------


def sources() -> Iterator[ast.Module]:
    for room in ("extract", "batch", "normalize"):
        for path in sorted((ROOT / room).rglob("*.py")):
            yield ast.parse(path.read_text("utf-8"))


def makers(trees: list[ast.Module]) -> dict[str, int]:
    """Functions that make a finding of a code they are given, and the position of that code."""
    out = {"PrintedFinding": -1, "finding": 0}
    functions = [n for t in trees for n in ast.walk(t) if isinstance(n, ast.FunctionDef)]
    while True:
        before = len(out)
        for function in functions:
            names = [a.arg for a in function.args.args]
            for call in (n for n in ast.walk(function) if isinstance(n, ast.Call)):
                code = code_of(call, out)
                if isinstance(code, ast.Name) and code.id in names:
                    out.setdefault(function.name, names.index(code.id))
        if len(out) == before:
            return out


def code_of(call: ast.Call, known: dict[str, int]) -> ast.expr | None:
    """The code argument of a call that makes a finding; None for any other call."""
    name = getattr(call.func, "id", getattr(call.func, "attr", None))
    if name not in known:
        return None
    by_name = [k.value for k in call.keywords if k.arg == "code"]
    at = known[name]
    return (by_name or call.args[at : at + 1] if at >= 0 else by_name or [None])[0]


def test_codes_in_the_sources_are_the_vocabulary() -> None:
    trees = list(sources())
    known = makers(trees)
    assert {"PrintedFinding", "finding"} < set(known), "extract has makers of its own"
    used: set[str] = set()
    for tree in trees:
        inside = {
            id(n) for f in ast.walk(tree) if getattr(f, "name", "") in known for n in ast.walk(f)
        }
        for call in (n for n in ast.walk(tree) if isinstance(n, ast.Call)):
            code = code_of(call, known)
            if isinstance(code, ast.Constant):
                used.add(code.value)
            else:  # a maker passes on what it was given; `f.code` is a printed finding taken over
                passed_on = id(call) in inside or ast.unparse(code) == "f.code" if code else True
                assert passed_on, f"not a plain code: {ast.unparse(call)[:80]}"
    assert used == set(KINDS)


# --- gaps in numbering --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "markers, gaps",
    [
        (["1.", "2.", "3."], []),
        (["2.", "3."], ["2."]),
        (["①", "③"], ["③"]),
        (["一、", "二、", "四、", "五、"], ["四、"]),
        (["1.", "2.", "1.", "2."], []),
        (["1.", "2.", "2."], ["2."]),
        (["(1)", "(2)", "(4)"], ["(4)"]),
        (["1", "3"], ["3"]),
        (["1.", "•", "2."], []),
        ([None, "2."], ["2."]),
    ],
)
def test_gaps_in_numbering(markers: list[str | None], gaps: list[str]) -> None:
    plan = printed_plan(load_truth()["jiaxian-114"])
    row = plan.rows[0]
    first = replace(row.measures[0], title=None)
    row.measures = [
        replace(first, theme=None, marker=m, boxes=[Box(page=4, x0=n, y0=0, x1=9, y1=9)])
        for n, m in enumerate(markers)
    ]
    plan.rows = [row]
    draft = draft_plan(plan)
    found = [f for f in draft.findings if f.code == "numbering_gap"]
    at = {m.measure_id: m for m in draft.measures}
    assert [at[f.measure_id or ""].marker for f in found] == gaps
    for f in found:
        assert f.severity == "note" and f.page == 4
        assert f.box == at[f.measure_id or ""].boxes[0]


def test_numbers_begin_again_in_a_new_focus_cell_and_after_a_heading_without_one() -> None:
    plan = printed_plan(load_truth()["jiaxian-114"])
    first, second = plan.rows[0], plan.rows[1]
    one = replace(first.measures[0], theme=None, title=None)

    def row(source: typing.Any, cell: int, *marked: tuple[str | None, str | None]) -> typing.Any:
        measures = [replace(one, marker=m, title=t) for m, t in marked]
        return replace(source, focus_cell=cell, measures=measures)

    plan.rows = [
        row(first, 0, ("1.", None), ("2.", None)),
        row(first, 0, ("3.", None)),  # the same cell runs on
        row(second, 1, ("4.", None)),  # another one must not
        row(second, 2, ("1.", None), (None, "標題"), ("2.", None)),
    ]
    draft = draft_plan(plan)
    messages = [f.message for f in draft.findings if f.code == "numbering_gap"]
    assert messages == ["編號不連續：開頭為「4.」。", "編號不連續：開頭為「2.」。"]


# --- keys ---------------------------------------------------------------------------------------


def keys(plan: PrintedPlan) -> list[str]:
    return [m.measure_key for m in draft_plan(plan).measures]


def test_a_plan_filed_again_keeps_its_keys_and_a_changed_measure_alone_gets_another() -> None:
    plan = printed_plan(load_truth()["jiaxian-114"])
    filed = keys(plan)
    assert len(set(filed)) == len(filed)
    again = replace(deepcopy(plan), sha256="f" * 64)
    changed = again.rows[1].measures[0].paragraphs[0]
    again.rows[0].measures[0].paragraphs[0].text += " \u3000"  # no ink, no change
    assert keys(again) == filed
    changed.text += "並加強宣導。"
    at = len(again.rows[0].measures)
    assert [a == b for a, b in zip(keys(again), filed)] == [i != at for i in range(len(filed))]


def test_another_agency_or_year_gives_other_keys() -> None:
    plan = printed_plan(load_truth()["jiaxian-114"])
    title = plan.title or ""
    others = [title.replace("114", "113"), title.replace("甲仙區", "三民區")]
    assert title not in others
    made = [set(keys(replace(plan, title=t))) for t in (title, *others)]
    assert len(set.union(*made)) == sum(map(len, made))


# --- how corrections write values ---------------------------------------------------------------


@pytest.mark.parametrize(
    "column, value, text",
    [
        ("year_roc", 114, "114"),
        ("year_roc", None, ""),
        ("is_current", True, "true"),
        ("is_current", False, "false"),
        ("agency", "", ""),
        ("text", "一\n二", "一\n二"),
        ("title", None, ""),
        ("focus_code", "1.1", "1.1"),
    ],
)
def test_what_is_written_is_read_back(column: str, value: typing.Any, text: str) -> None:
    assert written(value) == text and parse(column, text) == value


def test_units_are_written_and_read_back() -> None:
    names = ["民政課", "秘書室"]
    assert [u.name for u in read_units(written(names))] == names and written([]) == ""


@pytest.mark.parametrize("column, new", [("year_roc", "一一四"), ("is_current", "是")])
def test_a_correction_to_no_value_of_the_column_is_refused(
    column: str, new: str, tmp_path: Path
) -> None:
    header = "plan_id,measure_id,column,old,new,who,why,date"
    line = f"{'a' * 12},,{column},,{new},甲,乙,2025-01-01"
    (tmp_path / "a.csv").write_text(f"{header}\n{line}\n", "utf-8")
    with pytest.raises(CorrectionError, match=f"a.csv:2.*{new}"):
        read_corrections(tmp_path)


def test_columns_that_can_be_corrected_exist() -> None:
    assert set(MEASURE_COLUMNS) <= set(schema.MEASURES.names)
    assert set(PLAN_COLUMNS) <= set(schema.PLANS.names)


@pytest.mark.parametrize(
    "text, twice",
    [
        (
            "加強對民眾陳情對民眾陳情(含社群、輿情含社群、輿情)之回應",
            "對民眾陳情」、「含社群、輿情",
        ),
        ("提升服務 品質提升服務\u3000品質。", "提升服務品質"),
        ("服務民眾，服務民眾。", ""),
        ("一步一步逐年逐年檢討", ""),
        ("高高興興、漂漂亮亮，哈哈哈哈哈哈哈哈", ""),
        ("112年12月112年12月、10001000、……………………、○○○○○○○○", ""),
        ("提升服務品質\n提升服務品質", ""),
    ],
)
def test_words_printed_twice_are_said(text: str, twice: str) -> None:
    plan = printed_plan(load_truth()["jiaxian-114"])
    plan.rows = [deepcopy(plan.rows[0])]
    plan.rows[0].measures = plan.rows[0].measures[:1]
    parts = text.split("\n")
    plan.rows[0].measures[0].title = None
    plan.rows[0].measures[0].paragraphs = [Paragraph(text=part) for part in parts]
    found = [f for f in draft_plan(plan).findings if f.code == "repeated_text"]
    assert [f.message for f in found] == ([f"「{twice}」連續印了兩次，照錄。"] if twice else [])
    assert all(f.severity == "note" and f.measure_id for f in found)


@pytest.mark.parametrize(
    "paragraph, unit, astray",
    [
        ("「話務知識庫」（3,200則），民政課、秘書室：改善。", "民政課", ""),
        ("、服務台人員實施輪訓", "民政課", "、服務台人員實施輪訓"),
        ("推動電子謄本，減少紙本。。", "民政課", "推動電子謄本，減少紙本。。"),
        ("檢討改進。\n肆、管制考核", "民政課", "肆、管制考核"),
        ("檢討改進。", "」民政課", "」民政課"),
        ("檢討改進。", "執行單位", "執行單位"),
    ],
)
def test_what_no_office_prints_there_is_said(paragraph: str, unit: str, astray: str) -> None:
    plan = printed_plan(load_truth()["jiaxian-114"])
    plan.column_headers = ["執行要項", "執行重點", "推動作法", "執行單位"]
    measure = plan.rows[0].measures[0]
    measure.title = None
    measure.paragraphs = [Paragraph(text=part) for part in paragraph.split("\n")]
    measure.units = [PrintedUnit(text=unit)]
    draft = draft_plan(plan)
    found = [f for f in draft.findings if f.code == "text_astray"]
    assert [f.measure_id for f in found] == [draft.measures[0].measure_id] * bool(astray)
    assert all(f"「{astray}」" in f.message and f.severity == "check" for f in found)


@pytest.mark.parametrize(
    "title, said",
    [
        ("高雄市前鎮區公所113年度提升服務品質執行計畫", ["plan_unread"]),
        ("高雄市前鎮區公所第3次主管會報紀錄", []),
        ("113年度員工教育訓練課程表", []),
        (None, []),
    ],
)
def test_a_plan_by_its_title_without_rows_is_to_be_looked_at(
    title: str | None, said: list[str]
) -> None:
    plan = PrintedPlan(source_file="x.pdf", sha256="0" * 64, status="not_a_plan", title=title)
    assert [f.code for f in draft_plan(plan).findings] == said


def test_a_document_that_is_no_plan_is_checked_for_lost_glyphs_alone() -> None:
    plan = PrintedPlan(
        source_file="x.pdf", sha256="0" * 64, status="not_a_plan", glyphs=10, glyphs_unplaced=1
    )
    assert [(f.code, f.severity) for f in draft_plan(plan).findings] == [
        ("glyphs_unplaced", "error")
    ]


def test_a_pillar_that_only_some_rows_have_was_not_read() -> None:
    plan = printed_plan(load_truth()["jiaxian-114"])
    bare, all_bare = deepcopy(plan), deepcopy(plan)
    bare.rows[0].pillar = ""
    for row in all_bare.rows:
        row.pillar = ""
    for read, unsure in ((plan, 0), (bare, len(bare.rows[0].measures)), (all_bare, 0)):
        draft = draft_plan(read)
        assert sum(f.code == "level_unsure" for f in draft.findings) == min(unsure, 1)
        assert len([1 for _, code in draft.doubtful if code == "level_unsure"]) == unsure
