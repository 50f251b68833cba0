"""The rows of one plan on their way through the stage."""

from __future__ import annotations

from dataclasses import dataclass, field

from normalize.vocabulary.titles import Title

ROC_OFFSET = 1911


@dataclass
class Draft:
    """Rows of one plan. `open` lists measures whose focus point is to be inferred: (index, candidate codes, printed order)."""

    plan: dict
    measures: list[dict] = field(default_factory=list)
    units: list[dict] = field(default_factory=list)
    sections: list[dict] = field(default_factory=list)
    findings: list[dict] = field(default_factory=list)
    open: list[tuple[int, list[str]]] = field(default_factory=list)
    groups: list[tuple[int, int]] = field(default_factory=list)
    """For each measure its (focus cell, ruled row): neighbours in meaning."""
    title: Title = field(default_factory=lambda: Title(None, None))
