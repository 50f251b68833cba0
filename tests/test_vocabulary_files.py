"""The vocabulary by files alone: the guides as they stand, and what is said of a slip."""

from __future__ import annotations

import glob
import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pyarrow.parquet as pq
import pytest

from extract.errors import BadInput
from extract.model import Paragraph, PrintedMeasure, PrintedPlan, PrintedRow, PrintedUnit
from normalize.vocabulary.agencies import registry, resolve
from normalize.vocabulary.files import DATA, line_of, use
from normalize.vocabulary.shapes import SHAPES, schema
from normalize.vocabulary.taxonomy import edition, editions
from plans.__main__ import main
from tests.helpers.truth_to_printed import write_printed

from .conftest import ROOT

GUIDES = dict(
    re.findall(
        r"^## (.+?)\n(.+?)(?=^## |\Z)",
        (ROOT / "docs/vocabulary.md").read_text("utf-8"),
        re.MULTILINE | re.DOTALL,
    )
)


@pytest.fixture(autouse=True)
def package_alone() -> Iterator[None]:
    yield
    use(None)


def plan(title: str, *headings: tuple[str, list[str]], unit: str = "民政課") -> PrintedPlan:
    """A plan of two measures under each focus point."""
    rows = [
        PrintedRow(
            pillar=pillar,
            pillar_cell=n,
            focus=[text],
            focus_cell=10 * n + m,
            measures=[
                PrintedMeasure(
                    marker=f"{k}.",
                    paragraphs=[Paragraph(text=f"辦理第{k}項服務。")],
                    units=[PrintedUnit(text=unit)],
                    units_beside="measure",
                )
                for k in (1, 2)
            ],
        )
        for n, (pillar, focus) in enumerate(headings)
        for m, text in enumerate(focus)
    ]
    name = f"{len(title)}{title[:4]}"
    sha = name.encode().hex().ljust(64, "0")[:64]
    return PrintedPlan(source_file=f"{title}.pdf", sha256=sha, title=title, pages=1, rows=rows)


KNOWN = [(n.text, [f.text for f in edition("2017").focus_of(n.code)]) for n in edition("2017").nodes
         if n.level == "pillar" and n.code in "12"]  # fmt: skip
STRANGE = [
    ("一、數位市民服務", ["(一)單一帳號登入", "(二)無紙化櫃檯"]),
    ("二、公私協力創新", ["(一)里民共同設計", "(二)開放資料加值"]),
]


