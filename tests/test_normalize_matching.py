"""Headings are matched as one alignment: noise in one moves no other, unknown ones stay so."""

import json

import msgspec
import pytest

from benchmarks.match_noise import characters, each_heading, judge, simplified, swapped_rows, tagged
from extract.model import Box, Paragraph, PrintedMeasure, PrintedPlan, PrintedRow
from normalize.matching.alignment import Heading, align
from normalize.pipeline import one_plan
from normalize.rows.draft import draft_plan
from normalize.vocabulary.taxonomy import counterparts, edition, editions, read_edition
from tests.helpers.truth_to_printed import load_truth, printed_plan


@pytest.fixture(scope="module")
def clean():
    return [tagged(printed_plan(t)) for t in load_truth().values()]


@pytest.mark.parametrize("rate, least", [(0.05, 0.99), (0.10, 0.99), (0.20, 0.95)])
def test_headings_under_character_noise(clean, rate, least):
    result = judge(clean, lambda p, r: each_heading(p, characters(rate), r), 3)
    assert (
        result["accuracy"] >= least
        and result["rows lost"] == 0
        and result["edition"] == 1
        and result["wrong confident"] == 0
    )


def test_simplified_and_swapped_headings(clean):
    assert judge(clean, lambda p, r: each_heading(p, simplified, r), 1)["accuracy"] == 1
    assert judge(clean, swapped_rows, 3)["accuracy"] == 1


def one_row(pillar, focus, title="高雄市甲仙區公所106年度提升服務執行計畫", more=()):
    rows = [
        PrintedRow(
            pillar=p,
            pillar_cell=i,
            focus=[f] if f else [],
            focus_cell=i,
            measures=[PrintedMeasure(paragraphs=[Paragraph(text="測試")])],
        )
        for i, (p, f) in enumerate([(pillar, focus), *more])
    ]
    return PrintedPlan(source_file="x.pdf", sha256="0" * 64, title=title, rows=rows)


@pytest.mark.parametrize(
    "pillar",
    [
        "一、完備基礎服務項目，注重服務特性差異化",
        "(一)完備基礎服務項目，\n注重服務特性差異化",
        "１．完備基礎服務項目,注重服務特性差異化",
        "完備基礎服務項目，注重服務特性差異化（服務零落差）",
        "伍、完備基礎服務項目，注重服務特性差異化",
    ],
)
def test_printed_forms_of_a_pillar(pillar):
    m = draft_plan(one_row(pillar, "（一）建立業務標準作業流程，維持服務措施處理一致性")).measures[
        0
    ]
    assert (m.taxonomy, m.pillar_code, m.focus_code, m.focus_basis) == (
        "2017",
        "1",
        "1.1",
        "printed",
    )


def test_the_first_focus_point_of_2007_is_not_the_opening_row_of_2017():
    truth = load_truth()
    old = draft_plan(printed_plan(truth["xiaogang-105"])).measures[0]
    new = draft_plan(printed_plan(truth["jiaxian-114"])).measures[0]
    assert (old.taxonomy, old.pillar_code, old.focus_code) == ("2007", "1", "1.1")
    assert (new.taxonomy, new.pillar_code, new.focus_code) == ("2017", "0", "0.0")


def test_the_year_does_not_decide_the_edition():
    truth = load_truth()["xiaogang-105"]
    plan = printed_plan(truth)
    plan.title = plan.title.replace("105", "110")
    assert draft_plan(plan).plan.taxonomy == "2007"


def test_an_unknown_programme_is_kept_as_printed():
    more = [("二、資訊流通服務", "(一)資訊公開程度"), ("三、創新加值服務", "(一)創新服務情形")]
    draft = draft_plan(one_row("一、優質便民服務", "(一)服務流程便捷性", more=more))
    assert draft.plan.taxonomy is None and len(draft.measures) == 3
    assert all(m.pillar_code is None and m.focus_code is None for m in draft.measures)
    assert draft.measures[1].pillar_printed == "二、資訊流通服務" and "edition_unknown" in {
        f.code for f in draft.findings
    }


def test_four_aspects_of_the_award_are_no_pillars():
    more = [("服務遞送", "服務便捷性"), ("服務量能", "內部作業簡化"), ("服務評價", "滿意度")]
    assert draft_plan(one_row("基礎服務", "服務一致及正確", more=more)).plan.taxonomy is None


