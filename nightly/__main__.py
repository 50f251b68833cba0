"""`python -m nightly`: the batch that nobody watches."""

from __future__ import annotations

import argparse
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from extract.isolate import Limits

from .run import Busy, as_markdown, run_nightly


def main(argv: list[str] | None = None) -> int:
    """Run the batch; returns 0 well, 1 with failures, 2 nothing published."""
    parser = argparse.ArgumentParser(
        prog="python -m nightly", description="Take newly filed, changed and withdrawn plans, renormalise, publish when healthy, report.",
        epilog="Exit codes: 0 well (or nothing new), 1 published but some files failed, 2 nothing published (the old dataset stays).",
    )
    parser.add_argument("--raw", type=Path, default=Path("data/raw"))
    parser.add_argument("--interim", type=Path, default=Path("data/interim"))
    parser.add_argument("--processed", type=Path, default=Path("data/processed"))
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seconds", type=float, default=Limits().seconds, help="wall-clock limit a file (default: %(default)s)")
    parser.add_argument("--memory", type=int, default=Limits().memory // 2**20, help="megabytes of address space a worker (default: %(default)s)")
    parser.add_argument("--log-json", action="store_true", help="one JSON line an event instead of plain lines")
    args = parser.parse_args(argv)

    def log(event: str, **values: object) -> None:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = json.dumps({"time": now, "event": event, **values}) if args.log_json else f"{now} {event} " + " ".join(f"{k}={v!r}" for k, v in values.items() if v is not None)
        print(line, file=sys.stderr, flush=True)

    try:
        report = run_nightly(args.raw, args.interim, args.processed, workers=max(1, args.workers), limits=Limits(args.seconds, args.memory * 2**20), log=log)
    except Busy as error:
        log("busy", reason=str(error))
        return 2
    log("end", exit_code=report.exit_code, published=report.published, seconds=report.seconds)
    if not args.log_json:
        print(as_markdown(report))
    return report.exit_code


if __name__ == "__main__":
    sys.exit(main())
