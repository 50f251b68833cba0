"""What the desk's pages show: the templates of the static site, with the rows as they are now."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from desk.decisions import candidates, doubts
from desk.decisions.overlay import Overlay
from desk.decisions.work import Work
from desk.library import Release
from desk.pictures import Pictures
from desk.search import FACETS, Found, Query, label, pieces
from normalize.reviewed import MEASURE_COLUMNS, PLAN_COLUMNS, written
from review.labels import AGENCY_KINDS_ZH, COLUMNS_ZH
from review.page import Links, plan_facts, render, worst
from review.view import view

Row = dict[str, Any]
GROUPS = 100  # groups of doubts on a page; those settled make room for the rest
MARGIN = 6.0  # points around a measure's boxes in a crop
TALLEST = 180.0  # points of a crop; the measure's page is one click away


class DeskLinks(Links):
    """Addresses at the desk."""

    def index(self) -> str:
        return "/"

    def plan(self, plan_id: str) -> str:
        return f"/plan/{plan_id}"

    def picture(self, plan_id: str, number: int) -> str:
        return f"/page/{plan_id}/{number}.webp"

    def asset(self, name: str) -> str:
        return f"/static/{name}"

    def doubts(self) -> str:
        return "/doubts"

    def measure(self, key: str) -> str:
        return f"/measure/{quote(key)}"

    def search(self, query: Query | None = None) -> str:
        return f"/search?{query.string()}" if query else "/search"

    def search_csv(self, query: Query) -> str:
        return f"/search.csv?{query.at(1).string()}"


LINKS = DeskLinks()


def place(row: Row | None) -> str | None:
    """The address of a measure on its plan's page."""
    return f"{LINKS.plan(row['plan_id'])}#{row['measure_key']}" if row else None


def index(release: Release, open_rows: list[Row], desk: Row) -> str:
    """All plans, with how many of their measures are left to look at."""
    left: dict[str, int] = {}
    for m in open_rows:
        left[m["plan_id"]] = left.get(m["plan_id"], 0) + 1
    plans = [p | {"doubtful": left.get(p["plan_id"], 0)} for p in release.plans.values()]
    return render("index.html", LINKS, desk, plans=plans, counts=release.counts)


def plan(release: Release, work: Work, pictures: Pictures, plan_id: str, desk: Row) -> str:
    """One plan beside its pages."""
    overlay = work.overlay()
    shown = overlay.plan(release.plans[plan_id])
    measures = [overlay.measure(m) for m in release.of_plan("measures", plan_id)]
    findings = overlay.findings(release.of_plan("findings", plan_id), measures)
    printed = pictures.printed(shown)
    facts = plan_facts(view(shown, measures, findings, printed), findings)
    data = {
        "names": COLUMNS_ZH,
        "plan": plan_data(shown),
        "measures": {m["measure_id"]: row_data(m) for m in measures},
        "texts": candidates.wordings(shown["taxonomy"]),
    }
    return render("plan.html", LINKS, desk, pictures=pictures.pages(shown), data=data, **facts)


def plan_data(plan: Row) -> Row:
    """What the form needs to correct a plan."""
    texts = {"agency_kind": AGENCY_KINDS_ZH, "is_current": {"true": "現行", "false": "舊版"}}
    return {
        "id": plan["plan_id"],
        "values": {c: written(plan[c]) for c in PLAN_COLUMNS},
        "choices": {c: {"codes": list(names), "printed": 0} for c, names in texts.items()},
        "texts": texts,
    }


def row_data(m: Row) -> Row:
    """What the form needs to correct a measure."""
    names = [c for c in COLUMNS_ZH if c in MEASURE_COLUMNS]
    return {
        "key": m["measure_key"],
        "values": {c: written(m[c]) for c in names},
        "choices": candidates.choices(m),
        "columns": doubts.columns_of(m),
    }


def changed(release: Release, overlay: Overlay, rows: Iterable[Row], desk: Row) -> Row:
    """The measures as they are now, by identifier: each with its part of the page."""
    out = {}
    for row in rows:
        m = overlay.measure(row)
        mine = [f for f in _findings(release, row) if f["severity"]]
        mine = overlay.findings(mine, [m])
        html = render("row.html", LINKS, desk, m=m, findings=mine, worst=worst(mine))
        out[row["measure_id"]] = row_data(m) | {"html": html}
    return out


def _findings(release: Release, row: Row) -> list[Row]:
    return release.rows("FROM findings WHERE measure_id = ?", [row["measure_id"]])


def all_doubts(open_rows: list[Row], desk: Row) -> str:
    """Equal doubts together."""
    found = doubts.groups(open_rows)
    data = {"names": COLUMNS_ZH, "groups": {g.key: _group_data(g) for g in found[:GROUPS]}}
    return render(
        "doubts.html", LINKS, desk, groups=found, shown=GROUPS, rows=len(open_rows), data=data
    )


def _group_data(group: doubts.Group) -> Row:
    first = group.rows[0]
    value = {group.column: written(first[group.column])} if group.correctable else {}
    return row_data(first) | {
        "values": value,
        "texts": candidates.wordings(first["taxonomy"]),
        "keys": {m["measure_id"]: m["measure_key"] for m in group.rows},
    }


def results(found: Found, query: Query, pictures: Pictures, release: Release, desk: Row) -> str:
    """Hits with their words lit and the spot on their page, and the facets."""
    words = query.words()
    for m in found.hits:
        m["pieces"] = pieces(m["text"], words)
        m["crop"] = _crop(m, pictures, release)
    return render("search.html", LINKS, desk, found=found, query=query, facets=FACETS, label=label)


def _crop(m: Row, pictures: Pictures, release: Release) -> Row | None:
    """The part of its first page where a measure and its units stand, in points."""
    boxes = [b for b in m["boxes"] if b["page"] == m["page_first"]]
    pages = pictures.pages(release.plans[m["plan_id"]]) if boxes else []
    page = next((p for p in pages if p.number == m["page_first"]), None)
    if page is None:
        return None
    top = max(0.0, min(b["y0"] for b in boxes) - MARGIN)
    bottom = min(page.height, max(b["y1"] for b in boxes) + MARGIN, top + TALLEST)
    left = max(0.0, min(b["x0"] for b in boxes) - MARGIN)
    box = [round(n, 1) for n in (left, top, page.width - left, bottom - top)]
    return {"box": box, "page": page.number, "width": page.width, "height": page.height}
