"""What happened in a night, for the morning.

JSON for programs, Markdown for people, HTML of the changes.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from dataset.diff import as_html, as_text

MOST = 200
"""Names that a list of the Markdown report shows."""


@dataclass
class Report:
    """What happened, for the morning: written as JSON and as Markdown."""

    started: str
    published: bool = False
    unchanged: bool = False
    reason: str | None = None
    traceback: str | None = None
    """Of a fault of this program, which kept the night from its end."""
    files: int = 0
    read: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    duplicates: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    not_plans: list[str] = field(default_factory=list)
    health: list[dict[str, Any]] = field(default_factory=list)
    findings: dict[str, int] = field(default_factory=dict)
    changes: list[dict[str, Any]] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Note the wall-clock seconds of a step that ends well."""
        start = time.perf_counter()
        yield
        self.seconds[step] = round(time.perf_counter() - start, 3)

    @property
    def exit_code(self) -> int:
        """0 well (published or nothing new), 1 with failures, 2 nothing published though there was
        something, 3 a fault of this program.
        """
        if self.traceback is not None:
            return 3
        if not self.published and not self.unchanged:
            return 2
        return 1 if self.failed else 0


def write_report(report: Report, runs: Path) -> None:
    """Write the run's files into the folder `runs`. Raises OSError."""
    runs.mkdir(exist_ok=True)
    values = asdict(report) | {"exit_code": report.exit_code}
    texts = {
        "json": json.dumps(values, ensure_ascii=False, indent=1),
        "md": as_markdown(report),
    }
    if report.changes:
        texts["html"] = as_html(report.changes, f"Changes {report.started}")
    for suffix, text in texts.items():
        (runs / f"{report.started}.{suffix}").write_text(text, "utf-8", "backslashreplace")


def as_markdown(report: Report) -> str:
    """What a person reads in the morning."""
    lines = [f"# Run {report.started}: {_state(report)}", "", _counts(report), ""]
    if report.traceback is not None:
        lines += _section("Fault of this program", ["```", report.traceback, "```"])
    lines += _section("Read", _items(report.read[:MOST]))
    lines += _section("Withdrawn", _items(report.withdrawn[:MOST]))
    lines += _section("Filed twice", _items(report.duplicates[:MOST]))
    failed = [f"- {_plain(name)}: {_plain(reason)}" for name, reason in report.failed.items()]
    lines += _section("Failed (retried when the file or the reader changes)", failed)
    lines += _section("Health", _health(report.health))
    findings = [f"- {severity}: {n}" for severity, n in sorted(report.findings.items())]
    lines += _section("Findings", findings)
    if report.changes:
        lines += _section("Changes", ["```", as_text(report.changes), "```"])
    lines += _section("Seconds", [", ".join(f"{k} {v}" for k, v in report.seconds.items())])
    return "\n".join(lines)


def _state(report: Report) -> str:
    if report.published:
        return "published"
    return "nothing new" if report.unchanged else f"NOT PUBLISHED: {report.reason}"


def _counts(report: Report) -> str:
    counts = (
        f"{len(report.read)} read",
        f"{len(report.withdrawn)} withdrawn",
        f"{len(report.failed)} failed",
        f"{len(report.not_plans)} no plans",
        f"{len(report.duplicates)} filed twice",
    )
    return f"{report.files} files; {', '.join(counts)}"


def _section(title: str, lines: list[str]) -> list[str]:
    """A heading and its lines; nothing where there are none."""
    return [f"## {title}", "", *lines, ""] if lines else []


def _items(names: list[str]) -> list[str]:
    return [f"- {_plain(name)}" for name in names]


def _health(verdicts: list[dict[str, Any]]) -> list[str]:
    head = ["| figure | value | minimum | maximum | |", "|---|---:|---:|---:|---|"]
    return head + [_row(v) for v in verdicts] if verdicts else []


def _row(verdict: dict[str, Any]) -> str:
    keys = ("name", "value", "minimum", "maximum", "state")
    cells = ("" if verdict[key] is None else str(verdict[key]) for key in keys)
    return f"| {' | '.join(cells)} |"


def _plain(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
