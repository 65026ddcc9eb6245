"""The weights are changed in place while the entropy is computed."""

FAILS = ("test_entropy_of_any_weights",)


def attention_entropy(weights):
    logarithms = weights.clamp_min(1e-30).log()
    return -weights.mul_(logarithms).sum(dim=-1).mean(dim=(0, 2))
