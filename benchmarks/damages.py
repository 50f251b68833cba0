"""Ways a filed PDF comes damaged: its bytes, its font maps, its pages."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

import pymupdf

Codes = dict[str, str]
"""A ToUnicode map: character code → UTF-16 code units, both as printed in hexadecimal."""
LATIN, PRIVATE = 0xA1, 0xE000
LATIN_SIGNS = 94


def damaged(kind: str, plans: list[Path], of: int, rng: random.Random) -> bytes:
    """The content of `plans[of]`, damaged; `kind` is one of KINDS."""
    if kind in BYTES:
        other = rng.choice(plans[:of] + plans[of + 1 :] or plans)
        return BYTES[kind](plans[of].read_bytes(), other.read_bytes(), rng)
    with pymupdf.open(plans[of]) as doc:
        if kind in MAPS:
            _spoil_maps(doc, MAPS[kind], rng)
        else:
            PAGES[kind](doc, rng)
        return doc.tobytes(garbage=1)


def _truncated(content: bytes, other: bytes, rng: random.Random) -> bytes:
    return content[: int(len(content) * rng.uniform(0.3, 0.99))]


def _flipped(content: bytes, other: bytes, rng: random.Random) -> bytes:
    out = bytearray(content)
    for _ in range(rng.randint(1, 20)):
        out[rng.randrange(len(out))] = rng.randrange(256)
    return bytes(out)


def _spliced(content: bytes, other: bytes, rng: random.Random) -> bytes:
    share = rng.uniform(0.2, 0.9)
    return content[: int(len(content) * share)] + other[int(len(other) * share) :]


def _objects_deleted(content: bytes, other: bytes, rng: random.Random) -> bytes:
    """Objects made null; a document that thereby loses all pages is passed over."""
    while True:
        with pymupdf.open(stream=content) as doc:
            for xref in rng.sample(range(1, doc.xref_length()), rng.randint(1, 5)):
                doc.update_object(xref, "null")
            if doc.page_count:
                return doc.tobytes()


def _fonts_broken(content: bytes, other: bytes, rng: random.Random) -> bytes:
    """Bytes of an embedded font program overwritten."""
    with pymupdf.open(stream=content) as doc:
        kinds = ("FontFile", "FontFile2", "FontFile3")
        keys = [doc.xref_get_key(x, k) for x in range(1, doc.xref_length()) for k in kinds]
        files = sorted({int(value.split()[0]) for kind, value in keys if kind == "xref"})
        for xref in files:
            program = bytearray(doc.xref_stream(xref))
            for _ in range(200):
                program[rng.randrange(len(program))] = rng.randrange(256)
            doc.update_stream(xref, bytes(program))
        return doc.tobytes()


def _spoil_maps(
    doc: pymupdf.Document, spoil: Callable[[Codes], Codes | None], rng: random.Random
) -> None:
    """Spoil the ToUnicode maps of all fonts or, as often, of one."""
    keys = [(x, doc.xref_get_key(x, "ToUnicode")) for x in range(1, doc.xref_length())]
    fonts = [(x, int(value.split()[0])) for x, (kind, value) in keys if kind == "xref"]
    if fonts and rng.random() < 0.5:
        fonts = [rng.choice(fonts)]
    for font, stream in fonts:
        codes = spoil(read_map(doc.xref_stream(stream).decode("latin-1")))
        if codes is None:
            doc.xref_set_key(font, "ToUnicode", "null")
        else:
            doc.update_stream(stream, write_map(codes).encode())


_BLOCK = re.compile(r"begin(bfchar|bfrange)(.*?)endbf", re.DOTALL)
_HEX = re.compile(r"<\s*([0-9A-Fa-f ]*)>|(\[)|(\])")


def read_map(text: str) -> Codes:
    """The pairs of a ToUnicode map's bfchar and bfrange blocks (ISO 32000-1, 9.10.3)."""
    out: Codes = {}
    for kind, body in _BLOCK.findall(text):
        if kind == "bfchar":
            words = [w for w, _, _ in _HEX.findall(body)]
            out.update(zip(words[::2], words[1::2]))
            continue
        for first, last, start, listed in re.findall(
            r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*(?:<([0-9A-Fa-f]+)>|\[(.*?)\])", body, re.DOTALL
        ):
            values = [w for w, _, _ in _HEX.findall(listed)]
            for n in range(int(last, 16) - int(first, 16) + 1):
                code = f"{int(first, 16) + n:0{len(first)}X}"
                value = values[n] if listed else f"{int(start, 16) + n:0{len(start)}X}"
                out[code] = value
    return out


