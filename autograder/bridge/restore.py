"""The gradebook's cells in a submission: as released, and nothing of the student's is lost."""

import itertools
import json
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.api import Gradebook
from nbgrader.converters import BaseConverter
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.bridge.reading import COURSE_METADATA, UnreadableNotebookError, read_notebook
from autograder.bridge.submission import problem_of

MISSING_ANSWER = (
    "*This answer cell was missing from the notebook handed in and has been put back. "
    "Is the answer somewhere else in the notebook? Then it is marked here.*\n\n"
)
ANSWER_BELOW = (
    "*This answer cell was left as it was. What stands below it may be the answer; "
    "it is marked here.*\n\n"
)
NOTES = "**Notes from grading**"


@dataclass(frozen=True)
class Released:
    """A cell as the gradebook knows it.

    Attributes:
        name: its `grade_id`.
        cell_type: "code" or "markdown".
        source: its text as released.
        metadata: nbgrader's, as released.
    """

    name: str
    cell_type: str
    source: str
    metadata: dict[str, Any]

    @property
    def is_answer(self) -> bool:
        """Whether the text in it is the student's."""
        return not self.metadata["locked"]

    def build(self, source: str) -> NotebookNode:
        """The cell with this text, without outputs."""
        make = new_code_cell if self.cell_type == "code" else new_markdown_cell
        metadata = {"nbgrader": dict(self.metadata), "deletable": False}
        if not self.is_answer:
            metadata["editable"] = False
        return make(source=source, metadata=metadata)

    def is_unanswered(self, cell: NotebookNode) -> bool:
        """Whether the cell holds what was released and nothing more."""
        return cell.source.strip() in ("", self.source.strip())


@dataclass(frozen=True)
class Release:
    """A notebook as it was released.

    Attributes:
        cells: those that the gradebook keeps, in their order.
        kernel: what its metadata said of the kernel, or None.
        texts: the texts of all its cells; none where the released notebook is not there.
    """

    cells: list[Released]
    kernel: dict[str, str] | None
    texts: set[str]


# A run of nbgrader's is a converter object; opening a gradebook takes it tens of milliseconds.
_releases: weakref.WeakKeyDictionary[BaseConverter, dict[str, Release]] = (
    weakref.WeakKeyDictionary()
)


def released_cells(known: Any) -> list[Released]:
    """The cells of a notebook of the gradebook's, in their order."""
    points = {cell.name: cell.max_score for cell in (*known.grade_cells, *known.task_cells)}
    grades = {cell.name for cell in known.grade_cells}
    solutions = {cell.name for cell in known.solution_cells}
    tasks = {cell.name for cell in known.task_cells}
    return [
        Released(
            cell.name,
            cell.cell_type,
            cell.source,
            {
                "grade_id": cell.name,
                "grade": cell.name in grades,
                "solution": cell.name in solutions,
                "task": cell.name in tasks,
                "locked": bool(cell.locked),
                "checksum": cell.checksum,
                "cell_type": cell.cell_type,
                "schema_version": 3,
                **({"points": points[cell.name]} if cell.name in points else {}),
            },
        )
        for cell in known.source_cells
    ]


class RestoreCells(NbGraderPreprocessor):
    """Rebuild the gradebook's cells by `grade_id`, and drop all other metadata and all tags.

    A check cell is put back as released: its type, flags, points and text, without outputs. What
    a student wrote into it, or beside a duplicated answer, follows as an ordinary cell. A cell
    without metadata is recognised by its text, an answer by the locked question above it. An
    answer that may stand elsewhere is never taken for an empty one. The submission's changes
    are named in a note on top.
    """

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Restore one submission's notebook."""
        released = self._release(resources["nbgrader"])
        restoration = Restoration(nb.cells, released.cells, released.texts)
        problem = problem_of(nb)
        notes = restoration.notes
        if problem is not None:
            # A stand-in lacks its cells by design: the one explanation is enough.
            name = f"{resources['nbgrader']['notebook']}.ipynb"
            notes = [problem.explanation(name), *(notes if problem.spares_notebook else [])]
        nb.cells = restoration.cells
        if notes:
            lines = "\n".join(f"- {note}" for note in notes)
            nb.cells.insert(0, new_markdown_cell(f"{NOTES}\n\n{lines}"))
        nb.metadata = NotebookNode({"language_info": {"name": "python"}})
        if released.kernel:
            nb.metadata.kernelspec = released.kernel
        if problem is not None:
            nb.metadata[COURSE_METADATA] = {"problem": problem.value}
        return nb, resources

    def _release(self, about: dict[str, Any]) -> Release:
        """What was released under a notebook's name, looked up for a run's first submission."""
        run = self.parent.parent
        found = _releases.setdefault(run, {})
        if about["notebook"] not in found:
            folder = run.coursedir.format_path(
                run.coursedir.release_directory, ".", about["assignment"]
            )
            with Gradebook(about["db_url"]) as gradebook:
                known = gradebook.find_notebook(about["notebook"], about["assignment"])
                found[about["notebook"]] = Release(
                    released_cells(known),
                    json.loads(known.kernelspec) if known.kernelspec else None,
                    _texts(Path(folder) / f"{about['notebook']}.ipynb"),
                )
        return found[about["notebook"]]


def _texts(released: Path) -> set[str]:
    """The texts of the released notebook's cells; none where it is not there."""
    try:
        return {cell.source.strip() for cell in read_notebook(released).cells}
    except (OSError, UnreadableNotebookError):
        return set()


