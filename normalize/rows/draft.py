"""One printed plan -> its draft rows: everything that needs no other plan.

`draft_plan` is a pure function of the interim file; what depends on the other plans (focus points decided by meaning,
superseded filings) is filled in afterwards by the pipeline.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError

from batch.store import File, read
from dataset.kinds import KINDS
from extract.model import Box, PrintedMeasure, PrintedPlan
from normalize import __version__
from normalize.matching.headings import PlanHeadings, RowHeadings, match_plan
from normalize.model import ROC_OFFSET, Draft
from normalize.rows import checks
from normalize.rows.findings import finding
from normalize.rows.sections import section_rows
from normalize.vocabulary.agencies import Agency, resolve
from normalize.vocabulary.taxonomy import Edition
from normalize.vocabulary.text import fold, repair
from normalize.vocabulary.titles import Title, parse_title
from normalize.vocabulary.units import kind_of, mended_names, plan_names, read_units

NAMED_BY_FILE = 0.6  # score of an agency that only the file name gives


def draft_file(path: File, codes_file: Path | None = None) -> Draft:
    """Draft of one interim file; a file that cannot be read becomes a failed plan, never an exception."""
    raw = read(path)
    digest = hashlib.sha256(raw).hexdigest()
    try:
        plan = PrintedPlan.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "JSON"
        plan = PrintedPlan(
            source_file=path.name,
            sha256=path.stem,
            status="failed",
            reason=f"中介檔無法讀取（{where}：{first['msg']}）",
        )
    draft = draft_plan(plan, codes_file)
    draft.plan["interim_sha256"] = digest
    return draft


def draft_plan(plan: PrintedPlan, codes_file: Path | None = None) -> Draft:
    """Draft of one printed plan."""
    plan_id = plan.sha256[:12]
    notes = [f.message for f in plan.findings if f.code == "title_note"]
    title = parse_title(repair(plan.title or ""), notes)
    title, agency = identify(title, plan, codes_file)
    heads = match_plan(plan, title.year_roc)
    edition = heads.edition
    year = title.year_roc + ROC_OFFSET if title.year_roc else None
    row = {
        "plan_id": plan_id,
        "source_file": plan.source_file,
        "sha256": plan.sha256,
        "is_current": True,
        "status": plan.status,
        "reason": plan.reason,
        "title": plan.title or "",
        "agency": agency.name if agency else "",
        "agency_printed": title.agency_printed or "",
        "agency_code": agency and agency.code,
        "agency_kind": agency.kind if agency else "other",
        "year_roc": title.year_roc,
        "year": year,
        "taxonomy": edition and edition.code,
        "pages": plan.pages,
        "text_source": plan.text_source,
        "measures": 0,
        "findings": 0,
        "glyphs": plan.glyphs,
        "glyphs_unplaced": plan.glyphs_unplaced,
        "extracted_at": None,
        "pipeline_version": f"extract {plan.extractor_version or '?'}, normalize {__version__}",
        "agency_parent": agency and agency.parent,
        "agency_score": agency and agency.score,
        "taxonomy_score": heads.support if edition else 0.0,
        "matched_share": heads.matched_share,
        "column_headers": plan.column_headers,
        "interim_sha256": None,
    }
    draft = Draft(row, sections=section_rows(plan, plan_id), title=title)
    if plan.status == "ok":
        _rows(draft, plan, heads)
        draft.findings += checks.plan_findings(
            plan_id,
            title,
            agency,
            heads,
            [m["measure_id"] for m in draft.measures],
            _first_of_rows(plan, draft),
        )
    _printed_findings(draft, plan)
    if plan.status == "ok":
        draft.findings += checks.measure_findings(plan, draft)
    row["measures"] = len(draft.measures)
    if plan.text_source != "digital":
        _mend_units(draft)
    return draft


def identify(
    title: Title, plan: PrintedPlan, codes_file: Path | None
) -> tuple[Title, Agency | None]:
    """Agency and year of a plan: from the title; what it lacks from the file name, never sure, and only names of known form."""
    agency = resolve(title.agency_printed, codes_file)
    if agency is not None and agency.kind == "other" and plan.status != "ok":
        title, agency = (
            replace(title, agency_printed=None),
            None,
        )  # the first line of a document that is no plan names nobody
    named = parse_title(Path(plan.source_file).stem.replace("_", " "))
    if agency is None:
        guess = resolve(named.agency_printed, codes_file)
        agency = (
            replace(guess, score=min(guess.score, NAMED_BY_FILE))
            if guess is not None and guess.kind != "other"
            else None
        )
    if title.year_roc is None and named.year_roc is not None:
        title = replace(title, year_roc=named.year_roc, year_from_file=True)
    return title, agency


def _rows(draft: Draft, plan: PrintedPlan, heads: PlanHeadings) -> None:
    equals: dict[tuple, int] = {}
    known = plan_names({u.text for r in plan.rows for m in r.measures for u in m.units})
    elsewhere = {m.node.code for head in heads.rows for m in head.focus if m.node}
    last_focus: str | None = None
    for index, (printed, head) in enumerate(zip(plan.rows, heads.rows)):
        pillar, focus, candidates = codes(head, heads.edition)
        if not head.focus and candidates:  # what no other cell prints, or the cell above running on
            candidates = [
                c for c in candidates if c not in elsewhere or c == last_focus
            ] or candidates
        last_focus = focus or last_focus
        above = _raw(printed.pillar), _raw("\n".join(printed.focus))
        common = {
            "pillar_printed": repair(head.pillar_printed),
            "focus_printed": repair("\n".join(head.focus_printed)),
        } | _matched(head, heads.edition, pillar, focus)
        for measure in printed.measures:
            fact = *above, _raw(measure.theme), _raw(measure.marker)
            equals[fact] = equals.get(fact, 0) + 1
            measure_id = _measure_id(draft.plan["plan_id"], fact, equals[fact])
            row = _measure_row(draft.plan, measure_id, len(draft.measures) + 1, measure) | common
            row["extra"] = (
                json.dumps({k: repair(v) for k, v in printed.extra.items()}, ensure_ascii=False)
                if printed.extra
                else None
            )
            if focus is None and candidates:
                draft.open.append((len(draft.measures), candidates))
            draft.measures.append(row)
            draft.groups.append((printed.focus_cell, index))
            _unit_rows(draft, row, measure, known)


def codes(head: RowHeadings, edition: Edition | None) -> tuple[str | None, str | None, list[str]]:
    """(pillar code, focus code, candidates) of a row: one printed focus point decides; several, or none, leave candidates.

    A focus point that names another pillar than the printed one is believed where its score is higher.
    """
    if edition is None:
        return None, None, []
    pillar = head.pillar.node.code if head.pillar.node else None
    found = [m for m in head.focus if m.node is not None]
    if len(head.focus) == 1:
        if not found:
            return pillar, None, []
        match = found[0]
        if pillar is None or (match.node.pillar != pillar and match.score > head.pillar.score):
            pillar = match.node.pillar
        return pillar, match.node.code, []
    candidates = list(dict.fromkeys(m.node.code for m in found))
    if pillar is None and candidates:
        owners = [edition.by_code[c].pillar for c in candidates]
        pillar = max(set(owners), key=lambda p: (owners.count(p), p))
    if not head.focus and pillar is not None:
        candidates = [n.code for n in edition.focus_of(pillar)]
    return pillar, None, candidates


def _matched(
    head: RowHeadings, edition: Edition | None, pillar: str | None, focus: str | None
) -> dict:
    """The columns that say what a ruled row's headings were matched to."""
    match = head.focus[0] if focus is not None else None
    by_focus = head.pillar.node is None or head.pillar.node.code != pillar
    return {
        "taxonomy": edition.code if edition else None,
        "pillar_code": pillar,
        "pillar": edition.text(pillar) if edition else None,
        "focus_code": focus,
        "focus": edition.text(focus) if edition else None,
        "pillar_score": (
            match.score if match and by_focus else 0.0 if by_focus else head.pillar.score
        )
        if pillar
        else 0.0,
        "pillar_margin": head.pillar.margin,
        "focus_score": match.score if match else 0.0,
        "focus_margin": match.margin if match else 0.0,
        "focus_basis": "printed" if focus is not None else None,
    }


