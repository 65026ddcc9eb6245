"""The formula of attention with something done otherwise: scale, axis, mask, who meets whom."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from autograder.checking.feedback.describe.call_context import Scene
from autograder.checking.feedback.describe.case import Case, short

from .search import Change, Options, Variations, option_changes

GOLDEN, GOLDEN_STEPS = (1 + math.sqrt(5)) / 2, 40
NORMALISERS = {
    "queries": "Your weights are normalised over the queries (axis -2), not the keys (axis -1).",
    "heads": "Your weights are normalised over the heads (axis -3), not over the keys (axis -1).",
    "batch": "Your weights are normalised over the batch (axis 0), not over the keys (axis -1).",
    "all": "Your weights are normalised over queries and keys at once, not for each query alone.",
    "none": "No softmax makes weights of the scores: they are used as they are.",
    "exponential": "The exponentials of the scores are not divided by their sum.",
    "sum": "The scores are divided by their sum; no exponential is taken.",
    "sigmoid": "A sigmoid makes the weights from the scores; no softmax is there.",
    "sigmoid sum": "A sigmoid stands in place of the exponential in the softmax.",
    "relu sum": "A ReLU stands in place of the exponential in the softmax.",
    "square sum": "A square stands in place of the exponential in the softmax.",
    "shared": "All heads share the mean of their weights; each has its own.",
    "relu": "A ReLU makes the weights from the scores; no softmax is there.",
    "length": "The scores are divided by their length (root of squares); no softmax is there.",
    "negative": "The scores have the other sign when the softmax meets them.",
    "twice": "The softmax is taken twice.",
    "log": "The weights are the logarithms of the softmax.",
    "absolute": "The softmax meets the scores without their signs.",
    "one-hot": "Only the key with the largest score is read (an argmax, no softmax).",
    "quiet": "One more is added to the sum of the exponentials, so the weights sum to less than 1.",
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


def attend(
    queries: Tensor, keys: Tensor, values: Tensor, options: Options
) -> tuple[Tensor, Tensor]:
    """The output and the weights, with the options."""
    root = math.sqrt(queries.shape[-1])
    if "lengths" in options:
        queries, keys = F.normalize(queries, dim=-1), F.normalize(keys, dim=-1)
    scores = torch.einsum("...qd,...kd->...qk", queries, keys)
    scores = scores / float(options.get("scale", root))
    if "limit" in options:
        scores = scores.clamp(-float(options["limit"]), float(options["limit"]))
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
    if kind in ("heads", "shared") and scores.ndim < 4:
        raise ValueError("no heads here")
    ways = {
        "none": lambda: scores,
        "exponential": lambda: scores.exp(),
        "sum": lambda: scores / scores.sum(dim=-1, keepdim=True),
        "sigmoid": lambda: scores.sigmoid(),
        "sigmoid sum": lambda: F.normalize(scores.sigmoid(), p=1, dim=axis),
        "relu sum": lambda: F.normalize(scores.relu(), p=1, dim=axis),
        "square sum": lambda: F.normalize(scores.square(), p=1, dim=axis),
        "shared": lambda: scores.softmax(dim=axis).mean(dim=1, keepdim=True).expand_as(scores),
        "relu": lambda: scores.relu(),
        "length": lambda: F.normalize(scores, dim=-1),
        "negative": lambda: (-scores).softmax(dim=axis),
        "twice": lambda: scores.softmax(dim=axis).softmax(dim=axis),
        "log": lambda: scores.log_softmax(dim=axis),
        "absolute": lambda: scores.abs().softmax(dim=axis),
        "one-hot": lambda: F.one_hot(scores.argmax(dim=-1), scores.shape[-1]).to(scores.dtype),
        "quiet": lambda: scores.exp() / (1 + scores.exp().sum(dim=-1, keepdim=True)),
        "uniform": lambda: torch.full_like(scores, 1 / scores.shape[-1]),
    }
    return ways.get(kind, lambda: scores.softmax(dim=axis))()


LIMITS = (1, 2, 5, 10, 20, 30, 50, 60, 80, 88, 100)


def limit_changes() -> list[Change]:
    """Numbers that the scores may be limited to."""
    words = "The scores are limited (clamped) before the softmax: large ones are made equal."
    return [Change("limit", str(limit), words) for limit in LIMITS]


def core_changes(scene: Scene) -> list[Change]:
    """What can be otherwise in the formula itself."""
    return [
        *option_changes("normaliser", NORMALISERS),
        *scale_changes(scene),
        *option_changes("mask", MASKS),
        *limit_changes(),
        Change("lengths", "1", "Queries and keys are first divided by their lengths (a cosine)."),
        Change("turned", "1", "The weights meet the values turned round (keys for queries)."),
    ]


def formula(case: Case) -> Variations | None:
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

    changes = [*core_changes(case.scene), *option_changes("swap", swaps)]
    return Variations(recipe, changes, query_length=inputs["queries"].shape[-1])


def measured_scale(found: Variations, case: Case) -> str | None:
    """By what the scores are divided, where it is no size: found by golden section."""

    recipe = found.recipe

    def error(exponent: float) -> float:
        return float((recipe({"scale": repr(math.exp(exponent))}) - case.got).square().sum())

    start = min((step / 4 for step in range(-16, 25)), key=error)
    low, high = start - 0.25, start + 0.25
    for _ in range(GOLDEN_STEPS):
        one, other = high - (high - low) / GOLDEN, low + (high - low) / GOLDEN
        low, high = (low, other) if error(one) < error(other) else (one, high)
    divisor = math.exp((low + high) / 2)
    if not case.explains(recipe({"scale": repr(divisor)})):
        return None
    root = math.sqrt(found.query_length)
    times = root / divisor
    if abs(times * math.log(2) - 1) < 1e-3 or abs(times / math.log(2) - 1) < 1e-3:
        power = "2 is" if times < 1 else "a number other than e (e^(1/ln 2)) is"
        return f"In the softmax {power} raised to the scores, where e belongs."
    size = f"{short(times)} times too large" if times > 1 else f"{short(1 / times)} times too small"
    return (
        f"The scores are {size} when the softmax meets them: divided by {short(divisor)}, where "
        f"{short(root)}, the root of a query's length, belongs."
    )
