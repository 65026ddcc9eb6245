"""What each student of the demo class hands in, as a download from Moodle."""

from __future__ import annotations

import copy
import shutil
import tempfile
import zipfile
from base64 import b64encode
from datetime import datetime, timedelta
from pathlib import Path

import nbformat
import safetensors.torch
import torch
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_output
from safetensors import safe_open

from autograder.checking.assignments import HOMEWORK, NICKNAME_FILE
from autograder.checking.worker.loading import filename

from .roster import CLASS
from .students import Student

ANSWERS = (
    "Convolutions look at small neighbourhoods, use the same weights everywhere and build "
    "larger features out of smaller ones.",
    "Only a few: patches are local and the positions are learned. With enough data it learns "
    "the rest, as the JFT-300M results in section 4.3 show.",
    "Only inside a patch. Table 8 finds no gain from 2-D positions.",
    "Otherwise the first layer's gradients are hundreds of times too large.",
    "Yes: the dimension is large, and the weights that read the sum are learned with it.",
    "The ViT gains more from data than the ResNet does; on small sets I would take the ResNet.",
    "With 16 a 32x32 image has four tokens only.",
)
FIRST_NUMBER = 100001
SCRIPT = "<script>document.title = 'marked by the student'</script>"
HOSTILE_ANSWER = f'See [here](javascript:alert(1)). <img src=x onerror="alert(2)"> {SCRIPT}'
FORGED = (
    "from nbgrader.api import Gradebook\n"
    "Gradebook('sqlite:///gradebook.db').db.execute('UPDATE grade SET auto_score = 100')\n"
    "10.0"
)


def make_download(target: Path, released: Path, weights: Path, due: datetime) -> Path:
    """Write the whole class's submissions as one zip, named as Moodle names things.

    Args:
        target: the folder for the zip.
        released: the released notebook.
        weights: a folder with trained weights and `curves.png`.
        due: when the homework was due; late submissions are dated after it.

    Returns:
        The zip.
    """
    target.mkdir(parents=True, exist_ok=True)
    archive = target / f"{HOMEWORK.name}-submissions.zip"
    notebook = nbformat.read(released, as_version=4)
    with zipfile.ZipFile(archive, "w") as outer:
        for number, student in enumerate(CLASS, start=FIRST_NUMBER):
            handed_in = due + timedelta(hours=student.late_hours or -(number % 40) - 1)
            with tempfile.TemporaryDirectory() as place:
                folder = Path(place, "files")
                folder.mkdir()
                write_files(folder, student, notebook, weights)
                inner = Path(place, "submission.zip")
                zip_folder(folder, inner, handed_in)
                name = f"{student.name}_{number}_assignsubmission_file_/submission.zip"
                entry = zipfile.ZipInfo(name, handed_in.timetuple()[:6])
                outer.writestr(entry, inner.read_bytes())
    return archive


def write_files(folder: Path, student: Student, released: NotebookNode, weights: Path) -> None:
    """One student's files."""
    for module, text in student.sources().items():
        if filename(module) in HOMEWORK.files:
            (folder / filename(module)).write_text(text)
    if student.weights != "none":
        for name in HOMEWORK.weights:
            shutil.copyfile(weights / name, folder / name)
            if student.weights == "untrained":
                forget_training(folder / name)
    if student.nickname:
        (folder / NICKNAME_FILE).write_text(f"{student.nickname}\n")
    if student.notebook == "missing":
        return
    name = f"{HOMEWORK.name} (1).ipynb" if student.notebook == "renamed" else HOMEWORK.notebook
    notebook = written(released, student, weights / "curves.png")
    text = nbformat.writes(notebook)
    (folder / name).write_text(text[: len(text) // 2] if student.notebook == "broken" else text)


def written(released: NotebookNode, student: Student, curves: Path) -> NotebookNode:
    """The released notebook with a student's answers and outputs in it."""
    notebook = copy.deepcopy(released)
    if student.notebook == "untouched":
        return notebook
    hostile = student.notebook == "hostile"
    answers = iter((HOSTILE_ANSWER, *ANSWERS[1:]) if hostile else ANSWERS)
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader", {})
        if about.get("grade") and about.get("solution"):
            cell.source = next(answers)
        elif cell.cell_type == "code" and "plots.curves" in cell.source:
            picture = b64encode(curves.read_bytes()).decode()
            cell.outputs = [new_output("display_data", {"image/png": picture})]
        elif about.get("grade") and hostile:
            cell.source = FORGED
            cell.metadata["tags"] = ["skip-execution"]
            page = {"text/html": SCRIPT, "text/plain": "10.0"}
            cell.outputs = [new_output("execute_result", page, execution_count=1)]
    return notebook


def forget_training(path: Path) -> None:
    """Replace a weights file's numbers by random ones."""
    with safe_open(path, framework="pt") as file:
        metadata = file.metadata()
    generator = torch.Generator().manual_seed(0)
    fresh = {
        name: torch.randn(value.shape, generator=generator).mul(0.02).to(value.dtype)
        for name, value in safetensors.torch.load_file(path).items()
    }
    safetensors.torch.save_file(fresh, path, metadata)


def zip_folder(folder: Path, archive: Path, when: datetime) -> None:
    """Zip a folder's files flat, dated `when`."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(folder.iterdir()):
            entry = zipfile.ZipInfo(path.name, when.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(entry, path.read_bytes())
