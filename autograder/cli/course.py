"""The commands of the course as a whole. Heavy modules are imported by those that need them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .common import Course, Exit, find_root, refuse, root_of


def leaderboard(
    to: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to write the page.", dir_okay=False)
    ] = None,
    course: Course = None,
) -> None:
    """Write the class's leaderboard: one page, of those who asked to be on it.

    A student joins by giving a nickname when handing in, and is shown by it alone. Only what
    this computer's own models reach with the weights in submitted/ counts. What is refused is
    named here, and the exit status is 1. To take an entry off, delete the nickname.txt of its
    submission and run this again. Without --to: build/leaderboard.html.

    \b
    Example: vitcourse leaderboard --to leaderboard.html
    """
    root = root_of(course)
    from autograder.grading.config import ConfigError
    from autograder.leaderboard.board import as_text
    from autograder.leaderboard.board import leaderboard as rank
    from autograder.leaderboard.page import as_page

    target = to or root / "build" / "leaderboard.html"
    try:
        board = rank(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(as_page(board), encoding="utf-8")
    except (ConfigError, OSError) as error:
        refuse(f"No leaderboard: {error}")
    typer.echo(f"{as_text(board)}\n\nThe page: {target}")
    for remark in board.remarks:
        typer.echo(f"    {remark}")
    raise typer.Exit(Exit.ATTENTION if board.remarks else Exit.FINE)


def reseed(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    course: Course = None,
) -> None:
    """Start a new round: new secret inputs of the hidden checks, for everybody.

    For a new class, or where the inputs became known. Within a round everybody is graded on the
    same inputs, so grade the whole class again afterwards, in every assignment.

    \b
    Example: vitcourse reseed && vitcourse grade --regrade
    """
    root = root_of(course)
    from autograder.grading.seed import reseed as renew

    if not yes:
        typer.confirm(
            "Every submission is graded on other inputs from now on. Start a new round?", abort=True
        )
    typer.echo(f"A new seed is in {renew(root)}. Now: vitcourse grade --regrade")


def demo(
    folder: Annotated[
        Path, typer.Argument(file_okay=False, help="Where the demo's own course is made.")
    ] = Path("build/demo"),
) -> None:
    """Go the whole line with a class of invented students, in a folder of its own.

    Trains two small networks on the embedded sample, releases, collects a download, grades with
    nbgrader, writes feedback, and prints the marks and where to look. A few minutes.

    \b
    Example: vitcourse demo build/demo
    """
    from autograder.bridge.run import NotReleasedError
    from autograder.demo.course import run
    from autograder.release.staging import ReleaseError
    from autograder.sandbox import SandboxUnavailable, describe

    try:
        describe()
        run(folder.resolve())
    except (
        FileExistsError,
        NotReleasedError,
        ReleaseError,
        RuntimeError,
        SandboxUnavailable,
    ) as error:
        refuse(f"The demo stopped: {error}")


def doctor(course: Course = None) -> None:
    """Say what is installed, which isolation is in force, and what would fail.

    Run it first on a new machine, and when something fails.

    \b
    Example: vitcourse doctor
    """
    from autograder.cli.doctor import Health, examine

    problems = 0
    for finding in examine(find_root(course)):
        typer.echo(f"{finding.health:8} {finding.subject:12} {finding.words}")
        problems += finding.health is Health.PROBLEM
    typer.echo(f"{problems} problem(s)." if problems else "Nothing stands in the way.")
    raise typer.Exit(Exit.ATTENTION if problems else Exit.FINE)
