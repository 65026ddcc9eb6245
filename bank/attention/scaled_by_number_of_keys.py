"""The scores are divided by the square root of the number of keys; what counts is the length of a
query."""

FAILS = ("test_formula", "test_one_head", "test_many_heads")


def scaled_dot_product_attention(queries, keys, values):
    scores = queries @ keys.transpose(-2, -1) / keys.shape[-2] ** 0.5
    weights = scores.softmax(dim=-1)
    return weights @ values, weights
