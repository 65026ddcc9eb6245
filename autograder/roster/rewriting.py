"""The gradebook's submissions under other students, with every grade and comment as it is."""

from __future__ import annotations

from collections.abc import Sequence

from nbgrader.api import Comment, Grade, Gradebook, Student, SubmittedAssignment, SubmittedNotebook


def submissions_of(gradebook: Gradebook, key: str, assignments: Sequence[str]) -> list[str]:
    """The ids of a student's submissions for some assignments."""
    every = gradebook.db.query(SubmittedAssignment).filter(SubmittedAssignment.student_id == key)
    return [each.id for each in every if each.assignment.name in assignments]


def give_submissions(
    gradebook: Gradebook, key: str, into: str, assignments: Sequence[str], *, whole: bool
) -> None:
    """Give a student's submissions to another one, within the transaction.

    Args:
        gradebook: the gradebook; nothing is committed here.
        key: whose they are.
        into: whose they become; added where the gradebook has no such student.
        assignments: for which assignments.
        whole: whether the first student goes away.
    """
    db = gradebook.db
    given = submissions_of(gradebook, key, assignments)
    old, new = db.get(Student, key), db.get(Student, into)
    if new is None and (given or (whole and old is not None)):
        new = Student(id=into)
        db.add(new)
        db.flush()
    # Grades and comments belong to the submission, not to the student: they stay as they are.
    rows = db.query(SubmittedAssignment).filter(SubmittedAssignment.id.in_(given))
    rows.update({"student_id": into}, synchronize_session=False)
    if whole and old is not None:
        for name in ("first_name", "last_name", "email", "lms_user_id"):
            if getattr(new, name) is None:
                setattr(new, name, getattr(old, name))
        db.flush()
        db.query(Student).filter(Student.id == key).delete(synchronize_session=False)
    db.expire_all()


def drop_submissions(gradebook: Gradebook, ids: Sequence[str]) -> None:
    """Delete submissions with their grades and comments, within the transaction.

    Args:
        gradebook: the gradebook; nothing is committed here.
        ids: the submissions' ids.
    """
    db = gradebook.db
    chosen = db.query(SubmittedNotebook.id).filter(SubmittedNotebook.assignment_id.in_(ids))
    notebooks = [row.id for row in chosen]
    for kind, column, wanted in (
        (Grade, Grade.notebook_id, notebooks),
        (Comment, Comment.notebook_id, notebooks),
        (SubmittedNotebook, SubmittedNotebook.id, notebooks),
        (SubmittedAssignment, SubmittedAssignment.id, ids),
    ):
        db.query(kind).filter(column.in_(wanted)).delete(synchronize_session=False)
