"""Scans: the filed one, made ones, and the guard against lost text."""

from __future__ import annotations

import json
import random
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pymupdf
import pytest

from benchmarks.make_scans import make_scan
from benchmarks.ocr import whole_rows
from extract.document import extract_document
from extract.model import PrintedPlan, encode_plan
from extract.readers.ocr import reader

from .test_layouts import found, truth
from .typesetter.content import Style, make_plan
from .typesetter.page import Layout, Typesetter

pytestmark = pytest.mark.slow

TRUTH = Path(__file__).parent / "plans" / "truth"
# Letter-spaced, Latin-free text at an ordinary size: the path is tested here, not the recogniser.
PLAN = make_plan(12, Style(latin=False), rows=6)


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ocr") / "printed.pdf"
    path.write_bytes(Typesetter(PLAN, Layout(size=12.0, padding=6.0)).save())
    return path


@pytest.fixture(scope="module")
def scan(printed: Path) -> Path:
    path = printed.with_name("scan.pdf")
    make_scan(printed, path, dpi=200, seed=3)
    return path


@pytest.fixture(scope="module")
def straight(scan: Path) -> PrintedPlan:
    """What the scan says as it is."""
    return extract_document(scan)


def spoken(rows: list[dict]) -> list[tuple]:
    """What a recogniser's slip in a single character does not change."""
    return [(r["marker"], len(r["paragraphs"]), r["units"]) for r in rows]


def test_the_filed_scan_is_read(dataset: Path) -> None:
    plans = pd.read_parquet(dataset / "plans.parquet").set_index("source_file")
    plan = plans.loc["xiaogang-105.pdf"]
    assert (plan.status, plan.agency, plan.year_roc, plan.taxonomy, plan.text_source) == (
        "ok",
        "高雄市小港區公所",
        105,
        "2007",
        "ocr",
    )
    measures = pd.read_parquet(dataset / "measures.parquet")
    f1, cer = whole_rows(
        json.loads((TRUTH / "xiaogang-105.json").read_text("utf-8")),
        measures[measures.plan_id == plan.plan_id],
    )
    assert f1 >= 0.93
    assert cer <= 0.01
    assert plan.glyphs_unplaced == 0
    assert measures[measures.plan_id == plan.plan_id].text_confidence.between(0.5, 0.9999).any(), (
        "confidence is the recogniser's own"
    )


def test_a_leaning_soiled_scan_comes_back(straight: PrintedPlan) -> None:
    assert straight.text_source == "ocr"
    setter = Typesetter(PLAN, Layout(size=12.0, padding=6.0))
    assert spoken(found(straight)) == spoken(truth(setter.plan))


@pytest.mark.parametrize("turn", [90, 180])
def test_scans_the_wrong_way_up(
    scan: Path, straight: PrintedPlan, tmp_path: Path, turn: int
) -> None:
    path = tmp_path / "turned.pdf"
    with pymupdf.open(scan) as doc:
        doc.select([0])
        width, height = doc[0].rect.width, doc[0].rect.height
        with pymupdf.open() as out:
            size = (height, width) if turn == 90 else (width, height)
            out.new_page(width=size[0], height=size[1]).show_pdf_page(
                pymupdf.Rect(0, 0, *size), doc, 0, rotate=turn
            )
            out.save(path)
    turned = extract_document(path)
    assert turned.title == straight.title
    assert [r.pillar for r in turned.rows][:2] == [r.pillar for r in straight.rows][:2]
    assert turned.turned


