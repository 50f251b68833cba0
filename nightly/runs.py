"""The folder of reports, written and read again: JSON for programs, the rest for people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from nightly.report import Report
from nightly.words.markup import as_html, as_markdown
from nightly.words.morning import blocks, title

RUN = "%Y-%m-%dT%H-%M-%SZ"
"""How a run is called: when it started, UTC."""


def run_name(runs: Path) -> str:
    """UTC time, by which a run is called: the next second that no report has yet."""
    now = datetime.now(UTC)
    while (runs / f"{now:{RUN}}.json").exists():
        now += timedelta(seconds=1)
    return f"{now:{RUN}}"


def write_report(report: Report, runs: Path, language: str = "zh") -> None:
    """Write the run's three files into the folder `runs`. Raises OSError."""
    runs.mkdir(exist_ok=True)
    values = asdict(report) | {"exit_code": report.exit_code}
    said = blocks(report, language)
    texts = {
        "json": json.dumps(values, ensure_ascii=False, indent=1) + "\n",
        "md": as_markdown(said),
        "html": as_html(said, language, title(report, language)),
    }
    for suffix, text in texts.items():
        (runs / f"{report.started}.{suffix}").write_text(text, "utf-8", "backslashreplace")


def past_runs(runs: Path) -> Iterator[dict[str, Any]]:
    """The reports kept in `runs`, the latest first; what cannot be read, or says less than a report
    of today, is left out.
    """
    wanted = {field.name for field in fields(Report)}
    for path in sorted(runs.glob("*T*Z.json"), reverse=True):
        try:
            run = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError):
            continue
        if wanted <= run.keys():
            yield run


def last_figures(runs: Path) -> dict[str, float]:
    """The figures that the last published dataset was judged by."""
    published = (run["health"] for run in past_runs(runs) if run["published"] and run["health"])
    return {verdict["name"]: verdict["value"] for verdict in next(published, [])}


def overview(runs: Path) -> Iterator[tuple[str, ...]]:
    """A line a night, the latest first: run, result, files read, failed, withdrawn, seconds."""
    for run in past_runs(runs):
        events = [plan["event"] for plan in run["changes"]["plans"]]
        yield (
            run["started"],
            _result(run),
            str(len(run["read"])),
            str(len(run["failed"])),
            str(events.count("withdrawn")),
            f"{sum(run['seconds'].values()):.1f}",
        )


def _result(run: dict[str, Any]) -> str:
    if run["accepted"]:
        return f"accepted {run['accepted']['run']} ({run['accepted']['who']})"
    if run["published"]:
        return "published"
    if run["held"]:
        return "held back" + (f" since {h}" if (h := run["held"]["run"]) != run["started"] else "")
    return "nothing new" if run["unchanged"] else "not published"


def kept_report(runs: Path, run: str | None) -> str | None:
    """The Markdown report of a run (its name or its beginning; None: the last); None for none."""
    found = sorted(runs.glob(f"{run or ''}*Z.md"))
    return found[-1].read_text("utf-8") if found else None
