"""The pages' templates, one set for the static site and the desk, and where their links lead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dataset.kinds import SEVERITIES
from review import labels
from review.view import Row, View

SITE = Path(__file__).parent / "site"

Counts = Counter[tuple[str, str]]
"""Number of findings by (severity, code)."""


class Links:
    """Addresses within the static site: plain files beside each other."""

    def index(self) -> str:
        return "index.html"

    def plan(self, plan_id: str) -> str:
        return f"{plan_id}.html"

    def picture(self, plan_id: str, number: int) -> str:
        return f"pages/{plan_id}/{number}.webp"

    def asset(self, name: str) -> str:
        return name


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(SITE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"zh": labels, "severities": SEVERITIES}
    environment.filters["doubts"] = doubts
    return environment


def render(name: str, links: Links, desk: dict[str, Any] | None = None, **shown: Any) -> str:
    """A page of the static site, or of the desk where `desk` says what its header shows."""
    return _environment().get_template(name).render(links=links, desk=desk, **shown)


def doubts(counts: Counts) -> int:
    """How many findings ask a person to look."""
    return sum(n for (severity, _), n in counts.items() if severity != "note")


def plan_facts(shown: View, findings: list[Row]) -> dict[str, Any]:
    """What the page of a plan needs besides its view."""
    return {
        "view": shown,
        "plan": shown.plan,
        "codes": sorted(Counter(f["code"] for f in findings).items()),
        "worst": {key: worst(mine) for key, mine in shown.findings.items()},
    }


def worst(findings: Iterable[Row]) -> str:
    """The gravest severity among findings; empty without any."""
    return max((f["severity"] for f in findings), key=SEVERITIES.index, default="")


def in_order(plans: list[Row]) -> list[Row]:
    """Plans by agency, year and file name, those of no known agency last."""
    return sorted(plans, key=lambda p: (p["agency"] or "~", p["year_roc"] or 0, p["source_file"]))
