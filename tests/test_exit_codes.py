"""What each command ends with: 0 well, 1 some failed, 2 bad input or nothing done, 3 our fault."""

from __future__ import annotations

import csv
import errno
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from batch import store
from extract.document import extract_document
from extract.errors import BadInput, fault
from nightly import health
from nightly.run import run_nightly
from normalize.vocabulary.files import DATA, use
from plans.__main__ import main
from plans.console import FAULT, NOTHING_DONE, PIPE_CLOSED

from .helpers.truth_to_printed import load_truth, printed_plan, write_printed

HEADER = "plan_id,measure_id,column,old,new,who,why,date"
LINE = f"{'a' * 12},,agency,甲,高雄市三民區公所,王小明,與頁面核對,2026-11-21"


@pytest.fixture
def interim(tmp_path: Path) -> Path:
    folder = tmp_path / "interim"
    slug = sorted(load_truth())[0]
    write_printed([printed_plan(load_truth()[slug])], folder)
    return folder


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Callable[[int, int], str]:
    """The one line on stderr, once the exit code is the one expected."""

    def line(code: int, expected: int) -> str:
        said = capsys.readouterr().err
        assert code == expected, said
        assert "Traceback" not in said and said.count("\n") == 1, said
        return said

    return line


def normalize(interim: Path, *more: str | Path) -> int:
    out = interim.parent / "out"
    code = main(["normalize", str(interim), "--out", str(out), "--workers", "1", *map(str, more)])
    assert code < 2 or not (out / "plans.parquet").exists()
    return code


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (f"{HEADER}\n{LINE}\n".encode("big5"), "Big5"),
        (f"{HEADER}\n{LINE}\n".encode("utf-16"), "UTF-16"),
        (f"{HEADER}\n{LINE}\n{LINE.replace('與頁', 'x' * 131_073)}\n".encode(), "a.csv:3"),
        (f"{HEADER}\n{LINE.replace('甲', chr(34) + '甲')}\n".encode(), "a.csv:2"),
        (f"{HEADER}\n{LINE},one,more\n".encode(), "a.csv:2: a line has 8 fields"),
        (f"{HEADER}\n{LINE.rpartition(',')[0]}\n".encode(), "a.csv:2: a line has 8 fields"),
        (b"plan_id,column\n", "the header must be plan_id,measure_id"),
        (b"\xff\x00\xff", "not in UTF-8"),
    ],
)
def test_corrections_that_cannot_be_read_are_bad_input(
    content: bytes, said: str, interim: Path, told: Callable[[int, int], str]
) -> None:
    folder = interim.parent / "corrections"
    folder.mkdir()
    (folder / "a.csv").write_bytes(content)
    line = told(normalize(interim, "--corrections", folder), NOTHING_DONE)
    assert "a.csv" in line and said in line


WRONG = {"title": "date takes a day", "seq": "column seq cannot be corrected"}


@pytest.mark.parametrize(
    ("measure", "column", "new", "day"),
    [
        ("", "agency_kind", "banana", "2026-11-21"),
        ("", "agency_kind", "", "2026-11-21"),
        ("", "year_roc", "-5", "2026-11-21"),
        ("", "year_roc", "一一四", "2026-11-21"),
        ("", "year_roc", "", "2026-11-21"),
        ("", "year_roc", "2025", "2026-11-21"),
        ("", "is_current", "是", "2026-11-21"),
        ("m", "focus_code", "1", "2026-11-21"),
        ("m", "focus_code", "9.9", "2026-11-21"),
        ("m", "pillar_code", "1.1", "2026-11-21"),
        ("m", "text", "", "2026-11-21"),
        ("m", "title", "甲", "昨天"),
        ("m", "seq", "2", "2026-11-21"),
    ],
)
def test_a_value_that_the_column_does_not_take_is_refused_before_any_is_applied(
    measure: str, column: str, new: str, day: str, interim: Path, told: Callable[[int, int], str]
) -> None:
    folder = interim.parent / "corrections"
    folder.mkdir()
    line = f"{'a' * 12},{measure},{column},甲,{new},王小明,與頁面核對,{day}"
    (folder / "a.csv").write_text(f"{HEADER}\n{LINE}\n{line}\n", "utf-8")
    said = told(normalize(interim, "--corrections", folder), NOTHING_DONE)
    assert f"a.csv:3: {column} takes" in said or f"a.csv:3: {WRONG[column]}" in said


def test_agency_codes_in_big5_are_refused_by_name(
    interim: Path, told: Callable[[int, int], str]
) -> None:
    codes = interim.parent / "codes.csv"
    codes.write_bytes("機關代碼,機關名稱\n397100000A,高雄市三民區公所\n".encode("big5"))
    said = told(normalize(interim, "--agency-codes", codes), NOTHING_DONE)
    assert "codes.csv" in said and "Big5" in said


@pytest.fixture
def names(interim: Path) -> Iterator[Path]:
    """A copy of the data files beside the dataset: they stand in for the package's."""
    folder = interim.parent / "vocabulary"
    shutil.copytree(DATA, folder)
    yield folder
    use(None)


