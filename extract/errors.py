"""What may go wrong: the input's fault, told in a line; or a fault of this program."""

from __future__ import annotations

import traceback
from pathlib import Path

HOME = Path(__file__).parent.parent


class BadInput(Exception):
    """A file that cannot be used; the message names it (with the line, where there is one) and the
    reason.
    """

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(file, reason)
        self.file = file
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.file}: {self.reason}"


def fault(error: BaseException) -> str:
    """An error that nobody foresaw in one line: its kind, and the last line of this program that it
    passed.
    """
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if Path(f.filename).is_relative_to(HOME)]
    ours = [f for f in ours if "site-packages" not in f.filename[len(str(HOME)) :]] or frames
    where = f" at {ours[-1].filename}:{ours[-1].lineno}" if ours else ""
    told = " ".join(str(error).split())
    return f"{type(error).__name__}: {told}{where}".replace(f"{HOME}/", "")
