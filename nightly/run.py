"""One night: intake → extract what is new → normalise → healthy? → publish → report."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from batch.folder import extract_files
from batch.isolate import Limits
from dataset.datapackage import descriptor
from dataset.diff import as_html, as_text, diff
from dataset.publish import PublishError, publish
from dataset.schema import TABLES
from extract.document import file_name
from nightly import health
from nightly.intake import Filed, Index
from normalize.pipeline import CORRECTIONS, NothingToDo
from normalize.pipeline import normalize as make_dataset
from normalize.rows.corrections import CorrectionError

ROOT = Path(__file__).parent.parent
Log = Callable[..., None]


class Busy(Exception):
    """Another run holds the lock."""


class Unhealthy(Exception):
    """The new dataset breaks a bound and was not published."""


@dataclass
class Report:
    """What happened, for the morning: written as JSON and as Markdown."""

    started: str
    published: bool = False
    unchanged: bool = False
    reason: str | None = None
    files: int = 0
    read: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    duplicates: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    not_plans: list[str] = field(default_factory=list)
    health: list[dict] = field(default_factory=list)
    findings: dict[str, int] = field(default_factory=dict)
    changes: list[dict] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """0 well (published or nothing new), 1 with failures, 2 nothing published though there was something."""
        if not self.published and not self.unchanged:
            return 2
        return 1 if self.failed else 0


def run_nightly(
    raw: Path,
    interim: Path,
    processed: Path,
    *,
    workers: int = 1,
    limits: Limits = Limits(),
    bounds: Path = health.BOUNDS,
    corrections: Path | None = CORRECTIONS,
    log: Log = lambda event, **values: None,
) -> Report:
    """Run the batch once. Raises `Busy` when another run is at work; everything else ends in the report."""
    interim.mkdir(parents=True, exist_ok=True)
    processed.mkdir(parents=True, exist_ok=True)
    report = Report(datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%SZ"))
    with _lock(processed):
        log("start", raw=str(raw))
        try:
            _night(raw, interim, processed, workers, limits, bounds, corrections, log, report)
        except (
            OSError,
            pa.ArrowException,
            NothingToDo,
            CorrectionError,
            PublishError,
            Unhealthy,
        ) as error:
            report.reason = f"{type(error).__name__}: {error}"
            log("not_published", reason=report.reason)
        _write(report, processed, log)
    return report


def _night(raw, interim, processed, workers, limits, bounds, corrections, log, report) -> None:
    clock = time.perf_counter()
    if not raw.is_dir():
        raise FileNotFoundError(f"no folder {raw}")
    index = Index(interim)
    filed = index.filed(raw)
    by_content: dict[str, Filed] = {}
    for one in filed:
        if one.sha256 in by_content:
            report.duplicates.append(file_name(one.path.name))
        else:
            by_content[one.sha256] = one
    report.files = len(filed)
    report.withdrawn = index.forget(set(by_content))
    todo = [
        one
        for one in by_content.values()
        if index.result(one) is None or not (interim / f"{one.sha256}.json").exists()
    ]
    report.seconds["intake"] = _since(clock)
    clock = time.perf_counter()
    for outcome in extract_files([one.path for one in todo], interim, workers, limits=limits):
        index.keep(outcome.path.stem, outcome.file, outcome.status, outcome.reason)
        report.read.append(outcome.file)
        log("read", file=outcome.file, status=outcome.status, reason=outcome.reason)
    report.seconds["extract"] = _since(clock)
    for stale in interim.glob("*.json"):
        if stale.stem not in by_content:
            stale.unlink()
    for leftover in interim.glob("*.tmp"):
        leftover.unlink()
    report.failed.update(index.unreadable)
    for one in by_content.values():
        result = index.result(one)
        if result["status"] == "failed":
            report.failed[file_name(one.path.name)] = result["reason"] or ""
        elif result["status"] == "not_a_plan":
            report.not_plans.append(file_name(one.path.name))
    made_from = _fingerprint(interim, by_content, corrections, bounds)
    if made_from == index.published and (processed / "plans.parquet").exists():
        report.unchanged = True
        index.save(made_from)
        return
    index.save(index.published)
    clock = time.perf_counter()
    before = _published(processed)
    made: dict[str, pa.Table] = {}

    def gate(tables: dict[str, pa.Table]) -> None:
        made.update(tables)
        verdicts = health.judge(health.figures(tables, before), bounds)
        report.health = [asdict(v) for v in verdicts]
        bad = [f"{v.name} {v.value} < {v.minimum}" for v in verdicts if v.state == "fail"]
        if bad:
            publish(tables, processed / "unhealthy" / report.started, descriptor)
            raise Unhealthy("; ".join(bad))

    make_dataset(interim, processed, corrections_dir=corrections, workers=workers, gate=gate)
    report.published = True
    index.save(made_from)
    report.seconds["normalize"] = _since(clock)
    report.findings = dict(Counter(made["findings"]["severity"].to_pylist()))
    clock = time.perf_counter()
    try:
        report.changes = diff(before, made)
    except Exception as error:  # a diff is a courtesy: the dataset is out already
        log("diff_failed", reason=str(error))
    report.seconds["diff"] = _since(clock)


def _since(clock: float) -> float:
    return round(time.perf_counter() - clock, 3)


@contextmanager
def _lock(processed: Path) -> Iterator[None]:
    with open(processed / ".nightly.lock", "a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise Busy(
                f"another run is at work (process {file.read().strip() or 'unknown'})"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _fingerprint(
    interim: Path, by_content: dict[str, Filed], corrections: Path | None, bounds: Path
) -> str:
    """Digest of all that a dataset hangs on: contents and names filed, code and data files, corrections, bounds."""
    digest = hashlib.sha256()
    for sha, one in sorted(by_content.items()):
        digest.update(f"{sha} {file_name(one.path.name)!r}\n".encode())
    rooms = (ROOT / room for room in ("batch", "dataset", "extract", "normalize"))
    sources = [p for room in rooms for p in room.rglob("*") if p.suffix in (".py", ".json", ".csv")]
    for path in [
        *sorted(sources),
        *(sorted(corrections.glob("*.csv")) if corrections else []),
        bounds,
    ]:
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def _published(processed: Path) -> dict[str, pa.Table] | None:
    try:
        return {
            t.name: pq.read_table(processed / f"{t.name}.parquet")
            for t in TABLES
            if (processed / f"{t.name}.parquet").exists()
        } or None
    except (OSError, pa.ArrowException):
        return None


def _write(report: Report, processed: Path, log: Log) -> None:
    """The run's JSON, Markdown and HTML. A full disk here costs the report, not the dataset."""
    runs = processed / "runs"
    try:
        runs.mkdir(exist_ok=True)
        (runs / f"{report.started}.json").write_text(
            json.dumps(
                asdict(report) | {"exit_code": report.exit_code}, ensure_ascii=False, indent=1
            ),
            "utf-8",
            "backslashreplace",
        )
        (runs / f"{report.started}.md").write_text(as_markdown(report), "utf-8", "backslashreplace")
        if report.changes:
            (runs / f"{report.started}.html").write_text(
                as_html(report.changes, f"Changes {report.started}"), "utf-8", "backslashreplace"
            )
    except OSError as error:
        log("report_failed", reason=str(error))


