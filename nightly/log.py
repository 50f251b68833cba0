"""Log lines of the batch on stderr: plain for people, JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime


def logger(as_json: bool) -> Callable[..., None]:
    """A function `log(event, **values)` that writes one line an event, flushed at once."""

    def log(event: str, **values: object) -> None:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = (
            json.dumps({"time": now, "event": event, **values})
            if as_json
            else f"{now} {event} "
            + " ".join(f"{k}={v!r}" for k, v in values.items() if v is not None)
        )
        print(line, file=sys.stderr, flush=True)

    return log
