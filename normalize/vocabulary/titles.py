"""A plan's title line: agency, ROC year, programme words (甲仙區公所114年度提升服務執行計畫).

The year may stand before or after the agency, as digits or Chinese numerals; an approval line may
follow the title.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from normalize.vocabulary.numerals import chinese_number
from normalize.vocabulary.text import compact, repair

EARLIEST_ROC, LATEST_ROC = 80, 150

_YEAR = re.compile(r"(?:中華)?(?:民國)?\s*(\d{2,3}|[一二三四五六七八九十百零〇○]{2,5})\s*年\s*度?")
_PROGRAMME = re.compile(
    r"(?:提[升昇]|加強|精進|推動|落實)(?:政府|為民|行政)?.{0,6}?服務.*$|為民服務.*$|細部執行計[畫劃].*$|.{0,2}服務品?質?(?:執行|實施|工作)?計[畫劃].*$"
)
_AGENCY_END = re.compile(
    r"^.*?(?:公所|事務所|衛生所|委員會|管理處|分局|大隊|中心|圖書館|[局處署部院館所會校學])(?=\s|$|[^\u4e00-\u9fff]|[提加精推落度])"
)
_SPACED = re.compile(r"(?<=\d)[^\S\n]+(?=\d)")  # letter-spaced titles: 1 1 4年度
REVISED = re.compile(r"修[正訂]|第[二三四五2-5][版次]")
_APPROVAL = re.compile(r"(\d{2,3})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")


@dataclass(frozen=True)
class Title:
    """What a title line says.

    `approved_roc` is the last date printed with it as (year, month, day), if any.
    """

    agency_printed: str | None
    year_roc: int | None
    approved_roc: tuple[int, int, int] | None = None
    revised: bool = False
    year_from_file: bool = False


def parse_title(title: str | None, notes: Sequence[str] = ()) -> Title:
    """Agency and year of a title.

    None for what it does not say. `notes` are lines printed under it (approval, version).
    """
    if not title or not title.strip():
        return Title(None, None)
    title = _SPACED.sub("", title)
    lines = [line for line in repair(title).splitlines() if line.strip()]
    around = unicodedata.normalize(
        "NFKC", "\n".join([title, *(_SPACED.sub("", note) for note in notes)])
    )
    dates = (map(int, m.groups()) for m in _APPROVAL.finditer(around))
    approvals = [(year, month, day) for year, month, day in dates]
    text = compact(_APPROVAL.sub("", "".join(lines)))
    year, rest = None, text
    for found in _YEAR.finditer(text):
        number = chinese_number(found.group(1))
        if number and EARLIEST_ROC <= number <= LATEST_ROC:
            year, rest = number, text[: found.start()] + " " + text[found.end() :]
            break
    agency = _PROGRAMME.sub("", rest.strip()).strip(" 　「『《（(")
    if not agency or agency == rest.strip():
        cut = _AGENCY_END.match(rest.strip())
        agency = cut.group(0) if cut else agency.split(" ")[0]
    return Title(
        compact(agency) or None, year, max(approvals, default=None), bool(REVISED.search(around))
    )