def test_an_unknown_focus_point_stays_unmatched_between_known_ones():
    plan = printed_plan(load_truth()["jiaxian-114"])
    plan.rows[2].focus = ["(五)辦理在地特色行銷及觀光推廣活動。"]
    draft = draft_plan(plan)
    strange = [m for m in draft.measures if "觀光推廣" in m.focus_printed]
    assert strange and all(m.focus_code is None and m.pillar_code == "1" for m in strange)
    assert [m.focus_code for m in draft.measures if m not in strange] == [
        m.focus_code
        for m in draft_plan(printed_plan(load_truth()["jiaxian-114"])).measures
        if m.focus_code != "1.2"
    ]
    (found,) = [f for f in draft.findings if f.code == "focus_unmatched"]
    assert found.measure_id == strange[0].measure_id


def test_a_doubt_about_a_focus_cell_is_one_finding_and_in_all_its_rows():
    plan = printed_plan(load_truth()["sanmin-114"])
    own = [row for row in plan.rows if row.focus_cell == plan.rows[2].focus_cell]
    own.append(msgspec.structs.replace(own[0]))
    plan.rows.insert(plan.rows.index(own[0]), own[-1])
    for row in own:
        row.focus = ["(五)辦理在地特色行銷及觀光推廣活動。"]
    draft = one_plan(plan)
    (found,) = [f for f in draft.findings if f.code == "focus_unmatched"]
    assert f"（共 {len(own)} 列）" in found.message
    hit = [m for m in draft.measures if "focus_unmatched" in m.doubts]
    assert len(hit) == len(own) and all(m.needs_review for m in hit)


@pytest.mark.parametrize(
    ("pages", "told"), [({1: 1, 2: 2}, True), ({1: 1, 2: 1}, False)], ids=["page break", "inside"]
)
def test_focus_points_left_out_at_a_page_break_are_told(pages, told):
    """5.2 and 5.3 are not printed: by intent, or on a page that is gone."""
    plan = printed_plan(load_truth()["sanmin-114"])
    plan.rows = [r for r in plan.rows if r.pillar[:1] != "五" or "(一)" in r.focus[0]]
    for row in plan.rows:
        page = pages[2 if row.pillar[:1] == "六" else 1]
        for measure in row.measures:
            measure.boxes = [Box(page=page, x0=0.0, y0=0.0, x1=1.0, y1=1.0)]
    found = [f for f in draft_plan(plan).findings if f.code == "page_doubtful"]
    assert [f.page for f in found] == [2] * told
    assert all("5.2、5.3" in f.message for f in found)


def test_a_heading_of_the_other_edition_is_reported():
    plan = printed_plan(load_truth()["jiaxian-114"])
    plan.rows[5].focus = [
        "(一)善用傳播媒體及公聽會、說明會、村里民大會等公眾場合，針對服務對象及業務特性擬定行銷策略，宣導政府施政措施及執行成效。"
    ]
    assert "edition_mixed" in {f.code for f in draft_plan(plan).findings}


def test_stacked_focus_points_in_one_string_are_told_apart():
    plan = printed_plan(load_truth()["public-works-112"])
    for row in plan.rows:
        row.focus = ["".join(row.focus)]
    draft = draft_plan(plan)
    assert len(draft.open) == 68 and draft.measures[1].focus_printed.count("\n") == 3


def test_number_and_order_never_make_a_match():
    matches = align(
        edition("2017"),
        [
            Heading("pillar", "重視全程意見回饋及參與，力求服務切合民眾需求", 2),
            Heading("focus", "天氣預報", 1),
        ],
    )
    assert matches[0].node.code == "2" and matches[1].node is None and matches[1].score == 0


def test_editions_are_sound_and_a_third_one_is_a_file(tmp_path):
    assert [e.code for e in editions()] == ["2007", "2017"]
    assert len(edition("2007").focus) == 24 and len(edition("2017").focus) == 23
    known = {(e.code, n.code) for e in editions() for n in e.focus}
    for (code, focus), others in counterparts().items():
        assert (code, focus) in known and others
    file = tmp_path / "taxonomy-2030.json"
    file.write_text(
        json.dumps(
            {
                "edition": "2030",
                "programme": "x",
                "years_roc": [119, None],
                "pillars": [{"code": "1", "text": "甲", "focus": [{"code": "1.1", "text": "乙"}]}],
            }
        ),
        "utf-8",
    )
    assert [n.code for n in read_edition(file).nodes] == ["1", "1.1"]
