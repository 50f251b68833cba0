"""The nightly batch under stress: `python -m benchmarks.nightly MODE`.

kill [--times 50]: SIGKILL at random moments; the dataset is whole each time.
quiet [--files 2000]: a second night over unchanged files against the first.
broken [--more DIR]: damaged and odd files. hostile: 56 files made to hurt, a status each.
uploading, vanishing, readonly, bad-input: what became of the dataset, and the exit code.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import pymupdf

from benchmarks.hostile import hostile_files

MEDDLING = ("uploading", "vanishing")
ROOT = Path(__file__).parent.parent
PLAN = ROOT / "data" / "raw" / "jiaxian-114.pdf"


def copies(folder: Path, count: int, pages: int = 2, tag: str = "") -> None:
    """`count` PDFs of distinct content.

    The plan's first pages, each with another title in its metadata.
    """
    with pymupdf.open(PLAN) as doc:
        doc.select(list(range(min(pages, len(doc)))))
        for n in range(count):
            doc.set_metadata({"title": f"copy {tag}{n}"})
            doc.save(folder / f"copy{tag}{n:05d}.pdf")


def command(base: Path, *more: str) -> list[str]:
    return [
        sys.executable,
        "-m",
        "nightly",
        "--raw",
        str(base / "raw"),
        "--interim",
        str(base / "interim"),
        "--processed",
        str(base / "processed"),
        "--workers",
        "2",
        "--log-json",
        *more,
    ]


def state(processed: Path) -> tuple[str, ...] | None:
    """Digests of the published files as their descriptor has them, checked against the files.

    None before the first publish. Raises AssertionError when tables of two datasets stand together.
    """
    import hashlib

    if not (processed / "datapackage.json").exists():
        return None
    told = {
        r["path"]: r["file_sha256"]
        for r in json.loads((processed / "datapackage.json").read_text("utf-8"))["resources"]
    }
    for name, sha in told.items():
        assert hashlib.sha256((processed / name).read_bytes()).hexdigest() == sha, (
            f"{name} is not the descriptor's"
        )
    return tuple(sorted(told.values()))


def kill(times: int, seed: int) -> None:
    """Kill the batch at random moments while files come and go.

    Every time the old or the new dataset must stand whole.
    """
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        (base / "raw").mkdir()
        copies(base / "raw", 6)
        assert (
            subprocess.run(
                command(base), cwd=ROOT, check=False, stderr=subprocess.DEVNULL
            ).returncode
            == 0
        )
        old = state(base / "processed")
        outcomes: Counter[str] = Counter()
        for n in range(times):
            copies(base / "raw", 3, tag=f"n{n}x")
            process = subprocess.Popen(
                command(base), cwd=ROOT, stderr=subprocess.DEVNULL, start_new_session=True
            )
            time.sleep(rng.uniform(0.05, 2.4))
            process.send_signal(signal.SIGKILL)
            process.wait()
            found = state(base / "processed")
            outcomes["old dataset" if found == old else "new dataset"] += 1
            if rng.random() < 0.3:
                code = subprocess.run(
                    command(base), cwd=ROOT, check=False, stderr=subprocess.DEVNULL
                ).returncode
                outcomes["completed next"] += code == 0
                found = state(base / "processed")
                assert found != old or outcomes["new dataset"], "the next run did not publish"
            old = found
        code = subprocess.run(
            command(base), cwd=ROOT, check=False, stderr=subprocess.DEVNULL
        ).returncode
        assert code == 0, "the run after the last kill did not complete"
        left = [p.name for p in (base / "processed" / "releases").glob(".build-*")] + [
            p.name for p in (base / "interim").glob("*.tmp")
        ]
        print(
            f"{times} kills: {dict(outcomes)}, no torn dataset; the last run completed; "
            f"left over: {left or 'nothing'}"
        )


def quiet(files: int) -> None:
    """Time of a night over unchanged files as a share of the first night's."""
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        (base / "raw").mkdir()
        copies(base / "raw", files)
        nights = []
        for _ in range(2):
            start = time.perf_counter()
            done = subprocess.run(
                command(base), cwd=ROOT, check=False, capture_output=True, text=True
            )
            nights.append(
                (
                    time.perf_counter() - start,
                    sum('"event": "read"' in line for line in done.stderr.splitlines()),
                    done.returncode,
                )
            )
        (first, read, _), (second, again, code) = nights
        print(
            f"{files} files: first night {first:.1f} s, {read} read; "
            f"second {second:.2f} s, {again} read, exit {code}; {second / first:.2%}"
        )
        runs = [
            subprocess.Popen(command(base), cwd=ROOT, stderr=subprocess.PIPE, text=True)
            for _ in range(2)
        ]
        print(
            "two at once:",
            sorted(
                (r.wait(), "busy" if '"event": "busy"' in r.stderr.read() else "worked")
                for r in runs
            ),
        )


