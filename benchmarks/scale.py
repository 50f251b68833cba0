"""Cost over the length of a document, over the size of the corpus, and over cores.

    python -m benchmarks.scale length [--pages 1 10 100 500 1000 2000]
    python -m benchmarks.scale corpus [--plans 1 10 100 500 1000 2500 5000] [--keep FOLDER]

Each size is measured in fresh processes, lengths as the median of three. The growth exponent is the
slope of log(CPU time) over log(size), fitted by least squares to the sizes of which the largest is
at most a hundred times the smallest used: starting up hides the growth of smaller ones. CPU time
rather than wall-clock time, for a shared machine does not run evenly. Memory is the peak resident
set (VmHWM) of a process. Linux only.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import pymupdf

from benchmarks.figures import ROOT, Table, command, exponent, timed
from benchmarks.readers import bare, peak

LONG = ROOT / "data" / "raw" / "sanmin-114.pdf"


def fresh(function: str, *arguments) -> dict:
    """What `function` of this module returns, called in a process of its own on one core."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "benchmarks.scale",
            "_call",
            function,
            json.dumps([str(a) for a in arguments]),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"{function}{arguments}: {done.stderr[-2000:]}")
    return json.loads(done.stdout)


# --- length ---------------------------------------------------------------------------------------


def lengthen(pages: int, path: Path) -> None:
    """The longest filed plan with its middle pages over and over: one table of any length."""
    with pymupdf.open(LONG) as doc, pymupdf.open() as out:
        middle = len(doc) - 2
        out.insert_pdf(doc, from_page=0, to_page=min(pages, len(doc) - 1) - 1)
        while len(out) < pages:
            out.insert_pdf(doc, from_page=1, to_page=min(middle, pages - len(out)))
        out.save(path, garbage=3)


def read_bare(path: str) -> dict:
    cpu = time.process_time()
    bare(path)
    return {"cpu": time.process_time() - cpu, "peak": peak()}


def read_long(path: str) -> dict:
    from batch.isolate import settle_collector
    from extract.document import extract_document

    settle_collector()
    extract_document(ROOT / "data" / "raw" / "jiaxian-114.pdf")  # warm
    before = peak()
    start, cpu = time.perf_counter(), time.process_time()
    plan = extract_document(Path(path))
    assert plan.status == "ok"
    return {
        "seconds": time.perf_counter() - start,
        "cpu": time.process_time() - cpu,
        "before": before,
        "peak": peak(),
        "measures": sum(len(r.measures) for r in plan.rows),
    }


def length(sizes: list[int]) -> None:
    table = Table(
        ("pages", 8, "d"),
        ("measures", 10, "d"),
        ("seconds", 10, ".2f"),
        ("ms a page", 11, ".2f"),
        ("× bare", 8, ".2f"),
        ("peak MB", 9, ".0f"),
        ("KB a page", 11, ".0f"),
        ("bare peak MB", 14, ".0f"),
    )
    seconds, bare_seconds = [], []
    with tempfile.TemporaryDirectory() as folder:
        for n in sizes:
            path = Path(folder) / f"{n}.pdf"
            lengthen(n, path)
            pairs = [(fresh("read_bare", path), fresh("read_long", path)) for _ in range(3)]
            base, own = (sorted(runs, key=lambda r: r["cpu"])[1] for runs in zip(*pairs))
            seconds.append(own["cpu"])
            bare_seconds.append(base["cpu"])
            table.line(
                n,
                own["measures"],
                own["seconds"],
                1000 * own["seconds"] / n,
                own["cpu"] / base["cpu"],
                own["peak"] / 2**20,
                (own["peak"] - own["before"]) / 1024 / n,
                base["peak"] / 2**20,
            )
    grows, bare_grows = exponent(sizes, seconds), exponent(sizes, bare_seconds)
    print(f"growth exponent: {grows:.3f} (bare MuPDF {bare_grows:.3f})")


# --- corpus ---------------------------------------------------------------------------------------


def run_extract(raw: str, out: str, workers: str) -> dict:
    """The extract stage as the command runs it.

    `worker` is the peak of the largest worker process, MB.
    """
    import resource

    from batch.folder import extract_folder

    start = time.perf_counter()
    outcomes = extract_folder(Path(raw), Path(out), int(workers))
    seconds = time.perf_counter() - start
    assert all(o.status == "ok" and not o.kept for o in outcomes)
    workers = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "seconds": seconds,
        "cpu": time.process_time() + workers.ru_utime + workers.ru_stime,
        "worker": workers.ru_maxrss / 1024,
    }


PARTS = ("read", "draft", "infer", "tables", "write")
"""What the normalise stage does.

Records read, rows drafted and looked at together, tables made and written.
"""


