"""One night: intake → extract what is new → normalise → healthy? → publish → report."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from traceback import format_exception

import pyarrow as pa
import pyarrow.parquet as pq

from batch.folder import extract_files
from batch.job import drop_stale
from batch.limits import Limits
from batch.reading import CHANGED
from dataset.datapackage import descriptor
from dataset.diff.compare import diff, doubts
from dataset.publish import publish
from dataset.schema import TABLES
from extract.errors import BadInput, fault
from extract.model import file_name
from extract.version import sources_digest
from nightly import health
from nightly.intake import Filed, Index
from nightly.metrics import write_metrics
from nightly.report import HeldBack, Report
from nightly.runs import last_figures, run_name, write_report
from nightly.space import check_space
from normalize.pipeline import CORRECTIONS
from normalize.pipeline import normalize as make_dataset
from normalize.vocabulary.files import data_files

ROOT = Path(__file__).parent.parent
ROOMS = tuple(ROOT / room for room in ("batch", "dataset", "extract", "normalize"))
"""Whose code and data files decide what a dataset holds."""

UNFIT = ("correction_stale", "correction_orphaned")
"""Codes of findings about corrections that no longer fit."""
UNHEALTHY = "unhealthy"
"""Folder of the dataset that is held back, under the name of its run."""

Log = Callable[..., None]
Tables = dict[str, pa.Table]


class Busy(Exception):
    """Another run holds the lock."""


class Unhealthy(Exception):
    """The new dataset breaks a bound and was not published."""


EXPECTED = (BadInput, OSError, Unhealthy)
"""What keeps a dataset from being published, as the report then says; all else is a fault of this
program.
"""


def run_nightly(
    raw: Path,
    interim: Path,
    processed: Path,
    *,
    workers: int = 1,
    limits: Limits = Limits(),
    bounds: Path = health.BOUNDS,
    corrections: Path | None = CORRECTIONS,
    language: str = "zh",
    metrics: Path | None = None,
    log: Log = lambda event, **values: None,
) -> Report:
    """Run the batch once.

    Raises `Busy` when another run is at work, OSError when `interim` or `processed` cannot be
    written; everything else ends in the report.
    """
    interim.mkdir(parents=True, exist_ok=True)
    processed.mkdir(parents=True, exist_ok=True)
    report = Report(run_name(processed / "runs"))
    night = _Night(raw, interim, processed, workers, limits, bounds, corrections, log, report)
    with locked(processed):
        log("start", raw=str(raw))
        try:
            night.run()
        except EXPECTED as error:
            report.reason = f"{type(error).__name__}: {error}"
            log("not_published", reason=report.reason)
        except Exception as error:
            report.reason, report.traceback = fault(error), "".join(format_exception(error))
            log("fault", reason=report.reason, traceback=report.traceback)
        try:
            write_report(report, processed / "runs", language)
            if metrics is not None:
                write_metrics(metrics, report, processed)
        except OSError as error:  # a full disk here costs the report, not the dataset
            log("report_failed", reason=str(error))
    return report


@dataclass
class _Night:
    raw: Path
    interim: Path
    processed: Path
    workers: int
    limits: Limits
    bounds: Path
    corrections: Path | None
    log: Log
    report: Report

    def run(self) -> None:
        """Bring the dataset up to what is filed. Raises one of EXPECTED when it cannot."""
        report = self.report
        report.last = last_figures(self.processed / "runs")
        check_space(self.interim, self.processed)
        with report.timed("intake"):
            index, current = self.intake()
        with report.timed("extract"):
            left = self.read(index, [one for one in current.values() if self.is_new(index, one)])
        self.stand_by(index, current, left)
        index.forget(set(current))
        drop_stale(self.interim, current.keys())
        self.tell_failures(index, current)
        made_from = self.fingerprint(current)
        report.unchanged = made_from == index.published and self.has_dataset()
        held = index.held if not report.unchanged else None
        index.save(index.published, held)
        if report.unchanged:
            return
        if held and held.made_from == made_from:
            report.held, report.health = held, held.verdicts
            raise Unhealthy(_broken(held.verdicts))
        try:
            with report.timed("normalize"):
                self.make(published_tables(self.processed), made_from)
        except Unhealthy:
            index.save(index.published, report.held)
            raise
        report.published = True
        index.save(made_from)
        shutil.rmtree(self.processed / UNHEALTHY, ignore_errors=True)

    def intake(self) -> tuple[Index, dict[str, Filed]]:
        """The index of earlier nights, and the files filed now by SHA-256, the first of each
        content.
        """
        if not self.raw.is_dir():
            raise FileNotFoundError(f"no folder {self.raw}")
        index = Index(self.interim)
        filed = index.filed(self.raw)
        current: dict[str, Filed] = {}
        for one in filed:
            if current.setdefault(one.sha256, one) is not one:
                self.report.duplicates.append(file_name(one.path.name))
        self.report.files = len(filed)
        return index, current

    def is_new(self, index: Index, one: Filed) -> bool:
        return index.result(one) is None or not (self.interim / f"{one.sha256}.json").exists()

    def read(self, index: Index, new: list[Filed]) -> list[Filed]:
        """Extract the new files, and note in the index what became of them; those of them that
        could not be had as a whole, or hold something else by now.
        """
        paths = [one.path for one in new]
        for outcome in extract_files(paths, self.interim, self.workers, limits=self.limits):
            self.log("read", file=outcome.file, status=outcome.status, reason=outcome.reason)
            if outcome.path is None:
                self.report.failed[outcome.file] = outcome.reason or ""
            else:
                index.keep(outcome.path.stem, outcome.file, outcome.status, outcome.reason)
                self.report.read.append(outcome.file)
        return [one for one in new if index.result(one) is None]

    def stand_by(self, index: Index, current: dict[str, Filed], left: list[Filed]) -> None:
        """Let the files that are left for the next night stand for what they held before."""
        for one in left:
            self.report.failed.setdefault(file_name(one.path.name), CHANGED)
            del current[one.sha256]
            before = index.leave(one)
            if before is not None and (self.interim / f"{before.sha256}.json").exists():
                current.setdefault(before.sha256, before)

    def tell_failures(self, index: Index, current: dict[str, Filed]) -> None:
        """List what gave no rows, tonight or earlier."""
        self.report.failed.update(index.unreadable)
        for one in current.values():
            name, result = file_name(one.path.name), index.result(one)
            if result is None:
                continue  # an earlier content, read under another version of the reader
            if result.status == "failed":
                self.report.failed[name] = result.reason or ""
            elif result.status == "not_a_plan":
                self.report.not_plans.append(name)

    def fingerprint(self, current: dict[str, Filed]) -> str:
        """Digest of all that a dataset hangs on.

        Contents and names filed, code and data files, vocabulary, corrections, sources, bounds.
        """
        digest = hashlib.sha256(sources_digest(*ROOMS).encode())
        for sha, one in sorted(current.items()):
            digest.update(f"{sha} {file_name(one.path.name)!r}\n".encode())
        reviewed = sorted(self.corrections.glob("*.csv")) if self.corrections else []
        added = data_files("*")
        sources = [self.sources] if self.sources.exists() else []
        for path in [*reviewed, *added, *sources, self.bounds]:
            digest.update(path.name.encode() + path.read_bytes())
        return digest.hexdigest()

    @property
    def sources(self) -> Path:
        return self.raw / "sources.csv"

    def has_dataset(self) -> bool:
        return (self.processed / "plans.parquet").exists()

    def make(self, before: Tables | None, made_from: str) -> None:
        """Normalise and publish. Raises Unhealthy when a bound is broken, besides what `normalize`
        raises.
        """

        def gate(tables: Tables) -> None:
            self.tell(before, tables)
            self.hold_against_bounds(tables, before, made_from)

        make_dataset(
            self.interim,
            self.processed,
            corrections_dir=self.corrections,
            sources=self.sources,
            workers=self.workers,
            gate=gate,
        )

    def tell(self, before: Tables | None, tables: Tables) -> None:
        """What the report says of the tables: findings, decisions that no longer fit, changes."""
        report = self.report
        report.findings = dict(Counter(tables["findings"]["severity"].to_pylist()))
        report.decisions = doubts(tables, UNFIT.__contains__)
        with report.timed("diff"):
            try:
                report.changes = diff(before, tables)
            except Exception as error:  # a diff is a courtesy: the dataset can do without
                self.log("diff_failed", reason=str(error))

    def hold_against_bounds(self, tables: Tables, before: Tables | None, made_from: str) -> None:
        """Put an unhealthy dataset aside, in place of one put aside before, and raise Unhealthy."""
        report = self.report
        gone = [plan.plan_id for plan in report.changes.plans if plan.event == "withdrawn"]
        values = health.figures(tables, before, gone)
        explained = health.explained(tables, before, gone)
        report.health = health.judge(values, self.bounds, explained)
        bad = [verdict for verdict in report.health if verdict.state == "fail"]
        if bad:
            aside = self.processed / UNHEALTHY
            shutil.rmtree(aside, ignore_errors=True)
            publish(tables, aside / report.started, descriptor)
            report.held = HeldBack(report.started, made_from, report.health, report.withdrawn)
            raise Unhealthy(_broken(bad))


def _broken(verdicts: list[health.Verdict]) -> str:
    bad = (v for v in verdicts if v.state == "fail")
    return "; ".join(f"{v.name} {v.value} < {v.minimum}" for v in bad)


@contextmanager
def locked(processed: Path) -> Iterator[None]:
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


def published_tables(processed: Path) -> Tables | None:
    """The tables published in a folder; None when there are none, or they cannot be read."""
    files = {t.name: processed / f"{t.name}.parquet" for t in TABLES}
    try:
        return {n: pq.read_table(path) for n, path in files.items() if path.exists()} or None
    except (OSError, pa.ArrowException):
        return None
