"""What an attack is: a payload, what carries it, and what must come of it."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from enum import Enum
from typing import Any

from autograder.bank.overlay import overlay
from autograder.checking.assignments import STAGES
from autograder.checking.execution.session import read_sources
from autograder.places import ASSIGNMENT
from autograder.places import SOLUTIONS as SOLUTIONS_FOLDER

SOLUTIONS = read_sources(SOLUTIONS_FOLDER)
STUBS = read_sources(ASSIGNMENT)
FILES = {"attention": "transformer-attention", "encoder": "transformer-student"}


class Earns(Enum):
    """What the stage must earn with the payload in it."""

    NOTHING = "nothing"
    LESS = "less than everything"
    EVERYTHING = "everything"


@dataclass(frozen=True)
class Attack:
    """One attack on the grading of one stage.

    Attributes:
        name: for the test's name.
        tries: what it tries, one sentence.
        payload: Python source; where `instead`, its functions take the place of the carrier's,
            else it stands above the carrier's text.
        earns: what the stage earns with it.
        says: words that its report must contain.
        honest: whether the solutions carry it, or the stubs.
        instead: see `payload`.
        stage: which stage is graded.
        idles: whether it lets the grader wait without computing; then the wait is cut short.
    """

    name: str
    tries: str
    payload: str
    earns: Earns = Earns.NOTHING
    says: tuple[str, ...] = ()
    honest: bool = False
    instead: bool = False
    stage: str = "attention"
    idles: bool = False

    @property
    def sources(self) -> dict[str, str]:
        """The submission's files, by module name."""
        carrier = SOLUTIONS if self.honest else STUBS
        module = FILES.get(self.stage) or STAGES[self.stage].files[0].removesuffix(".py")
        payload = textwrap.dedent(self.payload).lstrip("\n")
        text = (
            overlay(carrier[module], payload)
            if self.instead
            else payload + "\n\n" + carrier[module]
        )
        return carrier | {module: text}


def carried(name: str, tries: str, payload: str, **more: Any) -> Attack:
    """Honest code with a payload above it that must cost it nothing, and gain nothing."""
    return Attack(name, tries, payload, Earns.EVERYTHING, honest=True, **more)


def attending(name: str, tries: str, body: str, **more: Any) -> Attack:
    """Stubs whose `scaled_dot_product_attention(queries, keys, values)` has this body."""
    lines = textwrap.indent(textwrap.dedent(body).strip("\n"), " " * 4)
    function = f"def scaled_dot_product_attention(queries, keys, values):\n{lines}\n"
    payload = "import gc, importlib, os, sys\nimport torch\n" + str(more.pop("above", ""))
    return Attack(name, tries, payload + function, instead=True, **more)


def returning(name: str, tries: str, body: str, **more: Any) -> Attack:
    """The solutions, whose `scaled_dot_product_attention` changes `output, weights` at its end."""
    lines = textwrap.indent(textwrap.dedent(body).strip("\n"), " " * 4)
    payload = (
        "import math\nimport os, sys\nimport torch\nfrom torch import Tensor, nn\n\n\n"
        + textwrap.dedent(str(more.pop("above", "")))
        + "\n\ndef scaled_dot_product_attention(queries, keys, values):\n"
        "    scores = queries @ keys.transpose(-2, -1) / math.sqrt(queries.shape[-1])\n"
        "    weights = scores.softmax(dim=-1)\n"
        "    output = weights @ values\n"
        f"{lines}\n    return output, weights\n"
    )
    return Attack(name, tries, payload, honest=True, instead=True, **more)
