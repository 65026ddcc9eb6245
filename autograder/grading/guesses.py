"""What the staff's recipes make of the public checks' inputs, for the student's package."""

from __future__ import annotations

from torch import Tensor

from autograder.checking.api.answers import read
from autograder.checking.api.program import Program, Reply, Runner
from autograder.checking.assignments import FUNCTIONS
from autograder.checking.feedback.describe import scene_for
from autograder.checking.feedback.describe.case import TOLERANCE, Case
from autograder.checking.feedback.describe.precomputed import Guess, key_of
from autograder.hidden import recipes


class Guesser:
    """A reference that asks another one, and keeps what would have come with one thing wrong.

    Args:
        reference: the one that is asked.

    Attributes:
        kept: guesses by the key of what is expected.
    """

    def __init__(self, reference: Runner) -> None:
        self.reference = reference
        self.kept: dict[str, list[Guess]] = {}

    def run(self, program: Program) -> Reply:
        """The other reference's reply."""
        reply = self.reference.run(program)
        for call, answer in zip(program.calls, reply.header.get("calls", ()), strict=False):
            value = read(answer.get("value"), reply)
            parts = value if isinstance(value, tuple) else (value,)
            for part, expected in zip(FUNCTIONS[program.target].answers, parts, strict=False):
                if isinstance(expected, Tensor) and expected.is_floating_point():
                    scene = scene_for(program, call, part, expected)
                    tolerance = TOLERANCE.get(expected.dtype, 1.0)
                    case = Case(expected.double(), expected.double(), tolerance, scene)
                    if guesses := recipes.guesses(case):
                        self.kept[key_of(expected)] = guesses
        return reply