def test_every_lost_line_is_reported(scan: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(5)
    whole = reader.recognise
    dropped: list[int] = []

    def forgetful(pictures):
        if dropped:
            return [[] for _ in pictures]  # what is looked at again stays unread
        lines = whole(pictures)
        if dropped:  # a second look at single lines, not the page's first reading
            return lines
        for i in rng.sample(range(len(lines)), 6):
            dropped.append(i)
            lines[i] = []
        return lines

    with pymupdf.open(scan) as doc:
        assert not [f for f in reader.read_page(doc[0], 1).findings if f.code == "ink_unread"]
        monkeypatch.setattr(reader, "recognise", forgetful)
        page = reader.read_page(doc[0], 1)
        sheet = reader.Sheet(
            reader.render(doc[0], reader.resolution(doc[0])), reader.resolution(doc[0])
        )
    lost = [f.box for f in page.findings if f.code == "ink_unread"]
    scale = 72 / sheet.dpi
    for i in dropped:
        strip = sheet.strips[i]
        inside = [
            b
            for b in lost
            if b.y0 <= strip.y1 * scale
            and b.y1 >= strip.y0 * scale
            and b.x0 <= strip.x1 * scale
            and b.x1 >= strip.x0 * scale
        ]
        assert inside, f"nothing says that strip {i} was lost"
    assert page.glyphs_lost >= len(dropped)


def test_a_document_of_both_kinds(printed: Path, scan: Path, tmp_path: Path) -> None:
    path = tmp_path / "mixed.pdf"
    with pymupdf.open(printed) as digital, pymupdf.open(scan) as pictures, pymupdf.open() as out:
        out.insert_pdf(digital, to_page=0)
        out.insert_pdf(pictures, from_page=1)
        out.save(path)
    plan = extract_document(path)
    assert plan.text_source == "mixed"
    assert len(found(plan)) == len(truth(Typesetter(PLAN, Layout(size=12.0, padding=6.0)).plan))


def test_a_hidden_text_layer_is_not_trusted(
    scan: Path, straight: PrintedPlan, tmp_path: Path
) -> None:
    """Another program's recognition lies behind the picture: nonsense that is not to be taken."""
    path = tmp_path / "layered.pdf"
    with pymupdf.open(scan) as doc:
        doc.select([0])
        for y in range(60, 780, 16):
            doc[0].insert_text(
                (60, y), "亂碼文字層不可採信", fontname="china-t", fontsize=11, render_mode=3
            )
        doc.save(path)
    plan = extract_document(path)
    assert plan.text_source == "ocr"
    assert "亂碼" not in encode_plan(plan).decode()
    assert plan.title == straight.title


def test_a_stamp_on_a_scan_does_not_hide_it(
    scan: Path, straight: PrintedPlan, tmp_path: Path
) -> None:
    """An archive's line over a scan is visible text; the page is a picture all the same."""
    path = tmp_path / "stamped.pdf"
    with pymupdf.open(scan) as doc:
        for page in doc:
            page.insert_text(
                (60, 830),
                "本件為電子檔案影像副本僅供查閱使用列印時間",
                fontname="china-t",
                fontsize=9,
            )
        doc.save(path)
    plan = extract_document(path)
    assert plan.text_source == "ocr"
    assert spoken(found(plan)) == spoken(found(straight))


def test_photographs_with_captions_are_no_scan(printed: Path, tmp_path: Path) -> None:
    path = tmp_path / "photos.pdf"
    patches = np.random.default_rng(1).integers(
        0, 256, (15, 11), dtype=np.uint8
    )  # light and dark, as a photograph
    photo = pymupdf.Pixmap(
        pymupdf.csGRAY,
        220,
        300,
        cv2.resize(patches, (220, 300), interpolation=cv2.INTER_CUBIC).tobytes(),
        False,
    )
    with pymupdf.open(printed) as doc:
        page = doc.new_page()
        page.insert_image(pymupdf.Rect(20, 20, 575, 790), pixmap=photo)
        page.insert_text(
            (60, 815), "照片：本所辦理為民服務業務觀摩活動情形", fontname="china-t", fontsize=11
        )
        doc.save(path)
    plan = extract_document(path)
    assert plan.text_source == "digital"
    assert not [f for f in plan.findings if f.code == "ink_unread"]


def test_print_over_a_pale_picture_is_born_digital(printed: Path, tmp_path: Path) -> None:
    path = tmp_path / "cover.pdf"
    pale = pymupdf.Pixmap(pymupdf.csGRAY, 60, 80, bytes([235]) * 4800, False)
    with pymupdf.open(printed) as doc:
        page = doc.new_page(0)
        page.insert_image(page.rect, pixmap=pale)
        page.insert_text(
            (60, 300), "高雄市某某區公所提升服務執行計畫封面", fontname="china-t", fontsize=18
        )
        doc.save(path)
    assert extract_document(path).text_source == "digital"


def test_a_blank_page_between(printed: Path, tmp_path: Path) -> None:
    path = tmp_path / "blank.pdf"
    with pymupdf.open(printed) as doc:
        doc.new_page(0)
        doc.save(path)
    assert extract_document(path).status == "ok"
