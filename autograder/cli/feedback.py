"""The command that writes the students' pages. Heavy modules are imported when it runs."""

from __future__ import annotations

from typing import Annotated

import typer

from autograder.checking.assignments import ASSIGNMENTS, HOMEWORK

from .common import Course, Exit, Named, root_of


def feedback(
    students: Annotated[
        list[str] | None, typer.Argument(metavar="[STUDENT]...", help="Whose; without: everybody.")
    ] = None,
    assignment: Named = HOMEWORK.name,
    course: Course = None,
) -> None:
    """Write a page for everybody whose marks, comments or verdicts changed since the last one.

    Run it as often as you like: who has nothing new keeps the page that is there. A page of
    which nothing graded is left is removed, and named. A page is one file that needs no other
    and no network; release it with nbgrader release_feedback, or send it.

    \b
    Writes: feedback/STUDENT/NAME/NAME.html
    Examples: vitcourse feedback
              vitcourse feedback alice bob --assignment NAME
    """
    root = root_of(course)
    from autograder.bridge.feedback import write_feedback

    result = write_feedback(root, students or None, ASSIGNMENTS[assignment])
    for student, why in sorted(result.removed.items()):
        typer.echo(f"  {student}: page removed: {why}")
    for student, why in sorted(result.failed.items()):
        typer.echo(f"  {student}: no page: {why}")
    typer.echo(f"{len(result.written)} page(s) written, {len(result.fresh)} unchanged.")
    if result.waiting:
        typer.echo(f"{len(result.waiting)} of them say that something is not marked yet.")
    raise typer.Exit(Exit.ATTENTION if result.removed or result.failed else Exit.FINE)