def as_markdown(report: Report) -> str:
    """What a person reads in the morning."""
    head = (
        "published"
        if report.published
        else "nothing new"
        if report.unchanged
        else f"NOT PUBLISHED: {report.reason}"
    )
    lines = [
        f"# Run {report.started}: {head}",
        "",
        f"{report.files} files; {len(report.read)} read, {len(report.withdrawn)} withdrawn, {len(report.failed)} failed, {len(report.not_plans)} no plans, {len(report.duplicates)} filed twice",
        "",
    ]
    for title, names in (
        ("Read", report.read),
        ("Withdrawn", report.withdrawn),
        ("Filed twice", report.duplicates),
    ):
        if names:
            lines += [f"## {title}", "", *(f"- {_plain(n)}" for n in names[:200]), ""]
    if report.failed:
        lines += [
            "## Failed (retried when the file or the reader changes)",
            "",
            *(f"- {_plain(n)}: {_plain(r)}" for n, r in report.failed.items()),
            "",
        ]
    if report.health:
        lines += [
            "## Health",
            "",
            "| figure | value | minimum | maximum | |",
            "|---|---:|---:|---:|---|",
        ]
        lines += [
            f"| {v['name']} | {v['value']} | {v['minimum'] if v['minimum'] is not None else ''} | {v['maximum'] if v['maximum'] is not None else ''} | {v['state']} |"
            for v in report.health
        ] + [""]
    if report.findings:
        lines += [
            "## Findings",
            "",
            *(f"- {s}: {n}" for s, n in sorted(report.findings.items())),
            "",
        ]
    if report.changes:
        lines += ["## Changes", "", "```", as_text(report.changes), "```", ""]
    lines += ["## Seconds", "", ", ".join(f"{k} {v}" for k, v in report.seconds.items()), ""]
    return "\n".join(lines)


def _plain(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
