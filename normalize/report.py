"""The table at the end of a run, for people."""

from __future__ import annotations

from collections import Counter

from rich.console import Console
from rich.table import Table

from normalize.model import PlanRow
from normalize.pipeline import PlanSummary, RunReport

_STYLE = {"ok": "green", "partial": "yellow", "failed": "red", "not_a_plan": "dim"}
ROWS_MOST = 60  # longer runs show only the plans that are not ok


def show(report: RunReport, console: Console) -> None:
    """Print a row a plan, the totals, and where the dataset lies."""
    console.print(_table(report.plans))
    console.print(_totals([p.plan for p in report.plans]), highlight=False)
    applied, stale = report.corrections_applied, report.corrections_stale
    orphaned = report.corrections_orphaned
    if applied or stale or orphaned:
        told = f"{applied} applied, {stale} no longer fit, {orphaned} of measures that are gone"
        console.print(f"corrections: {told}", highlight=False)
    for move in report.family_moves[:ROWS_MOST]:
        console.print(f"family {move}", highlight=False)
    console.print(f"dataset: {report.out_dir}", highlight=False, soft_wrap=True)


def _table(plans: list[PlanSummary]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("file", "agency", "year", "edition"):
        table.add_column(name, overflow="fold")
    for name in ("measures", "units", "matched", "findings"):
        table.add_column(name, justify="right")
    table.add_column("status")
    shown = plans if len(plans) <= ROWS_MOST else [p for p in plans if p.plan.status != "ok"]
    for summary in sorted(shown, key=lambda p: p.plan.source_file):
        plan = summary.plan
        table.add_row(
            plan.source_file,
            plan.agency or "-",
            str(plan.year_roc or "-"),
            plan.taxonomy or "-",
            str(plan.measures),
            str(summary.units),
            f"{plan.matched_share:.0%}" if plan.status in ("ok", "partial") else "-",
            _doubts(summary),
            f"[{_STYLE[plan.status]}]{plan.status}[/]" + (f" {plan.reason}" if plan.reason else ""),
        )
    return table


def _doubts(summary: PlanSummary) -> str:
    """Number of findings, and of the worst of them."""
    counts = summary.by_severity
    worst = ""
    if counts["error"]:
        worst = f" ({counts['error']} error)"
    elif counts["check"]:
        worst = f" ({counts['check']} to check)"
    return f"{summary.plan.findings}{worst}"


def _totals(plans: list[PlanRow]) -> str:
    counts = Counter(p.status for p in plans)
    states = ", ".join(f"{counts[s]} {s}" for s in _STYLE if counts[s])
    measures, findings = sum(p.measures for p in plans), sum(p.findings for p in plans)
    return f"\n{len(plans)} plans ({states}), {measures} measures, {findings} findings"
