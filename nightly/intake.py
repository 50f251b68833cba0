"""What is filed now, by content."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from batch.reading import UNREADABLE
from batch.store import find_pdfs, write
from extract.model import file_hash, file_name
from extract.version import EXTRACTOR_VERSION
from nightly.health import Verdict
from nightly.report import HeldBack

STATE = "nightly.state"  # no .json: the folder's *.json are plans


@dataclass(frozen=True, slots=True)
class Filed:
    """A file of the raw folder: its path there, and the SHA-256 of its content."""

    path: Path
    sha256: str
    name: str
    """The path below the raw folder, as text."""


@dataclass(frozen=True, slots=True)
class Result:
    """Status of a record, and the reason when it is not `ok`."""

    status: str
    reason: str | None


class Index:
    """What earlier runs saw, so that a quiet night opens no file.

    Stat → content, and what became of it.
    """

    def __init__(self, interim: Path) -> None:
        self._path = interim / STATE
        try:
            self._known: dict[str, Any] = json.loads(self._path.read_text("utf-8"))
        except (OSError, ValueError):
            self._known = {"files": {}, "results": {}, "published": None, "held": None}
        self.unreadable: dict[str, str] = {}

    @property
    def published(self) -> str | None:
        """Fingerprint of what the published dataset was made from."""
        published: str | None = self._known["published"]
        return published

    @property
    def held(self) -> HeldBack | None:
        """The dataset that was held back last and still is."""
        held = self._known.get("held")
        verdicts = [Verdict(**values) for values in held["verdicts"]] if held else []
        return HeldBack(**held | {"verdicts": verdicts}) if held else None

    def filed(self, raw: Path) -> list[Filed]:
        """All PDF files below `raw`.

        A file is hashed when its size, times or inode are not those seen before. Files that cannot
        be opened (no permission) go into `unreadable` with the reason, and stand for the content
        that they had before.
        """
        self._before = self._known["files"]
        files: dict[str, dict[str, Any]] = {}
        out: list[Filed] = []
        for path in find_pdfs(raw):
            name = os.fsencode(path.relative_to(raw)).decode("utf-8", "backslashreplace")
            before: dict[str, Any] | None = self._before.get(name)
            seen = before
            try:
                stat = path.stat()
                key = [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]
                sha = before["sha256"] if before and before["stat"] == key else file_hash(path)
                seen = {"stat": key, "sha256": sha}
            except FileNotFoundError:
                continue  # withdrawn while the folder was listed
            except OSError as error:
                self.unreadable[file_name(path.name)] = UNREADABLE.format(error.strerror)
            if seen is not None:
                files[name] = seen
                out.append(Filed(path, seen["sha256"], name))
        self._known["files"] = files
        return out

    def leave(self, filed: Filed) -> Filed | None:
        """Stand by what the file held when it was last seen, if it was: it is looked at again next
        time.
        """
        before = self._before.get(filed.name)
        if before is None:
            del self._known["files"][filed.name]
            return None
        self._known["files"][filed.name] = before
        return Filed(filed.path, before["sha256"], filed.name)

    def result(self, filed: Filed) -> Result | None:
        """What became of this content under this extractor and name; None when it must be read."""
        found = self._known["results"].get(filed.sha256)
        wanted = EXTRACTOR_VERSION, file_name(filed.path.name)
        if found is None or (found["version"], found["file"]) != wanted:
            return None
        return Result(found["status"], found["reason"])

    def keep(self, sha256: str, file: str, status: str, reason: str | None) -> None:
        self._known["results"][sha256] = {
            "version": EXTRACTOR_VERSION,
            "file": file,
            "status": status,
            "reason": reason,
        }

    def forget(self, current: set[str]) -> None:
        """Drop contents that are no longer filed."""
        for sha in self._known["results"].keys() - current:
            del self._known["results"][sha]

    def save(self, published: str | None, held: HeldBack | None = None) -> None:
        self._known["published"] = published
        self._known["held"] = asdict(held) if held else None
        write(self._path, json.dumps(self._known, ensure_ascii=True).encode())
