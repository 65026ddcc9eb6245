"""The leak scan: what it finds however it is wrapped, and what it leaves alone."""

from __future__ import annotations

import base64
import gzip
import io
import json
import py_compile
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from autograder.checking.assignments import ASSIGNMENTS, Assignment
from autograder.places import SOLUTIONS
from autograder.release.leaks import LeakScan
from autograder.release.package import assemble

SOLUTION = '''import torch


# stage: data
def shift(images):
    """Given words."""
    check_given(images)
    ### BEGIN SOLUTION
    check_given(images)
    total = images.sum(dim=-1)
    moved = torch.roll(images, shifts=(1, 2), dims=(-1, -2)) / "ü"
    return total
    ### END SOLUTION
'''
LONG = 'moved = torch.roll(images, shifts=(1, 2), dims=(-1, -2)) / "ü"'
ASCII = "total = images.sum(dim=-1)"
SHORT = "return total"
ANSWER = "A patch of four pixels knows little of its neighbours."


@pytest.fixture
def scan(tmp_path: Path) -> LeakScan:
    solution = tmp_path / "utils.py"
    solution.write_text(SOLUTION, encoding="utf-8")
    source = tmp_path / "hw.ipynb"
    solved = {"nbgrader": {"grade_id": "q", "solution": True, "grade": True, "points": 1}}
    cells = [
        new_markdown_cell("What does a patch know?"),
        new_markdown_cell(
            f"### BEGIN SOLUTION\n{ANSWER}\n### END SOLUTION\nGiven below the answer."
        ),
        new_markdown_cell("The whole cell is an answer.", metadata=solved),
    ]
    nbformat.write(new_notebook(cells=cells), source)
    return LeakScan([solution], [source])


def notebook(**fields: object) -> bytes:
    cell = new_markdown_cell("Read this.")
    cell.update(fields)
    return nbformat.writes(new_notebook(cells=[new_code_cell("x"), cell])).encode()


