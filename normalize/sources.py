"""Where the filed plans were published: `sources.csv` beside them, if there is one."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from normalize.model import Draft

SOURCES = Path(__file__).parent.parent / "data" / "raw" / "sources.csv"
HEADER = ("file", "url", "date", "licence")


class SourcesError(Exception):
    """The list of sources is malformed; the message names file, line and reason."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a file was published, the date it was filed (ISO 8601), and its terms of use."""

    url: str | None
    date: str | None
    licence: str | None


def read_sources(path: Path | None) -> dict[str, Source]:
    """Sources by file name; none without a path or where no such file exists.

    Raises SourcesError for another header, a file listed twice, an address that is none of the web,
    or a date that is none.
    """
    if path is None or not path.exists():
        return {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != HEADER:
            raise SourcesError(f"{path}: the first line must be {','.join(HEADER)}")
        out: dict[str, Source] = {}
        for number, line in enumerate(reader, 2):
            name = (line["file"] or "").strip()
            fault = "the file is listed twice" if name in out else _fault(line)
            if fault:
                raise SourcesError(f"{path}, line {number}: {fault}")
            out[name] = Source(*((line[c] or "").strip() or None for c in HEADER[1:]))
    return out


def _fault(line: dict[str, str | None]) -> str | None:
    """What is wrong with a line; None where nothing is."""
    file, url, day = ((line[c] or "").strip() for c in ("file", "url", "date"))
    if not file:
        return "no file is named"
    if url and not url.startswith(("https://", "http://")):
        return f"no address of the web: {url}"
    try:
        date.fromisoformat(day or "2000-01-01")
    except ValueError:
        return f"no date (YYYY-MM-DD): {day}"
    return None


def add_sources(drafts: Iterable[Draft], sources: dict[str, Source]) -> None:
    """Write into each plan's row where its file was published, as far as it is known."""
    for plan in (draft.plan for draft in drafts):
        if source := sources.get(plan.source_file):
            plan.source_url = source.url
            plan.source_date, plan.source_licence = source.date, source.licence
