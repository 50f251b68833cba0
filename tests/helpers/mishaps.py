"""Tasks that end badly, in a module that a worker process has loaded at once."""

from __future__ import annotations

import os
import signal
import time


def mishap(kind: str) -> str:
    """Crash, hang, or give back what came in."""
    if kind == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if kind == "hang":
        time.sleep(600)
    return kind
