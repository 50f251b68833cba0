"""What the program needs of this machine, and whether the dataset is whole."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path

import typer

from extract.readers import READERS
from plans.console import OK, PROCESSED, SOME_FAILED, Processed

OLDEST = (3, 11)
ROOM = 2 * 2**30
"""Bytes that should be free: two releases, the records and a build beside them."""


@dataclass(frozen=True, slots=True)
class Told:
    """One thing looked at; `hint` says what to do when it is not well.

    `needed`: without it nothing works; what is not needed only warns.
    """

    what: str
    well: bool
    found: str
    hint: str = ""
    needed: bool = True


def doctor(processed: Processed = PROCESSED) -> None:
    """Look whether this machine has what the program needs, and whether the dataset is whole."""
    everything = [Told("plans", True, own_version()), *look(processed)]
    for told in everything:
        mark = "ok  " if told.well else "FAIL" if told.needed else "warn"
        typer.echo(
            f"{mark} {told.what}: {told.found}" + (f"; {told.hint}" if not told.well else "")
        )
    raise typer.Exit(OK if all(t.well or not t.needed for t in everything) else SOME_FAILED)


def own_version() -> str:
    try:
        return version("service-plans")
    except PackageNotFoundError:  # run from a folder without being installed
        return "not installed"


def look(processed: Path) -> Iterator[Told]:
    """All that is looked at, one by one."""
    yield _python()
    yield from map(_reader, READERS)
    yield _model()
    yield _fonts()
    yield _disk(processed)
    yield _dataset(processed)


def _python() -> Told:
    well = sys.version_info >= OLDEST
    return Told("Python", well, platform.python_version(), "install Python 3.11 or newer")


def _reader(name: str) -> Told:
    module = READERS[name].partition(":")[0]
    return _tried(
        f"reader {name}", lambda: _loaded(module), "run make extract once, or pip install"
    )


def _loaded(module: str) -> str:
    import_module(module)
    return "can be loaded"


def _model() -> Told:
    def found() -> str:
        import_module("onnxruntime")
        names = [path.name for path in (files("rapidocr") / "models").iterdir()]
        return next(name for name in sorted(names) if "_rec_" in name and name.endswith(".onnx"))

    return _tried("model for scans", found, "install the locked dependencies again")


def _tried(what: str, look: Callable[[], str], hint: str) -> Told:
    try:
        return Told(what, True, look())
    except Exception as error:
        return Told(what, False, f"{type(error).__name__}: {error}", hint)


def _fonts() -> Told:
    """Pages are drawn with fonts of their own; a browser needs one of the system."""
    what, hint = "Chinese font for browsers", "install fonts-noto-cjk; pages of text show boxes"
    command = shutil.which("fc-list")
    if command is None:
        return Told(what, False, "unknown: no fc-list", "install fontconfig to see", needed=False)
    done = subprocess.run(
        [command, ":lang=zh-tw", "family"], capture_output=True, text=True, check=False
    )
    families = sorted({line.split(",")[0] for line in done.stdout.splitlines()})
    return Told(what, bool(families), ", ".join(families[:3]) or "none", hint, needed=False)


def _disk(processed: Path) -> Told:
    here = next(
        path for path in (processed.absolute(), *processed.absolute().parents) if path.exists()
    )
    free = shutil.disk_usage(here).free
    found = f"{free / 2**30:.1f} GB free at {here}"
    return Told("disk", free >= ROOM, found, "make room: a release is written beside the old one")


def _dataset(processed: Path) -> Told:
    from dataset.check import broken_files

    try:
        broken = broken_files(processed)
    except FileNotFoundError:
        hint = "run plans extract and plans normalize, or plans nightly"
        return Told("dataset", False, f"none in {processed}", hint, needed=False)
    except (OSError, ValueError, KeyError) as error:
        return Told("dataset", False, str(error), "run plans normalize again")
    found = f"not as published: {', '.join(broken)}" if broken else f"whole, in {processed}"
    return Told("dataset", not broken, found, "run plans normalize again")
