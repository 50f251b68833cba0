"""The static review page in a real browser: it works from the file, offline."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from extract.errors import BadInput
from review.build import build

from .conftest import run
from .test_export import packaged

pytestmark = pytest.mark.slow

CHROMIUM = next(
    (
        found
        for name in ("chromium", "chromium-browser", "google-chrome")
        if (found := shutil.which(name))
    ),
    None,
)
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
PLAN = "public-works-112.pdf"  # several findings, several pages

if CHROMIUM is None and os.environ.get("REQUIRE_BROWSER") != "1":
    pytest.skip("no Chromium on this machine", allow_module_level=True)


@pytest.fixture(scope="module")
def site(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The review page of the dataset, made by the command a user types."""
    out = tmp_path_factory.mktemp("review")
    done = run(
        "plans",
        "review",
        str(dataset),
        "--raw",
        str(dataset.parent / "raw"),
        "--interim",
        str(dataset.parent / "interim"),
        "--out",
        str(out),
    )
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture(scope="module")
def browser() -> Iterator:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        with playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"]
        ) as chromium:
            yield chromium


@pytest.fixture(params=[WIDE, NARROW], ids=["wide", "narrow"])
def page(request: pytest.FixtureRequest, browser, site: Path) -> Iterator:
    """A page that fails the test on any error in the browser and any request that goes out."""
    faults: list[str] = []
    page = browser.new_page(viewport=request.param, accept_downloads=True)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console", lambda message: faults.append(message.text) if message.type == "error" else None
    )
    page.on(
        "request",
        lambda asked: (
            None if asked.url.startswith(("file:", "blob:", "data:")) else faults.append(asked.url)
        ),
    )
    page.on("dialog", lambda dialog: dialog.accept())
    yield page
    page.close()
    assert not faults


@pytest.fixture
def plan(page, site: Path, dataset: Path):
    """The page of one plan."""
    plan_id = next(
        r["plan_id"]
        for r in pq.read_table(dataset / "plans.parquet").to_pylist()
        if r["source_file"] == PLAN
    )
    page.goto((site / f"{plan_id}.html").as_uri())
    return page


def measures(dataset: Path) -> list[dict]:
    plan_id = next(
        r["plan_id"]
        for r in pq.read_table(dataset / "plans.parquet").to_pylist()
        if r["source_file"] == PLAN
    )
    return pq.read_table(
        dataset / "measures.parquet", filters=[("plan_id", "=", plan_id)]
    ).to_pylist()


def fits(page) -> bool:
    """Whether nothing stands out of the window sideways."""
    return page.evaluate("""() => {
        const all = document.querySelectorAll('header, main, figure, article, #pages, #rows');
        const boxes = [...all].map((e) => e.getBoundingClientRect());
        return boxes.every((b) => b.right <= innerWidth + 1 && b.left >= -1)
            && document.documentElement.scrollWidth <= innerWidth;
    }""")


def test_the_index_lists_every_plan_and_filters(page, site: Path, dataset: Path) -> None:
    page.goto((site / "index.html").as_uri())
    rows = page.locator("#plans tbody tr")
    plans = pq.read_table(dataset / "plans.parquet").to_pylist()
    assert rows.count() == len(plans) and fits(page)
    page.get_by_label("搜尋").fill("三民")
    shown = [r for r in plans if "三民" in r["agency"]]
    assert page.locator("#plans tbody tr:visible").count() == len(shown) < len(plans)
    page.locator("#plans tbody tr:visible a").first.click()
    assert "三民" in page.locator("h1").inner_text()


def test_pages_are_pictures_with_every_measure_boxed(plan, dataset: Path) -> None:
    pictures = plan.locator("figure img")
    assert pictures.count() == 5
    for n in range(pictures.count()):
        pictures.nth(n).scroll_into_view_if_needed()
        plan.wait_for_function(
            """(n) => {
                const i = document.querySelectorAll('figure img')[n];
                return i.complete && i.naturalWidth > 500;
            }""",
            arg=n,
        )
    boxed = set(plan.locator("rect.measure").evaluate_all("(all) => all.map((r) => r.dataset.key)"))
    assert boxed == {m["measure_id"] for m in measures(dataset)}
    assert all(
        plan.locator(f"rect.{kind}").count() for kind in ("unit", "pillar", "focus")
    ) and fits(plan)


def test_pointing_at_a_row_lights_its_box_and_the_other_way(plan, dataset: Path) -> None:
    first, second = (m["measure_id"] for m in measures(dataset)[:2])
    lit = """(key) => [...document.querySelectorAll('.on')]
        .filter((e) => e.dataset.key === key).map((e) => e.tagName.toLowerCase())"""
    plan.locator(f"article[data-key='{first}'] .text").hover()
    assert {"rect", "article"} <= set(plan.evaluate(lit, first))
    plan.locator(f"rect.measure[data-key='{second}']").first.hover()
    assert {"rect", "article"} <= set(plan.evaluate(lit, second)) and not plan.evaluate(lit, first)


