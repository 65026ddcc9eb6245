"""What the course knows of an assignment, of its stages, and of each graded function.

Every fact about a graded function stands in its `Function` and nowhere else: what checks, workers,
descriptions and reports need of it, they read there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

Axes = tuple[str, ...]

IMAGES: Axes = ("batch", "channels", "rows", "columns")
PATCHES: Axes = ("batch", "patches", "numbers")
TOKENS: Axes = ("batch", "tokens", "embed_dim")
ATTENTION_MAP: Axes = ("queries", "keys")
NO_TENSOR: Axes = ()
OUTPUT = "the output"
WEIGHTS = "the weights"


def numbers(*names: str) -> dict[str, Axes]:
    """Arguments that are no tensors."""
    return dict.fromkeys(names, NO_TENSOR)


@dataclass(frozen=True, kw_only=True)
class Function:
    """One graded function or class.

    Attributes:
        name: as it is called in the student's file.
        module: the student's file, without `.py`.
        arguments: those of a call, in order, each with its last axes; `NO_TENSOR` for a number, a
            string, a list.
        answers: what a call gives, each part by its name in messages, with its last axes.
        reading: where a paper says it; where none does, the docstring.
        by_chance: whether an answer is drawn at random also outside training.
        stand_in: whether later stages call a stand-in in its place.
        methods: what the methods that are called by name give.
        elementwise: whether each number is worked out by itself, so that no size explains a factor.
    """

    name: str
    module: str
    arguments: dict[str, Axes]
    answers: dict[str, Axes]
    reading: str
    by_chance: bool
    stand_in: bool
    methods: dict[str, Axes]
    elementwise: bool = False

    @property
    def file(self) -> str:
        """The student's file."""
        return f"{self.module}.py"


@dataclass(frozen=True)
class Stage:
    """One stage of an assignment.

    Attributes:
        key: the name used everywhere.
        title: the notebook's heading for it.
        points: whole points, all checks of the stage together.
        functions: what the student writes, in the order of the notebook.
        needs: earlier stages that its code calls.
    """

    key: str
    title: str
    points: int
    functions: tuple[Function, ...] = ()
    needs: tuple[str, ...] = ()

    @cached_property
    def files(self) -> tuple[str, ...]:
        """The student's files in which the stage's code stands."""
        return tuple(dict.fromkeys(each.file for each in self.functions))


@dataclass(frozen=True)
class Assignment:
    """What is released, handed in and graded as one: a notebook and the files beside it.

    Attributes:
        name: of the notebook, of its folder, and of the archive for students.
        stages: in order.
        weights: trained weights that are handed in.
        after: the earlier assignment whose files this one's code uses, where there is one.
    """

    name: str
    stages: tuple[Stage, ...]
    weights: tuple[str, ...] = ()
    after: Assignment | None = None

    @property
    def notebook(self) -> str:
        """The notebook's file name."""
        return f"{self.name}.ipynb"

    @cached_property
    def files(self) -> tuple[str, ...]:
        """The student's files, all graded."""
        return tuple(dict.fromkeys(file for stage in self.stages for file in stage.files))

    @property
    def code_stages(self) -> tuple[str, ...]:
        """The keys of the stages with code."""
        return tuple(stage.key for stage in self.stages if stage.functions)

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
