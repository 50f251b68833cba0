"""Families: measures of nearly the same wording, over made corpora whose copies are known."""

from __future__ import annotations

import random
from copy import deepcopy
from dataclasses import fields, replace
from itertools import combinations
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataset.publish import previous_families
from normalize.across.families import find_families
from normalize.matching.alike import leaders, least_likeness
from normalize.model import MeasureRow
from normalize.pipeline import normalize

from .helpers.truth_to_printed import load_truth, printed_plan, write_printed

HAN = [chr(0x4E00 + n) for n in range(3000)]
EMPTY = dict.fromkeys(f.name for f in fields(MeasureRow))


def measure(text: str, agency: str = "甲", year: int = 110, key: str = "", **more) -> MeasureRow:
    """A row of which only what families look at is filled in."""
    key = key or f"{agency}{year}{text}"
    given = {"text": text, "agency": agency, "year_roc": year, "year": year + 1911}
    ids = {"measure_key": key, "measure_id": f"id-{key}", "is_current": True}
    return MeasureRow(**(EMPTY | given | ids | more))


def wording(rng: random.Random, length: int = 40) -> str:
    return "".join(rng.choices(HAN, k=length))


def copy_of(text: str, rng: random.Random, share: float = 0.06) -> str:
    """The text with a stretch of it, at most this share, worded anew where there is chance."""
    length = rng.randint(0, int(share * len(text)))
    at = rng.randint(0, len(text) - length)
    return text[:at] + wording(rng, length) + text[at + length :]


def corpus(seed: int, ideas: int, copies: int) -> list[tuple[int, MeasureRow]]:
    """(idea, measure) of offices and years, in any order."""
    rng = random.Random(seed)
    out = []
    for idea in range(ideas):
        text = wording(rng, rng.randint(30, 60))
        for n in range(rng.randint(1, copies)):
            row = measure(copy_of(text, rng), f"局{n}", 100 + rng.randint(0, 9))
            out.append((idea, replace(row, measure_key=f"{rng.random():.12f}")))
    rng.shuffle(out)
    return out


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6))
def test_known_copies_are_found_and_nothing_else(seed: int) -> None:
    made = corpus(seed, ideas=40, copies=5)
    find_families([m for _, m in made], {})
    for (idea, one), (other_idea, other) in combinations(made, 2):
        same = one.family_id is not None and one.family_id == other.family_id
        assert same == (idea == other_idea)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6))
def test_plans_of_later_years_change_nothing_before(seed: int) -> None:
    made = [m for _, m in corpus(seed, ideas=20, copies=4)]
    find_families(made, {})
    before = {m.measure_key: m.family_id for m in made if m.family_id}
    rng = random.Random(seed)
    later = [
        replace(m, year_roc=111, measure_key=f"{rng.random():.12f}", text=copy_of(m.text, rng))
        for m in made
    ]
    again = [replace(m, family_id=None) for m in made]
    assert find_families(again + later, {}).moves == []
    assert before.items() <= {m.measure_key: m.family_id for m in again}.items()


@settings(max_examples=20, deadline=None)
@given(st.lists(st.text("服務民眾提供申辦", max_size=25), unique=True, max_size=40))
def test_every_text_is_like_its_leader_and_what_follows_moves_none(texts: list[str]) -> None:
    from rapidfuzz import fuzz

    lead, likeness = leaders(texts)
    for i, (first, like) in enumerate(zip(lead, likeness, strict=True)):
        assert first <= i and lead[first] == first
        assert like == pytest.approx(fuzz.ratio(texts[i], texts[first]) / 100)
        assert first == i or like >= least_likeness(texts[i], texts[first])
    half = len(texts) // 2
    assert leaders(texts[:half]) == (lead[:half], likeness[:half])


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (
            "每年至少辦理洽公環境檢查1次，適時更新改善。",
            "每年辦理洽公環境檢查2次，適時改善。",
            True,
        ),
        ("設置志工服務台，由志工輪值引導民眾洽公。", "設置志工服務臺，志工輪值引導民眾", True),
        ("辦理志工訓練。", "辦理員工訓練。", False),
        ("建立民眾意見處理機制", "建立民眾意見處理機制", True),
        ("設置哺集乳室", "設置親子廁所", False),
    ],
)
def test_what_is_one_wording(one: str, other: str, same: bool) -> None:
    rows = [measure(one), measure(other, "乙")]
    assert len(find_families(rows, {}).rows) == same
    assert (rows[0].family_id is not None) == same


