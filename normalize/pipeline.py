"""The normalize stage: interim JSON files in, the published dataset out."""

from __future__ import annotations

import gc
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import pyarrow as pa

from batch.limits import end_with_parent
from batch.store import File, at, records, written_at
from dataset.datapackage import descriptor
from dataset.kinds import SEVERITIES, Severity
from dataset.publish import previous_families, previous_times, publish, to_arrow
from dataset.schema import (
    FINDINGS,
    MEASURE_CHANGES,
    MEASURE_FAMILIES,
    MEASURE_UNITS,
    MEASURES,
    PLANS,
    SECTIONS,
    TABLES,
    TAXONOMY,
    Table,
)
from extract.errors import BadInput
from extract.model import PrintedPlan
from normalize.across.families import find_families, seen_before
from normalize.across.repeated import repeat
from normalize.across.sources import SOURCES, Source, add_sources, read_sources
from normalize.matching.focus_inference import SURE
from normalize.matching.otherwise import read_otherwise
from normalize.model import Draft, FamilyRow, FindingRow, MeasureRow, PlanRow, TaxonomyRow
from normalize.reviewed import Correction, read_corrections
from normalize.rows import corrections, filings
from normalize.rows.changes import changes
from normalize.rows.draft import draft_file, draft_plan
from normalize.rows.findings import finding
from normalize.vocabulary.taxonomy import counterparts, editions

CORRECTIONS = Path(__file__).parent.parent / "data" / "corrections"
POOL_FROM = 200  # plans from which a process pool pays for its start


@dataclass(frozen=True, slots=True)
class PlanSummary:
    """A plan's row, the number of different units it names, its findings by severity."""

    plan: PlanRow
    units: int
    by_severity: dict[Severity, int]


@dataclass
class RunReport:
    """What a run did, for people and programs: each plan in short, and where the dataset lies."""

    plans: list[PlanSummary] = field(default_factory=list)
    out_dir: Path = Path()
    release: Path = Path()
    corrections_applied: int = 0
    corrections_stale: int = 0
    corrections_orphaned: int = 0
    family_moves: list[str] = field(default_factory=list)
    """Families published before that are split or merged now."""

    @property
    def exit_code(self) -> int:
        """0 when every plan was read, 1 when some failed (the dataset is written all the same)."""
        return int(any(p.plan.status == "failed" for p in self.plans))


def normalize(
    interim_dir: File | str,
    out_dir: Path | str,
    *,
    corrections_dir: Path | None = CORRECTIONS,
    codes_file: Path | None = None,
    sources: Path | None = SOURCES,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
    gate: Callable[[dict[str, pa.Table]], None] | None = None,
) -> RunReport:
    """Make and publish the dataset from the records at `interim_dir`, a folder or an address.

    `progress(done, total)` is called as plans are read. `gate(tables)` sees the finished tables
    before they are published; what it raises keeps them from it. `sources` is a list of where the
    files were published, which need not exist.

    Raises BadInput when `interim_dir` holds no printed plan and for a malformed data file
    (CorrectionError for one of corrections), PublishError when tables do not fit the schema; in all
    cases the published dataset is as before.
    """
    out_dir = Path(out_dir)
    paths = records(at(interim_dir))
    if not paths:
        raise BadInput(str(interim_dir), "no printed plan (*.json) there")
    wanted = read_corrections(corrections_dir)
    known = read_sources(sources)
    with _no_collector():
        return _run(paths, out_dir, wanted, codes_file, known, workers, progress, gate)


def one_plan(printed: PrintedPlan) -> Draft:
    """The finished rows of a printed plan by itself: no corrections, no plans beside it."""
    draft = draft_plan(printed)
    _close(draft)
    repeat(draft)
    return draft


