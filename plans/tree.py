"""One plan as a tree for the terminal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.markup import escape
from rich.tree import Tree

_COLOUR = {"note": "dim", "check": "yellow", "error": "red"}


class NotFound(Exception):
    """No such file and no such plan in the dataset."""


@dataclass(frozen=True)
class Rows:
    """Rows of one plan, as in the dataset: its `plans` row, its measures in order, its findings."""

    plan: dict
    measures: list[dict]
    findings: list[dict]


def read(plan: str, processed: Path, on_page: Callable[[int, int], None] | None = None) -> Rows:
    """Rows of a PDF file, read now (`on_page(done, total)`), or of the plan of the dataset whose plan_id begins with `plan`.

    Raises NotFound when there is neither, or more than one such plan.
    """
    path = Path(plan)
    if path.is_dir():
        raise NotFound(f"{plan} is a folder; give one PDF file")
    return _from_file(path, on_page) if path.is_file() else _from_dataset(plan, processed)


def _from_file(path: Path, on_page: Callable[[int, int], None] | None) -> Rows:
    from extract.document import extract_document
    from extract.errors import BadInput
    from normalize.pipeline import one_plan

    try:
        draft = one_plan(extract_document(path, on_page=on_page))
    except BadInput as error:
        raise NotFound(str(error)) from error
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
        raise NotFound(f"{plan} is no file, and there is no dataset in {processed}") from error
    if len(found) != 1:
        raise NotFound(
            f"{plan} is no file, and {len(found) or 'no'} plans of {processed} have a plan_id that begins so"
        )
    mine = [("plan_id", "=", found[0]["plan_id"])]
    return Rows(
        found[0],
        *(
            pq.read_table(processed / f"{name}.parquet", filters=mine).to_pylist()
            for name in ("measures", "findings")
        ),
    )


def draw(rows: Rows, full: bool = False) -> Tree:
    """The tree; measures by their first line, or in full."""
    plan = rows.plan
    head = f"[bold]{escape(plan['agency'] or plan['source_file'])}[/] {plan['year_roc'] or ''}年 · {plan['source_file']} · {plan['pages']} p. · {plan['taxonomy'] or 'unknown programme'} · "
    tree = Tree(
        head
        + f"[{'green' if plan['status'] == 'ok' else 'yellow'}]{plan['status']}[/]"
        + (f" {escape(plan['reason'])}" if plan["reason"] else ""),
        guide_style="dim",
    )
    doubts: dict[str, list[dict]] = {}
    for f in rows.findings:
        doubts.setdefault(f["measure_id"] or "", []).append(f)
    pillar_at = focus_at = None
    pillar_node = focus_node = tree
    for m in rows.measures:
        pillar = (m["pillar_code"], m["pillar"] or m["pillar_printed"])
        if pillar != pillar_at:
            pillar_at, focus_at = pillar, None
            pillar_node = tree.add(
                f"[bold magenta]{m['pillar_code'] or '?'}[/] {escape(_line(pillar[1]))}"
            )
        focus = (m["focus_code"], m["focus"] or m["focus_printed"])
        if focus != focus_at:
            focus_at = focus
            focus_node = pillar_node.add(
                f"[bold cyan]{m['focus_code'] or '?'}[/] {escape(_line(focus[1]))}"
            )
        focus_node.add(_measure(m, doubts.get(m["measure_id"], []), full))
    rest = [f for f in doubts.get("", [])]
    if rest:
        node = tree.add(f"[bold]findings of the plan[/] ({len(rest)})")
        for f in rest:
            node.add(
                f"[{_COLOUR[f['severity']]}]{f['severity']} {f['code']}[/] {escape(f['message'])}"
                + (f" (p. {f['page']})" if f["page"] else "")
            )
    return tree


def _measure(m: dict, doubts: list[dict], full: bool) -> str:
    text = m["text"] if full else m["title"] or m["text"].split("\n")[0]
    pages = (
        f"p. {m['page_first']}"
        + (f"–{m['page_last']}" if m["page_last"] != m["page_first"] else "")
        if m["page_first"]
        else ""
    )
    inferred = (
        f" [dim](inferred, {m['focus_score']:.2f})[/]" if m["focus_basis"] == "inferred" else ""
    )
    notes = "".join(
        f" [{_COLOUR[f['severity']]}]{f['code']}[/]"
        for f in doubts
        if f["code"] != "focus_inferred"
    )
    marker = f"{escape(m['marker'])} " if m["marker"] else ""
    return f"{marker}{escape(text)} [blue]{escape('、'.join(m['units'])) or '—'}[/] [dim]{pages}[/]{inferred}{notes}"


def _line(text: str | None) -> str:
    return (text or "").replace("\n", " / ")
