"""Captions of a section's tables: which lines they are, and where the dataset prints them."""

from __future__ import annotations

import pytest

from extract.model import Paragraph, PrintedPlan, PrintedSection, PrintedTable
from extract.text.outline import read_outline
from extract.text.sections import Place
from normalize.rows.sections import section_rows

from .test_stitching import line

TABLE = Place(page=1, top=300.0, bottom=400.0, plan=False)
WIDTHS = {1: 595.0, 2: 595.0}


@pytest.mark.parametrize(
    "text, y, named",
    [
        ("推動小組編組表", 280.0, True),
        ("附件一、服務績效考核表，另發。", 280.0, True),
        ("推動小組編組表", 240.0, False),  # too far above
        ("推動小組置召集人一人。", 280.0, False),  # a sentence
        ("參、推動小組編組表", 280.0, False),  # a section's heading
    ],
)
def test_the_short_line_right_above_a_table_names_it(text: str, y: float, named: bool) -> None:
    lines = [line(1, "貳、推動組織", 50.0, 100.0), line(1, text, 50.0, y)]
    lines.append(line(2, "考核表", 50.0, 280.0))
    outline = read_outline(lines, [TABLE, Place(2, 300.0, 400.0, plan=True)], WIDTHS)
    assert {n: own.text for n, own in outline.captions.items()} == ({0: text} if named else {})
    said = [p.text for s in outline.sections for p in s.paragraphs] + [
        s.heading for s in outline.sections
    ]
    assert any(text.endswith(own) for own in said) is not named


@pytest.mark.parametrize(
    "table, printed",
    [
        (
            PrintedTable(header=["職稱", "任務"], rows=[["召集人", "綜理"]]),
            ["職稱 | 任務", "召集人 | 綜理"],
        ),
        (PrintedTable(header=["職稱", "任務"], caption="編組表"), ["編組表：職稱 | 任務"]),
        (
            PrintedTable(header=["", ""], rows=[["召集人", "綜理"]], caption="編組表"),
            ["編組表：召集人 | 綜理"],
        ),
        (PrintedTable(header=["", ""], caption="編組表"), ["編組表："]),
    ],
)
def test_a_caption_leads_the_first_line_of_its_table(
    table: PrintedTable, printed: list[str]
) -> None:
    section = PrintedSection(
        heading="推動組織", paragraphs=[Paragraph(text="如下：")], tables=[table]
    )
    plan = PrintedPlan(source_file="a.pdf", sha256="0", sections=[section])
    assert [row.text.split("\n") for row in section_rows(plan, "p")] == [["如下：", *printed]]
