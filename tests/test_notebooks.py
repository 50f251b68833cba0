"""The notebooks run from top to bottom, and the committed ones show what a reader needs.

The committed outputs are renewed from `notebooks/`, with a dataset in `data/processed`, by
`jupyter nbconvert --to notebook --execute --inplace
--ExecutePreprocessor.record_timing=False *.ipynb`.
"""

from __future__ import annotations

import importlib.util
import re
import warnings
from pathlib import Path
from types import ModuleType

import matplotlib.pyplot as plt
import nbformat
import pandas as pd
import pytest
from matplotlib import font_manager, ft2font
from nbclient import NotebookClient

FOLDER = Path(__file__).parent.parent / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
MISSING_GLYPH = re.compile(r"Glyph .* missing from", re.DOTALL)
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|tmp|root|home|Users|mnt|opt)\b")


def read(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)


def outputs(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [
        output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs
    ]


def words(notebook: nbformat.NotebookNode) -> str:
    """All that can be read in a notebook's outputs; base64 of pictures may look like anything."""
    texts = []
    for output in outputs(notebook):
        texts += [
            output.get("text", ""),
            *output.get("traceback", []),
            *(str(v) for k, v in output.get("data", {}).items() if not k.startswith("image/")),
        ]
    return "\n".join(texts)


@pytest.fixture
def plots(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """`notebooks/_plots.py`, loaded afresh where matplotlib knows no font at all but its own."""
    own = [font for font in font_manager.fontManager.ttflist if "mpl-data" in font.fname]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", own)
    spec = importlib.util.spec_from_file_location("_plots", FOLDER / "_plots.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_there_are_three() -> None:
    assert [p.stem for p in NOTEBOOKS] == ["01_first_look", "02_compare_agencies", "03_quality"]


def run(
    path: Path, dataset: Path, raw: Path, monkeypatch: pytest.MonkeyPatch
) -> nbformat.NotebookNode:
    """The notebook executed anew over `dataset`, in memory; nbclient raises where a cell fails."""
    monkeypatch.setenv("PLANS_DATASET", str(dataset))
    monkeypatch.setenv("PLANS_RAW", str(raw))
    before = path.read_bytes()
    notebook = read(path)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    NotebookClient(
        notebook, timeout=60, kernel_name="python3", resources={"metadata": {"path": str(FOLDER)}}
    ).execute()
    assert path.read_bytes() == before
    assert not MISSING_GLYPH.search(words(notebook))
    assert not [output.text for output in outputs(notebook) if output.get("name") == "stderr"]
    return notebook


def with_current(dataset: Path, files: set[str], folder: Path) -> Path:
    """The dataset in `folder`, the plans of these files as the current ones."""
    for table in dataset.glob("*.parquet"):
        (folder / table.name).symlink_to(table.resolve())
    plans = pd.read_parquet(dataset / "plans.parquet")
    (folder / "plans.parquet").unlink()
    plans.assign(is_current=plans.source_file.isin(files)).to_parquet(folder / "plans.parquet")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_notebook_runs_and_draws(
    path: Path, dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over the plans of `data/raw`, as the committed ones; one of them is a scan."""
    filed = {pdf.name for pdf in (FOLDER.parent / "data/raw").glob("*.pdf")}
    notebook = run(
        path, with_current(dataset, filed, tmp_path), dataset.parent / "raw", monkeypatch
    )
    drawing = [
        cell
        for cell in notebook.cells
        if cell.cell_type == "code" and re.search(r"\bshow\(", cell.source)
    ]
    assert len(drawing) >= 1
    assert all(
        any("image/png" in output.get("data", {}) for output in cell.outputs) for cell in drawing
    )


@pytest.mark.slow
def test_quality_notebook_runs_without_a_scan(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans = pd.read_parquet(dataset / "plans.parquet")
    digital = set(plans[plans.is_current & plans.text_source.eq("digital")].source_file)
    with_current(dataset, digital, tmp_path)
    notebook = run(FOLDER / "03_quality.ipynb", tmp_path, dataset.parent / "raw", monkeypatch)
    assert "No plan of this dataset was read from a scan" in words(notebook)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_committed_notebook_reads_well(path: Path) -> None:
    notebook = read(path)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1)), (
        "not run from top to bottom"
    )
    assert not [
        output
        for output in outputs(notebook)
        if output.output_type == "error" or output.get("name") == "stderr"
    ]
    assert sum("image/png" in output.get("data", {}) for output in outputs(notebook)) >= 2
    assert all(
        output.metadata[kind].get("alt")
        for output in outputs(notebook)
        for kind in output.get("data", {})
        if kind.startswith("image/")
    )
    assert not MACHINE_PATH.search(
        words(notebook) + "\n".join(cell.source for cell in notebook.cells)
    )
    assert not [cell for cell in code if "execution" in cell.metadata], (
        "timings change with every run"
    )
    assert path.stat().st_size < 500_000


def test_chinese_font_on_a_machine_without_fonts(plots: ModuleType) -> None:
    font = plots.chinese_font()
    glyphs = ft2font.FT2Font(font.get_file()).get_charmap()
    assert not [c for c in "執行計畫臺灣區公所，、。（）「」" if ord(c) not in glyphs]
    assert Path(font_manager.findfont(font.get_name(), fallback_to_default=False)) == Path(
        font.get_file()
    )


@pytest.mark.parametrize("with_font", [True, False])
def test_figures_show_chinese_only_with_the_font(with_font: bool, plots: ModuleType) -> None:
    with plt.rc_context(), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        if with_font:
            plots.setup()
        figure = plt.figure()
        figure.text(0.1, 0.5, "執行計畫 plan")
        figure.canvas.draw()
        plt.close(figure)
    assert any(MISSING_GLYPH.search(str(w.message)) for w in caught) is not with_font
