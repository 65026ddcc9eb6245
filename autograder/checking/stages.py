"""The assignments and their stages: one key for heading, stub mark, check, cell and bank."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """One stage of an assignment.

    Attributes:
        key: the name used everywhere.
        title: the notebook's heading for it.
        points: whole points, all checks of the stage together.
        files: the student's files in which the stage's code stands.
        needs: earlier stages that its code calls.
    """

    key: str
    title: str
    points: int
    files: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Assignment:
    """What is released, handed in and graded as one: a notebook and the files beside it.

    Attributes:
        name: of the notebook, of its folder, and of the archive for students.
        stages: in order.
        files: the student's files, all graded.
        weights: trained weights that are handed in.
        after: the earlier assignment whose files this one's code uses, where there is one.
    """

    name: str
    stages: tuple[Stage, ...]
    files: tuple[str, ...]
    weights: tuple[str, ...] = ()
    after: Assignment | None = None

    @property
    def notebook(self) -> str:
        """The notebook's file name."""
        return f"{self.name}.ipynb"

    @property
    def code_stages(self) -> tuple[str, ...]:
        """The keys of the stages with code."""
        return tuple(stage.key for stage in self.stages if stage.files)

    @property
    def machine_stages(self) -> tuple[str, ...]:
        """The keys of the stages that the grader gives points for."""
        return (*self.code_stages, *(("training",) if self.weights else ()))

    @property
    def checked_code(self) -> tuple[str, ...]:
        """The keys of the stages whose code lies beside the notebook, the earlier ones first."""
        return (*(self.after.checked_code if self.after else ()), *self.code_stages)

    @property
    def handed_in(self) -> tuple[str, ...]:
        """The files of a complete submission."""
        return (self.notebook, *self.files, *self.weights)

    @property
    def used_files(self) -> tuple[str, ...]:
        """The student's files that have to lie beside the notebook, the earlier ones first."""
        return (*(self.after.used_files if self.after else ()), *self.files)


HOMEWORK = Assignment(
    "vit-cifar10",
    (
        Stage("data", "Data", 10, ("utils.py",)),
        Stage("patching", "Patching", 10, ("ViT.py",)),
        Stage("attention", "Attention", 20, ("transformer-attention.py",)),
        Stage("encoder", "Encoder", 15, ("transformer-student.py",), ("attention",)),
        Stage(
            "vit",
            "The Vision Transformer",
            15,
            ("utils.py", "ViT.py"),
            ("patching", "attention", "encoder"),
        ),
        Stage("training", "Training", 10),
        Stage("questions", "Questions", 20),
    ),
    files=("utils.py", "ViT.py", "transformer-attention.py", "transformer-student.py"),
    weights=("vit.safetensors", "resnet.safetensors"),
)
LAB_ATTENTION = Assignment(
    "lab-attention",
    (
        Stage("tokenization", "Shifted patches", 15, ("small_data.py",), ("patching", "attention")),
        Stage("locality", "Locality self-attention", 15, ("small_data.py",), ("attention",)),
        Stage("questions", "Questions", 40),
    ),
    files=("small_data.py",),
    after=HOMEWORK,
)
LAB_TRANSFER = Assignment(
    "lab-transfer",
    (
        Stage("resizing", "Resizing the positions", 15, ("transfer.py",)),
        Stage("rollout", "Looking inside", 15, ("transfer.py",)),
        Stage("questions", "Questions", 30),
    ),
    files=("transfer.py",),
    after=HOMEWORK,
)
LAB_FINDINGS = Assignment(
    "lab-findings",
    (
        Stage("computation", "Computation", 15, ("findings.py",)),
        Stage("instruments", "Instruments", 15, ("findings.py",)),
        Stage("questions", "Questions", 40),
    ),
    files=("findings.py",),
    after=HOMEWORK,
)
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


def assignment_named(name: str) -> Assignment:
    """The assignment of this name.

    Raises:
        ValueError: where there is none; the message lists the right names.
    """
    if name not in ASSIGNMENTS:
        raise ValueError(f'there is no assignment "{name}"; there are {", ".join(ASSIGNMENTS)}')
    return ASSIGNMENTS[name]
