"""Agencies: a printed name -> canonical name, kind, parent and code.

The registry is data (`normalize/vocabulary/data/agencies-kaohsiung.json`): bureaus and commissions,
38 district offices, subordinate offices by the end of their name, short and former names. Agencies
elsewhere resolve to their own name and a kind by pattern.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process

from normalize.vocabulary import DATA
from normalize.vocabulary.files import csv_rows, json_file
from normalize.vocabulary.text import compact, match_key, repair

# RapidFuzz ratio of folded names; two district offices of the same length differ by 25 or more
FUZZY_LEAST = 75.0
FUZZY_MARGIN = 5.0

_CITY = (
    r"(?:[臺台][北中南東]|新北|桃園|高雄|基隆|新竹|嘉義|苗栗|彰化|南投|雲林|屏東|宜蘭|花蓮|澎湖"
    r"|金門|連江)[市縣]"
)
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
    by_key: dict[str, Agency]
    subordinates: tuple[tuple[str, str], ...]
    codes: dict[str, str]

    def names(self) -> list[str]:
        return sorted({a.name for a in self.by_key.values()})


@lru_cache(maxsize=4)
def registry(codes_file: Path | None = None) -> Registry:
    """The registry.

    `codes_file` is a user's copy of the official code list (機關代碼,機關名稱,…), if there is one.
    Raises BadInput for a data file that is not well formed.
    """
    codes = read_codes(codes_file) if codes_file else {}
    with json_file(DATA / "agencies-kaohsiung.json") as raw:
        return _registry(raw, codes)


def _registry(raw: dict[str, Any], codes: dict[str, str]) -> Registry:
    by_key: dict[str, Agency] = {}
    for entry in raw["agencies"]:
        agency = Agency(entry["name"], entry["kind"], entry["parent"], codes.get(entry["name"]))
        for name in [entry["name"], *entry.get("aliases", [])]:
            _add(by_key, name, agency)
        for former in entry.get("former", []):
            _add(
                by_key,
                former["name"],
                Agency(agency.name, agency.kind, agency.parent, agency.code, 1.0, former["name"]),
            )
    _add(
        by_key,
        raw["government"],
        Agency(raw["government"], "other", None, codes.get(raw["government"])),
    )
    return Registry(
        by_key, tuple((s["ends_with"], s["parent"]) for s in raw["subordinates"]), codes
    )


def _add(by_key: dict[str, Agency], name: str, agency: Agency) -> None:
    other = by_key.setdefault(match_key(name), agency)
    if other.name != agency.name:
        raise ValueError(f"{name} stands for {other.name} and {agency.name}")


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
    elsewhere = re.match(rf"^{_CITY}", name) and not name.startswith("高雄")
    if not elsewhere:
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
    if re.match(rf"^{_CITY}", name) and not name.startswith("高雄"):
        return None
    for ends_with, parent in reg.subordinates:
        if name.endswith(ends_with) and ("高雄" in name or name.startswith(parent)):
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
