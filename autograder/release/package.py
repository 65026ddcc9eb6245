"""The student's folder and its zip; with the solutions in it, a workspace to try things in."""

from __future__ import annotations

import shutil
import stat
import zipfile
from pathlib import Path

from autograder.checking.assignments import CODE_STAGES, HOMEWORK, Assignment
from autograder.places import ASSIGNMENT, CHECKING, DATA

README = "README.md"
RECORDINGS = Path("checking", "recordings")
_LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", "tests", "recordings", ".*", "*~")
_EARLIEST = (1980, 1, 1, 0, 0, 0)


def assemble(
    target: Path,
    assignment: Assignment = HOMEWORK,
    student_files: Path = ASSIGNMENT,
    notebook: Path | None = None,
    *,
    with_recordings: bool = True,
) -> Path:
    """Fill a folder with what a student gets.

    Args:
        target: the folder; made where it is missing. Files of the same name are replaced.
        assignment: which student's. The checks of an earlier one go with it, its files do not.
        student_files: folder of the student's files: the stubs, the solutions, others.
        notebook: the notebook to put in, if any.
        with_recordings: whether the reference's recorded answers, without which the student's
            checks cannot run, are made.

    Returns:
        The target.
    """
    target.mkdir(parents=True, exist_ok=True)
    for name in assignment.files:
        shutil.copyfile(student_files / name, target / name)
    shutil.copyfile(ASSIGNMENT / "conftest.py", target / "conftest.py")
    if notebook is not None:
        shutil.copyfile(notebook, target / assignment.notebook)
    _copy_folder(ASSIGNMENT / "course", target / "course")
    if assignment.after:
        _copy_folder(ASSIGNMENT / "labs", target / "labs")
        (target / "labs" / README).replace(target / README)
    else:
        shutil.copyfile(ASSIGNMENT / README, target / README)
    _copy_folder(CHECKING, target / "checking")
    for stage in set(CODE_STAGES) - set(assignment.checked_code):
        (target / "checking" / "checks" / f"test_{stage}.py").unlink()
    (target / "data").mkdir(exist_ok=True)
    for path in DATA.glob("*.py"):
        shutil.copyfile(path, target / "data" / path.name)
    if with_recordings:
        from autograder.grading.recordings import write

        write(target / RECORDINGS, assignment.checked_code)
    return target


def student_zip(folder: Path, archive: Path) -> None:
    """Zip a student's folder, the same bytes for the same content.

    Args:
        folder: what to zip; its name becomes the top folder of the archive.
        archive: the zip to write; an earlier one is replaced.
    """
    archive.parent.mkdir(parents=True, exist_ok=True)
    unfinished = archive.with_suffix(".part")
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                name = Path(folder.name, path.relative_to(folder)).as_posix()
                member = zipfile.ZipInfo(name, _EARLIEST)
                member.compress_type = zipfile.ZIP_DEFLATED
                member.external_attr = (stat.S_IFREG | 0o644) << 16
                packed.writestr(member, path.read_bytes())
    unfinished.replace(archive)


def _copy_folder(source: Path, target: Path) -> None:
    """Copy a folder's files without times or permissions, in the place of an earlier copy."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, ignore=_LEFT_OUT, copy_function=shutil.copyfile)
