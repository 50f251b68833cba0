"""Whether there is room for a night before it begins."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

LEAST = 64 * 2**20
"""Bytes that a night needs besides what it writes: its report, and room to be mended in."""


def check_space(interim: Path, processed: Path) -> None:
    """Raise OSError, which names the folder and the bytes, where there is too little room.

    A night writes a dataset as large as the one before, perhaps all records anew (after a change of
    the reader), and keeps the dataset before; each may have grown by half.
    """
    _check(interim, LEAST + _size(interim) * 3 // 2)
    _check(processed, LEAST + _size(processed / "current") * 3 // 2)


def _check(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed:
        told = f"a night needs {needed:,} bytes of room, {free:,} are free"
        raise OSError(errno.ENOSPC, told, str(folder))


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("**/*") if path.is_file())
