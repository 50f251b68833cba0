"""The tables of the dataset, described once.

From this module come the Arrow schemas (with column descriptions in their metadata), `datapackage.json`, the data
dictionary page (`python -m dataset.dictionary`) and the checks before publishing. Names are fixed: add, never rename.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

BOX = pa.struct(
    [
        ("page", pa.int16()),
        ("x0", pa.float32()),
        ("y0", pa.float32()),
        ("x1", pa.float32()),
        ("y1", pa.float32()),
    ]
)
TYPES = {
    "string": pa.string(),
    "int16": pa.int16(),
    "int32": pa.int32(),
    "float32": pa.float32(),
    "bool": pa.bool_(),
    "list<string>": pa.list_(pa.string()),
    "box": BOX,
    "list<box>": pa.list_(BOX),
    "timestamp": pa.timestamp("ms", tz="UTC"),
}


@dataclass(frozen=True)
class Column:
    """One column: `type` is a key of TYPES; `coded` columns repeat few values and are dictionary encoded in Parquet."""

    name: str
    type: str
    en: str
    zh: str
    nullable: bool = False
    coded: bool = False
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One table: what a row is, its columns, key, foreign keys (columns -> table) and sort order."""

    name: str
    en: str
    zh: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    foreign: tuple[tuple[tuple[str, ...], str], ...] = ()
    sort: tuple[str, ...] = ()

    def arrow(self) -> pa.Schema:
        fields = [
            pa.field(
                c.name,
                TYPES[c.type],
                nullable=c.nullable,
                metadata={"description": c.en, "description_zh": c.zh},
            )
            for c in self.columns
        ]
        return pa.schema(
            fields,
            metadata={"title": self.en, "title_zh": self.zh, "primary_key": ",".join(self.key)},
        )

    @property
    def names(self) -> list[str]:
        return [c.name for c in self.columns]


C = Column
_PLAN = C(
    "plan_id",
    "string",
    "Plan; first 12 hex digits of the file's SHA-256.",
    "計畫代碼（檔案 SHA-256 前 12 碼）",
    coded=True,
)
_TAXONOMY = C(
    "taxonomy",
    "string",
    "Edition of the national programme the plan follows: 2007 (5 pillars) or 2017 (6 pillars); null for a programme the registry does not know.",
    "所依方案版本；不屬已知方案者為空值",
    True,
    True,
)
_PILLAR_CODE = C(
    "pillar_code",
    "string",
    "Pillar: 1 to 6, 0 for the opening row that orders the plan itself; null where nothing fits.",
    "執行要項代碼；0 為訂定計畫本身；無相符者為空值",
    True,
    True,
)
_FOCUS_CODE = C(
    "focus_code",
    "string",
    "Focus point: 1.1 to 6.4, 0.0 for the opening row; null where nothing fits.",
    "執行重點代碼；無相符者為空值",
    True,
    True,
)
_SEVERITY = ("note", "check", "error")

