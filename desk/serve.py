"""Starting and ending the desk: addresses, token, the server, and the last publishing."""

from __future__ import annotations

import socket
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from desk.app import Desk, application
from desk.decisions.journal import Journal
from desk.decisions.work import Work
from desk.guard import Guard, new_token
from desk.library import Library
from desk.pictures import Pictures
from desk.publish import Publisher

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Settings:
    """Where the desk finds its files, where it listens, and who decides unless told otherwise.

    `port` 0 takes a free one. Another address than loopback asks everyone for a token.
    """

    processed: Path
    raw: Path
    interim: Path
    corrections: Path
    who: str
    host: str = "127.0.0.1"
    port: int = 8321


def serve(
    settings: Settings,
    say: Callable[[str], None],
    progress: Callable[[int, int], None],
    show: bool = False,
) -> None:
    """Serve until interrupted; then publish what has been decided and not published yet.

    `say` is told the address once it answers; `show` opens it in a browser. Raises BadInput
    without a dataset and for a corrections file that is not well formed, OSError where the port is
    taken, and what `normalize` raises at the end.
    """
    desk = assemble(settings)
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((settings.host, settings.port))
        port = listening.getsockname()[1]
        token = "" if settings.host in LOOPBACK else new_token()
        guarded = Guard(application(desk), _names(settings.host, port), desk.csrf, token)
        address = f"http://{_written(settings.host)}:{port}/" + (token and f"?token={token}")
        say(address)
        if show:
            webbrowser.open(address)
        config = uvicorn.Config(guarded, log_level="warning", server_header=False)
        try:
            uvicorn.Server(config).run(sockets=[listening])
        except KeyboardInterrupt:
            pass  # how it is ended
        finally:
            desk.pictures.stop()
    desk.publisher.wait()
    if desk.publisher.pending(desk.library):
        desk.publisher.run(progress)


def assemble(settings: Settings) -> Desk:
    """All that the routes use. Raises as `serve` does."""
    library, journal = Library(settings.processed), Journal(settings.corrections)
    journal.lines()  # a malformed file is told before anybody decides anything
    pictures = Pictures(settings.raw, settings.interim, settings.processed / "review" / "pages")
    publisher = Publisher(settings.interim, settings.processed, settings.corrections, journal)
    work = Work(library, journal)
    return Desk(library, work, pictures, publisher, settings.who, new_token())


def _written(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _names(host: str, port: int) -> set[str]:
    """What a browser may call the desk: its own address, and loopback's other names."""
    hosts = LOOPBACK if host in LOOPBACK else (host,)
    return {f"{_written(h)}:{port}" for h in hosts}
