"""Pictures of single lines → characters with their place and probability.

The recogniser is PP-OCRv6 (small) as shipped in RapidOCR's wheel; its output is decoded here,
because the place of each character is needed, which RapidOCR gives only by words. Decoding follows
CTC: the best class a step, repeats joined, blanks dropped.
"""

from __future__ import annotations

import os
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from extract.page import Ints
from extract.readers.ocr.image import Grey

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

Steps = npt.NDArray[np.float32]

HEIGHT = 48  # pixels: what the model was trained on
BATCH = 4
CERTAIN = 0.98  # probability above which no other reading is looked up


class Char(NamedTuple):
    """A recognised character: its centre in pixels of the line picture, its probability, and the
    next likely reading.
    """

    text: str
    x: float
    score: float
    other: str = ""
    other_score: float = 0.0


@lru_cache(maxsize=1)
def _session() -> tuple[InferenceSession, list[str]]:
    import onnxruntime

    models = (str(p) for p in (files("rapidocr") / "models").iterdir())
    found = sorted(p for p in models if "_rec_" in p and p.endswith(".onnx"))
    if not found:
        raise RuntimeError("RapidOCR's wheel holds no recognition model")
    options = onnxruntime.SessionOptions()
    # One page a process: more threads than cores would only get into each other's way.
    options.intra_op_num_threads = int(os.environ.get("SERVICE_PLANS_OCR_THREADS", "1"))
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = True
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(found[-1], options, providers=["CPUExecutionProvider"])
    classes = session.get_modelmeta().custom_metadata_map["character"].splitlines()
    return session, ["", *classes, " "]


def recognise(pictures: list[Grey]) -> list[list[Char]]:
    """Read line pictures (grey, dtype uint8, any size); one list of characters each, in order."""
    session, classes = _session()
    name = session.get_inputs()[0].name
    scaled = [
        cv2.resize(
            p,
            (max(8, round(p.shape[1] * HEIGHT / p.shape[0])), HEIGHT),
            interpolation=cv2.INTER_LINEAR,
        )
        for p in pictures
    ]
    order = sorted(range(len(scaled)), key=lambda i: scaled[i].shape[1])
    out: list[list[Char]] = [[] for _ in pictures]
    for start in range(0, len(order), BATCH):
        batch = order[start : start + BATCH]
        width = -(-max(scaled[i].shape[1] for i in batch) // 8) * 8 + 16
        tensor = np.ones((len(batch), 1, HEIGHT, width), dtype=np.float32)
        for row, i in enumerate(batch):
            tensor[row, 0, :, : scaled[i].shape[1]] = scaled[i] / 127.5 - 1.0
        steps = session.run(None, {name: np.repeat(tensor, 3, axis=1)})[0]
        best, score = steps.argmax(axis=2), steps.max(axis=2)
        for row, i in enumerate(batch):
            scale = width / best.shape[1] * pictures[i].shape[1] / scaled[i].shape[1]
            out[i] = _decode(steps[row], best[row], score[row], classes, scale)
    return out


def _decode(steps: Steps, best: Ints, score: Steps, classes: list[str], scale: float) -> list[Char]:
    chars = []
    edge = np.flatnonzero(np.diff(best)) + 1
    for a, b in zip(np.concatenate(([0], edge)), np.concatenate((edge, [len(best)]))):
        if not best[a]:
            continue
        peak = a + int(score[a:b].argmax())
        other, other_score = "", 0.0
        if score[peak] < CERTAIN:
            rest = steps[peak].copy()
            rest[[0, best[a]]] = 0.0
            k = int(rest.argmax())
            other, other_score = classes[k], float(rest[k])
        chars.append(
            Char(
                classes[best[a]], float((a + b) / 2 * scale), float(score[peak]), other, other_score
            )
        )
    return chars
