"""Where the filed plans were published: `sources.csv` beside them, if there is one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from extract.errors import BadInput
from normalize.model import Draft
from normalize.vocabulary.files import csv_rows

SOURCES = Path(__file__).parent.parent.parent / "data" / "raw" / "sources.csv"
HEADER = ("file", "url", "date", "licence")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a file was published, the date it was filed (ISO 8601), and its terms of use."""

    url: str | None
    date: str | None
    licence: str | None


def read_sources(path: Path | None) -> dict[str, Source]:
    """Sources by file name; none without a path or where no such file exists.

    Raises BadInput for another header, a file listed twice, an address that is none of the web, or
    a date that is none.
    """
    if path is None or not path.exists():
        return {}
    out: dict[str, Source] = {}
    for place, line in csv_rows(path, HEADER):
        name = line["file"].strip()
        fault = "the file is listed twice" if name in out else _fault(line)
        if fault:
            raise BadInput(place, fault)
        out[name] = Source(*(line[c].strip() or None for c in HEADER[1:]))
    return out


def _fault(line: dict[str, str]) -> str | None:
    """What is wrong with a line; None where nothing is."""
    file, url, day = (line[c].strip() for c in ("file", "url", "date"))
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