def write_map(codes: Codes) -> str:
    """A ToUnicode map that holds the pairs."""
    width = max(map(len, codes), default=2)
    pairs = [f"<{code}> <{value}>" for code, value in sorted(codes.items())]
    blocks = [pairs[i : i + 100] for i in range(0, len(pairs), 100)]
    body = "\n".join(f"{len(b)} beginbfchar\n" + "\n".join(b) + "\nendbfchar" for b in blocks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CMapType 2 def\n"
        f"1 begincodespacerange\n<{'0' * width}> <{'F' * width}>\nendcodespacerange\n"
        f"{body}\nendcmap\nend\nend"
    )


def _shifted(codes: Codes) -> Codes:
    """Each code with the character of the next."""
    keys = sorted(codes)
    return {key: codes[after] for key, after in zip(keys, keys[1:] + keys[:1])}


def _pairs_swapped(codes: Codes) -> Codes:
    """Each code with the character of its neighbour."""
    keys = sorted(codes)
    out = dict(codes)
    for a, b in zip(keys[::2], keys[1::2]):
        out[a], out[b] = codes[b], codes[a]
    return out


def _to_latin(codes: Codes) -> Codes:
    return {key: f"{LATIN + n % LATIN_SIGNS:04X}" for n, key in enumerate(sorted(codes))}


def _to_private(codes: Codes) -> Codes:
    return {key: f"{PRIVATE + n:04X}" for n, key in enumerate(sorted(codes))}


def _blanked(doc: pymupdf.Document, rng: random.Random) -> None:
    page = doc[rng.randrange(len(doc))]
    for xref in page.get_contents():
        doc.update_stream(xref, b" ")


def _deleted(doc: pymupdf.Document, rng: random.Random) -> None:
    doc.delete_page(rng.randrange(len(doc)))


def _swapped(doc: pymupdf.Document, rng: random.Random) -> None:
    order = list(range(len(doc)))
    a, b = rng.sample(order, 2)
    order[a], order[b] = b, a
    doc.select(order)


def _doubled(doc: pymupdf.Document, rng: random.Random) -> None:
    page = rng.randrange(len(doc))
    doc.fullcopy_page(page, page + 1 if page + 1 < len(doc) else -1)


def _cropped(doc: pymupdf.Document, rng: random.Random) -> None:
    """A page whose crop box leaves out 15 to 40 % at one edge."""
    page = doc[rng.randrange(len(doc))]
    x0, y0, x1, y1 = page.mediabox
    share = rng.uniform(0.15, 0.4)
    edge = rng.randrange(4)
    box = [x0, y0, x1, y1]
    length = x1 - x0 if edge % 2 == 0 else y1 - y0
    box[edge] += share * length if edge < 2 else -share * length
    page.set_cropbox(pymupdf.Rect(box))


BYTES: dict[str, Callable[[bytes, bytes, random.Random], bytes]] = {
    "truncated": _truncated,
    "bytes flipped": _flipped,
    "files spliced": _spliced,
    "objects deleted": _objects_deleted,
    "fonts broken": _fonts_broken,
}
MAPS: dict[str, Callable[[Codes], Codes | None]] = {
    "map shifted": _shifted,
    "map swapped": _pairs_swapped,
    "map removed": lambda codes: None,
    "map to Latin-1": _to_latin,
    "map to private use": _to_private,
}
PAGES: dict[str, Callable[[pymupdf.Document, random.Random], None]] = {
    "page blanked": _blanked,
    "page deleted": _deleted,
    "pages swapped": _swapped,
    "page doubled": _doubled,
    "page cropped": _cropped,
}
KINDS = (*BYTES, *MAPS, *PAGES)
