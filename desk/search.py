"""Search over all plans: text and facets, every state a query string.

Text is folded as `measures.text_folded` is (台 = 臺, widths, case), words are all to be found; two
characters are enough for one. A facet with several values takes any of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from desk.library import Release, Row
from normalize.vocabulary.text import searchable
from review import labels

PAGE = 20  # hits on a page
MOST = 60  # values of a facet that are listed
WORDS = 8  # more words are left aside

FACETS = {
    "review": "核對",
    "year": "年度",
    "kind": "機關類別",
    "agency": "機關",
    "edition": "方案",
    "pillar": "執行要項",
    "focus": "執行重點",
    "unit": "執行單位",
    "filing": "版本",
}
_STATE = (
    "CASE WHEN needs_review THEN 'open' WHEN len(corrected) > 0 THEN 'corrected'"
    " WHEN len(confirmed) > 0 THEN 'confirmed' ELSE 'none' END"
)
_COLUMNS = {
    "review": _STATE,
    "year": "year_roc::VARCHAR",
    "kind": "agency_kind",
    "agency": "agency",
    "edition": "taxonomy",
    "pillar": "pillar_code",
    "focus": "focus_code",
    "unit": "units",
    "filing": "CASE WHEN is_current THEN 'current' ELSE 'superseded' END",
}
_NAMES = {
    "review": {"open": "待確認", "corrected": "已更正", "confirmed": "已核對", "none": "無疑義"},
    "kind": labels.AGENCY_KINDS_ZH,
    "filing": {"current": "現行", "superseded": "舊版"},
}


@dataclass(frozen=True)
class Query:
    """What is asked: a text, chosen values of facets, a page from 1."""

    text: str = ""
    chosen: dict[str, tuple[str, ...]] = field(default_factory=dict)
    page: int = 1

    @staticmethod
    def read(pairs: list[tuple[str, str]]) -> Query:
        """From a query string; what it does not know is left aside."""
        chosen: dict[str, tuple[str, ...]] = {}
        for name, value in pairs:
            if name in FACETS and value:
                chosen[name] = (*chosen.get(name, ()), value)
        known = dict(pairs)
        page = known.get("page", "1")
        number = int(page) if re.fullmatch("[0-9]{1,6}", page) else 1
        return Query(known.get("text", "")[:200], chosen, max(1, number))

    def words(self) -> list[str]:
        return [searchable(w) for w in self.text.split()[:WORDS]]

    def has(self, name: str, value: str) -> bool:
        return value in self.chosen.get(name, ())

    def toggled(self, name: str, value: str) -> Query:
        """The query with this value, or without it where it has it; from the first page."""
        values = self.chosen.get(name, ())
        left = tuple(v for v in values if v != value) if value in values else (*values, value)
        chosen = {n: v for n, v in {**self.chosen, name: left}.items() if v}
        return replace(self, chosen=chosen, page=1)

    def at(self, page: int) -> Query:
        return replace(self, page=page)

    def string(self) -> str:
        """The query string that `read` reads."""
        pairs = [("text", self.text)] if self.text else []
        pairs += [(n, v) for n, values in self.chosen.items() for v in values]
        return urlencode([*pairs, ("page", str(self.page))] if self.page > 1 else pairs)

    def condition(self) -> tuple[str, list[object]]:
        """The SQL condition and its parameters."""
        parts, values = ["true"], list[object](self.words())
        parts += ["contains(text_folded, ?)"] * len(values)
        for name, wanted in self.chosen.items():
            column = _COLUMNS[name]
            test = "list_has_any(units, ?)" if name == "unit" else f"list_contains(?, {column})"
            parts.append(test)
            values.append(list(wanted))
        return " AND ".join(parts), values


@dataclass(frozen=True)
class Found:
    """The hits of one page, how many there are in all, and the facets' values by frequency."""

    hits: list[Row]
    total: int
    pages: int
    facets: Mapping[str, list[tuple[str, int]]]


def search(release: Release, query: Query) -> Found:
    """The page of hits and the facets of a query."""
    condition, values = query.condition()
    plain = [f"{_COLUMNS[name]} AS f_{name}" for name in FACETS if name != "unit"]
    cursor = release.cursor()
    cursor.execute(
        f"CREATE OR REPLACE TEMP TABLE found AS SELECT measure_id, plan_id, seq, units,"
        f" {', '.join(plain)} FROM measures WHERE {condition}",
        values,
    )
    counted = cursor.execute("SELECT count(*) FROM found").fetchone()
    total = counted[0] if counted else 0
    ids = cursor.execute(
        "SELECT measure_id, plan_id FROM found"
        " ORDER BY f_filing, f_year DESC, f_agency, plan_id, seq LIMIT ? OFFSET ?",
        [PAGE, (query.page - 1) * PAGE],
    ).fetchall()
    facets = {name: _facet(cursor, name) for name in FACETS}
    return Found(_whole(release, ids), total, max(1, -(-total // PAGE)), facets)


def _facet(cursor: Any, name: str) -> list[tuple[str, int]]:
    """The values of a facet among the hits: names by frequency, codes and years in order."""
    source = "(SELECT unnest(units) AS f_unit FROM found)" if name == "unit" else "found"
    found: list[tuple[str, int]] = cursor.execute(
        f"SELECT f_{name} AS v, count(*) AS n FROM {source} WHERE v IS NOT NULL"
        f" GROUP BY v ORDER BY n DESC, v LIMIT {MOST}"
    ).fetchall()
    return found if name in ("unit", "agency") else sorted(found)


def _whole(release: Release, ids: list[tuple[str, str]]) -> list[Row]:
    """All columns of the hits, in their order; the plan narrows down what is read of the files."""
    if not ids:
        return []
    measures, plans = map(list, zip(*ids))
    sql = "FROM measures WHERE list_contains(?, plan_id) AND list_contains(?, measure_id)"
    found = {m["measure_id"]: m for m in release.rows(sql, [plans, measures])}
    return [found[i] for i in measures]


def every(release: Release, query: Query) -> Iterator[Row]:
    """All hits of a query in order, for a file."""
    condition, values = query.condition()
    sql = (
        "SELECT agency, year_roc, taxonomy, pillar_code, pillar, focus_code, focus, focus_basis,"
        " theme, marker, text, units, page_first, needs_review, measure_key, measure_id"
        f" FROM measures WHERE {condition} ORDER BY year_roc DESC, agency, plan_id, seq"
    )
    cursor = release.cursor().execute(sql, values)
    names = [d[0] for d in cursor.description]
    while batch := cursor.fetchmany(1000):
        yield from (dict(zip(names, row)) for row in batch)


def label(name: str, value: str) -> str:
    """What a facet's value is called on the page."""
    return _NAMES.get(name, {}).get(value, value)


def pieces(text: str, words: list[str]) -> list[tuple[bool, str]]:
    """The text cut where the words stand: (whether it is one of them, piece).

    Words are found in the folded text and shown in the printed one: a character at a time is
    folded, white space to nothing.
    """
    folded, places = "", []
    for at, character in enumerate(text):
        piece = searchable(character)
        folded += piece
        places += [at] * len(piece)
    hit = [False] * len(text)
    for word in filter(None, words):
        for found in re.finditer(re.escape(word), folded):
            first, last = places[found.start()], places[found.end() - 1]
            hit[first : last + 1] = [True] * (last + 1 - first)
    out: list[tuple[bool, str]] = []
    for lit, character in zip(hit, text):
        if out and out[-1][0] == lit:
            out[-1] = lit, out[-1][1] + character
        else:
            out.append((lit, character))
    return out
