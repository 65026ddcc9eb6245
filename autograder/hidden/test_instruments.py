"""Hidden checks of the stage `instruments`."""

from __future__ import annotations

import torch

from autograder.checking.api.check import check
from autograder.checking.api.compare import require_same, require_unchanged
from autograder.checking.api.probe import Probe


@check(points=2, rests_on=("test_gradient_norm",))
def test_parameters_without_gradient(probe: Probe) -> None:
    """Parameters that no gradient reached count as 0, in any number, shape and dtype."""
    norm = probe.function("gradient_norm")
    some = (None, probe.inputs.normal(3, 4), None, probe.inputs.normal(5), None)
    norm.require_reference(some, what="the norm, some gradients being None,")
    for case, gradients in (("no gradients", ()), ("nothing but None", (None, None))):
        norm.require_reference(gradients, what=f"the norm of {case}")
    scalars = tuple(probe.inputs.normal(1)[0] for _ in range(3))
    norm.require_reference(scalars, what="the norm of tensors without axes")
    doubles = tuple(probe.inputs.normal(7, 2).double() for _ in range(2))
    norm.require_reference(doubles, what="the norm of torch.float64 gradients")
    small = tuple(1e-6 * probe.inputs.normal(3, 3).double() for _ in range(3))
    require_same(
        norm(small),
        norm.expected(small),
        "gradient_norm: the norm of very small gradients",
        "add nothing to the numbers.",
        (1e-12, 1e-6),
    )


@check(points=3, rests_on=("test_attention_entropy",))
def test_entropy_of_any_weights(probe: Probe) -> None:
    """Weights of 0 add nothing; queries and keys may differ in number; inputs stay as they were."""
    entropy = probe.function("attention_entropy")
    chosen = torch.nn.functional.one_hot(probe.inputs.integers(6, 2, 3, 4), 6).float()
    hint = "what is w ln w where w is 0?"
    entropy.require_reference(chosen, case="of weights that are 0 or 1", hint=hint)
    causal = probe.inputs.normal(2, 3, 5, 5)
    hidden = torch.ones(5, 5).triu(1).bool()
    causal = causal.masked_fill(hidden, -torch.inf).softmax(dim=-1)
    entropy.require_reference(causal, case="where queries may not look ahead", hint=hint)
    weights = probe.inputs.normal(1, 2, 7, 3).double().softmax(dim=-1)
    result = entropy.result(weights)
    require_same(result.value, entropy.expected(weights), "attention_entropy in torch.float64")
    require_unchanged(result.after, [weights], "attention_entropy")
    one_key = torch.ones(2, 4, 3, 1)
    entropy.require_reference(one_key, case="of a single key", hint="what is there to choose?")
    turned = probe.inputs.normal(2, 3, 4, 5).softmax(dim=-1)
    entropy.require_reference(turned, _layout="transposed", case="of weights laid out otherwise")


@check(points=3, rests_on=("test_logit_spread",))
def test_spread_of_any_batch(probe: Probe) -> None:
    """A single image has spread 0, what all answers share adds nothing; inputs stay."""
    spread = probe.function("logit_spread")
    single = probe.inputs.normal(1, 5)
    spread.require_reference(
        single, what="the spread of a single image", hint="the docstring says which variance."
    )
    logits = probe.inputs.normal(5, 7)
    shared = logits + 1000 * probe.inputs.normal(1, 7)
    spread.require_reference(shared, what="the spread of logits that share a large part")
    uneven = logits * torch.linspace(0, 3, 7)
    result = spread.result(uneven)
    require_same(
        result.value,
        spread.expected(uneven),
        "logit_spread: the spread where some classes vary more than others",
        "first a number for each class, then the mean of these.",
    )
    require_unchanged(result.after, [uneven], "logit_spread")
    spread.require_reference(logits.double(), what="the spread of torch.float64 logits")
    spread.require_reference(logits, _layout="transposed", what="the spread, laid out otherwise,")
