"""A page's picture: rendered, turned straight, divided into ink and paper."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pymupdf

from extract.page import Mask

Grey = npt.NDArray[np.uint8]
"""A picture in grey: shape (height, width), 0 is ink, 255 is paper."""

LOW, HIGH = 150, 220  # dots per inch: finer pictures read no better and cost more
MAX_PIXELS = 24_000_000  # a page larger than this at LOW is rendered coarser
SKEW_DPI = 110  # dots per inch: enough to see a lean, and quick
MAX_SKEW = 5.0  # degrees


def resolution(page: pymupdf.Page) -> int:
    """Dots per inch to render the page at: its largest picture's own, within LOW and HIGH and
    within MAX_PIXELS.
    """
    dpi = LOW
    for picture in page.get_image_info():
        area = abs(pymupdf.Rect(picture["bbox"]))
        if area > 0.1 * abs(page.rect):
            dpi = max(dpi, round((picture["width"] * picture["height"] / area) ** 0.5 * 72))
    dpi = min(dpi, HIGH)
    area = page.rect.width * page.rect.height / 72**2
    return max(36, min(dpi, int((MAX_PIXELS / max(area, 1e-6)) ** 0.5)))


def render(page: pymupdf.Page, dpi: int) -> Grey:
    """The page, its rotation entry left aside, in grey: shape (height, width), dtype uint8, 255 is
    paper.
    """
    rotation = page.rotation
    page.set_rotation(0)
    try:
        pixmap = page.get_pixmap(dpi=dpi, colorspace=pymupdf.csGRAY, alpha=False)
    finally:
        page.set_rotation(rotation)
    return (
        np.frombuffer(pixmap.samples, dtype=np.uint8)
        .reshape(pixmap.height, pixmap.stride)[:, : pixmap.width]
        .copy()
    )


def ink_of(grey: Grey, dpi: int) -> Mask:
    """Mask of ink, shape of the picture.

    The threshold follows the paper's shade; specks of a few pixels are left out.
    """
    block = max(15, int(dpi * 0.22)) | 1
    smooth = cv2.GaussianBlur(grey, (3, 3), 0) if dpi >= LOW else grey
    ink = cv2.adaptiveThreshold(
        smooth, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, block, 22
    )
    count, label, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    speck = stats[:, cv2.CC_STAT_AREA] < max(4, int(8 * (dpi / 200) ** 2))
    speck[0] = False
    if count > 1 and speck.any():
        ink[speck[label]] = 0
    return ink > 0


def skew(ink: Mask, dpi: int) -> float:
    """Angle in degrees by which the picture leans (positive: its lines fall to the right).

    Long rules tell best; a page without any is judged by how sharply its text lines stand out row
    by row.
    """
    shrunk = cv2.resize(
        ink.astype(np.uint8) * 255,
        None,
        fx=SKEW_DPI / dpi,
        fy=SKEW_DPI / dpi,
        interpolation=cv2.INTER_AREA,
    )
    mask, dpi = (shrunk > 60).astype(np.uint8) * 255, SKEW_DPI
    length = int(dpi * 1.2)
    found = cv2.HoughLinesP(
        mask,
        1,
        np.pi / 1440,
        threshold=length // 2,
        minLineLength=length,
        maxLineGap=int(dpi * 0.05),
    )
    if found is not None:
        x0, y0, x1, y1 = found.reshape(-1, 4).astype(float).T
        angle = np.degrees(np.arctan2(y1 - y0, x1 - x0))
        angle = np.where(angle > 45, angle - 90, np.where(angle < -45, angle + 90, angle))
        near = np.abs(angle) <= MAX_SKEW
        if near.sum() >= 3:
            weight = np.hypot(x1 - x0, y1 - y0)[near]
            order = np.argsort(angle[near])
            middle = np.searchsorted(np.cumsum(weight[order]), weight.sum() / 2)
            return float(angle[near][order][middle])
    small = cv2.resize(mask, None, fx=72 / dpi, fy=72 / dpi, interpolation=cv2.INTER_AREA)
    best, sharpest = 0.0, -1.0
    for degrees in np.arange(-MAX_SKEW, MAX_SKEW + 0.01, 0.25):
        rows = straighten(small.astype(np.uint8), degrees).sum(axis=1, dtype=float)
        sharp = float(((rows[1:] - rows[:-1]) ** 2).sum())
        if sharp > sharpest:
            best, sharpest = float(degrees), sharp
    return best


def straighten(picture: Grey, degrees: float) -> Grey:
    """The picture turned back by `degrees` about its centre, same shape; what comes into view
    continues its edge.
    """
    if abs(degrees) < 0.02:
        return picture
    height, width = picture.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    straight = cv2.warpAffine(
        picture, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return straight.astype(np.uint8, copy=False)
