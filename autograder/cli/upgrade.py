"""The command that brings a course's own files to this version."""

from __future__ import annotations

import typer

from .common import CONFIG, Course, refuse, root_of

OLD = "from autograder.bridge.config import configure"
NEW = "from vitcourse import configure"


def upgrade(course: Course = None) -> None:
    """Bring the course's nbgrader_config.py to this version.

    Marks, verdicts and hand-ins stay as they are. What is rewritten is named.

    \b
    Example: vitcourse upgrade
    """
    path = root_of(course) / CONFIG
    try:
        text = path.read_text(encoding="utf-8")
        if OLD in text:
            path.write_text(text.replace(OLD, NEW), encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        refuse(f"{path} cannot be rewritten: {error}")
    if OLD in text:
        typer.echo(f"{path}: `{OLD}` is now `{NEW}`.")
    elif NEW in text:
        typer.echo(f"{path}: nothing to do.")
    else:
        refuse(
            f"{path} calls the course's settings in a way that is not known here. "
            f"It has to hold `{NEW}` and `configure(get_config(), __file__)`."
        )
