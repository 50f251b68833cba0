"""Data files that people write: where they are found, and read so that a slip is told by its place.

The package's own files are the vocabulary; the files of a user's folder (`use`) add to them or, by
the same name, stand in for them.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, wraps
from pathlib import Path
from threading import RLock
from typing import ParamSpec, TypeVar, cast

import msgspec

from extract.errors import BadInput

DATA = Path(__file__).parent / "data"
"""The package's own files."""
PATTERNS = (
    *("agencies-*.json", "examples-*.csv", "sections*.json", "taxonomy-*.json", "units*.json"),
    "wordings*.txt",
)
"""Names of data files; any other file of a user's folder (README aside) is a slip."""
FOLDER = "PLANS_VOCABULARY"
"""Environment variable that hands the user's folder on to worker processes."""

_forget: list[Callable[[], None]] = []
_first = RLock()
Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
Shape = TypeVar("Shape")


def kept(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """`functools.lru_cache` for what is derived from data files: forgotten when `use` changes.

    Threads that ask for the first time at once get one and the same answer.
    """
    cached = lru_cache(maxsize=16384)(function)
    _forget.append(cached.cache_clear)
    answer = cast(Callable[Parameters, Result], cached)

    @wraps(function)
    def once(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        with _first:
            return answer(*args, **kwargs)

    return once


def use(folder: Path | None) -> None:
    """Take the data files of a user's folder from now on (None: of the package alone).

    Raises BadInput for a file there that is none of PATTERNS.
    """
    for path in sorted(folder.iterdir()) if folder else []:
        known = any(path.match(pattern) for pattern in PATTERNS)
        if not known and path.suffix != ".md" and not path.name.startswith("."):
            names = ", ".join(PATTERNS)
            raise BadInput(str(path), f"no file of a vocabulary; those are {names}")
    os.environ[FOLDER] = str(folder.resolve()) if folder else ""
    for forget in _forget:
        forget()


def data_files(pattern: str) -> list[Path]:
    """Data files by name, sorted: the package's, and the user's that add or stand in for them."""
    own = os.environ.get(FOLDER)
    folders = [DATA, Path(own)] if own else [DATA]
    found = {path.name: path for folder in folders for path in folder.glob(pattern)}
    return [found[name] for name in sorted(found)]


def shaped(path: Path, shape: type[Shape]) -> Shape:
    """The content of a JSON file of a shape of `normalize/vocabulary/shapes.py`.

    Raises BadInput, which names file and line, for what is no JSON or not of the shape.
    """
    text = as_text(path)
    try:
        return msgspec.json.decode(text, type=shape)
    except msgspec.ValidationError as error:
        reason, _, place = str(error).partition(" - at ")
        raise BadInput(f"{path}:{line_of(text, place.strip('`'))}", reason) from error
    except msgspec.DecodeError:
        try:
            json.loads(text)
        except json.JSONDecodeError as error:
            raise BadInput(f"{path}:{error.lineno}", f"no JSON: {error.msg}") from error
        raise


def line_of(text: str, place: str) -> int:
    """The line on which a value of a JSON text begins; `place` as in `$.names[3].kind`.

    Where the place goes beyond what is there, the line of what is.
    """
    steps = [key or int(at) for key, at in re.findall(r"\.([^.\[\]]+)|\[(\d+)\]", place)]
    position = 0
    for step in steps:
        for name, start in _members(text, position):
            if name == step:
                position = start
                break
        else:
            break
    return text.count("\n", 0, _skip(text, position)) + 1


def _members(text: str, position: int) -> Iterator[tuple[str | int, int]]:
    """(key or index, position of the value) of the members of an object or array."""
    decode = json.JSONDecoder().raw_decode
    position = _skip(text, position)
    inside = text[position]
    position = _skip(text, position + 1)
    number = 0
    while inside in "{[" and text[position] not in "}]":
        name: str | int = number
        if inside == "{":
            name, position = decode(text, position)
            position = _skip(text, _skip(text, position) + 1)
        yield name, position
        _, position = decode(text, position)
        position = _skip(text, position)
        position = _skip(text, position + 1) if text[position] == "," else position
        number += 1


def _skip(text: str, position: int) -> int:
    """The position of the next character that is no white space."""
    while position < len(text) and text[position].isspace():
        position += 1
    return position


def csv_rows(path: Path, columns: Sequence[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """(place, row) of each line of a CSV file in UTF-8; the place is `name:line`.

    Raises BadInput, which names the place, when one of `columns` is missing, a line has more or
    fewer fields than the header, or a field is longer than `csv.field_size_limit()` characters.
    """
    lines = csv.DictReader(io.StringIO(as_text(path), newline=""), strict=True)
    try:
        if set(columns) - set(lines.fieldnames or ()):
            raise BadInput(path.name, f"the header must be {','.join(columns)}")
        for row in lines:
            place = f"{path.name}:{lines.line_num}"
            if None in row or None in row.values():
                raise BadInput(place, f"a line has {len(lines.fieldnames or ())} fields")
            yield place, row
    except csv.Error as error:
        raise BadInput(f"{path.name}:{lines.line_num + 1}", str(error)) from error


def as_text(path: Path) -> str:
    """The text of a file in UTF-8, its byte order mark aside. Raises BadInput, which names the
    encoding that it seems to have, for any other.
    """
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        reason = f"not in UTF-8{_seems(content)}; save it as UTF-8"
        raise BadInput(f"{path.name}:{line}", reason) from error


def _seems(content: bytes) -> str:
    """What a text that is not in UTF-8 may be in; Big5 is told by its decoding without an error."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ", but in UTF-16"
    try:
        content.decode("cp950")
    except UnicodeDecodeError:
        return ""
    return ", but it seems in Big5"
