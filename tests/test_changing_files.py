"""Files that change, vanish or refuse to be read while a run is at work; what is and is no PDF."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pymupdf
import pytest

from batch import folder as reading_here
from batch.folder import extract_folder
from batch.job import Outcome
from batch.reading import read_file
from batch.store import Remote, find_pdfs
from extract.document import extract_document
from extract.errors import BadInput
from extract.model import file_name
from extract.readers.mupdf import _as_codes
from extract.readers.plumber import _glyph
from extract.script.characters import visible
from nightly.report import Report
from nightly.run import run_nightly
from plans.__main__ import main

from .conftest import ROOT

PLAN = (ROOT / "data/raw/jiaxian-114.pdf").read_bytes()


def pages(count: int, title: str) -> bytes:
    """The first pages of a filed plan; `title` makes the content another."""
    with pymupdf.open(stream=PLAN) as doc:
        doc.select(range(count))
        doc.set_metadata({"title": title})
        return doc.tobytes()


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "raw"
    folder.mkdir()
    (folder / "sound.pdf").write_bytes(pages(1, "sound"))
    return folder


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read in this process, so that tests can meddle with them."""

    def run(task: Callable[..., object], arguments: list[tuple[object, ...]], *_: object):
        yield from ((n, task(*each)) for n, each in enumerate(arguments))

    monkeypatch.setattr(reading_here, "run_isolated", run)


Meddle = Callable[[Path], None]


def grow(path: Path) -> None:
    with open(path, "ab") as file:
        file.write(b"% and more\n")


def replace(path: Path) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_bytes(pages(1, "another"))
    os.replace(fresh, path)


def refuse(path: Path) -> None:
    path.unlink()
    path.mkdir()  # to be refused by the system even when it is root who asks


MEDDLING = [grow, replace, Path.unlink, refuse]


def meddled(monkeypatch: pytest.MonkeyPatch, meddle: Meddle, name: str, before: bool) -> None:
    """Meddle with the file of this name right before or right after it is read, once."""
    done: list[Path] = []

    def read(file: Path, *more: object) -> object:
        if file.name != name or done:
            return read_file(file, *more)
        done.append(file)
        if before:
            meddle(file)
            return read_file(file, *more)
        monkeypatch.setattr("extract.document.extract_document", spoilt)
        return read_file(file, *more)

    def spoilt(path: Path, *args: object, **options: object):
        try:
            return extract_document(path, *args, **options)
        finally:
            if path in done:
                done.append(Path())
                if len(done) == 2:
                    meddle(path)

    monkeypatch.setattr(reading_here, "read_file", read)


