"""56 hostile files from a seed: bombs, recursion, boxes that are none, scripts, escapes, names.

Each is small on disk and asks for something that a reader must not give.
"""

from __future__ import annotations

import os
import random
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

BOX = b"/MediaBox[0 0 595 842]"
TEXT = b"BT /F1 12 Tf 72 700 Td (plan) Tj ET"


def pdf(
    content: bytes = TEXT,
    box: bytes = BOX,
    root: bytes = b"",
    page: bytes = b"",
    more: bytes = b"",
    coding: bytes = b"",
    kids: bytes = b"[3 0 R]",
) -> bytes:
    """A file of one page without a table of objects, which readers look for by themselves."""
    return (
        b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R" + root + b">>endobj\n"
        b"2 0 obj<</Type/Pages/Kids" + kids + b"/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>"
        b"/XObject<</X 6 0 R>>>>" + box + page + b">>endobj\n"
        b"4 0 obj<</Length %d%s>>stream\n"
        % (len(content), coding)
        + content
        + b"\nendstream endobj\n"
        b"5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n" + more + b"\n"
        b"trailer<</Root 1 0 R>>\n%%EOF\n"
    )


def bombs(rng: random.Random) -> Iterator[bytes]:
    """Streams that inflate to hundreds of megabytes, once and twice over."""
    flate, twice = b"/Filter/FlateDecode", b"/Filter[/FlateDecode/FlateDecode]"
    for megabytes in (64, 256):
        for filling in (b" ", b"q ", b"0 0 m 9 9 l S "):
            raw = filling * (megabytes * 2**20 // len(filling))
            yield pdf(zlib.compress(raw, 9), coding=flate)
    yield pdf(zlib.compress(zlib.compress(b"\0" * 2**28, 9), 9), coding=twice)
    size = rng.randrange(50_000, 60_000)
    picture = b"/Type/XObject/Subtype/Image/Width %d/Height %d" % (size, size)
    yield pdf(
        b"q 595 0 0 842 0 0 cm /X Do Q",
        more=_stream(picture + b"/ColorSpace/DeviceGray/BitsPerComponent 8"),
    )


def _stream(entries: bytes, content: bytes = b"") -> bytes:
    return b"6 0 obj<<%s/Length %d>>stream\n%s\nendstream endobj" % (entries, len(content), content)


def recursion(rng: random.Random) -> Iterator[bytes]:
    """Objects that contain themselves, and nesting without end."""
    form = b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 6 0 R>>>>"
    yield pdf(b"/X Do", more=_stream(form, b"/X Do /X Do"))
    yield pdf(kids=b"[2 0 R]")
    yield pdf(kids=b"[2 0 R 3 0 R 2 0 R]")
    yield pdf(kids=b"2 0 R")
    deep = rng.randrange(50_000, 100_000)
    yield pdf(root=b"/X " + b"[" * deep + b"]" * deep)
    yield pdf(root=b"/X " + b"<</X" * deep + b">>" * deep)
    yield pdf(b"q " * 10 * deep + TEXT)
    yield pdf(root=b"/Outlines 7 0 R", more=b"7 0 obj<</First 7 0 R/Next 7 0 R/Last 7 0 R>>endobj")


def boxes(rng: random.Random) -> Iterator[bytes]:
    """Pages of no size, of no number, and of a country's size."""
    values = (
        "nan nan",
        "inf inf",
        "0 0",
        "-1 -1",
        "1e38 1e38",
        "1e9 1e9",
        "14400 14400",
        "99999 1",
    )
    for value in values:
        yield pdf(box=b"/MediaBox[0 0 %s]" % value.encode())
    yield pdf(box=b"/MediaBox[(a) /b null]")
    yield pdf(box=b"")
    yield pdf(page=b"/Rotate %d" % rng.randrange(1, 89))
    yield pdf(page=b"/UserUnit 1e9")


def scripts(rng: random.Random) -> Iterator[bytes]:
    """What would run, call or write something if anyone let it."""
    name = b"/tmp/hostile-%d" % rng.randrange(10**6)
    for action in (
        b"/S/JavaScript/JS(app.launchURL\\('http://127.0.0.1:9'\\))",
        b"/S/Launch/F(/bin/sh)",
        b"/S/Launch/Unix(touch " + name + b")",
        b"/S/URI/URI(http://127.0.0.1:9/)",
        b"/S/SubmitForm/F(http://127.0.0.1:9/)",
        b"/S/GoToR/F(../../../../etc/passwd)",
        b"/S/ImportData/F(" + name + b")",
        b"/S/Rendition/JS(while\\(1\\);)",
    ):
        yield pdf(root=b"/OpenAction<<" + action + b">>", page=b"/AA<</O<<" + action + b">>>>")


def escapes(rng: random.Random) -> Iterator[bytes]:
    """Text that steers a terminal, a page or a spreadsheet."""
    colour = rng.randrange(30, 38)
    for text in (
        b"\\033[2J\\033[%dm" % colour,
        b"\\033]0;owned\\007",
        b"<script>alert\\(1\\)</script>",
        b"=HYPERLINK\\(1\\)",
        b"\\r\\n\\000\\b",
        b"../../etc/passwd",
    ):
        yield pdf(b"BT /F1 12 Tf 72 700 Td (%s) Tj ET" % text)


def broken(rng: random.Random) -> Iterator[bytes]:
    """Sound at first sight: cut, flipped, with numbers that no file can hold."""
    sound = pdf()
    yield sound[: rng.randrange(40, len(sound) - 60)]
    flipped = bytearray(sound)
    for _ in range(20):
        flipped[rng.randrange(9, len(flipped))] ^= 1 << rng.randrange(8)
    yield bytes(flipped)
    yield sound.replace(b"/Length", b"/Length 99999999999 /L")
    yield sound.replace(b"/Count 1", b"/Count 2147483647")


NAMES = (
    b".pdf",
    b"\x1b[31mred\x1b[0m.pdf",
    "換\n行.pdf".encode(),
    "甲仙.pdf".encode("big5"),
    b"\xff\xfe.pdf",
    "反\u202efdp.pdf".encode(),
    b"=cmd.pdf",
    b"-rf.pdf",
    b"x" * 251 + b".pdf",
    b"<b>&amp;.pdf",
)
Maker = Callable[[random.Random], Iterator[bytes]]
MAKERS: tuple[Maker, ...] = (bombs, recursion, boxes, scripts, escapes, broken)


def hostile_files(folder: Path, seed: int, makers: Sequence[Maker] = MAKERS) -> None:
    """Write them into `folder`; the same seed gives the same bytes."""
    for make in makers:
        for number, content in enumerate(make(random.Random(f"{make.__name__} {seed}"))):
            (folder / f"{make.__name__}-{number:02d}.pdf").write_bytes(content)
    for number, name in enumerate(NAMES):
        with open(os.path.join(os.fsencode(folder), name), "wb") as file:
            file.write(pdf(page=b"/X %d" % number))
