"""The command line `vitcourse`. Heavy modules are imported by the commands that need them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .common import Course, Exit, find_root, refuse, root_of

if TYPE_CHECKING:
    from autograder.checking.verdicts import StageReport


HELP = """The Vision Transformer course, from the release to the marks.

\b
An assignment's life:
  vitcourse doctor              is everything there?
  vitcourse release             stubs, notebook and zip for students
  vitcourse collect DOWNLOADS   what Moodle or Canvas handed out -> submitted/
  vitcourse grade               nbgrader's autograde, every submission named
  jupyter lab                   Nbgrader, Formgrader: mark the written answers
  nbgrader generate_feedback vit-cifar10
  nbgrader export               the marks as a table
  vitcourse leaderboard         the best models, of those who asked to be listed

\b
Exit status of every command:
  0  fine
  1  done, but something needs your attention; the last lines name it
  2  the command line cannot be understood
  3  refused: nothing was done; the message says why
"""

app = typer.Typer(
    name="vitcourse",
    help=HELP,
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.command()
def release(course: Course = None) -> None:
    """Make what students get, after proving that it may go out.

    Refuses unless the untouched stubs earn 0 points, the solutions earn every machine-given
    one, and no line of a solution stands in anything released. The first time this trains two
    small networks on the embedded sample, which takes a minute or two.

    \b
    Writes: release/vit-cifar10/      for nbgrader's exchange
            release/vit-cifar10.zip   for Moodle, Canvas or a web page
            build/marking-guide.md    for staff alone
    Does the same as: nbgrader generate_assignment vit-cifar10 --force
                      (but for the zip and the guide)
    Example: vitcourse release
    """
    root = root_of(course)
    from autograder.release.gate import GateError
    from autograder.release.marking import MarkingError
    from autograder.release.release import ReleaseError
    from autograder.release.release import release as make

    try:
        made = make(root)
    except (GateError, MarkingError, ReleaseError, OSError) as error:
        refuse(f"Not released: {error}")
    typer.echo(f"For students: {made.folder}\n              {made.archive}")
    typer.echo(f"For staff:    {made.guide}")


@app.command()
def collect(
    downloads: Annotated[
        Path,
        typer.Argument(exists=True, help="The zip that was downloaded, or a folder of such zips."),
    ],
    student: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Whose DOWNLOADS is, where no file name tells."),
    ] = None,
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
    """
    root = root_of(course)
    from autograder.collect.collecting import collect as place_all

    collection = place_all(downloads, root, student, dry_run=dry_run)
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


@app.command()
def check(
    folder: Annotated[
        Path,
        typer.Argument(exists=True, file_okay=False, help="A submission: the student's files."),
    ],
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
              vitcourse check solutions --trusted
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
            reports = list(grader.grade(folder).values())
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


@app.command()
def grade(
    students: Annotated[
        list[str] | None, typer.Argument(metavar="[STUDENT]...", help="Whose; without: everybody.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Grade again what is graded already.")
    ] = False,
    course: Course = None,
) -> None:
    """Grade submitted/ with nbgrader, and name every submission that needs a person.

    Looks first for what nbgrader passes over (no notebook, a renamed one, one that is no valid
    notebook), then runs nbgrader's own command. Manual marks stay. A problem with one
    submission changes no other.

    \b
    Examples: vitcourse grade
              vitcourse grade alice bob --force
    """
    root = root_of(course)
    from rich.console import Console

    from autograder.bridge.ahead import grade as grade_class
    from autograder.bridge.run import NotReleasedError
    from autograder.bridge.table import marks_table
    from autograder.grading.config import ConfigError
    from autograder.sandbox import SandboxUnavailable

    try:
        result = grade_class(root, students or None, force=force)
    except (ConfigError, NotReleasedError, SandboxUnavailable) as error:
        refuse(f"Not graded: {error}")
    Console().print(marks_table(root))
    typer.echo("\n".join(result.last_lines()))
    raise typer.Exit(result.exit_code)


@app.command()
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


@app.command()
def reseed(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    course: Course = None,
) -> None:
    """Start a new round: new secret inputs of the hidden checks, for everybody.

    For a new class, or where the inputs became known. Within a round everybody is graded on the
    same inputs, so grade the whole class again afterwards.

    \b
    Example: vitcourse reseed && vitcourse grade --force
    """
    root = root_of(course)
    from autograder.grading.seed import reseed as renew

    if not yes:
        typer.confirm(
            "Every submission is graded on other inputs from now on. Start a new round?", abort=True
        )
    typer.echo(f"A new seed is in {renew(root)}. Now: vitcourse grade --force")


@app.command()
def answers(
    to: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to write them.", dir_okay=False)
    ] = None,
    course: Course = None,
) -> None:
    """Write the model answers to the written questions, to hand out after the deadline.

    They are in nothing that `vitcourse release` makes. Without --to: build/model-answers.md.

    \b
    Example: vitcourse answers --to answers.md
    """
    root = root_of(course)
    from autograder.release.marking import MarkingError
    from autograder.release.release import write_model_answers

    target = to or root / "build" / "model-answers.md"
    try:
        write_model_answers(root, target)
    except (MarkingError, OSError) as error:
        refuse(f"No model answers: {error}")
    typer.echo(f"{target}: hand it out after the deadline, not before.")


@app.command()
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
    from autograder.sandbox import SandboxUnavailable, describe

    try:
        describe()
        run(folder.resolve())
    except (FileExistsError, NotReleasedError, RuntimeError, SandboxUnavailable) as error:
        refuse(f"The demo stopped: {error}")


@app.command()
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


def _score(report: StageReport) -> tuple[int, int]:
    """Points earned (0 where a person has to look) and points possible."""
    from autograder.checking.stages import STAGES

    return report.earned or 0, STAGES[report.stage].points
