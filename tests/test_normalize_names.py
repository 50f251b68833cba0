"""Titles, agencies and units."""

import random

import pytest

from normalize.vocabulary.agencies import registry, resolve
from normalize.vocabulary.titles import parse_title
from normalize.vocabulary.units import mended_names, read_units

TITLES = [
    ("高雄市甲仙區公所114年度提升服務執行計畫", "高雄市甲仙區公所", 114, "district_office"),
    ("高雄市政府民政局109年度提升服務執行計畫", "高雄市政府民政局", 109, "bureau"),
    ("高雄市小港區公所 105 年度提升服務品質執行計畫", "高雄市小港區公所", 105, "district_office"),
    (
        "106年度高雄市政府地政局岡山地政事務所提升服務品質執行計畫",
        "高雄市政府地政局岡山地政事務所",
        106,
        "subordinate",
    ),
    ("民國１１４年度高雄市三民區公所提升服務執行計畫", "高雄市三民區公所", 114, "district_office"),
    ("台南市東區公所一百零六年度提升服務執行計畫", "臺南市東區公所", 106, "district_office"),
    ("臺中市動物保護防疫處106年提升服務品質實施計畫", "臺中市動物保護防疫處", 106, "subordinate"),
    ("經濟部標準檢驗局103年度提升政府服務品質執行計畫", "經濟部標準檢驗局", 103, "other"),
    ("經濟部國際貿易局加強為民服務工作執行計畫", "經濟部國際貿易局", None, "other"),
    ("高雄縣鳳山市公所98年度提升服務品質執行計畫", "高雄市鳳山區公所", 98, "district_office"),
    ("高雄市政府環保局110年精進服務計畫", "高雄市政府環境保護局", 110, "bureau"),
    ("高雄市鳳山區戶政事務所112年提升服務工作計畫", "高雄市鳳山區戶政事務所", 112, "subordinate"),
    (
        "高雄市政府警察局三民第一分局110年度提升服務工作計畫",
        "高雄市政府警察局三民第一分局",
        110,
        "subordinate",
    ),
    ("高雄市三民區公所1 1 4年度提升服務執行計畫", "高雄市三民區公所", 114, "district_office"),
    ("高雄市小港区公听105年度提升服務品質執行計畫", "高雄市小港區公所", 105, "district_office"),
]


@pytest.mark.parametrize("title, agency, year, kind", TITLES)
def test_titles(title, agency, year, kind):
    parsed = parse_title(title)
    found = resolve(parsed.agency_printed)
    assert (found.name, parsed.year_roc, found.kind) == (agency, year, kind)


def test_an_approval_date_is_not_the_plan_year():
    parsed = parse_title(
        "高雄市政府地政局岡山地政事務所106年度提升服務品質執行計畫",
        ["標題之後另有文字：「107年4月26日高市地政秘字第10631078900號函核備」。"],
    )
    assert parsed.year_roc == 106 and parsed.approved_roc == (107, 4, 26)
    assert parse_title(None).agency_printed is None
    assert parse_title("  ").year_roc is None


def noisy(name: str) -> list[str]:
    rng = random.Random(name)
    at = rng.randrange(3, len(name) - 1) if len(name) > 8 else len(name) - 1
    spaced = " ".join(name)
    full = name.replace("高雄市", "高雄市　")
    simplified = (
        name.replace("區", "区")
        .replace("處", "处")
        .replace("員", "员")
        .replace("會", "会")
        .replace("務", "务")
        .replace("財", "财")
    )
    doubled = name[:at] + name[at] + name[at:]
    wrapped = name[: len(name) // 2] + "\n" + name[len(name) // 2 :]
    return [spaced, full, simplified, doubled, wrapped]


def test_every_registry_name_resolves_from_five_noisy_forms():
    wrong = [
        (form, found and found.name)
        for name in registry().names()
        for form in noisy(name)
        if (found := resolve(form)) is None or found.name != name
    ]
    assert wrong == []


def test_registry_covers_the_city():
    agencies = {a.name: a for a in registry().by_key.values()}
    kinds = [a.kind for a in agencies.values()]
    assert kinds.count("district_office") == 38 and kinds.count("bureau") == 32


def test_official_codes_come_from_the_users_list(tmp_path):
    codes = tmp_path / "codes.csv"
    codes.write_text(
        "機關代碼,機關名稱,機關裁撤日期\n111,高雄市政府民政局,\n000,高雄市政府民政局,1000101\n",
        "utf-8-sig",
    )
    assert resolve("高雄市政府民政局", codes).code == "111"


@pytest.mark.parametrize(
    "printed, names, kinds",
    [
        ("各課(室)", ["各課室"], ["all_sections"]),
        ("民政課、社會課", ["民政課", "社會課"], ["section"] * 2),
        ("登記課 測量課 地價課", ["登記課", "測量課", "地價課"], ["section"] * 3),
        ("役政災防課", ["役政災防課"], ["section"]),
        ("局 本 部", ["局本部"], ["whole_agency"]),
        ("所屬機關", ["所屬機關"], ["subordinates"]),
        ("各分局", ["各分局"], ["subordinates"]),
        ("秘書室/資訊室", ["秘書室", "資訊室"], ["section"] * 2),
        ("第一組至第七組", ["第一組至第七組"], ["section"]),
        ("各科室", ["各科室"], ["all_sections"]),
        ("志工", ["志工"], ["other"]),
    ],
)
def test_units(printed, names, kinds):
    units = read_units(printed)
    assert [u.name for u in units] == names and [u.kind for u in units] == kinds


def test_roles_and_stuck_names():
    assert [(u.name, u.role) for u in read_units("主辦：民政課 協辦：秘書室、會計室")] == [
        ("民政課", "lead"),
        ("秘書室", "support"),
        ("會計室", "support"),
    ]
    assert [u.name for u in read_units("登記課測量課", frozenset({"登記課", "測量課"}))] == [
        "登記課",
        "測量課",
    ]
    assert [u.name for u in read_units("登記課測量課")] == ["登記課測量課"]


def test_recognised_names_one_character_off_are_mended_towards_the_plans_own():
    names = ["自治科"] * 5 + ["自治料", "民政課", "各课窒"] + ["各課室"]
    assert mended_names(names) == {"自治料": "自治科"}
    assert mended_names(["農政課"] * 4 + ["民政課"]) == {}
