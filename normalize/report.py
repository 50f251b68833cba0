"""The table at the end of a run, for people."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from normalize.pipeline import RunReport

_STYLE = {"ok": "green", "partial": "yellow", "failed": "red", "not_a_plan": "dim"}
ROWS_MOST = 60  # longer runs show only the plans that are not ok


def show(report: RunReport, console: Console) -> None:
    """Print a row a plan, the totals, and where the dataset lies."""
    plans = report.plans
    shown = plans if len(plans) <= ROWS_MOST else [p for p in plans if p["status"] != "ok"]
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("file", "agency", "year", "edition"):
        table.add_column(name, overflow="fold")
    for name in ("measures", "units", "matched", "findings"):
        table.add_column(name, justify="right")
    table.add_column("status")
    for p in sorted(shown, key=lambda p: p["source_file"]):
        read = p["status"] in ("ok", "partial")
        counts = p["by_severity"]
        doubts = str(p["findings"]) + (
            f" ({counts['error']} error)"
            if counts["error"]
            else f" ({counts['check']} to check)"
            if counts["check"]
            else ""
        )
        status = f"[{_STYLE[p['status']]}]{p['status']}[/]" + (
            f" {p['reason']}" if p["reason"] else ""
        )
        table.add_row(
            p["source_file"],
            p["agency"] or "-",
            str(p["year_roc"] or "-"),
            p["taxonomy"] or "-",
            str(p["measures"]),
            str(p["units"]),
            f"{p['matched_share']:.0%}" if read else "-",
            doubts,
            status,
        )
    console.print(table)
    states = ", ".join(
        f"{sum(p['status'] == s for p in plans)} {s}"
        for s in _STYLE
        if any(p["status"] == s for p in plans)
    )
    console.print(
        f"\n{len(plans)} plans ({states}), {sum(p['measures'] for p in plans)} measures, {sum(p['findings'] for p in plans)} findings",
        highlight=False,
    )
    if report.corrections_applied or report.corrections_stale:
        console.print(
            f"corrections: {report.corrections_applied} applied, {report.corrections_stale} no longer fit",
            highlight=False,
        )
    console.print(f"dataset: {report.out_dir}", highlight=False, soft_wrap=True)
