"""The extract stage over a folder: every PDF → `<sha256>.json`, kept per content and extractor version."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from .document import EXTRACTOR_VERSION, Reader, extract_document, file_hash, file_name
from .errors import BadInput
from .isolate import Limits, Lost, run_isolated
from .model import PrintedFinding, PrintedPlan


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file: its interim record's path, its status, and whether an earlier result was kept."""

    file: str
    path: Path
    status: str
    reason: str | None
    kept: bool


def find_pdfs(raw: Path) -> list[Path]:
    """PDF files of a folder (or the one file given), by name."""
    if raw.is_file():
        return [raw]
    return sorted(p for p in raw.rglob("*") if p.is_file() and p.suffix.lower() == ".pdf")


def extract_one(path: Path, out: Path, reader: Reader = "mupdf", debug: Path | None = None) -> Outcome:
    """Extract one file into `out`. A file that cannot be read gives a record with status `failed` and the reason.

    With `debug`, a folder for page pictures, the file is read again even if its record is known.
    """
    digest = file_hash(path)
    target = out / f"{digest}.json"
    known = _known(target)
    if debug is None and known and known.get("extractor_version") == _version(reader) and known.get("source_file") == file_name(path):
        return Outcome(file_name(path), target, known["status"], known.get("reason"), True)
    try:
        plan = extract_document(path, reader, debug=debug)
    except BadInput as error:
        plan = _failed(file_name(path), digest, error.reason)
    except Exception as error:  # our bug or a broken file: the run goes on, the record says so
        plan = _failed(file_name(path), digest, f"讀取時發生錯誤：{type(error).__name__}: {error}")
    plan.extractor_version = _version(reader)
    write_record(plan, target)
    return Outcome(file_name(path), target, plan.status, plan.reason, False)


def _version(reader: Reader) -> str:
    return EXTRACTOR_VERSION if reader == "mupdf" else f"{EXTRACTOR_VERSION}+{reader}"


def _known(target: Path) -> dict | None:
    try:
        return json.loads(target.read_text("utf-8"))
    except (OSError, ValueError):
        return None


def _failed(name: str, digest: str, reason: str) -> PrintedPlan:
    return PrintedPlan(source_file=name, sha256=digest, status="failed", reason=reason, findings=[PrintedFinding(severity="error", code="unreadable", message=reason)])


def write_record(plan: PrintedPlan, target: Path) -> None:
    """Write the record so that a reader never sees half of it."""
    temporary = target.with_suffix(f".{os.getpid()}.tmp")
    temporary.write_text(plan.model_dump_json(indent=1), "utf-8")
    os.replace(temporary, target)


def extract_folder(raw: Path, out: Path, workers: int = 1, reader: Reader = "mupdf", on_done: Callable[[Outcome, int, int], None] | None = None, debug: Path | None = None) -> list[Outcome]:
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


def extract_files(files: list[Path], out: Path, workers: int = 1, reader: Reader = "mupdf", debug: Path | None = None, limits: Limits = Limits()) -> Iterator[Outcome]:
    """Extract files into `out`, each in a worker process within `limits`; outcomes in order of completion.

    A file that hangs or takes its process down gets a record with status `failed` and the reason, like any unreadable one.
    """
    for index, result in run_isolated(extract_one, [(path, out, reader, debug) for path in files], workers, limits):
        if isinstance(result, Lost):
            path = files[index]
            digest = file_hash(path)
            plan = _failed(file_name(path), digest, result.reason)
            plan.extractor_version = _version(reader)
            write_record(plan, out / f"{digest}.json")
            result = Outcome(file_name(path), out / f"{digest}.json", plan.status, plan.reason, False)
        yield result
