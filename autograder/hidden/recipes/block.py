"""One encoder block with something done otherwise: norms, residual connections, order."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import Literal

from torch import Tensor

from autograder.checking.feedback.describe.case import Case

from .attention import Heads, attention
from .layers import NORMS, Norm, Weights, below, tokens_and_weights
from .mlp import CHANGES, Mlp, two_layers
from .search import Change, Variations, within


@dataclass(frozen=True)
class Part:
    """How attention or MLP stand in a block.

    Attributes:
        norm: which LayerNorm: its own, the other part's, none.
        kind: how it works.
        place: where it stands: before the part, on what it gives, on the sum.
        onto: what the part's result is added to.
        sign: of the part's result.
    """

    norm: Literal["own", "other", "none"] = "own"
    kind: Norm = Norm()
    place: Literal["before", "result", "sum"] = "before"
    onto: Literal["tokens", "normalised", "input", "nothing"] = "tokens"
    sign: int = 1

    def normalised(self, y: Tensor, weights: Weights, own: str, other: str) -> Tensor:
        """Tokens after this part's LayerNorm."""
        if self.norm == "none":
            return y
        return self.kind.of(y, weights, own if self.norm == "own" else other)


@dataclass(frozen=True)
class Block:
    """How a block works.

    Attributes:
        attention, mlp: how each stands in it.
        mlp_first: whether the MLP comes before the attention.
        parallel: whether both read the block's input.
        between_images: whether the attention takes the batch for the tokens.
        one_head: whether one head does all of it.
        layers: how the MLP works.
    """

    attention: Part = Part()
    mlp: Part = Part()
    mlp_first: bool = False
    parallel: bool = False
    between_images: bool = False
    one_head: bool = False
    layers: Mlp = field(default_factory=Mlp)


def block_changes() -> list[Change[Block]]:
    """What can be otherwise in a block."""
    changes = []
    for name, own, other in (("attention", "norm1", "norm2"), ("MLP", "norm2", "norm1")):
        for words, part in (
            (f"`{other}` is used where `{own}` belongs.", Part(norm="other")),
            (f"`{own}` is left out before the {name}.", Part(norm="none")),
            *((f"`{own}` {kind}.", Part(kind=norm)) for kind, norm in NORMS.items()),
            (f"The residual connection around the {name} is missing.", Part(onto="nothing")),
            (f"What the {name} gives is subtracted, not added.", Part(sign=-1)),
        ):
            changes.append(Change(words, Block(mlp=part) if name == "MLP" else Block(part)))
    changes += [
        Change(
            "Around the MLP, the block's input is added, not what the first residual connection "
            "gave.",
            Block(mlp=Part(onto="input")),
        ),
        *(Change(words, Block(part, part)) for words, part in BOTH),
        Change("The MLP comes before the attention.", Block(mlp_first=True)),
        Change(
            "The MLP reads the block's input; it should read what the attention has made.",
            Block(parallel=True),
        ),
        Change(
            "Images attend to each other (batch and tokens have changed places before the "
            "attention); batch comes first here.",
            Block(between_images=True),
        ),
        Change("The attention works with one head.", Block(one_head=True)),
        *(Change(within("the MLP", each.words), Block(layers=each.options)) for each in CHANGES),
    ]
    return changes


BOTH = (
    ("Nothing is normalised: neither `norm1` nor `norm2` is used.", Part(norm="none")),
    ("`norm1` and `norm2` have changed places.", Part(norm="other")),
    (
        "Both norms come after the additions (post-norm), not before the two parts.",
        Part(place="sum"),
    ),
    ("Both norms normalise what the parts give, not what goes in.", Part(place="result")),
    *((f"LayerNorm {kind}, in both places.", Part(kind=norm)) for kind, norm in NORMS.items()),
    ("Both residual connections are missing.", Part(onto="nothing")),
    (
        "Both residual connections add the normalised tokens, not the tokens as they came.",
        Part(onto="normalised"),
    ),
)


def block(case: Case) -> Variations[Block]:
    """What a block did otherwise."""
    tokens, weights = tokens_and_weights(case)
    heads = int(case.scene.sizes.get("num_heads", 1))
    return Variations(lambda how: one_block(tokens, weights, heads, how), Block(), block_changes())


def one_block(tokens: Tensor, weights: Weights, heads: int, how: Block) -> Tensor:
    """A block."""

    def attended(y: Tensor) -> Tensor:
        y = y.transpose(0, 1) if how.between_images else y
        made = attention(y, below(weights, "attention."), 1 if how.one_head else heads, Heads())[0]
        return made.transpose(0, 1) if how.between_images else made

    def through_mlp(y: Tensor) -> Tensor:
        return two_layers(y, below(weights, "mlp."), how.layers)

    x = tokens
    steps = [(attended, how.attention, "norm1", "norm2"), (through_mlp, how.mlp, "norm2", "norm1")]
    for gives, part, own, other in reversed(steps) if how.mlp_first else steps:
        norm = functools.partial(part.normalised, weights=weights, own=own, other=other)
        source = tokens if how.parallel else x
        made = gives(norm(source) if part.place == "before" else source)
        made = norm(made) if part.place == "result" else made
        onto = {"tokens": x, "normalised": norm(x), "input": tokens, "nothing": 0 * x}
        x = onto[part.onto] + part.sign * made
        x = norm(x) if part.place == "sum" else x
    return x
