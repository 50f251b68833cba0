"""The desk in a real browser: what a person does by keyboard is kept, whatever happens."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from normalize import normalize
from normalize.reviewed import read_corrections
from plans.__main__ import main

from .conftest import ROOT
from .test_review import CHROMIUM, NARROW, WIDE, fits

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.slow

if CHROMIUM is None and os.environ.get("REQUIRE_BROWSER") != "1":
    pytest.skip("no Chromium on this machine", allow_module_level=True)

FILES = ("public-works-112.pdf", "sanmin-114.pdf", "sanmin-114__ming.pdf")
Row = dict[str, Any]


@pytest.fixture(scope="module")
def base(digital: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three plans with doubts of several kinds, two of them filings of one plan."""
    base = tmp_path_factory.mktemp("desk")
    (base / "interim").mkdir()
    (base / "raw").mkdir()
    for plan in pq.read_table(digital / "plans.parquet").to_pylist():
        if plan["source_file"] in FILES:
            record = f"{plan['sha256']}.json"
            shutil.copy2(digital.parent / "interim" / record, base / "interim" / record)
            shutil.copy(digital.parent / "raw" / plan["source_file"], base / "raw")
    normalize(base / "interim", base / "processed", corrections_dir=None)
    return base


@pytest.fixture(scope="module")
def server(base: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The desk, started by the command a user types; its address."""
    options = [f"--{name}={base / name}" for name in ("raw", "interim", "corrections")]
    command = [sys.executable, "-m", "plans", "serve", str(base / "processed"), *options]
    command += ["--port=0", "--who=王小明"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found is not None
        yield found[0], process
        process.kill()


@pytest.fixture(scope="module")
def page(server: tuple[str, Any]) -> Iterator:
    """One page for all tests; it may meet no error and ask no other address."""
    from playwright.sync_api import sync_playwright

    faults: list[str] = []
    with sync_playwright() as playwright:
        options = {"executable_path": CHROMIUM, "args": ["--no-sandbox"]}
        with playwright.chromium.launch(**options) as browser:
            page = browser.new_context(viewport=WIDE, base_url=server[0]).new_page()
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.on("dialog", lambda dialog: faults.append(dialog.message))
            page.on("request", lambda r: r.url.startswith(server[0]) or faults.append(r.url))
            yield page
    assert not faults


@pytest.fixture(autouse=True)
def afresh(base: Path, server: tuple[str, Any], request: pytest.FixtureRequest) -> None:
    """Nothing is decided, and the tab remembers nothing to take back."""
    shutil.rmtree(base / "corrections", ignore_errors=True)
    page = request.getfixturevalue("page")
    page.goto("/")
    page.evaluate("sessionStorage.clear()")


def chosen(page) -> str:
    return page.locator("article.chosen").get_attribute("data-key")


def published(base: Path) -> dict[str, Row]:
    rows = pq.read_table(base / "processed" / "measures.parquet").to_pylist()
    return {m["measure_id"]: m for m in rows}


def press(page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def first_doubt(page, code: str) -> str:
    """From the index to the first doubt of a kind; the measure's identifier."""
    press(page, "n")
    page.wait_for_url("**/plan/**")
    while code not in (page.locator("article.chosen").get_attribute("data-codes") or ""):
        before = chosen(page)
        press(page, "n")
        page.locator(f"article.chosen:not([data-key='{before}'])").wait_for()
    return chosen(page)


def test_a_focus_point_is_corrected_from_the_index_in_three_strokes(page, base: Path) -> None:
    # The plan whose first doubt is a focus point is the first one once the others are done.
    for row in published(base).values():
        if row["needs_review"] and "focus_inferred" not in row["doubts"]:
            item = {"measure_id": row["measure_id"]}
            decision = {"who": "x", "action": "confirm", "items": [item]}
            page.evaluate("(decision) => ask('/decisions', decision)", decision)
    page.goto("/")
    press(page, "n")
    page.wait_for_url("**/plan/**")
    key = chosen(page)
    before = published(base)[key]["focus_code"]
    press(page, "c", "1")
    row = page.locator(f"article[data-key='{key}']")
    row.get_by_text("已更正").wait_for()
    after = row.locator(".code").inner_text()
    assert after != before and chosen(page) != key  # the next doubt already
    raw, interim = str(base / "raw"), str(base / "interim")
    assert main(["extract", raw, "--out", interim, "--workers", "1"]) == 0
    out = ["--out", str(base / "processed"), "--corrections", str(base / "corrections")]
    assert main(["normalize", interim, *out]) == 0
    now = published(base)[key]
    assert (now["focus_code"], now["focus_basis"], now["corrected"]) == (
        after,
        "corrected",
        ["focus_code"],
    )
    normalize(base / "interim", base / "processed", corrections_dir=None)


def test_confirming_goes_on_a_reload_loses_nothing_and_undo_takes_back(page, base: Path) -> None:
    first = first_doubt(page, "focus_inferred")
    left = int(page.locator("#left").inner_text())
    press(page, "y", "y")
    expect(page.locator("#left")).to_have_text(f"{left - 2}")
    third = chosen(page)
    page.reload()
    assert page.locator("#left").inner_text() == str(left - 2)
    assert "已核對" in page.locator(f"article[data-key='{first}']").inner_text()
    press(page, "u", "u")
    expect(page.locator("#left")).to_have_text(f"{left}")
    assert chosen(page) == first != third
    assert not read_corrections(base / "corrections")
    # In the middle of a correction the tab is closed: what was saved before stays.
    press(page, "y", "c")
    page.locator("#form[open]").wait_for()
    page.goto("/")
    assert page.locator("#left").inner_text() == str(left - 1)


def test_equal_doubts_are_settled_by_one_stroke(page, base: Path) -> None:
    page.goto("/doubts")
    groups = page.locator(".doubt")
    count, rows = groups.count(), groups.first.locator("li").count()
    assert rows >= 3
    groups.first.locator("input").first.uncheck()
    groups.first.focus()
    press(page, "y")
    expect(groups).to_have_count(count - 1)
    assert len(read_corrections(base / "corrections")) == rows - 1
    press(page, "u")
    expect(groups).to_have_count(count)
    expect(groups.first).to_be_focused()  # the page has been loaded again
    press(page, "c", "1")
    expect(groups).to_have_count(count - 1)
    lines = read_corrections(base / "corrections")
    assert len({c.new for c in lines if c.column == "focus_code"}) == 1
    assert len({c.measure_id for c in lines}) == rows


def test_a_second_tab_sees_the_decision_and_cannot_overrule_it_unseen(page, base: Path) -> None:
    key = first_doubt(page, "focus_inferred")
    other = page.context.new_page()
    other.goto(page.url)
    press(page, "c", "1")
    page.locator(f"article[data-key='{key}']").get_by_text("已更正").wait_for()
    press(other, "c", "2")
    other.get_by_text("剛才已有別的決定").wait_for()
    assert "已更正" in other.locator(f"article[data-key='{key}']").inner_text()
    other.close()
    lines = [c for c in read_corrections(base / "corrections") if c.column == "focus_code"]
    assert len(lines) == 1


def test_the_resting_pointer_does_not_choose(page) -> None:
    first_doubt(page, "focus_inferred")
    page.locator("#rows article").nth(1).hover()
    lit = "[...document.querySelectorAll('article.on')].map((a) => a.dataset.key)"
    for key in "jjjjjjkkkjjj":
        press(page, key)
        assert page.evaluate(lit) == [chosen(page)]


def test_search_facets_and_permalink(page, base: Path) -> None:
    volunteers = [m for m in published(base).values() if "志工" in m["text"]]
    page.get_by_role("link", name="搜尋", exact=True).click()
    page.locator("input[name=text]").fill("志工")
    press(page, "Enter")
    page.get_by_text(f"{len(volunteers)} 項措施").wait_for()
    assert page.locator("mark").first.inner_text() == "志工"
    picture = page.locator("svg.crop image").first.get_attribute("href")
    assert page.request.get(picture).headers["content-type"] == "image/webp"
    page.get_by_text("版本", exact=True).click()
    page.locator("aside a", has_text="舊版").click()
    page.wait_for_url("**filing=superseded**")
    superseded = [m for m in volunteers if m["plan_id"] != volunteers[0]["plan_id"]]
    assert page.locator(".hit").count() in (len(superseded), len(volunteers) - len(superseded))
    with page.expect_download() as waiting:
        page.get_by_role("link", name="下載 CSV").click()
    text = waiting.value.path().read_text("utf-8-sig")
    assert text.count("高雄市三民區公所") >= page.locator(".hit").count()
    press(page, "j", "Enter")
    page.wait_for_url("**/plan/**#**")
    assert chosen(page) in {m["measure_id"] for m in volunteers}


def test_hostile_text_is_text(page, base: Path) -> None:
    key = first_doubt(page, "focus_inferred")
    hostile = "<img src=x onerror=alert(1)></script>=1+1"
    press(page, "c")
    page.locator("#form [name=column]").select_option("text")
    page.locator("#form [name=new]").fill(hostile)
    press(page, "Control+Enter")
    page.locator(f"article[data-key='{key}'] .text").get_by_text(hostile).wait_for()
    page.reload()
    assert hostile in page.locator(f"article[data-key='{key}'] .text").inner_text()


def test_a_foreign_page_can_neither_read_nor_write(page, base: Path, server: tuple) -> None:
    foreign = page.context.new_page()
    foreign.goto("data:text/html,<p>x")
    told = foreign.evaluate(
        """async (url) => {
            const send = (path, more) =>
                fetch(url + path, more).then((a) => a.text(), () => "blocked");
            const post = { method: "POST", body: "{}" };
            const json = { ...post, headers: { "content-type": "application/json" } };
            const plain = { ...post, mode: "no-cors" };
            const asked = [["status"], ["decisions", json], ["decisions", plain]];
            return Promise.all(asked.map((a) => send(...a)));
        }""",
        server[0],
    )
    foreign.close()
    assert told[:2] == ["blocked", "blocked"] and told[2] in ("", "blocked")
    assert not (base / "corrections").exists()


CONTRAST = """() => {
    // WCAG 2.2: relative luminance; a text's ground is the nearest that is not transparent.
    const parts = (c) => c.match(/[\\d.]+/g).map(Number);
    const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
        .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
    const ground = (e) => {
        for (let n = e; n; n = n.parentElement) {
            const c = parts(getComputedStyle(n).backgroundColor);
            if (c.length < 4 || c[3] > 0.5) return c;
        }
        return [255, 255, 255];
    };
    const poor = new Set();
    for (const e of document.querySelectorAll('body *')) {
        const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
        if (!own || !e.getClientRects().length || e.closest('svg, :disabled')) continue;
        const both = [parts(getComputedStyle(e).color), ground(e)].map(light);
        const [a, b] = both.sort((x, y) => y - x);
        if ((a + 0.05) / (b + 0.05) < 4.5) {
            poor.add(`${e.tagName}.${e.className} ${e.textContent.slice(0, 20)}`);
        }
    }
    return [...poor];
}"""


@pytest.mark.parametrize("window", [WIDE, NARROW], ids=["wide", "narrow"])
def test_every_page_fits_and_can_be_read(page, window: Row) -> None:
    page.set_viewport_size(window)
    first_doubt(page, "focus_inferred")
    for path in (page.url, "/", "/doubts", "/search"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert page.evaluate(CONTRAST) == [], path
    page.goto("/")
    assert fits(page)
    page.set_viewport_size(WIDE)


def test_a_killed_desk_leaves_whole_lines(base: Path, server: tuple[str, Any]) -> None:
    """The last test: the server is killed while decisions pour in; all it has answered stand."""
    address, process = server
    host = address.removeprefix("http://").rstrip("/")
    rows = list(published(base).values())[:150]
    answered: list[str] = []

    def pour() -> None:
        ask = http.client.HTTPConnection(host)
        ask.request("GET", "/status")
        csrf = json.loads(ask.getresponse().read())["csrf"]
        headers = {"origin": f"http://{host}", "x-csrf-token": csrf}
        headers["content-type"] = "application/json"
        try:
            for row in rows:
                items = [{"measure_id": row["measure_id"]}]
                body = json.dumps({"action": "confirm", "who": "王", "items": items})
                ask.request("POST", "/decisions", body, headers)
                assert ask.getresponse().read()
                answered.append(row["measure_id"])
        except (OSError, http.client.HTTPException):
            pass  # it is dead

    pouring = threading.Thread(target=pour)
    pouring.start()
    while len(answered) < 5:
        pouring.join(0.02)
    os.kill(process.pid, signal.SIGKILL)
    pouring.join()
    kept = {c.measure_id for c in read_corrections(base / "corrections")}
    assert 5 <= len(answered) < len(rows) and set(answered) <= kept