@pytest.mark.parametrize("meddle", MEDDLING)
def test_a_file_that_changes_while_it_is_read_is_left_and_the_others_are_read(
    meddle: Meddle, raw: Path, here: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    (raw / "changing.pdf").write_bytes(pages(1, "changing"))
    meddled(monkeypatch, meddle, "changing.pdf", before=False)
    changing, sound = extract_folder(raw, raw.parent / "interim")
    assert (changing.status, changing.path, sound.status) == ("failed", None, sound.status)
    assert "下次執行時再讀" in (changing.reason or "") and sound.path is not None
    assert [p.stem for p in (raw.parent / "interim").glob("*.json")] == [sound.path.stem]


@pytest.mark.parametrize("meddle", [Path.unlink, refuse])
def test_a_file_that_cannot_be_read_keeps_what_was_read_of_it_before(
    meddle: Meddle, raw: Path, here: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    (raw / "changing.pdf").write_bytes(pages(1, "changing"))
    interim = raw.parent / "interim"
    extract_folder(raw, interim)
    before = {p.name for p in interim.glob("*.json")}
    meddled(monkeypatch, meddle, "changing.pdf", before=True)
    told: list[Outcome] = extract_folder(raw, interim)
    assert told[0].path is None and {p.name for p in interim.glob("*.json")} == before


def test_an_object_that_is_gone_is_left(tmp_path: Path) -> None:
    pytest.importorskip("fsspec")
    left = read_file(Remote("memory://plans/gone.pdf"), str(tmp_path), "mupdf", set())
    assert "下次執行時再讀" in getattr(left, "reason", "")


def night(raw: Path) -> Report:
    base = raw.parent
    bounds = base / "bounds.csv"
    bounds.write_text("figure,minimum,maximum\n", "utf-8")
    return run_nightly(raw, base / "interim", base / "processed", bounds=bounds, corrections=None)


def published(raw: Path) -> set[str]:
    table = pq.read_table(raw.parent / "processed" / "plans.parquet", columns=["sha256"])
    return set(table["sha256"].to_pylist())


@pytest.mark.parametrize("meddle", [grow, Path.unlink])
def test_the_night_goes_on_and_stands_by_what_it_knew(
    meddle: Meddle, raw: Path, here: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    (raw / "changing.pdf").write_bytes(pages(1, "first"))
    assert night(raw).exit_code == 0
    before = published(raw)
    (raw / "changing.pdf").write_bytes(pages(1, "second"))
    (raw / "new.pdf").write_bytes(pages(1, "new"))
    with monkeypatch.context() as patched:
        meddled(patched, meddle, "changing.pdf", before=False)
        report = night(raw)
    assert (report.exit_code, report.published, report.withdrawn) == (1, True, [])
    assert "下次執行時再讀" in report.failed["changing.pdf"]
    assert before < published(raw) and len(published(raw)) == 3
    # The next night reads it, or finds it withdrawn.
    again = night(raw)
    assert again.published and again.failed == {} and len(published(raw) - before) >= 1
    assert before - published(raw)


def test_what_cannot_be_opened_in_the_morning_is_told_and_kept(
    raw: Path, here: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    night(raw)
    before = published(raw)
    os.utime(raw / "sound.pdf")

    def refused(path: Path) -> str:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("nightly.intake.file_hash", refused)
    report = night(raw)
    assert "Permission denied" in report.failed["sound.pdf"] and report.exit_code == 1
    assert report.withdrawn == [] and published(raw) == before


# --- only PDF is PDF --------------------------------------------------------------------------

HTML = b"<html><body><table><tr><td>" + "一、服務".encode() + b"</td></tr></table></body></html>"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        HTML,
        b"%PDF-1.7\n" + HTML,
        HTML + b" " * 1024 + PLAN,
        b"\x89PNG\r\n\x1a\n",
        b"PK\x03\x04",
        "高雄市".encode(),
    ],
)
def test_what_is_no_pdf_is_refused_whatever_its_name(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "plan.pdf"
    path.write_bytes(content)
    with pytest.raises(BadInput, match="plan.pdf: 不是"):
        extract_document(path)


def test_what_stands_before_the_header_is_no_matter(tmp_path: Path) -> None:
    path = tmp_path / "plan.pdf"
    path.write_bytes(b"\n" * 900 + pages(1, "x"))
    assert extract_document(path).glyphs > 100


NAMES = {
    b".pdf": ".pdf",
    "甲仙區公所.PDF".encode("big5"): "甲仙區公所.PDF",
    b"caf\xe9.pdf": "caf\\xe9.pdf",
    "換\n行.pdf".encode(): "換\\n行.pdf",
    b"red\x1b[31m.pdf": "red\\x1b[31m.pdf",
    "反\u202efdp.pdf".encode(): "反\\u202efdp.pdf",
    "全　形.pdf".encode(): "全　形.pdf",
}


def test_every_name_is_found_read_and_shown_harmlessly(
    tmp_path: Path, here: None, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    for name in NAMES:
        with open(os.path.join(os.fsencode(raw), name), "wb") as file:
            file.write(pages(1, repr(name)))
    with open(os.path.join(os.fsencode(raw), b"broken\x1b]0;x\x07.pdf"), "wb") as file:
        file.write(b"no pdf")
    assert len(find_pdfs(raw)) == len(NAMES) + 1
    interim, out = str(tmp_path / "interim"), tmp_path / "out"
    assert main(["extract", str(raw), "--out", interim, "--workers", "1"]) == 1
    assert main(["normalize", interim, "--out", str(out), "--workers", "1"]) == 1
    said = capsys.readouterr()
    assert "broken\\x1b]0;x\\x07.pdf" in said.err + said.out
    assert not {"\x1b", "\x07", "\u202e"} & set(said.err + said.out)
    plans = pq.read_table(out / "plans.parquet").to_pylist()
    sound = {p["source_file"] for p in plans if p["status"] != "failed"}
    assert sound == set(NAMES.values())
    red = next(path for path in find_pdfs(raw) if path.name.startswith("red"))
    assert main(["show", str(red)]) < 2 and "\x1b" not in capsys.readouterr().out


def test_what_steers_a_terminal_is_written_out() -> None:
    assert visible("甲\x1b[2J\n乙　丙\u202e") == "甲\\x1b[2J\\n乙　丙\\u202e"
    assert file_name(os.fsdecode(b"\xff\xfe.pdf")) == "\\xff\\xfe.pdf"


def test_no_control_character_of_a_font_map_comes_through() -> None:
    assert _as_codes([0x1B, 0x41, 0x9B, 0x670D, 0x09]).tolist() == [0xFFFD, 0x41, 0xFFFD, 0x670D, 9]
    told = {"text": "\x1b", "x0": 0, "top": 0, "x1": 1, "bottom": 1, "matrix": (1, 0, 0, 1, 0, 0)}
    glyph = _glyph(told, 0, 0)
    assert glyph is not None and glyph.text == "\ufffd"
