"""One head and several heads with something done otherwise: projections, splitting, joining."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from autograder.checking.feedback.describe.case import Case

from .formula import attend, core_changes
from .search import Change, Options, Variations, option_changes

SWAPPED = {"qk": "query key", "kv": "key value", "qv": "query value"}
SWAPS = {
    "qk": "Queries and keys have changed places.",
    "kv": "Keys and values have changed places.",
    "qv": "Queries and values have changed places.",
}


def linear(tokens: Tensor, weights: dict[str, Tensor], name: str, options: Options) -> Tensor:
    """A layer by name, maybe another one in its place, or without its bias."""
    swap = SWAPPED.get(options.get("swap", ""), "")
    name = options.get(f"layer {name}", name)
    if name in swap.split():
        name = swap.replace(name, "").strip()
    if name == "none":
        return tokens
    weight, bias = weights[f"{name}.weight"], weights.get(f"{name}.bias")
    if f"turned {name}" in options:
        weight = weight.T
    if f"bias {name}" in options:
        bias = None if bias is None or options[f"bias {name}"] == "0" else 2 * bias
    return F.linear(tokens, weight, bias)


def layer_changes() -> list[Change]:
    """What can be otherwise with the four projections."""
    names = ("query", "key", "value", "out")
    changes = option_changes("swap", SWAPS)
    for name in names:
        for other in names[:3]:
            if other != name:
                words = f"The layer `{other}` is used where `{name}` belongs."
                changes.append(Change(f"layer {name}", other, words))
        changes.append(Change(f"layer {name}", "none", f"The layer `{name}` is left out."))
        changes.append(Change(f"bias {name}", "0", f"The bias of `{name}` is left out."))
        changes.append(Change(f"bias {name}", "2", f"The bias of `{name}` is added twice."))
        words = f"The weight of `{name}` is turned round (transposed once too often)."
        changes.append(Change(f"turned {name}", "1", words))
    return changes


def residual_changes() -> list[Change]:
    """What can be added to the output."""
    return [
        Change("residual", "1", "The tokens are added to the output; no residual belongs here."),
        Change("residual", "-1", "The tokens are subtracted from the output."),
    ]


def one_head(case: Case) -> Variations | None:
    """What a single head did otherwise."""
    tokens, weights = tensors(case)

    def recipe(options: Options) -> Tensor:
        q, k, v = (linear(tokens, weights, name, options) for name in ("query", "key", "value"))
        output = linear(attend(q, k, v, options)[0], weights, "out", options)
        return output + float(options.get("residual", 0)) * tokens

    changes = [*core_changes(case.scene), *layer_changes(), *residual_changes()]
    return Variations(recipe, changes, query_length=len(weights["query.bias"]))


SPLITS = {
    "in turn": "The columns are dealt to the heads in turn (column 0 to head 0, column 1 to head "
    "1, ...); each head owns columns that stand side by side.",
    "view": "The heads are cut off by a reshape alone, which mixes tokens and columns.",
    "reversed": "The heads own the groups of columns in reverse order.",
    "apart": "The heads of one token attend to each other, where tokens should attend to tokens "
    "(the axes of heads and tokens were not exchanged).",
}
BOTH = {
    "in turn": "The columns are dealt to the heads in turn (column 0 to head 0, column 1 to head "
    "1, ...), on the way in and out; each head owns columns that stand side by side.",
    "view": "The heads are cut off and joined by a reshape alone, which mixes tokens and columns; "
    "the axes of heads and tokens have to change places.",
}
JOINS = {
    "in turn": "The heads' outputs are interleaved (one number of each head in turn); they belong "
    "one after the other.",
    "view": "The heads' outputs are joined by a reshape alone, which mixes tokens and heads.",
    "reversed": "The heads' outputs are joined in reverse order.",
    "mean": "Each head's place gets the mean over the heads.",
    "first": "Only head 0 is heard: its output stands in every head's place.",
}


def many_heads(case: Case) -> Variations | None:
    """What several heads did otherwise."""
    tokens, weights = tensors(case)
    heads = int(case.scene.sizes.get("num_heads", 0))
    if heads < 1 or tokens.ndim != 3:
        return None
    which = int("the weights" in case.scene.part)

    def recipe(options: Options) -> Tensor:
        return multi_head(tokens, weights, heads, options)[which]

    changes = [
        *core_changes(case.scene),
        *option_changes("split", SPLITS),
        *([] if which else option_changes("both", BOTH)),
        *([] if which else option_changes("join", JOINS)),
        *layer_changes(),
        *residual_changes(),
        *option_changes("heads", {"1": "One head does all the work: the columns are not split."}),
    ]
    return Variations(recipe, changes, query_length=tokens.shape[-1] // heads)


def multi_head(
    tokens: Tensor, weights: dict[str, Tensor], heads: int, options: Options, prefix: str = ""
) -> tuple[Tensor, Tensor]:
    """Attention with several heads, with the options."""
    heads, both = int(options.get("heads", heads)), options.get("both", "")
    named = (
        {key.removeprefix(prefix): value for key, value in weights.items()} if prefix else weights
    )
    q, k, v = (
        split(linear(tokens, named, name, options), heads, options.get("split", both))
        for name in ("query", "key", "value")
    )
    if options.get("split") == "apart":
        output, attention = attend(q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2), options)
        output = output.transpose(1, 2)
    else:
        output, attention = attend(q, k, v, options)
    made = linear(joined(output, options.get("join", both)), named, "out", options)
    return made + float(options.get("residual", 0)) * tokens, attention


def columns_of(length: int, heads: int, kind: str) -> Tensor:
    """Which columns each head owns: (heads, head_dim)."""
    columns = torch.arange(length)
    if kind == "in turn":
        return columns.view(-1, heads).T
    grouped = columns.view(heads, -1)
    return grouped.flip(0) if kind == "reversed" else grouped


def split(projected: Tensor, heads: int, kind: str) -> Tensor:
    """Columns dealt out to heads."""
    batch, count, length = projected.shape
    if kind == "view":
        return projected.reshape(batch, heads, count, length // heads)
    return projected[..., columns_of(length, heads, kind)].movedim(-2, 1)


def joined(output: Tensor, kind: str) -> Tensor:
    """The heads' outputs put together."""
    batch, heads, count, length = output.shape
    if kind == "view":
        return output.reshape(batch, count, heads * length)
    if kind in ("mean", "first"):
        one = output.mean(dim=1, keepdim=True) if kind == "mean" else output[:, :1]
        output = one.expand_as(output)
    together = torch.empty(batch, count, heads * length, dtype=output.dtype)
    together[..., columns_of(heads * length, heads, kind)] = output.movedim(1, -2)
    return together


def tensors(case: Case) -> tuple[Tensor, dict[str, Tensor]]:
    """The tokens and the weights, in float64."""
    weights = {name: value.double() for name, value in case.scene.weights.items()}
    return case.scene.inputs["tokens"].double(), weights