MEASURES = Table(
    "measures",
    "One row a measure",
    "每一項措施一列",
    (
        C(
            "measure_id",
            "string",
            "Stable identifier, derived from plan_id and printed facts only (headings, theme, marker, ordinal among equals).",
            "措施代碼；僅由計畫代碼與印刷內容導出，不隨比對結果改變",
        ),
        _PLAN,
        C(
            "agency",
            "string",
            "Canonical full name of the agency; empty where none could be read.",
            "機關全銜；讀不到者為空字串",
            coded=True,
        ),
        C("year_roc", "int16", "Plan year, ROC calendar.", "計畫年度（民國）", True),
        C("year", "int16", "Plan year, Gregorian calendar.", "計畫年度（西元）", True),
        _TAXONOMY,
        _PILLAR_CODE,
        C("pillar", "string", "Canonical wording of the pillar.", "執行要項標準文字", True, True),
        _FOCUS_CODE,
        C(
            "focus",
            "string",
            "Canonical wording of the focus point.",
            "執行重點標準文字",
            True,
            True,
        ),
        C(
            "pillar_printed",
            "string",
            "Pillar heading as printed, wraps rejoined.",
            "印刷之執行要項",
            coded=True,
        ),
        C(
            "focus_printed",
            "string",
            "Focus points of the cell as printed, one a line where several are stacked.",
            "印刷之執行重點；同一格疊列者各占一行",
            coded=True,
        ),
        C(
            "pillar_score",
            "float32",
            "How sure the pillar match is, 0-1.",
            "執行要項比對信心，0 至 1",
        ),
        C(
            "focus_score",
            "float32",
            "How sure the focus point is, 0-1; for inferred ones calibrated: of rows at 0.8 or more at least 90 % are right.",
            "執行重點比對信心，0 至 1",
        ),
        C(
            "focus_basis",
            "string",
            "printed: the table says so; inferred: decided by meaning; null where no focus point is given.",
            "依據：印刷或推定",
            True,
            True,
            ("printed", "inferred"),
        ),
        C("seq", "int32", "Position in the plan, from 1.", "於計畫中之次序，自 1 起"),
        C(
            "theme",
            "string",
            "Unnumbered heading printed above a group of numbered measures.",
            "一組措施上方之無編號標題",
            True,
            True,
        ),
        C("marker", "string", "Printed number, as printed.", "印刷之編號", True, True),
        C("title", "string", "Short heading phrase on the marker's own line.", "措施標題", True),
        C(
            "text",
            "string",
            "Title and body, one line a printed paragraph or sub-item, line wraps rejoined; printed wording kept; without marker.",
            "標題與內文；每一印刷段落一行，保留原文字",
        ),
        C(
            "units",
            "list<string>",
            "Responsible units, canonical names, printed order.",
            "執行單位（標準名稱）",
        ),
        C("page_first", "int16", "First page the measure stands on, from 1.", "起始頁", True),
        C("page_last", "int16", "Last page the measure stands on.", "結束頁", True),
        C(
            "boxes",
            "list<box>",
            "Where the measure's text stands; PDF points, origin top left.",
            "文字於頁面之位置（點，原點在左上）",
        ),
        C(
            "text_confidence",
            "float32",
            "1.0 for a born-digital text layer, mean recognition confidence otherwise.",
            "文字信心；電子文字層為 1.0",
        ),
        C(
            "needs_review",
            "bool",
            "A finding of severity check or worse names this row.",
            "是否有待人工確認之註記",
        ),
        C(
            "pillar_margin",
            "float32",
            "Wording similarity of the pillar match minus that of the second best, 0-1.",
            "執行要項與次佳者之差距",
        ),
        C(
            "focus_margin",
            "float32",
            "Score of the focus point minus that of the second best, 0-1.",
            "執行重點與次佳者之差距",
        ),
        C(
            "text_folded",
            "string",
            "text folded for searching: NFKC, lower case, no white space, common variants as one (台 = 臺).",
            "供檢索之正規化文字",
        ),
        C(
            "extra",
            "string",
            "Cells of further columns of the row (辦理期程, 備註 …) as a JSON object by printed header.",
            "其他欄位內容（JSON）",
            True,
            True,
        ),
        C(
            "corrected",
            "list<string>",
            "Columns of this row a reviewed correction has set.",
            "經人工更正之欄位",
        ),
    ),
    ("measure_id",),
    ((("plan_id",), "plans"),),
    ("plan_id", "seq"),
)

MEASURE_UNITS = Table(
    "measure_units",
    "One row a measure and responsible unit",
    "每一項措施與執行單位一列",
    (
        C("measure_id", "string", "Measure.", "措施代碼"),
        _PLAN,
        C(
            "agency",
            "string",
            "Canonical full name of the agency; empty where none could be read.",
            "機關全銜；讀不到者為空字串",
            coded=True,
        ),
        C("year", "int16", "Plan year, Gregorian calendar.", "計畫年度（西元）", True),
        _TAXONOMY,
        _PILLAR_CODE,
        _FOCUS_CODE,
        C("measure", "string", "Text of the measure (= measures.text).", "措施文字"),
        C(
            "unit",
            "string",
            "Responsible unit, canonical name; null where none is printed.",
            "執行單位（標準名稱）；未印者為空值",
            True,
            True,
        ),
        C("unit_printed", "string", "The unit as printed.", "印刷之執行單位", True, True),
        C(
            "unit_kind",
            "string",
            "section, all_sections, subordinates, whole_agency or other.",
            "單位類別",
            True,
            True,
            ("section", "all_sections", "subordinates", "whole_agency", "other"),
        ),
        C(
            "units_in_measure",
            "int16",
            "Number of units of the measure; 0 where none is printed.",
            "該措施之單位數",
        ),
        C(
            "role",
            "string",
            "lead (主辦) or support (協辦) where the plan prints it.",
            "主辦或協辦",
            True,
            True,
            ("lead", "support"),
        ),
    ),
    (),
    ((("measure_id",), "measures"), (("plan_id",), "plans")),
    ("plan_id", "seq"),
)

