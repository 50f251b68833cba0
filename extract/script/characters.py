"""Characters that only encode another one: they look right in print and mean nothing in a text.

Kangxi radicals (U+2F00–2FD5), CJK radicals supplement (U+2E80–2EF3), compatibility ideographs
(U+F900–FAFF, U+2F800–2FA1F), Latin ligatures (U+FB00–FB06) and the upright forms of vertical
punctuation (U+FE31–FE48) come from fonts without a proper ToUnicode map. Unicode's own NFKC mapping
names the ordinary character of all but the supplement's radicals. Printed widths of punctuation and
digits are left alone.
"""

from __future__ import annotations

import unicodedata

# Radicals of the supplement and the ideograph each stands for (Unihan,
# EquivalentUnifiedIdeograph.txt).
_UNIFIED = (
    "⺁厂 ⺂乛 ⺃乚 ⺄乙 ⺅亻 ⺆冂 ⺇𠘨 ⺈刀 ⺉刂 ⺊卜 ⺋㔾 ⺌小 ⺍小 ⺎兀 ⺏尣 ⺐尢 ⺑𡯂 ⺒巳 "
    "⺓幺 ⺔彑 ⺕彐 ⺖忄 ⺗心 ⺘扌 ⺙攵 ⺛旡 ⺜日 ⺝月 ⺞歺 ⺟母 ⺠民 ⺢氺 ⺤爫 ⺥爫 ⺦丬 ⺧牛 "
    "⺩王 ⺫目 ⺬示 ⺯糹 ⺰纟 ⺲罒 ⺳㓁 ⺴冗 ⺵𦉫 ⺶羊 ⺸𦍋 ⺺肀 ⺻聿 ⺼肉 ⺽𦥑 ⻁虎 ⻄西 ⻆角 "
    "⻇𧢲 ⻌辶 ⻍辶 ⻎辶 ⻏邑 ⻑長 ⻕𨸏 ⻖阝 ⻗雨 ⻘青 ⻝食 ⻞𩙿 ⻠饣 ⻡𩠐 ⻣骨 ⻤鬼 ⻱龜 "
)
# The same where Unihan names a Simplified or Japanese form: the one that Taiwan prints.
_TRADITIONAL = (
    "⻅見 ⻉貝 ⻋車 ⻓長 ⻔門 ⻙韋 ⻚頁 ⻛風 ⻜飛 ⻢馬 ⻥魚 ⻦鳥 ⻧鹵 ⻨麥 ⻩黃 ⻪黽 ⻫齊 ⻬齊 "
    "⻭齒 ⻮齒 ⻯龍 ⻰龍 ⻲龜 ⻳龜 "
)
# The same where Unihan names a mere part, which Big5 does not have: the character it is part of.
_WHOLE = (
    "⺡水 ⺣火 ⺨犬 ⺪疋 ⺭示 ⺮竹 ⺱网 ⺷羊 ⺹老 ⺾艸 ⺿艸 ⻀艸 ⻂衣 ⻃西 ⻈言 ⻊足 ⻐金 ⻒長 "
    "⻟食 "
)
_BY_NFKC = (
    range(0x2F00, 0x2FD6),
    range(0xF900, 0xFB00),
    range(0x2F800, 0x2FA20),
    range(0xFB00, 0xFB07),
    range(0xFE31, 0xFE45),
    range(0xFE47, 0xFE49),
)


def _table() -> dict[int, str]:
    pairs = (_UNIFIED + _TRADITIONAL + _WHOLE).split()
    table = {ord(pair[0]): pair[1] for pair in pairs}
    for code in (code for block in _BY_NFKC for code in block):
        meant = unicodedata.normalize("NFKC", chr(code))
        if meant != chr(code):
            table[code] = meant
    return table


def visible(text: str) -> str:
    """Text as a terminal may show it: what would steer it, or break the line, written as an escape
    (`\\x1b`, `\\n`, `\\u202e`).
    """
    return "".join(
        char.encode("unicode_escape").decode()
        if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")
        else char
        for char in text
    )


MEANT = _table()
"""Code of a character that only encodes another one → what it means, one character or several (a
ligature).
"""

ODD = frozenset(map(chr, MEANT))


def repair(text: str) -> str:
    """The text with every character of `MEANT` replaced by what it means; all else stays as
    printed.
    """
    return text if ODD.isdisjoint(text) else text.translate(MEANT)
