"""What happened in a night: a plain record, which `nightly/words/morning.py` puts into words."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from dataset.diff.records import Difference, Doubt
from nightly.health import Verdict


@dataclass
class HeldBack:
    """A dataset that broke a bound: the run whose archive holds it, and what it broke."""

    run: str
    made_from: str
    verdicts: list[Verdict]
    withdrawn: list[str]


@dataclass
class Accepted:
    """A person's word that a dataset held back is right."""

    run: str
    who: str
    why: str


@dataclass
class Report:
    """What happened. `last` are the figures of the last published run, by name."""

    started: str
    published: bool = False
    unchanged: bool = False
    reason: str | None = None
    traceback: str | None = None
    """Of a fault of this program, which kept the night from its end."""
    held: HeldBack | None = None
    accepted: Accepted | None = None
    files: int = 0
    read: list[str] = field(default_factory=list)
    duplicates: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    not_plans: list[str] = field(default_factory=list)
    health: list[Verdict] = field(default_factory=list)
    last: dict[str, float] = field(default_factory=dict)
    findings: dict[str, int] = field(default_factory=dict)
    decisions: list[Doubt] = field(default_factory=list)
    """Corrections that no longer fit."""
    changes: Difference = field(default_factory=Difference)
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Note the wall-clock seconds of a step that ends well."""
        start = time.perf_counter()
        yield
        self.seconds[step] = round(time.perf_counter() - start, 3)

    @property
    def withdrawn(self) -> list[str]:
        """Names of files that are filed no more, since the dataset was last published."""
        return [plan.file for plan in self.changes.plans if plan.event == "withdrawn"]

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
