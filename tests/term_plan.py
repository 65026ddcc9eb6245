"""What happens in the simulated term, and every mark that follows from it.

Everybody's machine-given points are `earned`, everybody's marks by hand `by_hand`; what is special
about whom stands in STORIES. `expected` is what the course has to say at the end.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from longform import size
from term_class import RENAMED, Person, class_of
from term_course import QUESTIONS, points_of_question

from autograder.checking.assignments import HOMEWORK, LAB_FINDINGS, LAB_TRANSFER, STAGES, Assignment

CLASS = class_of(size(16, 30))
ABSENT = CLASS[-1].number
STORIES = {
    1: "hands the homework in again, one answer changed: that one is marked again, 3 points",
    2: "hands the homework in again, better code, both answers as they were",
    3: "hands the homework in as two zips of one attempt, code and notebook",
    4: "hands a lab in as the homework, then the right one",
    RENAMED: "has another last name from the first lab on",
    6: "is late in Canvas, which says no time: no penalty, but it is said",
    7: "has the name of number 8",
    8: "has the name of number 7",
    9: "hands the homework in five hours late: five points less",
    10: "hands in files, no zip, in Moodle and in Canvas",
    11: "is three hours late with the homework, and gets an extension of a day afterwards",
    12: "is spelled in another order in Moodle, with another address",
    13: "has two zips of one attempt in Canvas",
    14: "hands the third assignment in again",
    ABSENT: "hands nothing in for the last assignment",
}
DUE = datetime(2026, 5, 10, 20)
IN_TIME = datetime(2026, 5, 8, 9)
AGAIN = datetime(2026, 5, 9, 9)
LATE = {9: timedelta(hours=5), 11: timedelta(hours=3)}
MARKED_AGAIN = 3


def earned(person: Person, assignment: Assignment, attempt: int = 1) -> dict[str, int]:
    """The machine-given points of a submission, by stage; a second attempt has all of them."""
    return {
        key: STAGES[key].points - (0 if attempt == 2 else (person.number + place) % 4)
        for place, key in enumerate(assignment.machine_stages)
    }


def by_hand(person: Person, assignment: Assignment) -> dict[str, int]:
    """The points that are given by hand the first time, by question."""
    most = points_of_question(assignment)
    return {key: (person.number + 3 * place) % (most + 1) for place, key in enumerate(QUESTIONS)}


def expected(person: Person, assignment: Assignment) -> tuple[int, int]:
    """Somebody's points at the end of the term, and the late penalty."""
    if person.number == ABSENT and assignment is LAB_FINDINGS:
        return 0, 0
    attempt, marks, penalty = 1, by_hand(person, assignment), 0
    if assignment is HOMEWORK:
        attempt = 2 if person.number == 2 else 1
        if person.number == 1:
            marks["questions-first"] = MARKED_AGAIN
        penalty = 5 if person.number == 9 else 0
    if assignment is LAB_TRANSFER and person.number == 14:
        attempt = 2
    return sum(earned(person, assignment, attempt).values()) + sum(marks.values()), penalty
