"""Damaged plans are refused or told: pages, fonts, and the measurement itself."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import numpy as np
import pymupdf
import pytest

from batch.isolate import Lost
from batch.reading import read_plan
from benchmarks import damage
from benchmarks.damage import Reading, outcome
from benchmarks.damages import KINDS, damaged, read_map, write_map
from extract.checks.pages import PageFacts, numbers, printed_number, sizes, totals
from extract.layout.lines import Line
from extract.model import Page, PrintedPlan, encode_plan
from normalize import wordings as writer
from normalize.model import Draft
from normalize.pipeline import one_plan
from normalize.rows.garbled import CONFIDENCE, has_sign
from normalize.vocabulary.wordings import likeness, stretches

ROOT = Path(__file__).parent.parent
NUMBERED = ROOT / "tests" / "plans" / "dev" / "public-works-112__ming.pdf"
BARE = ROOT / "tests" / "plans" / "dev" / "jiaxian-114__web.pdf"
NEW = {"garbled_text", "font_damaged", "page_missing", "page_doubtful"}


def printed(content: bytes, folder: Path) -> PrintedPlan:
    path = folder / "plan.pdf"
    path.write_bytes(content)
    return read_plan(path, "0" * 64)


def draft(content: bytes, folder: Path) -> Draft:
    return one_plan(printed(content, folder))


def codes(found: Draft) -> set[str]:
    return {f.code for f in found.findings if f.severity != "note"}


def pages(content: Path, order: list[int]) -> bytes:
    """The document with the pages in this order, 0-based."""
    with pymupdf.open(content) as doc:
        doc.select(order)
        return doc.tobytes()


@pytest.mark.parametrize("path", [NUMBERED, BARE], ids=lambda p: p.stem)
def test_sound_plans_have_none_of_the_findings(path: Path, tmp_path: Path) -> None:
    assert not codes(draft(path.read_bytes(), tmp_path)) & NEW


@pytest.mark.parametrize(
    ("path", "order", "code"),
    [
        (NUMBERED, [0, 1, 3, 4], "page_missing"),
        (NUMBERED, [0, 2, 1, 3, 4], "page_doubtful"),
        (NUMBERED, [0, 1, 2, 2, 3, 4], "page_doubtful"),
        (BARE, [0, 2, 3, 4, 5], "page_doubtful"),
        (BARE, [0, 2, 1, 3, 4, 5], "page_doubtful"),
        (BARE, [0, 1, 2, 3, 3, 4, 5], "page_doubtful"),
        (BARE, [0, 1, 2, 3], "page_missing"),
        (BARE, [0], "page_missing"),
    ],
)
def test_pages_gone_swapped_and_doubled(
    path: Path, order: list[int], code: str, tmp_path: Path
) -> None:
    assert code in codes(draft(pages(path, order), tmp_path))


@pytest.mark.parametrize("kind", ["page blanked", "page cropped"])
@pytest.mark.parametrize("path", [NUMBERED, BARE], ids=lambda p: p.stem)
def test_pages_emptied_and_cropped(path: Path, kind: str, tmp_path: Path) -> None:
    class Second(random.Random):
        def randrange(self, *bounds: int) -> int:  # type: ignore[override]
            return 1

    found = draft(damaged(kind, [path], 0, Second(1)), tmp_path)
    assert codes(found) & {"page_missing", "page_doubtful"}


def margin(text: str) -> Line:
    line = object.__new__(Line)
    line.chars = text
    return line


def sheets(*footers: str) -> list[PageFacts]:
    return [PageFacts(n, 595.0, 842.0, margins=[margin(f)]) for n, f in enumerate(footers, 1)]


@pytest.mark.parametrize(
    ("footer", "number"),
    [
        ("第3頁，共12頁", (3, 12)),
        ("第3頁", (3, None)),
        ("-3-", (3, None)),
        ("3/12", (3, 12)),
        ("3", (3, None)),
        ("甲仙區公所", None),
    ],
)
def test_page_numbers_are_read(footer: str, number: tuple[int, int | None] | None) -> None:
    assert printed_number(sheets(footer)[0]) == number


@pytest.mark.parametrize(
    ("footers", "found"),
    [
        ("123", []),
        ("567", []),
        ("134", ["page_missing"]),
        ("122", ["page_doubtful"]),
        ("132", ["page_missing", "page_doubtful"]),
        ("1231", []),  # an annex
    ],
)
def test_page_numbers_count_on(footers: str, found: list[str]) -> None:
    assert [f.code for f in numbers(sheets(*footers))] == found


def test_pages_are_as_many_as_they_say() -> None:
    footers = [f"第{n}頁，共4頁" for n in (1, 2, 3, 4)]
    assert not list(totals(sheets(*footers)))
    for left in (footers[:3], footers[:1]):
        assert [f.code for f in totals(sheets(*left))] == ["page_missing"]


@pytest.mark.parametrize(
    ("width", "height", "cropped"),
    [(595.0, 600.0, True), (450.0, 842.0, True), (842.0, 595.0, False), (595.0, 420.9, False)],
)
def test_a_page_smaller_than_the_others(width: float, height: float, cropped: bool) -> None:
    facts = sheets("1", "2", "3")
    facts[1].width, facts[1].height = width, height
    assert bool(list(sizes(facts))) is cropped


@pytest.mark.parametrize(
    ("text", "is_sign"),
    [
        ("臨櫃主動ª«服務", True),
        ("包含\ufffd精準地回答", True),
        ("申請資\ue000、應備證件", True),
        ("項目\x03名稱", True),
        ("\uf06c提供電話諮詢", False),
        ("氣溫25°C、café、3×5、A·B", False),
        ("便民e化服務：LINE@、QR Code", False),
        ("§12、«通報»、©2024", False),
    ],
)
def test_signs_that_no_text_holds(text: str, is_sign: bool) -> None:
    assert has_sign(text) is is_sign


def test_wording_with_its_characters_exchanged_is_unlike_any_plans() -> None:
    sound = "提供民眾申請案件項目名稱、應備證件說明、處理期限及承辦人員聯絡電話等資料"
    found = sorted(set(sound) - {"、"})
    other = sound.translate(str.maketrans("".join(found), "".join(found[1:] + found[:1])))
    assert likeness(sound).odds > 5 and likeness(other).odds < -5


def test_one_character_in_anothers_place() -> None:
    like = likeness("人民鼠情案件")
    assert like.strange == 1 and like.exchanged == ("民鼠情",)
    assert likeness("人民陳情案件").exchanged == ()
    assert likeness("鼠輩猖獗").exchanged == ()  # strange, and no known wording


def test_stretches_are_kept_once_and_whole() -> None:
    assert stretches(["民眾洽公，洽公", "A民眾洽公B方便", "字"]) == ["方便", "民眾洽公"]


def test_wordings_are_written_from_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "wordings.txt"
    monkeypatch.setattr(writer, "FILE", target)
    interim = tmp_path / "interim"
    interim.mkdir()
    assert writer.main([str(interim)]) == 2 and not target.exists()
    plan = PrintedPlan(source_file="a.pdf", sha256="0" * 64, title="甲乙丙丁計畫")
    (interim / f"{plan.sha256}.json").write_bytes(encode_plan(plan))
    assert writer.main([str(interim)]) == 0
    assert "甲乙丙丁計畫" in target.read_text("utf-8").split()


def blank(page: pymupdf.Page, number: int) -> Page:
    """What a picture of an empty page reads as: recognition is dear, and tested elsewhere."""
    none = np.zeros(0)
    return Page(
        number,
        *page.rect[2:],
        np.zeros(0, "<U1"),
        np.zeros((0, 4)),
        none,
        none,
        none,
        np.zeros((0, 3)),
        np.zeros((0, 3)),
        source="ocr",
    )


@pytest.mark.parametrize("kind", ["map shifted", "map swapped", "map to Latin-1"])
def test_a_font_with_a_damaged_map_is_told(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One font of several: the rest of the plan still reads as one."""
    monkeypatch.setattr("extract.readers.ocr.reader.read_page", blank)
    texts = {m.text for m in draft(BARE.read_bytes(), tmp_path).measures}
    garbled = []
    for seed in range(4):
        found = draft(damaged(kind, [BARE], 0, random.Random(seed)), tmp_path)
        if found.plan.status != "ok" or found.plan.measures < 50:
            continue
        if any(m.text not in texts for m in found.measures):
            garbled.append("garbled_text" in codes(found))
    assert garbled and all(garbled)


