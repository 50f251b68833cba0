"""Simplified twins of Traditional characters, mended one character at a time.

For recognised text only. A character is replaced when it cannot stand in Traditional text (it is
outside Big5) and OpenCC knows its Traditional twin inside Big5. Converting whole lines would turn
里長 into 裡長, 占用 into 佔用 and 核准 into 覈准.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache

# OpenCC's first choice is not the form that Taiwan prints.
_PRINTED = {"爲": "為", "衆": "眾", "裏": "裡", "羣": "群", "啓": "啟"}


@cache
def _converter() -> Callable[[str], str]:
    import opencc

    convert: Callable[[str], str] = opencc.OpenCC("s2t").convert
    return convert


def _in_big5(char: str) -> bool:
    try:
        char.encode("cp950")
    except UnicodeEncodeError:
        return False
    return True


@lru_cache(maxsize=8192)
def traditional_twin(char: str) -> str:
    """The Traditional character for one that cannot stand in Traditional text; the character itself
    otherwise.
    """
    if ord(char) < 0x3400 or _in_big5(char):
        return char
    twin = _converter()(char)
    twin = _PRINTED.get(twin, twin)
    return twin if len(twin) == 1 and _in_big5(twin) else char


def mend_simplified(text: str) -> str:
    """Mend Simplified twins in recognised text (內 read as 内), one character at a time."""
    if not text or text.isascii():
        return text
    return "".join(map(traditional_twin, text))
