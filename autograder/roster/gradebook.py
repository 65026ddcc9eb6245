"""Names and e-mails in nbgrader's gradebook, for formgrader and the exported table."""

from __future__ import annotations

from pathlib import Path

from autograder.records.settings import course_settings
from autograder.roster.acquaintances import is_anonymous, origins
from autograder.roster.naming import first_and_last, is_blind, tidy
from autograder.roster.people import load_roster

# The width of nbgrader's columns.
_WIDTH = 128


def sync_names(root: Path) -> int:
    """Write the names and e-mails of the gradebook's students into it.

    What the roster says is written over what stands there. Where it says nothing, the names
    in downloads fill what is empty. Nobody is added.

    Args:
        root: the course's folder.

    Returns:
        How many students got other values.

    Raises:
        RosterError: the roster cannot be read; nothing was written.
    """
    settings = course_settings(root)
    file = settings.gradebook_file
    if file is not None and not file.exists():
        return 0
    roster = load_roster(root)
    listed = {person.key: person for person in roster.people} if roster else {}
    handed: dict[str, tuple[str, str, str]] = {}
    for key, _, origin in origins(root):
        hidden = is_blind(origin.name) or is_anonymous(origin)
        # Canvas squeezes a name into one word; a name of several words says more.
        if not hidden and (key not in handed or " " in origin.name):
            handed[key] = (*first_and_last(origin.name), tidy(origin.email))
    changed = 0
    with settings.gradebook() as gradebook:
        for student in gradebook.students:
            before = (student.first_name, student.last_name, student.email)
            first, last, email = handed.get(student.id, ("", "", ""))
            if not student.first_name and not student.last_name and last:
                student.first_name, student.last_name = first[:_WIDTH], last[:_WIDTH]
            if not student.email and email:
                student.email = email[:_WIDTH]
            if person := listed.get(student.id):
                first, last = first_and_last(person.name)
                if last:
                    student.first_name, student.last_name = first[:_WIDTH], last[:_WIDTH]
                if person.email:
                    student.email = person.email[:_WIDTH]
            changed += before != (student.first_name, student.last_name, student.email)
        gradebook.db.commit()
    return changed
