"""The marking guide: questions, model answers and rubrics, read from a notebook's source version.

A written question is a locked Markdown cell; the next manually graded cell is its answer. There,
between the marks that nbgrader cuts out of the release, stands a line `**Model answer**` with
what follows it, then `**Rubric**`: items such as `- 2 points: ...`, and rules for the marker.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

_MARKED = re.compile(r"^### BEGIN SOLUTION\n(.*)\n### END SOLUTION$", re.DOTALL | re.MULTILINE)
_PARTS = re.compile(r"\*\*Model answer\*\*\n(.+)\n\*\*Rubric\*\*\n(.+)", re.DOTALL)
_ITEM = re.compile(r"^- (\d+) points?: \S", re.MULTILINE)


class MarkingError(ValueError):
    """A question cannot be marked by what the notebook says."""


@dataclass(frozen=True)
class Question:
    """A written question with what its marker needs.

    Attributes:
        grade_id: nbgrader's name of the cell that holds the answer.
        points: what the answer is worth.
        text: the question as the student reads it, with its heading.
        model_answer: a right answer, with its sources.
        rubric: one line for each point or points, then rules for the marker.
    """

    grade_id: str
    points: int
    text: str
    model_answer: str
    rubric: str


def questions(notebook: Path) -> list[Question]:
    """The written questions of a notebook's source version, in order.

    Raises:
        MarkingError: where a question, a model answer or a rubric is missing, or the points of
            a rubric are not those of its cell; or where the file holds no notebook.
    """
    try:
        cells = nbformat.read(notebook, as_version=4).cells
    except (ValueError, LookupError, TypeError, AttributeError, nbformat.ValidationError) as error:
        raise MarkingError(
            f"{notebook} holds no notebook ({type(error).__name__}). Open it in Jupyter and save "
            "it, or put back the file that the course came with."
        ) from error
    return list(_questions(cells))


def marking_guide(notebook: Path) -> str:
    """Markdown for staff: each question with its points, model answer and rubric.

    Raises:
        MarkingError: as `questions`.
    """
    found = questions(notebook)
    total = sum(question.points for question in found)
    parts = [
        "# Marking guide",
        f"For staff only. {len(found)} questions, {total} points. A point is given whole or not "
        "at all; what is not in a rubric earns and costs nothing.",
    ]
    for question in found:
        parts += [
            question.text,
            f"#### Model answer\n\n{question.model_answer}",
            f"#### Rubric: {_points(question.points)} (`{question.grade_id}`)\n\n{question.rubric}",
        ]
    return "\n\n".join(parts) + "\n"


def model_answers(notebook: Path) -> str:
    """Markdown for students, after the deadline: each question with its model answer.

    Raises:
        MarkingError: as `questions`.
    """
    parts = ["# Model answers"]
    for question in questions(notebook):
        parts += [question.text, f"#### Model answer\n\n{question.model_answer}"]
    return "\n\n".join(parts) + "\n"


def _questions(cells: list[NotebookNode]) -> Iterator[Question]:
    text = ""
    for cell in cells:
        nbgrader = cell.metadata.get("nbgrader", {})
        if cell.cell_type != "markdown" or not nbgrader:
            continue
        if nbgrader["grade"] and nbgrader["solution"]:
            yield _question(nbgrader["grade_id"], int(nbgrader["points"]), text, cell.source)
            text = ""
        elif nbgrader["locked"]:
            text = cell.source.strip()


def _question(grade_id: str, points: int, text: str, source: str) -> Question:
    if not text:
        raise MarkingError(
            f'no question stands before the answer cell "{grade_id}": '
            "put it into a locked Markdown cell (nbgrader: read-only) of its own"
        )
    marked = _MARKED.search(source)
    if not marked:
        raise MarkingError(
            f'the answer cell "{grade_id}" has no marks: put model answer and rubric between '
            "the lines ### BEGIN SOLUTION and ### END SOLUTION"
        )
    parts = _PARTS.search(marked[1])
    if not parts or not parts[1].strip():
        raise MarkingError(
            f'the answer cell "{grade_id}" needs, between its marks, a line **Model answer** with '
            "the answer and then a line **Rubric** with items"
        )
    answer, rubric = parts[1].strip(), parts[2].strip()
    items = [int(found) for found in _ITEM.findall(rubric)]
    if sum(items) != points:
        raise MarkingError(
            f'the rubric of "{grade_id}" adds up to {_points(sum(items))} in {len(items)} items '
            f'("- 1 point: ..."), but its cell is worth {points}'
        )
    return Question(grade_id, points, text, answer, rubric)


def _points(number: int) -> str:
    return "1 point" if number == 1 else f"{number} points"
