"""`sources.csv`: where the filed plans were published."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from extract.errors import BadInput
from normalize.across.sources import HEADER, read_sources
from normalize.pipeline import normalize

from .helpers.truth_to_printed import load_truth, printed_plan, write_printed

URL = "https://example.gov.tw/plan.pdf"


def written(folder: Path, *lines: str) -> Path:
    path = folder / "sources.csv"
    path.write_text("\n".join([",".join(HEADER), *lines]), "utf-8")
    return path


def test_a_plan_tells_where_it_was_published(tmp_path: Path) -> None:
    slugs = ("jiaxian-114", "sanmin-114")
    write_printed([printed_plan(load_truth()[slug]) for slug in slugs], tmp_path / "interim")
    sources = written(tmp_path, f"jiaxian-114.pdf,{URL},2025-03-01,", "gone.pdf,,,")
    out = tmp_path / "out"
    normalize(tmp_path / "interim", out, corrections_dir=None, sources=sources)
    plans = pq.read_table(out / "plans.parquet").to_pylist()
    facts = {
        p["source_file"]: (p["source_url"], p["source_date"], p["source_licence"]) for p in plans
    }
    assert facts == {
        "jiaxian-114.pdf": (URL, "2025-03-01", None),
        "sanmin-114.pdf": (None, None, None),
    }


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("a.pdf,ftp://x,,", ":2: no address"),
        ("a.pdf,,114-03-01x,", ":2: no date"),
        (f",{URL},,", ":2: no file"),
        ("a.pdf,,,\na.pdf,,,", ":3: the file is listed twice"),
    ],
)
def test_a_faulty_line_is_named(line: str, fault: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=fault):
        read_sources(written(tmp_path, line))


def test_another_header_is_refused_and_no_list_is_none(tmp_path: Path) -> None:
    (tmp_path / "sources.csv").write_text("name,link\n", "utf-8")
    with pytest.raises(BadInput, match="header"):
        read_sources(tmp_path / "sources.csv")
    assert read_sources(tmp_path / "none.csv") == read_sources(None) == {}
