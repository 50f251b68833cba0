"""Scans made from printed plans: rendered, leaned, soiled, and saved as pictures in a PDF.

    python -m benchmarks.make_scans data/raw/*.pdf --out scans --dpi 150 200 300

Every page gets its own lean (up to 1.5°), blur, paper noise, uneven light and JPEG quality, drawn
from a seed, so a scan can be made again bit for bit by the same library versions.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import cv2
import numpy as np
import pymupdf

MAX_SKEW = 1.5  # degrees


def soil(grey: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A page picture (uint8, 255 is paper) as a worn scanner would give it."""
    height, width = grey.shape
    angle = rng.uniform(-MAX_SKEW, MAX_SKEW)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    page = cv2.warpAffine(
        grey, turn, (width, height), flags=cv2.INTER_LINEAR, borderValue=255
    ).astype(np.float32)
    page = cv2.GaussianBlur(page, (0, 0), rng.uniform(0.3, 0.7))
    light = np.linspace(rng.uniform(0.93, 1.0), rng.uniform(0.93, 1.0), width, dtype=np.float32)[
        None, :
    ]
    page = page * light * rng.uniform(0.95, 1.0) + rng.normal(
        0, rng.uniform(3, 9), page.shape
    ).astype(np.float32)
    specks = rng.integers(0, [height, width], size=(int(height * width / 40000), 2))
    page[specks[:, 0], specks[:, 1]] = rng.uniform(0, 120, len(specks))
    return np.clip(page, 0, 255).astype(np.uint8)


def make_scan(source: Path, target: Path, dpi: int, seed: int, pages: int | None = None) -> None:
    """Write `target`, a scan of the first `pages` pages (all when None) of `source` at `dpi` dots
    per inch.
    """
    rng = np.random.default_rng([seed, dpi])
    with pymupdf.open(source) as doc, pymupdf.open() as out:
        for page in list(doc)[:pages]:
            pixmap = page.get_pixmap(dpi=dpi, colorspace=pymupdf.csGRAY)
            grey = np.frombuffer(pixmap.samples, dtype=np.uint8).reshape(
                pixmap.height, pixmap.stride
            )[:, : pixmap.width]
            done, jpeg = cv2.imencode(
                ".jpg", soil(grey, rng), [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(55, 85))]
            )
            assert done
            sheet = out.new_page(width=page.rect.width, height=page.rect.height)
            sheet.insert_image(sheet.rect, stream=jpeg.tobytes())
        out.save(target)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.make_scans", description="Make scans of printed plans."
    )
    parser.add_argument("plans", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--dpi", type=int, nargs="+", default=[150, 200, 300])
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args(argv)
    args.out.mkdir(parents=True, exist_ok=True)
    for plan in args.plans:
        for dpi in args.dpi:
            target = args.out / f"{plan.stem}__scan{dpi}.pdf"
            make_scan(plan, target, dpi, args.seed)
            print(target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
