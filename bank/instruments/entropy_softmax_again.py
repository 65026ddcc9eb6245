"""A softmax is applied to weights that have gone through one already."""

FAILS = ("test_attention_entropy",)


def attention_entropy(weights):
    weights = weights.softmax(dim=-1)
    return -(weights * weights.log()).sum(dim=-1).mean(dim=(0, 2))
