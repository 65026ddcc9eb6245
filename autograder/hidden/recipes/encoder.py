"""The stack of blocks with something done otherwise: their order, their number, the last norm."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from torch import Tensor

from autograder.checking.feedback.describe.case import Case

from .block import Block, block_changes, one_block
from .layers import NORMS, Norm, Weights, below, tokens_and_weights
from .search import Change, Variations, within


@dataclass(frozen=True)
class Stack:
    """How an encoder works.

    Attributes:
        final: where its LayerNorm stands: at the end, nowhere, before the blocks, after every one.
        norm: how it works.
        order: numbers of the blocks that run; None for each once.
        added: what is added once more: the encoder's input at the end, each block's, nothing.
        block: how each block works.
    """

    final: Literal["end", "none", "first", "every"] = "end"
    norm: Norm = Norm()
    order: tuple[int, ...] | None = None
    added: Literal["nothing", "input", "each"] = "nothing"
    block: Block = field(default_factory=Block)


def stack_changes(layers: int) -> list[Change[Stack]]:
    """What can be otherwise in a stack of this many blocks."""
    last = layers - 1
    orders = {  # of several sentences on one order, the last stays
        tuple(reversed(range(layers))): "The blocks run from the last to the first.",
        (0,) * layers: "Block 0 is used in every layer; each layer has its own.",
        (last,) * layers: "The last block is used in every layer.",
        tuple(range(last)): "The last block is left out.",
        tuple(range(1, layers)): "Block 0 is left out.",
        (0,): "Only block 0 runs.",
        (last,): "Only the last block runs, on the encoder's input: it should read what the block "
        "before it gave.",
        tuple(range(0, layers, 2)): "Only every second block runs.",
    }
    return [
        Change("The last LayerNorm, `norm`, is missing.", Stack(final="none")),
        Change(
            "The encoder's `norm` comes before the blocks; it belongs after the last one.",
            Stack(final="first"),
        ),
        Change(
            "The encoder's `norm` is applied after every block, not after the last one only.",
            Stack(final="every"),
        ),
        *(
            Change(f"The encoder's `norm` {kind}.", Stack(norm=norm))
            for kind, norm in NORMS.items()
        ),
        *(Change(words, Stack(order=order)) for order, words in orders.items() if layers > 1),
        Change("No block runs at all.", Stack(order=())),
        Change(
            "The encoder adds its input to its output; residual connections belong to the blocks.",
            Stack(added="input"),
        ),
        Change(
            "The tokens are added to every block's result once more; the blocks do it themselves.",
            Stack(added="each"),
        ),
    ]


def encoder(case: Case) -> Variations[Stack]:
    """What the encoder did otherwise."""
    tokens, weights = tokens_and_weights(case)
    heads = int(case.scene.sizes.get("num_heads", 1))
    return Variations(
        lambda how: stack(tokens, weights, heads, how),
        Stack(),
        stack_changes(number_of_blocks(weights)),
        [
            Change(within("the blocks", each.words), Stack(block=each.options))
            for each in block_changes()
        ],
    )


def number_of_blocks(weights: Weights) -> int:
    """How many blocks the weights are for."""
    return len({key.split(".")[1] for key in weights if key.startswith("blocks.")})


def stack(tokens: Tensor, weights: Weights, heads: int, how: Stack) -> Tensor:
    """The blocks and the last norm."""
    order = range(number_of_blocks(weights)) if how.order is None else how.order
    x = how.norm.of(tokens, weights, "norm") if how.final == "first" else tokens
    for number in order:
        made = one_block(x, below(weights, f"blocks.{number}."), heads, how.block)
        x = made + x if how.added == "each" else made
        x = how.norm.of(x, weights, "norm") if how.final == "every" else x
    x = how.norm.of(x, weights, "norm") if how.final == "end" else x
    return x + tokens if how.added == "input" else x
