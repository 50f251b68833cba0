"""The subcommands of `plans`; what each needs is loaded only where it is used."""

from __future__ import annotations

import typer

from plans import desk, stages, views
from plans.console import CODES

HELP = """Kaohsiung's service-improvement plans (提升服務執行計畫), from filed PDF to tidy dataset.

The usual way: [bold]plans extract[/] (PDF → records) and [bold]plans normalize[/] (records → \
dataset), or [bold]plans nightly[/] for both with checks; then [bold]plans check[/], \
[bold]plans serve[/], [bold]plans review[/] and [bold]plans export[/]."""

EXTRACT = (
    "Examples: plans extract data/raw --workers 4 · plans extract s3://plans/raw "
    f"--out s3://plans/interim --scheduler tcp://10.0.0.5:8786\n\n{CODES}"
)
NIGHTLY = (
    "Exit codes: 0 well, or nothing new · 1 published, some files failed · "
    "2 nothing published, the old dataset stays · 3 a fault of this program."
)

COMMANDS = (
    (stages.extract, EXTRACT),
    (stages.normalize, f"Example: plans normalize data/interim --out data/processed\n\n{CODES}"),
    (stages.nightly, NIGHTLY),
    (views.show, "Example: plans show data/raw/sanmin-114.pdf"),
    (views.check, "Exit codes: 0 no error · 1 a finding is an error · 2 no dataset."),
    (views.review, "Example: plans review && xdg-open data/processed/review/index.html"),
    (desk.serve, "Example: plans serve --open"),
    (desk.explore, "Example: plans explore --open"),
    (views.export, "Example: plans export --format xlsx"),
    (views.harmonise, None),
)
"""What runs, and what its help ends with; in the order of `plans --help`."""

app = typer.Typer(
    name="plans",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=HELP,
)
for _command, _epilog in COMMANDS:
    app.command(epilog=_epilog)(_command)
