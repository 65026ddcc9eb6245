"""Attention with something done otherwise: scale, axis, mask, projections, heads."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from ..case import Case
from ..scene import Scene
from .search import Change, Options, found

NORMALISERS = {
    "queries": "Your weights are normalised over the queries (axis -2), not the keys (axis -1).",
    "heads": "Your weights are normalised over the heads (axis -3), not over the keys (axis -1).",
    "batch": "Your weights are normalised over the batch (axis 0), not over the keys (axis -1).",
    "all": "Your weights are normalised over queries and keys at once, not for each query alone.",
    "none": "No softmax makes weights of the scores: they are used as they are.",
    "exponential": "The exponentials of the scores are not divided by their sum.",
    "sum": "The scores are divided by their sum; no exponential is taken.",
    "sigmoid": "A sigmoid makes the weights from the scores; no softmax is there.",
    "relu": "A ReLU makes the weights from the scores; no softmax is there.",
    "length": "The scores are divided by their length (root of squares); no softmax is there.",
    "negative": "The scores have the other sign when the softmax meets them.",
    "twice": "The softmax is taken twice.",
    "log": "The weights are the logarithms of the softmax.",
    "absolute": "The softmax meets the scores without their signs.",
    "one-hot": "Only the key with the largest score is read (an argmax, no softmax).",
    "uniform": "Every key has the same weight, whatever the scores are.",
}
MASKS = {
    "causal": "A mask hides the keys that come after the query; every query should see all keys.",
    "future": "A mask hides the keys that come before the query; every query should see all keys.",
    "diagonal": "No query sees its own key; every query should see all keys.",
    "last": "The last key is never seen.",
    "first": "The first key is never seen.",
}


def scale_changes(scene: Scene, slot: str = "scale") -> list[Change]:
    """What the scores may be divided by instead, by the sizes at hand."""
    sizes = {name: value for name, value in scene.sizes.items() if value > 1}
    changes = [Change(slot, "1", "The scores are not divided by anything.")]
    for name, value in sizes.items():
        if name in ("dropout", "num_layers", "num_classes"):
            continue
        for form, number in (
            (name, value),
            (f"√{name}", math.sqrt(value)),
            (f"{name}²", value**2),
            (f"√√{name}", value**0.25),
        ):
            changes.append(
                Change(slot, repr(number), f"The scores are divided by {form} = {number:.4g}.")
            )
            words = f"The scores are multiplied by {form} = {number:.4g} instead of divided."
            changes.append(Change(slot, repr(1 / number), words))
    words = "The weights are divided after the softmax, not the scores before it."
    return [
        *changes,
        Change(slot, "2.0", "The scores are divided by 2."),
        Change("after", "root", words),
    ]


def option_changes(slot: str, table: dict[str, str]) -> list[Change]:
    """A table of values and words as changes of one slot."""
    return [Change(slot, value, words) for value, words in table.items()]


def attend(
    queries: Tensor, keys: Tensor, values: Tensor, options: Options
) -> tuple[Tensor, Tensor]:
    """The output and the weights, with the options."""
    root = math.sqrt(queries.shape[-1])
    if "lengths" in options:
        queries, keys = F.normalize(queries, dim=-1), F.normalize(keys, dim=-1)
    scores = torch.einsum("...qd,...kd->...qk", queries, keys)
    scores = scores / float(options.get("scale", root))
    scores = masked(scores, options.get("mask", ""))
    weights = normalised(scores, options.get("normaliser", ""))
    if "after" in options:
        weights = normalised(scores * root, "") / root
    met = weights.mT if "turned" in options else weights
    return met @ values, weights


def masked(scores: Tensor, mask: str) -> Tensor:
    """Scores with some keys hidden."""
    if not mask:
        return scores
    hidden = torch.zeros(scores.shape[-2:], dtype=torch.bool)
    if mask in ("causal", "future"):
        hidden = ~hidden.logical_not().tril() if mask == "causal" else ~hidden.logical_not().triu()
    elif mask == "diagonal":
        hidden.fill_diagonal_(True)
    else:
        hidden[:, -1 if mask == "last" else 0] = True
    return scores.masked_fill(hidden, -math.inf)


def normalised(scores: Tensor, kind: str) -> Tensor:
    """Weights from scores."""
    axis = {"queries": -2, "heads": -3, "batch": 0}.get(kind, scores.ndim - 1)
    if kind == "all":
        return scores.flatten(-2).softmax(dim=-1).view_as(scores)
    if kind == "heads" and scores.ndim < 4:
        raise ValueError("no heads here")
    ways = {
        "none": lambda: scores,
        "exponential": lambda: scores.exp(),
        "sum": lambda: scores / scores.sum(dim=-1, keepdim=True),
        "sigmoid": lambda: scores.sigmoid(),
        "relu": lambda: scores.relu(),
        "length": lambda: F.normalize(scores, dim=-1),
        "negative": lambda: (-scores).softmax(dim=axis),
        "twice": lambda: scores.softmax(dim=axis).softmax(dim=axis),
        "log": lambda: scores.log_softmax(dim=axis),
        "absolute": lambda: scores.abs().softmax(dim=axis),
        "one-hot": lambda: F.one_hot(scores.argmax(dim=-1), scores.shape[-1]).to(scores.dtype),
        "uniform": lambda: torch.full_like(scores, 1 / scores.shape[-1]),
    }
    return ways.get(kind, lambda: scores.softmax(dim=axis))()


def core_changes(scene: Scene) -> list[Change]:
    """What can be otherwise in the formula itself."""
    return [
        *option_changes("normaliser", NORMALISERS),
        *scale_changes(scene),
        *option_changes("mask", MASKS),
        Change("lengths", "1", "Queries and keys are first divided by their lengths (a cosine)."),
        Change("turned", "1", "The weights meet the values turned round (keys for queries)."),
    ]


def formula(case: Case) -> str | None:
    """What was done otherwise in the formula."""
    inputs = {name: value.double() for name, value in case.scene.inputs.items()}
    if not {"queries", "keys", "values"} <= set(inputs):
        return None
    which = int("weights" in case.scene.part)
    swaps = {
        "qk": "Queries and keys have changed places.",
        "kv": "Keys and values have changed places.",
        "qv": "Queries and values have changed places.",
        "k for v": "The weights meet the keys, not the values.",
        "q for v": "The weights meet the queries, not the values.",
        "q for k": "The queries are compared with themselves, not with the keys.",
        "k for q": "The keys are compared with themselves, not with the queries.",
    }

    def recipe(options: Options) -> Tensor:
        q, k, v = inputs["queries"], inputs["keys"], inputs["values"]
        swap = options.get("swap", "")
        chosen = {
            "qk": (k, q, v),
            "kv": (q, v, k),
            "qv": (v, k, q),
            "k for v": (q, k, k),
            "q for v": (q, k, q),
            "q for k": (q, q, v),
            "k for q": (k, k, v),
        }.get(swap, (q, k, v))
        return attend(*chosen, options)[which]

    return found(recipe, [*core_changes(case.scene), *option_changes("swap", swaps)], case)


def linear(tokens: Tensor, weights: dict[str, Tensor], name: str, options: Options) -> Tensor:
    """A layer by name, maybe another one in its place, or without its bias."""
    name = options.get(f"layer {name}", name)
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
    changes = []
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


def one_head(case: Case) -> str | None:
    """What a single head did otherwise."""
    tokens, weights = tensors(case)

    def recipe(options: Options) -> Tensor:
        q, k, v = (linear(tokens, weights, name, options) for name in ("query", "key", "value"))
        output = linear(attend(q, k, v, options)[0], weights, "out", options)
        return output + float(options.get("residual", 0)) * tokens

    changes = [*core_changes(case.scene), *layer_changes(), *residual_changes()]
    return found(recipe, changes, case)


SPLITS = {
    "in turn": "The columns are dealt to the heads in turn (column 0 to head 0, column 1 to head "
    "1, ...); each head owns columns that stand side by side.",
    "view": "The heads are cut off by a reshape alone, which mixes tokens and columns.",
    "reversed": "The heads own the groups of columns in reverse order.",
}
JOINS = {
    "in turn": "The heads' outputs are interleaved (one number of each head in turn); they belong "
    "one after the other.",
    "view": "The heads' outputs are joined by a reshape alone, which mixes tokens and heads.",
    "reversed": "The heads' outputs are joined in reverse order.",
    "mean": "Each head's place gets the mean over the heads.",
    "first": "Only head 0 is heard: its output stands in every head's place.",
}


def many_heads(case: Case) -> str | None:
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
        *([] if which else option_changes("join", JOINS)),
        *layer_changes(),
        *residual_changes(),
        *option_changes("heads", {"1": "One head does all the work: the columns are not split."}),
    ]
    return found(recipe, changes, case)


def multi_head(
    tokens: Tensor, weights: dict[str, Tensor], heads: int, options: Options, prefix: str = ""
) -> tuple[Tensor, Tensor]:
    """Attention with several heads, with the options."""
    heads = int(options.get("heads", heads))
    named = (
        {key.removeprefix(prefix): value for key, value in weights.items()} if prefix else weights
    )
    q, k, v = (
        split(linear(tokens, named, name, options), heads, options.get("split", ""))
        for name in ("query", "key", "value")
    )
    output, attention = attend(q, k, v, options)
    made = linear(joined(output, options.get("join", "")), named, "out", options)
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
