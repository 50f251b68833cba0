"""How long a search at the desk takes over many measures, and how long a decision takes by hand.

python -m benchmarks.desk search data/processed    # made of its measures, 200,000 and 2 million
python -m benchmarks.desk review http://127.0.0.1:8321/    # a desk that is open; it decides!
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dataset.publish import write_table
from dataset.schema import MEASURES
from desk.library import Release
from desk.search import Query, search

SIZES = (200_000, 2_000_001)  # above two millions a table is divided by year
ASKED = (Query("志工"), Query("台灣 服務"), Query(), Query("", {"unit": ("民政課",)}))


def made(processed: Path, rows: int, out: Path) -> None:
    """A release whose measures are those of `processed` again and again, each with a number."""
    base = pq.read_table(processed / "measures.parquet")
    parts, number = [], 0
    while number < rows:
        part = base.slice(0, min(base.num_rows, rows - number))
        numbers = pa.array(map(str, range(number, number + part.num_rows)))
        again = pa.array([f"{number:08x}"] * part.num_rows)  # plans of their own, in order
        plans = pc.binary_join_element_wise(again, part["plan_id"].cast(pa.string()), "")
        part = part.set_column(
            part.column_names.index("plan_id"), part.schema.field("plan_id"), plans
        )
        for name in ("measure_id", "measure_key", "text_folded", "text"):
            at = part.column_names.index(name)
            changed = pc.binary_join_element_wise(part[name].cast(pa.string()), numbers, "")
            part = part.set_column(at, part.schema.field(name), changed)
        parts.append(part)
        number += part.num_rows
    out.mkdir()
    write_table(MEASURES, pa.concat_tables(parts), out / "measures.parquet")
    for name in ("plans", "findings"):
        pq.write_table(pq.read_table(processed / f"{name}.parquet"), out / f"{name}.parquet")


def searches(processed: Path) -> None:
    """Print the median of five searches each, in milliseconds."""
    for rows in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            made(processed, rows, Path(folder) / "release")
            release = Release(Path(folder) / "release")
            for query in ASKED:
                times = []
                for _ in range(5):
                    start = time.perf_counter()
                    found = search(release, query)
                    times.append(time.perf_counter() - start)
                took = sorted(times)[2] * 1000
                print(
                    f"{rows} measures, {query.string() or 'all'}: {found.total} hits, {took:.0f} ms"
                )


def review(address: str) -> None:
    """Decide on every doubtful row by keyboard: each third is corrected, the others are right."""
    from playwright.sync_api import sync_playwright

    strokes = decisions = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(address)
        left = int(page.locator("#left").inner_text())
        total, start = left, time.perf_counter()
        page.keyboard.press("n")
        strokes += 1
        while left:
            page.locator("article.chosen[data-review='1']").wait_for()
            doubt = page.locator("article.chosen").get_attribute("data-codes") or ""
            keys = ("c", "1") if decisions % 3 == 2 and "focus_inferred" in doubt else ("y",)
            for key in keys:
                page.keyboard.press(key)
            strokes, decisions = strokes + len(keys), decisions + 1
            page.locator(f"#left:not(:text-is('{left}'))").wait_for()
            page.wait_for_load_state()
            left = int(page.locator("#left").inner_text())
        seconds = time.perf_counter() - start
        browser.close()
    print(f"{total} doubtful rows, {decisions} decisions, {strokes} strokes, {seconds:.1f} s:")
    print(f"{seconds / decisions:.2f} s and {strokes / decisions:.2f} strokes a decision")


if __name__ == "__main__":
    task, where = sys.argv[1:]
    review(where) if task == "review" else searches(Path(where))
