"""Chinese numerals and the numbering printed before headings.

`leading_number("(三)推動跨單位…")` gives `(3, "推動跨單位…")`. Plans mix 一、 三. (一) （一） 壹、
1. 1.2 and misprint all of them, so the parser is generous about separators and never raises.
"""

from __future__ import annotations

import re

_DIGIT = {
    c: i
    for i, chars in enumerate(
        ["零〇○Ｏ", "一壹", "二貳贰兩", "三參叁参", "四肆", "五伍", "六陸", "七柒", "八捌", "九玖"]
    )
    for c in chars
}
_NUMERAL = "一二三四五六七八九十壹貳贰參叁参肆伍陸柒捌玖拾"
_SEPARATOR = r"\s*[、.．。,，:：﹑､)）]?\s*"
_BULLET = r"^[\s•·●○■□◆◇＊*\-]*"
_BRACKETED = re.compile(
    _BULLET + rf"[（(〔\[]\s*([{_NUMERAL}]+|\d{{1,2}})\s*[）)〕\]]" + _SEPARATOR
)
_PLAIN = re.compile(
    _BULLET
    + rf"第?([{_NUMERAL}]{{1,3}}|\d{{1,2}}(?:\.\d{{1,2}})?)"
    + r"(?:\s*[、.．。,，:：﹑､)）]|\s+(?=\S))\s*"
)


def chinese_number(text: str) -> int | None:
    """Value of a numeral under 1000: 十二 -> 12, 一百零五 -> 105, 一○五 -> 105, 105 -> 105.

    None when it is none.
    """
    text = text.strip()
    if not text:
        return None
    if text.isdecimal():
        return int(text)
    if all(c in _DIGIT for c in text):
        return int("".join(str(_DIGIT[c]) for c in text))
    total, current = 0, 0
    for c in text:
        if c in _DIGIT:
            current = _DIGIT[c]
        elif c in "十拾":
            total += (current or 1) * 10
            current = 0
        elif c in "百佰":
            total += (current or 1) * 100
            current = 0
        else:
            return None
    return total + current


def leading_number(text: str) -> tuple[int | None, str]:
    """The number printed before a heading and the heading without it; (None, text) for none.

    Of 1.2 the last part counts: it is the number inside the pillar.
    """
    for pattern in (_BRACKETED, _PLAIN):
        found = pattern.match(text)
        if found:
            number = chinese_number(found.group(1).rsplit(".", 1)[-1])
            if number and number <= 20:
                return number, text[found.end() :]
    return None, text.strip()
