"""One encoder block with something done otherwise: norms, residual connections, order."""

from __future__ import annotations

from torch import Tensor

from autograder.checking.feedback.describe.case import Case

from .heads import multi_head, tensors
from .mlp import mlp_changes, two_layers
from .norms import NORM_KINDS, normed
from .search import Change, Options, Variations, option_changes, within

PARTS = {"1": "the attention", "2": "the MLP"}
OTHER = {"1": "2", "2": "1"}
PAIRS = 100
ORDERS = {
    "mlp first": "The MLP comes before the attention.",
    "parallel": "The MLP reads the block's input; it should read what the attention has made.",
    "no attention": "The attention is left out.",
    "no mlp": "The MLP is left out.",
    "attention twice": "The attention is applied twice.",
    "mlp twice": "The MLP is applied twice.",
    "chain": "The MLP reads the attention's result alone, and only the MLP's result is added.",
    "two results": "The MLP reads the attention's result alone, without the tokens added to it.",
    "whole twice": "The whole block is applied twice.",
}
AXES = {
    "batch": "Images attend to each other (batch and tokens have changed places before the "
    "attention); batch comes first here.",
    "one head": "The attention works with one head.",
}


RESIDUAL = {
    "none": "The residual connection around {part} is missing.",
    "normed": "Around {part}, the normalised tokens are added, not the tokens as they came.",
    "twice": "Around {part}, the tokens are added twice.",
    "half": "Around {part}, the sum is halved.",
    "root": "Around {part}, the sum is divided by √2.",
    "minus": "What {part} gives is subtracted, not added.",
    "doubled": "What {part} gives is added twice.",
    "weighted 0.5": "What {part} gives is halved before it is added.",
    "weighted 0.1": "What {part} gives is divided by 10 before it is added.",
}
NORM = {
    "none": "{norm} is left out before {part}.",
    "other": "{other} is used where {norm} belongs.",
} | {kind: f"{{norm}} {words}." for kind, words in NORM_KINDS.items()}
PLACE = {
    "result": "{norm} normalises what {part} gives, not what goes in.",
    "sum": "{norm} comes after the addition (post-norm), not before {part}.",
    "both": "{norm} is applied once more after the addition.",
    "both result": "{norm} is applied once more to what {part} gives.",
}
NORMS = {
    "none": "Nothing is normalised: neither `norm1` nor `norm2` is used.",
    "swapped": "`norm1` and `norm2` have changed places.",
    "sum": "Both norms come after the additions (post-norm), not before the two parts.",
    "result": "Both norms normalise what the parts give, not what goes in.",
} | {kind: f"LayerNorm {words}, in both places." for kind, words in NORM_KINDS.items()}
RESIDUALS = {
    "none": "Both residual connections are missing.",
    "normed": "Both residual connections add the normalised tokens, not the tokens as they came.",
    "weighted 0.5": "What each part gives is halved before it is added.",
    "weighted 0.1": "What each part gives is divided by 10 before it is added.",
    "half": "Around each part, the sum is halved.",
    "root": "Around each part, the sum is divided by √2.",
    "twice": "Around each part, the tokens are added twice.",
}
INPUT = "Around the MLP, the block's input is added, not what the first residual connection gave."


def block_changes() -> list[Change]:
    """What can be otherwise in a block."""
    changes = []
    for number, part in PARTS.items():
        names = {"part": part, "norm": f"`norm{number}`", "other": f"`norm{OTHER[number]}`"}
        for slot, table in (("norm", NORM), ("residual", RESIDUAL), ("place", PLACE)):
            words = {value: text.format(**names) for value, text in table.items()}
            changes += option_changes(f"{slot} {number}", words)
    return [
        *changes,
        Change("residual 2", "input", INPUT),
        *option_changes("norms", NORMS),
        *option_changes("residuals", RESIDUALS),
        *option_changes("order", ORDERS),
        *option_changes("axes", AXES),
        *(
            Change(f"mlp {change.slot}", change.value, within("the MLP", change.words))
            for change in mlp_changes()
        ),
    ]


def block(case: Case) -> Variations | None:
    """What a block did otherwise."""
    tokens, weights = tensors(case)
    heads = int(case.scene.sizes.get("num_heads", 1))
    return Variations(
        lambda options: one_block(tokens, weights, heads, options),
        block_changes(),
        most_pairs=PAIRS,
    )


def inside(weights: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The weights below a prefix, without it."""
    return {
        key.removeprefix(prefix): value for key, value in weights.items() if key.startswith(prefix)
    }


def one_block(tokens: Tensor, weights: dict[str, Tensor], heads: int, options: Options) -> Tensor:
    """A block, with the options."""
    order = options.get("order", "")
    if order == "whole twice":
        once = {key: value for key, value in options.items() if key != "order"}
        return one_block(one_block(tokens, weights, heads, once), weights, heads, once)
    sequence = {
        "mlp first": "21",
        "no attention": "2",
        "no mlp": "1",
        "attention twice": "112",
        "mlp twice": "122",
    }.get(order, "12")
    x = tokens
    if order in ("chain", "two results"):
        attended = one_part("1", x, x, x, weights, heads, options | {"residual 1": "none"})
        made = one_part("2", attended, x, x, weights, heads, options | {"residual 2": "none"})
        return tokens + made + (attended if order == "two results" else 0)
    for step, number in enumerate(sequence):
        source = tokens if order == "parallel" and step else x
        x = one_part(number, source, x, tokens, weights, heads, options)
    return x


def one_part(
    number: str,
    source: Tensor,
    x: Tensor,
    start: Tensor,
    weights: dict[str, Tensor],
    heads: int,
    options: Options,
) -> Tensor:
    """Attention ("1") or MLP ("2") with its norm and its residual connection."""
    both = options.get("norms", "")
    kind = options.get(f"norm {number}", "none" if both == "none" else "")
    if both in NORM_KINDS:
        kind = both
    place = options.get(f"place {number}", both if both in ("sum", "result") else "before")
    name = f"norm{number}"
    if kind == "other" or both == "swapped":
        name, kind = f"norm{OTHER[number]}", ""

    def norm(y: Tensor) -> Tensor:
        return normed(y, weights, name, kind)

    y = norm(source) if place in ("before", "both", "both result") else source
    made = part(number, y, weights, heads, options)
    made = norm(made) if place in ("result", "both result") else made
    all_residuals = options.get("residuals", "")
    residual = options.get(f"residual {number}", all_residuals)
    added = {
        "none": made,
        "normed": norm(x) + made,
        "twice": 2 * x + made,
        "half": (x + made) / 2,
        "minus": x - made,
        "weighted 0.5": x + made / 2,
        "weighted 0.1": x + made / 10,
        "root": (x + made) * 0.5**0.5,
        "doubled": x + 2 * made,
        "input": start + made,
    }.get(residual, x + made)
    return norm(added) if place in ("sum", "both") else added


def part(
    number: str, y: Tensor, weights: dict[str, Tensor], heads: int, options: Options
) -> Tensor:
    """What attention or MLP gives."""
    if number == "2":
        return two_layers(y, inside(weights, "mlp."), inside_options(options, "mlp "))
    axes = options.get("axes", "")
    named, count = inside(weights, "attention."), 1 if axes == "one head" else heads
    if axes == "batch":
        return multi_head(y.transpose(0, 1), named, count, {})[0].transpose(0, 1)
    return multi_head(y, named, count, {})[0]


def inside_options(options: Options, prefix: str) -> Options:
    """The options below a prefix, without it."""
    return {
        key.removeprefix(prefix): value for key, value in options.items() if key.startswith(prefix)
    }
