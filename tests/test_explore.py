"""The dataset as SQLite: all rows, the joined view, and questions that Datasette can answer."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from urllib.parse import urlencode

import pyarrow.parquet as pq
import pytest

from dataset.schema import TABLES
from dataset.sqlite import metadata, write
from normalize import normalize
from tests.helpers.truth_to_printed import load_truth, printed_plan, write_printed

Datasette = pytest.importorskip("datasette.app").Datasette
SITE = "http://127.0.0.1:8001/"


@pytest.fixture(scope="module")
def processed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("explore")
    truth = load_truth()
    plans = [printed_plan(truth[name]) for name in ("jiaxian-114", "public-works-112")]
    plans[0].rows[0].measures[0].units = []
    write_printed(plans, base / "interim")
    normalize(base / "interim", base / "processed", corrections_dir=None)
    write(base / "processed", base / "plans.db", SITE)
    return base / "processed"


def test_every_row_is_there_and_the_view_joins_them(processed: Path) -> None:
    with sqlite3.connect(processed.parent / "plans.db") as db:
        for table in TABLES:
            counted = db.execute(f"SELECT count(*) FROM {table.name}").fetchone()[0]
            assert counted == pq.read_metadata(processed / f"{table.name}.parquet").num_rows
        units = pq.read_metadata(processed / "measure_units.parquet").num_rows
        assert db.execute("SELECT count(*) FROM measure_rows").fetchone()[0] == units
        page, key = db.execute("SELECT page, measure_key FROM measure_rows LIMIT 1").fetchone()
        assert page.startswith(f"{SITE}review/") and page.endswith(f"#{key}")
        types = {row[1]: row[2] for row in db.execute("PRAGMA table_info(measures)")}
        assert (types["year_roc"], types["focus_score"], types["focus_code"]) == (
            "INTEGER",
            "REAL",
            "TEXT",
        )


def test_datasette_knows_the_columns_and_answers_the_questions(processed: Path) -> None:
    asked = metadata()["databases"]["plans"]

    async def answers() -> dict[str, list]:
        datasette = Datasette([str(processed.parent / "plans.db")], metadata=metadata())
        await datasette.invoke_startup()
        out = {}
        for name in asked["queries"]:
            values = urlencode({"_shape": "array", "unit": "民政課", "text": "志工"})
            path = f"{datasette.urls.query('plans', name, format='json')}?{values}"
            out[name] = (await datasette.client.get(path)).json()
        page = await datasette.client.get("/plans/measure_rows")
        assert "執行重點" in page.text and page.status_code == 200
        return out

    found = asyncio.run(answers())
    measures = pq.read_table(processed / "measures.parquet").to_pylist()
    assert sum(r["measures"] for r in found["各重點作法數"]) == len(measures)
    assert len(found["待確認"]) == sum(m["needs_review"] for m in measures) > 0
    assert len(found["全文檢索"]) == sum("志工" in m["text"] for m in measures)
    assert all("民政課" in r["unit"] for r in found["各單位負責作法"])
    assert found["各單位負責作法"] and found["年度異動"] == []
    for name, table in asked["tables"].items():
        assert table["title"] and table["columns"], name
