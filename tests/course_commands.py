"""A course that is led by its commands alone, and what they leave: the table, the pages."""

from __future__ import annotations

import csv
from pathlib import Path

from bs4 import BeautifulSoup
from demo_course import environment
from nbgrader.api import Gradebook
from warm_commands import run

from autograder.records.settings import course_settings


class Commands:
    """The commands of a course in a folder.

    Attributes:
        root: the folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def run(self, *words: str, status: tuple[int, ...] = (0,)) -> str:
        """Run a command in the course; its output, where the exit status is one of those."""
        done = run(words, self.root, environment(PYTHONPATH=str(self.root), TZ="UTC"))
        said = done.stdout + done.stderr
        assert done.returncode in status, f"{' '.join(words)}: {done.returncode}\n{said[-4000:]}"
        return said

    def gradebook(self) -> Gradebook:
        """The gradebook; use it in a `with`."""
        return course_settings(self.root).gradebook()

    def export(self) -> list[dict[str, str]]:
        """The table that `nbgrader export` writes, row by row."""
        self.run("nbgrader", "export")
        return table(self.root / "grades.csv")

    def graded_copies(self, assignment: str) -> dict[str, int]:
        """When each graded notebook was written, by student."""
        found = self.root.glob(f"autograded/*/{assignment}/{assignment}.ipynb")
        return {path.parts[-3]: path.stat().st_mtime_ns for path in found}

    def page_scores(self, assignment: str) -> dict[str, tuple[float, float]]:
        """The points and the greatest points that every page of feedback shows, by student."""
        return {
            path.parts[-3]: page_score(path)
            for path in sorted(self.root.glob(f"feedback/*/{assignment}/{assignment}.html"))
        }

    def gradebook_scores(self, assignment: str) -> dict[str, tuple[float, float]]:
        """The same of the gradebook: what is left after a late penalty."""
        with self.gradebook() as gradebook:
            return {
                each.student.id: (
                    max(0.0, each.score - (each.late_submission_penalty or 0.0)),
                    each.max_score,
                )
                for each in gradebook.assignment_submissions(assignment)
            }


def table(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def page_score(path: Path) -> tuple[float, float]:
    """The sum on a page of feedback, and of how much."""
    page = BeautifulSoup(path.read_text(encoding="utf-8"), features="html.parser")
    total = page.select_one('tr[data-cell="total"]')
    assert total is not None, f"{path} shows no sum"
    score, greatest = (float(cell.text) for cell in total.select(".points"))
    return score, greatest
