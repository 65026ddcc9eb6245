"""The stack of blocks with something done otherwise: their order, their number, the last norm."""

from __future__ import annotations

from torch import Tensor

from autograder.checking.feedback.describe.case import Case

from .block import block_changes, inside, one_block
from .heads import tensors
from .norms import NORM_KINDS, normed
from .search import Change, Options, Variations, option_changes, within

PAIRS = 40
FINAL = {
    "none": "The last LayerNorm, `norm`, is missing.",
    "first": "The encoder's `norm` comes before the blocks; it belongs after the last one.",
    "every": "The encoder's `norm` is applied after every block, not after the last one only.",
    "before every": "The encoder's `norm` is applied before every block, not after the last one.",
    "both": "The encoder's `norm` is applied before the blocks as well as after them.",
    "norm1": "`norm1` of the last block is used where the encoder's `norm` belongs.",
    "norm2": "`norm2` of the last block is used where the encoder's `norm` belongs.",
} | {kind: f"The encoder's `norm` {words}." for kind, words in NORM_KINDS.items()}
AROUND = {
    "input": "The encoder adds its input to its output; residual connections belong to the blocks.",
    "before norm": "The encoder adds its input before the last `norm`; residual connections belong "
    "to the blocks.",
    "each": "The tokens are added to every block's result once more; the blocks do it themselves.",
    "sum": "The outputs of all blocks are added up; each should only feed the next.",
    "mean": "The outputs of all blocks are averaged; each should only feed the next.",
}


def stack_changes(layers: int) -> list[Change]:
    """What can be otherwise in a stack of this many blocks."""
    changes = option_changes("final", FINAL)
    if layers > 1:
        orders = {
            ",".join(
                map(str, reversed(range(layers)))
            ): "The blocks run from the last to the first.",
            ",".join(["0"] * layers): "Block 0 is used in every layer; each layer has its own.",
            ",".join([str(layers - 1)] * layers): "The last block is used in every layer.",
            ",".join(map(str, range(layers - 1))): "The last block is left out.",
            ",".join(map(str, range(1, layers))): "Block 0 is left out.",
            "0": "Only block 0 runs.",
            str(
                layers - 1
            ): "Only the last block runs, on the encoder's input: it should read what "
            "the block before it gave.",
            ",".join([*map(str, range(layers)), str(layers - 1)]): "The last block runs twice.",
            ",".join(["0", *map(str, range(layers))]): "Block 0 runs twice.",
            ",".join(
                str(number) for number in range(layers) for _ in "ab"
            ): "Each block runs twice.",
            ",".join([*map(str, range(layers))] * 2): "The whole stack runs twice.",
            ",".join(map(str, range(0, layers, 2))): "Only every second block runs.",
        }
        changes += [Change("order", order, words) for order, words in orders.items()]
    else:
        changes.append(Change("order", "0,0", "The only block runs twice."))
    changes.append(Change("order", "", "No block runs at all."))
    changes += option_changes("around", AROUND)
    return changes


def inner_changes() -> list[Change]:
    """What can be otherwise in all blocks."""
    return [
        Change(f"block {change.slot}", change.value, within("the blocks", change.words))
        for change in block_changes()
    ]


def encoder(case: Case) -> Variations | None:
    """What the encoder did otherwise."""
    tokens, weights = tensors(case)
    heads = int(case.scene.sizes.get("num_heads", 1))
    changes = stack_changes(number_of_blocks(weights))

    def recipe(options: Options) -> Tensor:
        return stack(tokens, weights, heads, options)

    return Variations(recipe, changes, tuple(inner_changes()), PAIRS)


def number_of_blocks(weights: dict[str, Tensor]) -> int:
    """How many blocks the weights are for."""
    numbers = [key.partition("blocks.")[2].split(".")[0] for key in weights if "blocks." in key]
    return len(set(numbers))


def stack(tokens: Tensor, weights: dict[str, Tensor], heads: int, options: Options) -> Tensor:
    """The blocks and the last norm, with the options."""
    layers = number_of_blocks(weights)
    order = options.get("order", ",".join(map(str, range(layers))))
    within = {
        key.removeprefix("block "): value
        for key, value in options.items()
        if key.startswith("block ")
    }
    final, around = options.get("final", ""), options.get("around", "")
    x, collected = tokens, []
    x = normed(x, weights, "norm", "") if final in ("first", "both") else x
    for number in order.split(",") if order else []:
        x = normed(x, weights, "norm", "") if final == "before every" else x
        made = one_block(x, inside(weights, f"blocks.{number}."), heads, within)
        x = made + x if around == "each" else made
        x = normed(x, weights, "norm", "") if final == "every" else x
        collected.append(x)
    if collected and around in ("sum", "mean"):
        x = sum(collected[1:], collected[0]) / (len(collected) if around == "mean" else 1)
    x = x + tokens if around == "before norm" else x
    if final in ("norm1", "norm2"):
        x = normed(x, weights, f"blocks.{layers - 1}.{final}", "")
    elif final not in ("first", "every", "before every"):
        x = normed(x, weights, "norm", final)
    return x + tokens if around == "input" else x
