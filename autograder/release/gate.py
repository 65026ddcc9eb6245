"""The release gate: nothing goes out unless the assignment can be done and does not tell how.

It ends nbgrader's `GenerateAssignment.preprocessors`. An error here fails the command, and nbgrader
removes the folder it was writing.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.checking.assignments import STAGES, Assignment, assignment_named
from autograder.checking.execution.verdicts import StageReport
from autograder.checking.feedback.report import as_text
from autograder.grading.config import CourseConfig
from autograder.grading.grader import Grader
from autograder.grading.seed import load_seed
from autograder.grading.store import Store
from autograder.places import ASSIGNMENT, SOLUTIONS
from autograder.release.leaks import Leak, LeakScan
from autograder.release.package import assemble
from autograder.release.stubs import outdated
from autograder.release.weights import sample_weights

# The solutions and the stubs are the staff's own code, and the sample needs no download.
TRIAL = CourseConfig(isolation="cooperative", data="sample")


class GateError(Exception):
    """The release is refused; the message says why."""


class ReleaseGate(NbGraderPreprocessor):
    """Lets an assignment out when stubs, points and the leak scan allow it.

    To the notebook that nbgrader writes it adds the rest of the student's folder.
    """

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Check everything, and fill the release folder.

        Raises:
            GateError: where something forbids the release.
        """
        converter = self.parent.parent
        about = resources["nbgrader"]
        try:
            assignment = assignment_named(about["assignment"])
        except ValueError as error:
            raise GateError(str(error)) from error
        root = Path(converter.coursedir.root)
        source = Path(converter._format_source(assignment.name, about["student"]))
        target = Path(converter._format_dest(assignment.name, about["student"]))
        if stubs := outdated(SOLUTIONS, ASSIGNMENT):
            raise GateError(
                f"{', '.join(stubs)} in assignment/ differ from what the solutions give; "
                "run: python -m autograder.release.stubs --write"
            )
        self.log.info("The stubs must earn nothing and the solutions everything; grading them")
        check_points(root, assignment)
        self.log.info("Adding the stubs and the provided modules to %s", target)
        assemble(target, assignment)
        name = f"{about['notebook']}.ipynb"
        scan = LeakScan(sorted(SOLUTIONS.glob("*.py")), sorted(source.glob("*.ipynb")))
        refuse_leaks(scan.folder(target) + scan.data(name, nbformat.writes(nb).encode()))
        self.log.info("No line of a solution is in the release")
        return nb, resources


def check_points(root: Path, assignment: Assignment) -> None:
    """Grade the stubs and the solutions as submissions.

    Args:
        root: the course's root; reports and trained weights are kept in its private folder.
        assignment: whose.

    Raises:
        GateError: where the stubs earn a point or the solutions miss one.
    """
    with (
        Grader(TRIAL, load_seed(root), Store(root)) as grader,
        tempfile.TemporaryDirectory(prefix="vitcourse-") as place,
    ):
        stubs, solved = Path(place, "stubs"), Path(place, "solutions")
        for folder, source in ((stubs, ASSIGNMENT), (solved, SOLUTIONS)):
            folder.mkdir()
            for name in assignment.files:
                shutil.copyfile(source / name, folder / name)
        if assignment.weights:
            trained = sample_weights(root)
            for name in assignment.weights:
                shutil.copyfile(trained / name, solved / name)
        problems = points_problems(
            assignment, grader.grade(stubs, assignment), grader.grade(solved, assignment)
        )
    if problems:
        raise GateError("\n\n".join(["The points are not what they must be.", *problems]))


def points_problems(
    assignment: Assignment, stubs: dict[str, StageReport], solved: dict[str, StageReport]
) -> list[str]:
    """What is wrong with the points of the stubs and of the solutions, with the reports."""
    problems = []
    for key in assignment.machine_stages:
        for whose, reports, due in (("stubs", stubs, 0), ("solutions", solved, STAGES[key].points)):
            report = reports.get(key)
            if report is None:
                problems.append(f"The {whose} have no report for stage {key}.")
            elif report.earned != due:
                got = "no score" if report.earned is None else f"{report.earned} points"
                problems.append(
                    f"The {whose} must earn {due} points in stage {key}; they got {got}:\n"
                    f"{as_text(report)}"
                )
    return problems


def refuse_leaks(leaks: list[Leak]) -> None:
    """Stop where something must not be released.

    Raises:
        GateError: naming each leak's file, cell and line.
    """
    if leaks:
        lines = "\n".join(f"  {leak}" for leak in leaks)
        raise GateError(f"{len(leaks)} thing(s) in the release must not be there:\n{lines}")
