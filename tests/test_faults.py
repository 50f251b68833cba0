"""One test a fault class of text layers and print: each fails when its handling is taken away."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pymupdf
import pytest

from extract.model import encode_plan
from extract.pages import _once
from extract.readers.page import hidden_text
from extract.script.markers import match

from .test_layouts import found, read, truth
from .typesetter.content import Measure, Plan, Row, Style, make_plan
from .typesetter.outline import set_outline
from .typesetter.page import CJK, Layout, Typesetter

READERS = ["mupdf", pytest.param("pdfplumber", marks=pytest.mark.slow)]


def comes_back(
    layout: Layout,
    folder: Path,
    plan: Plan | None = None,
    spoil=lambda pdf: pdf,
    reader: str = "mupdf",
):
    setter = Typesetter(plan or make_plan(7), layout)
    got = read(spoil(setter.save()), folder, reader)
    assert found(got) == truth(setter.plan)
    assert got.glyphs_unplaced == 0
    return got


def remap(pdf: bytes, swaps: dict[str, str]) -> bytes:
    """The same glyphs under other codes: the ToUnicode map of the font is written anew."""
    doc = pymupdf.open(stream=pdf)
    used = {c for page in doc for c in page.get_text() if c > " "}
    assert used & set(swaps), "no glyph to give another code"
    pairs = [f"<{CJK.has_glyph(ord(c)):04x}> <{ord(swaps.get(c, c)):04x}>" for c in sorted(used)]
    chunks = [pairs[i : i + 100] for i in range(0, len(pairs), 100)]
    body = "\n".join(f"{len(c)} beginbfchar\n" + "\n".join(c) + "\nendbfchar" for c in chunks)
    cmap = (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n"
        f"{body}\nendcmap\nend\nend"
    )
    for xref in range(1, doc.xref_length()):
        kind, value = doc.xref_get_key(xref, "ToUnicode")
        if kind == "xref":
            doc.update_stream(int(value.split()[0]), cmap.encode())
    return doc.tobytes()


def all_text(plan) -> str:
    return encode_plan(msgspec.structs.replace(plan, findings=[])).decode()


@pytest.mark.parametrize("times", [2, 3])
@pytest.mark.parametrize("reader", READERS)
def test_glyphs_drawn_several_times_count_once(tmp_path: Path, times: int, reader: str) -> None:
    plan = comes_back(Layout(bold=times), tmp_path, reader=reader)
    assert "overprint_removed" in {f.code for f in plan.findings}


@pytest.mark.parametrize("reader", READERS)
def test_radicals_and_compatibility_forms_are_mended(tmp_path: Path, reader: str) -> None:
    swaps = {"民": "\u2ea0", "長": "\u2ed1", "里": "\uf9e9", "行": "\u2f8f", "方": "\u2f45"}
    plan = comes_back(Layout(), tmp_path, spoil=lambda pdf: remap(pdf, swaps), reader=reader)
    assert "characters_repaired" in {f.code for f in plan.findings}


def test_private_use_bullets_open_sub_items(tmp_path: Path) -> None:
    base = make_plan(3)
    item = ("辦理說明會。", "•提供電話諮詢，便民服務。", "•設置志工櫃台，協助民眾。")
    rows = (
        replace(
            base.rows[0],
            measures=(Measure("1.", None, item, ("民政課",)), *base.rows[0].measures[1:]),
        ),
        *base.rows[1:],
    )
    setter = Typesetter(replace(base, rows=rows), Layout())
    plan = read(remap(setter.save(), {"•": "\uf06c"}), tmp_path)
    assert len(plan.rows[0].measures[0].paragraphs) == 3
    assert match("\uf06c提供電話諮詢").style == "bullet"
    assert [p.text[1:] for p in plan.rows[0].measures[0].paragraphs[1:]] == [
        t[1:] for t in item[1:]
    ]


def _over(pdf: bytes, draw) -> bytes:
    doc = pymupdf.open(stream=pdf)
    for page in doc:
        draw(page)
    return doc.tobytes()


def _hide(how: str):
    def draw(page: pymupdf.Page) -> None:
        inside = (page.rect.width * 0.5, page.rect.height * 0.5)
        if how == "white":
            page.insert_text(inside, "秘密內容", fontname="china-t", fontsize=11, color=(1, 1, 1))
        elif how == "invisible":
            page.insert_text(inside, "秘密內容", fontname="china-t", fontsize=11, render_mode=3)
        elif how == "outside":
            page.insert_text(
                (page.rect.width + 20, 300), "秘密內容", fontname="china-t", fontsize=11
            )
        elif how == "cropped":
            page.insert_text((200, 6), "秘密內容", fontname="china-t", fontsize=6)
            page.set_cropbox(pymupdf.Rect(0, 12, page.rect.width, page.rect.height))

    return draw


@pytest.mark.parametrize(
    ("how", "reader"),
    [(how, reader) for how in ("white", "outside", "cropped") for reader in ("mupdf", "pdfplumber")]
    + [("invisible", "mupdf")],
)
def test_text_nobody_sees_is_in_no_row(tmp_path: Path, how: str, reader: str) -> None:
    plan = comes_back(Layout(), tmp_path, spoil=lambda pdf: _over(pdf, _hide(how)), reader=reader)
    assert "秘密" not in all_text(plan)
    assert sum("：「秘密內容」" in f.message for f in plan.findings if f.code == "hidden_text") == 1


def test_what_pages_hide_is_one_finding(tmp_path: Path) -> None:
    pages = [(1, "秘密"), (2, "秘密"), (3, "內容"), (5, "秘密")]
    (found,) = _once([hidden_text(number, text) for number, text in pages])
    hidden = "頁有2個看不見的字（隱藏、被遮蓋或在頁外），未列入："
    assert found.message == f"第1–2、5{hidden}「秘密」。第3{hidden}「內容」。"
    assert found.page == 1


def test_text_behind_a_picture_or_box_is_in_no_row(tmp_path: Path) -> None:
    def draw(page: pymupdf.Page) -> None:
        # Above the table's text block, below the page's edge: a stamp box pasted over old text.
        page.insert_text((100, 30), "秘密內容", fontname="china-t", fontsize=11)
        page.draw_rect(pymupdf.Rect(90, 15, 200, 40), color=None, fill=(1, 1, 1))

    plan = comes_back(Layout(), tmp_path, spoil=lambda pdf: _over(pdf, draw))
    assert "秘密" not in all_text(plan)


@pytest.mark.parametrize("reader", READERS)
def test_a_watermark_is_no_content(tmp_path: Path, reader: str) -> None:
    def draw(page: pymupdf.Page) -> None:
        centre = pymupdf.Point(page.rect.width / 2 - 80, page.rect.height / 2 + 60)
        page.insert_text(
            centre,
            "草案樣張",
            fontname="china-t",
            fontsize=70,
            color=(0.85, 0.85, 0.85),
            morph=(centre, pymupdf.Matrix(35)),
        )

    plan = comes_back(Layout(), tmp_path, spoil=lambda pdf: _over(pdf, draw), reader=reader)
    (found,) = [f for f in plan.findings if f.code == "watermark_removed"]
    assert "草案樣張" in found.message


@pytest.mark.parametrize("spacing", [1.0, 3.0])
def test_letter_spaced_text(tmp_path: Path, spacing: float) -> None:
    comes_back(Layout(spacing=spacing, paper="A3"), tmp_path)


def test_vertical_pillars(tmp_path: Path) -> None:
    comes_back(Layout(vertical_pillar=True), tmp_path)


def test_ligatures_come_apart(tmp_path: Path) -> None:
    base = make_plan(5, Style(latin=False))
    rows = (
        replace(
            base.rows[0],
            measures=(Measure("1.", None, ("設置Wi-ﬁ熱點，提供民眾上網。",), ("秘書室",)),),
        ),
        *base.rows[1:],
    )
    setter = Typesetter(replace(base, rows=rows), Layout())
    plan = read(setter.save(), tmp_path)
    assert plan.rows[0].measures[0].paragraphs[0].text == "設置Wi-fi熱點，提供民眾上網。"


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    "rules",
    [
        "stroke",
        "fill",
        "dashed",
        pytest.param("painted", marks=pytest.mark.slow),
        "double",
        "open",
    ],
)
def test_rules_of_every_kind(tmp_path: Path, rules: str, reader: str) -> None:
    comes_back(Layout(rules=rules), tmp_path, reader=reader)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_pages_on_their_side(tmp_path: Path, rotation: int, reader: str) -> None:
    """The page's rotation entry turns upright text on its side, as some converters do."""
    comes_back(Layout(rotation=rotation), tmp_path, reader=reader)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("turn", [90, 180, 270])
