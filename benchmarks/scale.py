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
import gc
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pymupdf

from benchmarks.readers import bare, peak

ROOT = Path(__file__).parent.parent
LONG = ROOT / "data" / "raw" / "sanmin-114.pdf"


def exponent(sizes: list[int], seconds: list[float]) -> float:
    """Slope of log(seconds) over log(size) for the sizes from a hundredth of the largest on.

    NaN for fewer than two.
    """
    used = [(n, s) for n, s in zip(sizes, seconds) if n * 100 >= max(sizes)]
    return float(np.polyfit(*np.log(np.array(used)).T, 1)[0]) if len(used) > 1 else float("nan")


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


# --- length ------------------------------------------------------------------------------------------------------------


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
    print(
        f"{'pages':>8}{'measures':>10}{'seconds':>10}{'ms a page':>11}{'× bare':>8}{'peak MB':>9}{'KB a page':>11}{'bare peak MB':>14}"
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
            ratio = own["cpu"] / base["cpu"]
            print(
                f"{n:>8}{own['measures']:>10}{own['seconds']:>10.2f}{1000 * own['seconds'] / n:>11.2f}{ratio:>8.2f}{own['peak'] / 2**20:>9.0f}{(own['peak'] - own['before']) / 1024 / n:>11.0f}{base['peak'] / 2**20:>14.0f}",
                flush=True,
            )
    print(
        f"growth exponent: {exponent(sizes, seconds):.3f} (bare MuPDF {exponent(sizes, bare_seconds):.3f})"
    )


# --- corpus ------------------------------------------------------------------------------------------------------------


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


def run_normalize(interim: str, out: str) -> dict:
    """The normalise stage in one process, timed by what it does.

    Reading records, rows, and writing tables.
    """
    import pyarrow as pa

    from batch.store import at, records
    from dataset.datapackage import descriptor
    from dataset.publish import publish
    from extract.model import PrintedPlan
    from normalize.matching import focus_inference
    from normalize.pipeline import _close, tables
    from normalize.rows import filings
    from normalize.rows.draft import draft_plan

    gc.disable()  # as the stage does
    pa.array([0])  # imports pandas, once
    Path(out).mkdir()
    spent = dict.fromkeys(("read", "draft", "infer", "tables", "write"), 0.0)
    clock = time.process_time()

    def lap(name: str) -> None:
        nonlocal clock
        spent[name] += time.process_time() - clock
        clock = time.process_time()

    drafts, pages = [], 0
    for path in records(at(interim)):
        plan = PrintedPlan.model_validate_json(path.read_bytes())
        pages += plan.pages
        lap("read")
        drafts.append(draft_plan(plan))
        lap("draft")
    focus_inference.infer(drafts)
    for d in drafts:
        _close(d)
        d.plan.interim_sha256, d.plan.extracted_at = "", datetime(1970, 1, 1, tzinfo=UTC)
    filings.mark_current(drafts)
    lap("infer")
    made = tables(drafts)
    lap("tables")
    publish(made, Path(out), descriptor)
    lap("write")
    return spent | {
        "measures": sum(len(d.measures) for d in drafts),
        "pages": pages,
        "peak": peak(),
    }


def command(*arguments: str) -> tuple[float, float, float]:
    """Seconds, CPU seconds and peak memory (MB, of the largest process) of `plans …`."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "plans", *arguments],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, arguments
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def corpus(sizes: list[int], keep: Path | None) -> None:
    from benchmarks.corpus import make

    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        raw = keep or base / "raw"
        if not raw.exists() or len(list(raw.glob("*.pdf"))) < max(sizes):
            make(raw, max(sizes))
        files = sorted(raw.glob("*.pdf"))
        rows = []
        print(
            f"{'plans':>7}{'pages':>8}{'measures':>10} | extract {'1 core s':>9}{'2 cores s':>10}{'pages/s':>9}{'speed-up':>9}{'worker MB':>10} | normalise {'seconds':>8}{'measures/s':>11}{'without I/O':>12}{'peak MB':>8}"
        )
        for n in sizes:
            part = base / f"part{n}"
            part.mkdir()
            for file in files[:: len(files) // n][:n]:
                (part / file.name).symlink_to(file)
            one = fresh("run_extract", part, base / f"one{n}", 1)
            two = fresh("run_extract", part, base / f"two{n}", 2)
            whole = fresh("run_normalize", base / f"two{n}", base / f"out{n}")
            seconds, cpu, most = command(
                "normalize",
                str(base / f"two{n}"),
                "--out",
                str(base / f"dataset{n}"),
                "--workers",
                "2",
            )
            work = whole["draft"] + whole["infer"] + whole["tables"]
            rows.append((n, one["cpu"], two["cpu"], cpu, work))
            print(
                f"{n:>7}{whole['pages']:>8}{whole['measures']:>10} |         {one['seconds']:>9.1f}{two['seconds']:>10.1f}{whole['pages'] / two['seconds']:>9.0f}{one['seconds'] / two['seconds']:>9.2f}{two['worker']:>10.0f} |           {seconds:>8.1f}{whole['measures'] / seconds:>11.0f}{whole['measures'] / work:>12.0f}{most:>8.0f}",
                flush=True,
            )
            print(
                "        normalise, one process, CPU seconds: "
                + ", ".join(
                    f"{k} {whole[k]:.2f}" for k in ("read", "draft", "infer", "tables", "write")
                )
                + f"; peak {whole['peak'] / 2**20:.0f} MB",
                flush=True,
            )
            for name in (part, base / f"one{n}"):
                shutil.rmtree(name)
        ns = [r[0] for r in rows]
        print(
            "growth exponents: "
            + ", ".join(
                f"{name} {exponent(ns, [r[i] for r in rows]):.3f}"
                for i, name in (
                    (1, "extract, 1 core"),
                    (2, "extract, 2 cores"),
                    (3, "normalise"),
                    (4, "normalise without I/O, one process"),
                )
            )
        )


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
