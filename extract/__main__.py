"""Command of the extract stage: `python -m extract data/raw --out data/interim`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from .errors import BadInput
from .run import Outcome, extract_folder


def main(argv: list[str] | None = None) -> int:
    """Run the stage; returns the exit code (0 all well, 1 some plans failed, 2 nothing could be done)."""
    parser = argparse.ArgumentParser(prog="python -m extract", description="Read filed plans (PDF) and write what each prints as one JSON record.", epilog="Exit codes: 0 all well, 1 some files could not be read (the others are written), 2 nothing could be done.")
    parser.add_argument("raw", type=Path, help="folder with PDF files, or one PDF file")
    parser.add_argument("--out", type=Path, default=Path("data/interim"), help="folder for the JSON records (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes to use (default: one a core, %(default)s)")
    parser.add_argument("--reader", choices=["mupdf", "pdfplumber"], default="mupdf", help="library that reads the pages (default: %(default)s)")
    parser.add_argument("--debug-pages", type=Path, metavar="DIR", help="also write each page as a picture with rules, cells, lines, paragraphs and units drawn on")
    args = parser.parse_args(argv)
    if args.workers < 1:
        parser.error("--workers must be at least 1")
    try:
        outcomes = _run(args)
    except BadInput as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    failed = [o for o in outcomes if o.status == "failed"]
    for outcome in outcomes:
        if outcome.status != "ok":
            print(f"{outcome.file}: {outcome.status}: {outcome.reason}", file=sys.stderr)
    kept = sum(o.kept for o in outcomes)
    print(f"{len(outcomes)} files: {len(outcomes) - kept} read, {kept} unchanged, {len(failed)} failed → {args.out}")
    if len(failed) == len(outcomes):
        return 2
    return 1 if failed else 0


def _run(args: argparse.Namespace) -> list[Outcome]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        return extract_folder(args.raw, args.out, args.workers, args.reader, debug=args.debug_pages)
    with Progress(TextColumn("extract"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"), console=console) as bar:
        task = bar.add_task("", total=None)
        return extract_folder(args.raw, args.out, args.workers, args.reader, lambda o, done, total: bar.update(task, completed=done, total=total, description=o.file), args.debug_pages)


if __name__ == "__main__":
    sys.exit(main())
