"""Text repair and folded keys. `docs/text.md` lists what is changed and what is kept as printed.

Two rules keep the printed wording safe:

* `repair` touches only characters that are *encodings* of an ordinary character
  (`extract/script/characters.py`). Widths, punctuation, variants (台/臺) and typos stay.
* Simplified twins that a recogniser put are mended where it reads (`extract/script/simplified.py`);
  here they are folded for matching only.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from extract.script.characters import repair as repair
from extract.script.simplified import mend_simplified

_VARIANTS = str.maketrans(
    {
        "台": "臺",
        "叁": "參",
        "参": "參",
        "覧": "覽",
        "昇": "升",
        "爲": "為",
        "綫": "線",
        "羣": "群",
        "峯": "峰",
        "佈": "布",
        "櫈": "凳",
        "衞": "衛",
        "啓": "啟",
        "裏": "裡",
        "着": "著",
        "檯": "臺",
        "内": "內",
        "户": "戶",
        "説": "說",
        "温": "溫",
        "污": "汙",
        "汚": "汙",
        "証": "證",
        "秘": "祕",
        "銹": "鏽",
        "槪": "概",
        "瞄": "描",
        "徧": "遍",
        "册": "冊",
        "够": "夠",
    }
)
_VARIED = frozenset(map(chr, _VARIANTS))
_NOT_WORD = re.compile(r"[\W_]+")


def searchable(text: str) -> str:
    """Folded form for searching: NFKC, lower case, no white space, variants as one (台 = 臺).

    Punctuation stays.
    """
    return fold(repair(text))


def fold(repaired: str) -> str:
    """`searchable` of a text that is repaired already."""
    folded = "".join(unicodedata.normalize("NFKC", repaired).lower().split())
    return folded if _VARIED.isdisjoint(folded) else folded.translate(_VARIANTS)


@lru_cache(maxsize=16384)
def match_key(text: str) -> str:
    """Folded form for matching: `searchable`, letters and digits, Simplified as Traditional."""
    return _NOT_WORD.sub("", mend_simplified(searchable(text)).translate(_VARIANTS))


_SPACE = re.compile(r"\s+")
_CJK_SPACE = re.compile(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])")


@lru_cache(maxsize=16384)
def compact(text: str | None) -> str:
    """Printed text without surrounding or doubled white space, or any beside a CJK character."""
    return _CJK_SPACE.sub("", _SPACE.sub(" ", text or "")).strip()
