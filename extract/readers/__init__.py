"""A page of a PDF file in, a `Page` out: by MuPDF, by pdfplumber, or from the page's picture."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import pymupdf

    from extract.page import Page

Reader = str
"""A name in READERS."""

READERS = {
    "mupdf": "extract.readers.mupdf:MuPDF",
    "pdfplumber": "extract.readers.plumber:Plumber",
}
"""Name of each reader of text layers and where it stands: only the one asked for is loaded."""


class PageReader(Protocol):
    """A reader of one document's text layer. Made with the file's path."""

    def read_page(self, page: pymupdf.Page, number: int) -> Page:
        """Read page `number` (1-based), which MuPDF holds open as `page`.

        The result is turned so that its text reads upright; points, origin top left.
        """

    def close(self) -> None:
        """Let go of what the reader holds open."""


def open_reader(name: Reader, path: Path) -> PageReader:
    """The reader of this name for the document at `path`.

    Raises `BadInput` when it cannot open the file, `KeyError` for a name that is not in READERS.
    """
    module, _, own = READERS[name].partition(":")
    reader: PageReader = getattr(import_module(module), own)(path)
    return reader
