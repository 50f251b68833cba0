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
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from batch.isolate import Lost, run_isolated
from batch.limits import Limits
from batch.store import find_pdfs
from dataset.kinds import KINDS, SEVERITIES
from extract.document import file_hash, file_name
from extract.errors import BadInput
from extract.model import PrintedPlan, decode_plan
from normalize.reviewed import COLUMNS, MEASURE_COLUMNS, written
from review.pictures import Picture, draw
from review.view import Row, view

SITE = Path(__file__).parent / "site"
ASSETS = ("review.css", "review.js")
LIMITS = Limits(seconds=300.0)
KINDS_ZH = {
    "measure": "作法",
    "unit": "執行單位",
    "pillar": "執行要項",
    "focus": "執行重點",
    "finding": "註記",
}

Counts = Counter[tuple[str, str]]
"""Number of findings by (severity, code)."""


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
    release = (processed / "current").resolve() if (processed / "current").is_dir() else processed
    try:
        plans = pq.read_table(release / "plans.parquet").to_pylist()
    except FileNotFoundError as error:
        todo = "no dataset; run plans extract and plans normalize first"
        raise BadInput(str(processed), todo) from error
    out.mkdir(parents=True, exist_ok=True)
    files = _files(plans, raw)
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
    _write(
        site.index,
        _template("index.html").render(
            plans=sorted(
                plans, key=lambda p: (p["agency"] or "~", p["year_roc"] or 0, p["source_file"])
            ),
            counts=counts,
            kinds=KINDS,
            codes=sorted({code for c in counts.values() for _, code in c}),
            severities=SEVERITIES,
        ),
    )
    _sweep(out, {p["plan_id"] for p in plans})
    return site


def _files(plans: list[Row], raw: Path) -> dict[str, Path]:
    """plan_id -> its PDF in `raw`, by name where name and content agree, by content otherwise."""
    pdfs = find_pdfs(raw) if raw.exists() else []
    by_name: dict[str, list[Path]] = {}
    for pdf in pdfs:
        by_name.setdefault(file_name(pdf.name), []).append(pdf)
    found, lacking = {}, []
    for plan in plans:
        path = next(
            (p for p in by_name.get(plan["source_file"], []) if file_hash(p) == plan["sha256"]),
            None,
        )
        found[plan["plan_id"]] = path
        if path is None:
            lacking.append(plan)
    if lacking:
        by_hash = {file_hash(p): p for p in pdfs}
        for plan in lacking:
            found[plan["plan_id"]] = by_hash.get(plan["sha256"])
    return {k: v for k, v in found.items() if v is not None}


def plan_page(
    plan: Row, release: Path, pdf: Path | None, record: Path, out: Path
) -> tuple[list[Picture], Counts]:
    """Write one plan's page and pictures.

    Returns the pictures and the number of findings by (severity, code).
    """
    printed = _printed(record)
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
    shown = view(plan, measures, findings, printed)
    data = {
        "plan": {
            k: written(plan[k])
            for k in ("plan_id", "agency", "agency_kind", "year_roc", "is_current")
        },
        "header": COLUMNS,
        "columns": MEASURE_COLUMNS,
        "codes": shown.codes,
        "measures": {
            m["measure_id"]: {c: written(m[c]) for c in MEASURE_COLUMNS}
            | {"corrected": m["corrected"]}
            for m in measures
        },
    }
    page = _template("plan.html").render(
        view=shown,
        plan=plan,
        pictures=pictures,
        data=data,
        kinds=KINDS,
        shapes=KINDS_ZH,
        severities=SEVERITIES,
        codes=sorted(Counter(f["code"] for f in findings).items()),
        worst=_worst(shown.findings),
    )
    _write(out / f"{plan['plan_id']}.html", page)
    return pictures, Counter((f["severity"], f["code"]) for f in findings)


def _printed(record: Path) -> PrintedPlan | None:
    try:
        return decode_plan(record.read_bytes())
    except (OSError, ValueError):
        return None


def _worst(findings: dict[str, list[Row]]) -> dict[str, str]:
    return {
        key: max((f["severity"] for f in mine), key=SEVERITIES.index)
        for key, mine in findings.items()
    }


def _template(name: str) -> Template:
    environment = Environment(
        loader=FileSystemLoader(SITE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


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
