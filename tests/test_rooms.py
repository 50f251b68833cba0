"""The rooms of the house: what each may import, how large they are, that each says what it is for.

A room is a package or, where the table names one, a module. Imports count wherever they stand in a
module, within functions too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LINES = 300
"""No module is longer."""
MODULES = 10
"""No room has more of them, its `__init__` and `__main__` aside."""

MODEL = {"extract.model", "extract.errors"}
PAGE = MODEL | {"extract.page", "extract.script", "extract.layout"}
JOINED = PAGE | {"extract.paragraphs"}
READING = JOINED | {"extract.units", "extract.text", "extract.table"}
NAMES = MODEL | {"extract.script", "normalize.model", "normalize.vocabulary"}
ROWS = NAMES | {
    "dataset",
    "batch.store",
    "normalize.matching",
    "normalize.reviewed",
    "normalize.version",
}
STAGES = MODEL | {
    "batch",
    "batch.limits",
    "batch.store",
    "dataset",
    "extract.document",
    "extract.version",
}

# Each room with the rooms it may import besides itself, from the ground up.
MAY_IMPORT: dict[str, set[str]] = {
    "extract.errors": set(),
    "extract.model": {"extract.script"},
    "extract.page": {"extract.model"},
    "extract.version": set(),
    "extract.script": set(),
    "extract.layout": MODEL | {"extract.page", "extract.script"},
    "extract.readers": PAGE,
    "extract.paragraphs": PAGE,
    "extract.units": JOINED,
    "extract.text": JOINED,
    "extract.table": JOINED | {"extract.units", "extract.text"},
    "extract.checks": PAGE,
    "extract": READING | {"extract.checks"},
    "extract.document": READING | {"extract", "extract.readers", "extract.version"},
    "batch.limits": set(),
    "batch.store": set(),
    "batch": MODEL
    | {"batch.limits", "batch.store", "extract.document", "extract.readers", "extract.version"},
    "extract.compare": MODEL | {"batch.store", "extract.document"},
    "dataset": set(),
    "normalize.version": set(),
    "normalize.vocabulary": {"extract.errors", "extract.script"},
    "normalize.model": {"dataset", "extract.model", "normalize.vocabulary"},
    "normalize.reviewed": {"dataset", "extract.errors", "normalize.vocabulary"},
    "normalize.matching": NAMES,
    "normalize.rows": ROWS,
    "normalize": ROWS | {"batch.limits", "normalize.rows"},
    "review": STAGES
    | {"normalize", "normalize.reviewed", "normalize.rows", "normalize.vocabulary"},
    "desk.library": {"extract.errors", "review"},
    "desk.decisions": NAMES
    | {"dataset", "desk.library", "normalize.matching", "normalize.reviewed"},
    "desk": STAGES
    | {"desk.decisions", "desk.library", "review"}
    | {"batch.limits", "normalize", "normalize.reviewed", "normalize.vocabulary"},
    "nightly": STAGES | {"normalize", "normalize.rows", "normalize.vocabulary"},
    "plans": STAGES
    | {"desk", "extract.readers", "extract.script", "nightly", "review"}
    | {"normalize", "normalize.matching", "normalize.rows", "normalize.version"}
    | {"normalize.vocabulary"},
}
PACKAGES = sorted({room.partition(".")[0] for room in MAY_IMPORT})


def modules(root: Path) -> dict[str, Path]:
    """The project's modules by dotted name; a package stands for its `__init__`."""
    found = {}
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            name = ".".join(path.relative_to(root).with_suffix("").parts)
            found[name.removesuffix(".__init__")] = path
    return found


def room(module: str) -> str:
    """The room of a module: the longest name in the table that it begins with.

    What is started by `python -m` is the command line's: it belongs to `plans`.
    """
    if module.endswith(".__main__"):
        return "plans"
    while module not in MAY_IMPORT:
        module = module.rpartition(".")[0]
    return module


def imports(path: Path, known: dict[str, Path]) -> Iterator[str]:
    """The project's modules that a module imports."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: a relative import"
            # `from package import x`: a module of the package, or a name in its `__init__`.
            whole = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if name in known else str(node.module) for name in whole]
        yield from (name for name in names if name in known)


def graph(root: Path) -> dict[str, set[str]]:
    """Each module with the project's modules that it imports."""
    known = modules(root)
    return {name: set(imports(path, known)) - {name} for name, path in known.items()}


def upward(root: Path) -> list[str]:
    """Imports that the table does not allow."""
    return [
        f"{module} imports {other}: {room(module)} may not import {room(other)}"
        for module, others in graph(root).items()
        for other in sorted(others)
        if room(other) not in MAY_IMPORT[room(module)] | {room(module)}
    ]


