"""What the commands share: exit codes, common options, how errors and progress are shown."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Annotated, Protocol

import typer

from extract.errors import BadInput, fault
from extract.script.characters import visible

OK, SOME_FAILED, NOTHING_DONE, FAULT, PIPE_CLOSED = 0, 1, 2, 3, 141
"""Exit codes. PIPE_CLOSED is what a shell tells of any program that wrote to a closed pipe."""
CODES = (
    "Exit codes: 0 all well · 1 some plans failed, the rest is written · "
    "2 nothing could be done, the old dataset stays · 3 a fault of this program."
)
CORES = os.cpu_count() or 1

Interim = Annotated[Path, typer.Option(help="Folder of the records, one JSON a plan.")]
Processed = Annotated[Path, typer.Argument(help="Folder of the dataset.")]
ProcessedOption = Annotated[Path, typer.Option("--processed", help="Folder of the dataset.")]
RawOption = Annotated[Path, typer.Option("--raw", help="Folder of PDF files.")]
Workers = Annotated[
    int, typer.Option(min=1, help="Processes to use; one a core by default.", show_default=False)
]
Corrections = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR", help="Folder of reviewed corrections.", show_default="beside the dataset"
    ),
]
Vocabulary = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        help="Folder of files that add to the vocabulary.",
        show_default="beside the dataset",
    ),
]
RAW, INTERIM, PROCESSED = Path("data/raw"), Path("data/interim"), Path("data/processed")


def refused(error: object) -> int:
    """Say on stderr, in one line, what could not be done and why; the exit code."""
    typer.secho(f"error: {visible(str(error))}", fg="red", err=True)
    return NOTHING_DONE


def broken(error: Exception) -> int:
    """Keep the traceback in a file and say on stderr, in one line, where it lies; the exit code."""
    text = "".join(traceback.format_exception(error))
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="plans-fault-", suffix=".log", delete=False, encoding="utf-8"
        ) as log:
            log.write(text)
    except OSError:  # a full disk, too
        sys.stderr.write(text)
        return tell_fault(fault(error), "above")
    return tell_fault(fault(error), f"in {log.name}")


def tell_fault(what: str, where: str) -> int:
    """One line on stderr about a fault of this program; the exit code."""
    told = visible(f"fault of this program: {what}; the traceback is {where}")
    typer.secho(told, fg="red", err=True)
    return FAULT


def taken(what: str, given: Path | None, processed: Path) -> Path | None:
    """The folder `what` that a run takes, and say so: the one given, else the one beside
    the dataset; None where there is none.

    Raises typer.BadParameter for a given folder that is none.
    """
    folder = given or processed.parent / what
    if not folder.is_dir():
        if given is not None:
            raise typer.BadParameter(f"no folder {given}", param_hint=f"--{what}")
        typer.echo(f"{what}: none (no folder {folder})")
        return None
    typer.echo(f"{what}: {folder}")
    return folder


class Progress(Protocol):
    """`progress(done, total, name)`: so many are done, the last is called `name`."""

    def __call__(self, done: int, total: int, name: str = "") -> None: ...


def _silent(done: int, total: int, name: str = "") -> None:
    pass


def bar(label: str) -> AbstractContextManager[Progress]:
    """A progress bar on stderr, silent where stderr is no terminal."""
    return _drawn(label) if sys.stderr.isatty() else nullcontext(_silent)


@contextmanager
def _drawn(label: str) -> Iterator[Progress]:
    from rich import progress as rich  # loaded only where there is a terminal to draw on
    from rich.console import Console

    columns = (
        rich.TextColumn(label),
        rich.BarColumn(),
        rich.MofNCompleteColumn(),
        rich.TimeElapsedColumn(),
        rich.TextColumn("{task.description}"),
    )
    with rich.Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("", total=None)

        def update(done: int, total: int, name: str = "") -> None:
            shown.update(task, completed=done, total=total, description=name)

        yield update


def need_dataset(processed: Path) -> None:
    """Raises BadInput, which says what to do, where the folder holds no dataset."""
    if not (processed / "plans.parquet").exists():
        todo = "no dataset; run plans extract and plans normalize first"
        raise BadInput(str(processed), todo)
