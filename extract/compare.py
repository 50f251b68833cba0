"""Where the two readers differ: `python -m extract.compare data/raw`."""

from __future__ import annotations

import argparse
import difflib
import sys
from pathlib import Path

from extract.document import extract_document
from extract.errors import BadInput
from extract.model import PrintedPlan


def as_lines(plan: PrintedPlan) -> list[str]:
    """The plan as text lines, one a printed heading, paragraph or unit list, for a line-by-line
    comparison.
    """
    out = [f"title\t{plan.title or ''}"]
    for section in plan.sections:
        out.append(f"section\t{section.marker or ''} {section.heading}")
        out += [f"text\t{p.text}" for p in section.paragraphs]
    for row in plan.rows:
        out += [f"pillar\t{row.pillar}", *(f"focus\t{f}" for f in row.focus)]
        for m in row.measures:
            out += [f"theme\t{m.theme}"] if m.theme else []
            out.append(f"measure\t{m.marker or ''} {m.title or ''}".rstrip())
            out += [f"text\t{p.text}" for p in m.paragraphs]
            out.append(f"units\t{'、'.join(u.text for u in m.units)}")
    return out


def differences(path: Path) -> list[str]:
    """Lines of the plan that MuPDF (-) and pdfplumber (+) read differently.

    Raises `BadInput` for an unreadable file.
    """
    mupdf, plumber = (
        as_lines(extract_document(path, reader)) for reader in ("mupdf", "pdfplumber")
    )
    return [
        line
        for line in difflib.unified_diff(mupdf, plumber, "mupdf", "pdfplumber", n=0, lineterm="")
        if not line.startswith(("---", "+++", "@@"))
    ]


def _pdfs(place: Path) -> list[Path]:
    """The file itself, or the PDF files of a folder and the folders in it, by name."""
    if not place.is_dir():
        return [place]
    return sorted(p for p in place.rglob("*") if p.suffix.lower() == ".pdf")


def main(argv: list[str] | None = None) -> int:
    """Print the differences of each file; returns 0 when there are none, 1 when there are, 2 when
    nothing could be read.
    """
    parser = argparse.ArgumentParser(
        prog="python -m extract.compare",
        description="Read each plan with MuPDF (-) and pdfplumber (+) and print what differs.",
    )
    parser.add_argument("raw", type=Path, nargs="+", help="PDF files or folders of them")
    args = parser.parse_args(argv)
    files = [pdf for raw in args.raw for pdf in _pdfs(raw)]
    if not files:
        print(f"error: no PDF file in {', '.join(map(str, args.raw))}", file=sys.stderr)
        return 2
    different = 0
    for path in files:
        try:
            lines = differences(path)
        except BadInput as error:
            print(f"{path.name}: {error.reason}", file=sys.stderr)
            continue
        different += bool(lines)
        print(f"{path.name}: {f'{len(lines)} lines differ' if lines else 'the same'}")
        for line in lines:
            print(f"  {line}")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
