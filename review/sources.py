"""What a plan's rows were read from: its PDF, and its record of the extract stage."""

from __future__ import annotations

from pathlib import Path

from batch.store import find_pdfs
from extract.model import PrintedPlan, decode_plan, file_hash, file_name
from review.view import Row


def pdfs_of(plans: list[Row], raw: Path) -> dict[str, Path]:
    """plan_id -> its PDF in `raw`, by name where name and content agree, by content otherwise."""
    pdfs = find_pdfs(raw) if raw.exists() else []
    by_name: dict[str, list[Path]] = {}
    for pdf in pdfs:
        by_name.setdefault(file_name(pdf.name), []).append(pdf)
    found: dict[str, Path] = {}
    lacking = []
    for plan in plans:
        named = by_name.get(plan["source_file"], [])
        path = next((p for p in named if file_hash(p) == plan["sha256"]), None)
        if path is not None:
            found[plan["plan_id"]] = path
        else:
            lacking.append(plan)
    by_hash = {file_hash(p): p for p in pdfs} if lacking else {}
    others = {p["plan_id"]: by_hash[p["sha256"]] for p in lacking if p["sha256"] in by_hash}
    return found | others


def printed_plan(record: Path) -> PrintedPlan | None:
    """The record, or None where it is missing or of another form."""
    try:
        return decode_plan(record.read_bytes())
    except (OSError, ValueError):
        return None