def _measure_row(plan: dict, measure_id: str, seq: int, measure: PrintedMeasure) -> dict:
    title = repair(measure.title).strip() if measure.title else None
    lines = ([title] if title else []) + [
        repair(p.text) for p in measure.paragraphs if p.text.strip()
    ]
    text = "\n".join(lines)
    boxes = measure.boxes or [b for p in measure.paragraphs for b in p.boxes]
    pages = [b.page for b in boxes]
    return {
        "measure_id": measure_id,
        "plan_id": plan["plan_id"],
        "agency": plan["agency"],
        "year_roc": plan["year_roc"],
        "year": plan["year"],
        "seq": seq,
        "theme": repair(measure.theme).strip() or None if measure.theme else None,
        "marker": measure.marker,
        "title": title,
        "text": text,
        "units": [],
        "page_first": min(pages, default=None),
        "page_last": max(pages, default=None),
        "boxes": [box_row(b) for b in boxes],
        "text_confidence": measure.confidence,
        "needs_review": False,
        "text_folded": fold(text),
        "corrected": [],
    }


def box_row(box: Box | None) -> dict | None:
    return (
        None
        if box is None
        else {"page": box.page, "x0": box.x0, "y0": box.y0, "x1": box.x1, "y1": box.y1}
    )


def _unit_rows(draft: Draft, row: dict, measure: PrintedMeasure, known: frozenset[str]) -> None:
    units = [u for printed in measure.units for u in read_units(repair(printed.text), known)]
    units = list({u.name: u for u in reversed(units)}.values())[::-1]
    row["units"] = [u.name for u in units]
    common = {
        "measure_id": row["measure_id"],
        "plan_id": row["plan_id"],
        "agency": row["agency"],
        "year": row["year"],
        "seq": row["seq"],
        "measure": row["text"],
    }
    for position, unit in enumerate(units):
        draft.units.append(
            {
                **common,
                "position": position,
                "unit": unit.name,
                "unit_printed": unit.printed,
                "unit_kind": unit.kind,
                "role": unit.role,
                "units_in_measure": len(units),
            }
        )
    if not units:
        draft.units.append(
            {
                **common,
                "position": 0,
                "unit": None,
                "unit_printed": None,
                "unit_kind": None,
                "role": None,
                "units_in_measure": 0,
            }
        )


