"""The site: an index of plans, a page a plan, the page pictures.

Plain files, no server, no network.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from batch.isolate import Lost, run_isolated
from batch.limits import Limits
from dataset.publish import current_release
from extract.errors import BadInput
from review.page import SITE, Counts, Links, in_order, plan_facts, render
from review.pictures import Picture, draw
from review.sources import pdfs_of, printed_plan
from review.view import Row, view

ASSETS = ("review.css", "review.js")
LIMITS = Limits(seconds=300.0)


@dataclass
class Site:
    """What was written: the index page, numbers of plans, pages and pictures drawn anew, and the
    plans without pictures.
    """

    index: Path
    plans: int
    pages: int
    drawn: int
    without_pages: list[str]


def build(
    processed: Path,
    raw: Path,
    interim: Path,
    out: Path,
    workers: int = 1,
    progress: Callable[[int, int, str], None] | None = None,
) -> Site:
    """Write the site of the dataset in `processed` into `out`.

    Pages of plans that are gone are removed. `raw` holds the PDFs, `interim` the records of the
    extract stage (boxes of units and headings). A plan whose PDF is missing or cannot be drawn gets
    its page without pictures. Raises BadInput when there is no dataset.
    """
    release = current_release(processed)
    try:
        plans = pq.read_table(release / "plans.parquet").to_pylist()
    except FileNotFoundError as error:
        todo = "no dataset; run plans extract and plans normalize first"
        raise BadInput(str(processed), todo) from error
    out.mkdir(parents=True, exist_ok=True)
    # A file that failed has no rows to look at, and may have cost all the time that it was given.
    files = pdfs_of([p for p in plans if p["status"] != "failed"], raw)
    site = Site(out / "index.html", len(plans), 0, 0, [])
    work = [
        (p, release, files.get(p["plan_id"]), interim / f"{p['sha256']}.json", out) for p in plans
    ]
    counts: dict[str, Counts] = {}
    for done, (index, result) in enumerate(
        run_isolated(plan_page, work, max(1, workers), LIMITS), 1
    ):
        plan = plans[index]
        if isinstance(
            result, Lost
        ):  # the file took the process down: its rows can be shown all the same
            result = plan_page(plan, release, None, work[index][3], out)
        pictures, counts[plan["plan_id"]] = result
        site.pages += len(pictures)
        site.drawn += sum(p.drawn for p in pictures)
        if not pictures and plan["pages"]:
            site.without_pages.append(plan["source_file"])
        if progress:
            progress(done, len(plans), plan["source_file"])
    for name in ASSETS:
        shutil.copyfile(SITE / name, out / name)
    _write(site.index, render("index.html", Links(), plans=in_order(plans), counts=counts))
    _sweep(out, {p["plan_id"] for p in plans})
    return site


def plan_page(
    plan: Row, release: Path, pdf: Path | None, record: Path, out: Path
) -> tuple[list[Picture], Counts]:
    """Write one plan's page and pictures.

    Returns the pictures and the number of findings by (severity, code).
    """
    printed = printed_plan(record)
    pictures: list[Picture] = []
    if pdf is not None:
        try:
            pictures = draw(pdf, printed.turned if printed else {}, out / "pages" / plan["plan_id"])
        except Exception:  # a broken file: the page says that there are no pictures
            pictures = []
    mine = [("plan_id", "=", plan["plan_id"])]
    measures, findings = (
        pq.read_table(release / f"{name}.parquet", filters=mine).to_pylist()
        for name in ("measures", "findings")
    )
    shown = plan_facts(view(plan, measures, findings, printed), findings)
    page = render("plan.html", Links(), pictures=pictures, **shown)
    _write(out / f"{plan['plan_id']}.html", page)
    return pictures, Counter((f["severity"], f["code"]) for f in findings)


def _write(path: Path, text: str) -> None:
    fresh = path.with_suffix(f".{os.getpid()}.tmp")
    fresh.write_text(text, "utf-8")
    os.replace(fresh, path)


def _sweep(out: Path, plan_ids: set[str]) -> None:
    for page in out.glob("*.html"):
        if page.stem not in plan_ids and page.stem != "index":
            page.unlink()
    for folder in (out / "pages").glob("*"):
        if folder.name not in plan_ids:
            shutil.rmtree(folder, ignore_errors=True)