class Restoration:
    """One notebook's cells, matched with the gradebook's and rebuilt.

    Attributes:
        cells: the rebuilt cells, in the student's order.
        notes: what was changed, in words for the student and the marker.
    """

    def __init__(
        self, cells: list[NotebookNode], released: list[Released], texts: set[str]
    ) -> None:
        """Match and rebuild.

        Args:
            cells: the student's.
            released: the gradebook's, in their order.
            texts: the texts of all cells of the released notebook.
        """
        self.notes: list[str] = []
        self._cells = cells
        self._released = released
        self._texts = texts
        self._place: dict[str, int] = {}
        self._by_metadata()
        self._by_text()
        self._by_question()
        self.cells = self._build()

    def _by_metadata(self) -> None:
        for known in self._released:
            places = [
                place for place, cell in enumerate(self._cells) if _grade_id(cell) == known.name
            ]
            if not places:
                continue
            answered = [p for p in places if not known.is_unanswered(self._cells[p])]
            unchanged = [p for p in places if p not in answered]
            first, second = (answered, unchanged) if known.is_answer else (unchanged, answered)
            self._place[known.name] = (first or second)[0]
            if len(places) > 1:
                self.notes.append(
                    f"`{known.name}` stood in the notebook {len(places)} times. One counts; "
                    "the others are kept as ordinary cells."
                )

    def _by_text(self) -> None:
        # What is locked first: every answer cell was released with the same text.
        for index, known in sorted(enumerate(self._released), key=lambda pair: pair[1].is_answer):
            if known.name in self._place or not known.source.strip():
                continue
            earlier = [self._place.get(k.name, -1) for k in self._released[:index]]
            later = [self._place.get(k.name, len(self._cells)) for k in self._released[index + 1 :]]
            for place in range(max(earlier, default=-1) + 1, min(later, default=len(self._cells))):
                cell = self._cells[place]
                same = cell.source.strip() == known.source.strip()
                if self._is_free(place) and cell.cell_type == known.cell_type and same:
                    self._place[known.name] = place
                    break

    def _by_question(self) -> None:
        for question, known in itertools.pairwise(self._released):
            place = self._place.get(question.name, len(self._cells)) + 1
            asks = not question.is_answer and not question.metadata["grade"]
            open_answer = known.metadata["solution"] and known.name not in self._place
            if asks and open_answer and place < len(self._cells) and self._is_own(place):
                self._place[known.name] = place

    def _is_own(self, place: int) -> bool:
        """Whether a cell is neither the gradebook's nor otherwise as released."""
        return self._is_free(place) and self._cells[place].source.strip() not in self._texts

    def _is_free(self, place: int) -> bool:
        return place not in self._place.values()

    def _build(self) -> list[NotebookNode]:
        names = {place: name for name, place in self._place.items()}
        known = {cell.name: cell for cell in self._released}
        inserted = self._insertions()
        built = list(inserted.get(-1, []))
        for place, cell in enumerate(self._cells):
            if place in names:
                built += self._rebuild(known[names[place]], cell, place)
            else:
                built.append(_ordinary(cell))
            built += inserted.get(place, [])
        return built

    def _rebuild(self, known: Released, cell: NotebookNode, place: int) -> list[NotebookNode]:
        """The gradebook's cell, and after it what of the student's has no room in it."""
        kept = []
        if known.is_answer:
            below = self._has_text_below(known, place)
            rebuilt = known.build((ANSWER_BELOW if below else "") + cell.source)
            same_type = cell.cell_type == known.cell_type
            if same_type and known.cell_type == "code":
                rebuilt.outputs, rebuilt.execution_count = cell.outputs, cell.execution_count
            elif cell.get("outputs"):
                kept = [_ordinary(cell)]
        else:
            rebuilt = known.build(known.source)
            if not known.is_unanswered(cell) or cell.cell_type != known.cell_type:
                self.notes.append(f"`{known.name}` had been changed; it stands again as released.")
            if not known.is_unanswered(cell):
                self.notes[-1] += " What you wrote there follows it."
                kept = [_ordinary(cell)]
                if cell.cell_type == "code":
                    kept[0].outputs = []
        if rebuilt.cell_type == "markdown" and "attachments" in cell:
            rebuilt.attachments = cell.attachments
        return [rebuilt, *kept]

    def _has_text_below(self, known: Released, place: int) -> bool:
        """Whether an untouched answer cell is followed by a text of the student's own."""
        below = place + 1
        return (
            bool(self._texts)
            and known.is_unanswered(self._cells[place])
            and below < len(self._cells)
            and self._is_own(below)
            and self._cells[below].cell_type != "code"
        )

    def _insertions(self) -> dict[int, list[NotebookNode]]:
        """The missing cells, by the place in the student's notebook after which each belongs."""
        inserted: dict[int, list[NotebookNode]] = {}
        after = min(self._place.values(), default=len(self._cells)) - 1
        for known in self._released:
            if known.name in self._place:
                after = self._place[known.name]
                continue
            missing = MISSING_ANSWER if known.metadata["solution"] else ""
            inserted.setdefault(after, []).append(known.build(missing + known.source))
            self.notes.append(f"`{known.name}` was missing and has been put back.")
        return inserted


def _grade_id(cell: NotebookNode) -> str | None:
    metadata = cell.metadata.get("nbgrader")
    return metadata.get("grade_id") if isinstance(metadata, dict) else None


def _ordinary(cell: NotebookNode) -> NotebookNode:
    """The cell without metadata."""
    cell = NotebookNode(cell)
    cell.metadata = NotebookNode()
    return cell
