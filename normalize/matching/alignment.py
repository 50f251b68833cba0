"""Printed headings -> codes of an edition, as one alignment over the plan.

A plan's headings are a sequence of `Heading`; an edition is a sequence of nodes in document order.
Each heading is matched to a node of its level or left unmatched, so that the sum of three things is
greatest over the whole plan:

* wording: RapidFuzz similarity of folded text, 0-1 (whole, or one side cut short);
* numbering: a bonus when the printed number is the node's, a malus when it is another;
* order: steps through the edition cost little forward and more backward.

Wording alone must carry a match to `FLOOR`: number and order choose between plausible readings,
they never make one. So one misread heading cannot shift what follows, and a heading of an unknown
programme stays unmatched.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from rapidfuzz import fuzz, process

from normalize.vocabulary.taxonomy import Edition, Node
from normalize.vocabulary.text import match_key

# wording similarity under which a match is never made; two unrelated headings reach about 0.35
FLOOR = 0.45
UNMATCHED = 0.52  # what leaving a heading unmatched is worth
NUMBER_AGREES, NUMBER_DIFFERS = 0.12, -0.05
SKIP, SKIP_MOST = 0.02, 0.10  # cost of each node of the same level passed over, and its limit
BACK = 0.12  # extra cost of going back
OUTSIDE = 0.12  # cost of a focus point outside the pillar of the last matched pillar heading
SURE = 0.97  # wording this alike, and far from any other, needs no alignment
SHORTEST_CUT = 4  # characters of a cut heading that still say something


@dataclass(frozen=True)
class Heading:
    """One printed heading.

    `level` is "pillar" or "focus", `text` without its number, `number` as printed (None: none).
    """

    level: str
    text: str
    number: int | None = None


@dataclass(frozen=True)
class Match:
    """What a heading was matched to.

    `node` is None when nothing fits; `wording` and `margin` (to the second best) are 0-1.
    """

    node: Node | None
    wording: float = 0.0
    margin: float = 0.0
    number_agrees: bool | None = None

    @property
    def score(self) -> float:
        """How sure, 0-1: the wording, raised by an agreeing number, lowered by a close rival."""
        if self.node is None:
            return 0.0
        lifted = self.wording + (1 - self.wording) * (0.4 if self.number_agrees else 0.0)
        return round(lifted * min(1.0, 0.6 + 2 * self.margin), 4)


def _cut_similarity(short: str, long: str) -> float:
    """Similarity where `short` is the beginning or the end of `long`.

    The less of it is left, the less it proves.
    """
    if len(short) < SHORTEST_CUT or len(short) > 0.85 * len(long):
        return 0.0
    best = (
        max(fuzz.ratio(short, long[: len(short)]), 0.95 * fuzz.ratio(short, long[-len(short) :]))
        / 100
    )
    return best * (0.6 + 0.4 * min(1.0, 2 * len(short) / len(long)))


@lru_cache(maxsize=65536)
def _wording(edition: Edition, key: str) -> np.ndarray:
    """Similarity of one folded heading to every node of the edition, shape (nodes,).

    Cached, for headings repeat: not to be changed.
    """
    keys = [(i, k) for i, node in enumerate(edition.nodes) for k in node.keys]
    whole = process.cdist([key], [k for _, k in keys], scorer=fuzz.ratio)[0] / 100
    out = np.zeros(len(edition.nodes))
    for (i, k), similarity in zip(keys, whole.tolist()):
        if similarity < SURE:
            short, long = (key, k) if len(key) < len(k) else (k, key)
            similarity = max(similarity, _cut_similarity(short, long))
        out[i] = max(out[i], similarity)
    return out


@cache
def _shape(edition: Edition) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(is_pillar, number, steps): steps[a, b] is the cost of going from node a to node b."""
    nodes = edition.nodes
    is_pillar = np.array([n.level == "pillar" for n in nodes])
    number = np.array([n.number for n in nodes])
    count = len(nodes)
    steps = np.zeros((count + 1, count))  # the last row: from the start of the plan
    rank = {"pillar": np.cumsum(is_pillar), "focus": np.cumsum(~is_pillar)}
    for a in range(count):
        for b in range(count):
            level = nodes[b].level
            passed = int(rank[level][b] - rank[level][a])
            if b >= a:
                cost = SKIP * max(0, passed - 1)
            else:
                cost = BACK + SKIP * abs(passed)
            if level == "focus" and nodes[a].level == "pillar" and nodes[b].pillar != nodes[a].code:
                cost += OUTSIDE
            steps[a, b] = min(cost, SKIP_MOST + (BACK if b < a else 0) + OUTSIDE)
    for b in range(count):
        steps[count, b] = min(SKIP * max(0, int(rank[nodes[b].level][b]) - 1), SKIP_MOST)
    return is_pillar, number, steps


