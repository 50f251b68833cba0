"""One PDF file → its `PrintedPlan`: opens the file, picks a reader a page, hands the pages on."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

import pymupdf

from extract.errors import BadInput
from extract.model import PrintedFinding, PrintedPlan, file_hash, file_name
from extract.page import Page
from extract.plan import build_plan
from extract.readers import PageReader, Reader, open_reader
from extract.readers.choice import is_useless, needs_picture
from extract.version import EXTRACTOR_VERSION

MAX_PAGES = 2000
"""A plan has ten to a hundred pages; a longer file is something else, or an attack."""

HEADER = 1024
"""Bytes within which a PDF says what it is: readers allow so much before it (ISO 32000-1, annex H,
implementation note 13).
"""

WINDOW = 50
"""Pages read before the document is opened anew: MuPDF keeps what it has read (115 KB a page) until
it is closed.
"""

pymupdf.TOOLS.mupdf_display_errors(False)
pymupdf.TOOLS.mupdf_display_warnings(False)

# What MuPDF reports when a stream cannot be inflated or its content makes no sense. Sound plans
# give none of these.
DAMAGE = re.compile(r"zlib error|syntax error|hex string|premature|treating as end of file")

# What it reports of a stream that does not end where the file says; it has looked for the end and
# found it, so nothing is lost unless it reports DAMAGE as well.
MENDED = re.compile("Length incorrect")

# What it reports of a font program that makes no sense; glyphs may then stand or end elsewhere.
FONT_DAMAGE = re.compile(r"FT_(?:Load_Glyph|Get_Advance|New_Memory_Face)\((?:\w+\+)?([^,)]*)")


def extract_document(
    path: Path,
    reader: Reader = "mupdf",
    on_page: Callable[[int, int], None] | None = None,
    on_picture: Callable[[], None] | None = None,
    debug: Path | None = None,
    digest: str | None = None,
) -> PrintedPlan:
    """Read one PDF.

    `on_page(done, total)` is called after each page, `on_picture()` before one is read from its
    picture, which takes long; `debug` is a folder for page pictures; `digest` is the file's
    SHA-256, if known.

    Raises `BadInput` when the file cannot be opened, needs a password, is damaged, has no pages or
    more than MAX_PAGES.
    """
    name = file_name(path.name)
    digest = digest or file_hash(path)
    pymupdf.TOOLS.reset_mupdf_warnings()
    pages: list[Page] = []
    repaired = False
    with ExitStack() as opened:
        doc = opened.enter_context(open_pdf(path))
        count = doc.page_count
        if doc.needs_pass:
            raise BadInput(name, "檔案有密碼保護，無法開啟。")
        if count > MAX_PAGES:
            raise BadInput(name, f"檔案有{count}頁，超過上限{MAX_PAGES}頁，不是執行計畫。")
        if count == 0:
            raise BadInput(name, "檔案沒有任何一頁。")
        with closing(open_reader(reader, path)) as own:
            for number in range(1, count + 1):
                if number > 1 and number % WINDOW == 1:
                    opened.close()
                    doc = opened.enter_context(open_pdf(path))
                pages.append(_read(doc[number - 1], number, own, on_picture))
                repaired = repaired or doc.is_repaired
                if on_page:
                    on_page(number, count)
    warnings = pymupdf.TOOLS.mupdf_warnings()
    damage = DAMAGE.search(warnings)
    if damage or repaired and not _ends_well(path):
        # What is left of a damaged file looks like a plan with fewer measures, so none of it is
        # taken.
        raise BadInput(name, "檔案損壞或不完整，讀出的內容不能採用。")
    seen = list(pages) if debug is not None else []
    plan, breaks = build_plan(pages, name, digest)
    plan.extractor_version = EXTRACTOR_VERSION
    plan.findings += _damaged_fonts(warnings)
    if repaired or MENDED.search(warnings):
        message = "檔案結構有誤，讀取時已修復，內容未見缺漏。"
        plan.findings.append(PrintedFinding(severity="check", code="file_mended", message=message))
    if debug is not None:
        from extract.debug import draw_pages, write_breaks

        with open_pdf(path) as doc:
            draw_pages(doc, seen, plan, debug)
        write_breaks(path, breaks, debug)
    if not plan.glyphs:
        plan.status, plan.reason = "failed", "檔案裡沒有任何文字，圖像也辨識不出文字。"
        plan.findings.append(
            PrintedFinding(
                severity="error", code="no_text", message="檔案裡沒有任何文字，圖像也辨識不出文字。"
            )
        )
    return plan


def _damaged_fonts(warnings: str) -> list[PrintedFinding]:
    """One finding for all fonts that MuPDF could not make sense of."""
    names = "、".join(sorted(set(FONT_DAMAGE.findall(warnings))))
    message = f"內嵌字型損壞（{names}），文字的位置可能有誤。"
    found = PrintedFinding(severity="check", code="font_damaged", message=message)
    return [found] if names else []


def open_pdf(path: Path) -> pymupdf.Document:
    """The document at `path`, whatever the bytes of its name.

    Raises BadInput for what is no PDF: "%PDF-" stands within the first kilobyte of one, and MuPDF
    takes it for one.
    """
    name = file_name(path.name)
    with open(path, "rb") as file:
        start = file.read(HEADER)
        if b"%PDF-" not in start:
            raise BadInput(name, "不是 PDF 檔（檔案開頭沒有 %PDF-）。")
        # MuPDF finds no file whose name is no UTF-8.
        named = str(path).isprintable()
        source = {"filename": path} if named else {"stream": start + file.read()}
    try:
        doc = pymupdf.open(**source, filetype="pdf")
    except Exception as error:
        raise BadInput(name, f"不是可讀的 PDF 檔（{type(error).__name__}）。") from error
    if not doc.is_pdf:
        doc.close()
        raise BadInput(name, "不是 PDF 檔，而是其他格式。")
    return doc


def _ends_well(path: Path) -> bool:
    """Whether the file's end is there: a PDF closes with %%EOF (ISO 32000-1, 7.5.5)."""
    with open(path, "rb") as file:
        file.seek(max(0, path.stat().st_size - 2048))
        return b"%%EOF" in file.read()


def _read(
    page: pymupdf.Page, number: int, reader: PageReader, on_picture: Callable[[], None] | None
) -> Page:
    digital = reader.read_page(page, number)
    if not needs_picture(page, digital):
        return digital
    if on_picture:
        on_picture()
    from extract.readers.ocr.reader import read_page  # models and OpenCV: loaded only here

    read = read_page(page, number)
    if is_useless(digital):
        message = "文字層不是文字，改由圖像辨識。"
        found = PrintedFinding(severity="check", code="garbled_text", message=message, page=number)
        read.findings.append(found)
    return read
