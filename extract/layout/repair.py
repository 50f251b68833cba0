"""Repair of characters that a broken text layer substitutes: they look right and mean nothing.

Kangxi radicals (U+2F00–2FD5), CJK radicals supplement (U+2E80–2EF3), compatibility ideographs (U+F900–FAFF,
U+2F800–2FA1F), Latin ligatures (U+FB00–FB06) and the upright forms of vertical punctuation (U+FE31–FE48) come from fonts without a proper ToUnicode map. Unicode's own NFKC
mapping names the ordinary character. Printed widths of punctuation and digits are left alone.
"""

from __future__ import annotations

import unicodedata

import numpy as np

from extract.model import Page

# Radicals of the supplement block have no NFKC mapping, so those met in Chinese text layers are listed.
_SUPPLEMENT = {
    "⺠": "民",
    "⻑": "長",
    "⻄": "西",
    "⻆": "角",
    "⻘": "青",
    "⻝": "食",
    "⻣": "骨",
    "⻤": "鬼",
    "⻩": "黃",
    "⻫": "齊",
    "⻭": "齒",
    "⻯": "龍",
    "⻲": "龜",
    "⻋": "車",
    "⻅": "見",
    "⻉": "貝",
    "⻔": "門",
    "⻙": "韋",
    "⻚": "頁",
    "⻛": "風",
    "⻜": "飛",
    "⻢": "馬",
    "⻥": "魚",
    "⻦": "鳥",
    "⻨": "麥",
    "⻮": "齒",
    "⻰": "龍",
    "⻳": "龜",
    "⺟": "母",
    "⺩": "王",
    "⺫": "目",
    "⺮": "竹",
    "⻁": "虎",
    "⻂": "衣",
    "⻈": "言",
    "⻌": "辶",
    "⻓": "長",
    "⻖": "阝",
    "⻗": "雨",
    "⻟": "食",
    "⺼": "肉",
    "⺻": "聿",
    "⺌": "小",
    "⺍": "小",
    "⺕": "彐",
    "⺝": "月",
    "⺡": "水",
    "⺣": "火",
    "⺧": "牛",
    "⺨": "犬",
    "⺪": "疋",
    "⺬": "示",
    "⺭": "示",
    "⺱": "网",
    "⺶": "羊",
    "⺷": "羊",
    "⺹": "老",
    "⺾": "艸",
    "⻀": "艸",
    "⻃": "西",
    "⻊": "足",
    "⻍": "辶",
    "⻎": "辶",
    "⻏": "邑",
    "⻐": "金",
    "⻒": "長",
}


def _table() -> dict[int, str]:
    table: dict[int, str] = {ord(k): v for k, v in _SUPPLEMENT.items()}
    for first, last in (
        (0x2F00, 0x2FD5),
        (0xF900, 0xFAFF),
        (0x2F800, 0x2FA1F),
        (0xFB00, 0xFB06),
        (0xFE31, 0xFE44),
        (0xFE47, 0xFE48),
    ):
        for code in range(first, last + 1):
            mended = unicodedata.normalize("NFKC", chr(code))
            if mended != chr(code):
                table[code] = mended
    return table


_TABLE = _table()
_ODD = frozenset(map(chr, _TABLE))
_IS_ODD = np.zeros(0x110000, dtype=bool)
_IS_ODD[list(_TABLE)] = True


def repair_text(text: str, count: dict[str, int] | None = None) -> str:
    """Replace radicals, compatibility ideographs and ligatures; `count` gains one entry a replaced character."""
    if _ODD.isdisjoint(text):
        return text
    if count is not None:
        for char in (c for c in text if c in _ODD):
            key = f"{char}→{_TABLE[ord(char)]}"
            count[key] = count.get(key, 0) + 1
    return text.translate(_TABLE)


def repair_page(page: Page) -> tuple[dict[str, int], bool]:
    """Mend the page's glyphs in place, one character for one; returns how often each replacement was made, and whether ligatures are left.

    Done before anything looks at the text: list markers and unit names are printed with such characters, too.
    """
    counts: dict[str, int] = {}
    left = False
    odd = page.chars[_IS_ODD[page.chars.view(np.uint32)]] if len(page.chars) else page.chars
    for char in set(odd.tolist()):
        mended = _TABLE[ord(char)]
        if len(mended) == 1:
            where = page.chars == char
            page.chars[where] = mended
            counts[f"{char}→{mended}"] = int(where.sum())
        else:
            left = True
    return counts, left