PLANS = Table(
    "plans",
    "One row a filed document, the rejected ones included",
    "每一份文件一列，含未能處理者",
    (
        _PLAN,
        C("source_file", "string", "File name.", "檔名"),
        C("sha256", "string", "SHA-256 of the file.", "檔案 SHA-256"),
        C(
            "is_current",
            "bool",
            "False where a later filing of the same agency and year supersedes it.",
            "是否為該機關該年度最新版本",
        ),
        C(
            "status",
            "string",
            "ok, partial, not_a_plan or failed; never ok while a finding of severity error exists.",
            "處理狀態",
            coded=True,
            values=("ok", "partial", "not_a_plan", "failed"),
        ),
        C("reason", "string", "Why the status is not ok.", "未能完整處理之原因", True),
        C(
            "title",
            "string",
            "Title line as printed; empty where none could be read.",
            "計畫名稱（印刷）",
        ),
        C(
            "agency",
            "string",
            "Canonical full name of the agency; empty where none could be read.",
            "機關全銜；讀不到者為空字串",
            coded=True,
        ),
        C(
            "agency_printed",
            "string",
            "Agency as printed in the title; empty where none could be read.",
            "印刷之機關名稱",
        ),
        C(
            "agency_code",
            "string",
            "Official agency code, where a code list was given.",
            "機關代碼",
            True,
        ),
        C(
            "agency_kind",
            "string",
            "district_office, bureau, subordinate or other.",
            "機關類別",
            coded=True,
            values=("district_office", "bureau", "subordinate", "other"),
        ),
        C("year_roc", "int16", "Plan year, ROC calendar.", "計畫年度（民國）", True),
        C("year", "int16", "Plan year, Gregorian calendar.", "計畫年度（西元）", True),
        _TAXONOMY,
        C("pages", "int16", "Number of pages.", "頁數"),
        C(
            "text_source",
            "string",
            "Where the text comes from: digital, ocr or mixed.",
            "文字來源",
            coded=True,
            values=("digital", "ocr", "mixed"),
        ),
        C("measures", "int32", "Number of measures.", "措施數"),
        C("findings", "int32", "Number of findings.", "註記數"),
        C("glyphs", "int32", "Visible glyphs of the document.", "可見字數"),
        C(
            "glyphs_unplaced",
            "int32",
            "Visible glyphs that ended in no row, heading, section, repeated header, page number or finding; 0 is the aim.",
            "未歸位字數",
        ),
        C(
            "extracted_at",
            "timestamp",
            "When the printed plan was extracted; kept from the previous dataset while the printed plan is unchanged.",
            "擷取時間（UTC）",
            True,
        ),
        C(
            "pipeline_version",
            "string",
            "Versions of extract and normalize.",
            "程式版本",
            coded=True,
        ),
        C("agency_parent", "string", "Parent of the agency, where known.", "上級機關", True, True),
        C("agency_score", "float32", "How sure the agency is, 0-1.", "機關比對信心", True),
        C(
            "taxonomy_score",
            "float32",
            "Mean wording similarity of the plan's headings to the edition, 0-1.",
            "方案版本相符程度",
        ),
        C(
            "matched_share",
            "float32",
            "Share of printed headings that were matched, 0-1.",
            "標題相符比例",
        ),
        C(
            "column_headers",
            "list<string>",
            "Column labels of the plan table as printed.",
            "表格欄名（印刷）",
        ),
        C(
            "interim_sha256",
            "string",
            "SHA-256 of the printed plan (interim JSON) the rows were made from.",
            "中介資料之 SHA-256",
            True,
        ),
    ),
    ("plan_id",),
    (),
    ("plan_id",),
)

