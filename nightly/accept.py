"""A person's word that a dataset held back is right: it is published, and the word is kept."""

from __future__ import annotations

import shutil
from pathlib import Path

from dataset.datapackage import descriptor
from dataset.diff.compare import diff
from dataset.publish import publish
from extract.errors import BadInput
from nightly.intake import Index
from nightly.report import Accepted, Report
from nightly.run import UNHEALTHY, Log, locked, published_tables
from nightly.runs import last_figures, run_name, write_report


def accept(
    interim: Path,
    processed: Path,
    accepted: Accepted,
    *,
    language: str = "zh",
    log: Log = lambda event, **values: None,
) -> Report:
    """Publish the dataset that `accepted.run` put aside, and report who accepted it and why.

    Raises BadInput when it is not what is held back now, Busy when a run is at work, OSError when
    it cannot be published.
    """
    if not processed.is_dir():
        raise BadInput(str(processed), "no dataset; run plans nightly first")
    report = Report(run_name(processed / "runs"), accepted=accepted)
    with locked(processed):
        index = Index(interim)
        held, aside = index.held, processed / UNHEALTHY / accepted.run
        tables = published_tables(aside)
        if held is None or held.run != accepted.run or tables is None:
            what = f"the one held back is {held.run}" if held else "none is held back"
            raise BadInput(accepted.run, f"no dataset of this run waits to be accepted; {what}")
        report.health, report.last = held.verdicts, last_figures(processed / "runs")
        report.changes = diff(published_tables(processed), tables)
        publish(tables, processed, descriptor)
        report.published = True
        index.save(held.made_from)
        shutil.rmtree(aside)
        log("accepted", run=accepted.run, who=accepted.who, why=accepted.why)
        write_report(report, processed / "runs", language)
    return report