def zipped(name: str, data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return buffer.getvalue()


def tarred(name: str, data: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        member = tarfile.TarInfo(name)
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


def picture(text: str) -> bytes:
    """A PNG with a compressed remark."""
    chunk = b"zTXtComment\0\0" + zlib.compress(text.encode())
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", len(chunk) - 4) + chunk + b"\xff" * 4


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


LEAKS = {
    "as it stands": ("a.py", f"x = 1\n{LONG}\n".encode(), "a.py, line 2"),
    "short": ("a.py", f"x = 1\n    {SHORT}\n".encode(), "a.py, line 2"),
    "reindented": ("a.py", f"\t\t{LONG}".encode(), "a.py, line 1"),
    "spaces": ("a.py", LONG.replace(" ", "  ").encode(), "a.py, line 1"),
    "continued": ("a.py", LONG.replace("(1", "\\\n   (1").encode(), "a.py, line 1"),
    "short and continued": ("a.py", b"y = 2\nreturn \\\n    total\n", "a.py, line 3"),
    "wrapped": ("a.py", LONG.replace(", ", ",\n    ").encode(), "a.py, line 1"),
    "in a comment": ("a.py", f"#     {SHORT}".encode(), "a.py, line 1"),
    "after a statement": ("a.py", f"x = 1; {SHORT}  # so".encode(), "a.py, line 1"),
    "in a difference": ("a.diff", f"+    {SHORT}\n".encode(), "a.diff, line 1"),
    "in prose": ("a.md", f"Write `{SHORT}` here.".encode(), "a.md, line 1"),
    "in a string": ("a.py", f"s = {json.dumps('x' + chr(10) + LONG)}".encode(), "a.py, line 1"),
    "escaped letters": (
        "a.py",
        ("s = '" + "".join(f"\\u{ord(c):04x}" for c in LONG) + "'").encode(),
        "a.py, line 1",
    ),
    "HTML": ("a.html", f"<p>{ANSWER.replace('of', '&#111;f')}</p>".encode(), "a.html, line 1"),
    "URL": ("a.md", b"see?q=" + ASCII.replace(" ", "%20").encode(), "a.md, line 1"),
    "UTF-16": ("a.txt", LONG.encode("utf-16"), "a.txt, line 1"),
    "UTF-16 without a mark": ("a.txt", ASCII.encode("utf-16-le"), "a.txt"),
    "bytes": ("a.safetensors", b"\0\xff\x80" * 9 + LONG.encode() + b"\0\xfe", "a.safetensors"),
    "base64": ("a.py", f"s = '{encoded(LONG.encode())}'".encode(), "a.py, base64, line 1"),
    "base64 in lines": (
        "a.pem",
        base64.encodebytes(b"Some words before it. " * 5 + LONG.encode()),
        "a.pem, base64, line 1",
    ),
    "hexadecimal": ("a.py", LONG.encode().hex().encode(), "a.py, hexadecimal, line 1"),
    "zip in a zip": ("a.zip", zipped("b.zip", zipped("c.py", LONG.encode())), "a.zip!b.zip!c.py"),
    "zip under another name": ("a.dat", zipped("c.py", LONG.encode()), "a.dat!c.py"),
    "tar": ("a.tgz", tarred("c.py", LONG.encode()), "a.tgz!!c.py"),
    "gzip": ("a.gz", gzip.compress(LONG.encode()), "a.gz!"),
    "picture": ("a.png", picture(LONG), "a.png, compressed stream"),
    "source": ("a.ipynb", notebook(source=f"So:\n\n{LONG}"), "a.ipynb, cell 2, source, line 3"),
    "answer": ("a.ipynb", notebook(source=ANSWER), "a.ipynb, cell 2, source, line 1"),
    "answer's cell": ("a.md", b"The whole cell is an answer.", "a.md, line 1"),
    "metadata": ("a.ipynb", notebook(metadata={"deep": [{LONG: 1}]}), "cell 2, metadata, deep"),
    "attachment": (
        "a.ipynb",
        notebook(attachments={"p.png": {"image/png": encoded(picture(LONG))}}),
        "cell 2, attachments, p.png, image/png, base64, compressed stream",
    ),
    "output": (
        "a.ipynb",
        notebook(
            cell_type="code",
            execution_count=1,
            outputs=[new_output("execute_result", {"text/html": f"<b>\n{LONG}</b>"})],
        ),
        "cell 2, outputs, data, text/html, line 2",
    ),
    "source as a list": (
        "a.ipynb",
        json.dumps({"cells": [{"source": ["x\n", LONG]}]}).encode(),
        "a.ipynb, cell 1, source, line 2",
    ),
}


@pytest.mark.parametrize("case", LEAKS)
def test_a_leak_is_found_and_its_place_is_named(scan: LeakScan, case: str) -> None:
    name, data, place = LEAKS[case]
    leaks = scan.data(name, data)
    assert len(leaks) == 1, leaks
    assert place in leaks[0].place
    origin = "hw.ipynb, cell" if "answer" in case or case == "HTML" else "utils.py, line"
    assert origin in str(leaks[0])


@pytest.mark.parametrize(
    "text",
    [
        SOLUTION.split("### BEGIN")[0],
        "check_given(images)",
        "What does a patch know?",
        "Given below the answer.",
        "return total, weights",
        "return totals",
        "total = sum(images)",
    ],
)
def test_what_also_stands_outside_marks_is_no_leak(scan: LeakScan, text: str) -> None:
    assert scan.data("a.py", text.encode()) == []


def test_compiled_code_is_refused(scan: LeakScan, tmp_path: Path) -> None:
    source = tmp_path / "given.py"
    source.write_text("x = 1\n")
    compiled = Path(py_compile.compile(str(source), doraise=True) or "").read_bytes()
    for name, data in {
        "given.cpython-311.pyc": compiled,
        "given.bin": compiled,
        "given.zip": zipped("given.bin", compiled),
        "given.py": f"code = '{encoded(compiled)}'".encode(),
        "fast.so": b"\x7fELF",
    }.items():
        assert "compiled" in str(scan.data(name, data)[0]), name


def test_what_cannot_be_opened_is_refused(scan: LeakScan) -> None:
    whole = zipped("c.py", b"x = 1\n" * 50)
    start = whole.index(b"c.py") + len(b"c.py")
    broken = whole[:start] + b"\xff\xff" + whole[start + 2 :]
    assert "cannot be scanned" in str(scan.data("a.zip", broken)[0])
    assert "broken archive" in str(scan.data("a.gz", gzip.compress(b"x" * 99)[:-12])[0])
    deep = b"x = 1"
    for _ in range(8):
        deep = zipped("deeper.zip", deep)
    assert "wrapped more than" in str(scan.data("a.zip", deep)[0])


def test_a_folder_is_scanned_with_its_hidden_files_and_links(
    scan: LeakScan, tmp_path: Path
) -> None:
    folder = tmp_path / "release"
    (folder / ".hidden").mkdir(parents=True)
    (folder / ".hidden" / "x.txt").write_text(LONG, encoding="utf-8")
    (folder / "fine.py").write_text("x = 1\n")
    (folder / "link.py").symlink_to(tmp_path / "utils.py")
    places = [leak.place for leak in scan.folder(folder)]
    assert places == [".hidden/x.txt, line 1", "link.py"]


def test_the_course_has_secrets_and_every_solution_leaks_itself() -> None:
    files = sorted(SOLUTIONS.glob("*.py"))
    real = LeakScan(files)
    for path in files:
        found = {leak.reason for leak in real.data(path.name, path.read_bytes())}
        expected = [s for s in real.secrets if s.origin.startswith(f"{path.name},")]
        assert len(expected) >= 5
        assert len(found) >= len(expected)


@pytest.mark.parametrize("assignment", ASSIGNMENTS.values(), ids=ASSIGNMENTS)
def test_no_given_module_holds_a_line_of_a_solution(assignment: Assignment, tmp_path: Path) -> None:
    given = assemble(tmp_path / "student", assignment, with_recordings=False)
    leaks = LeakScan(sorted(SOLUTIONS.glob("*.py"))).folder(given)
    assert not leaks, "\n".join(map(str, leaks))
