"""One file in, its record out, whatever becomes of it.

What is done in a process of its own, here or on a worker.
"""

from __future__ import annotations

import tempfile
from collections.abc import Set
from dataclasses import dataclass
from pathlib import Path

from batch.store import File, local_copy
from extract.document import extract_document, file_hash, file_name
from extract.errors import BadInput
from extract.model import PrintedFinding, PrintedPlan, encode_plan
from extract.readers import Reader
from extract.version import EXTRACTOR_VERSION


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one file.

    Its SHA-256 and its record, JSON in UTF-8; empty where the known one holds.
    """

    sha256: str
    record: bytes


def read_file(
    file: File, scratch: str, reader: Reader, known: Set[str], debug: Path | None = None
) -> Answer:
    """Read one file, fetched into `scratch` if it lies elsewhere, unless its SHA-256 is `known`.

    `debug` is a folder for page pictures. Raises OSError when the file cannot be fetched: that is
    the machine's fault, not the file's.
    """
    with local_copy(file, Path(scratch)) as path:
        digest = file_hash(path)
        if digest in known:
            return Answer(digest, b"")
        plan = read_plan(path, digest, reader, debug)
    plan.source_file = file_name(file.name)
    return Answer(digest, encode_plan(plan))


def failed_file(file: File, reader: Reader, reason: str) -> Answer:
    """The failed record of a file whose process was lost; `reason` is a sentence in Chinese."""
    with tempfile.TemporaryDirectory(prefix="plans-") as scratch:
        with local_copy(file, Path(scratch)) as path:
            digest = file_hash(path)
    return Answer(digest, encode_plan(_failed(file_name(file.name), digest, reason, reader)))


def read_plan(
    path: Path, digest: str, reader: Reader = "mupdf", debug: Path | None = None
) -> PrintedPlan:
    """What the file prints; a failed plan with the reason if unreadable. `digest`: SHA-256."""
    try:
        plan = extract_document(path, reader, debug=debug, digest=digest)
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
