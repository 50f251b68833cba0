"""The commands about the vocabulary: check its files, draft an edition, print the schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extract.errors import BadInput

if TYPE_CHECKING:
    from extract.model import PrintedPlan

vocabulary = typer.Typer(
    no_args_is_help=True, help="Agencies, units, editions and terms: files that anybody can add to."
)


@vocabulary.command()
def check(
    folder: Annotated[Path, typer.Argument(help="Folder of the files added.")] = Path(
        "data/vocabulary"
    ),
) -> None:
    """Check the vocabulary with the files of a folder; tells what they hold."""
    from normalize.matching.examples import released
    from normalize.rows.sections import section_kind
    from normalize.vocabulary.agencies import registry
    from normalize.vocabulary.files import use
    from normalize.vocabulary.taxonomy import counterparts, editions
    from normalize.vocabulary.units import kind_of

    use(folder if folder.is_dir() else None)
    cities = registry()
    for edition in editions():
        first, last = edition.years_roc
        years = f"{first or ''}–{last or ''}"
        typer.echo(
            f"edition {edition.code}: {edition.programme}, {years}, "
            f"{len(edition.focus)} focus points"
        )
    counterparts()
    kind_of("")
    section_kind("")
    released()
    typer.echo(f"agencies: {len(cities.names())} of {', '.join(sorted(cities.cities))}")
    typer.echo(f"all well ({folder})" if folder.is_dir() else "all well (no files added)")


@vocabulary.command("new-edition")
def new_edition(
    plans: Annotated[
        list[Path], typer.Argument(help="PDF files, or records (JSON) of `plans extract`.")
    ],
    out: Annotated[Path | None, typer.Option(help="File to write; printed when left out.")] = None,
) -> None:
    """Draft an edition file from plans that follow a programme which is not on file.

    Pillars and focus points as printed, each with the number of plans that print it. Give it a
    name, years and source, strike out what is no heading, and put it into the vocabulary's folder.
    """
    import msgspec

    from normalize.matching.new_edition import draft, strangers

    unknown, others = strangers(map(_printed, plans))
    for file, why in others.items():
        typer.echo(f"{file}: {why}; left out", err=True)
    if not unknown:
        raise BadInput(str(plans[0]), "no plan here follows an unknown programme; nothing to draft")
    made = msgspec.to_builtins(draft(unknown))
    text = json.dumps(made, ensure_ascii=False, indent=1) + "\n"
    if out is None:
        typer.echo(text, nl=False)
    else:
        out.write_text(text, "utf-8")
        typer.echo(f"{out}: give it its name, years and source; then plans vocabulary check")


def _printed(path: Path) -> PrintedPlan:
    """What a PDF or a record prints."""
    from extract.document import extract_document
    from extract.model import decode_plan

    return decode_plan(path.read_bytes()) if path.suffix == ".json" else extract_document(path)


@vocabulary.command()
def schema() -> None:
    """Print the JSON schema of the files, for editors that check while one writes."""
    from normalize.vocabulary.shapes import schema as made

    typer.echo(json.dumps(made(), ensure_ascii=False, indent=1))
