"""No gradient flows through the weights: they were cut off from the scores that made them."""

FAILS = ("test_gradients",)


def scaled_dot_product_attention(queries, keys, values):
    scores = queries @ keys.transpose(-2, -1) / queries.shape[-1] ** 0.5
    weights = scores.softmax(dim=-1).detach()
    return weights @ values, weights