def run_normalize(interim: str, out: str) -> dict:
    """The normalise stage in one process without corrections, CPU seconds by PARTS."""
    import pyarrow as pa

    from normalize import pipeline
    from normalize.rows import draft

    pa.array([0])  # imports pandas, once
    spent: Counter[str] = Counter()
    for module, step in (
        (pipeline, "_drafts"),
        (draft, "draft_plan"),
        (pipeline, "tables"),
        (pipeline, "publish"),
    ):
        setattr(module, step, timed(getattr(module, step), spent))
    start = time.process_time()
    plans = pipeline.normalize(interim, out, corrections_dir=None).plans
    whole = time.process_time() - start
    return {
        "read": spent["_drafts"] - spent["draft_plan"],
        "draft": spent["draft_plan"],
        "infer": whole - spent["_drafts"] - spent["tables"] - spent["publish"],
        "tables": spent["tables"],
        "write": spent["publish"],
        "measures": sum(p["measures"] for p in plans),
        "peak": peak(),
    }


def corpus(sizes: list[int], keep: Path | None) -> None:
    from benchmarks.corpus import make

    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        raw = keep or base / "raw"
        if not raw.exists() or len(list(raw.glob("*.pdf"))) < max(sizes):
            make(raw, max(sizes))
        files = sorted(raw.glob("*.pdf"))
        table = Table(
            ("plans", 7, "d"),
            ("pages", 8, "d"),
            ("measures", 10, "d"),
            ("extract, 1 core s", 19, ".1f"),
            ("2 cores s", 11, ".1f"),
            ("pages/s", 9, ".0f"),
            ("speed-up", 10, ".2f"),
            ("worker MB", 11, ".0f"),
            ("normalise, s", 14, ".1f"),
            ("measures/s", 12, ".0f"),
            ("without I/O", 13, ".0f"),
            ("peak MB", 9, ".0f"),
        )
        rows = []
        for n in sizes:
            part = base / f"part{n}"
            part.mkdir()
            for file in files[:: len(files) // n][:n]:
                (part / file.name).symlink_to(file)
            rows.append(one_size(n, part, base, table))
            shutil.rmtree(part)
    for name, *cpu in zip(
        ("extract, 1 core", "extract, 2 cores", "normalise", "without I/O"), *rows
    ):
        print(f"growth exponent: {name} {exponent(sizes, cpu):.3f}")


def one_size(n: int, part: Path, base: Path, table: Table) -> tuple[float, float, float, float]:
    """CPU seconds of extract on one core and two, of normalise, and of it in one process without
    I/O.
    """
    one = fresh("run_extract", part, base / f"one{n}", 1)
    two = fresh("run_extract", part, base / f"two{n}", 2)
    shutil.rmtree(base / f"one{n}")
    pages = sum(json.loads(p.read_bytes())["pages"] for p in (base / f"two{n}").glob("*.json"))
    whole = fresh("run_normalize", base / f"two{n}", base / f"out{n}")
    dataset = ("--out", str(base / f"dataset{n}"), "--workers", "2")
    seconds, cpu, most = command("normalize", str(base / f"two{n}"), *dataset)
    work = whole["draft"] + whole["infer"] + whole["tables"]
    table.line(
        n,
        pages,
        whole["measures"],
        one["seconds"],
        two["seconds"],
        pages / two["seconds"],
        one["seconds"] / two["seconds"],
        two["worker"],
        seconds,
        whole["measures"] / seconds,
        whole["measures"] / work,
        most,
    )
    parts = ", ".join(f"{part} {whole[part]:.2f}" for part in PARTS)
    print(
        f"        normalise, one process, CPU seconds: {parts}; peak {whole['peak'] / 2**20:.0f} MB"
    )
    return one["cpu"], two["cpu"], cpu, work


def main(argv: list[str] | None = None) -> int:
    argv = sys.argv[1:] if argv is None else argv
    if argv[:1] == ["_call"]:
        print(json.dumps(globals()[argv[1]](*json.loads(argv[2]))))
        return 0
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.scale", description=__doc__.splitlines()[0]
    )
    commands = parser.add_subparsers(dest="what", required=True)
    commands.add_parser("length", help="documents of 1 to 2,000 pages").add_argument(
        "--pages", type=int, nargs="+", default=[1, 10, 100, 500, 1000, 2000]
    )
    many = commands.add_parser("corpus", help="1 to 5,000 plans")
    many.add_argument("--plans", type=int, nargs="+", default=[1, 10, 100, 500, 1000, 2500, 5000])
    many.add_argument(
        "--keep",
        type=Path,
        metavar="FOLDER",
        help="folder of made plans to use, or to make and keep",
    )
    args = parser.parse_args(argv)
    length(args.pages) if args.what == "length" else corpus(args.plans, args.keep)
    return 0


if __name__ == "__main__":
    sys.exit(main())
