"""`plans.load`: frames with the right types, the filing that counts, one edition or all on one."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import plans
from dataset.schema import TABLES


def test_codes_are_text_and_numbers_whole(digital: Path) -> None:
    for table in TABLES:
        rows = plans.load(table.name, digital, current=False)
        assert list(rows) == table.names
        for column in table.columns:
            kind = str(rows[column.name].dtype)
            if column.type in ("string", "int16", "int32"):
                assert kind == {"int16": "Int16", "int32": "Int32"}.get(column.type, "string")
    codes = plans.load("measures", digital).focus_code.dropna()
    assert codes.str.fullmatch(r"\d\.\d").all()


def test_only_the_filing_that_counts_is_given(digital: Path) -> None:
    filed = plans.load("plans", digital, current=False)
    counts = plans.load("plans", digital)
    assert len(filed) > len(counts) == filed.drop_duplicates(["agency", "year_roc"]).shape[0]
    for table in ("measures", "measure_units", "sections"):
        assert set(plans.load(table, digital).plan_id) == set(counts.plan_id)
        assert set(plans.load(table, digital, current=False).plan_id) == set(filed.plan_id)
    assert set(plans.load("findings", digital).plan_id) <= set(counts.plan_id)


def test_repeated_columns_say_what_a_join_would(digital: Path) -> None:
    filed = plans.load("plans", digital, current=False).set_index("plan_id")
    measures = plans.load("measures", digital, current=False).set_index("measure_id")
    units = plans.load("measure_units", digital, current=False)
    findings = plans.load("findings", digital, current=False)
    for rows, owner, key, columns in (
        (measures, filed, "plan_id", ("is_current", "agency_kind", "source_file", "agency")),
        (findings, filed, "plan_id", ("agency", "year")),
        (
            units,
            measures,
            "measure_id",
            ("year_roc", "focus", "page_first", "needs_review", "is_current", "taxonomy"),
        ),
    ):
        for column in columns:
            joined = owner[column].reindex(rows[key]).to_numpy()
            pd.testing.assert_series_equal(
                pd.Series(joined), pd.Series(rows[column].to_numpy()), check_dtype=False
            )
    urls = measures.reset_index()
    assert (urls.review_url == "review/" + urls.plan_id + ".html#" + urls.measure_key).all()


def test_an_edition_alone_and_all_plans_on_one_edition(digital: Path) -> None:
    everything = plans.load("measures", digital)
    own = plans.load("measures", digital, edition="2017")
    assert set(own.taxonomy) == {"2017"} and 0 < len(own) < len(everything)
    all_on_one = plans.load("measures", digital, edition="2017", crosswalk=True)
    assert set(all_on_one.taxonomy) == {"2017"}
    assert all_on_one.weight.sum() == pytest.approx(len(everything))
    assert (~all_on_one.carried_over).sum() == len(own)
    points = plans.load("taxonomy", digital, edition="2017").set_index("focus_code")
    carried = all_on_one[all_on_one.carried_over & all_on_one.focus_code.notna()]
    assert len(carried)
    for column in ("focus", "pillar", "pillar_code"):
        assert list(carried[column]) == list(points[column].loc[carried.focus_code])
    before = everything.set_index("measure_id").focus_code.loc[carried.measure_id]
    older = plans.load("taxonomy", digital, edition="2007").set_index("focus_code").counterpart
    assert all(new in older[old] for old, new in zip(before, carried.focus_code, strict=True))


def test_what_has_no_counterpart_is_kept_without_a_focus_point(
    digital: Path, tmp_path: Path
) -> None:
    for table in TABLES:
        (tmp_path / f"{table.name}.parquet").symlink_to(digital / f"{table.name}.parquet")
    measures = pd.read_parquet(digital / "measures.parquet")
    measures.loc[measures.taxonomy == "2007", "focus_code"] = None
    (tmp_path / "measures.parquet").unlink()
    measures.to_parquet(tmp_path / "measures.parquet")
    rows = plans.load("measures", tmp_path, edition="2017", crosswalk=True)
    carried = rows[rows.carried_over]
    assert len(carried) and carried.focus_code.isna().all() and carried.pillar.isna().all()
    assert rows.weight.sum() == len(plans.load("measures", tmp_path))


@pytest.mark.parametrize(
    ("table", "options", "words"),
    [
        ("measure", {}, "no table measure; there are measures"),
        ("measures", {"edition": "1999"}, "no edition 1999"),
        ("measures", {"crosswalk": True}, "no edition None"),
        ("plans", {"edition": "2017"}, "focus points"),
    ],
)
def test_what_is_not_there_is_told(
    table: str, options: dict[str, object], words: str, digital: Path
) -> None:
    with pytest.raises(ValueError, match=words):
        plans.load(table, digital, **options)


def test_without_a_dataset(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="make extract"):
        plans.load("measures", tmp_path)
