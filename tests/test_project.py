"""The README tells the truth, and the repository stands alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def test_every_make_command_of_the_readme_is_a_target() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"make ([a-z-]+)", README)) <= targets


@pytest.mark.parametrize("code", re.findall(r"```python\n(.*?)```", README, re.DOTALL))
def test_python_examples_of_the_readme_run(code: str, dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(code.replace("data/processed", str(dataset)), "README.md", "exec"), {})
    assert capsys.readouterr().out.strip()


def test_ci_calls_the_readme_test_command() -> None:
    assert "make test" in README
    assert (ROOT / ".ci/run").read_text("utf-8").rstrip().endswith("make test")
