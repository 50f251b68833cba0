"""Which code reads: a digest of its sources, so that what other code read is read anew."""

from __future__ import annotations

import hashlib
from pathlib import Path

SUFFIXES = (".py", ".json", ".csv")


def sources_digest(*rooms: Path) -> str:
    """SHA-256 of all code and data files of package folders.

    Their places in the room and their bytes, wherever it is installed.
    """
    digest = hashlib.sha256()
    for room in rooms:
        files = {p.relative_to(room).as_posix(): p for p in room.rglob("*") if _decides(p)}
        for place, file in sorted(files.items()):
            content = file.read_bytes()
            digest.update(f"{room.name}/{place} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def _decides(path: Path) -> bool:
    return path.suffix in SUFFIXES and path.is_file()


EXTRACTOR_VERSION = sources_digest(Path(__file__).parent)[:12]
"""The same wherever the code of `extract` is the same.

Changes with every change of it. Taken once, when first imported.
"""
