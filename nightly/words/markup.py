"""A report's blocks as Markdown and as one HTML page without scripts.

What comes from plans is escaped in both.
"""

from __future__ import annotations

import html
from dataclasses import dataclass

Line = tuple["str | Link", ...]


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead to an address."""

    words: str
    to: str


@dataclass(frozen=True, slots=True)
class Heading:
    level: int
    words: str


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence by itself; `state` (ok, warn, fail) colours it."""

    words: str
    state: str = "ok"


@dataclass(frozen=True, slots=True)
class Items:
    """A list; each line is of words and links."""

    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; the last cell of a row is a state when it has a colour."""

    head: list[str]
    rows: list[list[str]]
    states: list[str]


@dataclass(frozen=True, slots=True)
class Verbatim:
    words: str


Block = Heading | Text | Items | Grid | Verbatim


def as_markdown(blocks: list[Block]) -> str:
    return "\n\n".join(_markdown(block) for block in blocks) + "\n"


def _markdown(block: Block) -> str:
    match block:
        case Heading(level, words):
            return f"{'#' * level} {_plain(words)}"
        case Text(words):
            return _plain(words)
        case Items(lines):
            return "\n".join("- " + "".join(map(_plain_part, line)) for line in lines)
        case Grid(head, rows, _):
            every = [head, ["---"] * len(head), *rows]
            return "\n".join(f"| {' | '.join(map(_plain, row))} |" for row in every)
        case Verbatim(words):
            return f"```\n{words.replace('```', '')}\n```"


def _plain_part(part: str | Link) -> str:
    return _plain(part) if isinstance(part, str) else f"[{_plain(part.words)}]({part.to})"


def _plain(text: str) -> str:
    """Text that is no Markdown: on one line, what would be markup escaped."""
    line = text if text.isspace() else " ".join(text.split(" ")).replace("\n", " ")
    for mark in ("\\", "|", "[", "]", "*", "`"):
        line = line.replace(mark, "\\" + mark)
    return line.replace("<", "&lt;")


def as_html(blocks: list[Block], language: str, title: str) -> str:
    head = (
        f"<!doctype html><html lang={language}><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width'>"
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style>"
    )
    return head + "\n".join(_html(block) for block in blocks) + "</html>\n"


def _html(block: Block) -> str:
    match block:
        case Heading(level, words):
            return f"<h{level}>{html.escape(words)}</h{level}>"
        case Text(words, state):
            return f"<p class={state}>{html.escape(words)}</p>"
        case Items(lines):
            items = ("".join(map(_html_part, line)) for line in lines)
            return f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"
        case Grid(head, rows, states):
            cells = "".join(f"<th>{html.escape(name)}</th>" for name in head)
            body = "".join(
                f"<tr class={state}>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>"
                for row, state in zip(rows, states)
            )
            return f"<table><tr>{cells}</tr>{body}</table>"
        case Verbatim(words):
            return f"<pre>{html.escape(words)}</pre>"


def _html_part(part: str | Link) -> str:
    if isinstance(part, str):
        return html.escape(part)
    return f"<a href='{html.escape(part.to)}'>{html.escape(part.words)}</a>"


_STYLE = """
body { font: 16px/1.6 system-ui, "Noto Sans CJK TC", sans-serif; max-width: 56em; margin: 2em auto;
  padding: 0 1em; color: #222 }
h1 { font-size: 1.4em } h2 { font-size: 1.15em; margin: 1.8em 0 .4em;
  border-bottom: 1px solid #ddd }
h3 { font-size: 1em; margin: 1em 0 0 }
p.ok, p.warn, p.fail { padding: .6em 1em; border-left: .4em solid #5a8; background: #f1f8f4 }
p.warn { border-color: #c90; background: #fff8e6 }
p.fail { border-color: #c44; background: #fdf0f0 }
ul { margin: .3em 0; padding-left: 1.3em } li { overflow-wrap: anywhere }
table { border-collapse: collapse } td, th { padding: .15em .8em; text-align: right }
td:first-child, th:first-child { text-align: left } tr { border-bottom: 1px solid #eee }
tr.warn td:last-child { color: #a60 } tr.fail td:last-child { color: #c22; font-weight: bold }
pre { overflow: auto; background: #f6f6f6; padding: 1em }
"""
