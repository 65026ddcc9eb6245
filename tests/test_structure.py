"""The architecture, held against the imports: arrows point one way."""

from __future__ import annotations

import ast
import graphlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.checking.assignments import STUDENT_FILES

ROOT = Path(__file__).parents[1]
ROOMS = (
    "checking",
    "hidden",
    "sandbox",
    "grading",
    "bank",
    "release",
    "bridge",
    "collect",
    "records",
    "roster",
    "cli",
    "demo",
    "leaderboard",
)
STUDENT_MODULES = {Path(name).stem for name in STUDENT_FILES}
MAX_LINES = 350


def python_files(*folders: str) -> list[Path]:
    return [
        path
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "__pycache__" not in path.parts
    ]


def imports(path: Path) -> Iterator[str]:
    """Every module a file imports, with relative imports resolved, and by literal name."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "import_module"
            and isinstance(node.args[0], ast.Constant)
        ):
            yield str(node.args[0].value)


def test_the_grader_imports_no_students_file() -> None:
    for path in python_files("autograder"):
        if path.parent.name == "standins":
            continue  # A stand-in's text runs in a worker; nobody imports it.
        found = {name.split(".")[0] for name in imports(path)} & STUDENT_MODULES
        assert not found, f"{path} imports {found}"


def test_checking_knows_no_solution_no_bank_and_no_hidden_check() -> None:
    for path in python_files("autograder/checking"):
        for name in imports(path):
            outside = name.startswith("autograder.") and not name.startswith("autograder.checking")
            assert not outside, f"{path} imports {name}"
            assert name.split(".")[0] not in ("solutions", "tests"), f"{path} imports {name}"


def test_the_worker_knows_torch_and_itself_only() -> None:
    for path in python_files("autograder/checking/worker"):
        for name in imports(path):
            own = name.startswith("autograder.checking.worker")
            assert own or not name.startswith("autograder"), f"{path} imports {name}"


@pytest.mark.parametrize(
    ("room", "may_use"),
    [
        ("checking", set()),
        ("bank", {"checking", "hidden"}),
        ("hidden", {"checking"}),
        ("sandbox", {"checking"}),
        ("records", {"grading"}),
        ("roster", {"checking", "grading", "records"}),
        ("collect", {"checking", "grading", "records", "roster"}),
        ("grading", {"checking", "hidden", "sandbox", "bank"}),
        ("bridge", {"checking", "sandbox", "grading", "records", "roster"}),
        ("leaderboard", {"checking", "grading"}),
        ("release", {"checking", "grading", "bridge", "records"}),
    ],
)
def test_rooms_import_only_rooms_below(room: str, may_use: set[str]) -> None:
    for path in python_files(f"autograder/{room}"):
        for name in imports(path):
            parts = name.split(".")
            if parts[0] == "autograder" and len(parts) > 1 and parts[1] in ROOMS:
                assert parts[1] in may_use | {room}, f"{path} imports {name}"


def test_the_bank_is_data() -> None:
    assert not list((ROOT / "bank").rglob("__init__.py"))
    for path in python_files("autograder", "tests", "benchmarks"):
        assert not {name for name in imports(path) if name.split(".")[0] == "bank"}, path


def test_one_module_says_where_the_parts_lie_and_imports_none_of_them() -> None:
    apart = (ROOT / "autograder" / "checking", ROOT / "autograder" / "sandbox" / "inside")
    for path in python_files("autograder"):
        if path == ROOT / "autograder" / "places.py":
            assert not [name for name in imports(path) if name.startswith("autograder")]
        elif not any(path.is_relative_to(folder) for folder in apart):
            # A neighbour may be found by `with_name`; whatever lies higher is looked up.
            assert "__file__).parent" not in path.read_text(), path
            assert "__file__).resolve()" not in path.read_text(), path


def test_the_rooms_of_checking_have_arrows_that_run_one_way() -> None:
    arrows: dict[str, set[str]] = {}
    for path in python_files("autograder/checking"):
        room = path.relative_to(ROOT / "autograder" / "checking").with_suffix("").parts[0]
        for name in imports(path):
            parts = name.split(".")
            if parts[:2] == ["autograder", "checking"] and len(parts) > 2 and parts[2] != room:
                arrows.setdefault(room, set()).add(parts[2])
    order = list(graphlib.TopologicalSorter(arrows).static_order())
    assert order.index("worker") < order.index("api") < order.index("execution")
    assert order.index("execution") < order.index("feedback") < order.index("notebook")


def test_a_students_file_imports_torch_only() -> None:
    allowed = {"torch", "math", "importlib", "collections", *STUDENT_MODULES}
    for path in python_files("solutions", "assignment"):
        if path.stem in STUDENT_MODULES:
            found = {name.split(".")[0] for name in imports(path)}
            assert found <= allowed, f"{path} imports {found - allowed}"


def test_files_are_of_readable_length() -> None:
    for path in python_files(
        "solutions", "assignment", "autograder", "bank", "data", "tests", "benchmarks"
    ):
        length = len(path.read_text().splitlines())
        assert length <= MAX_LINES, f"{path} has {length} lines"
