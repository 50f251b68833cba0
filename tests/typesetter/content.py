"""What a made-up plan says: the truth that extraction must give back."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

WORDS = (
    "服務 申辦 流程 民眾 櫃台 資訊 網站 案件 業務 志工 環境 法規 "
    "滿意度 調查 意見 陳情 協助 提供 辦理 檢討 改善 公開 宣導 設置 "
    "定期 加強 里長 社區 長者 關懷 補助 諮詢 電話 書表 無障礙 線上 "
    "資料 教育 訓練 考核 核准 占用 活動 團體 研習 創新 跨機關 整合 "
    "便民"
).split()
LATIN = ("QR Code", "APP", "1999", "Facebook", "e-mail", "SOP", "24", "i-Taiwan", "100%", "Web2.0")
UNITS = (
    "民政課",
    "社會課",
    "經建課",
    "役政災防課",
    "秘書室",
    "人事室",
    "會計室",
    "所屬機關",
    "各課室",
    "農業觀光課",
)
PILLARS = (
    "完備基礎服務項目",
    "重視全程意見回饋及參與",
    "便捷服務遞送過程與方式",
    "關懷多元對象及城鄉差距",
)
NUMERALS = "一二三四五六七八九十"
Section = tuple[str, str, tuple[str, ...]]
"""Marker, heading and paragraphs."""


@dataclass(frozen=True)
class Measure:
    """One measure: printed marker, title, body paragraphs (sub-items with their markers), units."""

    marker: str | None
    title: str | None
    paragraphs: tuple[str, ...]
    units: tuple[str, ...]

    @property
    def printed(self) -> list[str]:
        """Paragraphs as they stand in the cell, the marker before the first."""
        texts = ([self.title] if self.title else []) + list(self.paragraphs)
        return [(self.marker or "") + texts[0], *texts[1:]]


@dataclass(frozen=True)
class Row:
    """A ruled row: one focus point's measures, with a theme above them or none."""

    pillar: str
    focus: str
    measures: tuple[Measure, ...]
    theme: str | None = None


@dataclass(frozen=True)
class Plan:
    """Title, the sections before the table, the table's rows.

    `aligned`: units stand beside measures, not rows.
    `notes` stand right below the table and belong to its section, the last of `sections`.
    `after` are the sections that follow.
    """

    title: str
    sections: tuple[Section, ...]
    rows: tuple[Row, ...]
    aligned: bool = True
    notes: tuple[str, ...] = ()
    after: tuple[Section, ...] = ()


@dataclass(frozen=True)
class Style:
    """How an office numbers: markers of measures and sub-items, titles, Latin words."""

    marker: str = "{}."
    sub: str = "({})"
    titled: bool = False
    latin: bool = True
    aligned: bool = True


def sentence(rng: random.Random, latin: bool, clauses: int | None = None) -> str:
    """A sentence of one to four clauses that ends with a full stop."""
    parts = []
    for _ in range(clauses or rng.randint(1, 4)):
        words = [rng.choice(WORDS) for _ in range(rng.randint(2, 6))]
        if latin and rng.random() < 0.3:
            words.insert(rng.randrange(1, len(words) + 1), rng.choice(LATIN))
        text = "".join(words)
        if rng.random() < 0.15:
            text = f"「{text}」"
        elif rng.random() < 0.15:
            text += f"（{rng.choice(WORDS)}、{rng.choice(WORDS)}）"
        parts.append(text)
    return rng.choice(["，", "、", "；"]).join(parts) + "。"


def make_plan(seed: int, style: Style = Style(), rows: int = 6) -> Plan:
    """A made-up plan of `rows` focus points. The same seed gives the same plan."""
    rng = random.Random(seed)
    out = []
    number = 0
    for n in range(rows):
        p = n * len(PILLARS) // rows
        if n == 0 or p != (n - 1) * len(PILLARS) // rows:
            number = 0
        number += 1
        measures = []
        count = rng.randint(1, 4)
        # As many names as measures, line by line, could be read either way even by a person.
        row_units = tuple(rng.sample(UNITS, rng.choice([1, count + 1])))
        for m in range(count):
            title = "".join(rng.sample(WORDS, rng.randint(2, 4))) if style.titled else None
            body = [sentence(rng, style.latin)]
            if rng.random() < 0.3:
                body = [
                    style.sub.format(i + 1) + sentence(rng, style.latin)
                    for i in range(rng.randint(2, 3))
                ]
                if not style.titled:
                    body.insert(0, sentence(rng, style.latin))
            units = tuple(rng.sample(UNITS, rng.randint(1, 2))) if style.aligned else row_units
            measures.append(Measure(style.marker.format(m + 1), title, tuple(body), units))
        focus = f"（{NUMERALS[number - 1]}）" + sentence(rng, False, rng.randint(1, 3))
        out.append(Row(f"{NUMERALS[p]}、{PILLARS[p]}", focus, tuple(measures)))
    sections = (
        ("壹", "計畫依據", (sentence(rng, False, 3),)),
        ("貳", "實施對象", (sentence(rng, False, 2),)),
        ("參", "執行方法", ()),
    )
    return Plan("高雄市岡山區公所113年度提升服務執行計畫", sections, tuple(out), style.aligned)


def lengthen(measure: Measure, paragraph: int, title: bool) -> Measure:
    """The measure with one character more in a paragraph (or its title): its end shows then."""
    if title:
        return replace(measure, title=(measure.title or "") + "案")
    texts = list(measure.paragraphs)
    texts[paragraph] = texts[paragraph][:-1] + "等" + texts[paragraph][-1]
    return replace(measure, paragraphs=tuple(texts))
