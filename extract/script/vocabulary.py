"""Words of the table: how unit names end, what units do (`units.json`), what columns are called
(`headers.json`).
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

_DATA = Path(__file__).parent


def _read(name: str) -> Any:
    return json.loads((_DATA / name).read_text("utf-8"))


def one_of(words: list[str]) -> str:
    """The pattern of any of these words, longer ones first."""
    return f"(?:{'|'.join(map(re.escape, sorted(words, key=len, reverse=True)))})"


_UNITS = _read("units.json")
_OFFICES = [e["word"] for e in _UNITS["endings"] if e["kind"] == "office"]
_ENDINGS = [e["word"] for e in _UNITS["endings"]]

OFFICE = one_of(_OFFICES)
"""Pattern of the last word of an office's name."""

UNIT = one_of(_ENDINGS)
"""Pattern of the last word of any unit's name."""

UNIT_REST = one_of(_OFFICES + [word[1:] for word in _ENDINGS if len(word) == 2])
"""Pattern of what is left of a unit's name for the next line when its last word does not fit."""

UNIT_ROLES: dict[str, str | None] = {r["word"]: r["role"] for r in _UNITS["roles"]}
"""Word that says what a unit does → `lead` or `support`; None where it says neither."""

HEADERS: list[tuple[str, re.Pattern[str]]] = []
"""Role of a column and the pattern of its header label (matched from the start), in the order in
which they are tried.
"""

for _entry in _read("headers.json")["roles"]:
    _words = list(_entry["words"])
    if _entry["role"] == "unit":
        _words += [r["word"] for r in _UNITS["roles"] if r["heads_column"]]
    _within = "" if _entry.get("whole") else ".*"
    HEADERS.append((_entry["role"], re.compile(f"{_within}{one_of(_words)}{_within}$")))

_GOES_ON = re.compile(
    r"(?:附?表[0-9０-９一二三四五六七八九十]*)?[（(【\[]*"
    r"(?:續|[接承][上前下次])[上前下次]?[頁表]?[)）】\]]*"
)


def goes_on(text: str) -> bool:
    """Whether a line says nothing but that a table goes on: 表（續） · 續上頁 · （接下頁）."""
    return _GOES_ON.fullmatch("".join(text.split())) is not None
