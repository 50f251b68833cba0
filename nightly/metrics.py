"""The night's figures for Prometheus: a text file that node_exporter's textfile collector reads."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq

from nightly.report import Report
from nightly.runs import RUN, past_runs

NAME = "service_plans"
Sample = tuple[dict[str, str], float]


def write_metrics(file: Path, report: Report, processed: Path) -> None:
    """Write the figures of a night in one step. Raises OSError.

    Times are seconds since 1970; the age is that at the time of writing.
    """
    lines: list[str] = []
    for name, meaning, samples in _metrics(report, processed):
        lines += [f"# HELP {NAME}_{name} {meaning}", f"# TYPE {NAME}_{name} gauge"]
        lines += [f"{NAME}_{name}{_labels(labels)} {value:.15g}" for labels, value in samples]
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    fresh.write_text("\n".join(lines) + "\n", "utf-8")
    os.replace(fresh, file)


def _metrics(report: Report, processed: Path) -> Iterator[tuple[str, str, list[Sample]]]:
    yield "last_run_timestamp_seconds", "Start of the last night.", [({}, _when(report.started))]
    good = _last_success(report, processed / "runs")
    if good:
        meaning = "Start of the last night that published or found nothing new."
        yield "last_success_timestamp_seconds", meaning, [({}, _when(good))]
    release = processed / "current"
    if release.exists():
        published = release.resolve().stat().st_mtime
        yield "dataset_timestamp_seconds", "When the dataset was published.", [({}, published)]
        age = time.time() - published
        yield "dataset_age_seconds", "Age of the dataset.", [({}, age)]
        status = pq.read_table(release / "plans.parquet", columns=["status"])["status"].to_pylist()
        samples: list[Sample] = [({"status": s}, n) for s, n in sorted(Counter(status).items())]
        yield "plans", "Plans of the dataset by status.", samples
    yield "files", "Files filed.", [({}, report.files)]
    yield "files_failed", "Files that could not be read.", [({}, len(report.failed))]
    yield "held_back", "1 while a dataset waits to be accepted.", [({}, report.held is not None)]
    yield "exit_code", "Exit code of the last night.", [({}, report.exit_code)]
    steps: list[Sample] = [({"step": step}, seconds) for step, seconds in report.seconds.items()]
    yield "step_seconds", "Seconds of each step of the last night.", steps


def _last_success(report: Report, runs: Path) -> str | None:
    if report.exit_code < 2:
        return report.started
    return next((run["started"] for run in past_runs(runs) if run["exit_code"] < 2), None)


def _when(run: str) -> float:
    return datetime.strptime(run, RUN).replace(tzinfo=UTC).timestamp()


def _labels(labels: dict[str, str]) -> str:
    pairs = ",".join(f'{name}="{value}"' for name, value in labels.items())
    return f"{{{pairs}}}" if pairs else ""
