"""What the page of one plan shows.

Its rows grouped under their printed headings, and the boxes on its pages.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import asdict

from extract.model import PrintedPlan

Row = dict[str, Any]


@dataclass
class Shape:
    """A box on a page, in points.

    `key` ties it to a row or heading of the list; `kind` is measure, unit, pillar, focus or
    finding.
    """

    kind: str
    key: str
    x: float
    y: float
    width: float
    height: float
    label: str


@dataclass
class Group:
    """A printed heading cell and what stands under it.

    Focus groups under a pillar, measures under a focus group.
    """

    key: str
    printed: str
    code: str | None
    canonical: str | None
    items: list[Any] = field(default_factory=list)


@dataclass
class View:
    """Everything of one plan's page.

    `shapes` are by page number; `loose` are findings that name no measure.
    """

    plan: Row
    pillars: list[Group]
    shapes: dict[int, list[Shape]]
    findings: dict[str, list[Row]]
    loose: list[Row]


def view(plan: Row, measures: list[Row], findings: list[Row], printed: PrintedPlan | None) -> View:
    """The view of one plan from its rows.

    Without its printed plan, units and headings have no boxes.
    """
    cells = _cells(measures, printed)
    tied: dict[str, list[Row]] = {}
    for f in findings:
        tied.setdefault(f["measure_id"] or "", []).append(f)
    shapes: dict[int, list[Shape]] = {}
    for m in measures:
        for box in m["boxes"]:
            _add(
                shapes,
                "measure",
                m["measure_id"],
                box,
                f"{m['marker'] or ''} {m['title'] or m['text'][:30]}".strip(),
            )
    if printed is not None:
        _printed_shapes(shapes, measures, printed)
    for f in findings:
        if f["box"]:
            _add(shapes, "finding", f["measure_id"] or "", f["box"], f["message"])
    return View(
        plan,
        _groups(measures, cells),
        shapes,
        {k: v for k, v in tied.items() if k},
        tied.get("", []),
    )


def _cells(measures: list[Row], printed: PrintedPlan | None) -> list[tuple[str, str]]:
    """For each measure the keys of its pillar and focus cell.

    The printed cells, or equal printed headings.
    """
    if printed is not None and sum(len(r.measures) for r in printed.rows) == len(measures):
        return [
            (f"p{r.pillar_cell}", f"p{r.pillar_cell}f{r.focus_cell}")
            for r in printed.rows
            for _ in r.measures
        ]
    return [(m["pillar_printed"], f"{m['pillar_printed']}\n{m['focus_printed']}") for m in measures]


def _groups(measures: list[Row], cells: list[tuple[str, str]]) -> list[Group]:
    pillars: list[Group] = []
    for m, (pillar, focus) in zip(measures, cells):
        if not pillars or pillars[-1].key != pillar:
            pillars.append(Group(pillar, m["pillar_printed"], m["pillar_code"], m["pillar"]))
        groups = pillars[-1].items
        if not groups or groups[-1].key != focus:
            groups.append(Group(focus, m["focus_printed"], m["focus_code"], m["focus"]))
        groups[-1].items.append(m)
    return pillars


def _printed_shapes(
    shapes: dict[int, list[Shape]], measures: list[Row], printed: PrintedPlan
) -> None:
    ids = [m["measure_id"] for m in measures]
    if sum(len(r.measures) for r in printed.rows) != len(ids):
        return
    at = iter(ids)
    seen: set[tuple[str, object]] = set()
    for row in printed.rows:
        for kind, key, boxes, label in (
            ("pillar", f"p{row.pillar_cell}", row.pillar_boxes, row.pillar),
            (
                "focus",
                f"p{row.pillar_cell}f{row.focus_cell}",
                row.focus_boxes,
                " / ".join(row.focus),
            ),
        ):
            for box in boxes:
                place = kind, (box.page, box.x0, box.y0)
                if place not in seen:
                    seen.add(place)
                    _add(shapes, kind, key, asdict(box), label)
        for measure in row.measures:
            measure_id = next(at)
            for unit in measure.units:
                if unit.box is not None:
                    _add(shapes, "unit", measure_id, asdict(unit.box), unit.text)


def _add(shapes: dict[int, list[Shape]], kind: str, key: str, box: Row, label: str) -> None:
    shapes.setdefault(box["page"], []).append(
        Shape(
            kind,
            key,
            round(box["x0"] - 1, 1),
            round(box["y0"] - 1, 1),
            round(box["x1"] - box["x0"] + 2, 1),
            round(box["y1"] - box["y0"] + 2, 1),
            label,
        )
    )
