"""Twelve nights, played through: what the operator reads in the morning after each.

The nights are real but for the reader: a filed "PDF" is JSON that says what the plan prints. Each
report is compared with the one kept in `tests/reports/`; after a change that is meant,
`KEEP_REPORTS=1 pytest tests/test_nights.py` writes them anew, to be read as a diff.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from batch.job import Outcome
from extract.errors import BadInput
from extract.model import (
    Paragraph,
    PrintedMeasure,
    PrintedPlan,
    PrintedRow,
    PrintedUnit,
    encode_plan,
    file_hash,
)
from nightly import accept as acceptance
from nightly import run as nights
from nightly.accept import accept
from nightly.report import Accepted, Report
from nightly.run import Busy, locked, run_nightly
from normalize.vocabulary.taxonomy import edition

KEPT = Path(__file__).parent / "reports"
BOUNDS = """figure,minimum,maximum,why
share_of_plans_read,0.5,,
measures_against_last,0.8,3,
plans_against_last,0.8,,
"""
EDITION = edition("2017")
OFFICES = ("三民區公所", "甲仙區公所", "小港區公所", "左營區公所", "鳳山區公所", "旗山區公所")
WORDS = (
    "設置服務台，由專人引導。",
    "櫃檯備有書寫範例供民眾參考。",
    "案件進度上網公告，供民眾查詢。",
)


class Killed(BaseException):
    """The process is gone: nobody catches it."""


def plan(office: str, *words: str, unit: str = "民政課") -> dict:
    return {
        "title": f"高雄市{office}114年度提升服務執行計畫",
        "words": words or WORDS,
        "unit": unit,
    }


def printed(content: bytes, name: str, sha: str) -> PrintedPlan:
    """What the made file prints; raises ValueError when it is none."""
    made = json.loads(content)
    measures = [
        PrintedMeasure(
            marker=f"{n}.",
            paragraphs=[Paragraph(text=text)],
            units=[PrintedUnit(text=made["unit"])],
            units_beside="measure",
        )
        for n, text in enumerate(made["words"], 1)
    ]
    rows = [
        PrintedRow(
            pillar=EDITION.text("1"), focus=[EDITION.text(code)], focus_cell=n, measures=part
        )
        for n, (code, part) in enumerate((("1.1", measures[:-1]), ("1.2", measures[-1:])))
    ]
    return PrintedPlan(source_file=name, sha256=sha, title=made["title"], pages=1, rows=rows)


def read(paths: list[Path], out: Path, workers: int, limits: object) -> Iterator[Outcome]:
    """Stands in for `extract_files`."""
    for path in paths:
        sha = file_hash(path)
        try:
            record = printed(path.read_bytes(), path.name, sha)
        except ValueError:
            reason = "檔案無法開啟：不是 PDF。"
            record = PrintedPlan(source_file=path.name, sha256=sha, status="failed", reason=reason)
        (out / f"{sha}.json").write_bytes(encode_plan(record))
        yield Outcome(path.name, out / f"{sha}.json", record.status, record.reason, False)


@dataclass
class House:
    """The folders of the nights, and how many there were."""

    base: Path
    count: int = 0

    def file(self, name: str, made: dict | bytes) -> None:
        content = made if isinstance(made, bytes) else json.dumps(made, ensure_ascii=False).encode()
        (self.base / "raw" / name).write_bytes(content)

    def night(self, language: str = "zh") -> Report:
        self.count += 1
        return run_nightly(
            self.base / "raw",
            self.base / "interim",
            self.base / "processed",
            bounds=self.base / "bounds.csv",
            corrections=self.base / "corrections",
            language=language,
        )

    def name(self, processed: Path) -> str:
        return f"2026-11-{self.count:02d}T02-30-00Z"

    def told(self, report: Report, suffix: str = "md") -> str:
        """What the report of the night says; how long it took aside."""
        text = (self.base / "processed" / "runs" / f"{report.started}.{suffix}").read_text("utf-8")
        return re.sub(
            r"(intake|extract|normalize|diff|清點|讀取|整理|比對) \d+\.\d+", r"\1 0.0", text
        )

    def texts(self) -> list[str]:
        return pq.read_table(self.base / "processed" / "measures.parquet")["text"].to_pylist()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    base = tmp_path_factory.mktemp("house")
    for folder in ("raw", "corrections"):
        (base / folder).mkdir()
    (base / "bounds.csv").write_text(BOUNDS, "utf-8")
    house = House(base)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nights, "extract_files", read)
        patch.setattr(nights, "run_name", house.name)
        patch.setattr(acceptance, "run_name", house.name)
        yield house


def compare(house: House, report: Report, name: str) -> None:
    """Hold the Markdown report against the kept one."""
    told, kept = house.told(report), KEPT / f"{name}.md"
    if "KEEP_REPORTS" in os.environ:
        kept.write_text(told, "utf-8")
    assert told == kept.read_text("utf-8")


def test_new(house: House) -> None:
    for office in OFFICES:
        house.file(f"{office}.pdf", plan(office))
    report = house.night()
    assert report.exit_code == 0 and len(house.texts()) == 18
    compare(house, report, "01-new")


def test_nothing(house: House) -> None:
    report = house.night()
    assert (report.exit_code, report.published, report.read) == (0, False, [])
    compare(house, report, "02-nothing")


def test_replaced(house: House) -> None:
    house.file("甲仙區公所.pdf", plan("甲仙區公所") | {"printed": "again, with the same words"})
    report = house.night()
    assert report.changes.plans[0].counts == {"kept": 3}
    compare(house, report, "03-replaced")


def test_reworded(house: House) -> None:
    words = WORDS[0], WORDS[1].replace("民眾", "洽公民眾"), WORDS[2]
    house.file("甲仙區公所.pdf", plan("甲仙區公所", *words))
    report = house.night()
    assert [(p.event, p.counts) for p in report.changes.plans] == [
        ("replaced", {"kept": 2, "reworded": 1})
    ]
    compare(house, report, "04-reworded")
    report = house.night("en")
    assert report.unchanged


def test_renamed(house: House) -> None:
    os.replace(house.base / "raw/小港區公所.pdf", house.base / "raw/小港區公所（掃描）.pdf")
    report = house.night()
    assert [(p.event, p.file_before) for p in report.changes.plans] == [
        ("renamed", "小港區公所.pdf")
    ]
    compare(house, report, "05-renamed")


def test_withdrawn(house: House) -> None:
    """One of six: the fall is explained by its name, and warns."""
    (house.base / "bounds.csv").write_text(BOUNDS.replace("last,0.8,3", "last,0.9,3"), "utf-8")
    (house.base / "raw/旗山區公所.pdf").unlink()
    report = house.night()
    assert report.exit_code == 0 and report.withdrawn == ["旗山區公所.pdf"]
    assert {v.name: v.state for v in report.health}["measures_against_last"] == "warn"
    compare(house, report, "06-withdrawn")


def test_held_back(house: House) -> None:
    """Two of five; the next night says it again, and does not make the dataset again."""
    for office in ("左營區公所", "鳳山區公所"):
        (house.base / f"raw/{office}.pdf").unlink()
    report = house.night()
    assert report.exit_code == 2 and len(house.texts()) == 15
    compare(house, report, "07-held-back")
    again = house.night()
    assert again.exit_code == 2 and again.held == report.held and "normalize" not in again.seconds
    compare(house, again, "07-held-back-still")


def test_accepted(house: House) -> None:
    held = "2026-11-08T02-30-00Z"
    folders = house.base / "interim", house.base / "processed"
    with pytest.raises(BadInput, match=f"the one held back is {held}"):
        accept(*folders, Accepted("2026-11-01T02-30-00Z", "王小明", "兩機關裁併"))
    house.count += 1
    report = accept(*folders, Accepted(held, "王小明", "兩機關裁併"))
    assert report.exit_code == 0 and len(house.texts()) == 9
    compare(house, report, "08-accepted")
    assert house.night().unchanged, "what was accepted is not made again"
    with pytest.raises(BadInput, match="none is held back"):
        accept(*folders, Accepted(held, "王小明", "再一次"))


def test_broken(house: House) -> None:
    house.file("壞檔.pdf", b"%PDF-1.7 nothing")
    report = house.night()
    assert report.exit_code == 1 and report.published
    compare(house, report, "09-broken")
    (house.base / "raw/壞檔.pdf").unlink()
    (house.base / "bounds.csv").write_text("figure,minimum,maximum,why\n", "utf-8")
    assert house.night().exit_code == 0


def test_two_at_once(house: House) -> None:
    before = sorted((house.base / "processed/runs").iterdir())
    with locked(house.base / "processed"), pytest.raises(Busy):
        house.night()
    assert sorted((house.base / "processed/runs").iterdir()) == before


def test_killed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the dataset is out: the old one stays, the next night makes up for it."""
    house.file("左營區公所.pdf", plan("左營區公所"))

    def killed(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(nights, "make_dataset", killed)
        house.night()
    assert len(house.texts()) == 9
    report = house.night("en")
    assert report.published and len(house.texts()) == 12
    compare(house, report, "11-killed")


def test_correction_orphaned(house: House) -> None:
    measures = pq.read_table(house.base / "processed/measures.parquet").to_pylist()
    row = next(m for m in measures if "三民" in m["agency"] and m["marker"] == "1.")
    keys = ("measure_key", "plan_id", "measure_id")
    columns = ",".join((*keys, "column,old,new,who,why,date"))
    values = (*(row[k] for k in keys), "units", "民政課", "社會課", "王小明", "核對", "2026-11-20")
    (house.base / "corrections/a.csv").write_text(f"{columns}\n{','.join(values)}\n", "utf-8")
    assert not house.night().decisions
    house.file("三民區公所.pdf", plan("三民區公所", "改以線上取號。", *WORDS[1:]))
    report = house.night()
    assert len(report.decisions) == 1
    compare(house, report, "12-correction-orphaned")


def test_the_reports_are_whole_in_both_languages(house: House) -> None:
    """Every phrase in each, and nothing of a plan that the page would take for markup."""
    from nightly.words.markup import as_html, as_markdown
    from nightly.words.morning import LANGUAGES, blocks
    from nightly.words.morning import WORDS as PHRASES

    assert all(row[language] for row in PHRASES.values() for language in LANGUAGES)
    report = Report("x", failed={"<script>.pdf": "a|b"}, reason="c")
    for language in LANGUAGES:
        said = blocks(report, language)
        assert "<script>" not in as_html(said, language, "t") + as_markdown(said)
