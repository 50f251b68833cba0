"""The folder of reports, written and read again: JSON for programs, the rest for people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from nightly.markup import as_html, as_markdown
from nightly.morning import blocks, title
from nightly.report import Report


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
    """The reports kept in `runs`, the latest first; those that cannot be read are left out."""
    for path in sorted(runs.glob("*T*Z.json"), reverse=True):
        try:
            yield json.loads(path.read_text("utf-8"))
        except (OSError, ValueError):
            continue


def last_figures(runs: Path) -> dict[str, float]:
    """The figures that the last published dataset was judged by."""
    published = (run["health"] for run in past_runs(runs) if run["published"] and run["health"])
    return {verdict["name"]: verdict["value"] for verdict in next(published, [])}
