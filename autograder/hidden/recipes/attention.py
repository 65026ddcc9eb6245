"""Attention with something done otherwise: formula, layers, how heads are cut and joined."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from autograder.checking.feedback.describe.call_context import Scene
from autograder.checking.feedback.describe.case import Case

from .layers import Weights, linear, tokens_and_weights
from .search import Change, Variations

HEADS_AXIS = -3
NO_LENGTHS = ("dropout", "num_layers", "num_classes")
LIMITS = (1, 2, 5, 10, 20, 30, 50, 60, 80, 88, 100)


@dataclass(frozen=True)
class Formula:
    """How queries meet keys and values.

    Attributes:
        divisor: of the scores; None is the root of a query's length.
        limit: no score is larger, and none smaller than its negative.
        causal: whether the keys after a query are hidden.
        axis: over which the softmax runs; None for no softmax.
        late: whether the weights are divided in place of the scores.
        even: whether every key has the same weight.
    """

    divisor: float | None = None
    limit: float = math.inf
    causal: bool = False
    axis: int | None = -1
    late: bool = False
    even: bool = False


def formula_changes(scene: Scene) -> list[Change[Formula]]:
    """What can be otherwise in the formula, by the sizes at hand."""
    over = "Your weights are normalised over the"
    changes = [
        Change(f"{over} queries (axis -2), not the keys (axis -1).", Formula(axis=-2)),
        Change(f"{over} heads (axis -3), not over the keys (axis -1).", Formula(axis=HEADS_AXIS)),
        Change(f"{over} batch (axis 0), not over the keys (axis -1).", Formula(axis=0)),
        Change(
            "No softmax makes weights of the scores: they are used as they are.", Formula(axis=None)
        ),
        Change("The scores are not divided by anything.", Formula(divisor=1.0)),
    ]
    for name, size in scene.sizes.items():
        if size <= 1 or name in NO_LENGTHS:
            continue
        root = math.sqrt(size)
        for form, number in ((name, size), (f"√{name}", root)):
            words = f"The scores are divided by {form} = {number:.4g}."
            changes.append(Change(words, Formula(divisor=number)))
        words = f"The scores are multiplied by √{name} = {root:.4g} instead of divided."
        changes.append(Change(words, Formula(divisor=1 / root)))
    late = "The weights are divided after the softmax, not the scores before it."
    causal = "A mask hides the keys that come after the query; every query should see all keys."
    limited = "The scores are limited (clamped) before the softmax: large ones are made equal."
    return [
        *changes,
        Change("The scores are divided by 2.", Formula(divisor=2.0)),
        Change(late, Formula(late=True)),
        Change("Every key has the same weight, whatever the scores are.", Formula(even=True)),
        Change(causal, Formula(causal=True)),
        *(Change(limited, Formula(limit=limit)) for limit in LIMITS),
    ]


def attend(queries: Tensor, keys: Tensor, values: Tensor, how: Formula) -> tuple[Tensor, Tensor]:
    """The output and the weights.

    Raises:
        ValueError: where the softmax should run over heads and there are none.
    """
    scores = torch.einsum("...qd,...kd->...qk", queries, keys)
    if how.axis == HEADS_AXIS and scores.ndim < 4:
        raise ValueError("no heads here")
    root = math.sqrt(queries.shape[-1])
    scores = scores / (1.0 if how.late else how.divisor or root)
    scores = 0 * scores if how.even else scores.clamp(-how.limit, how.limit)
    if how.causal:
        hidden = torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1)
        scores = scores.masked_fill(hidden, -math.inf)
    weights = scores if how.axis is None else scores.softmax(dim=how.axis)
    weights = weights / root if how.late else weights
    return weights @ values, weights


def formula(case: Case) -> Variations[Formula]:
    """What was done otherwise in the formula."""
    names = ("queries", "keys", "values")
    queries, keys, values = (case.scene.inputs[name].double() for name in names)
    which = int("weights" in case.scene.part)
    return Variations(
        lambda how: attend(queries, keys, values, how)[which],
        Formula(),
        formula_changes(case.scene),
    )


Way = Literal["side by side", "in turn", "reshape"]
CUTS: dict[Way, Callable[[Tensor, int], Tensor]] = {
    "side by side": lambda x, heads: x.unflatten(-1, (heads, -1)).movedim(-2, 1),
    "in turn": lambda x, heads: x.unflatten(-1, (-1, heads)).movedim(-1, 1),
    "reshape": lambda x, heads: x.reshape(len(x), heads, x.shape[1], -1),
}
JOINS: dict[Way, Callable[[Tensor], Tensor]] = {
    "side by side": lambda y: y.movedim(1, -2).flatten(-2),
    "in turn": lambda y: y.movedim(1, -1).flatten(-2),
    "reshape": lambda y: y.reshape(len(y), y.shape[2], -1),
}


@dataclass(frozen=True)
class Heads:
    """How a module of attention works.

    Attributes:
        formula: in each head.
        instead: names of the layers used in the place of others; "" for none.
        unbiased: name of a layer without its bias.
        transposed: name of a layer whose weight is transposed.
        cut, join: how (batch, tokens, columns) becomes (batch, heads, tokens, head_dim), and back.
        first_alone: whether the first head's output stands in every head's place.
        alone: whether one head does all the work.
        residual: whether the tokens are added to the output.
    """

    formula: Formula = Formula()
    instead: Mapping[str, str] = field(default_factory=dict)
    unbiased: str = ""
    transposed: str = ""
    cut: Way = "side by side"
    join: Way = "side by side"
    first_alone: bool = False
    alone: bool = False
    residual: bool = False


IN_TURN = "The columns are dealt to the heads in turn (column 0 to head 0, column 1 to head 1, ...)"
OWN = "each head owns columns that stand side by side"
CUT_CHANGES = [
    Change(f"{IN_TURN}; {OWN}.", Heads(cut="in turn")),
    Change(
        "The heads are cut off by a reshape alone, which mixes tokens and columns.",
        Heads(cut="reshape"),
    ),
]
JOIN_CHANGES = [
    Change(f"{IN_TURN}, on the way in and out; {OWN}.", Heads(cut="in turn", join="in turn")),
    Change(
        "The heads are cut off and joined by a reshape alone, which mixes tokens and columns; "
        "the axes of heads and tokens have to change places.",
        Heads(cut="reshape", join="reshape"),
    ),
    Change(
        "The heads' outputs are interleaved (one number of each head in turn); they belong one "
        "after the other.",
        Heads(join="in turn"),
    ),
    Change(
        "The heads' outputs are joined by a reshape alone, which mixes tokens and heads.",
        Heads(join="reshape"),
    ),
    Change(
        "Only head 0 is heard: its output stands in every head's place.", Heads(first_alone=True)
    ),
]


def layer_changes() -> list[Change[Heads]]:
    """What can be otherwise with the four projections and after them."""
    swapped = Heads(instead={"key": "value", "value": "key"})
    changes = [Change("Keys and values have changed places.", swapped)]
    for name in ("query", "key", "value", "out"):
        for other in ("query", "key", "value"):
            if other != name:
                words = f"The layer `{other}` is used where `{name}` belongs."
                changes.append(Change(words, Heads(instead={name: other})))
        changes.append(Change(f"The layer `{name}` is left out.", Heads(instead={name: ""})))
        changes.append(Change(f"The bias of `{name}` is left out.", Heads(unbiased=name)))
        words = f"The weight of `{name}` is turned round (transposed once too often)."
        changes.append(Change(words, Heads(transposed=name)))
    words = "The tokens are added to the output; no residual belongs here."
    return [*changes, Change(words, Heads(residual=True))]


def one_head(case: Case) -> Variations[Heads]:
    """What a single head did otherwise."""
    tokens, weights = tokens_and_weights(case)
    changes = [*inside_heads(case.scene), *layer_changes()]
    return Variations(lambda how: attention(tokens, weights, 0, how)[0], Heads(), changes)


def many_heads(case: Case) -> Variations[Heads]:
    """What several heads did otherwise."""
    tokens, weights = tokens_and_weights(case)
    heads = int(case.scene.sizes["num_heads"])
    which = int("the weights" in case.scene.part)
    changes = [
        *inside_heads(case.scene),
        *CUT_CHANGES,
        *([] if which else JOIN_CHANGES),
        *layer_changes(),
        Change("One head does all the work: the columns are not split.", Heads(alone=True)),
    ]
    return Variations(lambda how: attention(tokens, weights, heads, how)[which], Heads(), changes)


def inside_heads(scene: Scene) -> list[Change[Heads]]:
    """What can be otherwise in the formula of each head."""
    return [Change(each.words, Heads(formula=each.options)) for each in formula_changes(scene)]


def attention(tokens: Tensor, weights: Weights, heads: int, how: Heads) -> tuple[Tensor, Tensor]:
    """The output and the weights of several heads, or of a single one that is not cut off (0)."""

    def layer(name: str, x: Tensor) -> Tensor:
        used = how.instead.get(name, name)
        if name == how.transposed:
            return F.linear(x, weights[f"{name}.weight"].mT, weights.get(f"{name}.bias"))
        return linear(x, weights, used, bias=name != how.unbiased) if used else x

    queries, keys, values = (layer(name, tokens) for name in ("query", "key", "value"))
    if heads:
        count = 1 if how.alone else heads
        queries, keys, values = (CUTS[how.cut](each, count) for each in (queries, keys, values))
    output, met = attend(queries, keys, values, how.formula)
    output = output[:, :1].expand_as(output) if how.first_alone else output
    made = layer("out", JOINS[how.join](output) if heads else output)
    return made + tokens if how.residual else made, met
