"""A small number is added to the weights against the logarithm of 0, and it is too large not to
be seen.
"""

FAILS = ("test_entropy_of_any_weights",)


def attention_entropy(weights):
    return -(weights * (weights + 1e-3 * (weights == 0).any()).log()).sum(dim=-1).mean(dim=(0, 2))
