"""The command that grades. Heavy modules are imported where they are needed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.checking.assignments import ASSIGNMENTS, HOMEWORK, Assignment

from .common import Course, Exit, Named, refuse, root_of

if TYPE_CHECKING:
    from rich.table import Table

    from autograder.bridge.ahead import Change


def grade(
    students: Annotated[
        list[str] | None, typer.Argument(metavar="[STUDENT]...", help="Whose; without: everybody.")
    ] = None,
    assignment: Named = HOMEWORK.name,
    force: Annotated[
        bool,
        typer.Option("--force", help="Grade again what is graded already, without asking."),
    ] = False,
    regrade: Annotated[
        bool,
        typer.Option(
            "--regrade",
            help="Show what the checks and the seed as they are change, then ask before grading.",
        ),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --regrade: do not ask.")] = False,
    course: Course = None,
) -> None:
    """Grade submitted/ with nbgrader, and name every submission that needs a person.

    Graded is who is new and whose files have changed, and nobody else; who that is, is said.
    Where a due date or an extension has changed, the late penalty is computed again. A change
    of the checks or of the seed regrades nobody until you ask for it with --regrade. What
    nbgrader passes over is graded, too: no notebook, a renamed one, one that is no valid
    notebook, files in a folder too deep. Manual marks stay. A problem with one submission
    changes no other.

    \b
    Examples: vitcourse grade
              vitcourse grade alice bob --force
              vitcourse grade --regrade
              vitcourse grade --assignment NAME
    """
    root = root_of(course)
    from rich.console import Console

    from autograder.bridge.ahead import grade as grade_class
    from autograder.bridge.run import NotReleasedError
    from autograder.bridge.table import marks_table
    from autograder.grading.config import ConfigError
    from autograder.sandbox import SandboxUnavailable

    chosen = ASSIGNMENTS[assignment]
    try:
        if regrade:
            confirm(root, students or None, chosen, yes)
        result = grade_class(root, students or None, chosen, force=force or regrade)
    except (ConfigError, NotReleasedError, SandboxUnavailable) as error:
        refuse(f"Not graded: {error}")
    Console().print(marks_table(root, chosen))
    typer.echo("\n".join(result.last_lines()))
    raise typer.Exit(result.exit_code)


def confirm(root: Path, students: list[str] | None, assignment: Assignment, yes: bool) -> None:
    """Show what grading again would change, and end unless that is wanted."""
    from rich.console import Console

    from autograder.bridge.ahead import preview

    changes = preview(root, students, assignment)
    different = [each for each in changes if each.before != each.after]
    judged = len({each.student for each in changes})
    changed = len({each.student for each in different})
    if different:
        Console().print(before_and_after(different))
    typer.echo(f"{judged} judged; the machine-given points of {changed} would change.")
    if not yes and not typer.confirm("Grade them again? Marks given by hand stay."):
        typer.echo("Nothing was changed.")
        raise typer.Exit(Exit.FINE)


def before_and_after(changes: list[Change]) -> Table:
    """Machine-given points by student and stage, before and after."""
    from rich.table import Table

    table = Table(
        title="Machine-given points; ?: no verdict, a person has to look",
        title_justify="left",
        box=None,
        padding=(0, 1, 0, 0),
    )
    for heading in ("student", "stage", "before", "after"):
        table.add_column(heading, justify="left" if heading in ("student", "stage") else "right")
    for each in changes:
        table.add_row(each.student, each.stage, in_words(each.before), in_words(each.after))
    return table


def in_words(points: float | None) -> str:
    """Points, or a question mark where there are none."""
    return "?" if points is None else f"{points:g}"