def test_a_garbled_plan_is_one_finding_and_its_rows_are_to_be_looked_at(tmp_path: Path) -> None:
    """Codes that are characters: a layer of useless ones is read from its picture instead."""
    spoilt = (damaged("map shifted", [BARE], 0, random.Random(s)) for s in range(20))
    drafts = (draft(s, tmp_path) for s in spoilt)
    found = next(d for d in drafts if len(d.measures) > 50 and "garbled_text" in codes(d))
    filed = [f for f in found.findings if f.code == "garbled_text"]
    hit = [m for m in found.measures if m.text_confidence == CONFIDENCE]
    assert hit and all(m.needs_review for m in hit)
    assert len(filed) == (len(hit) if len(hit) <= 3 else 1)


def test_a_broken_font_program_is_told(tmp_path: Path) -> None:
    found = printed(damaged("fonts broken", [NUMBERED], 0, random.Random(1)), tmp_path)
    assert "font_damaged" in {f.code for f in found.findings}


def test_a_map_reads_back_as_written() -> None:
    ranges = (
        "2 beginbfrange\n<01> <03> <4E00>\n<05> <06> [<5B57> <0041>]\nendbfrange\n"
        "1 beginbfchar\n<08> <8868>\nendbfchar"
    )
    pairs = {"01": "4E00", "02": "4E01", "03": "4E02", "05": "5B57", "06": "0041", "08": "8868"}
    assert read_map(ranges) == pairs
    assert read_map(write_map(pairs)) == pairs


