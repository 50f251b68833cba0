"""A plan's rows hang on its record, the vocabulary and the examples, not on who else has filed."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from normalize import examples as command
from normalize.matching.examples import read_examples, released
from normalize.pipeline import normalize
from normalize.vocabulary.files import DATA
from normalize.vocabulary.taxonomy import edition
from tests.helpers.truth_to_printed import load_truth, printed_plan, write_printed

PLANS = {slug: printed_plan(truth) for slug, truth in sorted(load_truth().items())}
OF_A_PLAN = ("measures", "measure_units", "plans", "sections", "findings")


def made(slugs: list[str], folder: Path) -> dict[str, pa.Table]:
    """The tables of a run over these plans alone."""
    tables: dict[str, pa.Table] = {}
    write_printed([PLANS[slug] for slug in slugs], folder / "interim")
    normalize(folder / "interim", folder / "out", corrections_dir=None, gate=tables.update)
    return tables


ASIDE = ("extracted_at", "family_id")


def rows(tables: dict[str, pa.Table], slug: str) -> dict[str, bytes]:
    """The rows of one plan as bytes; when its record was written and its families aside."""
    out = {}
    for name in OF_A_PLAN:
        mine = tables[name].filter(pc.equal(tables[name]["plan_id"], PLANS[slug].sha256[:12]))
        mine = mine.drop_columns(
            [c for c in ("extracted_at", "family_id") if c in mine.column_names]
        )
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, mine.schema) as writer:
            writer.write_table(mine.combine_chunks())
        out[name] = sink.getvalue().to_pybytes()
    return out


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bytes]]:
    tables = made(list(PLANS), tmp_path_factory.mktemp("together"))
    inferred = pc.equal(tables["measures"]["focus_basis"], "inferred")
    assert pc.sum(inferred).as_py() > 50, "nothing here that could hang on other plans"
    return {slug: rows(tables, slug) for slug in PLANS}


ALONE = [["public-works-112"]]  # whose focus points are stacked: all are inferred
ONE_LEFT_OUT = [[s for s in PLANS if s != left_out] for left_out in PLANS]


@pytest.mark.parametrize("filed", ALONE + ONE_LEFT_OUT, ids="+".join)
def test_the_rows_of_a_plan_are_the_same_bytes_whichever_others_are_filed(
    filed: list[str], together: dict[str, dict[str, bytes]], tmp_path: Path
) -> None:
    tables = made(filed, tmp_path)
    assert {slug: rows(tables, slug) for slug in filed} == {s: together[s] for s in filed}


def test_the_released_examples_are_the_hand_checked_assignments(tmp_path: Path) -> None:
    """Made by the command from the truth of the filed plans; and each plan names their version."""
    write_printed(PLANS.values(), tmp_path / "interim")
    (tmp_path / "examples-2001-01-01.csv").write_text("an older one", "utf-8")
    arguments = [str(tmp_path / "interim"), "--out", str(tmp_path), "--date", "2002-02-02"]
    assert command.main(arguments) == 0
    (file,) = tmp_path.glob("examples-*.csv")
    version, examples = released()
    assert file.name == "examples-2002-02-02.csv" and read_examples(file) == examples
    assert (DATA / f"{version}.csv").is_file()
    assert all(e.focus_code in edition(e.taxonomy).by_code for e in examples)
    tables = made(["jiaxian-114"], tmp_path / "one")
    assert tables["plans"]["examples_version"].to_pylist() == [version]


def test_a_malformed_line_is_named(tmp_path: Path) -> None:
    file = tmp_path / "examples-2026-01-01.csv"
    file.write_text("taxonomy,focus_code,agency,year_roc,text\n2017,1.1,高雄市政府\n", "utf-8")
    with pytest.raises(ValueError, match="examples-2026-01-01.csv:2: 3 values"):
        read_examples(file)


def test_without_a_plan_that_prints_its_focus_points_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "interim").mkdir()
    assert command.main([str(tmp_path / "interim"), "--out", str(tmp_path)]) == 2
    assert not list(tmp_path.glob("*.csv"))
