"""Folders whose files are not what they should be: links, devices, names, sizes, bytes."""

from __future__ import annotations

import os
import py_compile
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from autograder.places import ROOT

from .attack import SOLUTIONS
from .ending import MARK

UTILS, ATTENTION = "utils.py", "transformer-attention.py"
STUB = (ROOT / "assignment" / ATTENTION).read_text()
SHADOW = f"import os\nos.system('exec -a {MARK} sleep 98765 &')\nraise SystemExit(0)\n"


@dataclass(frozen=True)
class FolderAttack:
    """The solutions in a folder, changed.

    Attributes:
        name: for the test's name.
        tries: what it tries, one sentence.
        change: changes the folder.
        costs: the stages that then earn nothing; all others keep all their points.
        says: words that the report of the first of them must contain.
    """

    name: str
    tries: str
    change: Callable[[Path], object]
    costs: tuple[str, ...] = ()
    says: str = ""


def link(name: str, target: Path | str) -> Callable[[Path], object]:
    def change(folder: Path) -> None:
        (folder / name).unlink()
        (folder / name).symlink_to(target)

    return change


def put(name: str, data: bytes | str) -> Callable[[Path], object]:
    content = data.encode() if isinstance(data, str) else data
    return lambda folder: (folder / name).write_bytes(content)


def fifo(folder: Path) -> None:
    (folder / UTILS).unlink()
    os.mkfifo(folder / UTILS)


def directory(folder: Path) -> None:
    (folder / UTILS).unlink()
    (folder / UTILS).mkdir()
    (folder / UTILS / "__init__.py").write_text(SOLUTIONS["utils"])


def sparse(folder: Path) -> None:
    os.truncate(folder / ATTENTION, 100 * 2**20)


def shadows(folder: Path) -> None:
    """Files that stand in the place of everything a worker or a grader might import."""
    for name in (
        "torch", "json", "numpy", "math", "safetensors", "importlib", "sitecustomize",
        "usercustomize", "conftest", "worker", "autograder", "einops", "nbgrader_config",
    ):  # fmt: skip
        (folder / f"{name}.py").write_text(SHADOW)
    (folder / "evil.pth").write_text(f"import os; os.system('exec -a {MARK} sleep 98765 &')\n")
    (folder / "pyproject.toml").write_text("[tool.pytest.ini_options]\naddopts = '--version'\n")
    (folder / "vitcourse.toml").write_text("[grading]\nisolation = 'cooperative'\n")


def package(folder: Path) -> None:
    """A package beside the file of the same name, which Python's own import would prefer."""
    for name in ("utils", "transformer-attention"):
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text(SHADOW)


def bytecode(folder: Path) -> None:
    """Bytecode that says it is what the stub compiles to, and holds the solution."""
    (folder / "__pycache__").mkdir()
    solution = folder / "solution.txt"
    shutil.move(folder / ATTENTION, solution)
    py_compile.compile(
        str(solution),
        cfile=str(folder / "__pycache__" / "transformer-attention.cpython-311.pyc"),
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
    solution.unlink()
    (folder / ATTENTION).write_text(STUB)


def odd_names(folder: Path) -> None:
    for name in (
        "utils.py\n",
        "-rf",
        "utils.py ",
        "\x1b[2J",
        "..\u202epy",
        "'; rm -rf *;'",
        "UTILS.PY",
    ):
        (folder / name).write_text(SHADOW)


def whole_folder(folder: Path) -> None:
    """The folder itself is a link to the solutions, with the attention a stub."""
    real = folder.with_name("elsewhere")
    shutil.move(folder, real)
    (real / ATTENTION).write_text(STUB)
    folder.symlink_to(real)


ATTACKS = [
    FolderAttack(
        "link-to-the-solutions",
        "A file is a link to the solution, wherever the instructor keeps it.",
        link(ATTENTION, ROOT / "solutions" / ATTENTION),
        ("attention",),
        "is no ordinary file",
    ),
    FolderAttack(
        "link-to-a-neighbour",
        "A file is a link into the folder beside it.",
        link(ATTENTION, Path("..") / "neighbour" / "vit-cifar10" / ATTENTION),
        ("attention",),
        "is no ordinary file",
    ),
    FolderAttack(
        "link-to-a-secret",
        "A file is a link to what only the grader may read, for an error to show it.",
        link(ATTENTION, "/etc/passwd"),
        ("attention",),
        "is no ordinary file",
    ),
    FolderAttack(
        "link-to-itself", "A file is a link in a circle.", link(ATTENTION, ATTENTION),
        ("attention",), "is no ordinary file",
    ),
    FolderAttack(
        "endless-device", "A file is a device without an end.", link(UTILS, "/dev/zero"),
        ("data", "vit"), "is no ordinary file",
    ),
    FolderAttack(
        "fifo", "A file is a pipe that nobody writes into, for the grader to wait at.", fifo,
        ("data", "vit"), "is no ordinary file",
    ),
    FolderAttack(
        "directory", "A file is a package of that name.", directory, ("data", "vit"),
        "is no ordinary file",
    ),
    FolderAttack(
        "hundred-megabytes", "A file has 100 MB.", sparse, ("attention",), "is no ordinary file"
    ),
    FolderAttack(
        "null-bytes", "A file holds null bytes.", put(ATTENTION, STUB + "\0\0"), ("attention",),
        "null bytes",
    ),
    FolderAttack(
        "sixteen-bits", "A file is in UTF-16.", put(ATTENTION, STUB.encode("utf-16")),
        ("attention",), "is yours to write",
    ),
    FolderAttack(
        "encoding-line",
        "A file's first line names an encoding that runs code, or none that exists.",
        put(ATTENTION, "# -*- coding: unicode_escape -*-\n\\x69\\x6d\\x70\\x6f\\x72\\x74 os\n"),
        ("attention",), "SyntaxError",
    ),
    FolderAttack(
        "brackets", "A file is nested so deeply that parsers fall over.",
        put(ATTENTION, "x = " + "-" * 10**5 + "1\n"), ("attention",), "nested too deeply",
    ),
    FolderAttack(
        "long-sum", "A file holds one sum of 100 000 numbers.",
        put(ATTENTION, "x = 1" + "+1" * 10**5), ("attention",), "nested too deeply",
    ),
    FolderAttack(
        "forged-bytecode", "Bytecode beside a stub holds the solution.", bytecode, ("attention",),
        "NotImplementedError",
    ),
    FolderAttack("shadows", "Files have the names of all that a worker imports.", shadows),
    FolderAttack("packages", "Packages have the names of the student's files.", package),
    FolderAttack("odd-names", "Files have names with newlines, options and escapes.", odd_names),
    FolderAttack(
        "whole-folder", "The submission's folder is itself a link.", whole_folder, ("attention",),
        "NotImplementedError",
    ),
]  # fmt: skip
