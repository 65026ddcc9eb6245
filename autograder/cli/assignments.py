"""The commands of one assignment's life: from its release to its model answers.

Heavy modules are imported by the commands that need them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.checking.stages import ASSIGNMENTS, HOMEWORK, STAGES

from .common import NAMES, Course, Exit, Named, known_assignment, refuse, root_of

if TYPE_CHECKING:
    from autograder.checking.verdicts import StageReport


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


def collect(
    downloads: Annotated[
        Path,
        typer.Argument(exists=True, help="The zip that was downloaded, or a folder of such zips."),
    ],
    student: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Whose DOWNLOADS is, where no file name tells."),
    ] = None,
    assignment: Named = HOMEWORK.name,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be done.")
    ] = False,
    course: Course = None,
) -> None:
    """Sort what Moodle or Canvas handed out into submitted/.

    Run it on "Download all submissions" as it is, as often as you like: what is there already
    is left alone, a newer attempt replaces an older one, which is kept in .vitcourse/replaced/.
    Times come from the zip, read by this computer's clock where the zip does not say otherwise.
    What cannot be placed is named, and the exit status is 1.

    \b
    Examples: vitcourse collect ~/Downloads/CS1-Homework-77.zip
              vitcourse collect ~/Downloads/submissions --dry-run
              vitcourse collect submission.zip --student alice
              vitcourse collect ~/Downloads/lab.zip --assignment NAME
    """
    root = root_of(course)
    from autograder.collect.collecting import collect as place_all

    collection = place_all(downloads, root, student, ASSIGNMENTS[assignment], dry_run=dry_run)
    for placed in collection.placed:
        time = placed.time.astimezone().strftime("%Y-%m-%d %H:%M") if placed.time else "no time"
        typer.echo(f"{placed.student}: {placed.outcome}, handed in {time}")
        for note in placed.notes:
            typer.echo(f"    {note}")
    would = "would be " if dry_run else ""
    typer.echo(f"{len(collection.placed)} submission(s) {would}in submitted/.")
    if collection.not_placed:
        typer.echo(f"{len(collection.not_placed)} NOT placed:")
        for item in collection.not_placed:
            typer.echo(f"    {item.what}: {item.why}")
    raise typer.Exit(collection.exit_code)


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

    from autograder.checking.report import as_text
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