def too_long(root: Path) -> list[str]:
    """Modules longer than LINES."""
    counts = {n: len(p.read_text("utf-8").splitlines()) for n, p in modules(root).items()}
    return [f"{name}: {count} lines" for name, count in counts.items() if count > LINES]


def too_full(root: Path) -> list[str]:
    """Packages of more than MODULES modules."""
    folders = {path.parent for path in modules(root).values()}
    counts = {f: sum(not p.name.startswith("__") for p in f.glob("*.py")) for f in folders}
    return [f"{f.relative_to(root)}: {n} modules" for f, n in counts.items() if n > MODULES]


def silent(root: Path) -> list[str]:
    """Packages whose `__init__` is missing or does not say what they are for."""
    folders = {path.parent for path in modules(root).values()}
    inits = sorted(folder / "__init__.py" for folder in folders)
    return [
        str(init.relative_to(root))
        for init in inits
        if not init.is_file() or not ast.get_docstring(ast.parse(init.read_text("utf-8")))
    ]


def test_the_table_goes_downwards_and_names_what_there_is() -> None:
    list(TopologicalSorter(MAY_IMPORT).static_order())
    known = modules(ROOT)
    assert set(MAY_IMPORT) <= set(known)


def test_no_import_goes_upwards() -> None:
    assert not upward(ROOT)


def test_no_module_imports_itself_by_a_detour() -> None:
    try:
        list(TopologicalSorter(graph(ROOT)).static_order())
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


def test_rooms_and_modules_are_small_and_say_what_they_are_for() -> None:
    assert not too_long(ROOT) + too_full(ROOT) + silent(ROOT)


def house(root: Path, files: dict[str, str]) -> Path:
    """A made tree: the given modules, and a docstring in each package's `__init__`."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        for folder in path.relative_to(root).parents:
            if folder.name and not (root / folder / "__init__.py").exists():
                (root / folder / "__init__.py").write_text('"""A room."""\n', "utf-8")
    return root


@pytest.mark.parametrize(
    ("module", "line", "allowed"),
    [
        ("extract/table/columns.py", "from extract.layout.grid import Grid", True),
        ("extract/layout/grid.py", "from extract.table.columns import Columns", False),
        ("extract/layout/grid.py", "from extract.table import columns", False),
        ("extract/layout/grid.py", "import extract.table.columns", False),
        ("extract/layout/grid.py", "def f():\n    import extract.table.columns", False),
        ("extract/paragraphs/rejoin.py", "from extract.units.beside import Names", False),
        ("extract/units/beside.py", "from extract.paragraphs.rejoin import join_text", True),
        ("extract/units/beside.py", "from extract.table.columns import Columns", False),
        ("extract/plan.py", "from extract.document import read", False),
        ("dataset/publish.py", "from extract.model import PrintedPlan", False),
        ("normalize/rows/draft.py", "from batch.store import read", True),
        ("normalize/rows/draft.py", "from batch.folder import read", False),
        ("normalize/rows/draft.py", "from extract.layout.grid import Grid", False),
        ("extract/__main__.py", "from plans.stages import main", True),
        ("extract/plan.py", "from plans.stages import main", False),
    ],
)
def test_an_import_upwards_is_told(tmp_path: Path, module: str, line: str, allowed: bool) -> None:
    extract = ("layout/grid", "paragraphs/rejoin", "units/beside", "table/columns", "document")
    others = ("extract/model", "batch/store", "batch/folder", "plans/stages")
    names = (*(f"extract/{name}" for name in extract), *others)
    house(tmp_path, {f"{name}.py": "" for name in names} | {module: line + "\n"})
    assert (upward(tmp_path) == []) is allowed


def test_what_is_too_large_or_silent_is_told(tmp_path: Path) -> None:
    house(tmp_path, {f"extract/text/m{n}.py": "x = 1\n" for n in range(MODULES)})
    assert not too_long(tmp_path) + too_full(tmp_path) + silent(tmp_path)
    house(tmp_path, {"extract/text/more.py": "x = 1\n" * (LINES + 1)})
    (tmp_path / "extract/text/__init__.py").write_text("")
    assert too_long(tmp_path) == [f"extract.text.more: {LINES + 1} lines"]
    assert too_full(tmp_path) == [f"extract/text: {MODULES + 1} modules"]
    assert silent(tmp_path) == ["extract/text/__init__.py"]


def test_a_circle_is_told(tmp_path: Path) -> None:
    house(tmp_path, {"dataset/a.py": "import dataset.b\n", "dataset/b.py": "import dataset.a\n"})
    with pytest.raises(CycleError):
        TopologicalSorter(graph(tmp_path)).prepare()
