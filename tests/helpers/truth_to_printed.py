"""Hand-checked truth (tests/plans/truth/*.json) → the PrintedPlan of a perfect extract stage.

python -m tests.helpers.truth_to_printed tests/plans/truth OUT_DIR
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

from extract.model import (
    Box,
    Paragraph,
    PrintedMeasure,
    PrintedPlan,
    PrintedRow,
    PrintedSection,
    PrintedTable,
    PrintedUnit,
    encode_plan,
)

TRUTH = Path(__file__).parent.parent / "plans" / "truth"


def printed_plan(truth: dict) -> PrintedPlan:
    """The printed plan of one truth file; boxes are placeholders, the hash is that of the slug."""
    rows: list[PrintedRow] = []
    pillar_cell = focus_cell = -1
    last_pillar = last_focus = None
    for row in truth["rows"]:
        if row["pillar"] != last_pillar:
            pillar_cell, last_pillar, last_focus = pillar_cell + 1, row["pillar"], None
        if (row["focus_cell_id"], row["focus_cell"]) != last_focus:
            focus_cell, last_focus = focus_cell + 1, (row["focus_cell_id"], row["focus_cell"])
        measures = [
            PrintedMeasure(
                theme=row.get("theme"),
                marker=m["marker"],
                title=m["title"],
                paragraphs=[Paragraph(text=p) for p in m["paragraphs"]],
                units=[PrintedUnit(text=u) for u in m["units"]],
                units_beside=m["units_printed_beside"],
                boxes=[Box(page=1, x0=0, y0=0, x1=1, y1=1)],
            )
            for m in row["measures"]
        ]
        rows.append(
            PrintedRow(
                pillar=row["pillar"],
                pillar_cell=pillar_cell,
                focus=row["focus_cell"],
                focus_cell=focus_cell,
                measures=measures,
            )
        )
    sections = [
        PrintedSection(
            marker=s["marker"],
            heading=s["heading"],
            paragraphs=[Paragraph(text=p) for p in s["paragraphs"]],
            has_plan_table=s["has_plan_table"],
            tables=[PrintedTable(header=t["header"], rows=t["rows"]) for t in s.get("tables", [])],
        )
        for s in truth["sections"]
    ]
    return PrintedPlan(
        extractor_version="truth",
        source_file=f"{truth['slug']}.pdf",
        sha256=hashlib.sha256(truth["slug"].encode()).hexdigest(),
        title=truth["title"],
        pages=1,
        column_headers=truth["column_headers"],
        header_repeats=truth["header_repeats_on_each_page"],
        sections=sections,
        rows=rows,
    )


def load_truth(folder: Path = TRUTH) -> dict[str, dict]:
    return {p.stem: json.loads(p.read_text("utf-8")) for p in sorted(folder.glob("*.json"))}


def write_printed(plans: list[PrintedPlan], out_dir: Path) -> None:
    out_dir.mkdir(parents=True, exist_ok=True)
    for plan in plans:
        (out_dir / f"{plan.sha256}.json").write_bytes(encode_plan(plan))


if __name__ == "__main__":
    write_printed(
        [printed_plan(t) for t in load_truth(Path(sys.argv[1])).values()], Path(sys.argv[2])
    )
