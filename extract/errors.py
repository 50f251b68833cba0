"""The error that is the input's fault, apart from our own bugs (which keep their traceback)."""

from __future__ import annotations


class BadInput(Exception):
    """A file that cannot be read as a plan; the message names the file and the reason."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(f"{file}: {reason}")
        self.file = file
        self.reason = reason
