"""`python -m normalize data/interim --out data/processed`"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from normalize.corrections import CorrectionError
from normalize.pipeline import CORRECTIONS, NothingToDo, normalize
from normalize.publish import PublishError
from normalize.report import show

OK, SOME_FAILED, NOTHING_DONE = 0, 1, 2


def parser() -> argparse.ArgumentParser:
    p = argparse.ArgumentParser(prog="python -m normalize", description="Turn printed plans (interim JSON) into the dataset (Parquet).",
                                epilog="Exit codes: 0 all well, 1 some plans failed (dataset written), 2 nothing could be done (old dataset untouched).")
    p.add_argument("interim", type=Path, help="folder of printed plans, one <sha256>.json a plan (what `python -m extract` writes)")
    p.add_argument("--out", type=Path, default=Path("data/processed"), help="folder of the dataset (default: %(default)s)")
    p.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes for large sets (default: one a core)")
    p.add_argument("--corrections", type=Path, default=CORRECTIONS, help="folder of reviewed corrections (default: data/corrections)")
    p.add_argument("--agency-codes", type=Path, help="official agency code list (CSV with 機關代碼,機關名稱) for plans.agency_code")
    return p


def main(argv: list[str] | None = None) -> int:
    args = parser().parse_args(argv)
    console, errors = Console(width=None if sys.stdout.isatty() else 160), Console(stderr=True)
    try:
        with Progress(TextColumn("normalize"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=errors, disable=not errors.is_terminal, transient=True) as bar:
            task = bar.add_task("plans", total=None)
            report = normalize(args.interim, args.out, corrections_dir=args.corrections, codes_file=args.agency_codes, workers=max(1, args.workers),
                               progress=lambda done, total: bar.update(task, completed=done, total=total))
    except (NothingToDo, CorrectionError, PublishError, OSError) as error:
        errors.print(f"normalize: {error}", style="red", highlight=False, soft_wrap=True)
        return NOTHING_DONE
    show(report, console)
    return SOME_FAILED if report.exit_code else OK


if __name__ == "__main__":
    sys.exit(main())
