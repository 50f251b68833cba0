"""Year over year: a synthetic next year made from a filed plan, every change known."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from types import SimpleNamespace

import pyarrow.parquet as pq
import pytest

from extract.model import encode_plan
from normalize.matching.otherwise import read_otherwise
from normalize.pipeline import normalize
from normalize.vocabulary.text import searchable

from .helpers.truth_to_printed import load_truth, printed_plan


def write(folder: Path, digit: str, slug: str, title: str, change) -> None:
    plan = printed_plan(load_truth()[slug])
    plan.title, plan.sha256, plan.source_file = title, digit * 64, f"plan-{digit}.pdf"
    change(plan.rows)
    (folder / f"{plan.sha256}.json").write_bytes(encode_plan(plan))


def test_what_an_office_changed(tmp_path: Path) -> None:
    interim = tmp_path / "interim"
    interim.mkdir()
    moved = {}

    def next_year(rows) -> None:
        rows[1].measures[0].paragraphs[0].text += "並於每季檢討辦理成效。"  # reworded
        dropped = rows[2].measures.pop(0)  # dropped
        moved["text"] = rows[3].measures[-1].paragraphs[0].text
        rows[5].measures.append(rows[3].measures.pop())  # moved to another focus point
        new = deepcopy(dropped)
        new.title, new.paragraphs[0].text = (
            None,
            "與屏東縣琉球鄉公所合辦海洋環境教育巡迴列車，每半年一次。",
        )
        del new.paragraphs[1:]
        rows[4].measures.append(new)  # new
        rows[6].measures[0].units[0].text = "人事室"  # kept, but by another unit

    write(interim, "a", "jiaxian-114", "高雄市甲仙區公所113年度提升服務執行計畫", lambda rows: None)
    write(interim, "b", "jiaxian-114", "高雄市甲仙區公所114年度提升服務執行計畫", next_year)
    write(interim, "c", "sanmin-114", "高雄市三民區公所114年度提升服務執行計畫", lambda rows: None)
    normalize(interim, tmp_path / "out", corrections_dir=None)
    table = pq.read_table(tmp_path / "out" / "measure_changes.parquet").to_pandas()
    assert set(table.agency) == {"高雄市甲仙區公所"}, "one plan alone has nothing to compare with"
    assert (table.year_roc_before.unique().tolist(), table.year_roc_after.unique().tolist()) == (
        [113],
        [114],
    )
    assert table.change.value_counts().to_dict() == {
        "kept": 52,
        "reworded": 1,
        "moved": 1,
        "dropped": 1,
        "new": 1,
    }
    assert table[table.change == "reworded"].text_after.item().endswith("並於每季檢討辦理成效。")
    assert moved["text"] in table[table.change == "moved"].text_after.item()
    assert "琉球" in table[table.change == "new"].text_after.item()
    assert table[table.units_changed].change.tolist() == ["kept"]
    assert table.measure_id_before.notna().sum() == 55
    assert table.measure_id_after.notna().sum() == 55


def readings(*texts: str, corrected: int | None = None) -> list[SimpleNamespace]:
    """A plan a text, which is its only measure."""
    rows = [SimpleNamespace(text=t, text_folded=searchable(t), corrected=[]) for t in texts]
    if corrected is not None:
        rows[corrected].corrected.append("text")
    return [SimpleNamespace(measures=[row]) for row in rows]


ONE, TWO, OTHER = "設服務台。\n專人引導。", "設服務台。專人引導。", "設服務台。專人導引。"


@pytest.mark.parametrize(
    ("drafts", "doubted"),
    [
        (readings(ONE, ONE, "設服務台。\n 專人引導。"), []),
        (readings(ONE, OTHER), []),
        (readings(ONE, TWO), [0, 1]),
        (readings(ONE, TWO, ONE), [1]),
        (readings(ONE, TWO, TWO, corrected=0), [1, 2]),
    ],
    ids=["alike", "other words", "one against one", "outvoted", "corrected"],
)
def test_the_same_words_read_differently_are_in_doubt(
    drafts: list[SimpleNamespace], doubted: list[int]
) -> None:
    found = read_otherwise(drafts)  # type: ignore[arg-type]
    places = [id(draft) for draft in drafts]
    assert sorted(places.index(id(draft)) for draft, _, _ in found) == doubted
