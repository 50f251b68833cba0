"""Texts of nearly the same wording among many, without holding each against each.

MinHash (Broder 1997) over pairs of characters: two texts agree in one place of their signatures
with a probability that is the share of pairs they have in common. Texts that agree in all places of
a band are held together, and only texts that stand near each other there are compared. RapidFuzz
has the last word.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter

import numpy as np
from rapidfuzz import fuzz
from rensa import RMinHash

LIKE = 0.70
"""Likeness (RapidFuzz's ratio / 100) from which long texts are one; see `least_likeness`."""
SHORT = 20
"""Characters from which a text is long: in a shorter one a single word makes another measure."""

ROWS = 4
"""Places of a band, of 16 bits each: together one key of 64 bits."""
BANDS = 64
"""Texts with half of their pairs in common meet in a band with probability 0.98."""
BACK = 2
"""Places before its own in a band to which a text is compared, besides the first one."""
AGREE = 0.25
"""Share of places in which signatures agree from which texts are compared character by character;
texts of likeness 0.7 have some 0.4 of their pairs in common."""
PIECE = 8_192  # texts or pairs handled at a time

Array = np.ndarray


def leaders(texts: Sequence[str]) -> tuple[list[int], list[float]]:
    """For each text the index of the earlier one that leads its family, and the likeness to it.

    A text leads its own family (likeness 1.0) where no earlier leader is as like as
    `least_likeness` asks; else it follows the likest, the earliest of equals. So every member is
    like its leader, and texts added at the end change nothing before. `texts` are folded, distinct
    and in the order of precedence. Time and memory grow with their number.
    """
    lead, likeness = list(range(len(texts))), [1.0] * len(texts)
    for later, pairs in groupby(_pairs(texts), key=itemgetter(0)):
        known = sorted({lead[earlier] for _, earlier in pairs})
        best = max(known, key=lambda k: fuzz.ratio(texts[later], texts[k]))
        found = fuzz.ratio(texts[later], texts[best]) / 100
        if found >= least_likeness(texts[later], texts[best]):
            lead[later], likeness[later] = best, found
    return lead, likeness


def least_likeness(one: str, other: str) -> float:
    """Likeness from which two texts are one: LIKE for long ones, more the shorter one is."""
    return 1 - (1 - LIKE) * min(1.0, min(len(one), len(other)) / SHORT)


def _pairs(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Pairs (later, earlier) that may be alike, by the later one."""
    signatures = _signatures(texts)
    pairs = np.empty(0, np.int64)
    for band in range(BANDS):
        keys = np.ascontiguousarray(signatures[:, band * ROWS : (band + 1) * ROWS])
        pairs = _distinct(np.concatenate([pairs, _neighbours(keys.view(np.uint64).ravel())]))
    later, earlier = np.divmod(pairs, max(1, len(texts)))
    for start in range(0, len(pairs), PIECE):
        i, j = later[start : start + PIECE], earlier[start : start + PIECE]
        agree = (signatures[i] == signatures[j]).mean(axis=1) >= AGREE
        yield from zip(i[agree].tolist(), j[agree].tolist())


def _signatures(texts: Sequence[str]) -> Array:
    """MinHash signatures, shape (texts, ROWS · BANDS); 16 bits are enough to tell places apart."""
    out = np.empty((len(texts), ROWS * BANDS), np.uint16)
    for start in range(0, len(texts), PIECE):
        piece = [_pairs_of_characters(text) for text in texts[start : start + PIECE]]
        digests = RMinHash.digests_from_token_sets(piece, num_perm=ROWS * BANDS, seed=1)
        out[start : start + len(piece)] = np.array(digests, np.uint32) & 0xFFFF
    return out


def _pairs_of_characters(text: str) -> list[str]:
    return [text[i : i + 2] for i in range(max(1, len(text) - 1))]


def _neighbours(keys: Array) -> Array:
    """Pairs later · n + earlier of places with equal keys: the first, and those just before."""
    n = len(keys)
    order = np.argsort(keys, kind="stable")
    ranked = keys[order]
    places = np.arange(n)
    starts = np.r_[True, ranked[1:] != ranked[:-1]] if n else np.empty(0, bool)
    first = np.maximum.accumulate(np.where(starts, places, 0)) if n else places
    found = [
        order * n + order[np.maximum(first, places - back)] for back in (n, *range(1, BACK + 1))
    ]
    pairs = np.concatenate(found)
    return _distinct(pairs[pairs // max(1, n) != pairs % max(1, n)])


def _distinct(numbers: Array) -> Array:
    """The different numbers, ascending; a merge where runs of them are sorted already."""
    numbers = np.sort(numbers, kind="stable")
    out: Array = numbers[np.diff(numbers, prepend=-1) > 0]
    return out
