"""Folders and files at any address.

Local paths, or what fsspec reaches (`s3://bucket/plans`, `memory://x`). Local paths stay
`pathlib.Path`; an address with `://` is a `Remote`. fsspec is imported for those alone.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, overload

SHA256 = re.compile("[0-9a-f]{64}")
HINT = "pip install 'service-plans[cluster]'"


class StoreError(OSError):
    """An address cannot be read or written; the message names it and why."""


@dataclass(frozen=True, slots=True)
class Remote:
    """A file or folder at an fsspec address, named like a `pathlib.Path`.

    Keys and secrets come from the environment, never from the address.
    """

    address: str

    def __truediv__(self, name: str) -> Remote:
        return Remote(f"{self.address.rstrip('/')}/{name}")

    def __str__(self) -> str:
        return self.address

    @property
    def name(self) -> str:
        return PurePosixPath(self.address).name

    @property
    def stem(self) -> str:
        return PurePosixPath(self.address).stem

    @property
    def suffix(self) -> str:
        return PurePosixPath(self.address).suffix


File = Path | Remote


def at(address: str | File) -> File:
    """The folder or file at an address."""
    if not isinstance(address, str):
        return address
    return Remote(address) if "://" in address else Path(address)


@contextmanager
def _reach(file: Remote) -> Iterator[tuple[Any, str]]:
    """(file system, path in it).

    Whatever goes wrong is a `StoreError`: every store has errors of its own, some of which cannot
    be pickled.
    """
    try:
        import fsspec

        yield fsspec.url_to_fs(file.address)
    except ImportError as error:
        raise StoreError(f"{file}: {error} ({HINT})") from error
    except Exception as error:
        raise StoreError(f"{file}: {type(error).__name__}: {error}") from error


def exists(file: File) -> bool:
    if isinstance(file, Path):
        return file.exists()
    with _reach(file) as (fs, path):
        fs.invalidate_cache()  # other processes write there, too
        return bool(fs.exists(path))


@overload
def find_pdfs(raw: Path) -> list[Path]: ...
@overload
def find_pdfs(raw: File) -> list[File]: ...
def find_pdfs(raw: File) -> list[Path] | list[File]:
    """PDF files of a folder and the folders in it (or the one file given), by name.

    Raises StoreError when an address cannot be listed.
    """
    if isinstance(raw, Path):
        if raw.is_file():
            return [raw]
        return sorted(p for p in raw.rglob("*") if p.name.lower().endswith(".pdf") and _is_file(p))
    with _reach(raw) as (fs, path):
        fs.invalidate_cache()
        if fs.isfile(path):
            return list[File]([raw])
        paths = [p for p in sorted(fs.find(path)) if p.lower().endswith(".pdf")]
        return list[File](Remote(fs.unstrip_protocol(p)) for p in paths)


def _is_file(path: Path) -> bool:
    """Whether it is a file. One that cannot be looked at counts: its reading tells why."""
    try:
        return path.is_file()
    except OSError:
        return True


def records(folder: File) -> list[File]:
    """Records in name order.

    Hidden files and run reports (names that are no SHA-256) are none; a folder that is not there
    has none.
    """
    if isinstance(folder, Path):
        found: list[File] = list(folder.glob("*.json"))
    else:
        with _reach(folder) as (fs, path):
            fs.invalidate_cache()
            found = [
                folder / PurePosixPath(p).name
                for p in (fs.ls(path, detail=False) if fs.exists(path) else [])
                if p.endswith(".json")
            ]
    return sorted((p for p in found if SHA256.fullmatch(p.stem)), key=str)


def read(file: File) -> bytes:
    if isinstance(file, Path):
        return file.read_bytes()
    with _reach(file) as (fs, path):
        content: bytes = fs.cat_file(path)
        return content


def write(file: File, content: bytes) -> None:
    """Write so that a reader never sees half of it.

    A local file is renamed into place, an object store shows whole objects only.
    """
    if isinstance(file, Remote):
        with _reach(file) as (fs, path):
            fs.pipe_file(path, content)
        return
    temporary = file.with_suffix(f".{os.getpid()}.tmp")
    try:
        temporary.write_bytes(content)
        os.replace(temporary, file)
    except BaseException:  # what a full disk took is given back
        temporary.unlink(missing_ok=True)
        raise


def delete(file: File) -> None:
    if isinstance(file, Path):
        file.unlink()
        return
    with _reach(file) as (fs, path):
        fs.rm_file(path)


def written_at(file: File) -> datetime:
    """When the file was last written, UTC, whole seconds."""
    if isinstance(file, Path):
        return datetime.fromtimestamp(int(file.stat().st_mtime), tz=UTC)
    with _reach(file) as (fs, path):
        when: datetime = fs.modified(path)
    aware = when if when.tzinfo else when.replace(tzinfo=UTC)
    return aware.astimezone(UTC).replace(microsecond=0)


@contextmanager
def local_copy(file: File, scratch: Path) -> Iterator[Path]:
    """A path to read the file at.

    Its own, or a copy below `scratch`, gone at the end. The copy has a name of its own: a store's
    may be too long for a disk.
    """
    if isinstance(file, Path):
        yield file
        return
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        copy = Path(folder) / "copy.pdf"
        with _reach(file) as (fs, path):
            fs.get_file(path, str(copy))
        yield copy