def test_content_drawn_sideways(tmp_path: Path, turn: int, reader: str) -> None:
    """Landscape pages that a printer driver drew sideways on portrait paper."""

    def spoil(pdf: bytes) -> bytes:
        source, out = pymupdf.open(stream=pdf), pymupdf.open()
        for page in source:
            width, height = (
                (page.rect.height, page.rect.width)
                if turn != 180
                else (page.rect.width, page.rect.height)
            )
            out.new_page(width=width, height=height).show_pdf_page(
                pymupdf.Rect(0, 0, width, height), source, page.number, rotate=turn
            )
        return out.tobytes()

    comes_back(Layout(), tmp_path, spoil=spoil, reader=reader)


@pytest.mark.slow
@pytest.mark.parametrize("size", [8.0, 16.0])
@pytest.mark.parametrize("closed", [True, False])
def test_page_breaks_cut_rows_anywhere(tmp_path: Path, size: float, closed: bool) -> None:
    for margin in (60.0, 64.0, 68.0, 72.0):
        comes_back(
            Layout(size=size, margin=margin, paper="A4 landscape", closed_cuts=closed, leading=1.4),
            tmp_path,
            make_plan(11, rows=5),
        )


def test_a_theme_above_numbered_measures(tmp_path: Path) -> None:
    base = make_plan(9)
    rows = tuple(
        replace(r, theme="服務流程透明" if i % 2 else None) for i, r in enumerate(base.rows)
    )
    comes_back(Layout(), tmp_path, replace(base, rows=rows))


@pytest.mark.parametrize("unit", ["（主辦：{}）", "（{}）"])
def test_a_plan_without_a_table(tmp_path: Path, unit: str) -> None:
    plan = make_plan(4, Style(aligned=True, titled=False))
    rows = tuple(
        Row(
            r.pillar,
            r.focus,
            tuple(replace(m, paragraphs=m.paragraphs[:1], units=m.units[:1]) for m in r.measures),
        )
        for r in plan.rows
    )
    plan = replace(plan, rows=rows)
    got = read(set_outline(plan, unit), tmp_path)
    assert got.status == "ok"
    assert found(got) == truth(plan)
