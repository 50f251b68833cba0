"""The command `plans`: options and what is printed; the work itself is done by the stages, imported only where used."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from extract.readers import READERS

OK, SOME_FAILED, NOTHING_DONE = 0, 1, 2
CODES = "Exit codes: 0 all well · 1 some plans failed, the rest is written · 2 nothing could be done, the old dataset stays."

app = typer.Typer(
    name="plans",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Kaohsiung's service-improvement plans (提升服務執行計畫), from filed PDF to tidy dataset.\n\n"
    "The usual way: [bold]plans extract[/] (PDF → records) and [bold]plans normalize[/] (records → dataset), or [bold]plans nightly[/] for both with checks; "
    "then [bold]plans check[/], [bold]plans review[/] and [bold]plans export[/].",
)

Raw = Annotated[Path, typer.Argument(help="Folder of PDF files.")]
Interim = Annotated[Path, typer.Option(help="Folder of the records, one JSON a plan.")]
Processed = Annotated[Path, typer.Argument(help="Folder of the dataset.")]
Workers = Annotated[
    int, typer.Option(min=1, help="Processes to use; one a core by default.", show_default=False)
]
CORES = os.cpu_count() or 1


ReaderName = StrEnum("ReaderName", list(READERS))


def _fail(message: object) -> typer.Exit:
    """Print an error on stderr; to be raised: `raise _fail(error) from error`."""
    typer.secho(f"error: {message}", fg="red", err=True)
    return typer.Exit(NOTHING_DONE)


class _NoBar:
    """What stands in for a progress bar where nobody looks, without loading the library that draws one."""

    def __enter__(self) -> _NoBar:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def add_task(self, *_: object, **__: object) -> int:
        return 0

    update = add_task


def _bar(label: str):
    """A progress bar on stderr, silent where stderr is no terminal."""
    if not sys.stderr.isatty():
        return _NoBar()
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn(label),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    return Progress(*columns, console=Console(stderr=True), transient=True)


@app.command(
    epilog=f"Examples: plans extract data/raw --workers 4 · plans extract s3://plans/raw --out s3://plans/interim --scheduler tcp://10.0.0.5:8786\n\n{CODES}"
)
def extract(
    raw: Annotated[
        str,
        typer.Argument(
            help="Folder of PDF files, or one PDF; a path or an address (s3://bucket/folder)."
        ),
    ] = "data/raw",
    out: Annotated[
        str, typer.Option(help="Folder for the records, one JSON a plan; a path or an address.")
    ] = "data/interim",
    workers: Workers = CORES,
    reader: Annotated[
        ReaderName, typer.Option(help="Library that reads the pages.")
    ] = ReaderName("mupdf"),
    debug_pages: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Also write each page as a picture with rules, cells, lines, measures and units drawn on.",
        ),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="tcp://HOST:8786", help="Read the files on the workers of this Dask cluster."
        ),
    ] = None,
) -> None:
    """Read plans (PDF) and write what each prints as one JSON record. A plan read before is not read again."""
    from batch.cluster import ClusterError
    from batch.folder import extract_folder
    from batch.store import StoreError
    from extract.errors import BadInput

    elsewhere = scheduler is not None or "://" in raw + out
    if elsewhere and debug_pages is not None:
        raise typer.BadParameter(
            "only for folders of this machine, read on this machine", param_hint="--debug-pages"
        )
    try:
        with _bar("extract") as bar:
            task = bar.add_task("", total=None)

            def on_done(outcome, done: int, total: int) -> None:
                bar.update(task, completed=done, total=total, description=outcome.file)

            if not elsewhere:
                outcomes = extract_folder(
                    Path(raw), Path(out), workers, reader.value, on_done, debug_pages
                )
            else:
                from batch.cluster import extract_at, extract_on_cluster

                outcomes = (
                    extract_on_cluster(raw, out, scheduler, reader.value, on_done)
                    if scheduler is not None
                    else extract_at(raw, out, workers, reader.value, on_done)
                )
    except (BadInput, StoreError, ClusterError) as error:
        raise _fail(error) from error
    failed = [o for o in outcomes if o.status == "failed"]
    for outcome in outcomes:
        if outcome.status != "ok":
            typer.echo(f"{outcome.file}: {outcome.status}: {outcome.reason}", err=True)
    kept = sum(o.kept for o in outcomes)
    typer.echo(
        f"{len(outcomes)} files: {len(outcomes) - kept} read, {kept} unchanged, {len(failed)} failed → {out}"
    )
    raise typer.Exit(
        NOTHING_DONE if len(failed) == len(outcomes) else SOME_FAILED if failed else OK
    )


@app.command(epilog=f"Example: plans normalize data/interim --out data/processed\n\n{CODES}")
def normalize(
    interim: Annotated[
        str,
        typer.Argument(
            help="Folder of records, one <sha256>.json a plan (what `plans extract` writes); a path or an address."
        ),
    ] = "data/interim",
    out: Annotated[Path, typer.Option(help="Folder of the dataset.")] = Path("data/processed"),
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
) -> None:
    """Turn records into the dataset: match headings, agencies and units, apply corrections, publish all tables at once."""
    from rich.console import Console

    from dataset.publish import PublishError
    from normalize.pipeline import CORRECTIONS, NothingToDo
    from normalize.pipeline import normalize as run
    from normalize.report import show as show_report
    from normalize.rows.corrections import CorrectionError

    try:
        with _bar("normalize") as bar:
            task = bar.add_task("", total=None)
            report = run(
                interim,
                out,
                corrections_dir=corrections or CORRECTIONS,
                codes_file=agency_codes,
                workers=workers,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
    except (NothingToDo, CorrectionError, PublishError, OSError) as error:
        raise _fail(error) from error
    show_report(report, Console(width=None if sys.stdout.isatty() else 160))
    raise typer.Exit(SOME_FAILED if report.exit_code else OK)


@app.command(
    epilog="Exit codes: 0 well, or nothing new · 1 published, some files failed · 2 nothing published, the old dataset stays."
)
def nightly(
    raw: Annotated[Path, typer.Option(help="Folder of PDF files.")] = Path("data/raw"),
    interim: Interim = Path("data/interim"),
    processed: Annotated[Path, typer.Option(help="Folder of the dataset.")] = Path(
        "data/processed"
    ),
    workers: Workers = CORES,
    seconds: Annotated[float, typer.Option(help="Wall-clock limit a file.")] = 600.0,
    memory: Annotated[int, typer.Option(help="Megabytes of address space a worker.")] = 6144,
    log_json: Annotated[
        bool, typer.Option("--log-json", help="One JSON line an event instead of plain lines.")
    ] = False,
) -> None:
    """Take newly filed, changed and withdrawn plans, renormalise, publish when healthy, report."""
    from batch.isolate import Limits
    from nightly.log import logger
    from nightly.run import Busy, as_markdown, run_nightly

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
    raise typer.Exit(report.exit_code)


@app.command(epilog="Example: plans show data/raw/sanmin-114.pdf")
def show(
    plan: Annotated[
        str,
        typer.Argument(
            help="A PDF file, or the plan_id (or its beginning) of a plan in the dataset."
        ),
    ],
    processed: Annotated[Path, typer.Option(help="Folder of the dataset.")] = Path(
        "data/processed"
    ),
    full: Annotated[
        bool, typer.Option("--full", help="Print measures in full instead of their first line.")
    ] = False,
) -> None:
    """Print one plan as a tree: pillars, focus points, measures, units, findings."""
    from rich.console import Console

    from plans import tree

    try:
        with _bar("reading") as bar:
            task = bar.add_task("", total=None)
            rows = tree.read(
                plan, processed, lambda done, total: bar.update(task, completed=done, total=total)
            )
    except (tree.NotFound, OSError) as error:
        raise _fail(error) from error
    Console(width=None if sys.stdout.isatty() else 10_000).print(tree.draw(rows, full))
    raise typer.Exit(SOME_FAILED if rows.plan["status"] == "failed" else OK)


@app.command(epilog="Exit codes: 0 no error · 1 a finding is an error · 2 no dataset.")
def check(
    processed: Processed = Path("data/processed"),
    notes: Annotated[bool, typer.Option("--all", help="Print notes one by one, too.")] = False,
) -> None:
    """Print the dataset's findings by severity; fails when one is an error."""
    from dataset.check import print_findings

    try:
        errors = print_findings(processed, notes)
    except BrokenPipeError:  # `plans check | head`: the reader has seen enough
        raise
    except OSError as error:
        raise _fail(
            f"{error} (is there a dataset? run plans extract and plans normalize)"
        ) from error
    raise typer.Exit(int(errors > 0))


