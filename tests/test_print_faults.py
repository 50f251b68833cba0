"""Faults of print, each on pages drawn by hand, through both readers where the reader matters."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pymupdf
import pytest

from extract.document import WINDOW, extract_document
from extract.layout.grid import find_grids
from extract.model import PrintedPlan
from extract.page import Page
from extract.readers import READERS, open_reader

FONT = pymupdf.Font("cjk")
SIZE = 10.0
PITCH = 14.0
XS = (40.0, 120.0, 220.0, 470.0, 555.0)
HEADERS = ("執行要項", "執行重點", "執行方法", "執行單位")
PADDING = 5.0

Cells = tuple[str, str, str, str]


@dataclass
class Sheet:
    """One page of a plan: a table over columns XS, drawn rule by rule (points, origin top left)."""

    page: pymupdf.Page
    y: float = 100.0
    tops: list[float] = field(default_factory=list)

    def text(self, x: float, y: float, text: str, size: float = SIZE) -> None:
        """Print a line with its baseline at (x, y)."""
        writer = pymupdf.TextWriter(self.page.rect)
        writer.append((x, y), text, font=FONT, fontsize=size)
        writer.write_text(self.page)

    def line(self, x0: float, y0: float, x1: float, y1: float, width: float = 0.6) -> None:
        self.page.draw_line((x0, y0), (x1, y1), width=width)

    def row(self, cells: Cells, open_above: tuple[int, ...] = ()) -> None:
        """A row of cells of one or several lines, with no rule above the columns `open_above`."""
        for n, text in enumerate(cells):
            if n not in open_above:
                self.line(XS[n], self.y, XS[n + 1], self.y)
            for k, part in enumerate(text.splitlines()):
                self.text(XS[n] + PADDING, self.y + PADDING + SIZE + k * PITCH, part)
        self.tops.append(self.y)
        self.y += max(len(text.splitlines()) for text in cells) * PITCH + 2 * PADDING

    def close(self) -> None:
        """The table's last rule and its verticals."""
        self.line(XS[0], self.y, XS[-1], self.y)
        for x in XS:
            self.line(x, self.tops[0], x, self.y)


