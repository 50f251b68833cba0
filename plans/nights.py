"""The commands of the unattended batch: a night, and what nights there were."""

from __future__ import annotations

import sys
from enum import StrEnum
from getpass import getuser
from pathlib import Path
from typing import Annotated

import typer

from extract.errors import BadInput
from plans.console import (
    CORES,
    INTERIM,
    NOTHING_DONE,
    PROCESSED,
    RAW,
    Corrections,
    Interim,
    ProcessedOption,
    RawOption,
    Vocabulary,
    Workers,
    taken,
    tell_fault,
)

Language = StrEnum("Language", ["zh", "en"])


def nightly(
    raw: RawOption = RAW,
    interim: Interim = INTERIM,
    processed: ProcessedOption = PROCESSED,
    workers: Workers = CORES,
    seconds: Annotated[float, typer.Option(help="Seconds a file may take; scans: more.")] = 120.0,
    memory: Annotated[int, typer.Option(help="Megabytes of address space a worker.")] = 6144,
    corrections: Corrections = None,
    vocabulary: Vocabulary = None,
    lang: Annotated[Language, typer.Option(help="Language of the report.")] = Language.zh,
    accept: Annotated[
        str | None,
        typer.Option(
            metavar="RUN", help="Publish the dataset that this run held back, instead of a night."
        ),
    ] = None,
    why: Annotated[
        str | None, typer.Option(help="Why it is right, for the record; with --accept.")
    ] = None,
    metrics: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Also write figures for Prometheus (textfile collector, *.prom)."
        ),
    ] = None,
    log_json: Annotated[
        bool, typer.Option("--log-json", help="One JSON line an event instead of plain lines.")
    ] = False,
) -> None:
    """Take newly filed, changed and withdrawn plans, renormalise, publish when healthy, report."""
    from batch.limits import Limits
    from nightly.accept import accept as publish_held
    from nightly.log import logger
    from nightly.report import Accepted
    from nightly.run import Busy, run_nightly
    from nightly.words.markup import as_markdown
    from nightly.words.morning import blocks
    from normalize.vocabulary.files import use

    log = logger(log_json)
    if (accept is None) != (not why):
        raise typer.BadParameter("--accept RUN and --why REASON go together", param_hint="--why")
    try:
        if accept is not None:
            word = Accepted(accept, getuser(), why or "")
            report = publish_held(interim, processed, word, language=lang.value, log=log)
        else:
            use(taken("vocabulary", vocabulary, processed))
            report = run_nightly(
                raw,
                interim,
                processed,
                workers=workers,
                limits=Limits(seconds, memory * 2**20),
                corrections=taken("corrections", corrections, processed),
                language=lang.value,
                metrics=metrics,
                log=log,
            )
    except Busy as error:
        log("busy", reason=str(error))
        raise typer.Exit(NOTHING_DONE) from error
    log("end", exit_code=report.exit_code, published=report.published, seconds=report.seconds)
    if not log_json:
        typer.echo(as_markdown(blocks(report, lang.value)), nl=False)
    if report.traceback is not None:
        tell_fault(str(report.reason), f"in {processed / 'runs' / report.started}.json")
    raise typer.Exit(report.exit_code)


runs = typer.Typer(help="The nights there were: when, what came of them, how long they took.")


@runs.callback(invoke_without_command=True)
def overview(context: typer.Context, processed: ProcessedOption = PROCESSED) -> None:
    """List the nights, the latest first."""
    if context.invoked_subcommand is not None:
        return
    from rich.console import Console
    from rich.table import Table

    from nightly.runs import overview as nights

    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("run", "result", "read", "failed", "withdrawn", "seconds"):
        table.add_column(name, justify="left" if name in ("run", "result") else "right")
    for night in nights(processed / "runs"):
        table.add_row(*night)
    if not table.row_count:
        raise BadInput(str(processed / "runs"), "no reports; run plans nightly first")
    Console(width=None if sys.stdout.isatty() else 160).print(table)


@runs.command("show")
def show(
    run: Annotated[
        str | None, typer.Argument(help="A run, or its beginning (2026-11-24); the last one.")
    ] = None,
    processed: ProcessedOption = PROCESSED,
) -> None:
    """Print the report of a night."""
    from nightly.runs import kept_report

    text = kept_report(processed / "runs", run)
    if text is None:
        todo = "plans runs lists those there are"
        raise BadInput(str(processed / "runs"), f"no report of {run or 'any run'}; {todo}")
    typer.echo(text, nl=False)