def wording_matrix(edition: Edition, headings: list[Heading]) -> np.ndarray:
    """Similarity of every heading to every node, shape (headings, nodes); 0 across levels."""
    if not headings:
        return np.zeros((0, len(edition.nodes)))
    is_pillar, _, _ = _shape(edition)
    out = np.stack([_wording(edition, match_key(h.text)) for h in headings])
    level = np.array([h.level == "pillar" for h in headings])
    return np.where(level[:, None] == is_pillar[None, :], out, 0.0)


def align(
    edition: Edition, headings: list[Heading], wording: np.ndarray | None = None
) -> list[Match]:
    """Match every heading of a plan to a node of the edition, or to none, in order.

    `wording` is their `wording_matrix`, where it is at hand.
    """
    if not headings:
        return []
    wording = wording_matrix(edition, headings) if wording is None else wording
    best = wording.argmax(axis=1)
    second, top = np.partition(wording, -2, axis=1)[:, -2:].T
    if not ((top >= SURE) & (top - second >= 0.3)).all():
        best = _best_path(edition, headings, wording)
    own = wording[np.arange(len(headings)), best]
    return [
        _match(edition, *facts)
        for facts in zip(headings, best.tolist(), own.tolist(), top.tolist(), second.tolist())
    ]


def _match(
    edition: Edition, heading: Heading, index: int, own: float, top: float, second: float
) -> Match:
    """`own` is the similarity to node `index` (-1: none).

    `top` and `second` are the heading's two highest.
    """
    if index < 0:
        return Match(None, top, top - second)
    node = edition.nodes[index]
    agrees = None if heading.number is None or node.number == 0 else heading.number == node.number
    return Match(node, own, own - (second if own == top else top), agrees)


def _best_path(edition: Edition, headings: list[Heading], wording: np.ndarray) -> np.ndarray:
    """Viterbi over (last matched node); returns the node index of each heading, -1 for none."""
    _, number, steps = _shape(edition)
    count, last = len(headings), len(edition.nodes)
    printed = np.array([-1 if h.number is None else h.number for h in headings])
    bonus = np.where(
        printed[:, None] < 0,
        0.0,
        np.where(
            number[None, :] == 0,
            NUMBER_DIFFERS,
            np.where(printed[:, None] == number[None, :], NUMBER_AGREES, NUMBER_DIFFERS),
        ),
    )
    gain = np.where(wording >= FLOOR, wording + bonus, -np.inf)
    value = np.full(last + 1, -np.inf)
    value[last] = 0.0  # state: the node matched last; `last` means none yet
    came_from = np.zeros((count, last + 1), dtype=np.int16)
    matched = np.zeros((count, last + 1), dtype=bool)
    for i in range(count):
        reach = value[:, None] - steps
        source = reach.argmax(axis=0)
        take = reach[source, np.arange(last)] + gain[i]
        stay = value + UNMATCHED
        matched[i, :last] = take > stay[:last]
        came_from[i, :last] = np.where(matched[i, :last], source, np.arange(last))
        came_from[i, last] = last
        value = stay
        value[:last] = np.where(matched[i, :last], take, stay[:last])
    out = np.full(count, -1)
    state = int(value.argmax())
    for i in range(count - 1, -1, -1):
        if matched[i, state]:
            out[i] = state
        state = int(came_from[i, state])
    return out


def support(edition: Edition, headings: list[Heading]) -> float:
    """How much of a plan's headings the edition words, 0-1: mean wording, unmatched ones as 0."""
    matches = align(edition, headings)
    return sum(m.wording for m in matches if m.node) / len(matches) if matches else 0.0
