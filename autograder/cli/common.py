"""What the commands share: exit statuses, the course's folder, and how a command refuses."""

from __future__ import annotations

import glob
import os
from enum import IntEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from autograder.checking.assignments import ASSIGNMENTS

NAMES = ", ".join(ASSIGNMENTS)


def known_assignment(name: str) -> str:
    """The name of an assignment, as given.

    Raises:
        typer.BadParameter: where there is none of this name; the message lists them.
    """
    if name not in ASSIGNMENTS:
        raise typer.BadParameter(f'there is no "{name}"; there are {NAMES}')
    return name


Named = Annotated[
    str,
    typer.Option(
        "--assignment",
        metavar="NAME",
        callback=known_assignment,
        help=f"One of {NAMES}.",
    ),
]
Course = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        help="The course's folder, where nbgrader_config.py lies. "
        "Without it: this folder or the nearest one above.",
    ),
]
CONFIG = "nbgrader_config.py"


class Exit(IntEnum):
    """What the exit status says; 2 is typer's own, for a command line it does not understand."""

    FINE = 0
    ATTENTION = 1
    USAGE = 2
    REFUSED = 3


def find_root(course: Path | None) -> Path | None:
    """The course's root: the given folder, or the nearest one above that holds the settings."""
    here = (course or Path.cwd()).resolve()
    candidates = [here] if course else [here, *here.parents]
    return next((folder for folder in candidates if (folder / CONFIG).is_file()), None)


def root_of(course: Path | None) -> Path:
    """The course's root; where there is none, the command refuses."""
    root = find_root(course)
    if root is None:
        where = course or f"{Path.cwd()} and the folders above it"
        refuse(f"There is no {CONFIG} in {where}: go to the course's folder, or give --course.")
    if words := path_problem(root):
        refuse(words)
    return root


def path_problem(root: Path) -> str:
    """Why nbgrader cannot work in a folder, and what to do; "" where it can."""
    path = str(root)
    why = ""
    if glob.escape(path) != path:
        why = "nbgrader takes *, ? and [ in a path for a search pattern and finds no assignment"
    elif os.path.expandvars(path) != path:
        why = "nbgrader puts the value of a variable in the place of a name after $"
    elif not path.isprintable():
        why = "its path holds a line break or another character that cannot be shown"
    return (
        why and f"The course cannot lie in {path!r}: {why}. Rename the folder, or move the course."
    )


def refuse(words: str) -> NoReturn:
    """Say why nothing was done, and end."""
    typer.echo(words, err=True)
    raise typer.Exit(Exit.REFUSED)