class Plan:
    """A document of such sheets."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.doc = pymupdf.open()

    def sheet(self, width: float = 595.0, height: float = 842.0) -> Sheet:
        return Sheet(self.doc.new_page(width=width, height=height))

    def save(self) -> Path:
        self.doc.subset_fonts()
        self.doc.save(self.path)
        return self.path

    def read(self, reader: str = "mupdf") -> PrintedPlan:
        return extract_document(self.save(), reader)

    def pages(self, reader: str) -> list[Page]:
        self.save()
        with pymupdf.open(self.path) as doc, closing(open_reader(reader, self.path)) as own:
            return [own.read_page(page, n) for n, page in enumerate(doc, 1)]


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return Plan(tmp_path / "plan.pdf")


def titled(plan: Plan) -> Sheet:
    sheet = plan.sheet()
    sheet.text(150, 60, "高雄市三民區公所提升服務執行計畫", 14)
    return sheet


def measures(plan: PrintedPlan) -> list[str]:
    items = [m for row in plan.rows for m in row.measures]
    return ["".join([m.title or "", *(p.text for p in m.paragraphs)]) for m in items]


@pytest.mark.parametrize("goes_on", ["", "\n持續推動"], ids=["empty", "text"])
def test_a_repeated_header_is_cut_from_the_merged_cells_that_go_on_below_it(
    plan: Plan, goes_on: str
) -> None:
    first = titled(plan)
    first.row(HEADERS)
    first.row(("一、完備\n服務流程，", "(一)建立\n標準程序", "1.設置櫃臺。", "民政課"))
    first.row(("", "", "2.檢討流程。", "社會課"), open_above=(0, 1))
    first.close()
    second = plan.sheet()
    second.row((HEADERS[0] + goes_on, *HEADERS[1:]))
    second.row(("", "", "3.公布時程。", "秘書室"), open_above=(0, 1))
    second.row(("二、精進\n服務態度", "(一)辦理\n訓練", "1.辦理講習。", "人事室"))
    second.close()
    read = plan.read()
    assert measures(read) == ["設置櫃臺。", "檢討流程。", "公布時程。", "辦理講習。"]
    whole = "一、完備服務流程，" + goes_on.strip()
    assert [r.pillar for r in read.rows] == [whole] * 3 + ["二、精進服務態度"]
    assert [r.focus for r in read.rows][:3] == [["(一)建立標準程序"]] * 3
    assert read.header_repeats and not read.glyphs_unplaced


def test_a_repeated_header_of_two_levels_is_cut_from_the_merged_cells_below_it(plan: Plan) -> None:
    levels = ("執行要項", "執行重點", "推動作法", "辦理情形"), ("", "", "", "執行單位")
    first = titled(plan)
    first.row(levels[0])
    first.row(levels[1], open_above=(0, 1, 2))
    first.row(("一、完備\n服務流程，", "(一)建立\n標準程序", "1.設置櫃臺。", "民政課"))
    first.close()
    second = plan.sheet()
    second.row(levels[0])
    second.row(levels[1], open_above=(0, 1, 2))
    second.row(("持續推動", "", "2.公布時程。", "秘書室"), open_above=(0, 1))
    second.row(("二、精進\n服務態度", "(一)辦理\n訓練", "1.辦理講習。", "人事室"))
    second.close()
    read = plan.read()
    assert measures(read) == ["設置櫃臺。", "公布時程。", "辦理講習。"]
    assert [r.pillar for r in read.rows] == ["一、完備服務流程，持續推動"] * 2 + [
        "二、精進服務態度"
    ]
    assert [r.focus for r in read.rows][:2] == [["(一)建立標準程序"]] * 2
    assert [unit.text for r in read.rows for m in r.measures for unit in m.units] == [
        "民政課",
        "秘書室",
        "人事室",
    ]
    assert read.header_repeats and not read.glyphs_unplaced


def test_numbers_in_ruled_cells_are_no_page_numbers(plan: Plan) -> None:
    for offset in range(2):
        sheet = titled(plan) if not offset else plan.sheet()
        sheet.y = 760.0
        sheet.row((str(7 + offset), str(7 + offset), "1.辦理講習。", "人事室"))
        sheet.close()
        sheet.text(290, 825, str(offset + 1))
    read = plan.read()
    cells = [cell for s in read.sections for t in s.tables for cell in t.header]
    assert cells == ["7", "7", "1.辦理講習。", "人事室", "8", "8", "1.辦理講習。", "人事室"]
    assert "「" not in "".join(f.message for f in read.findings if f.code == "glyphs_unplaced")
    (furniture,) = [f.message for f in read.findings if f.code == "page_furniture"]
    assert furniture.endswith("：1、2。")


def test_a_number_that_does_not_count_the_pages_is_content(plan: Plan) -> None:
    for printed in ("12", "40", "7"):
        sheet = titled(plan) if printed == "12" else plan.sheet()
        sheet.text(60, 300, "貳、計畫目標")
        sheet.text(290, 825, printed)
    read = plan.read()
    text = "".join(p.text for s in read.sections for p in s.paragraphs)
    assert all(printed in text for printed in ("12", "40", "7"))
    assert not [f for f in read.findings if f.code == "page_furniture"]


@pytest.mark.parametrize(
    "printed",
    ["{}", "第{}頁，共4頁", "-{}-", "- {} -", "P.{}", "{}/4", "第{}頁"],
)
def test_page_numbers_are_known_by_counting_on(plan: Plan, printed: str) -> None:
    for page in range(3):
        sheet = titled(plan) if not page else plan.sheet()
        sheet.text(60, 300, "貳、計畫目標")
        sheet.text(60, 320, f"第{page}段。")
        sheet.text(290, 825, printed.format(page + 2))
    read = plan.read()
    (furniture,) = [f.message for f in read.findings if f.code == "page_furniture"]
    assert "3行" in furniture
    assert [p.text for s in read.sections for p in s.paragraphs][0] == "第0段。"


def test_running_heads_of_a_page_turned_and_of_tables_that_go_on_are_furniture(plan: Plan) -> None:
    titled(plan).text(60, 300, "壹、計畫依據")
    wide = plan.sheet(842, 595)
    wide.text(60, 80, "表（續）")
    wide.text(60, 300, "依年度計畫辦理。")
    wide.text(380, 534, "第2頁，共2頁")
    read = plan.read()
    assert [p.text for s in read.sections for p in s.paragraphs] == ["依年度計畫辦理。"]


def draw(sheet: Sheet, way: str, x0: float, x1: float, y: float) -> None:
    """A line under text, drawn as programs draw them."""
    match way:
        case "stroke":
            sheet.line(x0, y, x1, y)
        case "fill":
            box = pymupdf.Rect(x0, y - 0.3, x1, y + 0.3)
            sheet.page.draw_rect(box, color=None, fill=(0, 0, 0))
        case "double":
            sheet.line(x0, y - 0.6, x1, y - 0.6, 0.4)
            sheet.line(x0, y + 1.0, x1, y + 1.0, 0.4)
        case "wavy":
            steps = int((x1 - x0) / 2)
            points = [(x0 + (x1 - x0) * k / steps, y + 0.4 * (k % 2)) for k in range(steps + 1)]
            for a, b in zip(points, points[1:]):
                sheet.page.draw_line(a, b, width=0.4)
        case "through":
            sheet.line(x0, y - 5, x1, y - 5)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("way", ["stroke", "fill", "double", "wavy", "through"])
def test_lines_under_amended_text_cut_no_cell(plan: Plan, reader: str, way: str) -> None:
    sheet = titled(plan)
    sheet.row(HEADERS)
    full = "設置單一窗口受理民眾各項申請案件並於期限內"
    sheet.row(("一、完備流程", "(一)建立程序", f"1.{full}\n回復，逐案列管。", "民政課"))
    sheet.close()
    top = sheet.tops[1] + PADDING + SIZE
    right = XS[3] - 2.5  # text is set to within the padding, and its underline with it
    left = right - FONT.text_length("受理民眾各項申請案件並於期限內", SIZE)
    draw(sheet, way, XS[2] + 2.5, right, top + 2.0)
    draw(sheet, way, left, right, top + 2.0 + 0.1)
    read = plan.read(reader)
    assert measures(read) == [f"{full}回復，逐案列管。"]
    assert [u.text for r in read.rows for m in r.measures for u in m.units] == ["民政課"]


@pytest.mark.parametrize("reader", READERS)
def test_rules_close_below_text_stay_rules(plan: Plan, reader: str) -> None:
    sheet = titled(plan)
    ys = [100.0, 113.0, 126.0, 139.0]
    words = [
        ("執行要項", "執行方法", "執行單位"),
        ("一、完備", "1.設置", "民政課"),
        ("", "2.檢討", "社會課"),
    ]
    xs = (100.0, 141.0, 182.0, 223.0)
    for y, texts in zip(ys, words):
        for x, text in zip(xs, texts):
            sheet.text(
                x + 0.5, y + 11, text
            )  # as wide as its cell, its baseline 2 pt above the rule
    for y in ys:
        for a, b in zip(xs, xs[1:]):
            sheet.line(a + 0.3, y, a + 20, y)
            sheet.line(a + 20, y, b - 0.3, y)
    for x in xs:
        sheet.line(x, ys[0], x, ys[-1])
    (grid,) = find_grids(plan.pages(reader)[0])
    assert [round(y) for y in grid.ys] == [100, 113, 126, 139]
    assert len(grid.cells) == 9


@pytest.mark.parametrize("reader", READERS)
def test_a_dashed_rule_is_no_underline(plan: Plan, reader: str) -> None:
    sheet = titled(plan)
    sheet.row(HEADERS)
    sheet.row(("一、完備流程", "(一)建立程序", "", "民政課"))
    y = sheet.y
    sheet.y += 20
    sheet.close()
    sheet.text(XS[2] + 2, y - 2, "設置單一窗口受理民眾各項申請案件並於期限內回復逐案", 10.2)
    for x0, x1 in zip(XS, XS[1:]):
        for k in range(int((x1 - x0) / 5)):
            sheet.line(
                x0 + 5 * k, y, x0 + 5 * k + 2.5, y
            )  # the last dash ends short of the next rule
    (grid,) = find_grids(plan.pages(reader)[0])
    assert (len(grid.ys), len(grid.cells)) == (4, 12)


@pytest.mark.parametrize("reader", READERS)
def test_a_slash_through_a_cell_is_no_rule(plan: Plan, reader: str) -> None:
    sheet = titled(plan)
    sheet.row(HEADERS)
    sheet.row(("一、完備流程", "(一)建立程序", "1.設置單一窗口。", ""))
    sheet.close()
    sheet.line(XS[3], sheet.tops[1], XS[4], sheet.y)
    (grid,) = find_grids(plan.pages(reader)[0])
    assert (len(grid.ys), len(grid.cells)) == (3, 8)


@pytest.mark.parametrize("reader", READERS)
def test_a_mark_hung_past_the_column_rule_stays_in_its_line(plan: Plan, reader: str) -> None:
    sheet = titled(plan)
    sheet.row(HEADERS)
    text = "設置單一窗口受理民眾各項申請並於期限內回復"
    sheet.row(("一、完備流程", "(一)建立程序", "", "聯合服務中\n心"))
    sheet.close()
    end = XS[3] - 3.0
    y = sheet.tops[1] + PADDING + SIZE
    sheet.text(end - FONT.text_length(text, SIZE), y, text)
    sheet.text(end, y, "。")
    read = plan.read(reader)
    assert measures(read) == [f"{text}。"]
    assert [u.text for r in read.rows for m in r.measures for u in m.units] == ["聯合服務中心"]


@pytest.mark.parametrize("reader", READERS)
def test_narrow_pairs_of_letters_are_two_letters(plan: Plan, reader: str) -> None:
    sheet = titled(plan)
    narrow = pymupdf.Matrix(0.4, 1)
    for n, word in enumerate(("different", "bill", "skiing")):
        place = pymupdf.Point(60, 300 + 20 * n)
        sheet.page.insert_text(place, word, fontname="tiro", fontsize=12, morph=(place, narrow))
    for x in (60, 60.4):
        sheet.page.insert_text((x, 400), "bold", fontname="hebo", fontsize=12)
    read = plan.read(reader)
    text = " ".join(p.text for s in read.sections for p in s.paragraphs) + str(read.findings)
    assert all(word in text for word in ("different", "bill", "skiing", "bold"))
    assert "有4個字重複" in text


def outlined(path: Path) -> Path:
    """The same document with its text drawn as outlines."""
    with pymupdf.open(path) as doc, pymupdf.open() as out:
        for page in doc:
            picture = page.get_svg_image(text_as_path=True).encode()
            with pymupdf.open("svg", picture) as drawn:
                out.insert_pdf(pymupdf.open("pdf", drawn.convert_to_pdf()))
        out.save(path.with_name("outlined.pdf"))
    return path.with_name("outlined.pdf")


def without_unicode(path: Path) -> Path:
    """The same document, its fonts without a map to Unicode."""
    with pymupdf.open(path) as doc:
        for xref in range(1, doc.xref_length()):
            if doc.xref_get_key(xref, "ToUnicode")[0] == "xref":
                doc.xref_set_key(xref, "ToUnicode", "null")
        doc.save(path.with_name("without.pdf"))
    return path.with_name("without.pdf")


def swapped(path: Path) -> Path:
    """The same document, its codes those of Latin letters as far as its map tells."""
    with pymupdf.open(path) as doc:
        for xref in range(1, doc.xref_length()):
            if doc.xref_get_key(xref, "ToUnicode")[0] != "xref":
                continue
            cmap = int(doc.xref_get_key(xref, "ToUnicode")[1].split()[0])
            lines = doc.xref_stream(cmap).decode().splitlines()
            doc.update_stream(cmap, "\n".join(map(_latin, lines)).encode())
        doc.save(path.with_name("swapped.pdf"))
    return path.with_name("swapped.pdf")


def _latin(line: str) -> str:
    parts = line.split()
    if line.startswith("<") and len(parts) in (2, 3) and len(parts[-1]) == 6:
        parts[-1] = f"<00{0x41 + int(parts[0][1:-1], 16) % 26:02x}>"
    return " ".join(parts)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("broken", [outlined, without_unicode, swapped])
def test_a_text_layer_that_is_no_text_is_read_from_the_picture(
    plan: Plan, reader: str, broken
) -> None:
    sheet = titled(plan)
    sheet.row(HEADERS)
    sheet.row(("一、完備流程", "(一)建立程序", "1.設置單一窗口。", "民政課"))
    sheet.row(("", "", "2.檢討作業流程。", "社會課"), open_above=(0, 1))
    sheet.close()
    assert plan.read(reader).text_source == "digital"
    read = extract_document(broken(plan.path), reader)
    assert read.text_source == "ocr"
    assert measures(read) == ["設置單一窗口。", "檢討作業流程。"]


@pytest.mark.parametrize("reader", READERS)
def test_latin_text_and_drawings_are_not_sent_to_recognition(plan: Plan, reader: str) -> None:
    english = plan.sheet()
    for n in range(30):
        english.page.insert_text(
            (60, 80 + 20 * n), "We WILL Make Much MORE of it: 100 %", fontname="helv"
        )
    drawing = plan.sheet()
    for n in range(40):
        drawing.page.draw_circle((100 + 4 * (n % 8), 100 + 4 * (n // 8)), 2, fill=(1, 0, 0))
    drawing.text(100, 300, "高雄市政府")
    assert plan.read(reader).text_source == "digital"


@pytest.mark.parametrize("reader", READERS)
def test_a_long_document_is_read_to_its_end(plan: Plan, reader: str) -> None:
    for page in range(WINDOW + 2):
        plan.sheet().text(60, 300, f"第{page + 1}段。")
    read = plan.read(reader)
    assert read.pages == WINDOW + 2
    assert read.glyphs == sum(len(f"第{page + 1}段。") for page in range(WINDOW + 2))
