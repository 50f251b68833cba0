"""Text that a clipping path cuts away, as spreadsheets do with cells cut by a page break."""

from __future__ import annotations

from pathlib import Path

import pymupdf
import pytest

from extract.readers import mupdf


def page_with_clip(folder: Path, lines: list[tuple[float, str]], window: pymupdf.Rect) -> Path:
    """A page of lines (y and text) that a spreadsheet clips to `window` (points from the top)."""
    doc = pymupdf.open()
    page = doc.new_page(width=400, height=300)
    for y, text in lines:
        page.insert_text((50, y), text, fontname="china-t", fontsize=12)
    page.clean_contents()
    xref = page.get_contents()[0]
    frame = f"{window.x0} {300 - window.y1} {window.width} {window.height} re W n\n".encode()
    doc.update_stream(xref, b"q\n" + frame + doc.xref_stream(xref) + b"\nQ")
    doc.set_metadata({"creator": "Calc"})
    out = folder / "clipped.pdf"
    doc.save(out)
    return out


def text_of(path: Path) -> str:
    with pymupdf.open(path) as doc:
        page = mupdf.MuPDF(path).read_page(doc[0], 1)
    return "".join(page.chars)


@pytest.mark.parametrize(
    ("window", "seen"),
    [
        (pymupdf.Rect(0, 0, 400, 300), "第一行的文字第二行的文字"),
        (pymupdf.Rect(0, 115, 400, 300), "第二行的文字"),  # a line above the window
        (pymupdf.Rect(0, 0, 84, 300), "第一行的第二行的"),  # lines cut at their end
        (pymupdf.Rect(75, 115, 400, 300), ""),  # a line cut where it begins is not whole
    ],
)
def test_what_is_clipped_is_no_text(tmp_path: Path, window: pymupdf.Rect, seen: str) -> None:
    lines = [(100.0, "第一行的文字"), (140.0, "第二行的文字")]
    assert text_of(page_with_clip(tmp_path, lines, window)) == seen
