"""What plans are worded like: whether a text's neighbouring characters have been seen together.

`data/wordings.txt` holds stretches of Han characters out of plans and editions, one a line
(`python -m normalize.wordings` writes it). Any plan shares four pairs of neighbours in ten with it;
text whose characters were exchanged shares two in a hundred.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from math import log
from typing import NamedTuple

from normalize.vocabulary.files import DATA, data_files, kept

FILE = DATA / "wordings.txt"
# Share of neighbours that the file knows, in a new plan as it should be and with its characters
# exchanged among each other (seven plans of other offices, 109 measures).
SOUND, EXCHANGED = 0.40, 0.05

HAN = re.compile("[\u4e00-\u9fff]+")


class Likeness(NamedTuple):
    """How a text's Han characters stand to the wordings on file."""

    known: int
    """Pairs of neighbours on file."""
    pairs: int
    strange: int
    """Characters that are on file with neither neighbour."""
    exchanged: tuple[str, ...]
    """Of these, with both neighbours: those in whose place the file has another character, between
    the same neighbours and one more."""

    @property
    def odds(self) -> float:
        """Log-odds that the text is as it should be, from its pairs alone."""
        known, other = log(SOUND / EXCHANGED), log((1 - SOUND) / (1 - EXCHANGED))
        return self.known * known + (self.pairs - self.known) * other


class _Seen(NamedTuple):
    pairs: frozenset[str]
    frames: frozenset[str]
    """Four characters in a row, one of the inner two left out (a blank stands for it)."""


@kept
def _seen() -> _Seen:
    runs = [r for path in data_files("wordings*.txt") for r in path.read_text("utf-8").split()]
    pairs = frozenset(run[i : i + 2] for run in runs for i in range(len(run) - 1))
    fours = {run[i : i + 4] for run in runs for i in range(len(run) - 3)}
    frames = {f"{f[:2]} {f[3]}" for f in fours} | {f"{f[0]} {f[2:]}" for f in fours}
    return _Seen(pairs, frozenset(frames))


@kept
def likeness(text: str) -> Likeness:
    """Hold a text against the wordings on file; what is not Han parts it into stretches."""
    seen, known, pairs, strange = _seen(), 0, 0, 0
    exchanged: list[str] = []
    for run in HAN.findall(text):
        met = [run[i : i + 2] in seen.pairs for i in range(len(run) - 1)]
        known, pairs = known + sum(met), pairs + len(met)
        for i in range(1, len(met)):
            if not met[i - 1] and not met[i]:
                strange += 1
                if not seen.frames.isdisjoint(_frames(run, i)):
                    exchanged.append(run[i - 1 : i + 2])
    return Likeness(known, pairs, strange, tuple(exchanged))


def _frames(run: str, i: int) -> Iterator[str]:
    """What stands around character `i`, it left out."""
    before, after = run[i - 1], run[i + 1]
    if i > 1:
        yield f"{run[i - 2]}{before} {after}"
    if i + 2 < len(run):
        yield f"{before} {after}{run[i + 2]}"


def stretches(texts: Iterable[str]) -> list[str]:
    """The different stretches of two and more Han characters in the texts, sorted; those that are
    part of a longer one are left out."""
    runs = sorted({run for text in texts for run in HAN.findall(text) if len(run) > 1})
    whole = "\n".join(runs)
    return [run for run in runs if whole.count(run) == 1]
