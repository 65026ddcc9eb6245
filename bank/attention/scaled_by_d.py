"""The scores are divided by d, not by the square root of d."""

FAILS = ("test_formula", "test_one_head", "test_many_heads")


def scaled_dot_product_attention(queries, keys, values):
    scores = queries @ keys.transpose(-2, -1) / queries.shape[-1]
    weights = scores.softmax(dim=-1)
    return weights @ values, weights