def test_a_click_on_a_box_brings_its_row_and_back(plan, dataset: Path) -> None:
    last = measures(dataset)[-1]["measure_id"]
    inside = """(e) => {
        const b = e.getBoundingClientRect();
        const p = e.closest('#pages, #rows').getBoundingClientRect();
        return b.top < p.bottom && b.bottom > p.top;
    }"""
    row, box = (
        plan.locator(f"article[data-key='{last}']"),
        plan.locator(f"rect.measure[data-key='{last}']").first,
    )
    assert not row.evaluate(inside)
    box.scroll_into_view_if_needed()
    box.click()
    assert row.evaluate(inside) and "chosen" in row.get_attribute("class")
    plan.evaluate("document.querySelector('#pages').scrollTo(0, 0)")
    assert not box.evaluate(inside)
    row.locator(".text").click()
    assert box.evaluate(inside)


def test_filters_leave_what_fits(plan, dataset: Path) -> None:
    rows = measures(dataset)
    plan.get_by_label("只看待確認").check()
    shown = plan.locator("article:visible").evaluate_all("(all) => all.map((a) => a.dataset.key)")
    assert set(shown) == {m["measure_id"] for m in rows if m["needs_review"]} != set()
    assert plan.locator("rect.measure.dim").count() > 0
    plan.get_by_label("只看待確認").uncheck()
    plan.locator("select[name=codes]").select_option("numbering_gap")
    assert 0 < plan.locator("article:visible").count() < len(rows)


def test_the_keyboard_goes_from_doubt_to_doubt(plan, dataset: Path) -> None:
    doubtful = [m["measure_id"] for m in measures(dataset) if m["needs_review"]]
    for key, expected in (("n", doubtful[0]), ("n", doubtful[1]), ("p", doubtful[0])):
        plan.keyboard.press(key)
        assert plan.locator("article.chosen").get_attribute("data-key") == expected
    plan.keyboard.press("?")
    assert plan.locator("#keys").is_visible()
    plan.keyboard.press("Escape")
    plan.keyboard.press("/")
    assert plan.evaluate("document.activeElement.name") == "text"


def test_it_is_read_only_and_its_anchors_are_the_measures_keys(plan, dataset: Path) -> None:
    key = measures(dataset)[-1]["measure_key"]
    plan.goto(f"{plan.url}#{key}")
    assert plan.locator("article.chosen").get_attribute("id") == key
    assert not plan.locator(".correct, .confirm, #form, #desk").count()


def test_pictures_are_drawn_once_and_pages_of_plans_that_are_gone_go(
    site: Path, dataset: Path
) -> None:
    pictures = {p: p.stat().st_mtime_ns for p in (site / "pages").rglob("*.webp")}
    assert pictures and sum(p.stat().st_size for p in pictures) / len(pictures) < 200_000
    (site / "0123456789ab.html").write_text("gone")
    again = build(dataset, dataset.parent / "raw", dataset.parent / "interim", site)
    assert (
        again.drawn == 0
        and again.pages == len(pictures)
        and {p: p.stat().st_mtime_ns for p in pictures} == pictures
    )
    assert not (site / "0123456789ab.html").exists()


def test_a_file_that_failed_is_not_drawn_again(dataset: Path, tmp_path: Path) -> None:
    """It has no rows to look at, and may have cost all the time that it was given."""
    plans = pq.read_table(dataset / "plans.parquet")
    at = plans["source_file"].to_pylist().index(PLAN)
    packaged(dataset, tmp_path, plans["plan_id"][at].as_py())
    one = pq.read_table(tmp_path / "plans.parquet")
    for status, drawn in (("failed", 0), ("ok", one["pages"][0].as_py())):
        changed = one.set_column(one.schema.get_field_index("status"), "status", [[status]])
        pq.write_table(changed, tmp_path / "plans.parquet")
        raw, interim = dataset.parent / "raw", dataset.parent / "interim"
        assert build(tmp_path, raw, interim, tmp_path / "site", 1).drawn == drawn


def test_without_pdf_or_dataset_it_says_so(dataset: Path, tmp_path: Path) -> None:
    bare = build(dataset, tmp_path / "nothing", dataset.parent / "interim", tmp_path / "site")
    assert bare.pages == 0 and len(bare.without_pages) == bare.plans
    with pytest.raises(BadInput, match="no dataset"):
        build(tmp_path, tmp_path, tmp_path, tmp_path / "site")
