"""The commands about the people of the course.

Heavy modules are imported by the commands that need them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.records.quoting import quoted

from .common import NAMES, Course, Exit, known_assignment, refuse, root_of

if TYPE_CHECKING:
    from autograder.roster.moving import Holdings, Plan

app = typer.Typer(
    help="The people of the course, one key each over all assignments: roster.csv.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Key = Annotated[str, typer.Argument(metavar="KEY", help="A key, as `vitcourse roster show` says.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
NoBackup = Annotated[
    bool,
    typer.Option("--no-backup", help="Without a copy of the gradebook, which a server keeps."),
]


@app.command("import")
def import_(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", exists=True, dir_okay=False, help="Lists.")
    ],
    assignment: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            callback=lambda name: name and known_assignment(name),
            help=f"Whose grading worksheet it is: one of {NAMES}.",
        ),
    ] = None,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Join those whose name alone says who they are.")
    ] = False,
    apart: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY", help="Nobody in the lists is this person, whatever the name."),
    ] = None,
    dry_run: DryRun = False,
    course: Course = None,
) -> None:
    """Merge lists of people into roster.csv.

    Takes Canvas's gradebook export, Moodle's list of participants, Moodle's grading worksheet
    (which belongs to one assignment), and any CSV with a column key, name or email; the header
    tells which. People are joined by id, e-mail or login; a name alone only proposes, and
    --confirm joins. A copy of the old roster.csv is kept in .vitcourse/backups/. Who is left
    out or waits for --confirm is named, and the exit status is 1.

    \b
    Examples: vitcourse roster import ~/Downloads/Grades-CS1.csv --dry-run
              vitcourse roster import participants.csv
              vitcourse roster import worksheet.csv --assignment NAME
    """
    root = root_of(course)
    from autograder.roster.backup import new_backup
    from autograder.roster.gradebook import sync_names
    from autograder.roster.importing import Kind, merge_lists
    from autograder.roster.listings import read_listing
    from autograder.roster.people import FILE
    from autograder.roster.tables import RosterError

    try:
        listings = [read_listing(path, assignment) for path in files]
        merged = merge_lists(root, listings, confirm=confirm, apart=apart or ())
    except RosterError as error:
        refuse(f"Nothing imported: {error}")
    for listing in listings:
        count = len(listing.entries)
        typer.echo(f"{quoted(listing.path.name)}: {listing.kind}, {count} people")
    for each in merged.changes:
        if each.kind is not Kind.SAME or each.words:
            who = f"{each.key or '-'} ({quoted(each.name, 60)})"
            typer.echo(f"  {each.kind:10} {who}{': ' * bool(each.words)}{quoted(each.words, 400)}")
    for note in merged.notes:
        typer.echo(f"  note: {quoted(note, 300)}")
    counts = Counter(each.kind for each in merged.changes)
    typer.echo(", ".join(f"{counts[kind]} {kind}" for kind in Kind if counts[kind]) or "Nobody.")
    if counts[Kind.PROPOSED]:
        typer.echo(
            "To join those to confirm: the same command with --confirm. Where one is another "
            "person of the same name: with --apart KEY."
        )
    if dry_run:
        typer.echo(f"{FILE} is as it was.")
        raise typer.Exit(Exit.ATTENTION if merged.open else Exit.FINE)
    if counts[Kind.NEW] or counts[Kind.CHANGED]:
        backup = new_backup(root, "import") if merged.roster.path.exists() else None
        merged.roster.save()
        kept = f"; the old one is in {backup.relative_to(root)}" if backup else ""
        typer.echo(f"{FILE} has {len(merged.roster.people)} people{kept}.")
    if named := sync_names(root):
        typer.echo(f"The gradebook has new names or e-mails of {named} students.")
    raise typer.Exit(Exit.ATTENTION if merged.open else Exit.FINE)


@app.command()
def show(course: Course = None) -> None:
    """List everybody: key, name, e-mail, ids, and what was handed in.

    \b
    Example: vitcourse roster show
    """
    root = root_of(course)
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from autograder.roster.acquaintances import acquaintances
    from autograder.roster.naming import natural
    from autograder.roster.people import BASIC, FILE, load_roster
    from autograder.roster.tables import RosterError

    try:
        roster, known = load_roster(root), acquaintances(root)
    except RosterError as error:
        refuse(str(error))
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("key", "name", "e-mail", "ids", "handed in"):
        table.add_column(heading, overflow="fold")
    rows = []
    for person in roster.people if roster else ():
        ids = [f"{c} {v}" for c, v in person.values.items() if v and c not in BASIC]
        rows.append((person.key, natural(person.name), person.email, ", ".join(ids)))
    listed = {row[0] for row in rows}
    for key, each in sorted(known.items()):
        if key not in listed:
            where = f"not in {FILE}" if roster else ""
            rows.append((key, ", ".join(sorted(each.names)), ", ".join(sorted(each.emails)), where))
    for row in rows:
        handed_in = ", ".join(sorted(known[row[0]].assignments)) if row[0] in known else ""
        table.add_row(*(Text(quoted(value)) for value in (*row, handed_in)))
    Console().print(table)
    typer.echo(f"{len(listed)} in {FILE}, {len(rows) - len(listed)} known without it.")


@app.command()
def merge(
    key: Key,
    into: Annotated[str, typer.Argument(metavar="INTO", help="The key that stays.")],
    keep: Annotated[
        str | None,
        typer.Option(metavar="KEY", help="Whose submission counts where both have one."),
    ] = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    no_backup: NoBackup = False,
    course: Course = None,
) -> None:
    """Make two keys of one person one: KEY's everything becomes INTO's.

    Submissions, graded copies, feedback, marks, comments, records and the row of the roster.
    First a copy of gradebook and roster is kept in .vitcourse/backups/. Where both have a
    submission for one assignment it refuses, unless --keep says whose counts.

    \b
    Example: vitcourse roster merge Jane-Doe_2001 Jane-Doe_1001 --dry-run
    """
    root = root_of(course)
    _change(root, lambda holdings: holdings.plan_merge(key, into, keep), dry_run, yes, no_backup)


@app.command()
def split(
    key: Key,
    new: Annotated[str, typer.Argument(metavar="NEWKEY", help="The other person's key.")],
    assignment: Annotated[
        list[str], typer.Option(metavar="NAME", help="What is the other person's; repeat it.")
    ],
    dry_run: DryRun = False,
    yes: Yes = False,
    no_backup: NoBackup = False,
    course: Course = None,
) -> None:
    """Part two people who share a key: KEY's assignments NAME become NEWKEY's.

    With all that belongs to them, as `vitcourse roster merge` does, and with the same backup.

    \b
    Example: vitcourse roster split Jane-Doe Jane-Doe-2 --assignment NAME
    """
    root = root_of(course)
    _change(
        root, lambda holdings: holdings.plan_split(key, new, assignment), dry_run, yes, no_backup
    )


def forget(
    student: Annotated[str, typer.Argument(metavar="STUDENT", help="A key or an e-mail.")],
    dry_run: DryRun = False,
    yes: Yes = False,
    backups: Annotated[
        bool, typer.Option("--backups", help="Delete the course's backups that hold the person.")
    ] = False,
    course: Course = None,
) -> None:
    """Delete a person everywhere: files, marks, records, roster, gradebook.

    At the end it looks through the whole folder and names every file that still holds the
    person, such as downloads and pages; then the exit status is 1. The course's own backups
    are deleted with --backups. What lies outside the course's folder is not looked at.

    \b
    Example: vitcourse forget Jane-Doe --dry-run
    """
    root = root_of(course)
    from sqlalchemy.exc import SQLAlchemyError

    from autograder.roster.directory import Directory
    from autograder.roster.forgetting import (
        drop_backups,
        plan_farewell,
        say_farewell,
        what_is_left,
    )
    from autograder.roster.tables import RosterError

    try:
        key = Directory(root).key_named(student) or student
        farewell = plan_farewell(root, key, gone=backups)
        would = "would be" if dry_run else "is to be"
        typer.echo(f"{quoted(key)} {would} deleted from the gradebook and the roster, and")
        for folder in farewell.folders:
            typer.echo(f"  {quoted(str(folder.relative_to(root)))}/")
        for path in farewell.tables:
            typer.echo(f"  {quoted(str(path.relative_to(root)))}: the rows of the person")
        if farewell.reports:
            count = len(farewell.reports)
            typer.echo(
                f"  {count} kept reports on code, of everybody: they do not say whose they are, "
                "may quote what a student wrote, and are made again by `vitcourse grade`"
            )
        if dry_run:
            raise typer.Exit(Exit.FINE)
        if not yes:
            typer.confirm("This cannot be undone. Delete?", abort=True)
        say_farewell(farewell)
    except RosterError as error:
        refuse(f"Nothing deleted: {error}")
    except (OSError, SQLAlchemyError) as error:
        refuse(f"Stopped half-way: {quoted(str(error), 300)}\nRun the same command again.")
    kept, others = what_is_left(farewell)
    if kept and backups:
        drop_backups(kept)
    for folder in kept:
        state = "deleted" if backups else "a backup, still holds the person"
        typer.echo(f"  {folder.relative_to(root)}: {state}")
    for path in others:
        typer.echo(f"  {quoted(str(path.relative_to(root)))}: still holds the person")
    if kept and not backups:
        typer.echo(f"To delete those backups: vitcourse forget {quoted(key)} --backups")
    if others:
        typer.echo(
            "Delete those files, or make them again: vitcourse leaderboard, nbgrader export."
        )
    typer.echo(f"{quoted(key)} is deleted.")
    raise typer.Exit(Exit.ATTENTION if others or (kept and not backups) else Exit.FINE)


def _change(
    root: Path, planned: Callable[[Holdings], Plan], dry_run: bool, yes: bool, no_backup: bool
) -> None:
    """Plan a merge or split, show it, ask, and do it."""
    from sqlalchemy.exc import SQLAlchemyError

    from autograder.roster.journal import recover
    from autograder.roster.moving import Holdings
    from autograder.roster.tables import RosterError

    for backup in [] if dry_run else recover(root):
        typer.echo(f"An interrupted command was put right; its backup: {backup.relative_to(root)}")
    try:
        holdings = Holdings(root)
        plan = planned(holdings)
        typer.echo(
            f"{plan.key} ({_names(holdings, plan.key)}) -> {plan.into} "
            f"({_names(holdings, plan.into)}):"
        )
        for line in plan.words or ["nothing was handed in"]:
            typer.echo(f"  {quoted(line, 300)}")
        if dry_run:
            typer.echo("Nothing is changed.")
            return
        if not yes:
            typer.confirm("Do it?", abort=True)
        backup = holdings.carry_out(plan, no_backup=no_backup)
    except RosterError as error:
        refuse(f"Nothing changed: {error}")
    except (OSError, SQLAlchemyError) as error:
        refuse(
            f"Stopped, and what was done is undone: {quoted(str(error), 300)}\n"
            "What was before lies in .vitcourse/backups/, too."
        )
    typer.echo(f"Done. What was before is in {backup.relative_to(root)}.")


def _names(holdings: Holdings, key: str) -> str:
    """How the roster, downloads and the gradebook name somebody."""
    person = holdings.roster.find(key) if holdings.roster else None
    names = holdings.known[key].names if key in holdings.known else set()
    return quoted(", ".join(sorted(names | ({person.name} if person else set()))) or "no name")
