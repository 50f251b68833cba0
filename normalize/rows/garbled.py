"""Text that is printed right and encoded wrong: a font whose map to characters is damaged.

Three signs, from the plainest to the faintest: characters that stand for none or cannot stand among
Han; a measure whose neighbouring characters have hardly ever been seen together; a plan in which
known wordings come back with single characters exchanged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import sqrt

from normalize.model import Draft, FindingRow, MeasureRow
from normalize.rows.findings import finding
from normalize.vocabulary.wordings import Likeness, likeness

CONFIDENCE = 0.5
"""`text_confidence` of a garbled measure: no better than that."""
UNLIKE = -5.0
"""Log-odds of a single measure's wording at which it is garbled; of 109 measures of other offices'
plans none was below -3.5."""
EXCHANGED = 0.012
"""Of the characters that are strange in a sound plan, the share that happens to stand where a known
wording has another one."""
EXCHANGED_LEAST = 3
FEW = 3  # measures: more of them are one finding on the plan

# U+FFFD, control characters, surrogates, private use, and Latin signs beyond ASCII that no word of
# Latin letters holds; symbol fonts' own codes (U+F0xx) print bullets.
_SIGN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd\ue000-\uefff\uf100-\uf8ff\ud800-\udfff]"
    "|(?<![A-Za-z])[\xa1-\xaf\xb4\xb8-\xd6\xd8-\xf6\xf8-\u024f](?![A-Za-z])"
)
_SOUND_SIGNS = frozenset("§©®«»")


def garbled(draft: Draft) -> list[FindingRow]:
    """Findings of garbled text; its measures get a lower `text_confidence`.

    Text recognised from pictures has a confidence of its own and is left alone.
    """
    wording = {m.measure_id: _wording(m) for m in draft.measures}
    likes = {m.measure_id: likeness(wording[m.measure_id]) for m in draft.measures}
    others = [draft.plan.title, *(t for s in draft.sections for t in (s.heading, s.text))]
    exchanged = _many_exchanged([*likes.values(), *map(likeness, others)])
    hit = [
        m
        for m in draft.measures
        if has_sign(wording[m.measure_id]) or _unlike(likes[m.measure_id], exchanged)
    ]
    for m in hit:
        m.text_confidence = min(m.text_confidence, CONFIDENCE)
    if not hit and not exchanged and not any(map(has_sign, others)):
        return []
    return list(_findings(draft, hit))


def has_sign(text: str) -> bool:
    """Whether a character stands in the text that no sound font map gives."""
    return any(found not in _SOUND_SIGNS for found in _SIGN.findall(text))


def _wording(measure: MeasureRow) -> str:
    parts = measure.pillar_printed, measure.focus_printed, measure.theme, measure.text
    return "\n".join([*filter(None, parts), *measure.units])


def _unlike(like: Likeness, exchanged: bool) -> bool:
    """In a plan that is garbled anyway a measure's own signs need to be no strong ones."""
    return like.odds < UNLIKE or exchanged and (like.odds < 0 or bool(like.exchanged))


def _many_exchanged(likes: list[Likeness]) -> bool:
    """Whether more characters stand in another's place than happens in a sound plan."""
    found = {frame for like in likes for frame in like.exchanged}
    chance = EXCHANGED * sum(like.strange for like in likes)
    return len(found) >= max(EXCHANGED_LEAST, chance + 2 * sqrt(chance) + 1)


def _findings(draft: Draft, hit: list[MeasureRow]) -> Iterator[FindingRow]:
    if 0 < len(hit) <= FEW:
        for m in hit:
            yield finding("garbled_text", f"第 {m.seq} 項措施之文字層疑為亂碼。", m)
    else:
        draft.doubtful |= {(m.measure_id, "garbled_text") for m in hit}
        where = f"{len(draft.measures)} 項措施中有 {len(hit)} 項" if hit else "標題或章節"
        yield finding("garbled_text", f"文字層疑為亂碼：{where}。", draft.plan)
