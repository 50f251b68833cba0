"""One plan as a tree for the terminal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.tree import Tree

from extract.errors import BadInput

Row = dict[str, Any]
_COLOUR = {"note": "dim", "check": "yellow", "error": "red"}


@dataclass(frozen=True)
class Rows:
    """Rows of one plan, as in the dataset: its `plans` row, its measures in order, its findings."""

    plan: Row
    measures: list[Row]
    findings: list[Row]


def read(plan: str, processed: Path, on_page: Callable[[int, int], None] | None = None) -> Rows:
    """Rows of a PDF file, read now, or of the plan whose plan_id begins with `plan`.

    `on_page(done, total)` is called as pages are read.
    Raises BadInput when there is neither, or more than one such plan.
    """
    path = Path(plan)
    if path.is_dir():
        raise BadInput(plan, "a folder; give one PDF file")
    return _from_file(path, on_page) if path.is_file() else _from_dataset(plan, processed)


def _from_file(path: Path, on_page: Callable[[int, int], None] | None) -> Rows:
    from extract.document import extract_document
    from normalize.pipeline import one_plan

    draft = one_plan(extract_document(path, on_page=on_page))
    return Rows(
        asdict(draft.plan), [asdict(m) for m in draft.measures], [asdict(f) for f in draft.findings]
    )


def _from_dataset(plan: str, processed: Path) -> Rows:
    import pyarrow.parquet as pq

    try:
        found = [
            p
            for p in pq.read_table(processed / "plans.parquet").to_pylist()
            if p["plan_id"].startswith(plan)
        ]
    except FileNotFoundError as error:
        raise BadInput(plan, f"no file, and there is no dataset in {processed}") from error
    if len(found) != 1:
        count = f"{len(found) or 'no'} plans of {processed} have a plan_id that begins so"
        raise BadInput(plan, f"no file, and {count}")
    mine = [("plan_id", "=", found[0]["plan_id"])]
    measures, findings = (
        pq.read_table(processed / f"{name}.parquet", filters=mine).to_pylist()
        for name in ("measures", "findings")
    )
    return Rows(found[0], measures, findings)


def draw(rows: Rows, full: bool = False) -> Tree:
    """The tree; measures by their first line, or in full."""
    tree = Tree(_head(rows.plan), guide_style="dim")
    doubts: dict[str, list[Row]] = {}
    for f in rows.findings:
        doubts.setdefault(f["measure_id"] or "", []).append(f)
    pillars = groupby(
        rows.measures, lambda m: (m["pillar_code"], m["pillar"] or m["pillar_printed"])
    )
    for (code, name), under in pillars:
        pillar = tree.add(_heading("magenta", code, name))
        groups = groupby(under, lambda m: (m["focus_code"], m["focus"] or m["focus_printed"]))
        for (code, name), measures in groups:
            focus = pillar.add(_heading("cyan", code, name))
            for m in measures:
                focus.add(_measure(m, doubts.get(m["measure_id"], []), full))
    rest = doubts.get("", [])
    if rest:
        node = tree.add(f"[bold]findings of the plan[/] ({len(rest)})")
        for f in rest:
            node.add(_finding(f))
    return tree


def _head(plan: Row) -> str:
    """Agency, year, file, length, programme and status of the plan."""
    parts = (
        f"[bold]{escape(plan['agency'] or plan['source_file'])}[/] {plan['year_roc'] or ''}年",
        plan["source_file"],
        f"{plan['pages']} p.",
        plan["taxonomy"] or "unknown programme",
        f"[{'green' if plan['status'] == 'ok' else 'yellow'}]{plan['status']}[/]",
    )
    return " · ".join(parts) + (f" {escape(plan['reason'])}" if plan["reason"] else "")


def _heading(colour: str, code: str | None, name: str | None) -> str:
    return f"[bold {colour}]{code or '?'}[/] {escape((name or '').replace(chr(10), ' / '))}"


def _finding(f: Row) -> str:
    page = f" (p. {f['page']})" if f["page"] else ""
    return f"[{_COLOUR[f['severity']]}]{f['severity']} {f['code']}[/] {escape(f['message'])}{page}"


def _measure(m: Row, doubts: list[Row], full: bool) -> str:
    text = m["text"] if full else m["title"] or m["text"].split("\n")[0]
    marker = f"{escape(m['marker'])} " if m["marker"] else ""
    units = escape("、".join(m["units"])) or "—"
    notes = [
        f" [{_COLOUR[f['severity']]}]{f['code']}[/]"
        for f in doubts
        if f["code"] != "focus_inferred"
    ]
    if m["focus_basis"] == "inferred":
        notes.insert(0, f" [dim](inferred, {m['focus_score']:.2f})[/]")
    return f"{marker}{escape(text)} [blue]{units}[/] [dim]{_pages(m)}[/]{''.join(notes)}"


def _pages(m: Row) -> str:
    """p. 3, p. 3–4, or nothing where the page is not known."""
    first, last = m["page_first"], m["page_last"]
    return "" if not first else f"p. {first}" if first == last else f"p. {first}–{last}"
