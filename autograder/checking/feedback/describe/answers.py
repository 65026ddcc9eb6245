"""Describing whole answers, where a check compared none of their tensors itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from ...api.program import Call, Program
from ...assignments import FUNCTIONS
from .call_context import scene_for
from .case import Rule
from .describing import describe


def describe_answers(
    program: Program,
    got: Sequence[Any],
    expected: Sequence[Any],
    rules: Sequence[Rule] = (),
) -> list[str]:
    """What can be seen of the first answer that differs from the reference's.

    Calls that draw at random are passed over: their answers differ although both are right.

    Args:
        program: what both were asked.
        got: the submission's value of each call: a tensor, a tuple of such, or anything.
        expected: the reference's.
        rules: from outside, that know how a module is computed.
    """
    for call, one, other in zip(program.calls, got, expected, strict=False):
        if draws(program, call):
            continue
        pairs = zip(parts(one), parts(other), FUNCTIONS[program.target].answers, strict=False)
        for mine, right, part in pairs:
            if isinstance(mine, Tensor) and isinstance(right, Tensor):
                scene = scene_for(program, call, part, right)
                if sentences := describe(mine, right, scene, rules):
                    return sentences
    return []


def draws(program: Program, call: Call) -> bool:
    """Whether what a call gives is left to chance."""
    dropout = (program.init or {}).get("dropout", 0)
    return FUNCTIONS[program.target].by_chance or (call.train and 0 < dropout < 1)


def parts(value: object) -> tuple[object, ...]:
    """The tensors of a value."""
    return value if isinstance(value, tuple) else (value,)
