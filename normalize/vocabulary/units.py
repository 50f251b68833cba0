"""Responsible units: one printed name -> canonical names, kinds and roles.

A printed cell line may hold several names (民政課、社會課 / 登記課 測量課), a role (主辦：…,
協辦：…) or a collective (各課(室)). Canonical means one spelling a unit inside the plan's own
wording; abbreviations an agency uses (建管處) stay as they are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from extract.script.numerals import CJK
from extract.script.vocabulary import OFFICE, UNIT_ROLES, one_of
from normalize.vocabulary import DATA
from normalize.vocabulary.files import json_file
from normalize.vocabulary.text import compact, repair

OFTEN = 3  # times a name stands in a plan before odd ones are read as it
_ROLES = {word: role for word, role in UNIT_ROLES.items() if role}
_WORD = one_of(list(_ROLES))
_SPLIT = re.compile(rf"[、，,；;/／\n]+|\s*[‧·•]\s*|\s+(?=[（(]?{_WORD})")
_ROLE = re.compile(rf"^[（(]?({_WORD})(?:單位|課室|機關)?[)）]?\s*[:：]?\s*(?=\S)")
_ROLE_AFTER = re.compile(rf"\s*[（(]({_WORD})[)）]$")
_SECTION = re.compile(rf"{OFFICE}(?:[（(].*[)）])?$")
_SERIES = "(?:組|課|科|股|隊)"
_RANGE = re.compile(rf"^第[{CJK}]+{_SERIES}?[至到~～-]第?[{CJK}]+{_SERIES}$")


@dataclass(frozen=True)
class Unit:
    """A canonical unit: `kind` is section, all_sections, subordinates, whole_agency or other.

    `role` lead, support or None.
    """

    name: str
    kind: str
    printed: str
    role: str | None = None


@lru_cache(maxsize=1)
def _collectives() -> tuple[dict[str, str], dict[str, str], list[tuple[re.Pattern[str], str]]]:
    """(variant -> canonical name, canonical name -> kind, patterns -> kind) of `units.json`."""
    names: dict[str, str] = {}
    kinds: dict[str, str] = {}
    with json_file(DATA / "units.json") as raw:
        for entry in raw["names"]:
            kinds[entry["name"]] = entry["kind"]
            for form in [entry["name"], *entry.get("variants", [])]:
                if names.setdefault(form, entry["name"]) != entry["name"]:
                    raise ValueError(f"{form} stands for two names")
        return names, kinds, [(re.compile(p["pattern"]), p["kind"]) for p in raw["patterns"]]


@lru_cache(maxsize=16384)
def _spelling(name: str) -> str:
    """One spelling for widths: full-width letters, digits and brackets to half width."""
    return unicodedata.normalize("NFKC", compact(name)).strip("。．.:：;")


def kind_of(name: str) -> str:
    _, kinds, patterns = _collectives()
    if name in kinds:
        return kinds[name]
    for pattern, kind in patterns:
        if pattern.search(name):
            return kind
    return "section" if _SECTION.search(name) or _RANGE.match(name) else "other"


def _stuck(name: str, known: frozenset[str]) -> list[str]:
    """Names printed without a gap (登記課測量課), where the plan uses every piece elsewhere."""
    if len(name) < 5 or name in known:
        return [name]
    pieces: dict[int, list[str]] = {0: []}  # the names that make up the first characters
    for stop in range(2, len(name) + 1):
        for start in range(stop - 1):
            if start in pieces and name[start:stop] in known:
                pieces[stop] = [*pieces[start], name[start:stop]]
                break
    return pieces.get(len(name), [name])


@lru_cache(maxsize=16384)
def read_units(printed: str, known: frozenset[str] = frozenset()) -> tuple[Unit, ...]:
    """The units one printed line names, in order.

    `known` are the names the plan prints on lines of their own.
    """
    out: list[Unit] = []
    role: str | None = None
    for piece in _SPLIT.split(repair(printed)):
        piece = piece.strip()
        if not piece:
            continue
        found = _ROLE.match(piece)
        if found:
            role, piece = _ROLES[found.group(1)], piece[found.end() :]
        own = role
        found = _ROLE_AFTER.search(piece)
        if found:
            own, piece = _ROLES[found.group(1)], piece[: found.start()]
        words = piece.split()
        whole = (
            [piece]
            if len(words) < 2 or not all(len(w) > 1 and _SECTION.search(w) for w in words)
            else words
        )
        for word in whole:
            for name in _stuck(_spelling(word), known):
                if name:
                    name = _collectives()[0].get(name, name)
                    out.append(
                        Unit(
                            name,
                            kind_of(name),
                            compact(word) if len(whole) > 1 else compact(printed),
                            own,
                        )
                    )
    return tuple(out)


def mended_names(names: list[str]) -> dict[str, str]:
    """Recognised names one character off -> the name the plan uses at least three times.

    A name of the registry is never mended: 民政課 and 農政課 differ by one character, too.
    """
    often = [
        n for n in set(names) if names.count(n) >= OFTEN or (n in _collectives()[1] and n in names)
    ]
    out = {}
    for name in sorted(set(names) - set(often)):
        if name in _collectives()[1]:
            continue
        near = [
            o
            for o in often
            if len(o) == len(name) >= 3 and sum(a != b for a, b in zip(o, name)) == 1
        ]
        if len(near) == 1:
            out[name] = near[0]
    return out


def plan_names(lines: Iterable[str]) -> frozenset[str]:
    """Names a plan prints on lines of their own: what `read_units` may split stuck names into."""
    return frozenset(
        n for n in (_spelling(x) for x in lines) if 2 <= len(n) <= 8 and _SECTION.search(n)
    )
