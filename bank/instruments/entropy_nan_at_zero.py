"""The logarithm of a weight of 0 is minus infinity, and 0 times that is no number."""

FAILS = ("test_entropy_of_any_weights",)


def attention_entropy(weights):
    return -(weights * weights.log()).sum(dim=-1).mean(dim=(0, 2))
