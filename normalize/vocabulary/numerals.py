"""The numbering printed before headings.

`leading_number("(三)推動跨單位…")` gives `(3, "推動跨單位…")`. Plans mix 一、 三. (一) （一） 壹、
1. 1.2 and misprint all of them, so the parser is generous about separators and never raises.
"""

from __future__ import annotations

import re

from extract.script.numerals import ANY
from extract.script.numerals import chinese_number as chinese_number

_SEPARATOR = r"\s*[、.．。,，:：﹑､)）]?\s*"
_BULLET = r"^[\s•·●○■□◆◇＊*\-]*"
_BRACKETED = re.compile(_BULLET + rf"[（(〔\[]\s*([{ANY}]+|\d{{1,2}})\s*[）)〕\]]" + _SEPARATOR)
_PLAIN = re.compile(
    _BULLET
    + rf"第?([{ANY}]{{1,3}}|\d{{1,2}}(?:\.\d{{1,2}})?)"
    + r"(?:\s*[、.．。,，:：﹑､)）]|\s+(?=\S))\s*"
)


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
