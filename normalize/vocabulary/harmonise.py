"""The desk tool for names the data files do not know.

It goes through the dataset's unmatched headings and units of no known kind, proposes RapidFuzz
matches, and writes what a person accepts as a variant into the data files
(`normalize/vocabulary/data/`), to be reviewed and committed. The pipeline itself only looks names
up. Nothing is written for a skipped name; Ctrl-C or q keeps what was accepted so far.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from rapidfuzz import fuzz, process

from normalize.vocabulary.files import DATA
from normalize.vocabulary.numerals import leading_number
from normalize.vocabulary.text import match_key
from normalize.vocabulary.units import kind_of

SHOWN = 5


@dataclass(frozen=True)
class Unknown:
    """A printed name to be settled: `level` is unit, pillar or focus.

    `edition` is None for units; `count` rows print it.
    """

    level: str
    edition: str | None
    printed: str
    count: int


def unknowns(processed: Path) -> list[Unknown]:
    """Names of the dataset the data files do not know, most frequent first."""
    units = pq.read_table(
        processed / "measure_units.parquet", columns=["unit", "unit_kind"]
    ).to_pylist()
    seen: Counter[tuple[str, str | None, str]] = Counter(
        ("unit", None, u["unit"])
        for u in units
        if u["unit_kind"] == "other" and kind_of(u["unit"]) == "other"
    )
    columns = ["taxonomy", "pillar_code", "pillar_printed", "focus_code", "focus_printed"]
    for m in pq.read_table(processed / "measures.parquet", columns=columns).to_pylist():
        for level in ("pillar", "focus"):
            printed = m[f"{level}_printed"]
            if m["taxonomy"] and m[f"{level}_code"] is None and printed and "\n" not in printed:
                seen[level, m["taxonomy"], leading_number(printed)[1]] += 1
    return [
        Unknown(level, edition, printed, count)
        for (level, edition, printed), count in sorted(
            seen.items(), key=lambda x: (-x[1], str(x[0]))
        )
    ]


def proposals(unknown: Unknown, data: Path = DATA) -> list[tuple[str, str, float]]:
    """(key, wording, likeness 0-100) of the closest known names.

    The key is a code, or the canonical unit name.
    """
    if unknown.level == "unit":
        known = {
            e["name"]: e["name"]
            for e in json.loads((data / "units.json").read_text("utf-8"))["names"]
        }
    else:
        known = {
            n["code"]: n["text"]
            for n in _nodes(
                json.loads(_edition_file(unknown.edition, data).read_text("utf-8")), unknown.level
            )
        }
    ranked = process.extract(
        match_key(unknown.printed),
        {k: match_key(v) for k, v in known.items()},
        scorer=fuzz.WRatio,
        limit=SHOWN,
    )
    return [(key, known[key], score) for _, score, key in ranked]


def accept(unknown: Unknown, key: str, data: Path = DATA) -> Path:
    """Write the name as a variant of `key`.

    Returns the file that changed. KeyError when there is no such key.
    """
    path = data / "units.json" if unknown.level == "unit" else _edition_file(unknown.edition, data)
    raw = json.loads(path.read_text("utf-8"))
    entries = (
        {e["name"]: e for e in raw["names"]}
        if unknown.level == "unit"
        else {n["code"]: n for n in _nodes(raw, unknown.level)}
    )
    variants = entries[key].setdefault("variants", [])
    if unknown.printed not in variants:
        variants.append(unknown.printed)
    path.write_text(json.dumps(raw, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return path


def _edition_file(edition: str | None, data: Path) -> Path:
    return data / f"taxonomy-{edition}.json"


def _nodes(raw: dict[str, Any], level: str) -> list[dict[str, Any]]:
    return raw["pillars"] if level == "pillar" else [f for p in raw["pillars"] for f in p["focus"]]


def settle(processed: Path, ask: Callable[[str], str] = input, data: Path = DATA) -> int:
    """Ask about every unknown name of the dataset; returns how many answers were written.

    Raises OSError when there is no dataset. What is accepted is written at once, so a break loses
    nothing.
    """
    todo = unknowns(processed)
    written = 0
    try:
        for unknown in todo:
            of = f" ({unknown.edition})" if unknown.edition else ""
            print(f"\n{unknown.level}{of}, {unknown.count} rows: {unknown.printed}")
            shown = proposals(unknown, data)
            for i, (key, wording, score) in enumerate(shown, 1):
                print(f"  {i}  {score:3.0f}  {key if key != wording else ''} {wording}")
            answer = ask("number to accept, Enter to skip, q to stop: ").strip()
            if answer == "q":
                break
            if answer.isdecimal() and 1 <= int(answer) <= len(shown):
                print(f"  written to {accept(unknown, shown[int(answer) - 1][0], data)}")
                written += 1
    except (KeyboardInterrupt, EOFError):
        print()
    print(
        f"{len(todo)} unknown names, {written} accepted; review the change and run normalize again"
    )
    return written
