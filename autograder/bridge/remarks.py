"""What is to be said of a class after grading: open marks, moved due dates, older checks."""

from dataclasses import replace

from nbgrader.api import SubmittedNotebook

from autograder.bridge.graded import due_dates
from autograder.bridge.marks import unmarked
from autograder.bridge.penalties import PenaltyError, penalties
from autograder.bridge.result import Remark
from autograder.bridge.scores import forget
from autograder.bridge.survey import Survey
from autograder.checking.assignments import HOMEWORK
from autograder.grading.newer import too_new
from autograder.grading.versions import Versions
from autograder.records.records import Records


def renew_penalties(found: Survey) -> list[Remark]:
    """Compute the late penalties of unchanged submissions again where the due date has moved."""
    settings, assignment = found.settings, found.assignment
    due = due_dates(settings, assignment)
    records = Records(settings.root)
    moved = [
        name
        for name, graded in found.graded.items()
        if graded.due is not None and graded.due != due.get(name, graded.due)
    ]
    remarks = []
    try:
        renewed = penalties(settings, assignment, moved)
    except PenaltyError as error:
        return [Remark(name, f"the due date has moved, but {error}") for name in moved]
    for name, (before, after) in renewed.items():
        when = f"is now due {due[name]} UTC" if due[name] else "has no due date any more"
        words = f"{when}: late penalty {before:g} before, {after:g} now"
        remarks.append(Remark(name, words, needs_person=False))
    for name, graded in found.graded.items():
        if graded.due is None or name in moved:
            replace(graded, due=due.get(name, "")).keep(records, name, assignment.name)
    return remarks


def outdated(found: Survey, versions: Versions | None) -> list[str]:
    """One sentence where unchanged submissions were graded by other checks or another seed."""
    if versions is None:
        return []
    old = [g.versions for g in found.graded.values() if g.versions != versions]
    if not old:
        return []
    seed = any(each.seed not in ("", versions.seed) for each in old)
    checks = any(each.checks != versions.checks for each in old)
    what = " and ".join(["the checks"] * checks + ["the seed"] * seed)
    name = found.assignment.name
    of_it = "" if found.assignment is HOMEWORK else f" --assignment {name}"
    count = f"{len(old)} submission{'s' if len(old) > 1 else ''}"
    was = "were" if len(old) > 1 else "was"
    return [
        f"{what[0].upper()}{what[1:]} changed since {count} {was} graded; "
        f"`vitcourse grade --regrade{of_it}` shows what that changes."
    ]


def open_marks(found: Survey) -> tuple[list[Remark], dict[str, int]]:
    """What the gradebook still lacks, and how many answers wait; whoever is not in it is added."""
    remarks, waiting = [], {}
    assignment = found.assignment
    records = Records(found.settings.root)
    with found.settings.gradebook() as gradebook:
        for name, finding in found.findings.items():
            gradebook.update_or_create_student(name)
            gradebook.update_or_create_submission(assignment.name, name)
            notebook = gradebook.find_submission_notebook(assignment.name, assignment.name, name)
            forbidden = finding.problem is not None and finding.problem.forbids_grading
            if forbidden or not found.copy(name).exists():
                forget(notebook, records)
                gradebook.db.commit()
                if not forbidden:
                    remarks.append(Remark(name, "not graded: nbgrader failed, as its messages say"))
                continue
            remarks += _unjudged(found, name, notebook)
            stages = set(assignment.machine_stages)
            if answers := len(set(unmarked(notebook.grades)) - stages):
                waiting[name] = answers
    return remarks, waiting


def _unjudged(found: Survey, name: str, notebook: SubmittedNotebook) -> list[Remark]:
    """The stages of one submission that wait for a person, and why."""
    lacking = set(unmarked(notebook.grades))
    judged = {grade.name: grade.auto_score is not None for grade in notebook.grades}
    stages = [key for key in found.assignment.machine_stages if key in lacking]
    remarks = []
    if without := [key for key in stages if not judged[key]]:
        newer = too_new(found.files_of(name), found.assignment)
        words = f"the grader gave no verdict on {', '.join(without)}"
        remarks.append(Remark(name, "; ".join([words, *newer])))
    if overruled := [key for key in stages if judged[key]]:
        words = "a mark was given by hand, which waits to be looked at again, on"
        remarks.append(Remark(name, f"{words} {', '.join(overruled)}"))
    return remarks
