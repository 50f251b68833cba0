"""Data files that people write, read so that a slip in one is told with its place."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from extract.errors import BadInput


@contextmanager
def json_file(path: Path) -> Iterator[Any]:
    """The content of a JSON file, while it is taken apart.

    Raises BadInput, which names the file, for what is no JSON (with the line), and for what the
    caller finds missing (KeyError) or wrong (TypeError, ValueError) in it.
    """
    try:
        yield json.loads(as_text(path))
    except json.JSONDecodeError as error:
        raise BadInput(f"{path.name}:{error.lineno}", f"no JSON: {error.msg}") from error
    except KeyError as error:
        raise BadInput(path.name, f"an entry has no {error}") from error
    except (AttributeError, IndexError, TypeError, ValueError) as error:
        raise BadInput(path.name, str(error)) from error


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
