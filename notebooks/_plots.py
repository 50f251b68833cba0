"""What the notebooks share: the tables, a font with Chinese glyphs, a heat map, a crop of a page.

The tables are read from `../data/processed`, the filed PDFs from `../data/raw`; PLANS_DATASET and
PLANS_RAW name other folders.
"""

from __future__ import annotations

import io
import os
import re
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
import pymupdf
from IPython.display import Image, display
from matplotlib import font_manager
from PIL import Image as Picture

DATASET = Path(os.environ.get("PLANS_DATASET", "../data/processed"))
RAW = Path(os.environ.get("PLANS_RAW", "../data/raw"))
CROP_DPI = 100
_scratch = tempfile.TemporaryDirectory(
    prefix="plans-font-"
)  # matplotlib opens a font's file whenever it draws; removed at exit


def dataset(name: str) -> pd.DataFrame:
    """A table of the dataset by its name in the data dictionary (`measures`, `plans` …)."""
    return pd.read_parquet(DATASET / f"{name}.parquet")


def chinese_font() -> font_manager.FontProperties:
    """Droid Sans Fallback (Apache-2.0) as PyMuPDF carries it, registered with matplotlib.

    The same on every machine, whatever fonts it has.
    """
    path = Path(_scratch.name, "DroidSansFallback.ttf")
    if not path.exists():
        path.write_bytes(pymupdf.Font("cjk").buffer)
        font_manager.fontManager.addfont(path)
    return font_manager.FontProperties(fname=path)


def setup() -> None:
    """Chinese in figures, readable sizes, tables that show whole cells. Call it once, first."""
    # letters and figures from DejaVu; glyphs it lacks from the Chinese font
    plt.rcParams.update(
        {
            "font.family": ["DejaVu Sans", chinese_font().get_name()],
            "font.size": 10,
            "axes.titlesize": 11,
            "axes.titlelocation": "left",
            "figure.dpi": 100,
            "figure.constrained_layout.use": True,
            "axes.spines.top": False,
            "axes.spines.right": False,
        }
    )
    pd.set_option("display.max_colwidth", 120, "display.max_rows", 100)


def short(text: str, n: int) -> str:
    """The text on one line, cut to `n` characters with … at the end where it is longer."""
    line = " ".join(text.split())
    return line if len(line) <= n else line[: n - 1] + "…"


def plan_names(plans: pd.DataFrame) -> pd.Series:
    """plan_id → a name for axes, office and ROC year: 民政局 109.

    District offices come first, then bureaux, each by name.
    """
    rows = plans.sort_values(
        ["agency_kind", "agency", "year_roc"], ascending=[False, True, True]
    ).set_index("plan_id")
    office = rows.agency.str.removeprefix("高雄市政府").str.removeprefix("高雄市")
    return office + " " + rows.year_roc.astype("Int64").astype(str)


def heat(frame: pd.DataFrame, title: str = "", ax: plt.Axes | None = None) -> plt.Axes:
    """Heat map with each cell's number in it, a dot for zero; at least one row and one column.

    The darkest colour is the frame's largest number.
    """
    if ax is None:
        widest = frame.index.astype(str).str.len().max()
        _, ax = plt.subplots(
            figsize=(0.4 + 0.14 * widest + 1.12 * frame.shape[1], 0.9 + 0.29 * frame.shape[0])
        )
    highest = frame.to_numpy().max() or 1
    ax.imshow(frame, cmap="Blues", vmin=0, vmax=highest * 1.15, aspect="auto")
    for y, row in enumerate(frame.to_numpy()):
        for x, value in enumerate(row):
            ax.text(
                x,
                y,
                f"{value:g}" if value else "·",
                ha="center",
                va="center",
                color="white" if value > 0.7 * highest else "black",
            )
    ax.set_xticks(range(frame.shape[1]), frame.columns)
    ax.set_yticks(range(frame.shape[0]), frame.index)
    ax.tick_params(length=0, top=True, bottom=False, labeltop=True, labelbottom=False)
    ax.spines[:].set_visible(False)
    ax.set_title(title, pad=8)
    return ax


def left_labels(ax: plt.Axes) -> None:
    """Set the labels of the y axis flush left, so that codes stand under each other.

    Call it when the labels are final.
    """
    labels = ax.get_yticklabels()
    widest = max(label.get_window_extent().width for label in labels)
    ax.tick_params(axis="y", pad=4 + widest * 72 / ax.figure.dpi)
    plt.setp(labels, ha="left")


def show(alt: str) -> None:
    """Show the current figure and close it: a PNG of 64 colours, a third of the size of a full one.

    `alt` says what it shows to who cannot see it.
    """
    full, small = io.BytesIO(), io.BytesIO()
    plt.savefig(full, format="png", bbox_inches="tight")
    plt.close()
    Picture.open(full).convert("RGB").quantize(64).save(small, "PNG", optimize=True)
    display(Image(small.getvalue(), format="png", alt=alt))


def table(frame: pd.DataFrame) -> None:
    """Show a frame of words: cells flush left.

    As style and as attribute, for code hosts strip the one and JupyterLab overrules the other.
    """
    html = re.sub(r"<(td|th)\b", r'<\1 align="left" style="text-align: left"', frame.to_html())
    display({"text/html": html, "text/plain": repr(frame)}, raw=True)


def page_crop(file: str, page: int, box: dict, margin: float = 36) -> Image:
    """The part of a PDF page (from 1) that holds `box`, the box drawn in red.

    `box` is in PDF points, origin top left; `margin` points more are shown above and below it.

    Raises FileNotFoundError where the PDF folder lacks `file`.
    """
    path = RAW / file
    if not path.exists():
        raise FileNotFoundError(
            f"{file} is not in the folder of filed PDFs; set PLANS_RAW to the folder that holds it"
        )
    with pymupdf.open(path) as doc:
        sheet = doc[page - 1]
        clip = (
            pymupdf.Rect(sheet.rect.x0, box["y0"] - margin, sheet.rect.x1, box["y1"] + margin)
            & sheet.rect
        )
        frame = pymupdf.Rect(box["x0"], box["y0"], box["x1"], box["y1"]) + (-3, -2, 3, 2)
        sheet.draw_rect(
            frame * sheet.derotation_matrix, color=(0.8, 0.1, 0.1), width=1.5
        )  # MuPDF draws on the page before it is turned
        picture = sheet.get_pixmap(dpi=CROP_DPI, clip=clip)
    return Image(picture.tobytes("jpeg", jpg_quality=60), format="jpeg", alt=f"{file}, page {page}")