@pytest.mark.parametrize("file", ["taxonomy-2017.json", "agencies-kaohsiung.json"])
@pytest.mark.parametrize("slip", ["cut", "no name", "Big5"])
def test_a_slip_in_a_data_file_is_bad_input(
    file: str, slip: str, names: Path, interim: Path, told: Callable[[int, int], str]
) -> None:
    text = (names / file).read_text("utf-8")
    broken = {
        "cut": text[: len(text) // 2].encode(),
        "no name": text.replace('"text"', '"txet"').replace('"name"', '"nmae"').encode(),
        "Big5": text.encode("big5", "replace"),
    }
    (names / file).write_bytes(broken[slip])
    said = told(normalize(interim), NOTHING_DONE)
    assert file in said and (slip != "cut" or f"{file}:" in said)


@pytest.mark.parametrize(
    "line", ["measures_per_plan,acht,,x", "rows,1,,x", "measures_per_plan,nan,,x"]
)
def test_a_bound_that_is_none_names_its_line(line: str, tmp_path: Path) -> None:
    bounds = tmp_path / "bounds.csv"
    bounds.write_text(f"figure,minimum,maximum,why\n{line}\n", "utf-8")
    with pytest.raises(BadInput, match="bounds.csv:2"):
        health.judge({"measures_per_plan": 1.0}, bounds)


def test_a_place_that_cannot_be_written_is_bad_input(
    interim: Path, told: Callable[[int, int], str]
) -> None:
    taken = interim.parent / "taken"
    taken.write_text("a file", "utf-8")
    assert "taken" in told(main(["normalize", str(interim), "--out", str(taken)]), NOTHING_DONE)
    raw = interim.parent / "raw"
    raw.mkdir()
    (raw / "a.pdf").write_bytes(b"%PDF-1.4 nothing")
    assert "taken" in told(main(["extract", str(raw), "--out", str(taken)]), NOTHING_DONE)
    # Where nothing can be written, whoever asks.
    nowhere = ["nightly", "--raw", str(raw), "--interim", str(interim), "--processed", "/sys/plans"]
    assert "/sys/plans" in told(main(nowhere), NOTHING_DONE)


def full_disk(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "record.json")


def test_a_full_disk_is_said_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: Callable[[int, int], str]
) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4 nothing")
    monkeypatch.setattr(store, "write", full_disk)
    out = str(tmp_path / "interim")
    said = told(main(["extract", str(tmp_path), "--out", out, "--workers", "1"]), NOTHING_DONE)
    assert "No space left" in said


def broken(*_: object, **__: object) -> None:
    {}["no such key\x1b[31m"]


def test_a_fault_keeps_its_traceback_and_says_where(
    interim: Path, monkeypatch: pytest.MonkeyPatch, told: Callable[[int, int], str]
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(interim.parent))
    monkeypatch.setattr("normalize.pipeline.tables", broken)
    said = told(normalize(interim), FAULT)
    (log,) = interim.parent.glob("plans-fault-*.log")
    assert str(log) in said and "KeyError" in said and "test_exit_codes.py" in said
    assert "Traceback" in log.read_text("utf-8") and "\x1b[31m" not in said.partition("fault")[2]


def test_a_broken_installation_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: Callable[[int, int], str]
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setitem(__import__("sys").modules, "plans.commands", None)
    assert "plans.commands" in told(main(["check"]), FAULT)


def test_a_closed_pipe_is_neither_well_nor_half_done(monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(*_: object, **__: object) -> None:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    monkeypatch.setattr("plans.views.need_dataset", lambda _: None)
    monkeypatch.setattr("dataset.check.print_findings", closed)
    assert main(["check"]) == PIPE_CLOSED


def test_a_fault_in_the_night_is_in_its_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "raw").mkdir()
    monkeypatch.setattr("nightly.run.Index", broken)
    events: list[str] = []
    report = run_nightly(
        tmp_path / "raw",
        tmp_path / "interim",
        tmp_path / "processed",
        log=lambda event, **_: events.append(event),
    )
    assert report.exit_code == FAULT and "fault" in events
    (kept,) = (tmp_path / "processed" / "runs").glob("*.json")
    written = json.loads(kept.read_text("utf-8"))
    assert written["exit_code"] == FAULT and "KeyError" in written["traceback"]
    assert "程式發生錯誤" in kept.with_suffix(".md").read_text("utf-8")


def test_bad_input_comes_back_from_a_worker_as_it_was() -> None:
    import pickle

    error = BadInput("a.csv:2", "no number")
    assert str(pickle.loads(pickle.dumps(error))) == str(error) == "a.csv:2: no number"


def test_where_a_fault_lies_is_our_own_last_line(tmp_path: Path) -> None:
    try:
        extract_document(tmp_path / "missing.pdf")
    except OSError as error:
        assert "extract/model.py:" in fault(error)


def test_only_exit_code_1_is_let_pass() -> None:
    root = Path(__file__).parent.parent
    make = (root / "Makefile").read_text("utf-8")
    assert make.count("|| [ $$? -eq 1 ]") == make.count("@$(PLANS) extract") + make.count(
        "@$(PLANS) normalize"
    ) + make.count("@$(PLANS) nightly")
    unit = (root / "deploy/service-plans-nightly.service").read_text("utf-8")
    assert (
        "SuccessExitStatus=1\n" in unit and "[ $? -le 1 ]" in (root / "deploy/crontab").read_text()
    )


def test_the_limit_of_a_field_is_the_library_s() -> None:
    assert csv.field_size_limit() == 131_072
