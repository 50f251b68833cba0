"""Text repair touches encodings and recognition slips only; printed wording stays."""

import json

import pytest

from extract.script.simplified import mend_simplified
from normalize.vocabulary.numerals import chinese_number, leading_number
from normalize.vocabulary.text import compact, match_key, repair, searchable
from tests.helpers.truth_to_printed import TRUTH


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for v in value.values():
            yield from strings(v)
    elif isinstance(value, list):
        for v in value:
            yield from strings(v)


@pytest.mark.parametrize("path", sorted(TRUTH.glob("*.json")), ids=lambda p: p.stem)
def test_repair_changes_nothing_of_the_hand_checked_texts(path):
    for text in strings(json.loads(path.read_text("utf-8"))):
        assert repair(text) == text


@pytest.mark.parametrize(
    "path",
    [p for p in sorted(TRUTH.glob("*.json")) if p.stem != "xiaogang-105"],
    ids=lambda p: p.stem,
)
def test_mending_changes_nothing_of_born_digital_texts(path):
    for text in strings(json.loads(path.read_text("utf-8"))):
        assert mend_simplified(text) == text


@pytest.mark.parametrize(
    "word",
    [
        "里長",
        "占用",
        "核准",
        "台灣",
        "里辦公處",
        "後面",
        "只有",
        "干涉",
        "公布",
        "游泳",
        "於",
        "裏面",
    ],
)
def test_words_that_whole_line_conversion_ruins_stay(word):
    assert mend_simplified(word) == word


@pytest.mark.parametrize(
    "read, meant",
    [
        ("内", "內"),
        ("户政", "戶政"),
        ("项目", "項目"),
        ("办理", "辦理"),
        ("为民服务", "為民服務"),
        ("里长", "里長"),
    ],
)
def test_simplified_twins_are_mended(read, meant):
    assert mend_simplified(read) == meant


def test_radicals_and_compatibility_ideographs_are_restored():
    assert repair("⺠政局⻑、基\uf90a、\uf99c管") == "民政局長、基金、列管"
    assert repair("（１）QR Code：５Ｇ") == "（１）QR Code：５Ｇ"


def test_folds():
    assert searchable("櫃台 QR Code（１）") == searchable("櫃臺QRcode(1)")
    assert match_key("（一）叁與、台北") == match_key("(一)參與臺北")
    assert compact(" 執 行 要 項　QR  Code ") == "執行要項QR Code"


@pytest.mark.parametrize(
    "text, value",
    [
        ("十二", 12),
        ("一百零五", 105),
        ("一○五", 105),
        ("106", 106),
        ("參", 3),
        ("叁", 3),
        ("務", None),
        ("", None),
    ],
)
def test_chinese_numbers(text, value):
    assert chinese_number(text) == value


@pytest.mark.parametrize(
    "text, number, rest",
    [
        ("一、完備", 1, "完備"),
        ("三.便捷", 3, "便捷"),
        ("三 .便捷", 3, "便捷"),
        ("（二）提供", 2, "提供"),
        ("(四) 傾聽", 4, "傾聽"),
        ("•壹、計畫", 1, "計畫"),
        ("1.2 提供", 2, "提供"),
        ("訂定「提升服務計畫」", None, "訂定「提升服務計畫」"),
        ("一站式服務", None, "一站式服務"),
        ("十全十美", None, "十全十美"),
    ],
)
def test_leading_numbers(text, number, rest):
    assert leading_number(text) == (number, rest)
