"""Focus points decided by meaning, where a cell stacks several of them or prints none.

Each measure is held against the candidates (the focus points of its cell) by three witnesses, all
on folded text cut into character pairs with TF-IDF weights (Chinese needs no word list for that):

* the wording of the focus point and the headings known to stand under it (`items` of the edition
  file);
* what *other* plans print under the focus point in the same edition: the released examples
  (`matching/examples.py`), those of the same agency and year left out;
* the theme and the neighbours of the measure's ruled row, which pull in the same direction.

So a decision hangs on the plan's own record, the vocabulary and the examples' version, and on no
other plan of the run. The score is calibrated by leave-one-plan-out over plans that print their
focus points (`python -m normalize.calibrate`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from zlib import crc32

import numpy as np

from normalize.matching.examples import Example, released
from normalize.model import Draft, MeasureRow
from normalize.vocabulary.taxonomy import Edition, edition, editions
from normalize.vocabulary.text import match_key

DIMENSIONS = 4096  # hashed character pairs
NEAREST = 3  # examples that speak for a focus point

# The three witnesses count alike (nothing in the leave-one-out figures asks for more); the theme
# and the neighbours are second witnesses. SHARPNESS turns differences of similarity into
# probabilities: `python -m normalize.calibrate` shows how well.
WEIGHTS = {"wording": 1.0, "items": 1.0, "examples": 1.0, "theme": 0.3, "row": 0.3}
SHARPNESS = 10.0
SURE = 0.7  # score from which an inferred focus point needs nobody to look: docs/focus-score.md

PlanKey = tuple[str, str]  # agency and ROC year, as `Example` has them


@dataclass(frozen=True)
class Guess:
    """A decided focus point: `score` is the calibrated probability, `margin` to the second best."""

    code: str
    score: float
    margin: float


@lru_cache(maxsize=65536)
def _pairs(text: str) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Hashed character pairs of a text and how often each stands in it (1 + log)."""
    key = match_key(text)
    counts: dict[int, int] = {}
    for i in range(len(key) - 1):
        slot = crc32(key[i : i + 2].encode()) % DIMENSIONS
        counts[slot] = counts.get(slot, 0) + 1
    return tuple(counts), tuple(1.0 + np.log(c) for c in counts.values())


def _vectors(texts: list[str], idf: np.ndarray) -> np.ndarray:
    """Unit TF-IDF vectors, shape (texts, DIMENSIONS); an empty text is all zero."""
    out = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
    for i, text in enumerate(texts):
        slots, weights = _pairs(text)
        if slots:
            out[i, list(slots)] = weights
    out *= idf
    norm = np.linalg.norm(out, axis=1, keepdims=True)
    return out / np.where(norm > 0, norm, 1.0)


@dataclass(frozen=True)
class Library:
    """What inference compares with in one edition: vectors of its wordings, items and examples."""

    edition: Edition
    idf: np.ndarray
    wording: dict[str, np.ndarray]
    """Focus code -> vector of its wording."""
    items: dict[str, np.ndarray]
    """Focus code -> vectors of the headings known to stand under it."""
    examples: dict[str, tuple[list[PlanKey], np.ndarray]]
    """Focus code -> the examples' plans and vectors."""


def library(known: Edition, examples: list[Example], idf: np.ndarray) -> Library:
    """Vectors of an edition's wordings, items and examples."""
    under: dict[str, list[Example]] = {node.code: [] for node in known.focus}
    for example in examples:
        if example.taxonomy == known.code and example.focus_code in under:
            under[example.focus_code].append(example)
    return Library(
        known,
        idf,
        {n.code: _vectors([n.text], idf)[0] for n in known.focus},
        {n.code: _vectors(list(n.items), idf) for n in known.focus},
        {
            code: ([(e.agency, e.year_roc) for e in mine], _vectors([e.text for e in mine], idf))
            for code, mine in under.items()
        },
    )


@cache
def _idf() -> np.ndarray:
    """Inverse document frequency of each hashed pair, shape (DIMENSIONS,).

    Learned from all that is on file, of all editions: how rare a pair is does not hang on them.
    """
    nodes = [node for known in editions() for node in known.focus]
    texts = [text for node in nodes for text in (node.text, *node.items)]
    texts += [example.text for example in released()[1]]
    seen = np.zeros(DIMENSIONS, dtype=np.float32)
    for text in texts:
        slots, _ = _pairs(text)
        seen[list(slots)] += 1
    idf: np.ndarray = np.log((1 + len(texts)) / (1 + seen)).astype(np.float32)
    return idf


