"""The README tells the truth, and the repository stands alone."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dataset.export import export
from extract.version import EXTRACTOR_VERSION, sources_digest

from .conftest import SCAN

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def test_every_make_command_of_the_readme_is_a_target() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"make ([a-z-]+)", README)) <= targets


@pytest.mark.parametrize("code", re.findall(r"```python\n(.*?)```", README, re.DOTALL))
def test_python_examples_of_the_readme_run(
    code: str,
    digital: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As in the folder of the repository after `make extract` and `make export`."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data" / "processed").mkdir(parents=True)
    for table in digital.resolve().glob("*.parquet"):
        (tmp_path / "data" / "processed" / table.name).symlink_to(table)
    if "data/processed/export" in code:
        list(export(digital, tmp_path / "data" / "processed" / "export", ("csv",)))
    exec(compile(code, "README.md", "exec"), {})
    assert capsys.readouterr().out.strip()


@pytest.mark.slow
def test_every_shell_command_of_the_readme_runs(tmp_path: Path) -> None:
    """In the README's order, in a copy of the repository; `make test` is what is running."""
    commands = [
        line.split("   #")[0].rstrip()
        for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
        for line in block.splitlines()
        if line.strip()
    ]
    assert len(commands) > 10 and "make test" in commands
    copy = tmp_path / "copy"
    for name in subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines():
        if (ROOT / name).is_file() and not name.startswith(("tests/", ".ci/")):
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    (copy / "data/raw" / SCAN).unlink()  # recognition is dear, and scans are read elsewhere
    (copy / ".venv").symlink_to(Path(sys.prefix), target_is_directory=True)
    for name in (*(path.name for path in ROOT.glob("*.lock")), "pyproject.toml"):
        os.utime(copy / name, (1, 1))  # the environment is made: nothing is to be installed
    script = "set -e\n" + "\n".join(
        f"echo '$ {c}'\n{c} || {{ code=$?; echo \"exit $code\"; exit $code; }}"
        for c in commands
        if c not in ("make test", "make desk")  # which waits for a person
    )
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=copy,
        capture_output=True,
        text=True,
        env={k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")},
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    made = copy / "data" / "processed"
    assert all(
        (made / name).exists()
        for name in ("measures.parquet", "review/index.html", "export/plans.xlsx", "pages", "runs")
    )


def test_ci_calls_the_readme_test_command() -> None:
    assert "make test" in README
    assert (ROOT / ".ci/run").read_text("utf-8").rstrip().endswith("make test")


def test_the_extractor_version_is_that_of_its_sources(tmp_path: Path) -> None:
    """The same in a copy elsewhere, as in a wheel installed; another with every change."""
    room = tmp_path / "elsewhere" / "extract"
    shutil.copytree(ROOT / "extract", room, ignore=shutil.ignore_patterns("__pycache__"))
    assert sources_digest(room).startswith(EXTRACTOR_VERSION)
    (room / "notes.md").write_text("decides nothing", "utf-8")
    assert sources_digest(room).startswith(EXTRACTOR_VERSION)
    table = room / "layout" / "new.csv"
    table.write_text("a\n", "utf-8")
    added = sources_digest(room)
    table.write_text("b\n", "utf-8")
    changed = sources_digest(room)
    table.rename(room / "layout" / "renamed.csv")
    assert len({added, changed, sources_digest(room), sources_digest(ROOT / "extract")}) == 4


def locked(path: Path) -> dict[str, int]:
    """Package → digests in a lock; those that this system has no use for carry a marker."""
    blocks = re.split(r"\n(?=\S)", path.read_text("utf-8"))
    named = {block.partition("==")[0]: block for block in blocks if " ; " not in block}
    return {name: block.count("--hash=sha256:") for name, block in named.items()}


@pytest.mark.parametrize("lock", [*ROOT.glob("*.lock"), *ROOT.glob("deploy/*/*.lock")])
def test_everything_locked_has_its_digests_and_names_no_index(lock: Path) -> None:
    assert len(locked(lock)) > 40 and all(locked(lock).values())
    assert "://" not in lock.read_text("utf-8")


def test_nothing_is_installed_but_what_is_locked() -> None:
    texts = [(ROOT / name).read_text("utf-8") for name in ("Makefile", "deploy/cluster/Dockerfile")]
    installs = re.findall(r"^.*(?:\(PIP\)|pip install) .*lock.*$", "\n".join(texts), re.MULTILINE)
    assert len(installs) >= 3 and all("--require-hashes" in line for line in installs)


def test_the_licence_of_everything_installed_is_listed() -> None:
    rows = re.findall(
        r"^\| (\S+) +\| (.+?) +\|$", (ROOT / "docs/licences.md").read_text("utf-8"), re.M
    )
    listed = {re.sub("[-_.]+", "-", name).lower(): licence for name, licence in rows}
    assert (
        locked(ROOT / "requirements.lock").keys() <= listed.keys()
        and "UNKNOWN" not in listed.values()
    )


def test_who_hands_files_out_loads_nothing_that_reads_them() -> None:
    told = "import sys, plans.__main__, batch.cluster, batch.folder; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True)
    assert "batch.reading" in loaded.stdout.split(), loaded.stderr
    assert not {"numpy", "pymupdf", "pyarrow", "onnxruntime"} & set(loaded.stdout.split())
