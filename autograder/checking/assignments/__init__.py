"""The assignments: one file each, with a record of every stage and every graded function.

One key a stage: heading, stub mark, check file, gradebook cell and bank folder have it.
"""

from __future__ import annotations

from .homework import HOMEWORK
from .lab_attention import LAB_ATTENTION
from .lab_findings import LAB_FINDINGS
from .lab_transfer import LAB_TRANSFER
from .record import Assignment, Function, Stage

__all__ = [
    "ASSIGNMENTS",
    "CODE_STAGES",
    "FUNCTIONS",
    "HOMEWORK",
    "LAB_ATTENTION",
    "LAB_FINDINGS",
    "LAB_TRANSFER",
    "NICKNAME_FILE",
    "STAGES",
    "STUDENT_FILES",
    "Assignment",
    "Function",
    "Stage",
    "assignment_named",
]

ASSIGNMENTS = {
    assignment.name: assignment
    for assignment in (HOMEWORK, LAB_ATTENTION, LAB_TRANSFER, LAB_FINDINGS)
}
NICKNAME_FILE = "nickname.txt"

STAGES: dict[str, Stage] = {
    stage.key: stage
    for assignment in ASSIGNMENTS.values()
    for stage in assignment.stages
    if stage.key in assignment.machine_stages
}
CODE_STAGES = tuple(key for each in ASSIGNMENTS.values() for key in each.code_stages)
STUDENT_FILES = tuple(name for each in ASSIGNMENTS.values() for name in each.files)
FUNCTIONS: dict[str, Function] = {
    function.name: function for stage in STAGES.values() for function in stage.functions
}


def assignment_named(name: str) -> Assignment:
    """The assignment of this name.

    Raises:
        ValueError: where there is none; the message lists the right names.
    """
    if name not in ASSIGNMENTS:
        raise ValueError(f'there is no assignment "{name}"; there are {", ".join(ASSIGNMENTS)}')
    return ASSIGNMENTS[name]
