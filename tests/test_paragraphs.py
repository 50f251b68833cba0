"""Paragraph ends on columns set by a small line breaker of the test's own."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, replace

import pytest

from extract.layout.lines import Line, make_line
from extract.paragraphs.edges import measure_limits
from extract.paragraphs.limits import Limits, Placed
from extract.paragraphs.rejoin import Rejoined, could_hold, join_text, rejoin

WORDS = (
    "提供 民眾 洽公 服務 辦理 各項 業務 訓練 網站 資訊 電話 禮貌 測試 定期 檢討 "
    "改進 流程 簡化 申請 案件 受理 窗口 志工 引導 設置 無障礙 設施 環境 綠化 "
    "美化 主動 關懷 弱勢 長者 宣導 社區 活動 里民 意見 調查 滿意度 分析 結果 "
    "公告 標準 作業 手冊 人員 專業 知能 獎勵 考核 督導 小組 首長 信箱 陳情 回復 "
    "期限 管制 列管 追蹤 創新 措施 跨機關 整合 資源 共享 線上 申辦 表單 下載 "
    "行動 支付 稅務 地政 戶政 社政 衛生 消防 警政 便民 利民 節能 減碳 及 與 以 "
    "並 於 為"
).split()
LATIN = "1999 LINE Facebook 24 APP SOP 3 2.5 E-mail GIS 110 QR-Code 65".split()
AT_START = set("，。、；：）」")


@dataclass
class Setting:
    """How a column is set; lengths in points, the jitter of line ends and gaps in points too."""

    size: float
    width: float
    left: float
    right: float
    justified: bool
    jitter: float = 0.0
    autospace: float = 0.0
    pitch: float = 1.0
    indent: float = 0.0
    hanging: float = 0.0
    hang: bool = False
    scan: bool = False


def sentence(rng: random.Random, latin: float) -> str:
    words = []
    for n in range(rng.randint(3, 14)):
        words.append(rng.choice(LATIN) if rng.random() < latin else rng.choice(WORDS))
        if n > 2 and rng.random() < 0.2:
            words.append(rng.choice("，，，、"))
    text = "".join(words).rstrip("，、")
    return text if rng.random() < 0.9 else f"「{text[:4]}」{text[4:]}"


def paragraph(rng: random.Random, latin: float) -> str:
    kind = rng.random()
    if kind < 0.15:
        return "".join(rng.choice(WORDS) for _ in range(rng.randint(2, 5)))
    ends = "。" if kind < 0.9 else "；"
    return "。".join(sentence(rng, latin) for _ in range(rng.choice((1, 1, 1, 2, 3)))) + ends


def pieces(text: str) -> list[str]:
    """What a line may be broken between: single glyphs, words, marks with what they belong to."""
    out: list[str] = []
    for char in text:
        word = out and char.isascii() and out[-1][-1].isascii() and out[-1][0] not in AT_START
        if out and (char in AT_START or word or out[-1][-1] == "「"):
            out[-1] += char
        else:
            out.append(char)
    return out


def advance(char: str, s: Setting) -> float:
    return 0.5 * s.size if char.isascii() else s.size * s.pitch


def gap(a: str, b: str, s: Setting) -> float:
    return s.autospace * s.size if a.isalnum() and b.isalnum() and a.isascii() != b.isascii() else 0


def length(text: str, s: Setting) -> float:
    """Width of a line, its last glyph without letter space."""
    inner = sum(gap(a, b, s) for a, b in zip(text, text[1:]))
    last = 0.0 if text[-1].isascii() else (s.pitch - 1) * s.size
    return sum(advance(c, s) for c in text) + inner - last


def broken(text: str, s: Setting) -> list[str]:
    """The lines that the paragraph fills."""
    lines, line = [], ""
    for piece in pieces(text):
        indent = s.hanging if lines else s.indent
        room = s.width - s.left - s.right - indent
        tail = piece.rstrip("，。、；") if s.hang else piece
        if line and length(line + tail, s) > room + 0.001:
            lines.append(line)
            line = ""
        line += piece
    return [*lines, line]


def placed(
    text: str, first: bool, last: bool, s: Setting, rng: random.Random, page: int = 0
) -> Placed:
    x = s.left + (s.indent if first else s.hanging)
    room = s.width - s.right - x
    extra = room - length(text, s)
    gaps = [i for i, (a, b) in enumerate(zip(text, text[1:])) if not (a + b).isascii()]
    spread = max(0.0, extra) / len(gaps) if gaps and s.justified and not last else 0.0
    x += rng.gauss(0, s.jitter)
    x0, x1 = [], []
    for i, char in enumerate(text):
        wide = 0.5 * s.size if char.isascii() else s.size
        noise = rng.gauss(0, s.jitter)
        x0.append(x + noise)
        x1.append(x + wide + noise)
        x += advance(char, s) + (spread if i in gaps else 0.0)
        x += gap(char, text[i + 1], s) if i + 1 < len(text) else 0.0
    return Placed(make_line(_like(s, page), text, x0, x1), 0.0, s.width)


def _like(s: Setting, page: int) -> Line:
    confidence = 0.95 if s.scan else 1.0
    return Line(page, "　", [0.0], [1.0], 0, s.size, s.size, s.size, confidence, "", 0, 0, None)


@dataclass
class Column:
    """Cells of placed lines, and for each line whether it is the last of its paragraph."""

    cells: list[list[Placed]]
    ends: list[list[bool]]


def column(rng: random.Random, pages: list[Setting], cells: int = 30) -> Column:
    """Cells spread over pages that may be padded differently."""
    out = Column([], [])
    latin = rng.choice((0.0, 0.05, 0.15))
    for k in range(cells):
        page = k * len(pages) // cells
        s = pages[page]
        lines: list[Placed] = []
        ends: list[bool] = []
        for n in range(rng.choice((1, 1, 2, 3))):
            parts = broken(paragraph(rng, latin), s)
            for i, part in enumerate(parts):
                lines.append(placed(part, i == 0, i == len(parts) - 1, s, rng, page))
                ends.append(i == len(parts) - 1)
        out.cells.append(lines)
        out.ends.append(ends)
    return out


def tally(made: Column, limits: Limits) -> Counter[tuple[str, str]]:
    """Ends between two lines of a cell: right or wrong, sure or unsure."""
    out: Counter[tuple[str, str]] = Counter()
    for lines, ends in zip(made.cells, made.ends):
        found = rejoin(lines, limits)
        last = {id(p.lines[-1]) for p in found}
        doubted = {id(d.line) for p in found for d in p.doubts}
        for p, end in list(zip(lines, ends))[:-1]:
            right = "right" if (id(p.line) in last) == end else "wrong"
            out[right, "unsure" if id(p.line) in doubted else "sure"] += 1
    return out


def settings(rng: random.Random, justified: bool, scan: bool = False) -> list[Setting]:
    """One setting a page: the same for most columns, other padding on the second page of some."""
    size = rng.choice((9.0, 10.5, 11.0, 12.0, 14.0))
    left = rng.uniform(1, 8)
    first = Setting(
        size=size,
        width=rng.uniform(9, 34) * size,
        left=left,
        right=left if rng.random() < 0.7 else rng.uniform(1, 8),
        justified=justified,
        jitter=(rng.uniform(0.02, 0.05) if scan else rng.choice((0.0, 0.0, 0.003, 0.006))) * size,
        autospace=rng.choice((0.0, 0.2, 0.25)),
        pitch=rng.choice((1.0, 1.0, 1.0, 1.1)),
        indent=rng.choice((0.0, 0.0, 0.0, 2 * size)),
        hanging=rng.choice((0.0, 0.0, 1.5 * size)),
        hang=rng.random() < 0.15,
        scan=scan,
    )
    if rng.random() < 0.7:
        return [first]
    wider = rng.uniform(0, 5)
    return [first, replace(first, left=first.left + wider, right=first.right + wider)]


def share(t: Counter[tuple[str, str]], *kinds: tuple[str, str]) -> float:
    return sum(t[k] for k in kinds) / sum(t.values())


@pytest.mark.parametrize("scan", [False, True], ids=["print", "scan"])
@pytest.mark.parametrize("justified", [True, False], ids=["justified", "ragged"])
def test_ends_come_back_and_what_is_wrong_is_doubted(justified: bool, scan: bool) -> None:
    """Half of the paragraphs here carry no mark, so that width and characters alone must tell."""
    table: Counter[tuple[str, str]] = Counter()
    for seed in range(100, 120):
        rng = random.Random(seed)
        made = column(rng, settings(rng, justified, scan))
        table += tally(made, measure_limits(made.cells))
    print("justified" if justified else "ragged", "scan" if scan else "print", dict(table))
    sure = table["right", "sure"] + table["wrong", "sure"]
    assert table["right", "sure"] >= 0.995 * sure
    assert share(table, ("right", "sure")) >= (0.985 if justified else 0.95)


def test_a_few_lines_past_the_edge_do_not_move_it() -> None:
    """Nearly all full lines end within 0.3 pt of each other, three pass them by 0.8 pt."""
    rng = random.Random(1)
    made = column(rng, [Setting(12.0, 264.0, 5.0, 6.1, True, jitter=0.1)], 60)
    full = [p for c, e in zip(made.cells, made.ends) for p, end in zip(c, e) if not end]
    for p in full[10:13]:
        p.line.x1[-1] += 0.8
        p.line.right += 0.8
    limits = measure_limits(made.cells)
    assert limits.justified
    assert limits.right == pytest.approx(6.1, abs=0.3)
    assert share(tally(made, limits), ("wrong", "sure"), ("wrong", "unsure")) == 0


def test_a_page_padded_differently_has_its_own_edge() -> None:
    for justified in (True, False):
        rng = random.Random(5)
        first = Setting(12.0, 200.0, 4.0, 4.0, justified)
        made = column(rng, [first, replace(first, left=8.0, right=8.0)], 60)
        limits = measure_limits(made.cells)
        assert limits.pages.get(1, limits.right) - limits.pages.get(0, limits.right) == (
            pytest.approx(4.0, abs=0.5)
        )


def test_marks_past_the_edge_make_no_line_too_long() -> None:
    rng = random.Random(7)
    made = column(rng, [Setting(12.0, 200.0, 4.0, 4.0, True, hang=True)], 60)
    limits = measure_limits(made.cells)
    assert limits.right == pytest.approx(4.0, abs=0.3)
    assert limits.hang > 0.5


def cell(*texts: str, width: float = 12.0, **setting: float) -> list[Placed]:
    """One cell of lines just as given, flush left, in a column of so many glyphs."""
    s = Setting(10.0, 10 * width, 0.0, 0.0, False, **setting)
    return [placed(text, True, True, s, random.Random(0)) for text in texts]


def read(lines: list[Placed], expected: int | None = None) -> list[Rejoined]:
    width = lines[0].x1
    return rejoin(lines, Limits(0.0, 0.0, autospace=0.0), expected) if width else []


def marks(found: list[Rejoined]) -> list[int | None]:
    return [p.marker.number if p.marker else None for p in found]


def test_a_number_before_a_figure_is_a_marker_where_its_list_says_so() -> None:
    found = read(cell("1.1999服務專線受理。", "2.24小時內回覆案件", "3.110報案後到場。"))
    assert marks(found) == [1, 2, 3]
    assert found[0].text[found[0].marker.length :] == "1999服務專線受理。"
    assert marks(read(cell("4.65歲以上長者優先。"), expected=4)) == [4]
    assert marks(read(cell("1.1999服務專線受理。"))) == [1]


@pytest.mark.parametrize("decimal", ["1.5公里以內免費。", "2.5公里以內免費。", "106.1.9修正。"])
def test_a_decimal_or_a_date_opens_no_list(decimal: str) -> None:
    assert marks(read(cell(decimal))) == [None]
    after_full_line = read(cell("1.本區接駁公車行駛距離為", decimal))
    assert marks(after_full_line) == [1]


def test_a_letter_with_a_dot_inside_a_sentence_opens_no_list() -> None:
    assert len(read(cell("接種卡介苗與肝炎疫苗種類", "B.型者須事先預約掛號。"))) == 1
    assert marks(read(cell("A.預約接種疫苗。", "B.現場掛號。"))) == [1, 2]


@pytest.mark.parametrize("numbers", [("I.", "II.", "III."), ("i.", "ii.", "iii."), "ⅠⅡⅢ"])
def test_roman_numbers_count(numbers: tuple[str, ...]) -> None:
    dots = [n if n.endswith(".") else n + "、" for n in numbers]
    found = read(cell(*(f"{n}受理案件。" for n in dots)))
    assert marks(found) == [1, 2, 3]
    assert {p.marker.style for p in found if p.marker} == {"roman"}


def test_i_after_h_is_a_letter() -> None:
    found = read(cell(*(f"{c}.受理。" for c in "ABCDEFGHI")))
    assert marks(found) == list(range(1, 10))
    assert {p.marker.style for p in found if p.marker} == {"upper"}


def test_a_full_line_that_ends_a_sentence_goes_on_with_a_doubt() -> None:
    """Sentences stand inside paragraphs here as often as at their ends."""
    doubtful = cell("提供民眾洽公服務諮詢等。", "定期檢討改進服務。")
    running = cell("受理申請。定期檢討改進並", "公告。設置專人服務民眾。")
    short = cell("受理申請。", "設置專人。")
    limits = measure_limits([doubtful] + [running, running, short] * 6)
    (paragraph,) = rejoin(doubtful, limits)
    assert [d.line.text[-2:] for d in paragraph.doubts] == ["等。"]


def test_words_seen_inside_lines_hold_together() -> None:
    wrapped = cell("受理民眾申請各類文件服", "務案件並主動協助。", width=11.0)
    others = [cell("服務民眾。"), cell("為民服務。"), cell("便民服務。")] * 4
    limits = measure_limits([wrapped, *others])
    apart = limits.witness.odds("服", "案")
    assert limits.witness.odds("服", "務") < apart
    assert len(rejoin(wrapped, limits)) == 1


def test_a_justified_line_keeps_the_space_between_words_carried_over() -> None:
    s = Setting(10.0, 120.0, 0.0, 0.0, True)
    lines = [
        placed("民眾可用Google", True, False, s, random.Random(0)),
        placed("Maps查詢地點。", False, True, s, random.Random(0)),
    ]
    limits = Limits(0.0, 0.0, justified=True)
    assert rejoin(lines, limits)[0].text == "民眾可用Google Maps查詢地點。"
    assert join_text([p.line for p in cell("https://www.kcg.", "gov.tw")], [0, 0]).endswith(
        "kcg.gov.tw"
    )


def test_a_short_line_could_have_held_more() -> None:
    first, second = cell("受理申請。", "定期檢討改進服務。")
    assert could_hold(first, second.line, Limits(0.0, 0.0))
    full, next_line = cell("提供民眾洽公服務諮詢等項", "定期檢討。")
    assert not could_hold(full, next_line.line, Limits(0.0, 0.0))