@pytest.mark.parametrize("kind", ["truncated", "bytes flipped", "files spliced"])
def test_the_same_seed_does_the_same_damage(kind: str) -> None:
    plans = [BARE, NUMBERED]
    one, two = (damaged(kind, plans, 1, random.Random("a")) for _ in range(2))
    assert one == two != NUMBERED.read_bytes()


@pytest.mark.parametrize("kind", [k for k in KINDS if k.startswith("page")])
def test_the_same_seed_takes_the_same_pages(kind: str) -> None:
    def look(content: bytes) -> list[tuple[str, pymupdf.Rect]]:
        with pymupdf.open(stream=content) as doc:
            return [(page.get_text(), page.rect) for page in doc]

    one, two = (look(damaged(kind, [NUMBERED], 0, random.Random("a"))) for _ in range(2))
    assert one == two != look(NUMBERED.read_bytes())


@pytest.mark.parametrize(
    ("copy", "expected"),
    [
        (Lost("逾時"), "refused"),
        (Reading("failed", "", Counter()), "refused"),
        (Reading("ok", "甲", Counter()), "same"),
        (Reading("ok", "乙", Counter({"unit_missing": 1})), "silent"),
        (Reading("ok", "乙", Counter({"unit_missing": 2})), "told"),
        (Reading("ok", "乙", Counter({"garbled_text": 1})), "told"),
    ],
)
def test_only_a_new_finding_counts(copy: Reading | Lost, expected: str) -> None:
    assert outcome(Reading("ok", "甲", Counter({"unit_missing": 1})), copy) == expected


@pytest.mark.parametrize(("silent", "code"), [(1, 0), (2, 1)])
def test_the_exit_code_tells_too_much_silence(
    silent: int, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    results = [("map shifted", f"{n}.pdf", "silent" if n < silent else "told") for n in range(100)]
    monkeypatch.setattr(damage, "run", lambda *_: results)
    assert damage.main(["--show"]) == code
    out = capsys.readouterr().out
    assert f"silent: {silent} of 100" in out and "map shifted: 0.pdf" in out
