"""The same words in several plans, read differently: one reading is a witness against the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import accumulate

from normalize.model import Draft, MeasureRow
from normalize.vocabulary.text import searchable

Cut = tuple[int, ...]
"""Where the paragraphs of a measure end, in characters of its folded text."""


def read_otherwise(drafts: list[Draft]) -> Iterator[tuple[Draft, MeasureRow, MeasureRow]]:
    """Measures whose words another measure has, cut into other paragraphs, and that measure.

    Most readings of the words are believed, and what a person has corrected above all; where none
    has more than another, each is in doubt.
    """
    alike: dict[str, list[tuple[Draft, MeasureRow]]] = {}
    for draft in drafts:
        for m in draft.measures:
            alike.setdefault(m.text_folded, []).append((draft, m))
    for words, found in alike.items():
        if words and len({m.text for _, m in found}) > 1:
            yield from _outvoted(found)


def _outvoted(
    found: list[tuple[Draft, MeasureRow]],
) -> Iterator[tuple[Draft, MeasureRow, MeasureRow]]:
    cuts = [_cut(m) for _, m in found]
    votes = Counter(cuts)
    votes.update(cut for cut, (_, m) in zip(cuts, found) if "text" in m.corrected for _ in found)
    (best, most), *others = votes.most_common(2)
    believed = best if not others or others[0][1] < most else None
    for cut, (draft, m) in zip(cuts, found):
        other = next((o for c, (_, o) in zip(cuts, found) if c != cut), None)
        if cut != believed and other is not None:
            yield draft, m, other


def _cut(measure: MeasureRow) -> Cut:
    return tuple(accumulate(len(searchable(part)) for part in measure.text.split("\n")))
