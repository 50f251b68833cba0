"""How the pages call columns, states and kinds, in Traditional Chinese."""

from __future__ import annotations

from dataset.kinds import KINDS

COLUMNS_ZH = {
    "focus_code": "執行重點",
    "pillar_code": "執行要項",
    "units": "執行單位",
    "text": "文字",
    "title": "標題",
    "marker": "編號",
    "theme": "分組標題",
    "agency": "機關",
    "agency_kind": "機關類別",
    "year_roc": "年度",
    "is_current": "現行版本",
}
STATUS_ZH = {"ok": "完整", "partial": "部分", "not_a_plan": "不是計畫", "failed": "無法讀取"}
BASIS_ZH = {"printed": "印刷", "inferred": "推定", "corrected": "更正"}
SEVERITIES_ZH = {"note": "備註", "check": "待確認", "error": "錯誤"}
AGENCY_KINDS_ZH = {
    "district_office": "區公所",
    "bureau": "局處",
    "subordinate": "所屬機關",
    "other": "其他",
}
SHAPES_ZH = {
    "measure": "作法",
    "unit": "執行單位",
    "pillar": "執行要項",
    "focus": "執行重點",
    "finding": "註記",
}


def code_zh(code: str) -> str:
    """What a finding's code means; the code itself where the vocabulary is newer than this page."""
    return KINDS[code].zh if code in KINDS else code
