"""The plan as witness: what its lines show about characters that end a paragraph and characters
that stand together.

All odds are natural logarithms, positive where a break between two lines was meant, negative where
the text goes on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from math import log

from extract.paragraphs.pieces import NO_END, NO_START

# Shares of characters at paragraph ends and inside lines before a plan has shown its own; counted
# over public service plans. What is not named here shares the rest.
ENDS = {
    "。": 0.70,
    "；": 0.06,
    "：": 0.06,
    "）": 0.02,
    ")": 0.02,
    "」": 0.01,
    "，": 0.003,
    "、": 0.001,
}
INSIDE = {"。": 0.012, "；": 0.003, "：": 0.003, "）": 0.007, ")": 0.006, "」": 0.007, "，": 0.035}
INSIDE["、"] = 0.026
OTHER_END, OTHER_INSIDE = 0.13, 0.90
TRUST_END, TRUST_INSIDE = 8.0, 100.0  # characters that the shares above are worth
TRUST_PAIR = 6.0  # pairs that a character's bare frequency is worth
MOST_PAIR = 3.5  # log-odds: no pair says more
START = -6.0  # log-odds: a closing mark at a line's start begins nothing
OPEN = -5.0  # log-odds: an opening bracket ends nothing
ADDRESS = frozenset("/.-_@:&=")


@dataclass(slots=True)
class Witness:
    """Counts of characters that end clearly short lines, that stand inside lines,
    and of neighbours inside lines.
    """

    ends: Counter[str] = field(default_factory=Counter)
    inside: Counter[str] = field(default_factory=Counter)
    pairs: Counter[str] = field(default_factory=Counter)

    def odds(self, last: str, first: str) -> float:
        """Log-odds that a paragraph ends between two characters that stand on
        either side of a line's end.
        """
        if begins_nothing(first):
            return START
        if last in NO_END:
            return OPEN
        return self.end_odds(last) + self.pair_odds(last, first)

    def end_odds(self, last: str) -> float:
        """Log-odds that the character stands at a paragraph's end rather than inside one."""
        known = last in ENDS
        own = self.ends[last] if known else self.ends.total() - sum(self.ends[c] for c in ENDS)
        at_end = (own + TRUST_END * ENDS.get(last, OTHER_END)) / (self.ends.total() + TRUST_END)
        total = self.inside.total()
        own = self.inside[last] if known else total - sum(self.inside[c] for c in ENDS)
        inside = (own + TRUST_INSIDE * INSIDE.get(last, OTHER_INSIDE)) / (total + TRUST_INSIDE)
        return log(at_end / inside)

    def pair_odds(self, last: str, first: str) -> float:
        """Log-odds against the two standing together, from how often they do inside lines.

        A pair counts against what its second character's frequency alone would give.
        """
        total = self.inside.total()
        if not total or last in ENDS:
            return 0.0
        share = (self.inside[first] + 1.0) / (total + 1.0)
        expected = share * (self.inside[last] + TRUST_PAIR)
        odds = log(expected / (self.pairs[last + first] + TRUST_PAIR * share))
        return max(-MOST_PAIR, min(odds, MOST_PAIR))


def inner_pairs(texts: Iterable[str]) -> Counter[str]:
    """Neighbouring characters inside lines, as strings of two."""
    out: Counter[str] = Counter()
    for text in texts:
        out.update(a + b for a, b in pairwise(text))
    return out


def begins_nothing(char: str) -> bool:
    """Whether no paragraph begins with this mark. Dots and dashes may be bullets."""
    return char in NO_START and char not in "‧·…—～>＞"
