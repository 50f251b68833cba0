"""One dataset for the whole test run, made from `data/raw` by the commands a user types."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def run(*args: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m …` from the repository root."""
    return subprocess.run([sys.executable, "-m", *args], cwd=ROOT, capture_output=True, text=True)


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the processed tables of the filed plans and their other typesettings."""
    base = tmp_path_factory.mktemp("dataset")
    raw = base / "raw"
    raw.mkdir()
    for folder in ("data/raw", "tests/plans/dev"):
        for pdf in (ROOT / folder).glob("*.pdf"):
            (raw / pdf.name).symlink_to(pdf)
    done = run("extract", str(raw), "--out", str(base / "interim"))
    assert done.returncode in (0, 1), done.stderr
    done = run("normalize", str(base / "interim"), "--out", str(base / "processed"))
    assert done.returncode in (0, 1), done.stderr
    return base / "processed"