def follow(guide: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Do what a guide says: write its files, run its commands; each must end well."""
    monkeypatch.chdir(folder)
    for kind, name, code in re.findall(
        r"(?:`(data/\S+?)`[^`]*?\n\n)?```(\w+)\n(.*?)```", GUIDES[guide], re.DOTALL
    ):
        if name == "json":
            Path(kind).parent.mkdir(parents=True, exist_ok=True)
            Path(kind).write_text(code, "utf-8")
            continue
        for line in code.splitlines():
            program, *words = shlex.split(line)
            if program != "plans":
                subprocess.run(line, shell=True, check=True)
                continue
            arguments = [found for word in words for found in (sorted(glob.glob(word)) or [word])]
            assert main(arguments) == 0, line


def rows(folder: Path, table: str) -> list[dict]:
    return pq.read_table(folder / "data/processed" / f"{table}.parquet").to_pylist()


def test_the_guide_for_an_agency(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    titles = "智慧城市局114年度提升服務執行計畫", "高市智慧局113年度提升服務執行計畫"
    write_printed([plan(title, *KNOWN) for title in titles], tmp_path / "data/interim")
    follow("Add an agency", tmp_path, monkeypatch)
    assert {p["agency"] for p in rows(tmp_path, "plans")} == {"高雄市政府智慧城市局"}
    assert "agency_unknown" not in {f["code"] for f in rows(tmp_path, "findings")}


def test_the_guide_for_an_edition(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Drafted from two plans that follow no programme on file; then their rows are matched."""
    titles = "高雄市三民區公所114年度提升服務執行計畫", "高雄市小港區公所114年度提升服務執行計畫"
    plans = [plan(title, *STRANGE) for title in titles]
    plans.append(plan("高雄市左營區公所114年度提升服務執行計畫", *KNOWN))
    write_printed(plans, tmp_path / "data/interim")
    follow("Add an edition", tmp_path, monkeypatch)
    measures = rows(tmp_path, "measures")
    strange = [m for m in measures if m["taxonomy"] == "city2025"]
    codes = ["1.1", "1.1", "1.2", "1.2", "2.1", "2.1", "2.2", "2.2"]
    assert [m["focus_code"] for m in strange] == codes * 2
    assert {m["focus"] for m in strange} == {
        "單一帳號登入",
        "無紙化櫃檯",
        "里民共同設計",
        "開放資料加值",
    }
    assert {m["taxonomy"] for m in measures if "左營" in m["agency"]} == {"2017"}
    drafted = json.loads((tmp_path / "data/vocabulary/taxonomy-city2025.json").read_text("utf-8"))
    assert drafted["pillars"][0]["seen"] == 2


def test_the_guide_for_a_city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    titles = (
        *("臺南市永康區公所114年度提升服務執行計畫", "臺南縣永康市公所99年度提升服務執行計畫"),
        *("臺南市永康戶政事務所114年度提升服務執行計畫", "南市民政局114年度提升服務執行計畫"),
        *(
            "高雄市三民區第一戶政事務所114年度提升服務執行計畫",
            "高雄市三民區公所113年度提升服務執行計畫",
        ),
    )
    plans = [plan(title, *KNOWN, unit="里辦公處") for title in titles]
    write_printed(plans, tmp_path / "data/interim")
    follow("Add another city", tmp_path, monkeypatch)
    agencies = {p["source_file"][:-4]: p for p in rows(tmp_path, "plans")}
    assert [agencies[t]["agency"] for t in titles[:2]] == ["臺南市永康區公所"] * 2
    assert agencies[titles[2]]["agency_parent"] == "臺南市政府民政局"
    assert agencies[titles[3]]["agency"] == "臺南市政府民政局"
    assert agencies[titles[4]]["agency_parent"] == "高雄市政府民政局"
    assert all(m["taxonomy"] == "2017" and m["focus_code"] for m in rows(tmp_path, "measures"))
    units = {(u["unit"], u["unit_kind"]) for u in rows(tmp_path, "measure_units")}
    assert units == {("各里辦公處", "subordinates")}


SLIPS = [
    ("taxonomy-x.json", '{\n "edition": "x",\n "pillars": [\n  {"code": "A"}\n ]\n}', ":4: "),
    ("agencies-x.json", '{"government": "臺南市政府",\n "agencies": [\n {"name": ""}]}', ":3: "),
    ("units-x.json", '{"names": [], "wrong": 1}', "unknown field `wrong`"),
    ("units-x.json", '{"names": [],\n', ":2: no JSON"),
    ("sections-x.json", '{"kinds": [{"kind": "goal", "words": ["x"]}]}', ":1: Invalid enum"),
    ("agency-x.json", "{}", "no file of a vocabulary"),
    (
        "agencies-x.json",
        '{"government": "臺南市政府", "agencies": [\n{"name": "臺南市政府民政局", "kind": "bureau",'
        ' "aliases": ["高雄市政府民政局"]}]}',
        "高雄市政府民政局 stands for",
    ),
    (
        "units-x.json",
        '{"names": [], "patterns": [{"pattern": "(", "kind": "other"}]}',
        "no pattern",
    ),
]


@pytest.mark.parametrize(("name", "content", "said"), SLIPS)
def test_a_slip_is_told_with_file_and_line(
    name: str, content: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_text(content, "utf-8")
    assert main(["vocabulary", "check", str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert name in told and said in told and "Traceback" not in told


def test_a_file_of_the_same_name_stands_in_for_the_package_s(tmp_path: Path) -> None:
    empty = {"government": "高雄市政府", "agencies": []}
    (tmp_path / "agencies-kaohsiung.json").write_text(json.dumps(empty), "utf-8")
    kept = resolve("高雄市政府民政局")
    use(tmp_path)
    assert registry().names() == ["高雄市政府"]
    use(None)
    assert resolve("高雄市政府民政局") == kept and kept.kind == "bureau"


def test_an_edition_stands_in_one_file(tmp_path: Path) -> None:
    text = (DATA / "taxonomy-2017.json").read_text("utf-8")
    (tmp_path / "taxonomy-2017b.json").write_text(text, "utf-8")
    use(tmp_path)
    with pytest.raises(BadInput, match="edition 2017 stands in another file"):
        editions()


def test_the_package_s_files_keep_the_published_schema() -> None:
    made = schema()
    for name, shape in SHAPES.items():
        files = list(DATA.glob(f"{name}*.json"))
        assert files
        for file in files:
            wanted = made | {"$ref": f"#/$defs/{shape.__name__}"}
            jsonschema.validate(json.loads(file.read_text("utf-8")), wanted)


def test_the_line_of_a_place_is_found() -> None:
    text = '{\n "a": [1, 2,\n  {"b": "[,{",\n   "c": null}],\n "d": {}\n}'
    assert [line_of(text, place) for place in ("$", "$.a[1]", "$.a[2]", "$.a[2].c", "$.d")] == [
        *(1, 2, 3, 4, 5)
    ]
    assert line_of(text, "$.a[2].nothing") == 3 and line_of(text, "$.a[7]") == 2
