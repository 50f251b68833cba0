"""The editions of the national service programme, one data file (`taxonomy-<edition>.json`) each.

A third edition is added by adding a file; nothing here names an edition. A file holds pillars and
focus points with code, official wording, variants seen in print, the headings plans print under a
focus point (`items`) and, optionally, `counterpart`: codes of other editions that cover the same
ground (read in both directions).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from normalize.vocabulary import DATA
from normalize.vocabulary.files import json_file
from normalize.vocabulary.text import match_key


@dataclass(frozen=True, eq=False)
class Node:
    """A pillar or a focus point.

    `level` is "pillar" or "focus"; `number` is its printed number inside its parent (0: none).
    """

    code: str
    level: str
    text: str
    number: int
    pillar: str
    keys: tuple[str, ...]
    items: tuple[str, ...] = ()
    counterpart: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, eq=False)
class Edition:
    """One edition.

    `nodes` stand in document order: a pillar, then its focus points, then the next pillar.
    """

    code: str
    programme: str
    years_roc: tuple[int | None, int | None]
    nodes: tuple[Node, ...] = field(repr=False)

    @cached_property
    def by_code(self) -> dict[str, Node]:
        return {node.code: node for node in self.nodes}

    @cached_property
    def focus(self) -> tuple[Node, ...]:
        return tuple(n for n in self.nodes if n.level == "focus")

    def focus_of(self, pillar: str) -> list[Node]:
        return [n for n in self.focus if n.pillar == pillar]

    def text(self, code: str | None) -> str | None:
        return self.by_code[code].text if code else None

    def covers(self, year_roc: int | None) -> bool:
        first, last = self.years_roc
        return (
            year_roc is not None
            and (first is None or year_roc >= first)
            and (last is None or year_roc <= last)
        )


def read_edition(path: Path) -> Edition:
    """Read one edition file; BadInput names the file and what is wrong with it."""
    with json_file(path) as raw:
        return _edition(raw)


def _edition(raw: dict[str, Any]) -> Edition:
    nodes: list[Node] = []
    for pillar in raw["pillars"]:
        number = 0 if pillar.get("opening") else int(pillar["code"])
        nodes.append(_node(pillar, "pillar", number, pillar["code"]))
        for focus in pillar["focus"]:
            number = 0 if pillar.get("opening") else int(focus["code"].split(".")[1])
            nodes.append(_node(focus, "focus", number, pillar["code"]))
    codes = [n.code for n in nodes]
    if len(set(codes)) != len(codes):
        raise ValueError("a code stands twice")
    seen: dict[tuple[str, str], str] = {}
    for node in nodes:
        for key in node.keys:
            if seen.setdefault((node.level, key), node.code) != node.code:
                raise ValueError(f"{node.code} and {seen[node.level, key]} share a wording")
    return Edition(raw["edition"], raw["programme"], tuple(raw["years_roc"]), tuple(nodes))


def _node(raw: dict[str, Any], level: str, number: int, pillar: str) -> Node:
    keys = tuple(dict.fromkeys(match_key(t) for t in [raw["text"], *raw.get("variants", [])]))
    counterpart = tuple(
        (edition, code) for edition, codes in raw.get("counterpart", {}).items() for code in codes
    )
    return Node(
        raw["code"],
        level,
        raw["text"],
        number,
        pillar,
        keys,
        tuple(raw.get("items", [])),
        counterpart,
    )


@cache
def editions() -> tuple[Edition, ...]:
    """All editions of the registry, oldest first."""
    return tuple(
        sorted(
            (read_edition(p) for p in sorted(DATA.glob("taxonomy-*.json"))), key=lambda e: e.code
        )
    )


def edition(code: str | None) -> Edition | None:
    return next((e for e in editions() if e.code == code), None)


def counterparts() -> dict[tuple[str, str], list[str]]:
    """(edition, focus code) -> codes of the other editions that cover the same ground, sorted."""
    out: dict[tuple[str, str], set[str]] = {}
    for ed in editions():
        for node in ed.focus:
            for other, code in node.counterpart:
                out.setdefault((ed.code, node.code), set()).add(code)
                out.setdefault((other, code), set()).add(node.code)
    return {k: sorted(v) for k, v in out.items()}
