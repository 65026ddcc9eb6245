"""The scores are multiplied by the square root of d, not divided by it."""

FAILS = ("test_formula", "test_many_heads")


def scaled_dot_product_attention(queries, keys, values):
    scores = queries @ keys.transpose(-2, -1) * queries.shape[-1] ** 0.5
    weights = scores.softmax(dim=-1)
    return weights @ values, weights
