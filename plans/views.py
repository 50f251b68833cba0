"""The commands that show the dataset, or take it elsewhere; and the one that settles names."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from plans.console import (
    CORES,
    INTERIM,
    OK,
    PROCESSED,
    RAW,
    SOME_FAILED,
    Interim,
    Processed,
    ProcessedOption,
    RawOption,
    Workers,
    bar,
    need_dataset,
)


def show(
    plan: Annotated[
        str,
        typer.Argument(
            help="A PDF file, or the plan_id (or its beginning) of a plan in the dataset."
        ),
    ],
    processed: ProcessedOption = PROCESSED,
    full: Annotated[
        bool, typer.Option("--full", help="Print measures in full instead of their first line.")
    ] = False,
) -> None:
    """Print one plan as a tree: pillars, focus points, measures, units, findings."""
    from rich.console import Console

    from plans import tree

    with bar("reading") as progress:
        rows = tree.read(plan, processed, progress)
    Console(width=None if sys.stdout.isatty() else 10_000).print(tree.draw(rows, full))
    raise typer.Exit(SOME_FAILED if rows.plan["status"] == "failed" else OK)


def check(
    processed: Processed = PROCESSED,
    notes: Annotated[bool, typer.Option("--all", help="Print notes one by one, too.")] = False,
) -> None:
    """Print the dataset's findings by severity; fails when one is an error."""
    from dataset.check import print_findings

    need_dataset(processed)
    raise typer.Exit(SOME_FAILED if print_findings(processed, notes) else OK)


def review(
    processed: Processed = PROCESSED,
    raw: RawOption = RAW,
    interim: Interim = INTERIM,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder of the site.", show_default="PROCESSED/review"),
    ] = None,
    workers: Workers = CORES,
) -> None:
    """Write the review page: every plan's pages beside its rows.

    Measures, units and headings are boxed on the pages. Works from the file, offline.
    """
    from review.build import build

    with bar("review") as progress:
        site = build(processed, raw, interim, out or processed / "review", workers, progress)
    for name in site.without_pages:
        why = f"the PDF is not in {raw}, or cannot be read"
        typer.echo(f"{name}: no page pictures ({why})", err=True)
    typer.echo(f"{site.plans} plans, {site.pages} pages ({site.drawn} drawn anew) → {site.index}")


def export(
    processed: Processed = PROCESSED,
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
    need_dataset(processed)
    for path in run(processed, out or processed / "export", (only,) if only else FORMATS):
        typer.echo(path)


def harmonise(processed: Processed = PROCESSED) -> None:
    """Settle names the data files do not know, one by one.

    What is accepted is written to the data file.
    """
    from normalize.vocabulary.harmonise import settle

    need_dataset(processed)
    settle(processed)
