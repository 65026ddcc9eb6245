"""Stage `instruments`, public: the gradient's length, the attention's entropy, the answers."""

from __future__ import annotations

import torch

from ..api.check import check
from ..api.compare import require_same
from ..api.probe import Probe


@check(points=2)
def test_gradient_norm(probe: Probe) -> None:
    """The gradient norm is the length of all the gradient's numbers in one long vector."""
    norm = probe.function("gradient_norm")
    hint = "what would the length be if all numbers of all tensors stood in one vector?"
    gradients = tuple(probe.inputs.normal(*shape) for shape in ((4, 6), (6,), (1, 3, 5), (2, 2)))
    norm.require_reference(gradients, what="the norm", hint=hint)
    norm.require_reference(gradients[:1], what="the norm of a single tensor", hint=hint)
    zeros = tuple(torch.zeros_like(each) for each in gradients)
    norm.require_reference(zeros, what="the norm of a gradient that is 0 everywhere", hint=hint)


@check(points=3)
def test_attention_entropy(probe: Probe) -> None:
    """The entropy is that of each query's weights, in nats, a mean for each head."""
    entropy = probe.function("attention_entropy")
    same = torch.full((2, 3, 5, 5), 0.2)
    require_same(
        entropy(same),
        entropy.expected(same),
        "attention_entropy: the output for queries that look at all of 5 keys alike",
        "it should be ln 5 for every head.",
    )
    weights = (2 * probe.inputs.normal(3, 4, 5, 6)).softmax(dim=-1)
    entropy.require_reference(
        weights, hint="along which axis do the weights sum to 1, and which axes are averaged over?"
    )


@check(points=2)
def test_logit_spread(probe: Probe) -> None:
    """The spread says how far the answers to a batch's images differ from each other."""
    spread = probe.function("logit_spread")
    spread.require_reference(
        2 * probe.inputs.normal(6, 4),
        what="the spread",
        hint="first a number for each class, over the images; then the mean of these.",
    )
    answer = probe.inputs.normal(1, 5).expand(4, 5).contiguous()
    require_same(
        spread(answer),
        spread.expected(answer),
        "logit_spread: the spread of a batch where every image gets the same answer",
        "it should be 0: along which axis do the images lie?",
    )
