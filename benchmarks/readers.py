"""One reader in a process of its own, for benchmarks/speed.py.

Reads the files once a line on stdin, answers in JSON on stdout.

`go` answers {"seconds": one entry a file, "peak": bytes of resident memory at most so far}; `cells`
answers the texts of the cells (for this project: the measures) of each file. Imports nothing of the
project but for `extract`, so that the other readers run in an environment of their own.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from functools import cache
from importlib import metadata
from pathlib import Path


def bare(path: str) -> list[str]:
    """What any reader built on MuPDF must at least do.

    Every character with its box, and all drawings.
    """
    import pymupdf

    with pymupdf.open(path) as doc:
        for page in doc:
            page.get_text("rawdict")
            page.get_drawings()
    return []


def trace(path: str) -> list[str]:
    """What this project's reader asks of MuPDF.

    The text trace, which keeps visibility and paint order, and all drawings.
    """
    import pymupdf

    with pymupdf.open(path) as doc:
        for page in doc:
            page.get_texttrace()
            page.get_cdrawings()
    return []


def extract(path: str) -> list[str]:
    """The extract stage's function for one file as its worker processes run it, record written."""
    from batch.reading import read_file
    from batch.store import write

    folder = Path(_worker_like().name)
    answer = read_file(Path(path), str(folder), "mupdf", frozenset())
    write(folder / "record.json", answer.record)
    return []


@cache
def _worker_like() -> tempfile.TemporaryDirectory:
    """Set this process up as a worker process is, once; a folder for records."""
    from batch.isolate import settle_collector

    settle_collector()
    return tempfile.TemporaryDirectory()


def measures(path: str) -> list[str]:
    """What the extract stage gives where the others give cells: the text of each measure."""
    from extract.document import extract_document

    return [
        "\n".join([m.title or "", *(p.text for p in m.paragraphs)])
        for row in extract_document(Path(path)).rows
        for m in row.measures
    ]


def pdfplumber(path: str) -> list[str]:
    import pdfplumber

    with pdfplumber.open(path) as pdf:
        return [
            cell or ""
            for page in pdf.pages
            for table in page.extract_tables()
            for row in table
            for cell in row
        ]


def find_tables(path: str) -> list[str]:
    import pymupdf

    with pymupdf.open(path) as doc:
        return [
            cell or ""
            for page in doc
            for table in page.find_tables().tables
            for row in table.extract()
            for cell in row
        ]


def camelot(path: str) -> list[str]:
    import camelot

    return [
        cell
        for table in camelot.read_pdf(path, pages="all", flavor="lattice")
        for row in table.df.values.tolist()
        for cell in row
    ]


def img2table(path: str) -> list[str]:
    from img2table.document import PDF

    return [
        cell.value or ""
        for tables in PDF(path).extract_tables().values()
        for table in tables
        for row in table.content.values()
        for cell in row
    ]


LIBRARIES = {"pdfplumber": "pdfplumber", "camelot": "camelot-py", "img2table": "img2table"}


def peak() -> int:
    """Peak resident memory of this process, bytes.

    Not ru_maxrss: that begins at the size of the process this one was forked from. Linux only.
    """
    return 1024 * int(
        next(row for row in open("/proc/self/status") if row.startswith("VmHWM")).split()[1]
    )


def main(name: str, files: list[str]) -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(
            0, {min(os.sched_getaffinity(0))}
        )  # one core, for the libraries that would take more
    answers, sys.stdout = sys.stdout, sys.stderr  # what a library prints is no answer
    read = globals()[name]
    cells = measures if name == "extract" else read
    for line in sys.stdin:
        if line.strip() == "cells":
            print(json.dumps([cells(f) for f in files]), file=answers, flush=True)
            continue
        seconds = []
        for file in files:
            start = time.perf_counter()
            read(file)
            seconds.append(time.perf_counter() - start)
        print(
            json.dumps(
                {
                    "seconds": seconds,
                    "peak": peak(),
                    "version": metadata.version(LIBRARIES.get(name, "pymupdf")),
                }
            ),
            file=answers,
            flush=True,
        )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
