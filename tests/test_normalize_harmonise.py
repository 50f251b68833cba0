"""The desk tool writes what a person accepts, and only that."""

import json
import shutil

import pytest

from normalize.pipeline import normalize
from normalize.vocabulary import harmonise
from normalize.vocabulary.taxonomy import read_edition
from tests.helpers.truth_to_printed import load_truth, printed_plan, write_printed


def test_accepted_names_become_variants(tmp_path):
    data = tmp_path / "data"
    shutil.copytree(harmonise.DATA, data)
    plan = printed_plan(load_truth()["jiaxian-114"])
    plan.rows[2].focus = ["(二)申辦資訊好讀好懂，案件進度隨時可查。"]
    plan.rows[2].measures[0].units[0].text = "全區志工"
    write_printed([plan], tmp_path / "interim")
    normalize(tmp_path / "interim", tmp_path / "out", corrections_dir=None)
    todo = harmonise.unknowns(tmp_path / "out")
    assert [(u.level, u.printed, u.count) for u in todo] == [
        ("focus", "申辦資訊好讀好懂，案件進度隨時可查。", 3),
        ("unit", "全區志工", 1),
    ]
    answers = iter(["", "q"])
    before = {p.name: p.read_bytes() for p in data.iterdir() if p.is_file()}
    assert harmonise.settle(tmp_path / "out", lambda _: next(answers), data) == 0
    assert {p.name: p.read_bytes() for p in data.iterdir() if p.is_file()} == before
    harmonise.accept(todo[0], "1.2", data)
    edition = read_edition(data / "taxonomy-2017.json")
    assert len(edition.by_code["1.2"].keys) == 2
    harmonise.accept(todo[1], harmonise.proposals(todo[1], data)[0][0], data)
    assert "全區志工" in json.dumps(
        json.loads((data / "units.json").read_text("utf-8")), ensure_ascii=False
    )
    with pytest.raises(OSError):
        harmonise.settle(tmp_path / "nowhere", input, data)
