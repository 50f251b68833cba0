"""One printed plan -> its draft rows: everything that needs no other plan.

`draft_plan` is a pure function of the interim file, the vocabulary and the released examples; what
depends on the other plans (superseded filings) is filled in afterwards by the pipeline.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from msgspec import DecodeError

from batch.store import File, read
from extract.model import PrintedPlan, decode_plan
from normalize.matching.examples import released
from normalize.matching.focus_inference import infer
from normalize.matching.headings import PlanHeadings, match_plan
from normalize.model import ROC_OFFSET, Draft, PlanRow
from normalize.rows.checks import Case, doubts
from normalize.rows.findings import UnknownFinding, printed_findings
from normalize.rows.garbled import garbled
from normalize.rows.measures import add_measures
from normalize.rows.sections import section_rows
from normalize.rows.units import mend_units
from normalize.version import VERSION
from normalize.vocabulary.agencies import Agency, resolve
from normalize.vocabulary.text import repair
from normalize.vocabulary.titles import Title, parse_title

NAMED_BY_FILE = 0.6  # score of an agency that only the file name gives


def draft_file(path: File, codes_file: Path | None = None) -> Draft:
    """Draft of an interim file; what cannot be read becomes a failed plan, not an exception."""
    raw = read(path)
    try:
        draft = draft_plan(decode_plan(raw), codes_file)
    except (DecodeError, UnknownFinding) as error:
        draft = _unreadable(path, str(error))
    draft.plan.interim_sha256 = hashlib.sha256(raw).hexdigest()
    return draft


def _unreadable(path: File, why: str) -> Draft:
    reason = f"中介檔無法讀取（{why}）"
    return draft_plan(
        PrintedPlan(source_file=path.name, sha256=path.stem, status="failed", reason=reason)
    )


def draft_plan(plan: PrintedPlan, codes_file: Path | None = None) -> Draft:
    """Draft of one printed plan; UnknownFinding where it files one outside the vocabulary."""
    notes = [f.message for f in plan.findings if f.code == "title_note"]
    title = parse_title(repair(plan.title or ""), notes)
    title, agency = identify(title, plan, codes_file)
    heads = match_plan(plan, title.year_roc)
    row = _plan_row(plan, title, agency, heads)
    draft = Draft(row, sections=section_rows(plan, row.plan_id), title=title)
    if plan.status == "ok":
        add_measures(draft, plan, heads)
    row.measures = len(draft.measures)
    draft.findings = printed_findings(plan, draft)
    draft.findings += doubts(Case(plan, draft, agency, heads))
    if plan.text_source != "digital":
        draft.findings += mend_units(draft)
    if plan.status == "ok" and plan.text_source != "ocr":
        draft.findings += garbled(draft)
    infer(draft)
    return draft


def identify(
    title: Title, plan: PrintedPlan, codes_file: Path | None
) -> tuple[Title, Agency | None]:
    """Agency and year of a plan: from the title, and from the file name what the title lacks.

    A file name is never sure, and names only agencies of a known form.
    """
    agency = resolve(title.agency_printed, codes_file)
    if agency is not None and agency.kind == "other" and plan.status != "ok":
        # the first line of a document that is no plan names nobody
        title, agency = replace(title, agency_printed=None), None
    named = parse_title(Path(plan.source_file).stem.replace("_", " "))
    if agency is None:
        guess = resolve(named.agency_printed, codes_file)
        if guess is not None and guess.kind != "other":
            agency = replace(guess, score=min(guess.score, NAMED_BY_FILE))
    if title.year_roc is None and named.year_roc is not None:
        title = replace(title, year_roc=named.year_roc, year_from_file=True)
    return title, agency


def _plan_row(
    plan: PrintedPlan, title: Title, agency: Agency | None, heads: PlanHeadings
) -> PlanRow:
    """The row of `plans`; counts, `is_current` and the facts of the interim file follow later."""
    edition = heads.edition
    return PlanRow(
        plan_id=plan.sha256[:12],
        source_file=plan.source_file,
        sha256=plan.sha256,
        is_current=True,
        status=plan.status,
        reason=plan.reason,
        title=plan.title or "",
        agency=agency.name if agency else "",
        agency_printed=title.agency_printed or "",
        agency_code=agency.code if agency else None,
        agency_kind=agency.kind if agency else "other",
        year_roc=title.year_roc,
        year=title.year_roc + ROC_OFFSET if title.year_roc else None,
        taxonomy=edition.code if edition else None,
        pages=plan.pages,
        text_source=plan.text_source,
        measures=0,
        findings=0,
        glyphs=plan.glyphs,
        glyphs_unplaced=plan.glyphs_unplaced,
        extracted_at=None,
        pipeline_version=f"extract {plan.extractor_version or '?'}, normalize {VERSION}",
        agency_parent=agency.parent if agency else None,
        agency_score=agency.score if agency else None,
        taxonomy_score=heads.support if edition else 0.0,
        matched_share=heads.matched_share,
        column_headers=plan.column_headers,
        interim_sha256=None,
        examples_version=released()[0],
    )
