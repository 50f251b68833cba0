"""Datasets for the whole test run, made once from filed plans by the commands a user types."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SCAN = "xiaogang-105.pdf"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests first: what is left is short, so that all workers finish together."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def run(*args: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m …` from the repository root."""
    return subprocess.run([sys.executable, "-m", *args], cwd=ROOT, capture_output=True, text=True)


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder shared by all workers of the test run, filled by the one that needs it first."""
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    folder, done = base / name, base / f"{name}.done"
    with open(base / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            done.touch()
    return folder


def process(base: Path) -> None:
    """`base/raw` → `base/interim` → `base/processed`."""
    interim, processed = str(base / "interim"), str(base / "processed")
    for stage in (
        ("extract", str(base / "raw"), "--out", interim, "--workers", "2"),
        ("normalize", interim, "--out", processed),
    ):
        done = run(*stage)
        assert done.returncode in (0, 1), done.stderr


def link_plans(raw: Path) -> None:
    """The filed plans and their other typesettings as links in `raw`."""
    raw.mkdir()
    for folder in ("data/raw", "tests/plans/dev"):
        for pdf in (ROOT / folder).glob("*.pdf"):
            (raw / pdf.name).symlink_to(pdf)


@pytest.fixture(scope="session")
def digital(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the processed tables of the plans that are no scan: there in a few seconds."""

    def make(base: Path) -> None:
        link_plans(base / "raw")
        (base / "raw" / SCAN).unlink()
        process(base)

    return made_once(tmp_path_factory, "digital", make) / "processed"


@pytest.fixture(scope="session")
def dataset(digital: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the processed tables of all plans; the digital ones are not read again."""

    def make(base: Path) -> None:
        link_plans(base / "raw")
        shutil.copytree(digital.parent / "interim", base / "interim")
        process(base)

    return made_once(tmp_path_factory, "dataset", make) / "processed"