def _mend_units(draft: Draft) -> None:
    mended = mended_names([u["unit"] for u in draft.units if u["unit"]])
    if not mended:
        return
    for unit in draft.units:
        if unit["unit"] in mended:
            draft.findings.append(
                finding(
                    "unit_mended",
                    f"執行單位「{unit['unit']}」讀作「{mended[unit['unit']]}」。",
                    plan_id=draft.plan["plan_id"],
                    measure_id=unit["measure_id"],
                )
            )
            unit["unit"] = mended[unit["unit"]]
            unit["unit_kind"] = kind_of(unit["unit"])
    for measure in draft.measures:
        measure["units"] = [mended.get(u, u) for u in measure["units"]]


@lru_cache(maxsize=16384)
def _raw(text: str | None) -> str:
    """Printed fact for identifiers: NFKC without white space. Frozen: changing it would move every identifier."""
    return "".join(unicodedata.normalize("NFKC", text or "").split())


def _measure_id(plan_id: str, fact: tuple, ordinal: int) -> str:
    return f"{plan_id}-{hashlib.sha256(repr((fact, ordinal)).encode()).hexdigest()[:10]}"


def _first_of_rows(plan: PrintedPlan, draft: Draft) -> list[str | None]:
    """measure_id of the first measure of each ruled row; None for a row without one."""
    first: dict[int, str] = {}
    for (_, row), measure in zip(draft.groups, draft.measures):
        first.setdefault(row, measure["measure_id"])
    return [first.get(i) for i in range(len(plan.rows))]


def _printed_findings(draft: Draft, plan: PrintedPlan) -> None:
    """Findings of the extract stage, tied to their measures."""
    at: dict[tuple[int, int], str] = {}
    position = 0
    for r, row in enumerate(plan.rows):
        for m in range(len(row.measures)):
            if position < len(draft.measures):
                at[r, m] = draft.measures[position]["measure_id"]
            position += 1
    for f in plan.findings:
        measure_id = at.get((f.row, f.measure or 0)) if f.row is not None else None
        item = {
            "plan_id": draft.plan["plan_id"],
            "measure_id": measure_id,
            "severity": f.severity,
            "code": f.code,
            "message": f.message,
            "page": f.page,
            "box": box_row(f.box),
        }
        draft.findings.append(item)
    if plan.glyphs_unplaced and not any(f.code == "glyphs_unplaced" for f in plan.findings):
        severity = (
            "error"
            if plan.glyphs_unplaced > 0.01 * max(1, plan.glyphs)
            else KINDS["glyphs_unplaced"].severity
        )
        draft.findings.append(
            finding(
                "glyphs_unplaced",
                f"有 {plan.glyphs_unplaced} 個可見文字未歸入任何欄位。",
                plan_id=draft.plan["plan_id"],
                severity=severity,
            )
        )
