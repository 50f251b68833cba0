"""List markers of Taiwanese official papers: 一、 (一) 1. (1) ① A. a. • and their misprints.

The order of levels (一、 → (一) → 1. → (1) → … ) is the one of 文書處理手冊 (行政院), 附錄; offices
extend it downwards with circled numbers and letters.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from extract.script.numerals import CJK, FORMAL_ANY, chinese_number

# (style, level, pattern); level 0 is the outermost. Patterns are anchored at the line's start.
_STYLES = [
    ("section", 0, rf"[{FORMAL_ANY}]{{1,2}}\s*[、.．,，]"),
    ("cjk", 1, rf"[{CJK}]{{1,3}}\s*[、.．](?![{CJK}])"),
    ("cjk_paren", 2, rf"[（(〔]\s*[{CJK}]{{1,3}}\s*[)）〕](?:[、.．])?"),
    ("number", 3, r"(?:[0-9０-９]{1,2}\s*[.．、](?![0-9０-９])|[⒈-⒛])"),
    ("number_paren", 4, r"(?:[（(]\s*[0-9０-９]{1,2}\s*[)）][.．、]?|[⑴-⒇])"),
    ("number_close", 4, r"[0-9０-９]{1,2}\s*[)）]"),
    ("circled", 5, r"(?:[①-⑳❶-❿]|[○〇◯]\s*[0-9０-９]{1,2})"),
    ("upper", 6, r"[A-ZＡ-Ｚ]\s*[.．、](?![A-Za-z0-9])"),
    ("lower", 7, r"[a-zａ-ｚ]\s*[.．、](?![A-Za-z0-9])"),
    ("bullet", 8, r"[•●■◆▪◎※★☆►▶✓✔◇□▲△➢\uf06c\uf0b7\uf06e\uf075\uf0d8\uf0fc‧·](?!\s*[•●■◆▪])"),
]
_ANY = re.compile("|".join(f"(?P<{name}>{pattern})" for name, _, pattern in _STYLES))
LEVEL = {name: level for name, level, _ in _STYLES}


class Marker(NamedTuple):
    """A list marker at the start of a line: its style, its printed number (0 for bullets) and its
    length in characters.
    """

    style: str
    number: int
    length: int

    @property
    def level(self) -> int:
        return LEVEL[self.style]


def _number(style: str, text: str) -> int:
    if style == "bullet":
        return 0
    core = re.sub(r"[\s（）()〔〕、.．,，○〇◯]", "", text)
    if style in ("section", "cjk", "cjk_paren"):
        return chinese_number(core) or 0
    if style in ("upper", "lower"):
        code = ord(core)
        for base in ("A", "a", "Ａ", "ａ"):
            if 0 <= code - ord(base) < 26:
                return code - ord(base) + 1
    for first in ("①", "⑴", "⒈", "❶"):
        if core and 0 <= ord(core[0]) - ord(first) < 20:
            return ord(core[0]) - ord(first) + 1
    return int(core) if core.isdigit() else 0


def match(text: str) -> Marker | None:
    """The marker that opens `text`, or None.

    `text` is one printed line without leading white space.
    """
    found = _ANY.match(text)
    if found is None or found.lastgroup is None:
        return None
    return Marker(found.lastgroup, _number(found.lastgroup, found.group()), found.end())


_BARE = re.compile(rf"([0-9０-９]{{1,2}}|[{CJK}]{{1,2}})(?=[^\W\d_a-zA-Z])")
_COUNTED = (
    "年月日次個項樓號時分秒人種層樣式成萬千百元天週周倍台臺期等位名件場篇處所區里級類小款條點度"
)


def match_bare(text: str, expected: int) -> Marker | None:
    """A number whose dot was left out (「3 線上申辦」, 「三便捷」), accepted only as the expected
    next number and before no counter.
    """
    found = _BARE.match(text)
    if not found or text[found.end()] in _COUNTED:
        return None
    digits = found.group(1)
    style = "number" if digits.isdigit() else "cjk"
    if chinese_number(digits) != expected:
        return None
    return Marker(style, expected, found.end())


_GLUED = re.compile(r"([1-9][0-9]?)\s*[.．](?=[0-9])(?![0-9]+[.．/-][0-9])")
_DECIMAL = re.compile(r"[1-9][0-9]?[.．](?:[0-9](?![0-9])|[0-9]+(?=[公米倍萬億元度級%％]))")


def match_glued(text: str) -> Marker | None:
    """A number whose text begins with a figure (「1.1999服務專線」, 「2.24小時受理」), or a decimal
    that looks alike.

    Only the numbers of its list tell the two apart; dates (「9.1.6」) are neither.
    """
    found = _GLUED.match(text)
    return Marker("number", int(found.group(1)), found.end()) if found else None


def is_decimal(text: str) -> bool:
    """Whether a decimal (「1.5公里」) is the likelier reading of a number before a figure,
    without its list.
    """
    return _DECIMAL.match(text) is not None


def begins_list(text: str) -> bool:
    """Whether a 1. that cannot be a decimal's opens `text`."""
    found = match(text) or (None if is_decimal(text) else match_glued(text))
    return found is not None and found.style == "number" and found.number == 1


_ROMAN = re.compile(r"([Ⅰ-Ⅻⅰ-ⅻ]|[IVX]{1,4}|[ivx]{1,4})\s*[.．、](?![A-Za-z0-9])")
_ROMANS = "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv".split()
LEVEL["roman"] = 6


def match_roman(text: str) -> Marker | None:
    """A Roman number that opens `text`: 「Ⅰ、」, 「II.」, 「iv.」;
    single letters may as well be Latin ones.
    """
    found = _ROMAN.match(text)
    if not found:
        return None
    digits = unicodedata.normalize("NFKC", found.group(1)).lower()
    return Marker("roman", _ROMANS.index(digits) + 1, found.end()) if digits in _ROMANS else None


def printed_number(marker: str) -> int:
    """The number a marker prints (二、 (2) ② B: 2), with or without its stop; 0 for none."""
    found = match(marker) or match(f"{marker}.")
    return found.number if found else 0