@app.command(epilog="Example: plans review && xdg-open data/processed/review/index.html")
def review(
    processed: Processed = Path("data/processed"),
    raw: Annotated[Path, typer.Option(help="Folder of PDF files.")] = Path("data/raw"),
    interim: Interim = Path("data/interim"),
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder of the site.", show_default="PROCESSED/review"),
    ] = None,
    workers: Workers = CORES,
) -> None:
    """Write the review page: every plan's pages with measures, units and headings boxed, beside the rows. Works from the file, offline."""
    from review.build import ReviewError, build

    try:
        with _bar("review") as bar:
            task = bar.add_task("", total=None)
            site = build(
                processed,
                raw,
                interim,
                out or processed / "review",
                workers,
                lambda done, total, name: bar.update(
                    task, completed=done, total=total, description=name
                ),
            )
    except (ReviewError, OSError) as error:
        raise _fail(error) from error
    for name in site.without_pages:
        typer.echo(
            f"{name}: no page pictures (the PDF is not in {raw}, or cannot be read)", err=True
        )
    typer.echo(f"{site.plans} plans, {site.pages} pages ({site.drawn} drawn anew) → {site.index}")


@app.command(epilog="Example: plans export --format xlsx")
def export(
    processed: Processed = Path("data/processed"),
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder to write into.", show_default="PROCESSED/export"),
    ] = None,
    only: Annotated[
        str | None,
        typer.Option("--format", metavar="csv|xlsx", help="Only this format; both by default."),
    ] = None,
) -> None:
    """Write the tables as CSV files and one Excel workbook, for those without Parquet."""
    from dataset.export import FORMATS
    from dataset.export import export as run

    if only is not None and only not in FORMATS:
        raise typer.BadParameter(f"{only} is none of {', '.join(FORMATS)}", param_hint="--format")
    try:
        for path in run(processed, out or processed / "export", (only,) if only else FORMATS):
            typer.echo(path)
    except OSError as error:
        raise _fail(error) from error


@app.command()
def harmonise(processed: Processed = Path("data/processed")) -> None:
    """Settle names the data files do not know, one by one; what is accepted is written to the data file."""
    from normalize.vocabulary.harmonise import settle

    try:
        settle(processed)
    except OSError as error:
        raise _fail(error) from error


def main(argv: list[str] | None = None, command: str | None = None) -> int:
    """Run the command line and return the exit code; `command` is put before the arguments (`python -m extract …`)."""
    arguments = sys.argv[1:] if argv is None else argv
    try:
        app([command, *arguments] if command else arguments, prog_name="plans")
    except SystemExit as end:
        return int(end.code or 0)
    return OK


if __name__ == "__main__":
    sys.exit(main())
