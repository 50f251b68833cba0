"""What a person reads in the morning, in one language: first a sentence to act on."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from dataset.diff.records import Change, Doubt, PlanEvent
from dataset.kinds import KINDS
from nightly.health import Verdict
from nightly.report import Report
from nightly.words.markup import Block, Grid, Heading, Items, Line, Link, Text, Verbatim

LANGUAGES = ("zh", "en")
MOST = 40
"""Lines of a list that are shown; the JSON report holds all."""
NAMED = 5
"""Files that a sentence names."""
COUNTS = ("kept", "reworded", "altered", "added", "removed")
EVENTS = ("new", "replaced", "renamed", "withdrawn", "changed")
REVIEW = "../review"
"""The review page as seen from the folder of the reports."""

with open(Path(__file__).parent / "words.csv", encoding="utf-8", newline="") as _file:
    WORDS = {row["key"]: row for row in csv.DictReader(_file)}


def title(report: Report, language: str) -> str:
    return _Morning(report, language).say("run", started=report.started)


def blocks(report: Report, language: str) -> list[Block]:
    """The report in a language of LANGUAGES."""
    return list(_Morning(report, language).blocks())


class _Morning:
    def __init__(self, report: Report, language: str) -> None:
        self.report, self.language = report, language
        self.comma, self.stop = ("、", "") if language == "zh" else (", ", " ")

    def say(self, key: str, **values: object) -> str:
        return WORDS[key][self.language].format(**values)

    def blocks(self) -> Iterable[Block]:
        report = self.report
        yield Heading(1, title(report, self.language))
        asks = report.exit_code == 1 or bool(report.decisions)
        yield Text(self.lead(), "fail" if report.exit_code > 1 else "warn" if asks else "ok")
        if report.held:
            yield from self.held()
        if report.traceback:
            yield Heading(2, self.say("traceback"))
            yield Verbatim(report.traceback)
        if report.health:
            yield Heading(2, self.say("health"))
            yield self.health()
        failed = [
            (f"{name}：" if self.zh else f"{name}: ", why) for name, why in report.failed.items()
        ]
        yield from self.listed("failures", failed)
        yield from self.listed("decisions", map(self.doubt, report.decisions))
        yield from self.listed("plans", map(self.event, report.changes.plans))
        yield from self.values()
        yield from self.doubts()
        yield from self.listed("not_plans", ((name,) for name in report.not_plans))
        yield from self.listed("duplicates", ((name,) for name in report.duplicates))
        if report.seconds:
            yield Heading(2, self.say("durations"))
            yield Items(
                [(self.comma.join(f"{self.say(k)} {v}" for k, v in report.seconds.items()),)]
            )

    @property
    def zh(self) -> bool:
        return self.language == "zh"

    def lead(self) -> str:
        """What happened, and what a person should do about it first."""
        return f"{self.state()}{self.stop}{self.action()}"

    def state(self) -> str:
        report = self.report
        if report.traceback is not None:
            return self.say("fault", reason=report.reason)
        if report.accepted:
            one = report.accepted
            return self.say("accepted", who=one.who, run=one.run, why=one.why)
        if report.published:
            return self.say("published", changes=self.summary())
        if report.held:
            return self.say("held", reasons=self.broken(report.held.verdicts))
        if report.reason is not None:
            return self.say("refused", reason=report.reason)
        return self.say("unchanged")

    def action(self) -> str:
        report = self.report
        if report.held:
            return self.say("do_accept", run=report.held.run)
        if report.failed:
            return self.say(
                "do_failed", count=len(report.failed), names=self.names(list(report.failed))
            )
        if report.decisions:
            return self.say("do_decisions", count=len(report.decisions))
        if report.changes.doubts_by_code:
            return self.say("do_doubts", count=sum(report.changes.doubts_by_code.values()))
        return self.say("do_nothing") if report.exit_code == 0 else ""

    def summary(self) -> str:
        """How many plans are new, filed again …"""
        events = [plan.event for plan in self.report.changes.plans]
        said = [f"{self.say(e)} {events.count(e)}" for e in EVENTS if e in events]
        return self.comma.join(said) or self.say("no_change")

    def broken(self, verdicts: list[Verdict]) -> str:
        return self.comma.join(
            self.say("below", name=self.say(v.name), value=f"{v.value:g}", minimum=f"{v.minimum:g}")
            for v in verdicts
            if v.state == "fail"
        )

    def names(self, names: list[str]) -> str:
        rest = len(names) - NAMED
        shown = names[:NAMED] + ([self.say("more", count=rest)] if rest > 0 else [])
        return self.comma.join(shown)

    def held(self) -> Iterable[Block]:
        held = self.report.held
        assert held is not None
        lines: list[Line] = [(self.say("held_since", run=held.run),)]
        if held.withdrawn:
            names = self.comma.join(held.withdrawn)
            lines.append((self.say("withdrawn_names", names=names),))
        yield Items(lines)

    def health(self) -> Grid:
        head = ("figure", "observed", "minimum", "maximum", "last", "verdict")
        rows = [
            [
                self.say(v.name),
                *map(_number, (v.value, v.minimum, v.maximum, self.report.last.get(v.name))),
                self.say(v.state),
            ]
            for v in self.report.health
        ]
        return Grid([self.say(key) for key in head], rows, [v.state for v in self.report.health])

    def listed(self, key: str, lines: Iterable[Line]) -> Iterable[Block]:
        """A heading and its lines; nothing where there are none."""
        every = list(lines)
        if every:
            yield Heading(2, self.say(key))
            yield Items(self.capped(every, len(every)))

    def capped(self, lines: list[Line], count: int) -> list[Line]:
        shown = lines[:MOST]
        more = count - len(shown)
        return [*shown, (self.say("more", count=more),)] if more > 0 else shown

    def event(self, plan: PlanEvent) -> Line:
        """高雄市甲仙區公所 114 換版：54 相同、1 改寫"""
        if plan.event in ("new", "withdrawn"):
            counts = [self.say("measures", count=sum(plan.counts.values()))]
        else:
            counts = [f"{plan.counts[c]} {self.say(c)}" for c in COUNTS if c in plan.counts]
        if plan.file_before:
            counts.append(self.say("from_name", name=plan.file_before))
        said = ("：" if self.zh else ": ") + self.comma.join(counts) if counts else ""
        named = _named(plan.agency or plan.file, plan.year_roc)
        where: str | Link = named
        if plan.event != "withdrawn":
            where = Link(named, f"{REVIEW}/{plan.plan_id}.html")
        file = f"（{plan.file}）" if self.zh else f" ({plan.file})"
        return where, f" {self.say(plan.event)}{said}{file}"

    def values(self) -> Iterable[Block]:
        """Changed values by column, the gravest first."""
        changes = self.report.changes
        if changes.columns:
            yield Heading(2, self.say("values"))
        shown = {k: list(v) for k, v in groupby(changes.changes, lambda c: f"{c.table}.{c.column}")}
        for column, count in changes.columns.items():
            yield Heading(3, self.say("count_of", column=column, count=count))
            yield Items(self.capped([self.change(c) for c in shown[column]], count))

    def change(self, c: Change) -> Line:
        old, new = (value or self.say("nothing") for value in _apart(c.old, c.new))
        return *self.where(c.agency, c.year_roc, c.plan_id, c.measure_id), (
            f"{c.marker or ''}「{c.words}」 {old} → {new}"
        )

    def doubts(self) -> Iterable[Block]:
        """New findings by code, with what each means and, in English, what to do; those that are
        listed as decisions aside.
        """
        changes = self.report.changes
        listed = {d.code for d in self.report.decisions}
        new = {code: n for code, n in changes.doubts_by_code.items() if code not in listed}
        if new:
            yield Heading(2, self.say("doubts"))
        for code, count in new.items():
            kind = KINDS[code]
            meaning = kind.zh if self.zh else f"{kind.en} {kind.do}"
            yield Heading(3, self.say("doubt_of", code=code, count=count, meaning=meaning))
            mine = [self.doubt(d) for d in changes.doubts if d.code == code]
            yield Items(self.capped(mine, count))

    def doubt(self, d: Doubt) -> Line:
        page = self.say("page", page=d.page) + " " if d.page else ""
        return *self.where(d.agency, d.year_roc, d.plan_id, d.measure_id), f"{page}{d.message}"

    def where(
        self, agency: str | None, year_roc: int | None, plan_id: str | None, measure_id: str | None
    ) -> Line:
        """Agency and year, leading to the row on the review page."""
        if plan_id is None:
            return ()
        anchor = f"#{measure_id}" if measure_id else ""
        return Link(_named(agency or "", year_roc), f"{REVIEW}/{plan_id}.html{anchor}"), " "


def _named(agency: str, year_roc: int | None) -> str:
    return f"{agency} {year_roc or ''}".strip()


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _apart(old: str, new: str, around: int = 12, most: int = 60) -> tuple[str, str]:
    """Two texts, long ones cut to where they begin to differ."""
    if max(len(old), len(new)) <= most:
        return old, new
    same = next((i for i, (a, b) in enumerate(zip(old, new)) if a != b), min(len(old), len(new)))
    start = max(0, same - around)
    before = "…" if start else ""
    return tuple(  # type: ignore[return-value]
        f"{before}{text[start : start + most]}{'…' if len(text) > start + most else ''}"
        for text in (old, new)
    )
