"""The scores are not divided by anything before the softmax."""

FAILS = ("test_formula", "test_one_head", "test_many_heads")


def scaled_dot_product_attention(queries, keys, values):
    weights = (queries @ keys.transpose(-2, -1)).softmax(dim=-1)
    return weights @ values, weights
