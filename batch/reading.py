"""One file in, its record out, whatever becomes of it.

What is done in a process of its own, here or on a worker.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Set
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from batch.isolate import ask_for_more
from batch.store import File, StoreError, local_copy
from extract.errors import BadInput
from extract.model import PrintedFinding, PrintedPlan, encode_plan, file_hash, file_name
from extract.readers import Reader
from extract.version import EXTRACTOR_VERSION

SCANNED_PAGE = 60.0
"""Seconds more for a page that is read from its picture: it takes some five."""

CHANGED = "檔案在讀取期間有變動，下次執行時再讀。"
UNREADABLE = "檔案無法讀取（{}），下次執行時再讀。"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one file.

    Its SHA-256 and its record, JSON in UTF-8; empty where the known one holds.
    """

    sha256: str
    record: bytes


@dataclass(frozen=True, slots=True)
class Left:
    """A file that could not be had as a whole, and why: it is left for the next run."""

    reason: str


def read_file(
    file: File, scratch: str, reader: Reader, known: Set[str], debug: Path | None = None
) -> Answer | Left:
    """Read one file, fetched into `scratch` if it lies elsewhere, unless its SHA-256 is `known`.

    `debug` is a folder for page pictures. A file that is gone, is not to be read, or changes while
    it is read is `Left`. Raises StoreError when a store does not answer: that is the machine's
    fault, not the file's.
    """

    def read(path: Path) -> Answer | Left:
        before, digest = _state(path), file_hash(path)
        if digest in known:
            return Answer(digest, b"")
        plan = read_plan(path, digest, reader, debug)
        plan.source_file = file_name(file.name)
        return Answer(digest, encode_plan(plan)) if _state(path) == before else Left(CHANGED)

    return _at_hand(file, Path(scratch), read)


def failed_file(file: File, reader: Reader, reason: str) -> Answer | Left:
    """The failed record of a file whose process was lost; `reason` is a sentence in Chinese."""

    def fail(path: Path) -> Answer:
        digest = file_hash(path)
        return Answer(digest, encode_plan(_failed(file_name(file.name), digest, reason, reader)))

    with tempfile.TemporaryDirectory(prefix="plans-") as scratch:
        return _at_hand(file, Path(scratch), fail)


def _at_hand(file: File, scratch: Path, use: Callable[[Path], Answer | Left]) -> Answer | Left:
    """What `use` makes of the file at its local path; `Left` where there is none to be read."""
    try:
        with local_copy(file, scratch) as path:
            return use(path)
    except StoreError as error:
        if not isinstance(error.__cause__, FileNotFoundError | PermissionError):
            raise
        return Left(UNREADABLE.format(error.__cause__))
    except OSError as error:
        return Left(UNREADABLE.format(error.strerror))


def _state(path: Path) -> tuple[int, int, int]:
    """What changes when a file is written: its size, the time of that, its inode."""
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns, stat.st_ino


def read_plan(
    path: Path, digest: str, reader: Reader = "mupdf", debug: Path | None = None
) -> PrintedPlan:
    """What the file prints; a failed plan with the reason if unreadable. `digest`: SHA-256."""
    # MuPDF and NumPy: not for the process that hands files out and reads none
    from extract.document import extract_document

    try:
        more = partial(ask_for_more, SCANNED_PAGE)
        plan = extract_document(path, reader, on_picture=more, debug=debug, digest=digest)
    except BadInput as error:
        return _failed(file_name(path.name), digest, error.reason, reader)
    except Exception as error:  # our bug or a broken file: the run goes on, the record says so
        reason = f"讀取時發生錯誤：{type(error).__name__}: {error}"
        return _failed(file_name(path.name), digest, reason, reader)
    plan.extractor_version = reader_version(reader)
    return plan


def _failed(name: str, digest: str, reason: str, reader: Reader) -> PrintedPlan:
    finding = PrintedFinding(severity="error", code="unreadable", message=reason)
    return PrintedPlan(
        source_file=name,
        sha256=digest,
        status="failed",
        reason=reason,
        extractor_version=reader_version(reader),
        findings=[finding],
    )


def reader_version(reader: Reader) -> str:
    """The extractor version that stands in records read by `reader`."""
    return EXTRACTOR_VERSION if reader == "mupdf" else f"{EXTRACTOR_VERSION}+{reader}"
