"""The commands of one assignment's life: from its release to its model answers.

Heavy modules are imported by the commands that need them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.checking.assignments import ASSIGNMENTS, HOMEWORK, STAGES

from .common import NAMES, Course, Exit, Named, known_assignment, refuse, root_of

if TYPE_CHECKING:
    from autograder.checking.execution.verdicts import StageReport


def release(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", callback=known_assignment, help=f"One of {NAMES}."),
    ] = HOMEWORK.name,
    course: Course = None,
) -> None:
    """Make what students get, after proving that it may go out.

    Refuses unless the untouched stubs earn 0 points, the solutions earn every machine-given
    one, and no line of a solution stands in anything released. The first time the homework is
    released this trains two small networks on the embedded sample, which takes a minute or two.

    \b
    Writes: release/NAME/                for nbgrader's exchange
            release/NAME.zip             for Moodle, Canvas or a web page
            build/NAME-marking-guide.md  for staff alone
    Does the same as: nbgrader generate_assignment NAME --force
                      (but for the zip and the guide)
    Examples: vitcourse release
              vitcourse release NAME
    """
    root = root_of(course)
    from autograder.release.gate import GateError
    from autograder.release.marking import MarkingError
    from autograder.release.release import ReleaseError
    from autograder.release.release import release as make

    try:
        made = make(root, ASSIGNMENTS[name])
    except (GateError, MarkingError, ReleaseError, OSError) as error:
        refuse(f"Not released: {error}")
    typer.echo(f"For students: {made.folder}\n              {made.archive}")
    typer.echo(f"For staff:    {made.guide}")


def check(
    folder: Annotated[
        Path,
        typer.Argument(exists=True, file_okay=False, help="A submission: the student's files."),
    ],
    assignment: Named = HOMEWORK.name,
    trusted: Annotated[
        bool,
        typer.Option(
            "--trusted", help="Run without a sandbox: only for code that you know, such as yours."
        ),
    ] = False,
    course: Course = None,
) -> None:
    """Grade one submission and show every check, without touching the gradebook.

    The same checks, public and hidden, on the same inputs as `vitcourse grade`. The exit status
    is 0 where every machine-given point is earned.

    \b
    Examples: vitcourse check submitted/alice/vit-cifar10
              vitcourse check solutions --trusted --assignment NAME
    """
    root = root_of(course)
    from dataclasses import replace

    from autograder.checking.feedback.report import as_text
    from autograder.grading.config import ConfigError, load_config
    from autograder.grading.grader import Grader
    from autograder.grading.seed import load_seed
    from autograder.grading.store import Store
    from autograder.sandbox import SandboxUnavailable

    try:
        config = load_config(root)
        if trusted:
            config = replace(config, isolation="cooperative")
        with Grader(config, load_seed(root), Store(root)) as grader:
            reports = list(grader.grade(folder, ASSIGNMENTS[assignment]).values())
    except (ConfigError, SandboxUnavailable) as error:
        refuse(f"{error}\nCode that you know can be checked with --trusted.")
    for report in reports:
        typer.echo(as_text(report) + "\n")
    earned, points = (sum(found) for found in zip(*map(_score, reports), strict=True))
    typer.echo(f"{earned} of {points} machine-given points.")
    open_ones = [report.stage for report in reports if report.needs_person]
    if open_ones:
        typer.echo(f"A person has to look at: {', '.join(open_ones)}.")
    raise typer.Exit(Exit.ATTENTION if open_ones or earned < points else Exit.FINE)


def answers(
    assignment: Named = HOMEWORK.name,
    to: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to write them.", dir_okay=False)
    ] = None,
    course: Course = None,
) -> None:
    """Write the model answers to the written questions, to hand out after the deadline.

    They are in nothing that `vitcourse release` makes. Without --to:
    build/NAME-model-answers.md.

    \b
    Examples: vitcourse answers --to answers.md
              vitcourse answers --assignment NAME
    """
    root = root_of(course)
    from autograder.release.marking import MarkingError
    from autograder.release.release import write_model_answers

    target = to or root / "build" / f"{assignment}-model-answers.md"
    try:
        write_model_answers(root, target, ASSIGNMENTS[assignment])
    except (MarkingError, OSError) as error:
        refuse(f"No model answers: {error}")
    typer.echo(f"{target}: hand it out after the deadline, not before.")


def _score(report: StageReport) -> tuple[int, int]:
    """Points earned (0 where a person has to look) and points possible."""
    return report.earned or 0, STAGES[report.stage].points
