"""The extract stage over a folder: every PDF → `<sha256>.json`, kept per content and extractor version."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from batch.isolate import Limits, Lost, run_isolated
from batch.store import File, find_pdfs, write
from extract.document import EXTRACTOR_VERSION, Reader, extract_document, file_hash, file_name
from extract.errors import BadInput
from extract.model import PrintedFinding, PrintedPlan


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file: its interim record's path, its status, and whether an earlier result was kept."""

    file: str
    path: File
    status: str
    reason: str | None
    kept: bool


def extract_one(
    path: Path, out: Path, reader: Reader = "mupdf", debug: Path | None = None
) -> Outcome:
    """Extract one file into `out`. A file that cannot be read gives a record with status `failed` and the reason.

    With `debug`, a folder for page pictures, the file is read again even if its record is known.
    """
    digest = file_hash(path)
    target = out / f"{digest}.json"
    known = _known(target)
    if (
        debug is None
        and known
        and known.get("extractor_version") == reader_version(reader)
        and known.get("source_file") == file_name(path.name)
    ):
        return Outcome(file_name(path.name), target, known["status"], known.get("reason"), True)
    plan = read_plan(path, digest, reader, debug)
    write(target, as_record(plan))
    return Outcome(file_name(path.name), target, plan.status, plan.reason, False)


def read_plan(
    path: Path, digest: str, reader: Reader = "mupdf", debug: Path | None = None
) -> PrintedPlan:
    """What the file prints; a failed plan with the reason when it cannot be read. `digest` is its SHA-256."""
    try:
        plan = extract_document(path, reader, debug=debug, digest=digest)
    except BadInput as error:
        return failed_plan(path, digest, error.reason, reader)
    except Exception as error:  # our bug or a broken file: the run goes on, the record says so
        return failed_plan(path, digest, f"讀取時發生錯誤：{type(error).__name__}: {error}", reader)
    plan.extractor_version = reader_version(reader)
    return plan


def reader_version(reader: Reader) -> str:
    return EXTRACTOR_VERSION if reader == "mupdf" else f"{EXTRACTOR_VERSION}+{reader}"


def _known(target: Path) -> dict | None:
    try:
        return json.loads(target.read_text("utf-8"))
    except (OSError, ValueError):
        return None


def failed_plan(path: Path, digest: str, reason: str, reader: Reader) -> PrintedPlan:
    """The plan of a file that could not be read."""
    finding = PrintedFinding(severity="error", code="unreadable", message=reason)
    return PrintedPlan(
        source_file=file_name(path.name),
        sha256=digest,
        status="failed",
        reason=reason,
        extractor_version=reader_version(reader),
        findings=[finding],
    )


def as_record(plan: PrintedPlan) -> bytes:
    """The record as it is written: JSON, UTF-8."""
    return plan.model_dump_json(indent=1).encode()


def extract_folder(
    raw: Path,
    out: Path,
    workers: int = 1,
    reader: Reader = "mupdf",
    on_done: Callable[[Outcome, int, int], None] | None = None,
    debug: Path | None = None,
) -> list[Outcome]:
    """Extract every PDF under `raw` into `out`, `workers` processes wide, and drop records of files no longer there.

    Raises `BadInput` when `raw` does not exist or holds no PDF. Outcomes come back in order of file name.
    """
    if not raw.exists():
        raise BadInput(str(raw), "找不到這個資料夾或檔案。")
    files = find_pdfs(raw)
    if not files:
        raise BadInput(str(raw), "資料夾裡沒有 PDF 檔。")
    out.mkdir(parents=True, exist_ok=True)
    outcomes: list[Outcome] = []
    for outcome in extract_files(files, out, workers, reader, debug):
        outcomes.append(outcome)
        if on_done:
            on_done(outcome, len(outcomes), len(files))
    if raw.is_dir():
        current = {o.path.name for o in outcomes}
        for stale in out.glob("*.json"):
            if stale.name not in current:
                stale.unlink()
    for leftover in out.glob("*.tmp"):
        leftover.unlink()
    return sorted(outcomes, key=lambda o: o.file)


def extract_files(
    files: list[Path],
    out: Path,
    workers: int = 1,
    reader: Reader = "mupdf",
    debug: Path | None = None,
    limits: Limits = Limits(),
) -> Iterator[Outcome]:
    """Extract files into `out`, each in a worker process within `limits`; outcomes in order of completion.

    A file that hangs or takes its process down gets a record with status `failed` and the reason, like any unreadable one.
    """
    for index, result in run_isolated(
        extract_one, [(path, out, reader, debug) for path in files], workers, limits
    ):
        if isinstance(result, Lost):
            path = files[index]
            digest = file_hash(path)
            plan = failed_plan(path, digest, result.reason, reader)
            write(out / f"{digest}.json", as_record(plan))
            result = Outcome(
                file_name(path.name), out / f"{digest}.json", plan.status, plan.reason, False
            )
        yield result
