"""Agencies: a printed name -> canonical name, kind, parent and code.

The registry is data, a file a city (`agencies-kaohsiung.json`): bureaus and commissions, district
offices, subordinate offices by the end of their name, short and former names. Agencies of cities
that have no file resolve to their own name and a kind by pattern.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from rapidfuzz import fuzz, process

from extract.errors import BadInput
from normalize.vocabulary.files import csv_rows, data_files, kept, shaped
from normalize.vocabulary.shapes import AgenciesFile
from normalize.vocabulary.text import compact, match_key, repair

# RapidFuzz ratio of folded names; two district offices of the same length differ by 25 or more
FUZZY_LEAST = 75.0
FUZZY_MARGIN = 5.0

_CITY = (
    r"(?:[臺台][北中南東]|新北|桃園|高雄|基隆|新竹|嘉義|苗栗|彰化|南投|雲林|屏東|宜蘭|花蓮|澎湖"
    r"|金門|連江)[市縣]"
)
_IN_CITY = re.compile(_CITY)
_TOWN = re.compile(rf"^{_CITY}.{{1,4}}[區鄉鎮市]公所$")
_BUREAU = re.compile(rf"^{_CITY}(?:政府)?[^局處會]{{1,10}}(?:局|處|委員會)$")
_SUBORDINATE = re.compile(
    r"(?:事務所|衛生所|圖書館|分局|大隊|分隊|管理處|工程處|稽徵處|動物保護.*處|中心|醫院|國民[中小]學|高級中學|高級中等學校|清潔隊|博物館|美術館|管理所|監理[站所]|分署|管理站)$"
)


@dataclass(frozen=True)
class Agency:
    """A resolved agency; `score` 0-1 says how sure the name is (1: exact or by pattern)."""

    name: str
    kind: str
    parent: str | None = None
    code: str | None = None
    score: float = 1.0
    former_name: str | None = None


@dataclass(frozen=True, eq=False)
class Registry:
    """`cities`: the first two characters (高雄) of each city whose agencies are on file."""

    by_key: dict[str, Agency]
    subordinates: tuple[tuple[str, str, str], ...]
    """(city, ending of the name, parent)"""
    cities: frozenset[str]
    codes: dict[str, str]

    def names(self) -> list[str]:
        return sorted({a.name for a in self.by_key.values()})

    def knows_city(self, name: str) -> bool:
        """Whether the city that a name begins with, if it does, is on file."""
        return not _IN_CITY.match(name) or name[:2] in self.cities


@kept
def registry(codes_file: Path | None = None) -> Registry:
    """The registry, of all `agencies-*.json`.

    `codes_file` is a user's copy of the official code list (機關代碼,機關名稱,…), if there is one.
    Raises BadInput for a file that is not well formed, and for a name of two agencies.
    """
    codes = read_codes(codes_file) if codes_file else {}
    by_key: dict[str, Agency] = {}
    subordinates: list[tuple[str, str, str]] = []
    cities = set()
    for path in data_files("agencies-*.json"):
        raw = shaped(path, AgenciesFile)
        city = raw.government[:2]
        cities.add(city)
        subordinates += [(city, s.ends_with, s.parent) for s in raw.subordinates]
        government = Agency(raw.government, "other", None, codes.get(raw.government))
        for name, agency in [(raw.government, government), *_named(raw, codes)]:
            other = by_key.setdefault(match_key(name), agency)
            if other.name != agency.name:
                raise BadInput(str(path), f"{name} stands for {other.name} and {agency.name}")
    return Registry(by_key, tuple(subordinates), frozenset(cities), codes)


def _named(raw: AgenciesFile, codes: dict[str, str]) -> Iterator[tuple[str, Agency]]:
    """(name, agency) of all names on file."""
    for entry in raw.agencies:
        agency = Agency(entry.name, entry.kind, entry.parent, codes.get(entry.name))
        for name in [entry.name, *entry.aliases]:
            yield name, agency
        for former in entry.former:
            yield former.name, replace(agency, former_name=former.name)


def read_codes(path: Path) -> dict[str, str]:
    """Name -> code from the official list.

    Agencies that were closed (機關裁撤日期) give way to living ones.
    """
    rows = [row for _, row in csv_rows(path, ("機關代碼", "機關名稱"))]
    rows.sort(key=lambda row: not row.get("機關裁撤日期", "").strip())
    return {row["機關名稱"].strip(): row["機關代碼"].strip() for row in rows}


def resolve(printed: str | None, codes_file: Path | None = None) -> Agency | None:
    """The agency a printed name means; None for no name.

    An unknown name comes back as printed, kind by pattern.
    """
    if not printed or not printed.strip():
        return None
    reg = registry(codes_file)
    name = re.sub(r"^[臺台](?=[北中南東])", "臺", compact(repair(printed)))
    key = match_key(name)
    if key in reg.by_key:
        return reg.by_key[key]
    subordinate = _subordinate(name, reg)
    if subordinate:
        return subordinate
    if reg.knows_city(name):
        ranked = process.extract(
            key, list(reg.by_key), scorer=fuzz.ratio, limit=6, score_cutoff=FUZZY_LEAST
        )
        if ranked:
            best = reg.by_key[ranked[0][0]]
            rival = next((s for k, s, _ in ranked[1:] if reg.by_key[k].name != best.name), 0.0)
            if ranked[0][1] - rival >= FUZZY_MARGIN:
                return Agency(
                    best.name,
                    best.kind,
                    best.parent,
                    best.code,
                    round(ranked[0][1] / 100, 4),
                    best.former_name,
                )
    return _by_pattern(name, reg)


def _subordinate(name: str, reg: Registry) -> Agency | None:
    for city, ends_with, parent in reg.subordinates:
        if _IN_CITY.match(name) and not name.startswith(city):
            continue
        if name.endswith(ends_with) and (city in name or name.startswith(parent)):
            return Agency(name, "subordinate", parent, reg.codes.get(name))
    return None


def _by_pattern(name: str, reg: Registry) -> Agency:
    code = reg.codes.get(name)
    if _TOWN.match(name):
        return Agency(name, "district_office", None, code)
    if _SUBORDINATE.search(name):
        return Agency(name, "subordinate", None, code)
    if _BUREAU.match(name):
        return Agency(name, "bureau", None, code)
    return Agency(
        name, "other", None, code, 1.0 if re.search(r"[部會署院局處館所校隊]$", name) else 0.5
    )
