"""Reads a submission's notebook for `nbgrader autograde`, however broken it is."""

from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat.notebooknode import NotebookNode
from nbgrader.coursedir import CourseDirectory

from autograder.bridge.marked import remember_copies
from autograder.bridge.reading import UnreadableNotebookError, read_notebook
from autograder.bridge.submission import Problem, stand_in
from autograder.checking.assignments import ASSIGNMENTS
from autograder.records.settings import course_settings


class SubmissionExporter(NotebookExporter):
    """nbconvert's notebook exporter, in which an unreadable file is graded through a stand-in.

    Stock nbgrader drops such a submission and keeps whatever mark it had before.
    """

    def __init__(self, parent: Any = None, **kw: Any) -> None:
        """Make the exporter, the one moment of a run before it removes older graded copies."""
        super().__init__(parent=parent, **kw)
        assignment = ASSIGNMENTS.get(parent.coursedir.assignment_id)
        if assignment is not None:
            remember_copies(course_settings(Path(parent.coursedir.root)), assignment)

    def from_file(
        self, file_stream: Any, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Convert the notebook in an open file; an unreadable one is replaced and logged."""
        path = Path(file_stream.name)
        try:
            notebook = read_notebook(path)
        except UnreadableNotebookError as error:
            self.log.error("%s cannot be read as a notebook: %s", path, error)
            student = (resources or {})["nbgrader"]
            released = self._course.format_path(
                self._course.release_directory, ".", student["assignment"]
            )
            notebook = stand_in(
                Path(released) / f"{student['assignment']}.ipynb", Problem.UNREADABLE
            )
        return self.from_notebook_node(notebook, resources=resources, **kw)

    @property
    def _course(self) -> CourseDirectory:
        assert self.parent is not None, "nbgrader makes its exporters as its converters' own"
        return self.parent.coursedir