def broken_files(folder: Path, seed: int = 3) -> None:
    """Empty, cut, bit-flipped, encrypted, page-less, huge and deeply nested files made from a sound
    plan.
    """
    import cv2
    import numpy as np

    raw, rng = PLAN.read_bytes(), random.Random(seed)
    (folder / "empty.pdf").write_bytes(b"")
    for share in range(5, 100, 5):
        (folder / f"cut-{share:02d}.pdf").write_bytes(raw[: len(raw) * share // 100])
    for n in range(20):
        data = bytearray(raw)
        for _ in range(rng.choice([1, 5, 50])):
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        (folder / f"flipped-{n:02d}.pdf").write_bytes(bytes(data))
    with pymupdf.open(stream=raw) as doc:
        doc.save(
            folder / "password.pdf",
            encryption=pymupdf.PDF_ENCRYPT_AES_256,
            user_pw="x",
            owner_pw="y",
        )
    head, tail = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R", b"trailer<</Root 1 0 R>>\n%%EOF"
    page = b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 %s]>>endobj\n"
    kids = b">>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj "
    (folder / "no-pages.pdf").write_bytes(
        head + b">>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n" + tail
    )
    (folder / "nested.pdf").write_bytes(
        head + b"/X " + b"[" * 200_000 + b"]" * 200_000 + kids + page % b"600 800" + tail
    )
    (folder / "huge-page.pdf").write_bytes(head + kids + page % b"1e9 1e9" + tail)
    with pymupdf.open() as doc:
        for _ in range(5000):
            doc.new_page()
        doc.save(folder / "5000-pages.pdf")
    with pymupdf.open() as doc:
        sheet = doc.new_page()
        sheet.insert_image(
            sheet.rect,
            stream=cv2.imencode(".png", np.full((10_000, 10_000), 255, np.uint8))[1].tobytes(),
        )
        doc.save(folder / "100-megapixels.pdf")


def broken(more: list[Path]) -> None:
    """Status of every broken file, and which gave rows."""
    from batch.folder import extract_files
    from batch.store import find_pdfs

    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        (base / "raw").mkdir()
        (base / "interim").mkdir()
        broken_files(base / "raw")
        files = [f for where in [base / "raw", *more] for f in find_pdfs(where)]
        start = time.perf_counter()
        counts: Counter[str] = Counter()
        slowest = 0.0
        last = start
        for outcome in extract_files(files, base / "interim", 2):
            now = time.perf_counter()
            slowest, last = max(slowest, now - last), now
            counts[outcome.status] += 1
            rows = json.loads(outcome.path.read_text("utf-8"))["rows"]
            if rows:
                counts["with rows"] += 1
                print(f"  rows: {outcome.file} {outcome.status} {len(rows)}")
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(
            f"{len(files)} files in {time.perf_counter() - start:.1f} s: {dict(counts)}; "
            f"longest wait {slowest:.1f} s; peak memory of a worker {peak:.0f} MB"
        )


def hostile(seed: int) -> None:
    """Status of every hostile file within the usual limits, and the time of all."""
    from batch.folder import extract_files
    from batch.store import find_pdfs

    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        (base / "raw").mkdir()
        hostile_files(base / "raw", seed)
        files, start = find_pdfs(base / "raw"), time.perf_counter()
        outcomes = list(extract_files(files, base / "interim", 2))
        for outcome in sorted(outcomes, key=lambda o: o.file):
            print(f"  {outcome.file[:60]} {outcome.status} {outcome.reason or ''}")
        counts = Counter(outcome.status for outcome in outcomes)
        print(f"{len(files)} files in {time.perf_counter() - start:.1f} s: {dict(counts)}")


def night(base: Path, *before: str) -> subprocess.Popen[bytes]:
    """A night as a user starts it; `before` stands before its command."""
    return subprocess.Popen(
        [*before, *command(base)], cwd=ROOT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )


def ended(base: Path, what: str, code: int, old: tuple[str, ...] | None) -> None:
    """Print what a night came to. Raises AssertionError when nothing was published with 0 or 1."""
    found = state(base / "processed")
    assert code in (0, 1, 2), f"{what}: exit code {code}"
    assert code == 2 or found is not None, f"{what}: exit code {code}, nothing published"
    assert code < 2 or found == old, f"{what}: exit code 2, yet the dataset is another"
    print(f"{what}: exit code {code}, {'old' if found == old else 'new'} dataset whole")


def meddled(what: str, times: int, seed: int) -> None:
    """Nights while the last file grows (uploading), or files go (vanishing)."""
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        (base / "raw").mkdir()
        copies(base / "raw", 6)
        ended(base, "first night", night(base).wait(), None)
        for n in range(times):
            old = state(base / "processed")
            copies(base / "raw", 4, tag=f"n{n}x")
            target = base / "raw" / f"copyn{n}x00003.pdf"
            whole = target.read_bytes()
            target.write_bytes(whole[: len(whole) // 2])
            process = night(base)
            time.sleep(rng.uniform(0.3, 1.5))
            while process.poll() is None and what == "uploading":
                with open(target, "ab") as file:
                    file.write(whole[file.tell() : file.tell() + 4096])
                time.sleep(0.01)
            if what == "vanishing":
                for path in rng.sample(sorted((base / "raw").iterdir()), 3):
                    path.unlink()
            ended(base, f"{what} {n}", process.wait(), old)
            target.unlink(missing_ok=True)
        old = state(base / "processed")
        ended(base, "last night", night(base).wait(), old)


def readonly() -> None:
    """Nights that may not write, and one with a file that may not be read."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    bare = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if root else []
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        (base / "raw").mkdir()
        copies(base / "raw", 3)
        ended(base, "first night", night(base, *bare).wait(), None)
        for name in ("processed", "interim", "raw/copyx00000.pdf"):
            copies(base / "raw", 1, tag="x")
            old, path = state(base / "processed"), base / name
            mode = path.stat().st_mode
            path.chmod(0o555 if path.is_dir() else 0)
            code = night(base, *bare).wait()
            path.chmod(mode)
            ended(base, f"{name} not permitted", code, old)


def bad_input() -> None:
    """Nights over what is no plan, no folder, or named against all custom."""
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        ended(base, "no raw folder", night(base).wait(), None)
        (base / "raw").mkdir()
        ended(base, "nothing filed", night(base).wait(), None)
        copies(base / "raw", 3)
        for name, content in (("page.pdf", b"<html>"), ("empty.pdf", b""), (".pdf", b"%PDF-")):
            (base / "raw" / name).write_bytes(content)
        ended(base, "no PDF among plans", night(base).wait(), None)
        old = state(base / "processed")
        (base / "interim" / "nightly.state").write_bytes(b"\xff{")
        ended(base, "a broken state", night(base).wait(), old)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.nightly", description="The nightly batch under stress."
    )
    parser.add_argument(
        "what", choices=["kill", "quiet", "broken", "hostile", *MEDDLING, "readonly", "bad-input"]
    )
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--more", type=Path, nargs="*", default=[], help="folders of further odd files"
    )
    args = parser.parse_args(argv)
    if args.what == "kill":
        kill(args.times, args.seed)
    elif args.what == "quiet":
        quiet(args.files)
    elif args.what == "broken":
        broken(args.more)
    elif args.what == "hostile":
        hostile(args.seed)
    elif args.what in MEDDLING:
        meddled(args.what, args.times, args.seed)
    elif args.what == "readonly":
        readonly()
    else:
        bad_input()
    return 0


if __name__ == "__main__":
    sys.exit(main())