def test_a_family_tells_who_when_and_how_alike() -> None:
    text = "每年至少辦理洽公環境設備檢查1次，適時更新改善。"
    rows = [
        measure(text, "乙", 112, "b"),
        measure(text.replace("1", "2"), "甲", 110, "c"),
        measure(text, "甲", 110, "d"),
        measure(text, "丙", 109, "e", is_current=False),
    ]
    (family,) = find_families(rows, {}).rows
    assert (family.family_id, family.members, family.agencies) == ("c", 3, 2)
    assert (family.year_first, family.year_last) == (2021, 2023)
    assert family.text == rows[1].text and 0.9 < family.likeness < 1
    assert {m.family_id for m in rows} == {"c"}


def test_a_measure_filed_twice_is_no_family() -> None:
    rows = [measure("設置無障礙坡道及服務鈴"), measure("設置無障礙坡道及服務鈴", is_current=False)]
    assert find_families(rows, {}).rows == [] and rows[0].family_id is None


def test_a_published_name_stays_and_splits_and_merges_are_told() -> None:
    rng = random.Random(1)
    one, other = wording(rng), wording(rng)
    rows = [measure(one, "甲", 110, "k1"), measure(one, "乙", 110, "k2")]
    older = measure(one, "丙", 99, "k0")
    find_families([*rows, older], {"k1": "k1", "k2": "k1"})
    assert {m.family_id for m in (*rows, older)} == {"k1"}, "an older plan renames nothing"
    apart = [*rows, *(measure(other, "丁", year, f"k{year}") for year in (111, 112))]
    split = find_families(apart, {m.measure_key: "k2" for m in apart})
    assert [m.family_id for m in apart] == ["k2", "k2", "k111", "k111"]
    assert split.moves == ["k2 split: k111, k2"]
    merged = find_families(rows, {"k1": "k1", "k2": "k9"})
    assert merged.moves == ["k1 merged: k1, k9"] and rows[1].family_id == "k1"


def test_names_outlive_the_release_and_new_ideas_know_where_they_stood(tmp_path: Path) -> None:
    truth = load_truth()
    plans = []
    for n, (slug, title) in enumerate(
        [
            ("jiaxian-114", "高雄市甲仙區公所113年度提升服務執行計畫"),
            ("jiaxian-114", "高雄市甲仙區公所114年度提升服務執行計畫"),
            ("sanmin-114", "高雄市三民區公所112年度提升服務執行計畫"),
        ]
    ):
        plan = printed_plan(truth[slug])
        plan.title, plan.sha256, plan.source_file = title, str(n) * 64, f"{n}.pdf"
        plans.append(plan)
    borrowed = deepcopy(plans[2].rows[4].measures[0])
    plans[1].rows[4].measures.append(borrowed)
    interim, out = tmp_path / "interim", tmp_path / "out"
    write_printed(plans[:2], interim)
    normalize(interim, out, corrections_dir=None, sources=None)
    before = previous_families(out)
    write_printed(plans[2:], interim)
    report = normalize(interim, out, corrections_dir=None, sources=None)
    assert report.family_moves == []
    assert before and before.items() <= previous_families(out).items()
    measures = {m["measure_id"]: m for m in pq.read_table(out / "measures.parquet").to_pylist()}
    changes = pq.read_table(out / "measure_changes.parquet").to_pylist()
    (new,) = [c for c in changes if c["change"] == "new"]
    stood = measures[new["seen_before_at"]]
    assert (stood["agency"], stood["year_roc"]) == ("高雄市三民區公所", 112)
    assert stood["text"] == measures[new["measure_id_after"]]["text"]
    assert all(c["seen_before_at"] is None for c in changes if c["change"] != "new")
