"""The command `collect`: from a learning platform's download to submitted/, and back."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.checking.assignments import ASSIGNMENTS

from .common import NAMES, Course, Exit, known_assignment, refuse, root_of

if TYPE_CHECKING:
    from autograder.collect.collecting import Collection

LONGEST_LINE = 20_000


def _known_or_none(name: str | None) -> str | None:
    return None if name is None else known_assignment(name)


def collect(
    downloads: Annotated[
        Path | None,
        typer.Argument(exists=True, help="The zip that was downloaded, or a folder of such zips."),
    ] = None,
    student: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Whose DOWNLOADS is, where no file name tells."),
    ] = None,
    assignment: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            callback=_known_or_none,
            help=f"Collect only this one of {NAMES}. Without it the files tell.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be done.")
    ] = False,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Take the proposals of whose a hand-in is.")
    ] = False,
    newer: Annotated[
        bool,
        typer.Option("--newer", help="Take DOWNLOADS as newer where nothing says which is newer."),
    ] = False,
    undo: Annotated[
        str | None,
        typer.Option(metavar="STUDENT", help="Bring back what was replaced last of this student."),
    ] = None,
    course: Course = None,
) -> None:
    """Sort what Moodle, Canvas and others handed out into submitted/.

    Takes the zips of Moodle, Canvas, Blackboard, Brightspace, Gradescope's export with its
    metadata, and what Google Forms put into Google Drive; from elsewhere, folders named by the
    students' keys. Run it on "Download all submissions" as it is, as often as you like: what is
    there already is left alone, a newer attempt replaces an older one, which is kept in
    .vitcourse/replaced/ and which --undo brings back. Which assignment it is follows from the
    files. Times come from the download, read by this computer's clock where it does not say
    otherwise. What cannot be placed is named, and the exit status is 1.

    \b
    Examples: vitcourse collect ~/Downloads/CS1-Homework-77.zip
              vitcourse collect ~/Downloads/submissions --dry-run
              vitcourse collect submission.zip --student alice
              vitcourse collect ~/Downloads/lab.zip --assignment NAME
              vitcourse collect ~/Downloads/lab.zip --confirm
              vitcourse collect --undo alice --assignment NAME
    """
    if (downloads is None) == (undo is None):
        raise typer.BadParameter("give DOWNLOADS, or --undo STUDENT")
    root = root_of(course)
    chosen = ASSIGNMENTS[assignment] if assignment else None
    if downloads is None:
        _undo(root, undo or "", assignment, dry_run)
        return
    from autograder.collect.collecting import collect as place_all
    from autograder.roster.tables import RosterError

    try:
        collection = place_all(
            downloads, root, student, chosen, dry_run=dry_run, confirm=confirm, newer=newer
        )
    except RosterError as error:
        refuse(f"Not collected: {error}")
    again = ["vitcourse", "collect", str(downloads), "--confirm"]
    again += ["--assignment", assignment] if assignment else []
    again += ["--course", str(course)] if course else []
    for line in report(collection, shlex.join(again), dry_run=dry_run):
        typer.echo(line)
    raise typer.Exit(collection.exit_code)


def report(collection: Collection, confirming: str, *, dry_run: bool = False) -> list[str]:
    """What became of a download, in lines for a terminal.

    Args:
        collection: what became of it.
        confirming: the command that takes the proposals.
        dry_run: whether nothing was done.
    """
    from autograder.records.quoting import quoted

    lines = []
    for placed in collection.placed:
        time = placed.time.astimezone().strftime("%Y-%m-%d %H:%M") if placed.time else "no time"
        of = "" if placed.assignment is next(iter(ASSIGNMENTS.values())) else placed.assignment.name
        lines.append(f"{placed.student}: {placed.outcome}{of and f' ({of})'}, handed in {time}")
        lines += [f"    {note}" for note in placed.notes]
    would = "would be " if dry_run else ""
    lines.append(f"{len(collection.placed)} submission(s) {would}in submitted/.")
    lines += collection.notes
    lines += collection.strangers
    left_out = [placed.student for placed in collection.placed if placed.code_left_out]
    if left_out:
        lines.append(f"Code is left out of {len(left_out)}, named above: {', '.join(left_out)}")
    if collection.not_placed:
        lines.append(f"{len(collection.not_placed)} NOT placed:")
        lines += [f"    {item.what}: {item.why}" for item in collection.not_placed]
    if collection.proposals:
        lines.append(f"{len(collection.proposals)} NOT placed until you say whose they are:")
        head = ("in the download", "is probably", "because")
        rows = [(each.who, each.key, each.why) for each in collection.proposals]
        lines += _table([head, *rows])
        lines.append(f"If all of that is right: {confirming}")
    return [quoted(line, LONGEST_LINE) for line in lines]


def _undo(root: Path, student: str, assignment: str | None, dry_run: bool) -> None:
    """Bring the last replaced submission back."""
    from autograder.collect.shelf import NothingKeptError, Shelf

    if dry_run:
        raise typer.BadParameter("--dry-run goes with DOWNLOADS")
    try:
        undone = Shelf(root).undo(student, ASSIGNMENTS[assignment] if assignment else None)
    except (NothingKeptError, OSError) as error:
        refuse(str(error))
    name = undone.assignment.name
    when = f", replaced {undone.replaced}" if undone.replaced else ""
    typer.echo(f"{undone.student}: the earlier submission of {name}{when}, is in its place again.")
    if undone.kept is not None:
        typer.echo(f"    the one that was there lies in {undone.kept.relative_to(root)}")
        typer.echo(
            f"    to change them back: vitcourse collect --undo {undone.student} "
            f"--assignment {name}"
        )
    again = "" if undone.assignment is next(iter(ASSIGNMENTS.values())) else f" --assignment {name}"
    typer.echo(f"Grade it: vitcourse grade {undone.student}{again}")
    raise typer.Exit(Exit.FINE)


def _table(rows: list[tuple[str, str, str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "    "
        + "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
