"""The desk without a browser: what it answers, what it refuses, what stands on disk."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import threading
from copy import deepcopy
from html import escape
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from msgspec.structs import replace

from extract.model import PrintedPlan
from normalize import normalize
from normalize.reviewed import Correction, read_corrections
from tests.helpers.truth_to_printed import load_truth, printed_plan, write_printed

pytest.importorskip("starlette")
TestClient = pytest.importorskip("starlette.testclient").TestClient

from desk.app import application  # noqa: E402
from desk.decisions.candidates import choices  # noqa: E402
from desk.decisions.doubts import groups  # noqa: E402
from desk.decisions.journal import Journal, Overtaken  # noqa: E402
from desk.guard import Guard  # noqa: E402
from desk.search import Query, pieces, search  # noqa: E402
from desk.serve import Settings, assemble  # noqa: E402

HOST = "127.0.0.1:8321"
HOSTILE = "<script>alert(1)</script>"
Row = dict[str, Any]


def plans() -> list[PrintedPlan]:
    """Two plans, one of them filed twice: stacked focus cells, measures without units, and text
    that would be code in a page or a spreadsheet."""
    first = printed_plan(load_truth()["public-works-112"])
    other = printed_plan(load_truth()["jiaxian-114"])
    measures = [m for r in first.rows for m in r.measures]
    for m in measures[:3]:
        m.units = []
    measures[4].paragraphs[0].text = f"=1+1 {HOSTILE} 臺灣志工"
    measures[4].title = None
    return [first, replace(deepcopy(first), sha256="f" * 64), other]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("desk")
    write_printed(plans(), base / "interim")
    normalize(base / "interim", base / "processed", corrections_dir=None)
    return base


class Hand:
    """Somebody at the desk: requests as a page of the desk sends them."""

    def __init__(self, base: Path) -> None:
        self.base, self.corrections = base, base / "corrections"
        settings = Settings(
            base / "processed", base / "raw", base / "interim", self.corrections, "王小明"
        )
        self.desk = assemble(settings)
        guarded = Guard(application(self.desk), {HOST}, self.desk.csrf)
        self.client = TestClient(guarded, base_url=f"http://{HOST}")

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(path, headers=headers, follow_redirects=False)

    def post(self, path: str, body: Row, **headers: str) -> Any:
        usual = {"origin": f"http://{HOST}", "x-csrf-token": self.desk.csrf}
        return self.client.post(path, json=body, headers=usual | headers)

    def decide(self, rows: list[Row], action: str = "confirm", **more: Any) -> Any:
        items = [{"measure_id": m["measure_id"], "measure_key": m["measure_key"]} for m in rows]
        return self.post("/decisions", {"action": action, "who": "王", "items": items} | more)

    def rows(self) -> list[Row]:
        rows: list[Row] = pq.read_table(self.base / "processed/measures.parquet").to_pylist()
        return rows

    def open(self) -> list[Row]:
        return self.desk.work.open(self.desk.library.release())

    def publish(self) -> list[Row]:
        self.desk.publisher.run(lambda done, total: None)
        return self.rows()

    def lines(self) -> list[Correction]:
        return read_corrections(self.corrections)


@pytest.fixture
def hand(published: Path, tmp_path: Path) -> Hand:
    shutil.copytree(published, tmp_path / "base", symlinks=True)
    return Hand(tmp_path / "base")


def test_a_decision_is_on_disk_before_it_is_answered_and_stands_in_the_next_run(hand: Hand) -> None:
    row = next(m for m in hand.open() if "focus_inferred" in m["doubts"])
    new = choices(row)["focus_code"]["codes"][0]
    answer = hand.decide([row], "correct", column="focus_code", new=new)
    assert answer.status_code == 200
    line = next(c for c in hand.lines() if c.column == "focus_code")
    assert (line.measure_id, line.old, line.new, line.who) == (
        row["measure_id"],
        row["focus_code"],
        new,
        "王",
    )
    assert line.measure_key == row["measure_key"] and line.date[:2] == "20"
    shown = answer.json()["rows"][row["measure_id"]]["html"]
    now = next(m for m in hand.publish() if m["measure_id"] == row["measure_id"])
    assert (now["focus_code"], now["focus_basis"], now["focus_score"]) == (new, "corrected", 1.0)
    assert "已更正" in shown and f">{new}<" in shown
    # What the desk showed before the run is what the run gives.
    fresh = Hand(hand.base)
    again = fresh.get(f"/plan/{row['plan_id']}").text
    assert fresh.desk.work.progress(fresh.desk.library.release())["left"] == len(fresh.open())
    assert "已更正" in again


def test_what_is_shown_after_a_decision_is_what_the_next_run_gives(hand: Hand) -> None:
    before = {m["measure_id"]: m for m in hand.rows()}
    opened = hand.open()
    first, second, third, *rest = opened
    hand.decide([first])
    hand.decide([second], "correct", column="units", new="民政課、秘書室")
    hand.decide([third], "correct", column="text", new="另一段文字")
    hand.decide(rest[:2], "correct", column="focus_code", new="1.1")
    overlay = hand.desk.work.overlay()
    names = ("focus_code", "focus", "focus_basis", "focus_score", "pillar_code", "pillar")
    names += ("text", "units", "corrected", "confirmed", "doubts", "needs_review")
    shown = {i: {c: overlay.measure(m)[c] for c in names} for i, m in before.items()}
    left = {m["measure_id"] for m in hand.open()}
    published = {m["measure_id"]: {c: m[c] for c in names} for m in hand.publish()}
    assert shown == published and any(
        shown[i] != {c: m[c] for c in names} for i, m in before.items()
    )
    assert left == {i for i, m in published.items() if m["needs_review"]}


def test_a_filing_of_the_same_plan_is_decided_with_it(hand: Hand) -> None:
    row = hand.open()[0]
    twins = [m for m in hand.rows() if m["measure_key"] == row["measure_key"]]
    assert len(twins) == 2
    before = len(hand.open())
    answer = hand.decide([row]).json()
    assert set(answer["rows"]) == {m["measure_id"] for m in twins}
    assert answer["progress"]["left"] == before - 2 and answer["progress"]["done"] == 2


def test_confirmed_rows_are_left_out_and_the_next_one_is_named(hand: Hand) -> None:
    first, second = hand.open()[:2]
    answer = hand.decide([first]).json()
    assert answer["next"].endswith(second["measure_key"])
    assert hand.get("/next").json()["next"].endswith(second["measure_key"])
    while rows := hand.open():
        answer = hand.decide(rows).json()
    assert answer["next"] is None and answer["progress"]["left"] == 0
    assert not any(m["needs_review"] for m in hand.publish())


def test_a_decision_is_taken_back_and_what_it_replaced_stands_again(hand: Hand) -> None:
    row = hand.open()[0]
    first = hand.decide([row], "correct", column="units", new="民政課").json()
    kept = hand.lines()
    second = hand.decide([row], "correct", column="units", new="秘書室").json()
    assert [(c.old, c.new) for c in hand.lines()] == [("", "秘書室")]
    assert hand.post("/undo", {"id": first["id"]}).status_code == 409  # decided anew since
    assert hand.post("/undo", {"id": second["id"]}).status_code == 200
    assert [(c.new, c.date) for c in hand.lines()] == [(c.new, c.date) for c in kept]
    assert hand.post("/undo", {"id": second["id"]}).status_code == 409


def test_two_tabs_do_not_overrule_each_other_unseen(hand: Hand) -> None:
    row = hand.open()[0]
    item = {"measure_id": row["measure_id"], "seen": {"units": ""}}
    body = {"action": "correct", "who": "王", "column": "units", "items": [item]}
    assert hand.post("/decisions", body | {"new": "民政課"}).status_code == 200
    late = hand.post("/decisions", body | {"new": "秘書室"})
    assert late.status_code == 409 and "民政課" in late.json()["rows"][row["measure_id"]]["html"]
    assert [c.new for c in hand.lines()] == ["民政課"]


@pytest.mark.parametrize(
    "body",
    [
        {"action": "correct", "column": "focus_code", "new": "9.9"},
        {"action": "correct", "column": "focus_code", "new": "1"},
        {"action": "correct", "column": "measure_id", "new": "x"},
        {"action": "correct", "column": "plan_id", "new": "../x"},
        {"action": "delete"},
        {"action": "confirm", "who": " "},
        {"action": "confirm", "items": [{"measure_id": "../../etc/passwd"}]},
        {"action": "confirm", "items": []},
        {"action": "correct", "items": [], "plan_id": "../../x", "column": "agency", "new": "x"},
        {"action": "confirm", "items": "all"},
    ],
)
def test_what_cannot_be_decided_is_refused_and_nothing_is_written(hand: Hand, body: Row) -> None:
    items = [{"measure_id": hand.open()[0]["measure_id"]}]
    answer = hand.post("/decisions", {"who": "王", "items": items} | body)
    assert answer.status_code in (409, 422) and answer.json()["error"]
    assert not hand.lines() and not list(hand.base.rglob("*.csv"))


@pytest.mark.parametrize(
    "headers, status",
    [
        ({}, 200),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": ""}, 403),
        ({"x-csrf-token": "x"}, 403),
        ({"content-type": "text/plain"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"host": "evil.example"}, 421),
    ],
)
def test_only_the_desks_own_pages_write(hand: Hand, headers: Row, status: int) -> None:
    items = [{"measure_id": hand.open()[0]["measure_id"]}]
    body = {"action": "confirm", "who": "王", "items": items}
    answer = hand.post("/decisions", body, **headers)
    assert answer.status_code == status and bool(hand.lines()) == (status == 200)


def test_a_page_of_another_name_reads_nothing(hand: Hand) -> None:
    for path in ("/", "/status", "/search.csv"):
        answer = hand.get(path, host="evil.example:8321")
        assert answer.status_code == 421 and "csrf" not in answer.text


def test_another_address_than_loopback_asks_for_its_token(hand: Hand) -> None:
    guarded = Guard(application(hand.desk), {HOST}, hand.desk.csrf, token="geheim")
    client = TestClient(guarded, base_url=f"http://{HOST}", follow_redirects=False)
    assert client.get("/status").status_code == 401
    assert client.get("/status?token=x").status_code == 401
    let_in = client.get("//evil.example/?token=geheim")
    assert (let_in.status_code, let_in.headers["location"]) == (303, "/")
    assert "httponly" in let_in.headers["set-cookie"].lower()
    assert client.get("/status").status_code == 200


def test_no_address_leads_to_the_file_system(hand: Hand) -> None:
    for path in (
        "/static/../app.py",
        "/static/%2e%2e%2fbuild.py",
        "/static/..%5cbuild.py",
        "/static/base.html",
        "/plan/%2e%2e%2f%2e%2e",
        "/page/%2e%2e/1.webp",
        "/page/x/1.webp",
        "/page/ffffffffffff/99.webp",
        "/measure/x",
    ):
        assert hand.get(path).status_code == 404, path


def test_pages_run_no_script_but_their_own(hand: Hand) -> None:
    plan_id = hand.open()[0]["plan_id"]
    for path in ("/", f"/plan/{plan_id}", "/doubts", "/search?text=%3Cscript%3E", "/search"):
        answer = hand.get(path)
        assert answer.status_code == 200
        policy = answer.headers["content-security-policy"]
        assert "script-src 'self';" in policy and "unsafe" not in policy
        assert HOSTILE not in answer.text and "onclick" not in answer.text
        assert "style=" not in answer.text
    assert "&lt;script&gt;alert(1)" in hand.get(f"/plan/{plan_id}").text


def test_search_finds_folded_words_and_counts_its_facets(hand: Hand) -> None:
    release = hand.desk.library.release()
    rows = hand.rows()
    assert search(release, Query()).total == len(rows)
    volunteers = sum("志工" in m["text"] for m in rows)
    found = search(release, Query("志工"))
    assert found.total == volunteers > 2
    assert dict(found.facets["year"]) == {
        str(y): sum(m["year_roc"] == y and "志工" in m["text"] for m in rows) for y in (112, 114)
    }
    assert search(release, Query("台灣 志工")).total == 2  # printed 臺灣; two filings
    chosen = Query("志工", {"agency": ("高雄市甲仙區公所",), "unit": ("民政課",)})
    wanted = [m for m in rows if "志工" in m["text"] and "民政課" in m["units"]]
    assert search(release, chosen).total == len([m for m in wanted if m["year_roc"] == 114])
    assert search(release, Query("'; DROP VIEW measures --")).total == 0
    assert Query.read([("text", "志工"), ("unit", "民政課"), ("page", "2"), ("x", "y")]) == Query(
        "志工", {"unit": ("民政課",)}, 2
    )


def test_every_state_of_the_search_is_an_address(hand: Hand) -> None:
    query = Query("志工", {"year": ("114",)})
    assert escape(query.string()) in hand.get(f"/search?{query.string()}").text
    page = hand.get("/search?text=%E5%BF%97%E5%B7%A5&year=114").text
    assert "<mark>志工</mark>" in page and "高雄市甲仙區公所 114年" in page
    assert query.toggled("year", "114") == Query("志工")
    assert hand.get("/search?page=999999").status_code == 200


def test_the_file_of_hits_is_what_is_shown_and_runs_no_formula(hand: Hand) -> None:
    answer = hand.get("/search.csv?text=%E5%8F%B0%E7%81%A3")
    rows = list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert len(rows) == 2 and all(r["text"].startswith("'=1+1") for r in rows)
    assert answer.text.startswith("\ufeff")


def test_words_are_lit_where_they_are_printed() -> None:
    text = "台 灣志\n工ＡＢ"
    assert pieces(text, ["臺灣", "ab"]) == [(True, "台 灣"), (False, "志\n工"), (True, "ＡＢ")]
    assert pieces(text, []) == [(False, text)]


def test_a_permalink_leads_to_the_current_filing(hand: Hand) -> None:
    row = hand.open()[0]
    current = {p["plan_id"] for p in hand.desk.library.release().plans.values() if p["is_current"]}
    answer = hand.get(f"/measure/{row['measure_key']}")
    plan_id, _, key = answer.headers["location"].removeprefix("/plan/").partition("#")
    assert plan_id in current and key == row["measure_key"]
    assert f'id="{key}"' in hand.get(f"/plan/{plan_id}").text


def test_equal_doubts_stand_together(hand: Hand) -> None:
    found = groups(hand.open())
    missing = next(g for g in found if g.code == "unit_missing")
    assert len(missing.rows) >= 6 and missing.column == "units"
    assert sum(len(g.rows) for g in found) == sum(len(m["doubts"]) for m in hand.open())
    done = hand.decide(missing.rows, column="units").json()
    assert done["told"] == f"已核對 {len(missing.rows)} 項"
    assert not any(g.code == "unit_missing" for g in groups(hand.open()))


def test_what_the_cell_prints_is_offered_first(hand: Hand) -> None:
    row = next(m for m in hand.rows() if m["focus_printed"].count("\n") >= 2)
    offered = choices(row)["focus_code"]
    known = {m["focus_code"]: m["focus"] for m in hand.rows() if m["focus_code"]}
    assert offered["printed"] == row["focus_printed"].count("\n")  # all but its own
    assert row["focus_code"] not in offered["codes"] and len(offered["codes"]) > 10
    assert {known[c][:4] for c in offered["codes"][: offered["printed"]] if c in known} <= {
        line.lstrip("()（）一二三四五六七八九十、 ")[:4]
        for line in row["focus_printed"].split("\n")
    }


def test_a_release_that_others_publish_is_told_and_taken(hand: Hand) -> None:
    row = hand.open()[0]
    before = hand.get("/status").json()["release"]
    write_printed([plans()[2]], hand.base / "others")
    hand.decide([row])
    normalize(hand.base / "interim", hand.base / "processed", corrections_dir=hand.corrections)
    assert hand.get("/status").json()["release"] != before
    assert row["measure_id"] not in {m["measure_id"] for m in hand.open()}
    assert hand.decide([hand.open()[0]]).status_code == 200


def test_publishing_is_done_beside_and_says_how_far_it_is(hand: Hand) -> None:
    assert not hand.get("/status").json()["progress"]["pending"]
    row = hand.open()[0]
    assert hand.decide([row]).json()["progress"]["pending"]
    assert hand.post("/publish", {}).json()["progress"]["publishing"]
    hand.desk.publisher.wait()
    progress = hand.get("/status").json()["progress"]
    assert (progress["pending"], progress["at"], progress["error"]) == (False, 3, "")
    assert "units" in next(
        m["confirmed"] for m in hand.rows() if m["measure_id"] == row["measure_id"]
    )
    shutil.rmtree(hand.base / "interim")
    hand.decide([hand.open()[0]])
    hand.post("/publish", {})
    hand.desk.publisher.wait()
    assert "發布失敗" in hand.get("/status").json()["progress"]["error"]


def line(n: int, plan: str = "a" * 12, new: str = "1.2") -> Correction:
    return Correction(plan, f"m{n}", "focus_code", "1.1", new, "王", "因", "2026-11-21", "", "k")


def test_lines_of_many_writers_all_arrive_whole(tmp_path: Path) -> None:
    def write(start: int) -> None:
        journal = Journal(tmp_path)
        for n in range(start, start + 10):
            journal.write([line(n)])

    threads = [threading.Thread(target=write, args=(100 * t,)) for t in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert len(read_corrections(tmp_path)) == 40


def test_a_write_that_fails_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path)
    change = journal.write([line(1)])
    before = (tmp_path / f"{'a' * 12}.csv").read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError):
            journal.write([line(2)])
    assert (tmp_path / f"{'a' * 12}.csv").read_bytes() == before
    (tmp_path / "reviewed.csv").write_bytes(before.replace(b"m1", b"m7"))
    journal.write([replaced := line(7, new="1.3")])
    assert [c.new for c in read_corrections(tmp_path) if c.measure_id == replaced.measure_id] == [
        "1.3"
    ]
    journal.undo(change)
    with pytest.raises(Overtaken):
        journal.undo(change)


def test_json_on_the_page_cannot_end_its_script(hand: Hand) -> None:
    page = hand.get(f"/plan/{hand.open()[0]['plan_id']}").text
    data = page.split('id="data">')[1].split("</script>")[0]
    assert json.loads(data)["measures"]
