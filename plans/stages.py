"""The commands that make the dataset: extract, normalize, and nightly for both."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extract.readers import READERS
from plans.console import (
    CORES,
    INTERIM,
    NOTHING_DONE,
    OK,
    PROCESSED,
    RAW,
    SOME_FAILED,
    Interim,
    ProcessedOption,
    RawOption,
    Workers,
    bar,
    tell_fault,
)

if TYPE_CHECKING:
    from batch.job import Outcome


# The type checker wants the names written out; they stand in the readers' table alone.
ReaderName = StrEnum("ReaderName", list(READERS))  # type: ignore[misc]
DEFAULT = ReaderName(next(iter(READERS)))


def extract(
    raw: Annotated[
        str,
        typer.Argument(
            help="Folder of PDF files, or one PDF; a path or an address (s3://bucket/folder)."
        ),
    ] = str(RAW),
    out: Annotated[
        str, typer.Option(help="Folder for the records, one JSON a plan; a path or an address.")
    ] = str(INTERIM),
    workers: Workers = CORES,
    reader: Annotated[ReaderName, typer.Option(help="Library that reads the pages.")] = DEFAULT,
    debug_pages: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Also write each page as a picture with rules, cells, lines, measures and units "
            "drawn on, and why each page break was read as it was.",
        ),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="tcp://HOST:8786", help="Read the files on the workers of this Dask cluster."
        ),
    ] = None,
) -> None:
    """Read plans (PDF) and write what each prints as one JSON record.

    A plan read before is not read again.
    """
    from batch.cluster import extract_on_cluster
    from batch.folder import extract_folder

    elsewhere = scheduler is not None or "://" in raw + out
    if elsewhere and debug_pages is not None:
        here = "only for folders of this machine, read on this machine"
        raise typer.BadParameter(here, param_hint="--debug-pages")
    with bar("extract") as progress:

        def on_done(outcome: Outcome, done: int, total: int) -> None:
            progress(done, total, outcome.file)

        outcomes = (
            extract_on_cluster(raw, out, scheduler, reader.value, on_done)
            if scheduler is not None
            else extract_folder(raw, out, workers, reader.value, on_done, debug_pages)
        )
    raise typer.Exit(_told(outcomes, out))


def _told(outcomes: list[Outcome], out: str) -> int:
    """Print what became of the files; returns the exit code."""
    for outcome in outcomes:
        if outcome.status != "ok":
            typer.echo(f"{outcome.file}: {outcome.status}: {outcome.reason}", err=True)
    kept = sum(o.kept for o in outcomes)
    failed = sum(o.status == "failed" for o in outcomes)
    read = len(outcomes) - kept
    typer.echo(f"{len(outcomes)} files: {read} read, {kept} unchanged, {failed} failed → {out}")
    return NOTHING_DONE if failed == len(outcomes) else SOME_FAILED if failed else OK


def normalize(
    interim: Annotated[
        str,
        typer.Argument(
            help="Folder of records, one <sha256>.json a plan (what `plans extract` writes); "
            "a path or an address."
        ),
    ] = str(INTERIM),
    out: Annotated[Path, typer.Option(help="Folder of the dataset.")] = PROCESSED,
    workers: Workers = CORES,
    corrections: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Folder of reviewed corrections.", show_default="data/corrections"
        ),
    ] = None,
    agency_codes: Annotated[
        Path | None,
        typer.Option(
            metavar="CSV", help="Official agency codes (機關代碼,機關名稱) for plans.agency_code."
        ),
    ] = None,
    sources: Annotated[
        Path,
        typer.Option(
            metavar="CSV", help="Where the files were published (file,url,date,licence); optional."
        ),
    ] = RAW / "sources.csv",
) -> None:
    """Turn records into the dataset: match names, apply corrections, publish all tables at once."""
    from rich.console import Console

    from normalize.pipeline import CORRECTIONS
    from normalize.pipeline import normalize as run
    from normalize.report import show as show_report

    with bar("normalize") as progress:
        report = run(
            interim,
            out,
            corrections_dir=corrections or CORRECTIONS,
            codes_file=agency_codes,
            sources=sources,
            workers=workers,
            progress=progress,
        )
    show_report(report, Console(width=None if sys.stdout.isatty() else 160))
    raise typer.Exit(SOME_FAILED if report.exit_code else OK)


def nightly(
    raw: RawOption = RAW,
    interim: Interim = INTERIM,
    processed: ProcessedOption = PROCESSED,
    workers: Workers = CORES,
    seconds: Annotated[float, typer.Option(help="Seconds a file may take; scans: more.")] = 120.0,
    memory: Annotated[int, typer.Option(help="Megabytes of address space a worker.")] = 6144,
    log_json: Annotated[
        bool, typer.Option("--log-json", help="One JSON line an event instead of plain lines.")
    ] = False,
) -> None:
    """Take newly filed, changed and withdrawn plans, renormalise, publish when healthy, report."""
    from batch.limits import Limits
    from nightly.log import logger
    from nightly.report import as_markdown
    from nightly.run import Busy, run_nightly

    log = logger(log_json)
    try:
        report = run_nightly(
            raw,
            interim,
            processed,
            workers=workers,
            limits=Limits(seconds, memory * 2**20),
            log=log,
        )
    except Busy as error:
        log("busy", reason=str(error))
        raise typer.Exit(NOTHING_DONE) from error
    log("end", exit_code=report.exit_code, published=report.published, seconds=report.seconds)
    if not log_json:
        typer.echo(as_markdown(report))
    if report.traceback is not None:
        tell_fault(str(report.reason), f"in {processed / 'runs' / report.started}.json")
    raise typer.Exit(report.exit_code)
