"""Tools for people who look into a layout: page pictures and the comparison of the two readers."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pymupdf
import pytest

from extract import compare
from extract.__main__ import main
from extract.document import WINDOW, extract_document
from extract.readers import READERS, open_reader

from .typesetter.content import make_plan
from .typesetter.page import Layout, Typesetter


@pytest.mark.parametrize("rotation", [0, 90])
def test_debug_pages_show_what_was_seen(tmp_path: Path, rotation: int) -> None:
    pdf = tmp_path / "plan.pdf"
    pdf.write_bytes(Typesetter(make_plan(2), Layout(rotation=rotation)).save())
    assert (
        main([str(pdf), "--out", str(tmp_path / "out"), "--debug-pages", str(tmp_path / "png")])
        == 0
    )
    with pymupdf.open(pdf) as doc:
        pictures = sorted((tmp_path / "png").glob("*.png"))
        assert len(pictures) == len(doc)
    picture = pymupdf.Pixmap(pictures[0])
    assert picture.height > picture.width, (
        "the page stands upright whatever its rotation entry says"
    )
    colours = {
        colour
        for _, colour in sorted(
            ((n, c) for c, n in picture.color_count(colors=True).items()), reverse=True
        )
    }
    red = bytes([230, 26, 26])
    assert any(all(abs(a - b) < 4 for a, b in zip(colour, red)) for colour in colours), (
        "no measure is framed"
    )
    told = (tmp_path / "png" / "plan-breaks.txt").read_text("utf-8").splitlines()
    assert [line.split("\t")[:3] for line in told] == [
        ["page 2", role, "begins"] for role in ("pillar", "focus", "measure")
    ]
    assert all("no text above the break" in line for line in told), "an empty strip stands there"


def test_compare_prints_where_the_readers_differ(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pdf = tmp_path / "plan.pdf"
    doc = pymupdf.open(stream=Typesetter(make_plan(2), Layout()).save())
    doc[0].insert_text((100, 20), "看不見的字", fontname="china-t", fontsize=11, render_mode=3)
    pdf.write_bytes(doc.tobytes())
    assert compare.main([str(pdf)]) == 1
    out = capsys.readouterr().out
    assert "+" in out and "看不見的字" in out


def test_compare_says_when_they_agree(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pdf = tmp_path / "plan.pdf"
    pdf.write_bytes(Typesetter(make_plan(2), Layout()).save())
    assert compare.main([str(pdf)]) == 0
    assert "the same" in capsys.readouterr().out


def test_both_readers_leave_out_spaces_of_every_kind(tmp_path: Path) -> None:
    pdf = tmp_path / "spaces.pdf"
    doc = pymupdf.open()
    page = doc.new_page()
    writer = pymupdf.TextWriter(page.rect)
    writer.append(
        (100, 100), "甲\u200b乙\u00ad丙\u3000丁\ufeff戊 己", font=pymupdf.Font("cjk"), fontsize=12
    )
    writer.write_text(page)
    doc.save(pdf)
    with pymupdf.open(pdf) as again:
        assert {"\u200b", "\ufeff", "\u00ad"} <= {
            chr(c[0]) for span in again[0].get_texttrace() for c in span["chars"]
        }, "the page holds spaces without width"
        for name in READERS:
            with closing(open_reader(name, pdf)) as reader:
                assert "".join(reader.read_page(again[0], 1).chars) == "甲乙丙丁戊己", name


def test_long_documents_are_opened_anew_on_the_way(tmp_path: Path) -> None:
    pdf = tmp_path / "long.pdf"
    doc = pymupdf.open()
    for number in range(1, WINDOW + 3):
        doc.new_page().insert_text((100, 100), f"page {number}")
    doc.save(pdf)
    seen: list[int] = []
    plan = extract_document(pdf, on_page=lambda done, total: seen.append(done))
    assert plan.pages == seen[-1] == WINDOW + 2
    assert plan.status == "not_a_plan"
