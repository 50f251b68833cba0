"""What an operator asks the command line: versions, the machine, past nights, figures."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from pathlib import Path

import pytest

from dataset.check import broken_files
from nightly.health import Verdict
from nightly.metrics import write_metrics
from nightly.report import HeldBack, Report
from nightly.runs import last_figures, past_runs, write_report
from normalize.pipeline import normalize
from plans.__main__ import main
from tests.helpers.truth_to_printed import load_truth, printed_plan, write_printed


@pytest.fixture(scope="module")
def processed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("watched")
    write_printed([printed_plan(load_truth()["jiaxian-114"])], base / "interim")
    normalize(base / "interim", base / "processed", corrections_dir=None)
    return base / "processed"


@pytest.fixture(scope="module")
def nights(processed: Path) -> list[Report]:
    """Published; nothing new; held back; held back still; refused."""
    verdicts = [Verdict("measures_against_last", 0.5, 0.8, 3.0, "fail")]
    held = HeldBack("2026-11-03T02-30-00Z", "x", verdicts, ["a.pdf"])
    well = [Verdict("measures_against_last", 1.0, 0.8, 3.0, "ok")]
    reports = [
        Report("2026-11-01T02-30-00Z", published=True, health=well, read=["a.pdf"], files=9),
        Report("2026-11-02T02-30-00Z", unchanged=True, failed={"b.pdf": "壞"}),
        Report("2026-11-03T02-30-00Z", held=held, health=verdicts, reason="x"),
        Report("2026-11-04T02-30-00Z", held=held, health=verdicts, reason="x"),
        Report("2026-11-05T02-30-00Z", reason="OSError: no room", seconds={"intake": 1.5}),
    ]
    for report in reports:
        write_report(report, processed / "runs", "en")
    return reports


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("plans 0")


def test_the_nights_are_listed_and_shown(
    processed: Path, nights: list[Report], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["runs", "--processed", str(processed)]) == 0
    lines = capsys.readouterr().out.splitlines()[1:]
    assert [" ".join(line.split()) for line in lines] == [
        "2026-11-05T02-30-00Z not published 0 0 0 1.5",
        "2026-11-04T02-30-00Z held back since 2026-11-03T02-30-00Z 0 0 0 0.0",
        "2026-11-03T02-30-00Z held back 0 0 0 0.0",
        "2026-11-02T02-30-00Z nothing new 0 1 0 0.0",
        "2026-11-01T02-30-00Z published 1 0 0 0.0",
    ]
    assert main(["runs", "show", "2026-11-04", "--processed", str(processed)]) == 0
    assert "plans nightly --accept 2026-11-03T02-30-00Z" in capsys.readouterr().out
    assert main(["runs", "show", "2031", "--processed", str(processed)]) == 2
    assert "plans runs lists" in capsys.readouterr().err


def test_the_last_healthy_figures_are_those_of_the_last_published_night(
    processed: Path, nights: list[Report]
) -> None:
    (processed / "runs/2026-11-06T02-30-00Z.json").write_text("{", "utf-8")
    assert [run["started"] for run in past_runs(processed / "runs")][0] == nights[-1].started
    assert last_figures(processed / "runs") == {"measures_against_last": 1.0}


def test_figures_for_prometheus(processed: Path, nights: list[Report], tmp_path: Path) -> None:
    file = tmp_path / "plans.prom"
    write_metrics(file, nights[-1], processed)
    lines = file.read_text("utf-8").splitlines()
    values = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    assert values['service_plans_plans{status="ok"}'] == "1"
    assert values["service_plans_exit_code"] == "2"
    assert values['service_plans_step_seconds{step="intake"}'] == "1.5"
    # 2026-11-02 02:30 UTC: the last night that ended well
    assert values["service_plans_last_success_timestamp_seconds"] == "1793586600"
    assert 0 <= float(values["service_plans_dataset_age_seconds"]) < 3600
    write_metrics(file, nights[2], processed)
    assert "service_plans_held_back 1\n" in file.read_text("utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["plans.prom"]
    told = {line.split()[2] for line in lines if line.startswith("# TYPE")}
    assert {name.partition("{")[0] for name in values} == told


def test_the_doctor_tells_a_broken_dataset(
    processed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", str(processed)]) == 0
    said = capsys.readouterr().out
    assert "ok   dataset: whole" in said and "reader mupdf" in said and "FAIL" not in said
    assert main(["doctor", str(tmp_path / "none")]) == 0
    assert "warn dataset: none" in capsys.readouterr().out
    broken = tmp_path / "broken"
    shutil.copytree(processed / "current", broken)
    (broken / "plans.parquet").write_bytes(b"torn")
    (broken / "sections.parquet").unlink()
    assert broken_files(broken) == ["plans.parquet", "sections.parquet"]
    assert main(["doctor", str(broken)]) == 1
    assert "FAIL dataset: not as published: plans.parquet, sections" in capsys.readouterr().out


def test_corrections_beside_the_dataset_are_taken_and_named(
    processed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = processed.parent
    stage = ["normalize", str(base / "interim"), "--out", str(processed)]
    assert main(stage) == 0
    assert f"corrections: none (no folder {base}/corrections)" in capsys.readouterr().out
    (base / "corrections").mkdir()
    assert main(stage) == 0
    assert f"corrections: {base}/corrections" in capsys.readouterr().out
    assert main([*stage, "--corrections", "/nope"]) == 2
    assert "no folder /nope" in capsys.readouterr().err


def test_a_word_needs_a_reason(
    processed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = ["--interim", str(tmp_path), "--processed", str(processed)]
    assert main(["nightly", *folders, "--accept", "2026-11-03T02-30-00Z"]) == 2
    assert "go together" in capsys.readouterr().err
    assert main(["nightly", *folders, "--accept", "2026", "--why", "裁併"]) == 2
    assert "none is held back" in capsys.readouterr().err


def test_a_report_is_json_that_reads_back(processed: Path, nights: list[Report]) -> None:
    kept = json.loads((processed / "runs" / f"{nights[2].started}.json").read_text("utf-8"))
    assert kept == json.loads(json.dumps(asdict(nights[2]) | {"exit_code": 2}))
