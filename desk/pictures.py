"""Page pictures for the desk: drawn when they are first looked at, in a process with limits."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from batch.isolate import Isolated, Lost
from batch.limits import Limits
from extract.model import PrintedPlan
from review.pictures import Picture, draw
from review.sources import pdfs_of, printed_plan

Row = dict[str, Any]
LIMITS = Limits(seconds=60.0)


class Pictures:
    """The pages of the plans in `raw`; pictures are kept in `folder`, one folder a plan.

    Paths are made of what the dataset says alone, never of what a request says.
    """

    def __init__(self, raw: Path, interim: Path, folder: Path) -> None:
        self._raw, self._interim, self._folder = raw, interim, folder
        self._lock = threading.Lock()
        self._worker: Isolated[list[Picture]] | None = None
        self._pdfs: dict[str, Path | None] = {}
        self._pages: dict[str, list[Picture]] = {}

    def printed(self, plan: Row) -> PrintedPlan | None:
        """The plan's record of the extract stage."""
        return printed_plan(self._interim / f"{plan['sha256']}.json")

    def pages(self, plan: Row) -> list[Picture]:
        """Number and size of each page, none where the PDF is missing or broken."""
        plan_id = plan["plan_id"]
        if plan_id not in self._pages:
            self._pages[plan_id] = self._drawn(plan, ())
        return self._pages[plan_id]

    def page(self, plan: Row, number: int) -> Path | None:
        """The picture of a page; None where there is none."""
        target = self._folder / plan["plan_id"] / f"{number}.webp"
        if not target.is_file() and any(p.number == number for p in self.pages(plan)):
            self._drawn(plan, (number,))
        return target if target.is_file() else None

    def unread(self, plans: dict[str, Row]) -> int:
        """How many PDF files lie in `raw` that no plan of the dataset was read from."""
        known = {p["source_file"] for p in plans.values()}
        return sum(p.name not in known for p in self._raw.glob("*.pdf"))

    def stop(self) -> None:
        if self._worker is not None:
            self._worker.stop()

    def _drawn(self, plan: Row, wanted: tuple[int, ...]) -> list[Picture]:
        plan_id = plan["plan_id"]
        with self._lock:
            if plan_id not in self._pdfs:
                self._pdfs[plan_id] = pdfs_of([plan], self._raw).get(plan_id)
            pdf = self._pdfs[plan_id]
            if pdf is None:
                return []
            self._worker = self._worker or Isolated(draw, LIMITS)
            printed = self.printed(plan)
            turned = printed.turned if printed else {}
            try:
                made = self._worker.run(pdf, turned, self._folder / plan_id, wanted)
            except Exception:  # a broken file: the page says that there are no pictures
                return []
        return [] if isinstance(made, Lost) else made
