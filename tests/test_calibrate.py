"""The calibration counts what it says it counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from benchmarks.calibrate import KINDS, Said, count, pair, plan, said, table
from normalize.model import Draft
from tests.typesetter.shapes import Shape

Made = tuple[list[Said], Draft]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A plan of a plain shape, which is read right."""
    return plan(Shape(), 3, tmp_path_factory.mktemp("made"))


def test_a_plan_read_right_is_right_and_sure(made: Made) -> None:
    truth, draft = made
    kinds = set(KINDS) - {"focus"} | {"any"}
    assert count(truth, draft) == {(kind, True, True): len(truth) for kind in kinds}


def test_what_differs_is_wrong_of_its_kind_alone(made: Made) -> None:
    truth, draft = made
    told = [replace(truth[0], units=("人事室", "另一課")), *truth[1:]]
    wrong = {kind for kind, right, _ in count(told, draft) if not right}
    assert wrong == {"unit", "any"}


def test_a_decision_answers_for_no_other_s_error(made: Made) -> None:
    """Where the wording is another's, paragraphs and units are no fault of their own."""
    truth, draft = made
    cut = replace(truth[0], paragraphs=(truth[0].text[:-2],), units=("另一課",))
    wrong = {kind for kind, right, _ in count([cut, *truth[1:]], draft) if not right}
    assert wrong == {"row join", "any"}


def test_a_measure_without_a_row_and_a_row_without_a_measure_are_silent(made: Made) -> None:
    truth, draft = made
    stranger = replace(truth[0], paragraphs=("甲乙丙丁戊己庚辛" * 9,))
    assert count([*truth, stranger], draft)["any", False, True] == 1
    assert count(truth[1:], draft)["any", False, True] == 1


def test_a_flagged_row_is_unsure(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    truth, draft = made
    monkeypatch.setattr(draft.measures[0], "doubts", ["unit_unaligned"])
    monkeypatch.setattr(draft.measures[0], "needs_review", True)
    counts = count(truth, draft)
    assert counts["unit", True, False] == counts["any", True, False] == 1
    assert counts["paragraph", True, False] == 0


def test_each_row_is_one_measure_s_and_the_likest() -> None:
    one, two = (Said((text,), "", (), "", "", "") for text in ("設置服務櫃台", "設置服務中心"))
    assert pair([one, two], [two, one]) == [1, 0]
    assert pair([one, one], [one]) == [0, None]
    assert pair([one], []) == [None]


def test_the_table_gives_the_share_of_sure_rows() -> None:
    counts = Counter({("unit", True, True): 199, ("unit", False, True): 1})
    assert "| unit | 199 | 1 | 99.5% | 0 | 0 |" in table(counts, 0, 1)
    assert "| level | 0 | 0 |  | 0 | 0 |" in table(counts, 0, 1)


def test_what_is_said_has_no_white_space() -> None:
    row = {"pillar": "一、 完備", "focus_cell": ["（一） 訂定"]}
    measure = {"marker": "1.", "title": "設 置", "paragraphs": ["書 寫"], "units": ["乙課", "甲課"]}
    (found,) = said({"rows": [row | {"measures": [measure | {"focus_code": "1.1"}]}]})
    assert found == Said(("設置", "書寫"), "1.", ("乙課", "甲課"), "一、完備", "（一）訂定", "1.1")
