"""The stages of the homework, in order: one key for heading, stub mark, check, cell and bank."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """One stage.

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


STUDENT_FILES = ("utils.py", "ViT.py", "transformer-attention.py", "transformer-student.py")
WEIGHT_FILES = ("vit.safetensors", "resnet.safetensors")
NICKNAME_FILE = "nickname.txt"
ASSIGNMENT = "vit-cifar10"

STAGES: dict[str, Stage] = {
    stage.key: stage
    for stage in (
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
    )
}

CODE_STAGES = ("data", "patching", "attention", "encoder", "vit")
MACHINE_STAGES = (*CODE_STAGES, "training")
