"""Focus points decided by meaning, where a cell stacks several of them or prints none.

Each measure is held against the candidates (the focus points of its cell) by three witnesses, all
on folded text cut into character pairs with TF-IDF weights (Chinese needs no word list for that):

* the wording of the focus point and the headings known to stand under it (`items` of the edition
  file);
* what *other* agencies print under the focus point in the same edition (never the same agency and
  year);
* the theme and the neighbours of the measure's ruled row, which pull in the same direction.

The score is calibrated by leave-one-plan-out over plans that print their focus points
(`python -m normalize.calibrate`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from zlib import crc32

import numpy as np

from normalize.model import Draft, MeasureRow
from normalize.vocabulary.taxonomy import Edition, edition
from normalize.vocabulary.text import match_key

DIMENSIONS = 4096  # hashed character pairs
TEACHERS_MOST = 100  # measures kept for one focus point: enough to teach, small enough to hold
NEAREST = 3  # teachers that speak for a focus point

# The three witnesses count alike (nothing in the leave-one-out figures asks for more); the theme
# and the neighbours are second witnesses. SHARPNESS turns differences of similarity into
# probabilities: `python -m normalize.calibrate` shows how well.
WEIGHTS = {"wording": 1.0, "items": 1.0, "teachers": 1.0, "theme": 0.3, "row": 0.3}
SHARPNESS = 10.0
SURE = 0.7  # score from which an inferred focus point needs nobody to look: docs/focus-score.md

PlanKey = tuple[str, int | None]  # agency and ROC year


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


@dataclass
class Teacher:
    """A measure whose focus point is printed.

    `plan` is (agency, year): it never teaches its own plan.
    """

    edition: str
    code: str
    text: str
    plan: PlanKey


def plan_of(draft: Draft) -> PlanKey:
    return draft.plan.agency, draft.plan.year_roc


@dataclass
class Library:
    """What inference compares with, as vectors: wordings, items and teachers of each edition."""

    teachers: list[Teacher]
    idf: np.ndarray = field(default_factory=lambda: np.ones(DIMENSIONS, dtype=np.float32))
    body: np.ndarray = field(default_factory=lambda: np.zeros((0, DIMENSIONS), dtype=np.float32))
    index: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    wordings: dict[str, tuple[dict[str, int], np.ndarray]] = field(default_factory=dict)
    items: dict[str, tuple[list[str], np.ndarray]] = field(default_factory=dict)


def teachers_of(drafts: list[Draft]) -> list[Teacher]:
    """Measures with a printed focus point, each wording once a focus point, in a fixed order."""
    out: dict[tuple[str, str, PlanKey, str], Teacher] = {}
    kept: Counter[tuple[str, str]] = Counter()
    for draft in sorted(drafts, key=lambda d: d.plan.plan_id):
        plan = plan_of(draft)
        for m in draft.measures:
            if m.focus_basis != "printed" or m.focus_code is None or m.focus_score < 0.9:
                continue
            place = (m.taxonomy or "", m.focus_code)
            key = (*place, plan, match_key(m.text)[:200])
            if key not in out and kept[place] < TEACHERS_MOST:
                kept[place] += 1
                out[key] = Teacher(*place, (m.theme or "") + m.text, plan)
    return list(out.values())


def library(teachers: list[Teacher], editions: list[Edition]) -> Library:
    """Vectors of all teachers, wordings and items; IDF is learned from them."""
    lib = Library(teachers)
    nodes = [n for e in editions for n in e.focus]
    texts = (
        [t.text for t in teachers] + [n.text for n in nodes] + [i for n in nodes for i in n.items]
    )
    seen = np.zeros(DIMENSIONS, dtype=np.float32)
    for text in texts:
        slots, _ = _pairs(text)
        if slots:
            seen[list(slots)] += 1
    lib.idf = np.log((1 + len(texts)) / (1 + seen)).astype(np.float32)
    lib.body = _vectors([t.text for t in teachers], lib.idf)
    for i, t in enumerate(teachers):
        lib.index.setdefault((t.edition, t.code), []).append(i)
    for e in editions:
        lib.wordings[e.code] = (
            {n.code: i for i, n in enumerate(e.focus)},
            _vectors([n.text for n in e.focus], lib.idf),
        )
        pairs = [(n.code, item) for n in e.focus for item in n.items]
        lib.items[e.code] = ([c for c, _ in pairs], _vectors([i for _, i in pairs], lib.idf))
    return lib


def _best_mean(values: np.ndarray, count: int) -> np.ndarray:
    """Mean of the `count` greatest values of each row, weighting the first most; shape (rows,)."""
    if values.shape[1] == 0:
        return np.zeros(values.shape[0], dtype=np.float32)
    top = -np.sort(-values, axis=1)[:, :count]
    weights = np.array([0.6, 0.25, 0.15], dtype=np.float32)[: top.shape[1]]
    mean: np.ndarray = top @ (weights / weights.sum())
    return mean


def witnesses(
    lib: Library, code: str, plan: PlanKey, texts: list[str], candidates: list[str]
) -> np.ndarray:
    """What wording, items and teachers say together about each text, shape (texts, candidates)."""
    vectors = _vectors(texts, lib.idf)
    rows, wording = lib.wordings[code]
    item_codes, item_vectors = lib.items[code]
    out = np.zeros((len(texts), len(candidates)), dtype=np.float32)
    for j, candidate in enumerate(candidates):
        items = [i for i, c in enumerate(item_codes) if c == candidate]
        others = [i for i in lib.index.get((code, candidate), []) if lib.teachers[i].plan != plan]
        out[:, j] = WEIGHTS["wording"] * (vectors @ wording[rows[candidate]])
        out[:, j] += WEIGHTS["items"] * _best_mean(vectors @ item_vectors[items].T, 2)
        out[:, j] += WEIGHTS["teachers"] * _best_mean(vectors @ lib.body[others].T, NEAREST)
    return out


def decide(
    lib: Library,
    code: str,
    plan: PlanKey,
    measures: list[MeasureRow],
    rows: list[int],
    candidates: list[str],
) -> list[Guess]:
    """One guess a measure among the candidates; `rows` names the ruled row of each."""
    total = witnesses(lib, code, plan, [m.text for m in measures], candidates)
    themes = sorted({m.theme for m in measures if m.theme})
    if themes:
        said = dict(zip(themes, witnesses(lib, code, plan, themes, candidates)))
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


def plan_library(drafts: list[Draft]) -> Library:
    """The library of a run: what its plans print, and the editions they follow."""
    followed = (edition(code) for code in sorted({d.plan.taxonomy or "" for d in drafts}))
    return library(teachers_of(drafts), [e for e in followed if e])


def infer(drafts: list[Draft]) -> int:
    """Fill in the focus point of every open measure of all drafts; returns how many."""
    asking = [d for d in drafts if d.open]
    lib = plan_library(drafts) if asking else Library([])
    return sum(_infer_plan(lib, draft) for draft in asking)


def _infer_plan(lib: Library, draft: Draft) -> int:
    known = edition(draft.plan.taxonomy)
    assert known is not None, "only plans of a known edition have candidates"
    cells: dict[tuple[int, tuple[str, ...]], list[int]] = {}
    for index, candidates in draft.open:
        cells.setdefault((draft.groups[index][0], tuple(candidates)), []).append(index)
    for (_, choice), indexes in cells.items():
        measures = [draft.measures[i] for i in indexes]
        rows = [draft.groups[i][1] for i in indexes]
        guesses = decide(lib, known.code, plan_of(draft), measures, rows, list(choice))
        for measure, guess in zip(measures, guesses):
            measure.focus_code, measure.focus = guess.code, known.text(guess.code)
            measure.focus_score = round(guess.score, 4)
            measure.focus_margin = round(guess.margin, 4)
            measure.focus_basis = "inferred"
    return len(draft.open)
