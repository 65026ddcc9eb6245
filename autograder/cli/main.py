"""The command line `vitcourse`: its page of help, and its commands in their order."""

import typer

from .assignments import answers, check, release
from .collect import collect
from .common import NAMES
from .course import demo, doctor, leaderboard, reseed
from .feedback import feedback
from .grade import grade
from .roster import app as roster
from .roster import forget
from .upgrade import upgrade

HELP = f"""The Vision Transformer course, from the release to the marks.

\b
An assignment's life:
  vitcourse doctor              is everything there?
  vitcourse release             stubs, notebook and zip for students
  vitcourse collect DOWNLOADS   what Moodle, Canvas, … handed out -> submitted/
  vitcourse grade               nbgrader's autograde, every submission named
  jupyter lab                   Nbgrader, Formgrader: mark the written answers
  vitcourse feedback            a page for each student -> feedback/
  nbgrader export               the marks as a table
  vitcourse leaderboard         the best models, of those who asked to be listed

\b
The people, one key each over all assignments, in roster.csv:
  vitcourse roster import FILE  Canvas's gradebook export, Moodle's lists, any CSV
  vitcourse roster show         everybody, and what they handed in
  vitcourse forget STUDENT      delete a person everywhere

\b
A course made by an earlier version:
  vitcourse upgrade             bring its nbgrader_config.py to this one

\b
The assignments are {NAMES}.
Without a name the first is meant; another one is released by its name and given to the
other commands with --assignment:
  vitcourse release NAME
  vitcourse grade --assignment NAME
  vitcourse feedback --assignment NAME

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

for command in (
    release,
    collect,
    check,
    grade,
    feedback,
    answers,
    leaderboard,
    reseed,
    forget,
    demo,
    doctor,
    upgrade,
):
    app.command()(command)
app.add_typer(roster, name="roster")
