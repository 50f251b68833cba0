"""Chinese numerals: the digits as plans print them, and their value."""

from __future__ import annotations

CJK = "一二三四五六七八九十"
FORMAL = "壹貳參肆伍陸柒捌玖拾"
"""The digits that cannot be altered by a stroke; they number sections."""

# Forms of the formal digits by other hands and other fonts, in the order of FORMAL.
_VARIANTS = ("壱", "贰弍", "叁叄参弎", "", "", "陆", "", "", "", "")
FORMAL_ANY = FORMAL + "".join(_VARIANTS)
ANY = CJK + FORMAL_ANY

_ZERO = "零〇○Ｏ"
_VALUE = dict.fromkeys(_ZERO, 0) | {"兩": 2}
for _n in range(9):
    _VALUE |= dict.fromkeys(CJK[_n] + FORMAL[_n] + _VARIANTS[_n], _n + 1)
_POWER = {"十": 10, "拾": 10, "百": 100, "佰": 100}


def chinese_number(text: str) -> int | None:
    """Value of a numeral under 1000: 十二 → 12, 一百零五 → 105, 一○五 → 105, 105 → 105; None when
    it is none.
    """
    text = text.strip()
    if not text:
        return None
    if text.isdecimal():
        return int(text)
    if all(c in _VALUE for c in text):
        return int("".join(str(_VALUE[c]) for c in text))
    total = current = 0
    for c in text:
        if c in _VALUE:
            current = _VALUE[c]
        elif c in _POWER:
            total += (current or 1) * _POWER[c]
            current = 0
        else:
            return None
    return total + current