@contextmanager
def _no_collector() -> Iterator[None]:
    """Rows are millions of small objects without cycles: looking for cycles takes long."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _run(
    paths: list[File],
    out_dir: Path,
    wanted: list[Correction],
    codes_file: Path | None,
    sources: dict[str, Source],
    workers: int,
    progress: Callable[[int, int], None] | None,
    gate: Callable[[dict[str, pa.Table]], None] | None,
) -> RunReport:
    drafts = _drafts(paths, codes_file, workers, progress)
    applied = corrections.apply(wanted, drafts)
    _times(drafts, paths, out_dir)
    _compare(drafts)
    for draft in drafts:
        _close(draft)
    filings.mark_current(drafts)
    add_sources(drafts, sources)
    for draft in drafts:
        repeat(draft)
    found = find_families(all_measures(drafts), previous_families(out_dir))
    out_dir.mkdir(parents=True, exist_ok=True)
    made = tables(drafts, found.rows)
    if gate is not None:
        gate(made)
    release = publish(made, out_dir, descriptor)
    left = Counter(f.code for d in drafts for f in d.findings)
    return RunReport(
        [_summary(d) for d in drafts],
        out_dir,
        release,
        applied.count,
        left["correction_stale"],
        left["correction_orphaned"] + len(applied.unknown),
        found.moves,
    )


def _drafts(
    paths: list[File],
    codes_file: Path | None,
    workers: int,
    progress: Callable[[int, int], None] | None,
) -> list[Draft]:
    one = partial(draft_file, codes_file=codes_file)
    out: list[Draft] = []
    if workers > 1 and len(paths) >= POOL_FROM:
        # Spawned: what has threads, as Arrow and ONNX have, must not be forked.
        with ProcessPoolExecutor(
            min(workers, os.cpu_count() or 1), get_context("spawn"), end_with_parent
        ) as pool:
            for draft in pool.map(one, paths, chunksize=max(1, len(paths) // (workers * 8))):
                out.append(draft)
                progress and progress(len(out), len(paths))
    else:
        for path in paths:
            out.append(one(path))
            progress and progress(len(out), len(paths))
    return out


def _times(drafts: list[Draft], paths: list[File], out_dir: Path) -> None:
    """extracted_at: when the interim file was written; as published while that is the same."""
    before = previous_times(out_dir)
    for draft, path in zip(drafts, paths):
        plan = draft.plan
        known = before.get((plan.plan_id, plan.interim_sha256 or ""))
        plan.extracted_at = known or written_at(path)


def _compare(drafts: list[Draft]) -> None:
    """File what other plans read differently."""
    for draft, m, other in read_otherwise(drafts):
        where = f"{other.agency}{other.year_roc}年度計畫第 {other.seq} 項"
        message = f"與{where}文字相同，分段不同（{_parts(m)}段與{_parts(other)}段）。"
        draft.findings.append(finding("read_differently", message, m))


def _parts(measure: MeasureRow) -> int:
    return measure.text.count("\n") + 1


def _close(draft: Draft) -> None:
    """What hangs on everything before: findings in order, flags, counts, status, unit codes."""
    draft.findings += _inferred(draft)
    order = {m.measure_id: m.seq for m in draft.measures}
    draft.findings.sort(key=partial(_rank, order))
    rows = {m.measure_id: m for m in draft.measures}
    checks = [f for f in draft.findings if f.severity != "note"]
    named = {(f.measure_id, f.code) for f in checks if f.measure_id is not None}
    for measure_id, code in sorted(named | draft.doubtful):
        rows[measure_id].doubts.append(code)
        rows[measure_id].needs_review = True
    _judge(draft.plan, draft.findings)


def _inferred(draft: Draft) -> Iterator[FindingRow]:
    for m in draft.measures:
        if m.focus_basis == "inferred" and "focus_code" not in m.confirmed:
            message = f"執行重點依文意推定為 {m.focus_code}，信心 {m.focus_score:.2f}。"
            severity: Severity = "note" if m.focus_score >= SURE else "check"
            yield finding("focus_inferred", message, m, severity)


def _rank(order: dict[str, int], f: FindingRow) -> tuple[int, int, str, int, str]:
    """The worst first, then by measure, code, page."""
    seq = order.get(f.measure_id, 0) if f.measure_id else 0
    return -SEVERITIES.index(f.severity), seq, f.code, f.page or 0, f.message


def _judge(plan: PlanRow, findings: list[FindingRow]) -> None:
    plan.findings = len(findings)
    worst = next((f for f in findings if f.severity == "error"), None)
    if plan.status == "ok" and worst is not None:
        plan.status = "partial"
        plan.reason = plan.reason or worst.message


def taxonomy_rows() -> list[TaxonomyRow]:
    """One row a focus point of every edition, by edition and code."""
    same = counterparts()
    return [
        TaxonomyRow(
            taxonomy=e.code,
            pillar_code=n.pillar,
            pillar=e.by_code[n.pillar].text,
            focus_code=n.code,
            focus=n.text,
            counterpart=same.get((e.code, n.code), []),
        )
        for e in editions()
        for n in sorted(e.focus, key=lambda n: n.code)
    ]


def tables(drafts: list[Draft], families: list[FamilyRow]) -> dict[str, pa.Table]:
    """All tables as Arrow, rows sorted by plan and position."""
    drafts = sorted(drafts, key=lambda d: d.plan.plan_id)
    changed = changes(drafts)
    seen_before(changed, all_measures(drafts))
    rows: dict[Table, Sequence[object]] = {
        MEASURES: all_measures(drafts),
        MEASURE_UNITS: [u for d in drafts for u in d.units],
        PLANS: [d.plan for d in drafts],
        SECTIONS: [s for d in drafts for s in d.sections],
        FINDINGS: [f for d in drafts for f in d.findings],
        TAXONOMY: taxonomy_rows(),
        MEASURE_CHANGES: changed,
        MEASURE_FAMILIES: families,
    }
    return {t.name: to_arrow(t, rows[t]) for t in TABLES}


def all_measures(drafts: list[Draft]) -> list[MeasureRow]:
    return [m for draft in drafts for m in draft.measures]


def _summary(draft: Draft) -> PlanSummary:
    counts = Counter(f.severity for f in draft.findings)
    return PlanSummary(
        draft.plan,
        units=len({u.unit for u in draft.units if u.unit}),
        by_severity={s: counts[s] for s in SEVERITIES},
    )
