"""The vocabulary of findings: every doubt the pipeline has, one code each.

Both stages file findings; a code that is not listed here is refused. Messages are sentences in
Traditional Chinese.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Severity = Literal["note", "check", "error"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)  # the lightest first


@dataclass(frozen=True)
class Kind:
    """One code: its usual severity, what it means (English, Chinese), what a person should do."""

    code: str
    severity: Severity
    en: str
    zh: str
    do: str


_KINDS = (
    # about the page
    Kind(
        "overprint_removed",
        "note",
        "Glyphs printed twice on the same spot were taken once.",
        "同一位置重複印字，已只取一次",
        "Nothing, unless the text reads wrong.",
    ),
    Kind(
        "glyphs_unplaced",
        "check",
        "Visible glyphs ended in no row, heading, section, header or page number.",
        "有可見文字未歸入任何欄位",
        "Look at the page; text may be missing from the dataset.",
    ),
    Kind(
        "unreadable",
        "error",
        "The file could not be read.",
        "檔案無法讀取",
        "Open the file; ask for a better one.",
    ),
    Kind(
        "no_text",
        "error",
        "The file holds no text, and none could be recognised in its pictures.",
        "檔案裡沒有文字，圖像也辨識不出文字",
        "Open the file; ask for a better one.",
    ),
    Kind(
        "hidden_text",
        "note",
        "Glyphs nobody can see (hidden, covered, off the page) were left out.",
        "看不見的文字未列入",
        "Nothing, unless text is missing.",
    ),
    Kind(
        "watermark_removed",
        "note",
        "A watermark or slanted text was left out.",
        "浮水印或斜排文字未列入",
        "Nothing.",
    ),
    Kind(
        "page_furniture",
        "note",
        "Page numbers, headers and footers were left out.",
        "頁首、頁尾或頁碼未列入",
        "Nothing.",
    ),
    Kind(
        "characters_repaired",
        "note",
        "Radicals and compatibility characters of the text layer were restored.",
        "文字層的部首或相容字已還原",
        "Nothing.",
    ),
    Kind(
        "ink_unread",
        "check",
        "Ink on a scanned page that no recognised line covers; "
        "its glyphs count in glyphs_unplaced.",
        "掃描頁上有墨跡沒有辨識出文字",
        "Look at the spot; add missing words with a correction.",
    ),
    Kind(
        "ocr_characters_mended",
        "note",
        "Characters of a scanned page were mended: Simplified twins, "
        "and list numbers read as letters.",
        "掃描頁辨識之簡體字或項次已還原",
        "Nothing.",
    ),
    Kind(
        "ocr_reread",
        "note",
        "Text of a scanned page that the first reading missed was read in a second one.",
        "掃描頁初次辨識漏字，已重讀補回",
        "Compare the text with the page.",
    ),
    Kind(
        "title_note",
        "note",
        "Further text is printed under the title (an approval or a version).",
        "標題之後另有文字",
        "Nothing.",
    ),
    Kind(
        "low_ocr_confidence",
        "check",
        "The text was recognised from a picture with low confidence.",
        "辨識信心偏低",
        "Compare the text with the page; correct it with a correction.",
    ),
    Kind(
        "repeated_text",
        "note",
        "The same words stand twice side by side; kept as printed.",
        "文字重複出現，照錄",
        "Nothing; a slip of the office.",
    ),
    Kind(
        "garbled_text",
        "check",
        "The text layer gives other characters than are printed: signs that are no text, or "
        "wording unlike any plan's.",
        "文字層與印刷文字不符，疑為亂碼",
        "Compare the text with the page; ask for a better file.",
    ),
    Kind(
        "font_damaged",
        "check",
        "An embedded font is damaged; glyphs may be missing or stand in the wrong place.",
        "內嵌字型損壞",
        "Compare the text with the page; ask for a better file.",
    ),
    Kind(
        "page_missing",
        "check",
        "A page is missing or empty: printed page numbers skip, or the plan breaks off.",
        "缺頁或空白頁",
        "Compare with the office's own file; ask for a whole one.",
    ),
    Kind(
        "page_doubtful",
        "check",
        "A page is doubled, cropped, emptied or out of its place: page numbers, "
        "numbers of headings and measures, or sentences do not run on.",
        "頁面重複、被裁切或次序有疑",
        "Look at the page and the one before.",
    ),
    # about the table
    Kind(
        "numbering_gap",
        "note",
        "Printed numbers of a group are not consecutive.",
        "編號不連續",
        "Check that no measure between the two numbers is missing.",
    ),
    Kind(
        "section_misnumbered",
        "note",
        "Section numbers are not in order as printed.",
        "章節編號次序不符",
        "Nothing; kept as printed.",
    ),
    Kind(
        "unit_missing",
        "check",
        "No responsible unit is printed for a measure.",
        "未印執行單位",
        "Look at the page; add the unit with a correction if it is there.",
    ),
    Kind(
        "unit_unaligned",
        "check",
        "Position does not say for certain which unit belongs to which measure; "
        "the likeliest reading was taken.",
        "執行單位與措施無法逐項對齊",
        "Look at the row and correct the units.",
    ),
    Kind(
        "unit_mended",
        "note",
        "A recognised unit name one character off was read as the name the plan uses elsewhere.",
        "辨識之單位名稱已依本計畫他處用語修正",
        "Compare with the page.",
    ),
    Kind(
        "unit_unknown",
        "note",
        "A name in the unit column is of no known kind.",
        "執行單位名稱無法歸類",
        "Add it to normalize/vocabulary/data/units.json, or correct the text.",
    ),
    Kind(
        "row_without_measure",
        "check",
        "A ruled row has text but no measure.",
        "該列沒有作法",
        "Look at the row.",
    ),
    Kind("empty_measure", "check", "A measure has no text.", "措施無文字", "Look at the page."),
    Kind(
        "no_measures",
        "error",
        "The document has a plan table but no measure was found.",
        "計畫表格中未讀得任何措施",
        "Look at the document; report it as a bug.",
    ),
    # about meaning
    Kind(
        "pillar_unmatched",
        "check",
        "The printed pillar fits no edition's wording; printed text kept.",
        "執行要項與已知方案不符，保留印刷文字",
        "Add a variant to the taxonomy file if it is one; else nothing.",
    ),
    Kind(
        "focus_unmatched",
        "check",
        "The printed focus point fits no wording of the edition; printed text kept.",
        "執行重點與已知方案不符，保留印刷文字",
        "Add a variant to the taxonomy file if it is one; else nothing.",
    ),
    Kind(
        "heading_uncertain",
        "check",
        "A heading was matched, but with a low score.",
        "標題比對信心偏低",
        "Compare the printed heading with the canonical one.",
    ),
    Kind(
        "heading_conflict",
        "check",
        "The focus point belongs to another pillar than the one printed beside it.",
        "執行重點與執行要項不屬同一要項",
        "Look at the row; one of the two headings may belong elsewhere.",
    ),
    Kind(
        "focus_inferred",
        "note",
        "The focus point was decided by meaning; severity check where the score is under 0.8.",
        "執行重點係依文意推定",
        "Where the score is low, read the measure and correct focus_code.",
    ),
    Kind(
        "edition_unknown",
        "check",
        "The plan follows no programme the registry knows; everything is kept as printed.",
        "所依方案不明",
        "Nothing, or add the programme as an edition file.",
    ),
    Kind(
        "edition_mixed",
        "check",
        "Headings of another edition stand in the plan.",
        "計畫內混有另一版本方案之標題",
        "Look at the headings named.",
    ),
    Kind(
        "agency_unknown",
        "check",
        "The agency's name is not in the registry and follows no known pattern.",
        "機關名稱不在名冊內",
        "Add the agency to the registry, or correct the name.",
    ),
    Kind(
        "agency_uncertain",
        "check",
        "The agency's name was resolved by likeness.",
        "機關名稱係依近似名稱判定",
        "Compare the title with the agency.",
    ),
    Kind(
        "agency_missing",
        "check",
        "No agency could be read from the title.",
        "標題中讀不到機關名稱",
        "Look at the title; correct agency.",
    ),
    Kind(
        "year_missing",
        "check",
        "No plan year could be read from the title.",
        "標題中讀不到計畫年度",
        "Look at the title; correct year_roc.",
    ),
    Kind(
        "year_uncertain",
        "check",
        "The plan year was taken from the file name.",
        "計畫年度依檔名判定",
        "Compare with the document.",
    ),
    Kind(
        "correction_stale",
        "check",
        "A correction no longer fits: the value it replaces is another now. Not applied.",
        "更正條目之原值已不相符，未套用",
        "Review the correction.",
    ),
)

KINDS: dict[str, Kind] = {k.code: k for k in _KINDS}
