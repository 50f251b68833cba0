"""The nightly batch under stress.

python -m benchmarks.nightly kill [--times 50] # kill -9 at random moments; the dataset is whole
each time python -m benchmarks.nightly quiet [--files 2000] # a second night over unchanged files
against the first python -m benchmarks.nightly broken [--more DIR] # damaged, hostile and odd files
"""

from __future__ import annotations

import argparse
import json
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


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.nightly", description="The nightly batch under stress."
    )
    parser.add_argument("what", choices=["kill", "quiet", "broken"])
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
    else:
        broken(args.more)
    return 0


if __name__ == "__main__":
    sys.exit(main())