@cache
def released_library(code: str) -> Library | None:
    """The library of an edition with the released examples; None where no edition has the code."""
    known = edition(code)
    return library(known, released()[1], _idf()) if known else None


def plan_of(draft: Draft) -> PlanKey:
    return draft.plan.agency, str(draft.plan.year_roc or "")


def _best_mean(values: np.ndarray, count: int) -> np.ndarray:
    """Mean of the `count` greatest values of each row, weighting the first most; shape (rows,)."""
    if values.shape[1] == 0:
        return np.zeros(values.shape[0], dtype=np.float32)
    top = -np.sort(-values, axis=1)[:, :count]
    weights = np.array([0.6, 0.25, 0.15], dtype=np.float32)[: top.shape[1]]
    mean: np.ndarray = top @ (weights / weights.sum())
    return mean


def witnesses(lib: Library, plan: PlanKey, texts: list[str], candidates: list[str]) -> np.ndarray:
    """What wording, items and examples say together about each text, shape (texts, candidates).

    The plan's own examples have no say.
    """
    vectors = _vectors(texts, lib.idf)
    out = np.zeros((len(texts), len(candidates)), dtype=np.float32)
    for j, candidate in enumerate(candidates):
        plans, body = lib.examples[candidate]
        others = [i for i, key in enumerate(plans) if key != plan]
        out[:, j] = WEIGHTS["wording"] * (vectors @ lib.wording[candidate])
        out[:, j] += WEIGHTS["items"] * _best_mean(vectors @ lib.items[candidate].T, 2)
        out[:, j] += WEIGHTS["examples"] * _best_mean(vectors @ body[others].T, NEAREST)
    return out


def decide(
    lib: Library,
    plan: PlanKey,
    measures: list[MeasureRow],
    rows: list[int],
    candidates: list[str],
) -> list[Guess]:
    """One guess a measure among the candidates; `rows` names the ruled row of each."""
    total = witnesses(lib, plan, [m.text for m in measures], candidates)
    themes = sorted({m.theme for m in measures if m.theme})
    if themes:
        said = dict(zip(themes, witnesses(lib, plan, themes, candidates)))
        silent = np.zeros(len(candidates))
        total += WEIGHTS["theme"] * np.array([said.get(m.theme or "", silent) for m in measures])
    pooled = np.zeros_like(total)
    for row in set(rows):
        members = [i for i, r in enumerate(rows) if r == row]
        pooled[members] = total[members].mean(axis=0)
    total = total + WEIGHTS["row"] * pooled
    power = np.exp(SHARPNESS * (total - total.max(axis=1, keepdims=True)))
    probability = power / power.sum(axis=1, keepdims=True)
    best = probability.argmax(axis=1)
    ordered = np.sort(probability, axis=1)
    second = ordered[:, -2] if len(candidates) > 1 else np.zeros(len(measures))
    return [
        Guess(candidates[b], float(probability[i, b]), float(probability[i, b] - second[i]))
        for i, b in enumerate(best)
    ]


def infer(draft: Draft) -> None:
    """Fill in the focus point of every open measure of a plan."""
    lib = released_library(draft.plan.taxonomy or "")
    if lib is None:
        return  # only plans of a known edition have candidates
    cells: dict[tuple[int, tuple[str, ...]], list[int]] = {}
    for index, candidates in draft.open:
        cells.setdefault((draft.groups[index][0], tuple(candidates)), []).append(index)
    for (_, choice), indexes in cells.items():
        measures = [draft.measures[i] for i in indexes]
        rows = [draft.groups[i][1] for i in indexes]
        for measure, guess in zip(
            measures, decide(lib, plan_of(draft), measures, rows, list(choice))
        ):
            measure.focus_code, measure.focus = guess.code, lib.edition.text(guess.code)
            measure.focus_score = round(guess.score, 4)
            measure.focus_margin = round(guess.margin, 4)
            measure.focus_basis = "inferred"