SECTIONS = Table(
    "sections",
    "One row a printed section",
    "每一章節一列",
    (
        _PLAN,
        C("seq", "int32", "Position in the plan, from 1.", "次序"),
        C("marker", "string", "Printed number (壹, 貳 …), as printed.", "印刷之編號", True, True),
        C("heading", "string", "Heading as printed.", "標題"),
        C(
            "kind",
            "string",
            "basis, goals, scope, content, evaluation or other.",
            "章節類別",
            coded=True,
            values=("basis", "goals", "scope", "content", "evaluation", "other"),
        ),
        C(
            "text",
            "string",
            "Paragraphs, one a line; rows of tables follow, cells joined by ' | '.",
            "內文；每段一行",
        ),
        C("page_first", "int16", "Page the section starts on.", "起始頁"),
    ),
    ("plan_id", "seq"),
    ((("plan_id",), "plans"),),
    ("plan_id", "seq"),
)

FINDINGS = Table(
    "findings",
    "One row a thing a person should look at",
    "每一項待留意事項一列",
    (
        _PLAN,
        C(
            "measure_id",
            "string",
            "Measure the finding names; null where it concerns the plan.",
            "相關措施",
            True,
        ),
        C("severity", "string", "note, check or error.", "嚴重度", coded=True, values=_SEVERITY),
        C("code", "string", "Kind of finding; the data dictionary lists them.", "代碼", coded=True),
        C("message", "string", "A sentence in Traditional Chinese.", "說明"),
        C("page", "int16", "Page, from 1.", "頁次", True),
        C("box", "box", "Place on the page; PDF points, origin top left.", "位置", True),
    ),
    (),
    ((("plan_id",), "plans"), (("measure_id",), "measures")),
    ("plan_id",),
)

TAXONOMY = Table(
    "taxonomy",
    "One row a focus point of each edition",
    "每一版本之執行重點一列",
    (
        C("taxonomy", "string", "Edition.", "方案版本", coded=True),
        C("pillar_code", "string", "Pillar.", "執行要項代碼", coded=True),
        C("pillar", "string", "Wording of the pillar.", "執行要項", coded=True),
        C("focus_code", "string", "Focus point.", "執行重點代碼"),
        C("focus", "string", "Wording of the focus point.", "執行重點"),
        C(
            "counterpart",
            "list<string>",
            "Codes of the other edition that cover the same ground (this project's reading).",
            "另一版本之對應代碼（本專案判讀）",
        ),
    ),
    ("taxonomy", "focus_code"),
    (),
    ("taxonomy", "focus_code"),
)

MEASURE_CHANGES = Table(
    "measure_changes",
    "One row a measure of two consecutive plans of an agency: kept, reworded, moved, new or dropped",
    "同一機關前後兩年計畫之措施異動，每項一列",
    (
        C("agency", "string", "Agency.", "機關", coded=True),
        C("year_roc_before", "int16", "ROC year of the earlier plan.", "前一計畫年度"),
        C(
            "year_roc_after",
            "int16",
            "ROC year of the next plan on file; not always the next year.",
            "後一計畫年度",
        ),
        C(
            "change",
            "string",
            "kept (wording the same), reworded, moved (to another focus point), new or dropped.",
            "異動",
            coded=True,
            values=("kept", "reworded", "moved", "new", "dropped"),
        ),
        C(
            "measure_id_before",
            "string",
            "Measure in the earlier plan; null for new ones.",
            "前一計畫之措施",
            True,
        ),
        C(
            "measure_id_after",
            "string",
            "Measure in the later plan; null for dropped ones.",
            "後一計畫之措施",
            True,
        ),
        C("focus_code_before", "string", "Its focus point then.", "原執行重點", True, True),
        C("focus_code_after", "string", "Its focus point now.", "新執行重點", True, True),
        C(
            "likeness",
            "float32",
            "Likeness of the two texts, 0-1 (RapidFuzz ratio of the folded texts); null for new and dropped ones.",
            "文字相似度，0 至 1",
            True,
        ),
        C("units_changed", "bool", "The responsible units differ.", "執行單位是否不同"),
        C("text_before", "string", "Text then.", "原文字", True),
        C("text_after", "string", "Text now.", "新文字", True),
    ),
    (),
    ((("measure_id_before",), "measures"), (("measure_id_after",), "measures")),
    ("agency", "year_roc_before"),
)

TABLES = (MEASURES, MEASURE_UNITS, PLANS, SECTIONS, FINDINGS, TAXONOMY, MEASURE_CHANGES)
