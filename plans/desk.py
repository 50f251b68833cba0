"""The commands that open the dataset in a browser: the desk, and Datasette."""

from __future__ import annotations

import getpass
import subprocess
import sys
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from extract.errors import BadInput
from plans.console import (
    CORES,
    INTERIM,
    PROCESSED,
    RAW,
    Interim,
    Processed,
    RawOption,
    Workers,
    bar,
    need_dataset,
)

Open = Annotated[bool, typer.Option("--open", help="Open it in a browser.")]
LACKING = (
    "the desk's packages are not installed; run make desk, or: pip install service-plans[desk]"
)


def serve(
    processed: Processed = PROCESSED,
    raw: RawOption = RAW,
    interim: Interim = INTERIM,
    corrections: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Folder of reviewed corrections.", show_default="data/corrections"
        ),
    ] = None,
    who: Annotated[str, typer.Option(help="Who decides; your login name by default.")] = "",
    host: Annotated[
        str, typer.Option(help="Address to listen on; any but loopback asks for a token.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free port.")] = 8321,
    show: Open = False,
) -> None:
    """Check, correct and search the plans in a browser, on this machine.

    Decisions are saved at once in the folder of corrections; the dataset is published anew on
    demand and when the desk is closed (Ctrl+C).
    """
    _need("starlette", "uvicorn", "duckdb")
    from desk.serve import Settings
    from desk.serve import serve as run
    from normalize.pipeline import CORRECTIONS

    folder = corrections or CORRECTIONS
    settings = Settings(processed, raw, interim, folder, who or _login(), host, port)
    with bar("publish") as progress:
        run(settings, _say, progress, show)


def explore(
    processed: Processed = PROCESSED,
    raw: RawOption = RAW,
    interim: Interim = INTERIM,
    workers: Workers = CORES,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port on this machine.")] = 8001,
    show: Open = False,
) -> None:
    """Ask the dataset anything: writes plans.db (SQLite) and opens it in Datasette.

    Tables, a view with everything joined, ready questions; links lead to the pages.
    """
    _need("datasette", "sqlite_utils")
    from dataset import sqlite
    from review.build import build

    need_dataset(processed)
    folder, site = processed / "explore", processed / "review"
    address = f"http://127.0.0.1:{port}/"
    folder.mkdir(parents=True, exist_ok=True)
    sqlite.write(processed, folder / f"{sqlite.NAME}.db", address)
    sqlite.write_metadata(folder / "metadata.json")
    with bar("review") as progress:
        build(processed, raw, interim, site, workers, progress)
    typer.echo(f"explore: {address}{sqlite.NAME} (Ctrl+C closes it)")
    command = [sys.executable, "-m", "datasette", "serve"]
    command += ["--immutable", str(folder / f"{sqlite.NAME}.db"), "--port", str(port)]
    command += ["--metadata", str(folder / "metadata.json"), "--static", f"review:{site}"]
    with suppress(KeyboardInterrupt):
        raise typer.Exit(subprocess.run([*command, *(["--open"] if show else [])]).returncode)


def _need(*packages: str) -> None:
    if not all(map(find_spec, packages)):
        raise BadInput("plans", LACKING)


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no such user, as in a container
        return ""


def _say(address: str) -> None:
    typer.echo(f"desk: {address} (Ctrl+C closes it)")
